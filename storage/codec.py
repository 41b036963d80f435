"""Calls, lines and events to and from what is kept: JSON in a few fields, so that a step writes only what it changed."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from agent.record.acts import Inform
from agent.record.call import RECENT, Booking, Brief, Call, Line
from agent.record.delivery import Owed
from agent.record.events import Event
from agent.record.provenance import Provenance
from agent.record.skeleton import document
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.slots import PLACES
from storage.weaving import woven

_APART = ("sid", "rev", "brief", "slots", "foreign")
_WORDS = ("recent", "open_turn", "unheard", "newest", "before")
"""What of a call is what was said in it, or is of no use without that."""
_OF_ERRANDS: Mapping[str, Any] = {"reason": "", "told": (), "then": ""}
"""What of an errand is what was said, and how it is without that."""
_STATE = tuple(name for name in Call.__struct_fields__ if name not in (*_APART, *_WORDS))
"""What is kept together in the field `state`: whatever the call has beside the fields of its own, and beside what was said."""
_DEFAULTS = {
    field.name: field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    for field in msgspec.structs.fields(Call)
    if field.name in (*_STATE, *_WORDS)
}
_KEPT_AS = {field.name: field.encode_name for field in msgspec.structs.fields(Call)}
_EMPTY = SlotState()


class _Whose(msgspec.Struct):
    """The little of a brief that says whose the call is."""

    business: str


encode = msgspec.json.Encoder().encode
_whose = msgspec.json.Decoder(_Whose)
_call = msgspec.json.Decoder(Call)
_brief = msgspec.json.Decoder(Brief)
_booking = msgspec.json.Decoder(Booking)
_owed = msgspec.json.Decoder(Owed)
replace = msgspec.structs.replace
MOST_NESTED = 100
"""Levels of another system's document; a thousand would be the end of Python's stack."""
_SURROGATES = re.compile("[\ud800-\udfff]")


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """The words that a call's values came from, each with the turn it was said in: by slot, of the one that is there and of the one that waits for a
    yes; and of what is wanted of an appointment why it is to go, what it is to be, and what is wanted after that."""

    there: Mapping[str, tuple[str, str]] = {}
    waiting: Mapping[str, tuple[str, str]] = {}
    reason: str = ""
    told: tuple[Inform, ...] = ()
    then: str = ""


_said = msgspec.json.Decoder(Said)


WORDS = ("words", "said")
"""The names of what is kept of them."""
Changed = tuple[dict[str, bytes], dict[str, bytes]]


def changed(before: Call | None, after: Call, *, whole: bool = False) -> Changed:
    """What differs of a call's record, and of its words."""
    return fields(before, after, whole=whole), words(before, after, whole=whole)


def fields(before: Call | None, after: Call, *, whole: bool = False) -> dict[str, bytes]:
    """The record's fields that differ: `brief`, `foreign`, `state`, and one for each slot; `whole`: all of them. No words are in them: those are in
    `words`."""
    changed: dict[str, bytes] = {}
    if whole or before is None or before.brief != after.brief:
        changed["brief"] = encode(after.brief)
    if whole or (before.foreign if before else None) != after.foreign:
        changed["foreign"] = encode(after.foreign)
    old = before.slots if before else {}
    for name, state in after.slots.items():
        was = old.get(name, _EMPTY)
        if whole or (was is not state and was != state):
            changed[name] = encode(_unsaid(state))
    if whole or before is None or any(getattr(before, name) != getattr(after, name) for name in _STATE):
        changed["state"] = _kept(replace(after, errand=after.errand and replace(after.errand, **_OF_ERRANDS)), _STATE)
    return changed


def words(before: Call | None, after: Call, *, whole: bool = False) -> dict[str, bytes]:
    """What differs of the words of a call, which may be kept for a shorter time than the rest of it: `words`, with where it goes back to when its
    newest turn is said otherwise, and `said`; `whole`: both.
    """
    changed: dict[str, bytes] = {}
    if whole or before is None or any(getattr(before, name) != getattr(after, name) for name in _WORDS):
        changed["words"] = _kept(after, _WORDS)
    if (said := _said_in(after)) != (_said_in(before) if before else Said()) or whole:
        changed["said"] = encode(said)
    return changed


