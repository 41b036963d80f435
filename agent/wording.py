"""From acts to words: the notices of a turn, then the question that is open, out of a phrasebook.

A wording that has variants takes one by the count of turns, never by chance: the same record says the same words.
"""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from agent import caller_id, languages
from agent.call import Call, Question
from agent.hearing import Context
from agent.reasons import Reason
from agent.scene import Scene
from agent.slots import SLOTS
from agent.slots.names import NAMES
from agent.speaking import named, service_of, spoken
from agent.speech import Speech
from agent.taken import Notice

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
    "refused.",
    "close.",
)
"""Notices beside which "great" would be one too many."""
_ADDRESS_REST = {Reason.NO_STREET: "rest_street", Reason.NO_NUMBER: "rest_number", None: "rest_state"}
"""What is asked for of an address that is not whole."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
OFFERS = 3
"""How many services are named at a time."""
CODE_CHARACTERS = 5
_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ23456789"
"""Letters and digits that sound and look unlike each other."""


def word(call: Call, notices: Sequence[Notice], scene: Scene, book: Phrasebook) -> Speech:
    """What to speak: what is to be said about the turn, then the open question."""
    said = [_notice(call, notice, scene, book, place) for place, notice in enumerate(_without_doubles(notices))]
    if not any(notice.key in SILENT_AFTER for notice in notices):
        said.append(_question(call, notices, scene, book))
    sentences = tuple(dict.fromkeys(_sentence(words) for words in said if words))
    return Speech(sentences=sentences, joint="" if call.language == "zh" else " ", slowly=_is_slow(call, notices))


def _is_slow(call: Call, notices: Sequence[Notice]) -> bool:
    """Whether a value is read back a second time: it was denied, or the caller asked to hear it again."""
    asked = any(notice.key == "slowly" for notice in notices)
    return call.question.kind == "read_back" and (asked or any(call.slot(name).denied for name in call.question.slots))


def _without_doubles(notices: Sequence[Notice]) -> list[Notice]:
    """One acknowledgement is enough: a bare one gives way to one that says something, and nothing is lovely before a booking is told or refused."""
    if any(notice.key == "notice.resumed" for notice in notices):
        notices = [notice for notice in notices if notice.key != "notice.hello"]
    if any(notice.key == "close.booked" for notice in notices):  # it says all that was agreed; a question beside the yes is answered before
        told = [notice for notice in notices if notice.key.startswith(ANSWERS)]
        return [*told, *(notice for notice in notices if notice.key.startswith("close."))]
    if any(notice.key.startswith(TELLING) for notice in notices):
        return [notice for notice in notices if notice.key != "notice.noted"]
    first = next((notice for notice in notices if notice.key == "notice.noted"), None)
    return [notice for notice in notices if notice is first or notice.key != "notice.noted"]


def _sentence(words: str) -> str:
    """With a capital at its beginning."""
    return words[:1].upper() + words[1:]


def briefing(call: Call, scene: Scene, book: Phrasebook) -> str:
    """What a person who takes over is told, in one sentence: what is known, what is missing, and why."""
    words = book["common"]["briefing"]
    known = _join(_items(call, NAMES, scene, book, aloud=False), "sentence", book)
    gaps = _labels([name for name in NAMES if not call.slot(name).settled], book)
    wanted = call.hand_off
    why = words["why"][wanted.why].format(label=book[wanted.slot]["label"] if wanted.slot else "") if wanted else ""
    parts = (why, words["known"].format(list=known) if known else words["nothing"], words["gaps"].format(list=gaps) if gaps else "")
    return ("" if call.language == "zh" else " ").join(part for part in parts if part)


def reference(call: Call) -> str:
    """The short code of a booking, as characters said one by one: made from the callSid, so it never changes."""
    number = int.from_bytes(sha256(call.sid.encode()).digest()[:8])
    letters = []
    for _ in range(CODE_CHARACTERS):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return " ".join(letters)


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


def _notice(call: Call, notice: Notice, scene: Scene, book: Phrasebook, place: int) -> str:
    """`place`: the how-manieth notice of the turn, so that two of a kind are worded apart."""
    kind, _, key = notice.key.partition(".")
    values = {
        name: value if isinstance(value, str) else _join(value, "sentence" if key == "held" else "and", book) for name, value in notice.values.items()
    }
    if kind == "close":
        wording = _pick(book["common"]["close"][key], call.turns)
        return wording.format_map({**values, **_booked(call, scene, book)})
    if kind == "refused":
        return str(_pick(_words(call, notice.slot, book)["refused"].get(key, ""), call.turns))
    if kind == "why":
        return str(book[notice.slot]["why"])
    if kind in ("offer", "slowly"):
        return ""
    if "starts" in notice.values:
        windows = [
            book["common"]["hours"]["window"].format(start=a, end=b) for a, b in zip(notice.values["starts"], notice.values["ends"], strict=True)
        ]
        values["hours"] = _join(windows, "and", book)
    if notice.slot:
        values["label"] = book[notice.slot]["label"]
    if "slots" in notice.values:
        values["list"] = _labels(notice.values["slots"], book)
    if key == "noted_name":
        values["value"] = _first_name(values["value"])
    return _pick(book["common"]["notice"][key], call.turns + place).format_map(values)


def _words(call: Call, slot: str, book: Phrasebook) -> dict[str, Any]:
    """The wording of a slot, with what the caller's country words otherwise: "suburb", "zip code"."""
    general = book[slot]
    own: Mapping[str, Any] = general.get("region", {}).get(call.brief.region, {})
    return {**general, **own, **{key: {**general[key], **own.get(key, {})} for key in ("refused", "parts") if key in general}}


