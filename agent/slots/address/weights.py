"""Weights and thresholds of the address slot that several readers share, and how sure the words alone make an address, from 0 to 1.

They were tuned on the dev records (tests/understanding/records) and the cases (tests/cases/<lang>/address.toml); the differential tells what else a
change of one changes (tests/differential). A bound that one reader alone has stands beside it.
"""

UNMISTAKABLE = 0.8
"""From here on an address counts that nobody asked for."""
MOST = 0.95
KINDS = {"typed": 0.85, "numbered": 0.8, "known": 0.6, "weak": 0.6, "box": 0.8, "house": 0.6, "named": 0.5, "open": 0.3}
"""By how an English address was known (`Found.kind`)."""
CUED, PLACED = 0.05, 0.1
"""What is added where words announce an address, and where its town stands with a state or a postcode."""
CHOSEN = 0.9
"""One of two that we offered."""
PART, BARE_PART = 0.5, 0.4
"""A part by itself that says which part it is, or a bare one in its place."""
MANDARIN_WHOLE, MANDARIN_ROAD, MANDARIN_NAMED = 0.9, 0.8, 0.6
"""Division, road and number; a number after a road's name; a number after any other name."""
MOST_TOKENS = 60
"""A longer line holds no part of an address by itself, and is no correction of one."""
MOST_TOWN_WORDS = 4
"""Of a town said by itself: "Saint John's Wood Park"."""
MOST_LINKING = 4
"""Words between two parts: "and it's in the"."""
ALIKE, NEARLY = 60.0, 75.0
"""Out of 100, two words or numbers that may be meant for each other ("Smyth" and "Smith" 80, "Fitzroy" and "Fraser" 46; "14230" and "14320" 80), and
numbers that are nearly the same: one of four figures is another, or two are swapped."""
HOUSE_LETTERS = frozenset("abcdefgh")
"""Letters that houses have, said apart from their number; later ones are a word, or begin a street's name."""
