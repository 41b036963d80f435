"""The caller's own questions and courtesies: answered, and the call goes on at the open question."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import msgspec
from babel.dates import format_date, format_time

from agent import answers, calendar, pricing
from agent.acts import Act
from agent.acts.hearing import speaks_of_us
from agent.call import Call
from agent.hearing import Context
from agent.languages import words
from agent.pricing import AT_ONCE
from agent.progress import step
from agent.scene import Outcome, Scene
from agent.slots import SLOTS
from agent.slots.names import NAMES
from agent.speaking import named, spoken
from agent.taken import Did, Notice
from agent.text import Said

BOTH = ("both",)
"""In the place of slots: all of the services offered, of which one can be booked at a time."""
_WEEKEND = 7
"""In the place of a weekday: both days of it."""
_WEEKS = 4
"""Weeks in which to look for such a day that is no holiday."""


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
        case Act.HELP if did.slots == BOTH:
            return (Notice(key="notice.one_at_a_time"),)
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
        case Act.ASK:
            return (_asked(call, did, scene),)
        case Act.ASK_SERVICES:
            return (_services(call),)
        case Act.ASK_PRICE:
            return (pricing.prices(call, did.detail, scene) or _services(call),)
        case Act.ASK_LENGTH:
            return (pricing.length(call, did.detail, scene),)
        case Act.ASK_HOURS:
            return _hours(call, did, scene)
        case Act.ASK_HELD:
            return _held(call, scene)
        case _:
            return ()


def _again(call: Call) -> tuple[Notice, ...]:
    """What was said last, word for word; a value read back is said again slowly instead, and after a sentence that asked nothing the question is."""
    if call.question.kind == "read_back":
        return (Notice(key="slowly"),)
    last = _last_said(call)
    return (Notice(key="notice.repeated", values={"words": last}),) if "?" in last or "？" in last else ()


def _asked(call: Call, did: Did, scene: Scene) -> Notice:
    """A question that no other act names: one that the business lists, about who is speaking here, or one for the team."""
    said = Said(did.detail)
    if listed := answers.answer(said, scene.business, call.language):
        return Notice(key="notice.answer", values={"answer": listed})
    if speaks_of_us(said) or answers.asks_who(said, scene.business, opening=step(call) == NAMES[0]):
        return Notice(key="notice.help", values={"business": scene.business.name})
    return Notice(key="notice.no_answer")


def _services(call: Call) -> Notice:
    """A few of them; when some were named in what we said last, the next few."""
    names = [named(service, call.language) for service in call.brief.services]
    last = _last_said(call)
    others = [name for name in names if name not in last] if len(names) > AT_ONCE else names
    if 0 < len(others) < len(names):
        return Notice(key="notice.services_else", values={"list": others[:AT_ONCE]})
    return Notice(key="notice.services" if len(names) <= AT_ONCE else "notice.services_more", values={"list": names[:AT_ONCE]})


def _last_said(call: Call) -> str:
    return next((line.message for line in reversed(call.recent) if line.speaker == "AI"), "")


def _hours(call: Call, did: Did, scene: Scene) -> tuple[Notice, ...]:
    """Of the day that was named, of both days of a weekend, else of today."""
    return tuple(_hours_of(day, call, scene) for day in _days(Said(did.detail), call, scene))


def _days(said: Said, call: Call, scene: Scene) -> list[date]:
    today = scene.now.date()
    habitual = [(place, kind) for kind, names in words("zh" if said.has_han else "en", "choosing")["days"].items() for place in [_named(said, names)]]
    if named_days := [int(kind) for place, kind in sorted(habitual) if place >= 0]:
        days = [day for first in named_days for day in ([5, 6] if first == _WEEKEND else [first])]
        return [_next(day, today, scene) for day in days]
    context = Context(language=call.language, region=call.brief.region, now=scene.now, asked=frozenset({"time"}))
    heard = SLOTS["time"].hear(said, context)
    return [date.fromisoformat(heard[0].value[:10])] if heard and "-" in heard[0].value[:10] else [today]


def _named(said: Said, names: Sequence[str]) -> int:
    """Where one of the names stands, or -1; a Mandarin one anywhere."""
    if said.has_han:
        return max(said.text.find(name) for name in names)
    return next((place for place, word in enumerate(said.words) if (bare := word.replace("'", "")) in names or bare.removesuffix("s") in names), -1)


def _next(weekday: int, today: date, scene: Scene) -> date:
    """The next such day that is no holiday: "are you open on Mondays" asks about Mondays."""
    days = [today + timedelta(days=(weekday - today.weekday()) % 7 + 7 * weeks) for weeks in range(_WEEKS)]
    return next((day for day in days if not calendar.is_holiday(day, scene.business)), days[0])


def _hours_of(day: date, call: Call, scene: Scene) -> Notice:
    locale = _locale(call)
    spoken_day = format_date(day, "EEEE", locale=locale)
    open_windows = [] if calendar.is_holiday(day, scene.business) else calendar.windows(day, scene.business)
    if not open_windows:
        return Notice(key="notice.hours_closed", values={"day": spoken_day})
    starts, ends = [_clock(opens, locale) for opens, _ in open_windows], [_clock(closes, locale) for _, closes in open_windows]
    return Notice(key="notice.hours_day", values={"day": spoken_day, "starts": starts, "ends": ends})


def _locale(call: Call) -> str:
    return "zh_CN" if call.language == "zh" else f"en_{call.brief.region}" if call.brief.region in ("US", "GB", "AU", "CA", "NZ", "IE") else "en_US"


def _clock(at: time, locale: str) -> str:
    whole = time(0, 0) if at == time.max else at
    return format_time(
        whole, "h a" if not whole.minute and locale.startswith("en") else "h:mm a" if locale.startswith("en") else "ah:mm", locale=locale
    )


def _held(call: Call, scene: Scene) -> tuple[Notice, ...]:
    items = [spoken(call, name, value, scene) for name in NAMES if (value := call.slot(name).said or call.slot(name).pending)]
    known = [name for name in NAMES if call.slot(name).unspoken]
    if not items and not known:
        return (Notice(key="notice.held_none"),)
    held = (Notice(key="notice.held", values={"list": items}),) if items else ()
    return (*held, Notice(key="notice.held_known", values={"slots": known})) if known else held
