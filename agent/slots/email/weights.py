"""Weights and thresholds of the e-mail slot, all in one place.

They were tuned on the dev records (tests/understanding/records: 247 English, 58 Mandarin utterances; F1 1.000, no false address) and on the cases
(tests/cases/<lang>/email.toml); the differential tells what else a change of one changes (tests/differential).
"""

LONGEST_LOCAL = 132
"""Tokens: 64 letters, the most that RFC 5321 allows before the "@", with commas between."""
WITHIN = 140
"""Tokens before an "at" within which its address begins: those, and words that lead in."""
MOST_LOOKED_FAR, NEAR = 24, 12
"""After so many runs of letters or digits they are read in pieces this short: they write the same, and a long utterance stays cheap."""
LONGEST_GLUED = 3
"""Letters that a recogniser runs together before a single one."""
LONGEST_DIGITS = 64
"""As many as a local part may have."""
MISHEARD = 2
"""Edits between a word as it was heard and as it was then spelled, or is said again."""
CODE_WORD = 3
"""Tokens of a letter with its word: "p for paul"."""
LONGEST_PROVIDER = 8
"""Tokens of a provider's name: "b t internet"."""
MOST_WORDS = 5
"""Words of a local part, or run together before the first dot of a domain; more are a sentence."""
MOST_WORDS_OF_PART = 3
"""Words of a beginning by itself."""
MOST_INNER_WORDS = 2
"""Words between two dots."""
MOST_AFTER_OTHERS = 3
"""Words behind a clause that tells of something else, which are an address when one was asked for: "I've got tom baker"."""
MOST_PIECES = 40
"""Pieces joined by a rule."""
LONGEST_NOTE = 6
"""Words of the longest note: "that's all one word"."""
LONGEST_PLACE = 5
"""Words of the longest phrase around an "at" that is spoken of: "in front of the at sign"."""
MOST_ANCHORS = 12
"""Nobody says "at" more often and still gives an address."""
FEWEST_ALONE = 5
"""Figures and marks that are a mailbox by themselves, whatever stands before them."""
FEWEST_SPELLED = 2
"""Letters said one by one that are part of an address; a single one may be an "I"."""
FEWEST_LETTERS = 3
"""Of a mailbox that is written out behind its provider; and of a word that is like another."""
PROVIDED_DIGITS = range(5, 12)
"""Figures of a QQ number, and of a mobile number that a mailbox is called by."""
MOST_ADDED = 6
"""Characters that one of two wordings has and the other has not: "bobby.hart" and "bobby.hart7"."""
LONG = 5
"""Letters of the end of a word that is said again by itself."""
MOST_CANDIDATES = 3
"""Candidates: nobody is asked to choose among more."""
FURTHER = -0.1
"""What a further piece costs."""
TYPED, KNOWN, CALLED, PLAIN = 0.95, 0.9, 0.85, 0.7
"""Confidence in an address: typed, at a domain that many have, called one, any other."""
PROVIDED, PROVIDED_ASKED, PROVIDED_NUMBER = 0.9, 0.85, 0.4
"""The same when it is told by its provider: where mail was spoken of, where an address was asked for, where it may be a number of something else."""
EDIT_OF_EMAIL, EDIT = 0.85, 0.6
"""The same in an edit of the address held, beside words for mail or by itself."""
PROVIDER = 1.0
"""What speaks for an ending right behind a provider's name: "gmail com"."""
DOMAIN = 0.5
"""What speaks for a domain rather than words of a local part."""
MOST_BEFORE_EDIT = 40
"""Tokens within which a part is named: who edits an address does not go on for long."""
PASSED = 0.3
"""What speaks for an article before what is said, rather than a word of it."""
