"""The number the caller rings from: offered when a number is asked for, taken on a yes."""

from agent.record.call import Call


def offered(call: Call) -> bool:
    """Whether the open question is for a number and offers the caller's own: only once, and only while nothing else was said about it."""
    phone = call.slot("phone")
    fresh = not (phone.value or phone.partial or phone.disputed or phone.denied or phone.no_match)
    return bool(call.brief.caller) and call.question.kind == "ask" and call.question.slots == ("phone",) and fresh
