"""What leads in and what lets go: "hang on, ..." before a statement is no wish to wait, and "never mind" inside a sentence ends no call."""

from collections.abc import Sequence
from functools import cache

from agent.nlu.acts import ActKind
from agent.nlu.acts.answers import Prompt
from agent.nlu.acts.fitting import mask
from agent.nlu.acts.found import Found, Reading
from agent.nlu.acts.reading import slot_of
from agent.nlu.acts.words import Segment, Unit, table
from agent.record.acts import Act

_NEAR = 4
"""Units behind the name of a slot within which its verb stands: "the middle part of my number is"."""
_WEAK = (ActKind.LET_GO, ActKind.ERASE)
"""Words that put aside what was just said as often as the whole call."""
_MANNERS = frozenset({Act.THANKS, Act.GOODBYE, Act.GREET, Act.BACKCHANNEL, Act.CANCEL, Act.HANDOFF, Act.DENY})
_ANSWERS = frozenset({Act.AFFIRM, Act.DENY, Act.CORRECTION})


def settle(reading: Reading, spoken: Sequence[Segment], prompt: Prompt) -> None:
    """Take back a "wait" and a "never mind" that something else was said with, and hear the correction that the first leads into."""
    units = [unit for segment in spoken for unit in segment.units]
    _wait(reading, units, prompt)
    _let_go(reading, units)


def _wait(reading: Reading, units: Sequence[Unit], prompt: Prompt) -> None:
    hold = next((found for found in reading.found if found.act is Act.HOLD_ON), None)
    if hold is None:
        return
    led_in = max((unit.last for unit in units if unit.marks & mask("hold_on") and unit.first < hold.last), default=hold.last)
    rest = [unit for unit in units if unit.first >= led_in]
    said = _states(rest)
    if not said and not any(found.act in (Act.ASK, Act.CORRECTION) for found in reading.found):
        return
    reading.found[:] = [found for found in reading.found if found.act is not Act.HOLD_ON]
    edits = said == "edits" or (said == "value" and prompt is Prompt.CONFIRM)
    if edits and not any(answer.sign > 0 for answer in reading.answers) and not any(found.act in _ANSWERS for found in reading.found):
        reading.found.append(Found(Act.CORRECTION, "held_up", hold.first, hold.last, reading.slot))


def _states(rest: Sequence[Unit]) -> str:
    """What is told behind a "wait": "edits" names what is wrong or what it is, "value" is a number or an "it's ...", "" gives a reason to wait."""
    at = next((place for place, unit in enumerate(rest) if not unit.marks & _lead()), len(rest))
    rest = rest[at:]
    if not rest:
        return ""
    if any(unit.marks & mask("judged", "fix") for unit in rest):
        return "edits"
    for place, unit in enumerate(rest):
        if slot_of(unit) and _is_value(rest, place + 1, _NEAR):
            return "edits"
    if rest[0].words[-1].isdigit() or (rest[0].marks & mask("slot_phone") and len(rest) > 1 and rest[1].words[0].isdigit()):
        return "value"
    return "value" if rest[0].words[0] in table("single")["pointing"] and _is_value(rest, 1, 2) else ""


def _is_value(rest: Sequence[Unit], at: int, reach: int) -> bool:
    """Whether a verb of being and something that is no doing stand here: "is 60202", but not "is ringing"."""
    verb = next((place for place in range(at, min(at + reach, len(rest))) if rest[place].marks & mask("states")), -1)
    if verb < 0 or verb + 1 >= len(rest):
        return verb >= 0 and len(rest[verb].words[0]) > 2 and any(letter.isdigit() for letter in rest[-1].words[-1])
    after = rest[verb + 1]
    if all(unit.marks & mask("truth", "quality", "yes", "ok", "filler") for unit in rest[verb + 1 :]):  # "that's right"
        return False
    placed = after.words[0] in table("single")["placing"] and rest[verb].words[0] in table("single")["being"]
    return not placed and not after.words[0].endswith(table("single")["doing"])


@cache
def _lead() -> int:
    return mask("filler", "yes", "no", "ok", "hold_on", "but")


def _let_go(reading: Reading, units: Sequence[Unit]) -> None:
    """ "... but never mind, yes", "delete that, it's The Old Rectory": the call goes on."""
    weak = next((found for found in reading.found if found.act is Act.CANCEL and found.kind in _WEAK), None)
    if weak is None:
        return
    agreed = any(answer.sign > 0 and answer.first >= weak.first for answer in reading.answers)
    behind_but = 0 <= reading.but <= weak.first
    goes_on = _states([unit for unit in units if unit.first >= weak.last]) or (weak.kind is ActKind.ERASE and reading.content)
    more = any(found.first >= weak.last and found.act not in _MANNERS for found in reading.found)
    if agreed or behind_but or goes_on or more:
        reading.found.remove(weak)
