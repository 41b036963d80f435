"""What each slot is given to listen with, read off the call."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.nlu import errands
from agent.nlu.candidates import Context, Held, OpenQuestion
from agent.nlu.utterance import Utterance
from agent.record import caller_id
from agent.record.business import Business
from agent.record.calendar import hours_heard
from agent.record.call import Call
from agent.record.errand import Errand
from agent.regions import subdivision
from agent.slots import SLOTS

SPELLING_TRY = 2
"""The failed attempt after which a part is asked for by itself (`Slot.spelled_part`): of an e-mail address what is before the at."""


def context_for(
    call: Call, slot: str, utterance: Utterance, business: Business, now: datetime, asked: frozenset[str], *, editing: bool = True
) -> Context:
    """What one slot is given to listen with. Without `editing`, it is not told what it holds, and so edits nothing."""
    state = call.slot(slot)
    offers = caller_id.offered(call)
    offered = call.brief.caller if slot == caller_id.SLOT and offers else ""  # "no, it ends in 55"
    held = (state.pending or state.disputed or state.said or offered) if editing else ""
    if SLOTS[slot].calendar == "start" and call.errand is not None and call.errand.sid:
        counted = "" if state.options or "-" in state.partial else _counted_from(call.errand, call, utterance)
        clock = state.partial.lstrip("T")  # said before its day: "at five", and then "the next day"
        held = held or (f"{counted[:10]}T{clock}" if counted and clock else counted)
        now = _in_its_week(call.errand, utterance, now)
    return Context(
        language=utterance.language(call.language),
        region=call.brief.region,
        now=now,
        question=OpenQuestion.OFFER if offers else OpenQuestion(call.question.kind),
        asked=asked,
        services=call.brief.services,
        opening=hours_heard(business),
        near=business.subdivision or subdivision(call.brief.region, call.brief.time_zone),
        home=business.numbers[0] if business.numbers else "",
        held=Held(
            value=SLOTS[slot].local(held),
            partial=state.partial,
            part=state.part or (SLOTS[slot].spelled_part if call.question.kind == "ask" and state.no_match == SPELLING_TRY else ""),
            options=tuple(SLOTS[slot].local(option) for option in state.options),
        ),
    )


def _counted_from(errand: Errand, call: Call, utterance: Utterance) -> str:
    """The time of the appointment that the call is about, where the one it is to be moved to is told from there: "an hour later"; else ""."""
    if not errands.says(utterance, "from_it"):
        return ""
    return datetime.fromtimestamp(errand.start, ZoneInfo(call.brief.time_zone)).isoformat()


def _in_its_week(errand: Errand, utterance: Utterance, now: datetime) -> datetime:
    """From when days are counted: "from Wednesday to Friday" speaks of the week that the appointment is in."""
    starts = datetime.fromtimestamp(errand.start, now.tzinfo)
    monday = (starts - timedelta(days=starts.weekday())).replace(hour=0, minute=0)
    return max(now, monday) if errands.says(utterance, "from_day") else now
