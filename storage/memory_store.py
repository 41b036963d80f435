"""The contract of store.py, kept in this process and lost with it.

How it works. Everything is kept encoded, as Redis would keep it, so that what cannot be stored fails here too and nobody shares an object with the
store. No method but `follow` waits for anything, so each runs as a whole: that is what makes a commit all or nothing.
Time comes from a clock that is passed in; what has expired is dropped when it is next looked at.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

import msgspec

from agent.record import caller_id
from agent.record.call import Booking, Call
from storage import codec, ids, keys, memory_log
from storage.calendars import Calendars
from storage.claims import Claims
from storage.errors import PlaceTaken, StaleCall
from storage.keys import Ttl
from storage.kinship import kin
from storage.memory_appointments import MemoryAppointments
from storage.memory_kept import Document, Kept
from storage.memory_log import MemoryLog
from storage.memory_outbox import MemoryOutbox
from storage.store import Change, Committed, Entry, Listed, Opened, Page, Published
from storage.watchers import Watchers
from storage.weaving import woven

_SWEEP_S = 60


class MemoryStore(MemoryAppointments, Claims, MemoryOutbox):
    """Calls in the memory of one process."""

    survives_restart = False

    def __init__(self, *, ttl: Ttl | None = None, clock: Callable[[], float] = time.time, into_theirs: bool = False) -> None:
        """`clock` gives Unix seconds. `into_theirs`: our lines are written into the history of a document that another system made."""
        super().__init__()
        self._into_theirs = into_theirs
        self._ttl = ttl or Ttl()
        self._clock = clock
        self._calls: dict[str, Kept] = {}
        self._documents: dict[str, Document] = {}
        self._calendars = Calendars(clock, self._ttl)
        self._callers: dict[tuple[str, str], str] = {}
        """By business and number: the newest call that is unfinished."""
        self._roots: dict[str, tuple[str, float]] = {}
        """Of calls that go on from others: where it began, and until when that is remembered."""
        self._log = MemoryLog(clock, self._ttl.log_s)
        self._sweep_at = 0.0
        self._readers: dict[str, dict[str, tuple[int, int, int]]] = {}
        self._heard: set[str] = set()
        self.watchers = Watchers(clock)
        self._secret = secrets.token_bytes(32)

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        kept = self._kept(sid)
        text = self._document(sid)
        seen = _fingerprint(text)
        return Opened(
            call=self._call(sid, kept) if kept else None,
            answer=next((kept.answers[key] for key in (turn, former) if key and kept.answers.get(key)), None) if kept else None,
            foreign=codec.parse(text) if text is not None and not (kept and kept.sha == seen) else None,
            seen=seen,
            bookings=codec.in_order(self._calendars.of(business)) if business else (),
        )

    async def commit(self, change: Change) -> Committed:
        before, after = change.before, change.after
        sid = after.sid
        self._sweep()
        kept, text = self._kept(sid), self._document(sid)
        if (kept.rev if kept else None) != (before.rev if before else None) or _fingerprint(text) != change.seen:
            raise StaleCall(f"call {sid} was changed by another writer")
        if change.goes_on and not self._kept(after.resumed_from):
            raise StaleCall(f"call {sid} was to go on from one that is gone")
        if change.booking and not self._calendars.fits(change.booking, change.capacity):
            raise PlaceTaken(f"no place left for call {sid}")
        settle = self.settle(sid, change.settles)
        whole = codec.is_mixed(before, kept.fields.get("apart") if kept else None)
        (changed, words), body = codec.changed(before, after, whole=whole), codec.body(after)
        lines, envelopes = [codec.encode(line) for line in change.lines], [codec.envelope(event) for event in change.events]

        settle()
        self.owe(sid, change.deliveries)
        self._calendars.write(change)
        self.appoint(change)
        until, words_until = self._clock() + self._ttl.of(after), self._clock() + self._ttl.words_of(after)
        kept = kept or Kept(fields={})
        self._calls[sid] = kept
        kept.rev += 1
        kept.fields |= {**changed, "apart": b"%d" % kept.rev}
        kept.words |= words
        kept.status, kept.created_ms, kept.until = after.status, codec.milliseconds(after.created_at), until
        kept.words_until = words_until
        gone = b",".join(kept.history[-change.taken_back :]) if change.taken_back else b""
        if change.taken_back:
            del kept.history[-change.taken_back :]
        kept.history += lines
        if change.answer and change.answer[0]:
            kept.answers[change.answer[0]] = change.answer[1]
        if change.trace:
            kept.trace.append(change.trace)
        self._lead_here(after)
        if after.root:
            self._roots[sid] = after.root, self._clock() + self._ttl.kin_s
        self._write_document(sid, kept, text, body, gone, adopted=after.foreign is not None, until=words_until)
        event_ids = tuple(self._append(sid, kept, data) for data in envelopes)
        return Committed(call=msgspec.structs.replace(after, rev=kept.rev), seen=kept.sha, event_ids=event_ids, wrote=changed | words)

    async def document(self, sid: str) -> bytes | None:
        return self._document_or_record(sid)

    async def business(self, sid: str) -> str:
        return self._business(self._kept(sid))

    async def calls(
        self, status: str = "", before: str = "", count: int = 50, business: str = "", since_ms: int = 0, until_ms: int = 0
    ) -> Sequence[Listed]:
        wanted = status.split(",") if status else keys.STATUSES
        living = {sid: kept for sid in tuple(self._calls) if (kept := self._kept(sid)) and self._is_of(kept, business)}
        if before and before not in living:
            return ()
        order = sorted(living, key=lambda sid: (living[sid].created_ms, sid.encode()), reverse=True)
        start = order.index(before) + 1 if before else 0
        found: list[Listed] = []
        for sid in order[start:]:
            if len(found) == count:
                break
            begun = living[sid].created_ms
            if begun < since_ms or (until_ms and begun >= until_ms):
                continue
            text = self._document_or_record(sid)
            if text is not None and living[sid].status in wanted:
                found.append(Listed(sid=sid, status=living[sid].status, document=msgspec.json.decode(text)))
        return tuple(found)

    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        living = [kept for sid in tuple(self._calls) if (kept := self._kept(sid)) and self._is_of(kept, business)]
        return sum(kept.status == status and kept.created_ms >= since_ms for kept in living)

    async def erase(self, sid: str) -> tuple[Entry, ...]:
        return tuple(told for one in await self.kin(sid) for told in self._erase_one(one))

    async def kin(self, sid: str) -> Sequence[str]:
        return kin(sid, {one: root for one, (root, _) in self._roots.items()})

    def _erase_one(self, sid: str) -> Sequence[Entry]:
        found = [self._kept(sid), self._document(sid)]
        business = self._business(self._kept(sid))
        self._calls.pop(sid, None)
        self._callers = {number: one for number, one in self._callers.items() if one != sid}
        self._documents.pop(sid, None)
        self._roots.pop(sid, None)
        self._log.forget(sid)
        if self.forgive(sid) | self._calendars.forget(sid) | self.dismiss(sid):
            found.append(b"")
        return (self._log.tell(sid, codec.erased(sid, self._clock()), business),) if any(one is not None for one in found) else ()

    async def unfinished(self, business: str, caller: str) -> str:
        sid = self._callers.get((business, caller), "")
        return sid if self._kept(sid) else ""

    async def booked_before(self, business: str, caller: str) -> bool:
        booked = (self._call(sid, kept).brief for sid, kept in tuple(self._calls.items()) if kept.status == "booked")
        return any((brief.business, brief.caller) == (business, caller) for brief in booked if caller)

    async def trace(self, sid: str) -> Sequence[bytes]:
        kept = self._kept(sid)
        return tuple(kept.trace) if kept else ()

    async def events(self, sid: str, after: str, count: int = 64, business: str = "") -> Page:
        at = ids.position(after)
        if at is None:
            return ids.lost("unknown")
        log = self._log
        log.trim()
        if not sid:
            reason, entries = ids.gone(at, log.cut, log.last), log.entries
        else:
            kept = self._kept(sid)
            kept = kept if kept and self._is_of(kept, business) else None
            entries = kept.entries if kept else []
            last = ids.position(kept.last) if kept and kept.last != ids.NEVER else None
            reason = ids.gone_from_call(at, kept.cut if kept else ids.START, last, log.last)
        return ids.lost(reason) if reason else Page(entries=memory_log.after(entries, at, count))

    async def head(self, sid: str = "") -> str:
        if not sid:
            return ids.written(self._log.last) if self._log.last else ids.NEVER
        kept = self._kept(sid)
        return kept.last if kept else ids.NEVER

    async def follow(self, after: str, wait_s: float) -> Page:
        grown = self._log.grown
        page = await self.events("", after, 256)
        if page.entries or page.gone or wait_s <= 0:
            return page
        try:
            async with asyncio.timeout(wait_s):
                await grown.wait()
        except TimeoutError:
            return page
        return await self.events("", after, 256)

    async def published(self) -> AsyncIterator[Published]:
        nobody: tuple[Published, ...] = ()
        for one in nobody:
            yield one

    async def take_in(self, name: str, sid: str, data: bytes, business: str = "") -> str:
        """Nobody publishes here but whoever has this store."""
        if name in self._heard:
            return ""
        self._heard.add(name)
        kept = self._kept(sid) if sid else None
        return self._append(sid, kept, data) if kept else self._log.tell(sid, data, "" if sid else business).id

    async def note_readers(self, process: str, figures: Mapping[str, tuple[int, int, int]]) -> None:
        self._readers[process] = dict(figures)

    async def readers(self, sid: str) -> Mapping[str, tuple[int, int, int]]:
        return {process: figures[sid] for process, figures in self._readers.items() if sid in figures}

    async def secret(self, known: bytes = b"") -> bytes:
        return self._secret

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        return self.watchers.note(agents)

    async def ping(self) -> float:
        return 0.0

    async def close(self) -> None:
        return None

    def put_document(self, sid: str, text: bytes | None) -> None:
        """Replace the CallSkeleton as another system would; None takes it away."""
        if text is None:
            self._documents.pop(sid, None)
        else:
            self._documents[sid] = Document(text=text, until=None)

    def put_bookings(self, bookings: Sequence[Booking]) -> None:
        """Fill the calendars of these bookings' businesses with them, as other calls would have."""
        self._calendars.put(bookings)

    def _lead_here(self, call: Call) -> None:
        """Let the caller's number lead to this call, or no longer."""
        number = (call.brief.business, call.brief.caller)
        if caller_id.is_named(call) and not call.booked:
            self._callers[number] = call.sid
        elif self._callers.get(number) == call.sid:
            del self._callers[number]

    @staticmethod
    def _business(kept: Kept | None) -> str:
        return codec.business(kept.fields["brief"]) if kept else ""

    def _is_of(self, kept: Kept, business: str) -> bool:
        """Whether a call is the business's; "": anybody's."""
        return not business or self._business(kept) == business

    def _call(self, sid: str, kept: Kept) -> Call:
        return codec.call(sid, {**kept.fields, **kept.words, "rev": b"%d" % kept.rev})

    def _sweep(self) -> None:
        """Drop, now and then, what has expired and nobody looks at."""
        if self._clock() >= self._sweep_at:
            self._sweep_at = self._clock() + _SWEEP_S
            for sid in (*self._calls, *self._documents, *self._owing):
                self._kept(sid)
                self._document(sid)
                self._of(sid)
            self._roots = {sid: (root, until) for sid, (root, until) in self._roots.items() if until > self._clock()}

    def _kept(self, sid: str) -> Kept | None:
        kept = self._calls.get(sid)
        if kept and kept.until <= self._clock():
            del self._calls[sid]
            return None
        if kept and kept.words_until <= self._clock():
            kept.forget_words()
        return kept

    def _document(self, sid: str) -> bytes | None:
        document = self._documents.get(sid)
        if document and document.until is not None and document.until <= self._clock():
            del self._documents[sid]
            return None
        return document.text if document else None

    def _document_or_record(self, sid: str) -> bytes | None:
        text, kept = self._document(sid), self._kept(sid)
        apart = kept is not None and ((kept.theirs and not self._into_theirs) or kept.sha != _fingerprint(text))
        shown = codec.one_line(text, b",".join(kept.history) if kept and apart else None) if text is not None else None
        if shown is None and kept:
            return codec.compose(codec.body(self._call(sid, kept)), b"[%b]" % b",".join(kept.history))
        return shown

    def _write_document(self, sid: str, kept: Kept, text: bytes | None, body: bytes, gone: bytes, *, adopted: bool, until: float) -> None:
        kept.theirs = adopted and text is not None and (kept.theirs or kept.sha != _fingerprint(text)) and codec.parse(text) is not None
        if kept.theirs and text is not None:
            there, said = codec.history_of(text), b",".join(kept.history)
            written = codec.compose(body, woven(there, said, gone) if self._into_theirs else there)
            self._documents[sid] = Document(text=written, until=self._documents[sid].until)
        else:
            written = codec.compose(body, b"[%b]" % b",".join(kept.history))
            self._documents[sid] = Document(text=written, until=until)
        kept.sha = _fingerprint(written)

    def _append(self, sid: str, kept: Kept, data: bytes) -> str:
        entry = self._log.tell(sid, data, self._business(kept))
        at = memory_log.position(entry)
        if not kept.entries:
            kept.cut = ids.before(at)
        kept.entries.append(entry)
        kept.last = entry.id
        if len(kept.entries) > keys.EVENTS_KEPT + 100:
            del kept.entries[:100]
            kept.cut = ids.before(memory_log.position(kept.entries[0]))
        return entry.id


def _fingerprint(text: bytes | None) -> str:
    return "" if text is None else hashlib.sha1(text, usedforsecurity=False).hexdigest()
