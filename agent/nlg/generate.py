"""From acts to words: the notices of a turn, then the question that is open, out of a phrasebook.

A wording that has variants takes one by the count of turns, never by chance: the same record says the same words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.nlg import errands
from agent.nlg.speech import Speech
from agent.record import caller_id
from agent.record.acts import SystemAct
from agent.record.booking_reference import booking_reference
from agent.record.call import Call, Question
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.email import EMAIL
from agent.slots.presenting import context_of, named, service_of, spoken
from agent.slots.service import SERVICE
from agent.slots.time import TIME

Phrasebook = Mapping[str, Mapping[str, Any]]
ANSWERS = ("notice.answer", "notice.no_answer", "notice.price", "notice.length", "notice.hours", "notice.services", "notice.help")
"""Notices that answer a question of the caller's."""
SILENT_AFTER = frozenset({"notice.hold", "notice.repeated"})
"""Notices after which we wait instead of asking, or which asked already."""
TELLING = (
    "notice.noted_",
    "notice.changed",
    "notice.reopened",
    "notice.denied",
    "notice.which",
    "notice.answer",
    "notice.price",
    "notice.approval",
    "refused.",
    "close.",
)
"""Notices beside which "great" would be one too many."""
OFFERS = 3
"""How many services are named at a time."""


def generate(call: Call, system_acts: Sequence[SystemAct], turn_context: TurnContext, book: Phrasebook) -> Speech:
    """What to speak: what is to be said about the turn, then the open question."""
    said = [_system_act(call, system_act, turn_context, book, place) for place, system_act in enumerate(_without_doubles(system_acts))]
    if not any(system_act.key in SILENT_AFTER for system_act in system_acts):
        said.append(_question(call, system_acts, turn_context, book))
    sentences = tuple(dict.fromkeys(_sentence(words) for words in said if words))
    return Speech(sentences=sentences, joint="" if call.language == "zh" else " ", slowly=_is_slow(call, system_acts))


def _is_slow(call: Call, system_acts: Sequence[SystemAct]) -> bool:
    """Whether a value is read back a second time: it was denied, or the caller asked to hear it again."""
    asked = any(system_act.key == "slowly" for system_act in system_acts)
    return call.question.kind == "read_back" and (asked or any(call.slot(name).denied for name in call.question.slots))


def _without_doubles(system_acts: Sequence[SystemAct]) -> list[SystemAct]:
    """One acknowledgement is enough: a bare one gives way to one that says something, and nothing is lovely before a booking is told or refused."""
    if any(system_act.key in ("notice.resumed", "notice.begun_anew") for system_act in system_acts):
        system_acts = [system_act for system_act in system_acts if system_act.key != "notice.hello"]
    if any(
        system_act.key in ("close.booked", "close.to_be_confirmed") for system_act in system_acts
    ):  # it says all that was agreed; a question beside the yes is answered before
        told = [system_act for system_act in system_acts if system_act.key.startswith(ANSWERS)]
        return [*told, *(system_act for system_act in system_acts if system_act.key.startswith("close."))]
    if any(system_act.key.startswith(TELLING) for system_act in system_acts):
        return [system_act for system_act in system_acts if system_act.key != "notice.noted"]
    first = next((system_act for system_act in system_acts if system_act.key == "notice.noted"), None)
    return [system_act for system_act in system_acts if system_act is first or system_act.key != "notice.noted"]


def _sentence(words: str) -> str:
    """With a capital at its beginning."""
    return words[:1].upper() + words[1:]


def briefing(call: Call, turn_context: TurnContext, book: Phrasebook) -> str:
    """What a person who takes over is told, in one sentence: what is known, what is missing, and why."""
    words = book["common"]["briefing"]
    known = _join(_items(call, NAMES, turn_context, book, aloud=False), "sentence", book)
    gaps = _labels([name for name in NAMES if not call.slot(name).settled], book)
    wanted = call.handoff
    why = words["why"][wanted.why].format(label=book[wanted.slot]["label"] if wanted.slot else "") if wanted else ""
    free = _join([spoken(call, TIME.name, start, turn_context) for start in wanted.free], "or", book) if wanted else ""
    parts = (
        why,
        words["free"].format(list=free) if free else "",
        words["known"].format(list=known) if known else words["nothing"],
        words["gaps"].format(list=gaps) if gaps else "",
    )
    return ("" if call.language == "zh" else " ").join(part for part in parts if part)


def reference(call: Call) -> str:
    """The short code of a booking, as characters said one by one."""
    return " ".join(booking_reference(call.sid))


def _pick(wording: str | Sequence[str], turn: int) -> str:
    return wording if isinstance(wording, str) else str(wording[turn % len(wording)])


def _climb(wordings: Sequence[str], attempt: int) -> str:
    """The wording of the first, second ... attempt; the last one from there on."""
    return wordings[min(attempt, len(wordings)) - 1]


