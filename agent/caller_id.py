"""The number the caller rings from: offered when a number is asked for, taken on a yes."""

import phonenumbers

from agent.call import Call
from agent.slots.phone.numbering import in_use

RULE = "caller_id"


def normalise(number: str, region: str) -> str:
    """The number as E.164, or "" when it is withheld, no number, or none that can be rung ("anonymous", "client:bob")."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if in_use(parsed) else ""


def offered(call: Call) -> bool:
    """Whether the open question is for a number and offers the caller's own: only once, and only while nothing else was said about it."""
    phone = call.slot("phone")
    fresh = not (phone.value or phone.partial or phone.disputed or phone.denied or phone.no_match)
    return bool(call.brief.caller) and call.question.kind == "ask" and call.question.slots == ("phone",) and fresh
