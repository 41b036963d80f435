"""Whether a time is one to come, and what somebody wrote down as one."""

from agent.nlu.candidates import Context
from agent.record.characters import readable
from agent.record.moments import in_zone
from agent.record.reasons import Reason
from agent.slots.time.partial_time import parse
from agent.slots.time.resolve import local_now


def validate(value: str, context: Context) -> Reason | None:
    """Why this is no time to come: not a day and clock, or before now."""
    when = parse(value).at
    if when is None:
        return Reason.NOT_A_TIME
    return Reason.PAST if when < local_now(context).replace(second=0, microsecond=0) else None


def written(value: str, context: Context) -> str | Reason:
    """The time as the record keeps it, to the minute, with the offset of the business: "2026-03-08T14:30:00-05:00"; free or not."""
    start = in_zone(readable(value).strip(), getattr(context.now.tzinfo, "key", "UTC"))
    return start if isinstance(start, Reason) else start.replace(second=0, microsecond=0).isoformat()
