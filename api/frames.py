"""An event as it goes over the wire, and what decides who gets it.

A frame is built once for each event, whatever the number of readers: `id:` and one `data:` line of JSON, no `event:` field, so that
`EventSource.onmessage` sees it. Source: WHATWG HTML, server-sent events.
"""

from collections.abc import Callable, Collection, Mapping
from time import monotonic, time
from typing import Any, Literal, NamedTuple

import msgspec

from agent.record.events import Event, is_for_everyone
from api.shown import Known
from storage import codec
from storage.store import Entry

Order = tuple[int, int]
"""An event id as numbers: ids compare as they were given out."""
START: Order = (0, 0)
Mask = Callable[[Any, Known], Any]
"""Takes a decoded envelope, and what is known of it, and gives it back as a viewer sees it."""


def order(event_id: str) -> Order | None:
    """The id "1772413200123-0", or its first half alone, as numbers; None when it is no id."""
    first, dash, second = event_id.partition("-")
    if (dash and not second) or not all(part.isascii() and part.isdecimal() and len(part) <= 18 for part in (first, second or "0")):
        return None
    return int(first), int(second or "0")


def text(place: Order) -> str:
    return f"{place[0]}-{place[1]}"


class Frame:
    """One event of the log, ready to be written to any number of readers."""

    __slots__ = ("_agent", "_channel", "_everyones", "_masked", "about", "block", "business", "erases", "kind", "order", "sid", "since", "speaker")

    def __init__(self, place: Order, entry: Entry) -> None:
        data, envelope = _on_one_line(entry.data)
        payload = envelope.get("payload")
        told = payload if isinstance(payload, dict) else {}
        self.order = place
        self.sid = entry.sid
        self.business = entry.business
        self.about = entry.sid or told.get("callSid")
        """The call that must be gone for this to be gone: of an entry that does not say whose it is, the one it speaks of."""
        self.since = monotonic()
        self.block = b"id: %b\ndata: %b\n\n" % (text(place).encode(), data)
        self.kind, self.speaker = _word(envelope.get("type")), _word(told.get("speaker"))
        self._agent, self._channel = told.get("agentId"), envelope.get("channel")
        self._everyones = is_for_everyone(self.kind, told)
        self.erases = self.kind == "status_change" and told.get("status") == "erased" and told.keys() <= {"callSid", "status"}
        """Whether it tells that its call was erased, and nothing else: then nothing older of that call may stay in memory."""
        self._masked: bytes | None = None

    def masked(self, mask: Mask) -> bytes:
        """The same event for those who may not see a caller's values."""
        if self._masked is None:
            head, data = self.block.split(b"\ndata: ", 1)
            shown = mask(_decode(data), Known((self.sid,), self.order[0] / 1000))
            self._masked = b"%b\ndata: %b\n\n" % (head, codec.encode(shown))
        return self._masked

    def concerns_agent(self, agent: str) -> bool:
        """Whether a supervisor is to hear of it: it names them, or came to them, or is for every supervisor."""
        if self._agent == agent or self._everyones:
            return True
        return self._channel is not None and self._channel in ("broadcast", f"agent:{agent}")


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _on_one_line(data: bytes) -> tuple[bytes, Mapping[str, Any]]:
    """The envelope of an entry as it is written to readers, and as it is understood: {} when it is no JSON object.

    Whoever reaches the log may put anything there. What every reader takes on one line stays as it is, as all that we write does.
    """
    if data.count(b"{") + data.count(b"[") <= codec.MOST_NESTED and b"\n" not in data and b"\r" not in data:
        try:
            found = _decode(data)
        except ValueError:  # also of a text that is no UTF-8
            pass
        else:
            if isinstance(found, dict):
                return data, found
    envelope = codec.parse(data) or {}
    return codec.encode(envelope), envelope


_decode = msgspec.json.Decoder().decode


class Topic(NamedTuple):
    """What a stream is about: every call, one call, or one supervisor; of all businesses, or of one."""

    kind: Literal["all", "call", "agent"]
    name: str = ""
    """The callSid or the agent's id."""
    business: str = ""
    """The one whose events alone are in it; "": those of all, also what is nobody's. So whoever is bound to a business reads another stream, and
    whoever is not pays nothing for it."""

    @property
    def sid(self) -> str:
        """Which log of the store holds it: the call's own, or "" for that of all calls."""
        return self.name if self.kind == "call" else ""

    def concerns(self, frame: Frame) -> bool:
        if self.business and frame.business != self.business:
            return False
        match self.kind:
            case "all":
                return True
            case "call":
                return frame.sid == self.name
            case "agent":
                return frame.concerns_agent(self.name)


def aside(data: bytes, sid: str, mask: Mask | None) -> bytes:
    """An envelope that is in no log, about the call `sid`, as a block without an id."""
    if mask is None:
        return b"data: %b\n\n" % data
    envelope = _decode(data)
    return b"data: %b\n\n" % codec.encode(mask(envelope, Known((sid,), envelope["timestamp"])))


def notice(
    kind: Literal["connected", "history", "heartbeat", "reset"],
    payload: Mapping[str, Any],
    event_id: str = "",
    mask: Mask | None = None,
    sids: Collection[str] = (),
    *,
    degraded: bool = False,
) -> bytes:
    """An event for one connection alone, as a block. Only a `history` has an id: the one it covers, where a reader cut right after it resumes.

    `sids`: the calls it is about, for `mask`. `degraded`: it tells what this host knows while Redis is away.
    """
    mark = True if degraded else msgspec.UNSET
    envelope = Event(type=kind, payload=dict(payload), timestamp=round(time(), 3), source="service", degraded=mark)
    shown = mask(msgspec.to_builtins(envelope), Known(sids, envelope.timestamp, event_id)) if mask else envelope
    return (b"id: %b\n" % event_id.encode() if event_id else b"") + b"data: %b\n\n" % codec.encode(shown)
