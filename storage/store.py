"""CallStore: what every store of calls promises, whatever it is made of.

How it works. A call is one record with a revision. `open` reads it; `commit` writes the difference between two versions of it, if nobody
wrote in between, together with everything that must be true at the same time: the lines of the conversation, the events, the
answer to the turn, the place in the calendar and the appointment, what it makes due to the outside, and the CallSkeleton document that other systems
read. So a reader never sees half a step, and a turn that is cut off leaves either all of a step or none.

A call that goes on from an earlier one (`resumed_from`, `root`) can be found from any other of its kin as long as one of them lives, so that a
caller is erased as a whole. The step that takes an earlier call's values over is stale when that call is no longer there.

Lines are appended, and now and then the last of them are taken back: what was said in other words since, or was not heard.

A turn that fills two fields commits three times. Between those commits the record holds the open turn with what is left to do, so
any worker that reads it can finish it. Nothing is ever locked: the first commit wins, the others are told `StaleCall`, read again, and find
the work done.

The CallSkeleton document (`call:{sid}`) may be replaced by another system between turns. `open` notices and hands its content over as
`foreign`; `commit` refuses to overwrite a document it has not seen.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from agent.record.call import Booking, Call, Line
from agent.record.cancellation import Cancellation
from agent.record.delivery import Delivery, Settled
from agent.record.events import Event
from storage.appointments import Appointments
from storage.outbox import Outbox


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What `open` found."""

    call: Call | None
    """None: no such call yet."""
    answer: bytes | None = None
    """The answer this turn got before: it is to be given again, and nothing else done."""
    foreign: dict[str, Any] | None = None
    """The CallSkeleton as another system left it, when it is not what we last wrote; to be adopted."""
    seen: str = ""
    """Fingerprint of the document as read; goes back in `Change.seen`."""
    bookings: tuple[Booking, ...] = ()
    """The business's places that are taken; only read while a time is being agreed (`open(..., business=...)`). Jobs just over may be among them."""
    away: bool = False
    """Redis is away: this host alone keeps the step, and no place can be promised."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One commit: all of it is written, or none."""

    before: Call | None
    """As it was read; None: the call is new."""
    after: Call
    """As it is to stand, with `rev` still that of `before` (0 when new): the store counts."""
    seen: str = ""
    taken_back: int = 0
    """How many of the conversation's last lines are gone with this step, before `lines` come behind what is left; all of them when there are fewer.
    `Call.with_lines` has `after.recent` follow. A history in the document that is another system's stays as it is."""
    lines: tuple[Line, ...] = ()
    events: tuple[Event, ...] = ()
    answer: tuple[str, bytes] | None = None
    """Turn key and answer, when this commit ends the turn; b"" when the turn has none any more."""
    trace: bytes = b""
    """What was heard and decided in this turn, JSON on one line; with the commit that ends the turn."""
    booking: Booking | None = None
    """A place to take, or to hold; `after.place` is that same booking."""
    capacity: int = 1
    """How many bookings of the business may overlap."""
    release: bool = False
    """Give up the place this call holds."""
    given_up: Cancellation = Cancellation()
    """Why, where that was a booking; kept in nothing but what the step owes."""
    deliveries: tuple[Delivery, ...] = ()
    """What this step of this call makes due to the outside, each with an id of its own without a space; see `storage.outbox`."""
    settles: Settled | None = None
    """What the step tells of something owed before: it is taken, or given up, with the step that says so, and so once."""

    @property
    def goes_on(self) -> bool:
        """Whether this step takes over what the call `after.resumed_from` had."""
        return bool(self.after.root) and self.after.root != (self.before.root if self.before else "")


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    call: Call
    """`after`, with its new rev."""
    seen: str
    """Fingerprint of the document just written, for the next commit of this turn."""
    event_ids: tuple[str, ...] = ()
    wrote: Mapping[str, bytes] | None = None
    """The fields of the record and of its words that differ now, as they are kept (`codec.changed`); None: nobody says."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event as kept: its id, its call, its JSON envelope on one line."""

    id: str
    sid: str
    data: bytes
    business: str = ""
    """The id of the business whose call it is about, as it was when it was written; "" where that is nobody's, or not known."""


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Events after an id, oldest first."""

    entries: tuple[Entry, ...]
    gone: str = ""
    """Why what was asked for cannot be given any more ("trimmed", "expired", "unknown"): the reader starts afresh. "" normally."""


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """What another program published."""

    kind: str
    """Of the channel: "session", "agent", "broadcast"."""
    name: str
    """The callSid or the agent's id; "" of the broadcast channel."""
    data: bytes


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One call in a list."""

    sid: str
    status: str
    document: dict[str, Any]


class CallStore(Outbox, Appointments, Protocol):
    """Every method raises StoreUnavailable when the store cannot be reached."""

    survives_restart: bool
    """Whether what was committed is still there after the service was killed."""

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        """Read a call for a turn, in one round trip: the record, the answer this turn key had before, and with `business` its bookings.

        `former`: another key to find the answer under.
        """

    async def commit(self, change: Change) -> Committed:
        """Write one step, in one round trip.

        Raises StaleCall when the record or the document moved, PlaceTaken when the booking has no place, AlreadySettled when what the step settles
        was before, InDoubt when it may be written or not.
        A step with a booking is stale as well once no place can be promised any more (`Opened.away`): whoever reads again hears of that.
        """

    async def document(self, sid: str) -> bytes | None:
        """The CallSkeleton, JSON on one line; None when there is no such call. All our lines are in it, also where its history is theirs."""

    async def business(self, sid: str) -> str:
        """The id of the business that a call was opened for, by its record, whatever its document says; "" when there is no such call."""

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        """Calls of a status, of several ("booked,ended") or of all (""), newest first; `before` is the sid the last page ended with.

        `business`: only those of the business of that id. `since_ms`, `until_ms` (Unix milliseconds; 0: no such bound): only those begun at the one
        or later, and before the other.
        """

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        """How many calls of a status are kept, or of them were begun at `since_ms` (Unix milliseconds) or later; `business`: as in `calls`."""

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        """Remove every trace of a caller: the call, what it goes on from and what went on from it, each with all that was kept of it.

        That is record, document, conversation, answers, trace and events, also in the shared log, and what it owes to the outside, whoever is about
        to bring it. A place in the calendar stays taken by nobody.
        Whoever reads the log is told of each call that is gone; returns these events, () when there was nothing. A commit that is under way
        loses: it is stale.
        """

    async def kin(self, sid: str) -> Sequence[str]:
        """The callSids of all calls that `erase` would take with this one, itself the last; whether there are such calls or not."""

    async def unfinished(self, business: str, caller: str) -> str:
        """The newest call from the number `caller` (E.164) that confirmed a name and was not booked, while it is kept; "" when there is none."""

    async def booked_before(self, business: str, caller: str) -> bool:
        """Whether a call from the number `caller` (E.164) was booked, and not erased, in the last `keys.KNOWN_S`; in memory as long as
        that call is kept.
        """

    async def trace(self, sid: str) -> Sequence[bytes]:
        """What was heard and decided in each turn, in order (`Change.trace`)."""

    async def events(self, sid: str, after: str, count: int = 64, business: str = "") -> Page:
        """Events after id `after` ("0": from the first): of one call, or of all calls (sid "") as far back as the shared log goes.

        `business`: a call that is another business's has no events, as one that is not there.
        """

    async def head(self, sid: str = "") -> str:
        """The id of the newest event of a call, or of all calls; "0-0" when there is none."""

    async def follow(self, after: str, wait_s: float) -> Page:
        """The next events of all calls after id `after`; waits up to `wait_s` seconds for one, then an empty page."""

    def published(self) -> AsyncIterator[Published]:
        """What other programs publish on the channels from now on, as they wrote it; ends at once where there are none."""

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        """Append an event of another program's to the log, and to its call's if there is such a call; its id.

        `name`: what tells it from any other; "" when it was taken in before, by whomever. `sid`: its call, "" for none. `data`: its envelope.
        `business`: whose it is when it names no call; of one that does, it is the call's.
        """

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        """How the readers of one process stand, by call; forgotten after a few seconds unless it is said again, and with {} at once."""

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        """By process, what was lately said of a call's readers."""

    async def secret(self, known: bytes = b"") -> bytes:
        """A secret that all who use this store share, made when it is first asked for.

        `known`: what it was when last asked; a store that has lost it since, or where something lies in its place that is none, keeps that again.
        """

    async def claim(self, name: str, for_s: int) -> bool:
        """Whether this is the first to claim `name` from any who use this store, which is remembered for `for_s` seconds."""

    async def tally(self, name: str, by: int, for_s: int) -> int:
        """Add `by` to what is counted under `name`, which is forgotten `for_s` seconds after the first; how much that is now, 0 or more.

        What is kept says nothing of `name` to whoever does not know the store's secret.
        """

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        """Note that streams of these supervisors are open here; for each whose stream was lately open anywhere, how many seconds ago it last was.

        Each is named as `storage.watchers.named` does it.
        """

    async def ping(self) -> float:
        """How long the store takes to answer, in seconds."""

    async def close(self) -> None:
        """Let go of every connection."""
