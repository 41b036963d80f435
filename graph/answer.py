"""The answer to a turn, as the JSON of `POST /ai/conversation`."""

import msgspec

from agent.nlg.speech import Speech
from agent.policy.listening import listening_plan
from agent.record.business import Business
from agent.record.call import Call
from agent.record.progress import progress
from agent.record.slot_names import NAMES

SAME = {"cmn": "zh", "eng": "en"}
"""Other codes for the languages we speak: ISO 639-3, as recognisers write them ("cmn-Hans-CN")."""


def language_of(tag: str) -> str:
    """The language of a BCP 47 tag, however it is written: "zh" for "zh-CN", "zh_CN", "ZH" and "cmn-Hans-CN"; "" for ""."""
    spoken = tag.replace("_", "-").partition("-")[0].lower()
    return SAME.get(spoken, spoken)


def tag_of(language: str, business: Business) -> str:
    """The BCP 47 tag the business uses for a language: "en-AU" for "en"."""
    return next((tag for tag in business.languages if language_of(tag) == language), language)


def answer(call: Call, speech: Speech, business: Business, stamp: str) -> bytes:
    """What the telephony side gets: what to say, whether to hang up or transfer, how far the call is, how to listen next."""
    body = {
        "aiResponse": {"speaker": "AI", "message": speech.text, "startedAt": stamp, "ssml": speech.ssml},
        "shouldHangup": call.status in ("booked", "ended"),
        "shouldTransfer": call.status == "waiting_agent",
        "progress": progress(call),
        "listen": listening_plan(call, tag_of(call.language, business)),
    }
    return msgspec.json.encode(body)


def trouble(words: str, tag: str, stamp: str) -> bytes:
    """The answer when the record cannot be reached: a sentence of trouble, and a person."""
    body = {
        "aiResponse": {"speaker": "AI", "message": words, "startedAt": stamp, "ssml": Speech(sentences=(words,)).ssml},
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
        "listen": {"hints": [], "digits": 0, "pauseMs": 900, "language": tag},
    }
    return msgspec.json.encode(body)
