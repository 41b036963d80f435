"""The short code of a booking, by which people speak of it."""

from hashlib import sha256

CHARACTERS = 5
ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"
"""Letters and digits that sound and look unlike each other."""


def booking_reference(sid: str) -> str:
    """The code of the call's booking, such as "C82LC": made from the callSid, so it never changes."""
    number = int.from_bytes(sha256(sid.encode()).digest()[:8])
    letters = []
    for _ in range(CHARACTERS):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)
