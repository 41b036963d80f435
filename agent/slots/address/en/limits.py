"""How long what is looked for may be, and how alike what is taken for the same: what several readers share."""

MOST_TOKENS = 60
"""A longer line holds no part of an address by itself, and is no correction of one."""
MOST_TOWN_WORDS = 4
"""Of a town said by itself: "Saint John's Wood Park"."""
MOST_LINKING = 4
"""Words between two parts: "and it's in the"."""
ALIKE = 60.0
"""Out of 100, two words or numbers that may be meant for each other: "Smyth" and "Smith" 80, "Fitzroy" and "Fraser" 46; "14230" and "14320" 80."""
HOUSE_LETTERS = frozenset("abcdefgh")
"""Letters that houses have, said apart from their number; later ones are a word, or begin a street's name."""