def _first_name(name: str) -> str:
    """What a person is called in a thank-you: the first of several Latin names, "Mrs Smith" and a Chinese name whole."""
    first = name.partition(" ")[0]
    return first if name.isascii() and first.casefold() not in languages.words("en", "name")["titles"] else name


def _booked(call: Call, scene: Scene, book: Phrasebook) -> dict[str, str]:
    """What is said of a booking: only ever read from the committed record; what may not be spoken is called what it is."""
    if call.booked is None:
        return {}
    service, time, known = service_of(call, aloud=True), call.slot("time"), book["common"]["known"]
    return {
        "service": named(service, call.language) if service else known["service"],
        "time": known["time"] if time.unspoken else spoken(call, "time", time.value, scene),
        "code": reference(call),
    }


def _question(call: Call, notices: Sequence[Notice], scene: Scene, book: Phrasebook) -> str:
    question = call.question
    match question.kind:
        case "ask":
            return _ask(call, question.slots[0], notices, scene, book)
        case "read_back":
            return _read_back(call, question, scene, book, slow=_is_slow(call, notices))
        case "choice":
            return _choice(call, question.slots[0], notices, scene, book)
        case "summary":
            if call.summarised and notices and (question.whole or not question.slots):
                missed = any(notice.key in ("notice.not_caught", "notice.too_long") for notice in notices)  # then a yes must be one to the booking
                return str(book["common"]["question"]["book_or_change" if missed else "book"])
            names = NAMES if question.whole or not question.slots else question.slots
            key = "summary" if question.whole else "summary_again"
            return str(book["common"]["question"][key]).format(list=_join(_items(call, names, scene, book), "sentence", book))
        case "leave" | "resume" | "change":
            return str(book["common"]["question"][question.kind])
        case "none":
            return ""


