"""The caller's own questions and courtesies: answered, and the call goes on at the open question."""

from datetime import date, time

import msgspec
from babel.dates import format_date, format_time

from agent import calendar
from agent.acts import Act
from agent.call import Call
from agent.hearing import Context
from agent.progress import step
from agent.scene import Outcome, Scene
from agent.slots import SLOTS
from agent.slots.names import NAMES
from agent.speaking import named, price, service_of, spoken
from agent.taken import Did, Notice
from agent.text import Said

UNANSWERED = ("unanswered",)
"""In the place of slots: a question we have no answer to."""
AT_ONCE = 3
"""How many options anyone can hold in mind on the telephone."""


def aside(call: Call, did: Did, scene: Scene) -> Outcome:
    """An act that changes nothing but the silences."""
    after = msgspec.structs.replace(call, silences=0)
    if did.act is Act.LANGUAGE:
        return _language(after, did, scene)
    return Outcome(call=after, notices=_notices(after, did, scene))


def _language(call: Call, did: Did, scene: Scene) -> Outcome:
    """The call goes on in a language the business speaks; a change that was asked for is acknowledged, one that simply happened is not."""
    spoken_here = {tag.partition("-")[0] for tag in scene.business.languages}
    asked = did.slots == ("asked",)
    if did.detail not in spoken_here:
        return Outcome(call=call, notices=(Notice(key="notice.language_unknown", values={"language": did.detail}),) if asked else ())
    return Outcome(call=msgspec.structs.replace(call, language=did.detail), notices=(Notice(key="notice.language"),) if asked else ())


def _notices(call: Call, did: Did, scene: Scene) -> tuple[Notice, ...]:
    match did.act:
        case Act.HELP if did.detail:
            return (Notice(key="notice.answer", values={"answer": did.detail}),)
        case Act.HELP if did.slots == UNANSWERED:
            return (Notice(key="notice.no_answer"),)
        case Act.HELP:
            return (Notice(key="notice.help", values={"business": scene.business.name}),)
        case Act.WHY:
            open_slot = did.slots[0] if did.slots else step(call)
            return (Notice(key="why", slot=open_slot),) if open_slot in NAMES else ()
        case Act.REPEAT:
            return _again(call)
        case Act.HOLD_ON:
            return (Notice(key="notice.hold"),)
        case Act.THANKS:
            return (Notice(key="notice.welcome"),)
        case Act.GREET:
            return (Notice(key="notice.hello"),)
        case Act.SAME_NUMBER:
            return (Notice(key="notice.no_caller_id"),)
        case Act.ASK_SERVICES:
            return (_services(call),)
        case Act.ASK_PRICE:
            return (_price(call, did, scene),)
        case Act.ASK_HOURS:
            return (_hours(call, did, scene),)
        case Act.ASK_HELD:
            return (_held(call, scene),)
        case _:
            return ()


def _again(call: Call) -> tuple[Notice, ...]:
    """What was said last, word for word; a value read back is said again slowly instead, and after a sentence that asked nothing the question is."""
    if call.question.kind == "read_back":
        return (Notice(key="slowly"),)
    last = next((line.message for line in reversed(call.recent) if line.speaker == "AI"), "")
    return (Notice(key="notice.repeated", values={"words": last}),) if "?" in last or "？" in last else ()


def _services(call: Call) -> Notice:
    names = [named(service, call.language) for service in call.brief.services]
    return Notice(key="notice.services" if len(names) <= AT_ONCE else "notice.services_more", values={"list": names[:AT_ONCE]})


def _price(call: Call, did: Did, scene: Scene) -> Notice:
    """Of the service named in the question, else of the one chosen, else of a few."""
    context = Context(language=call.language, region=call.brief.region, now=scene.now, asked=frozenset({"service"}), services=call.brief.services)
    heard = SLOTS["service"].hear(Said(did.detail), context)
    wanted = heard[0].value if heard and not heard[0].options else ""
    service = next((one for one in call.brief.services if one.id == wanted), None) or service_of(call)
    country = call.brief.region
    if service is not None:
        cost = price(service, country, call.language)
        return Notice(key="notice.price" if cost else "notice.price_unknown", values={"service": named(service, call.language), "price": cost})
    priced = [f"{named(one, call.language)} {cost}" for one in call.brief.services if (cost := price(one, country, call.language))]
    return Notice(key="notice.prices", values={"list": priced[:AT_ONCE]}) if priced else _services(call)


def _hours(call: Call, did: Did, scene: Scene) -> Notice:
    """Of the day that was named, else of today."""
    context = Context(language=call.language, region=call.brief.region, now=scene.now, asked=frozenset({"time"}))
    heard = SLOTS["time"].hear(Said(did.detail), context)
    named_day = heard[0].value[:10] if heard and "-" in heard[0].value[:10] else scene.now.date().isoformat()
    day = date.fromisoformat(named_day)
    locale = _locale(call)
    said = format_date(day, "EEEE", locale=locale)
    open_windows = [] if calendar.is_holiday(day, scene.business) else calendar.windows(day, scene.business)
    if not open_windows:
        return Notice(key="notice.hours_closed", values={"day": said})
    starts, ends = [_clock(opens, locale) for opens, _ in open_windows], [_clock(closes, locale) for _, closes in open_windows]
    return Notice(key="notice.hours_day", values={"day": said, "starts": starts, "ends": ends})


def _locale(call: Call) -> str:
    return "zh_CN" if call.language == "zh" else f"en_{call.brief.region}" if call.brief.region in ("US", "GB", "AU", "CA", "NZ", "IE") else "en_US"


def _clock(at: time, locale: str) -> str:
    whole = time(0, 0) if at == time.max else at
    return format_time(
        whole, "h a" if not whole.minute and locale.startswith("en") else "h:mm a" if locale.startswith("en") else "ah:mm", locale=locale
    )


def _held(call: Call, scene: Scene) -> Notice:
    items = [spoken(call, name, value, scene) for name in NAMES if (value := call.slot(name).value or call.slot(name).pending)]
    return Notice(key="notice.held", values={"list": items}) if items else Notice(key="notice.held_none")