def is_mixed(before: Call | None, apart: bytes | None) -> bool:
    """Whether words are still in the record itself, so that the next step is to write all of it: an earlier release wrote its last step, as `apart`
    says, the revision of the last that had its words apart."""
    return before is not None and apart != b"%d" % before.rev


def _kept(call: Call, names: Sequence[str]) -> bytes:
    values = ((name, getattr(call, name)) for name in names)
    return encode({_KEPT_AS[name]: value for name, value in values if value != _DEFAULTS.get(name, msgspec.NODEFAULT)})


def _said_in(call: Call) -> Said:
    slots = call.slots.items()
    return Said(
        there={name: (one.provenance.turn, one.provenance.words) for name, one in slots if one.provenance and one.provenance.words},
        waiting={name: (one.turn, one.words) for name, state in slots if (one := state.pending_provenance) and one.words},
        **{name: getattr(call.errand, name) for name in _OF_ERRANDS if call.errand},
    )


def _unsaid(state: SlotState) -> SlotState:
    held, pending = state.provenance, state.pending_provenance
    return replace(state, provenance=held and replace(held, words=""), pending_provenance=pending and replace(pending, words=""))


def _with_words(call: Call, said: Said) -> Call:
    slots = dict(call.slots)
    for name, from_turn in said.there.items():
        slots[name] = replace(slots[name], provenance=_spoken(slots[name].provenance, *from_turn))
    for name, from_turn in said.waiting.items():
        if slots[name].pending_provenance:
            slots[name] = replace(slots[name], pending_provenance=_spoken(slots[name].pending_provenance, *from_turn))
        else:  # an earlier release's worker heard the yes
            slots[name] = replace(slots[name], provenance=_spoken(slots[name].provenance, *from_turn))
    errand = call.errand
    spoken = {name: getattr(errand, name) or getattr(said, name) for name in _OF_ERRANDS if errand}
    return replace(call, slots=slots, errand=errand and replace(errand, **spoken))


def _spoken(origin: Provenance | None, turn: str, text: str) -> Provenance | None:
    """With its words, unless it has its own, or is another's meanwhile: an earlier release's worker puts a value into the record alone."""
    return replace(origin, words=text) if origin is not None and origin.turn == turn and not origin.words else origin


def brief(text: bytes) -> Brief:
    """What a call was opened with, from its record's field."""
    return _brief.decode(text)


def business(text: bytes) -> str:
    """Whose a call is, from the same field; the rest of it is not read."""
    return _whose.decode(text).business


def call(sid: str, kept: Mapping[str, bytes]) -> Call:
    """The call from its record's fields and what is kept of its words. Raises msgspec.DecodeError when they are no call."""
    slots = b",".join(b'"%b":%b' % (name.encode(), kept.get(name, b"{}")) for name in NAMES)
    state, spoken, said = kept["state"], kept.get("words", b"{}"), _said.decode(kept.get("said", b"{}"))
    if kept.get("apart") != kept["rev"]:
        state, spoken, said = _unmixed(kept, said)
    spoken = spoken[1:-1]
    found = _call.decode(
        b'{"sid":%b,"rev":%b,"brief":%b,"foreign":%b,"slots":{%b},%b%b%b}'
        % (encode(sid), kept["rev"], kept["brief"], kept.get("foreign", b"null"), slots, state[1:-1], spoken and b",", spoken)
    )
    return _with_words(found, said) if "said" in kept else found


def _unmixed(kept: Mapping[str, bytes], said: Said) -> tuple[bytes, bytes, Said]:
    """State and words of a record whose last step an earlier release wrote, with the words of that step in it, and what was said as far as it counts.

    That release does not see the words that are apart. So whatever it has of a turn is newer; to the lines, and to what a supervisor said and nobody
    heard yet, it has added its own.
    """
    state, apart = _parts(kept["state"]), _parts(kept.get("words", b"{}"))
    inside = {name: state.pop(name) for name in _WORDS if name in state}
    if "before" in kept:
        inside["before"] = msgspec.Raw(kept["before"])
    added = {name: _joined(apart[name], inside[name]) for name in ("recent", "unheard") if name in apart and name in inside}
    if inside.keys() - {"unheard"}:
        apart = {name: value for name, value in apart.items() if name in ("recent", "unheard")}
        said = replace(said, **_OF_ERRANDS)
    return encode(state), encode({**apart, **inside, **added}), said


