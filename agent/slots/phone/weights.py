"""Weights and thresholds of the phone slot, all in one place.

They were tuned on the dev records (tests/understanding/records: 470 English, 163 Mandarin utterances; phone F1 .988 and .979, no false number) and on
the cases (tests/cases/<lang>/phone.toml); the differential tells what else a change of one changes (tests/differential).
"""

LONGEST_QUANTITY = 4
"""Digits of a quantity that people say in a phone number, "eight hundred", "twenty-two hundred": nobody says "eighteen thousand one hundred"."""
DENIED_IN_ONE_BREATH = range(2, 5)
"""Digits that are denied and put right in one breath: a group of a number; a single one may stand anywhere."""
MOST_GROUPS = 24
"""Longer chains are a list, and no number is sought in one."""
FURTHER_GROUP = -0.1
"""What a further group costs: "eight hundred sixty" is 860 rather than 800 60."""
SOUND = -1.5
"""What a word costs that only sounds like a digit: "to"."""
FEWEST_FIRM = 3
"""Digits said as digits, beside which words that sound like one are digits too."""
MOST_EDGES = 12
"""Places where one number may end and the next begin; a chain with more is a list."""
FEWEST_IN_WINDOW = 6
"""Digits of the shortest number that others may stand beside."""
FEWEST_LEFT_OVER = 3
"""Digits of a written group that is no slip of the number beside it."""
NUMBER_BY_ITSELF = 7
"""Digits beside a number that are another one."""
PLAINLY_ONE = 9
"""Digits written without a gap that are one number, in use or not."""
BEGUN_AGAIN = range(2, 10)
"""Digits of a number that was begun, and begun again."""
MOST_CANDIDATES = 3
"""Candidates: nobody is asked to choose among more."""
MOST_RUNS = 12
"""Further ones are a list of something else."""
MOST_BETWEEN = 3
"""Words between two parts of a number, if they are words that say something of their own: "0412 345, let me check, 678"."""
MOST_AT_END = 4
"""Digits that are rather the end of the number held than a beginning of another."""
FEWEST_ASKED = 2
"""Digits that are a beginning when the number was asked for."""
FEWEST_JOINED = 3
"""Digits of a part that goes on after other words: "0412, hang on, 345", or of a group said again before the number goes on."""
FEWEST_BEGUN = 4
"""Digits of a beginning that, said once more, are the beginning again and no later part."""
LONGEST_DOUBTFUL = 9
"""Characters of a number in use that may be something else; a longer one is a phone number with no word that says so."""
BARE = 8
"""Digits that are a number with nothing around them, said in words, or where the region does not say."""
CALLED_PHONE, CALLED_NUMBER, PLAIN, DOUBTFUL = 0.95, 0.9, 0.85, 0.5
"""Confidence in a number in use: named a phone's, named a number, long enough to be nothing else, shorter."""
NAMED, UNNAMED = 0.8, 0.5
"""The same in digits that are none in use, or a beginning."""
EDIT_OF_PHONE, EDIT, ENDED = 0.85, 0.6, 0.8
"""The same in an edit of the number held, beside words for a phone or by itself, and in an end that makes a beginning whole."""