def _items(call: Call, names: Sequence[str], scene: Scene, book: Phrasebook, *, aloud: bool = True) -> list[str]:
    """What is held, an item each; `aloud`: what may not be spoken is only named, all of it in the last item."""
    states = [(name, call.slot(name)) for name in names if call.slot(name).status != "skipped"]
    held = [(name, state.pending or (state.said if aloud else state.value)) for name, state in states]
    items = [(name, spoken(call, name, value, scene, slow=bool(call.slot(name).denied)).rstrip(".。")) for name, value in held if value]
    known = [name for name, state in states if aloud and state.unspoken and not state.pending]
    said = [book[name]["item"].format(value=value) for name, value in items]
    return [_sentence(item) for item in (*said, *([book["common"]["known"]["item"].format(list=_labels(known, book))] if known else ()))]


def _labels(names: Sequence[str], book: Phrasebook) -> str:
    return _join([book[name]["label"] for name in names], "and", book)


def _ask(call: Call, slot: str, notices: Sequence[Notice], scene: Scene, book: Phrasebook) -> str:
    """The question for one slot: gentler and different with each failed attempt."""
    state, words = call.slot(slot), _words(call, slot, book)
    offers = _join([named(service, call.language) for service in call.brief.services[:OFFERS]], "or", book)
    refused = any((notice.key.startswith("refused.") and notice.slot == slot) or notice.key == "notice.neither" for notice in notices)
    aside = any(notice.key.startswith(("why", "notice.")) for notice in notices)
    if caller_id.offered(call) and not call.silences:
        return str(words["offer"]).format(value=spoken(call, slot, call.brief.caller, scene))
    if call.silences:
        return _climb(words["silence"], call.silences).format(offers=offers)
    if state.partial:
        return _rest(call, slot, scene, book)
    if state.part:
        return str(words["parts"][state.part])
    if state.disputed and state.disputed != call.brief.caller:
        return str(words["again" if state.denied else "retry"]).format(offers=offers)
    if state.no_match and (refused or not aside):
        return str(words["retry"]).format(offers=offers) if refused else _climb(words["reprompt"], state.no_match).format(offers=offers)
    return _pick(words["ask"], call.turns)


def _rest(call: Call, slot: str, scene: Scene, book: Phrasebook) -> str:
    """The question for what is missing of a value."""
    state, words = call.slot(slot), _words(call, slot, book)
    if slot == "time":
        key = "rest_clock" if _DAY.match(state.partial) else "rest_day"
        return str(words[key]).format(value=spoken(call, slot, state.partial, scene))
    key = "rest_local" if slot == "email" and state.partial.startswith("@") else "rest"
    if slot == "address":
        key = _ADDRESS_REST.get(SLOTS[slot].check(state.partial, Context(language=call.language, region=call.brief.region, now=scene.now)), "rest")
    return str(words[key]).format(value=spoken(call, slot, state.partial, scene, slow=slot == "phone"))


def _read_back(call: Call, question: Question, scene: Scene, book: Phrasebook, *, slow: bool) -> str:
    if len(question.slots) > 1:
        return str(book["common"]["question"]["several_slow" if slow else "several"]).format(
            list=_join(_items(call, question.slots, scene, book), "sentence", book)
        )
    name = question.slots[0]
    value = spoken(call, name, call.slot(name).pending, scene, slow=slow)
    return _pick(book[name]["slow" if slow else "read_back"], call.turns).format(value=value)


def _choice(call: Call, slot: str, notices: Sequence[Notice], scene: Scene, book: Phrasebook) -> str:
    options = _times(call, scene) if slot == "time" else [spoken(call, slot, option, scene) for option in call.slot(slot).options]
    if any(notice.key == "offer" for notice in notices):
        return str(book["time"]["offer" if len(options) > 1 else "offer_one"]).format(list=_join(options, "or", book))
    return _pick(book["common"]["question"]["choice"], call.turns).format(list=_join(options, "or", book))


def _times(call: Call, scene: Scene) -> list[str]:
    """The times to choose from, the day said only where it is another: "Friday at 7 AM, 1 PM"."""
    said, before = [], ""
    for option in call.slot("time").options:
        day, _, clock = option[:16].partition("T")
        said.append(spoken(call, "time", clock if day == before and ":" in clock else option, scene))
        before = day
    return said