def _join(items: Sequence[str], joint: str, book: Phrasebook) -> str:
    """With joint "and": "a, b and c"; with joint "sentence" all alike."""
    signs: Mapping[str, str] = book["common"]["list"]
    if joint == "sentence" or len(items) < 2:
        return signs["sentence"].join(items)
    return signs["comma"].join(items[:-1]) + signs[joint] + items[-1]


def _system_act(call: Call, system_act: SystemAct, turn_context: TurnContext, book: Phrasebook, place: int) -> str:
    """`place`: the how-manieth notice of the turn, so that two of a kind are worded apart."""
    kind, _, key = system_act.key.partition(".")
    values = {
        name: value if isinstance(value, str) else _join(value, "sentence" if key == "held" else "and", book)
        for name, value in system_act.values.items()
    }
    if kind == "close":
        wording = _pick(book["common"]["close"][key], call.turns)
        return wording.format_map({**values, **_booked(call, turn_context, book)})
    if kind == "people":
        return _of_people(call, system_act, turn_context, book, place)
    if kind == "refused":
        return str(_pick(_words(call, system_act.slot, book)["refused"].get(key, ""), call.turns))
    if kind == "why":
        return str(book[system_act.slot]["why"])
    if kind in ("offer", "slowly"):
        return ""
    if "starts" in system_act.values:
        windows = [
            book["common"]["hours"]["window"].format(start=a, end=b)
            for a, b in zip(system_act.values["starts"], system_act.values["ends"], strict=True)
        ]
        values["hours"] = _join(windows, "and", book)
    if system_act.slot:
        values["label"] = book[system_act.slot]["label"]
    if "slots" in system_act.values:
        values["list"] = _labels(system_act.values["slots"], book)
    if system_act.slot and system_act.key == SLOTS[system_act.slot].noted:
        values["value"] = SLOTS[system_act.slot].addressed(values["value"])
        return _pick(book[system_act.slot]["noted"], call.turns + place).format_map(values)
    return _pick(book["common"]["notice"][key], call.turns + place).format_map(values)


def _of_people(call: Call, system_act: SystemAct, turn_context: TurnContext, book: Phrasebook, place: int) -> str:
    """What is said of what people did; hold sentences go round, so that none comes twice while others are left."""
    wording = book["people"][system_act.key.removeprefix("people.")]
    if "number" in system_act.values:
        return str(wording[int(str(system_act.values["number"])) % len(wording)])
    if not system_act.slot:
        return _pick(wording, call.turns)
    words, value = book[system_act.slot], call.slot(system_act.slot).said
    item = words["item"].format(value=spoken(call, system_act.slot, value, turn_context).rstrip(".。")) if value else words["label"]
    return _climb(wording, place + 1).format(item=item, label=words["label"])


def _words(call: Call, slot: str, book: Phrasebook) -> dict[str, Any]:
    """The wording of a slot, with what the caller's country words otherwise: "suburb", "zip code"."""
    general = book[slot]
    own: Mapping[str, Any] = general.get("region", {}).get(call.brief.region, {})
    return {**general, **own, **{key: {**general[key], **own.get(key, {})} for key in ("refused", "parts") if key in general}}


def _booked(call: Call, turn_context: TurnContext, book: Phrasebook) -> dict[str, str]:
    """What is said of a booking, made or to be confirmed, by the record alone; what may not be spoken is called what it is."""
    if call.booked is None and call.to_be_confirmed is None:
        return {}
    service, time, known = service_of(call, aloud=True), call.slot(TIME.name), book["common"]["known"]
    return {
        SERVICE.name: named(service, call.language) if service else known[SERVICE.name],
        TIME.name: known[TIME.name] if time.unspoken else spoken(call, TIME.name, time.value, turn_context),
        "code": reference(call),
        "then": book["common"]["then"]["told" if _is_told(call, turn_context) else "rung"],
    }


def _is_told(call: Call, turn_context: TurnContext) -> bool:
    """Whether a booking that is made when nobody is on the line any more is told to the caller."""
    written = call.slot(EMAIL.name).settled and call.slot(EMAIL.name).value
    return "webhook" in turn_context.confirms or ("mail" in turn_context.confirms and bool(written))


