"""A caller who rings back: the same number, a new call.

Going on is offered once the caller has said the name of the earlier call; to anybody else nothing is said of it.
"""

import unicodedata
from datetime import UTC, datetime

import msgspec

from agent.call import Call, Question
from agent.scene import Outcome, Scene
from agent.slots.names import NAMES
from agent.taken import Notice
from agent.telling import step_taken

replace = msgspec.structs.replace

AWAY_S = 150
"""Nobody looks for a number as long as that without a word."""


def may_recognise(call: Call) -> bool:
    """Whether it is time to compare names: the caller has just said one, and there is an earlier call to compare it with."""
    return bool(call.unfinished) and not call.recognised and bool(call.slot("name").value)


def recognise(call: Call, earlier: Call | None) -> Call:
    """The call with the earlier one offered, when the same name was said in it; otherwise as if there were none."""
    same = earlier is not None and earlier.booked is None and _plain(earlier.slot("name").value) == _plain(call.slot("name").value)
    return replace(call, recognised=True) if same else replace(call, unfinished="")


def resume(call: Call, earlier: Call | None, scene: Scene) -> Outcome:
    """Yes: what the earlier call had and this one has not is taken over; what awaited its yes there is read back here."""
    forgotten = replace(call, question=Question(), unfinished="", recognised=False)
    if earlier is None:
        return Outcome(call=forgotten)
    taken = {name: earlier.slot(name) for name in NAMES if not call.slot(name).settled and (earlier.slot(name).settled or earlier.slot(name).pending)}
    after = replace(forgotten, slots={**call.slots, **taken}, resumed_from=earlier.sid)
    events = tuple(step_taken(after, name, state.status, state.pending or state.value, scene.seconds) for name, state in taken.items())
    return Outcome(call=after, notices=(Notice(key="notice.resumed"),), events=events, settled=True)


def was_away(call: Call, scene: Scene) -> bool:
    """Whether so long passed since the caller last spoke that the line was cut or laid aside: the call goes on, and says so."""
    last = next((line.startedAt for line in reversed(call.recent) if line.speaker == ("customer" if scene.turn.started_at else "AI")), "")
    if not last:
        return False
    since = scene.now if scene.turn.started_at else datetime.fromisoformat(scene.stamp)
    before = datetime.fromisoformat(last)
    return (since - (before if before.tzinfo else before.replace(tzinfo=UTC))).total_seconds() >= AWAY_S


def _plain(name: str) -> str:
    """A name as it is compared: letters only, without case and accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())
