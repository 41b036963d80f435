"""Which numbers of people can come."""

from agent.nlu.candidates import Context
from agent.record.reasons import Reason

MOST = 20


def validate(value: str, context: Context) -> Reason | None:
    """TOO_LONG for more than can come; anything but a number is TOO_SHORT, as is nobody."""
    if not (value.isascii() and value.isdigit()) or int(value) < 1:
        return Reason.TOO_SHORT
    return Reason.TOO_LONG if int(value) > MOST else None


def written(value: str, context: Context) -> str | Reason:
    """The number in figures, or why it is none."""
    return validate(value.strip(), context) or str(int(value))
