"""Phone numbers as they are said: digit by digit, in the groups the region writes."""

from agent.languages import words
from agent.nlu.candidates import Context
from agent.nlu.numerals.numbers import say_digits
from agent.slots.phone.numbering import figures, groups


def present(value: str, context: Context, slow: bool) -> str:
    """The number as spoken: "two oh two, five five five, oh one four three"; slow: a pause after every digit, a longer one after a group."""
    written = groups(figures(value), context.region)
    parts = [part.removeprefix("+") for part in written]
    table = words(context.language, "phone")
    if slow and (pause := table.get("pause_said")):
        spoken = pause.join(say_digits(" ".join(part), context.language) for part in parts)
    else:
        spoken = say_digits(" ".join("".join(parts) if slow else parts), context.language)
    plus = table["plus_said"] if "".join(written).startswith("+") else ""
    return f"{plus} {spoken}" if plus.isascii() and plus else plus + spoken
