"""How the telephony side should listen next: hints for the recogniser, keys to expect, patience."""

from typing import Any

from agent.languages import words
from agent.record import caller_id
from agent.record.booking_reference import CHARACTERS
from agent.record.call import Call
from agent.slots import SLOTS
from agent.slots.descriptor import Listening

HINTS = 100
"""No carrier takes more than a few hundred; the first are the most likely."""
_USUAL = Listening()


def listening_plan(call: Call, tag: str) -> dict[str, Any]:
    """`listen` of an answer. `tag`: the BCP 47 language of the call, e.g. "en-AU"."""
    question = call.question
    wanted = SLOTS[question.slots[0]].listening if question.kind in ("ask", "choice") and question.slots else _USUAL
    yes_or_no = question.kind in ("read_back", "summary", "leave", "resume", "errand") or caller_id.offered(call)
    hints = words(call.language, "reactions")["answers"] if yes_or_no else wanted.hints(call.brief, call.language)
    return {
        "hints": list(hints[:HINTS]),
        "digits": _keys(call, wanted),
        "pauseMs": wanted.patience_ms,
        "language": tag,
    }


def _keys(call: Call, wanted: Listening) -> int:
    """How many keys the answer has; 0: it is not keyed."""
    if call.question.kind == "which":
        return CHARACTERS
    part = call.slot(call.question.slots[0]).part if call.question.kind == "ask" and call.question.slots else ""
    if part:
        return wanted.part_keys(part, call.brief)
    return wanted.keys(call.brief) if wanted.keys else 0
