"""The number the caller rings from: offered when a number is asked for, taken on a yes."""

from agent.call import Call
from agent.slots.phone.numbering import e164, typed

RULE = "caller_id"


def normalise(number: str, region: str) -> str:
    """The number as E.164, or "" when it is withheld, no number, or none that can be rung ("anonymous", "client:bob")."""
    user = number.partition("@")[0].partition(";")[0]  # without the host and the parameters of a SIP or tel address (RFC 3261, RFC 3966)
    return e164(typed(user), region)


def offered(call: Call) -> bool:
    """Whether the open question is for a number and offers the caller's own: only once, and only while nothing else was said about it."""
    phone = call.slot("phone")
    fresh = not (phone.value or phone.partial or phone.disputed or phone.denied or phone.no_match)
    return bool(call.brief.caller) and call.question.kind == "ask" and call.question.slots == ("phone",) and fresh
