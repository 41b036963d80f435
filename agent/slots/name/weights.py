"""Weights and thresholds of the name slot, all in one place.

They were tuned on the dev records (tests/understanding/records) and on the cases (tests/cases/<lang>/name.toml); the differential tells what else a
change of one changes (tests/differential).
"""

STATED, CUED, PUT_UNDER, ONESELF = 0.95, 0.9, 0.85, 0.85
"""Confidence in a name behind "my last name is", "call me", "put it under", "this is": it is taken whatever was asked. So are 我叫, 叫我, 我是."""
IT_IS, IT_IS_ZH = 0.7, 0.75
"""The same behind "it's", and in two characters behind 我是."""
UNLIKELY, UNLIKELY_PART = 0.7, 0.75
"""The same in what no list has, behind "call me", and behind "my last name is"."""
BARE_FULL, BARE = 0.6, 0.5
"""The same in a full name, and in one word, with nothing before it that says more."""
RESPELT = TOLD = 0.8
"""The same in the held name with its letters put right, or a character of it told."""
DOUBTFUL = 0.35
"""The same in an answer that is a name only because we asked for one: 高兴, 万里. It is read back."""
ANOTHER_S = 0.3
"""The same in somebody else's."""

LONG, FULL = 2, 3
"""Words from which a name is a full name, and characters from which one is for certain."""
MOST_WORDS = 6
"""Words of one name; further ones belong to something else."""
MOST_UNLIKELY = 3
"""Words of a name that no list has, behind "it's"."""
FEW_WORDS = 3
"""Words of an utterance whose capitals tell a name even where all have one."""
MIN_STRANGE = 4
"""Letters of a word no list has, from which it may be the surname behind the name of a day or a month."""
MIN_INITIALED = 5
"""Letters of a surname that a bare initial may stand before: "S. Balan"."""
SHORT_FORM = 3
"""Letters of a short form that a name begins with: "Sam" for "Samuel"."""
POSTCODE_DIGITS = CODE_LETTERS = 3
"""Digits of a postcode, and letters of a booking code, at most."""

MIN_SPELLED = 3
"""Letters that are plainly spelled; two may be initials, or a word."""
MOST_TOGETHER = 3
"""Words that are spelled in one run: "van den Heuvel"."""
MOST_TO_LETTERS = 8
"""Marks, phrases and words said again that are passed over on the way to spelled letters."""

MOST_GIVEN = 2
"""Characters of a given name."""
LONGEST_WORD = 4
"""Characters that a word naming one of its characters has: 国王的王."""
NEAR_WORD = 8
"""Characters before such a word within which its place in the name is told: 第二个字是……."""
MOST_TRANSLITERATED, LEAST_TRANSLITERATED = 14, 4
"""Characters of a name of another tongue, and from how many it is known by them alone: 迪丽热巴; with a dot in it any is."""
MOST_NICKNAME, MOST_OTHER = 3, 4
"""Characters of a nickname, and of another name that has no surname we know."""

MOST_LEAD = 12
"""Marks and phrases passed over in a row."""
MOST_BETWEEN = 4
"""Of them between a cue and its name, or between a name and the one that takes its place."""
MOST_CUES = 6
"""Marks, fillers and cues passed over before a name that is denied, or meant."""
LONGEST_BEFORE = 6
"""Tokens of a phrase that is looked for before a place."""
MOST_PUT = 6
"""Words between the verb and "under": "put the whole booking down under"."""
NEAR_HOST = 8
"""Tokens behind an "at" within which a domain for mail is said."""
SAME_BREATH = 6
"""Tokens from the beginning of one name to that of the other, up to which what is said of both is one stretch of words."""
MOST_FOUND, MOST_TRIES = 8, 40
"""Names, and places where one may begin, after which nobody is listened to further: it keeps any utterance cheap."""
TOKEN, WORD = 3, 40
"""Units of effort that a token takes, and a word of a phrase, beside what is looked for there."""
CHARACTER, PLACE = 4, 40
"""The same for looking whether a name begins at a character, and for reading one there."""
