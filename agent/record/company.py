"""What the firm is called that was rung: as the other system's document has it, where one came with the call, else as its business file does."""

from agent.record.business import Business
from agent.record.call import Call
from agent.record.characters import one_line

MOST_OF_A_NAME = 100
"""Characters that are said of one; nobody listens to more."""


def company_name(call: Call, business: Business) -> str:
    """The name to say and to be asked for. `business`: as its file stands now."""
    return _adopted(call) if is_another(call, business) else business.name


def is_another(call: Call, business: Business) -> bool:
    """Whether the call is for another firm than the business whose file is read: its greeting is not this one's."""
    return _adopted(call).casefold() not in ("", _said(business.name).casefold())


def _adopted(call: Call) -> str:
    given = call.brief.company.get("name")
    return _said(given[:MOST_OF_A_NAME]) if isinstance(given, str) else ""


def _said(name: str) -> str:
    """A sentence may end with it."""
    return one_line(name).rstrip(".。")
