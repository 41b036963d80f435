"""How sure the words alone make an address, from 0 to 1: one table for all readers."""

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
