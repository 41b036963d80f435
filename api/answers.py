"""The answer to a turn, as the JSON of `POST /ai/conversation`."""

from datetime import datetime

import msgspec

from agent.nlg.speech import Speech
from agent.policy.listening import listening_plan
from agent.record.business import Business
from agent.record.call import Call
from agent.record.language_tags import begins_in, tag_of
from agent.record.moments import stamp
from agent.record.progress import progress
from agent.record.slot_names import NAMES
from graph.state import Deps, TurnRequest


def answer(call: Call, speech: Speech, business: Business, at: str) -> bytes:
    """What the telephony side gets: what to say, whether to hang up or transfer, how far the call is, how to listen next. `at`: see `stamp`."""
    body = {
        "aiResponse": {"speaker": "AI", "message": speech.text, "startedAt": at, "ssml": speech.ssml},
        "shouldHangup": call.status in ("booked", "ended"),
        "shouldTransfer": call.status == "waiting_agent" and not call.kept_waiting,
        "progress": progress(call),
        "listen": listening_plan(call, tag_of(call.language, business)),
    }
    return msgspec.json.encode(body)


def trouble(deps: Deps, request: TurnRequest, now: datetime) -> bytes:
    """The answer when the record cannot be reached: a sentence of trouble, and a person."""
    business = deps.businesses.for_number(request.dialled)
    spoken = begins_in(request.language, business)
    words = deps.phrasebooks[spoken]["common"]["close"]["trouble"]
    body = {
        "aiResponse": {"speaker": "AI", "message": words, "startedAt": stamp(now), "ssml": Speech(sentences=(words,)).ssml},
        "shouldHangup": False,
        "shouldTransfer": True,
        "progress": {
            "status": "active",
            "step": NAMES[0],
            "expecting": "nothing",
            "filled": {},
            "pending": {},
            "remaining": list(NAMES),
            "completed": 0,
            "total": len(NAMES),
        },
        "listen": {"hints": [], "digits": 0, "pauseMs": 900, "language": tag_of(spoken, business)},
    }
    return msgspec.json.encode(body)