def _question(call: Call, system_acts: Sequence[SystemAct], turn_context: TurnContext, book: Phrasebook) -> str:
    question = call.question
    match question.kind:
        case "ask":
            return _ask(call, question.slots[0], system_acts, turn_context, book)
        case "read_back":
            return _read_back(call, question, turn_context, book, slow=_is_slow(call, system_acts))
        case "choice":
            return _choice(call, question.slots[0], system_acts, turn_context, book)
        case "summary":
            if call.summarised and system_acts and (question.whole or not question.slots):
                missed = any(
                    system_act.key in ("notice.not_caught", "notice.too_long") for system_act in system_acts
                )  # then a yes must be one to the booking
                return str(book["common"]["question"]["book_or_change" if missed else "book"])
            names = NAMES if question.whole or not question.slots else question.slots
            key = "summary" if question.whole else "summary_again"
            return str(book["common"]["question"][key]).format(list=_join(_items(call, names, turn_context, book), "sentence", book))
        case "which" | "what" | "errand":
            return errands.asked(call, turn_context, book)
        case "leave" | "resume" | "change":
            return str(book["common"]["question"][question.kind])
        case "none":
            asked = any(system_act.key == "notice.approval_asked" for system_act in system_acts)
            waits = call.status == "active" and call.awaits_approval and not asked
            return _pick(book["common"]["question"]["approval"], call.turns) if waits else ""


def _items(call: Call, names: Sequence[str], turn_context: TurnContext, book: Phrasebook, *, aloud: bool = True) -> list[str]:
    """What is held, an item each; `aloud`: what may not be spoken is only named, all of it in the last item."""
    states = [(name, call.slot(name)) for name in names if call.slot(name).status != "skipped"]
    held = [(name, state.pending or (state.said if aloud else state.value)) for name, state in states]
    items = [(name, spoken(call, name, value, turn_context, slow=bool(call.slot(name).denied)).rstrip(".。")) for name, value in held if value]
    known = [name for name, state in states if aloud and state.unspoken and not state.pending]
    said = [book[name]["item"].format(value=value) for name, value in items]
    return [_sentence(item) for item in (*said, *([book["common"]["known"]["item"].format(list=_labels(known, book))] if known else ()))]


def _labels(names: Sequence[str], book: Phrasebook) -> str:
    return _join([book[name]["label"] for name in names], "and", book)


def _ask(call: Call, slot: str, system_acts: Sequence[SystemAct], turn_context: TurnContext, book: Phrasebook) -> str:
    """The question for one slot: gentler and different with each failed attempt."""
    state, words = call.slot(slot), _words(call, slot, book)
    offers = _join(_named_next(call, state), "or", book)
    refused = any(
        (system_act.key.startswith("refused.") and system_act.slot == slot) or system_act.key == "notice.neither" for system_act in system_acts
    )
    aside = any(system_act.key.startswith(("why", "notice.")) for system_act in system_acts)
    if caller_id.offered(call) and not call.silences:
        return str(words["offer"]).format(value=spoken(call, slot, call.brief.caller, turn_context))
    if call.silences:
        return _climb(words["silence"], call.silences).format(offers=offers)
    if state.partial:
        return _rest(call, slot, turn_context, book)
    if state.part:
        return str(words["parts"][state.part])
    if state.disputed and state.disputed != call.brief.caller:
        return str(words["again" if state.denied else "retry"]).format(offers=offers)
    if state.no_match and (refused or not aside):
        return str(words["retry"]).format(offers=offers) if refused else _climb(words["reprompt"], state.no_match).format(offers=offers)
    return _pick(words["ask"], call.turns)


def _named_next(call: Call, state: SlotState) -> list[str]:
    """The services that are named as examples: others with each attempt, and never one that was just turned down."""
    left = [service for service in call.brief.services if service.id != state.disputed]
    first = OFFERS * max(0, state.no_match + state.denied - 1)
    return [named(service, call.language) for service in (left[first : first + OFFERS] or left[:OFFERS])]


def _rest(call: Call, slot: str, turn_context: TurnContext, book: Phrasebook) -> str:
    """The question for what is missing of a value."""
    partial, asked = call.slot(slot).partial, SLOTS[slot]
    wording = _words(call, slot, book)[asked.rest(partial, context_of(call, turn_context.now))]
    return str(wording).format(value=spoken(call, slot, partial, turn_context, slow=asked.slow_rest))


def _read_back(call: Call, question: Question, turn_context: TurnContext, book: Phrasebook, *, slow: bool) -> str:
    if len(question.slots) > 1:
        return str(book["common"]["question"]["several_slow" if slow else "several"]).format(
            list=_join(_items(call, question.slots, turn_context, book), "sentence", book)
        )
    name = question.slots[0]
    value = spoken(call, name, call.slot(name).pending, turn_context, slow=slow)
    return _pick(book[name]["slow" if slow else "read_back"], call.turns).format(value=value)


def _choice(call: Call, slot: str, system_acts: Sequence[SystemAct], turn_context: TurnContext, book: Phrasebook) -> str:
    options = [spoken(call, slot, option, turn_context) for option in SLOTS[slot].listed(call.slot(slot).options)]
    if offer := next((system_act for system_act in system_acts if system_act.key == "offer"), None):
        return str(book[offer.slot]["offer" if len(options) > 1 else "offer_one"]).format(list=_join(options, "or", book))
    return _pick(_words(call, slot, book).get("choice", book["common"]["question"]["choice"]), call.turns).format(list=_join(options, "or", book))
