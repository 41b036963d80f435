"""How the telephony side should listen next: hints for the recogniser, keys to expect, patience."""

from typing import Any

import phonenumbers

from agent.record import caller_id
from agent.record.business import in_language
from agent.record.call import Call

HINTS = 100
"""No carrier takes more than a few hundred; the first are the most likely."""
PATIENCE_MS = {"phone": 2000, "address": 1800, "email": 2200, "name": 1200}
"""Silence that ends an utterance: people pause inside numbers and when they spell."""
USUAL_MS = 900
_EMAIL_HINTS = ("at", "dot com", "gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com")
_YES_NO = {"en": ("yes", "no", "that's right"), "zh": ("对", "不对", "是的", "不是")}


def listening_plan(call: Call, tag: str) -> dict[str, Any]:
    """`listen` of an answer. `tag`: the BCP 47 language of the call, e.g. "en-AU"."""
    question = call.question
    slot = question.slots[0] if question.kind in ("ask", "choice") and question.slots else ""
    hints: tuple[str, ...] = ()
    if question.kind in ("read_back", "summary", "leave", "resume") or caller_id.offered(call):
        hints = _YES_NO.get(call.language, ())
    elif slot == "service":
        hints = tuple(in_language(service.name, call.language) for service in call.brief.services)
    elif slot == "email":
        hints = _EMAIL_HINTS
    return {
        "hints": list(hints[:HINTS]),
        "digits": _digits(call) if slot == "phone" else 0,
        "pauseMs": PATIENCE_MS.get(slot, USUAL_MS),
        "language": tag,
    }


def _digits(call: Call) -> int:
    """How many keys a number of the country has."""
    example = phonenumbers.example_number_for_type(call.brief.region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return 0
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    return sum(character.isdigit() for character in national)