def _parts(text: bytes) -> dict[str, msgspec.Raw]:
    return msgspec.json.decode(text, type=dict[str, msgspec.Raw])


def _joined(first: msgspec.Raw, then: msgspec.Raw) -> msgspec.Raw:
    """As many as are kept of lines; of what a supervisor said there are seldom more."""
    both = [*msgspec.json.decode(first), *msgspec.json.decode(then)]
    return msgspec.Raw(encode(both[-RECENT:]))


def lines(some: Sequence[Line]) -> bytes:
    """Lines of the conversation as JSON objects joined by commas."""
    return b",".join(encode(line) for line in some)


def body(after: Call) -> bytes:
    """The CallSkeleton without its history."""
    return encode(document(after, PLACES))


def compose(without_history: bytes, history: bytes) -> bytes:
    """The whole CallSkeleton; `history` is a JSON array."""
    return b'%b,"history":%b}' % (without_history[:-1], history)


def parse(text: bytes) -> dict[str, Any] | None:
    """A CallSkeleton as another system left it; None when it is no JSON object, or nested as nobody nests, so that nobody can have meant it."""
    try:
        found = msgspec.json.decode(text)
    except RecursionError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError):
        found = _parse_leniently(text)
    return found if isinstance(found, dict) and _is_shallow(found) else None


def _is_shallow(document: dict[str, Any]) -> bool:
    """Whether it can be walked, changed and written again without looking how deep the stack is already."""
    level: list[Any] = [document]
    for _ in range(MOST_NESTED):
        inner = (part for one in level for part in (one.values() if isinstance(one, dict) else one))
        level = [part for part in inner if isinstance(part, dict | list)]
        if not level:
            return True
    return False


def one_line(text: bytes, said: bytes | None = None) -> bytes | None:
    """A document without needless space, our padding among it; None when it is no JSON object.

    `said`: our own conversation, where the one in the document may be another system's; each line of it is there then.
    """
    content = parse(text)
    if content is None:
        return None
    return encode(content if said is None else {**content, "history": msgspec.json.decode(woven(history_of(text), said))})


def history_of(text: bytes) -> bytes:
    """The raw `history` of a document that `parse` could read; `[]` when it has none."""
    try:
        return bytes(msgspec.json.decode(text, type=dict[str, msgspec.Raw]).get("history", b"[]"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return encode((parse(text) or {}).get("history", []))


def envelope(event: Event) -> bytes:
    """An event as it goes over the wire: JSON on one line."""
    return encode(event)


def erased(sid: str, seconds: float, *, degraded: bool = False) -> bytes:
    """What readers are told of an erased call, as an envelope. `seconds`: Unix time."""
    told = Event(type="status_change", payload={"callSid": sid, "status": "erased"}, timestamp=seconds, source="service")
    return envelope(msgspec.structs.replace(told, degraded=True) if degraded else told)


def bookings(some: Sequence[bytes]) -> tuple[Booking, ...]:
    """Bookings from their JSON, in order of time."""
    return in_order(_booking.decode(one) for one in some)


def owed(text: bytes) -> Owed:
    """A delivery as the outbox keeps it."""
    return _owed.decode(text)


def debts(some: Iterable[bytes], business: str = "") -> tuple[Owed, ...]:
    """Deliveries in the order in which they were made; `business`: only those of the business of that id."""
    found = (owed(one) for one in some)
    return tuple(sorted((one for one in found if business in ("", one.delivery.business)), key=lambda one: (one.delivery.made, one.delivery.id)))


def in_order(some: Iterable[Booking]) -> tuple[Booking, ...]:
    return tuple(sorted(some, key=lambda booking: (booking.start, booking.end, booking.sid)))


def milliseconds(created_at: str) -> int:
    """An ISO 8601 time in Unix milliseconds; without an offset it is UTC. 0 when it is none."""
    try:
        when = datetime.fromisoformat(created_at)
    except ValueError:
        return 0
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _parse_leniently(text: bytes) -> Any:
    """What JavaScript and Python write and strict readers refuse: escaped halves of a character, and invalid UTF-8; both become U+FFFD."""
    try:
        found = json.loads(text.decode("utf-8", "replace"))
        return json.loads(_SURROGATES.sub("\ufffd", json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError):
        return None
