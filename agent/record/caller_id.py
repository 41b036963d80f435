"""Who calls: the number that is rung from, offered when a number is asked for and taken on a yes; and the name that tells one caller from another."""

from agent.record.call import Call

SLOT = "phone"
"""The slot that the number rung from is a value of."""
NAME_SLOT = "name"
"""The slot by whose value somebody who rings back from the same number is known again."""


def offered(call: Call) -> bool:
    """Whether the open question is for a number and offers the caller's own: only once, and only while nothing else was said about it."""
    phone = call.slot(SLOT)
    fresh = not (phone.value or phone.partial or phone.disputed or phone.denied or phone.no_match)
    return bool(call.brief.caller) and call.question.kind == "ask" and call.question.slots == (SLOT,) and fresh


def is_named(call: Call) -> bool:
    """Whether the call could be known again: it shows a number, a name was given, and it was to book something."""
    return bool(call.brief.caller) and bool(call.slot(NAME_SLOT).value) and call.errand is None
