"""The caller's own questions and courtesies: answered, and the call goes on at the open question."""

from collections.abc import Sequence
from datetime import date, time, timedelta

import msgspec
from babel.dates import format_date, format_time

from agent.dst.updates import Update
from agent.languages import words
from agent.nlu import set_phrases
from agent.nlu.acts.recognition import speaks_of_us
from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.policy import pricing
from agent.policy.pricing import AT_ONCE
from agent.record import calendar
from agent.record.acts import Act, DialogueAct, DialogueActKind, SystemAct
from agent.record.call import Call
from agent.record.company import company_name
from agent.record.progress import step
from agent.record.slot_names import NAMES
from agent.record.turn_context import TurnContext
from agent.slots.presenting import named, spoken
from agent.slots.time import TIME
from agent.slots.time.partial_time import PartialTime, parse

_WEEKEND = 7
"""In the place of a weekday: both days of it."""
_WEEKS = 4
"""Weeks in which to look for such a day that is no holiday."""


_SAID = {
    Act.HOLD_ON: "notice.hold",
    Act.THANKS: "notice.welcome",
    Act.GREET: "notice.hello",
    Act.SAME_NUMBER: "notice.no_caller_id",
}
"""Acts that are answered with one sentence, whatever stands in the record."""


def digress(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """An act that changes nothing but the silences."""
    after = msgspec.structs.replace(call, silences=0)
    if dialogue_act.act is Act.LANGUAGE:
        return _language(after, dialogue_act, turn_context)
    return Update(call=after, system_acts=_system_acts(after, dialogue_act, turn_context))


def _language(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> Update:
    """The call goes on in a language the business speaks; a change that was asked for is acknowledged, one that simply happened is not."""
    spoken_here = {tag.partition("-")[0] for tag in turn_context.business.languages}
    asked = dialogue_act.kind is DialogueActKind.ASKED_FOR
    if dialogue_act.detail not in spoken_here:
        return Update(call=call, system_acts=(SystemAct(key="notice.language_unknown", values={"language": dialogue_act.detail}),) if asked else ())
    return Update(call=msgspec.structs.replace(call, language=dialogue_act.detail), system_acts=(SystemAct(key="notice.language"),) if asked else ())


def _system_acts(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> tuple[SystemAct, ...]:
    """What is said to it; nothing to an act that only steers."""
    if dialogue_act.act is Act.HOLD_ON and call.awaits_approval:  # "I'll hold": it is we who are waited for
        return ()
    if key := _SAID.get(dialogue_act.act):
        return (SystemAct(key=key),)
    match dialogue_act.act:
        case Act.HELP:
            return (_help(call, dialogue_act, turn_context),)
        case Act.WHY:
            open_slot = dialogue_act.slots[0] if dialogue_act.slots else step(call)
            return (SystemAct(key="why", slot=open_slot),) if open_slot in NAMES else ()
        case Act.REPEAT:
            return _again(call)
        case Act.ASK:
            return (_asked(call, dialogue_act, turn_context),)
        case Act.ASK_SERVICES:
            return (_services(call),)
        case Act.ASK_PRICE:
            return (pricing.prices(call, dialogue_act.detail, turn_context) or _services(call),)
        case Act.ASK_LENGTH:
            return (pricing.length(call, dialogue_act.detail, turn_context),)
        case Act.ASK_HOURS:
            return _hours(call, dialogue_act, turn_context)
        case Act.ASK_HELD:
            return _held(call, dialogue_act.detail, turn_context)
        case _:
            return ()


def _help(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> SystemAct:
    """The answer that the business wrote down; or that one thing is booked at a time; or what this is."""
    if dialogue_act.detail:
        return SystemAct(key="notice.answer", values={"answer": dialogue_act.detail})
    if dialogue_act.kind is DialogueActKind.BOTH:
        return SystemAct(key="notice.one_at_a_time")
    return SystemAct(key="notice.help", values={"business": company_name(call, turn_context.business)})


def _again(call: Call) -> tuple[SystemAct, ...]:
    """What was said last, word for word; a value read back is said again slowly instead, and after a sentence that asked nothing the question is."""
    if call.question.kind == "read_back":
        return (SystemAct(key="slowly"),)
    last = _last_said(call)
    return (SystemAct(key="notice.repeated", values={"words": last}),) if "?" in last or "？" in last else ()


def _asked(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> SystemAct:
    """A question that no other act names: one that the business lists, about who is speaking here, or one for the team."""
    utterance = Utterance(dialogue_act.detail)
    if listed := set_phrases.answer(utterance, turn_context.business, call.language):
        return SystemAct(key="notice.answer", values={"answer": listed})
    name = company_name(call, turn_context.business)
    if speaks_of_us(utterance) or set_phrases.asks_who(utterance, name, opening=step(call) == NAMES[0]):
        return SystemAct(key="notice.help", values={"business": name})
    return SystemAct(key="notice.no_answer")


def _services(call: Call) -> SystemAct:
    """A few of them; when some were named in what we said last, the next few."""
    names = [named(service, call.language) for service in call.brief.services]
    last = _last_said(call)
    others = [name for name in names if name not in last] if len(names) > AT_ONCE else names
    if 0 < len(others) < len(names):
        return SystemAct(key="notice.services_else", values={"list": others[:AT_ONCE]})
    return SystemAct(key="notice.services" if len(names) <= AT_ONCE else "notice.services_more", values={"list": names[:AT_ONCE]})


def _last_said(call: Call) -> str:
    return next((line.message for line in reversed(call.recent) if line.speaker == "AI"), "")


def _hours(call: Call, dialogue_act: DialogueAct, turn_context: TurnContext) -> tuple[SystemAct, ...]:
    """Of the day that was named, of both days of a weekend, else of today."""
    return tuple(_hours_of(day, call, turn_context) for day in _days(Utterance(dialogue_act.detail), call, turn_context))


def _days(utterance: Utterance, call: Call, turn_context: TurnContext) -> list[date]:
    today = turn_context.now.date()
    habitual = [
        (place, kind)
        for kind, names in words("zh" if utterance.has_han else "en", "choosing")["days"].items()
        for place in [_named(utterance, names)]
    ]
    if named_days := [int(kind) for place, kind in sorted(habitual) if place >= 0]:
        days = [day for first in named_days for day in ([5, 6] if first == _WEEKEND else [first])]
        return [_next(day, today, turn_context) for day in days]
    context = Context(language=call.language, region=call.brief.region, now=turn_context.now, asked=frozenset({TIME.name}))
    candidates = TIME.extract(utterance, context)
    said = parse(candidates[0].value) if candidates else PartialTime()
    return [said.day or said.week or today]


def _named(utterance: Utterance, names: Sequence[str]) -> int:
    """Where one of the names stands, or -1; a Mandarin one anywhere."""
    if utterance.has_han:
        return max(utterance.text.find(name) for name in names)
    return next(
        (place for place, word in enumerate(utterance.words) if (bare := word.replace("'", "")) in names or bare.removesuffix("s") in names), -1
    )


def _next(weekday: int, today: date, turn_context: TurnContext) -> date:
    """The next such day that is no holiday: "are you open on Mondays" asks about Mondays."""
    days = [today + timedelta(days=(weekday - today.weekday()) % 7 + 7 * weeks) for weeks in range(_WEEKS)]
    return next((day for day in days if not calendar.is_holiday(day, turn_context.business)), days[0])


def _hours_of(day: date, call: Call, turn_context: TurnContext) -> SystemAct:
    locale = _locale(call)
    spoken_day = format_date(day, "EEEE", locale=locale)
    open_windows = [] if calendar.is_holiday(day, turn_context.business) else calendar.windows(day, turn_context.business)
    if not open_windows:
        return SystemAct(key="notice.hours_closed", values={"day": spoken_day})
    starts, ends = [_clock(opens, locale) for opens, _ in open_windows], [_clock(closes, locale) for _, closes in open_windows]
    return SystemAct(key="notice.hours_day", values={"day": spoken_day, "starts": starts, "ends": ends})


def _locale(call: Call) -> str:
    return "zh_CN" if call.language == "zh" else f"en_{call.brief.region}" if call.brief.region in ("US", "GB", "AU", "CA", "NZ", "IE") else "en_US"


def _clock(at: time, locale: str) -> str:
    whole = time(0, 0) if at == time.max else at
    return format_time(
        whole, "h a" if not whole.minute and locale.startswith("en") else "h:mm a" if locale.startswith("en") else "ah:mm", locale=locale
    )


def _held(call: Call, slot: str, turn_context: TurnContext) -> tuple[SystemAct, ...]:
    """What is held of the slot that was asked about, else of all."""
    names = (slot,) if slot and (call.slot(slot).value or call.slot(slot).pending) else NAMES
    items = [spoken(call, name, value, turn_context) for name in names if (value := call.slot(name).pending or call.slot(name).said)]
    known = [name for name in names if call.slot(name).unspoken]
    if not items and not known:
        return (SystemAct(key="notice.held_none"),)
    held = (SystemAct(key="notice.held", values={"list": items}),) if items else ()
    return (*held, SystemAct(key="notice.held_known", values={"slots": known})) if known else held
