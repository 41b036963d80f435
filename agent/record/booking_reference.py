"""The names of a booking: the short code by which people speak of it, and the one by which calendars know it."""

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


def booking_uid(sid: str) -> str:
    """The UID of the call's booking in every calendar file (RFC 5545), whatever changes; nothing of the callSid can be read of it."""
    return f"{sha256(f'booking {sid}'.encode()).hexdigest()[:32]}@slotline"
