"""The contract of store.py, kept in one Redis.

How it works. `open` and `commit` are one script each, and so one round trip. A script runs alone, so what it checks still holds when it
writes: the revision, the document as it was seen, the room in the calendar. The conversation is added to, and put into the document,
inside Redis, so a turn sends the same amount at the start of a call and at its end.

A script that may have run although its answer was lost is sent again when the connection broke: reading twice is harmless, and a commit that had
been written is refused as stale by its own revision, upon which the caller reads again and finds it.
"""

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import NoScriptError

from agent.record import caller_id
from agent.record.call import Call
from storage import channels, codec, ids, keys
from storage.erasing import Erasing
from storage.errors import AlreadySettled, PlaceTaken, StaleCall
from storage.keys import Ttl
from storage.lines import Sender
from storage.listening import Listening
from storage.listing import Listing
from storage.patience import patience
from storage.reaching import again, in_doubt, reaching
from storage.redis_appointments import RedisAppointments, appointing
from storage.redis_outbox import RedisOutbox, owing, settling
from storage.scripts import script
from storage.store import Change, Committed, Entry, Opened, Page

SLACK_S = 2.0
"""How much longer than asked a blocked read may take before the connection counts as dead."""
UNREADABLE = "!"
"""Before the fingerprint of what lies under the document's key and is no document: there is no history in it to keep."""
THEIRS, BOTH = "1", "2"
SECRET_BYTES = 32
SHORTEST_SECRET = 22
"""Bytes; the same holds for one that the settings name."""


class RedisStore(Listening, Listing, Erasing, RedisOutbox, RedisAppointments):
    """Calls in one Redis (6.2 or later) or Valkey."""

    survives_restart = True

    def __init__(
        self,
        sender: Sender,
        waiting: Sender,
        tail: Redis | RedisCluster,
        *,
        channel_prefix: str | None,
        ttl: Ttl,
        embedded: bool = False,
        into_theirs: bool = False,
    ) -> None:
        """`sender` gives up soon what is not answered; `waiting` is for reads that wait for news, and `tail` for what is published.

        `channel_prefix`: None publishes nothing and hears nothing. `embedded`: the server is our own, and somebody writes its file anew when a caller
        was erased. `into_theirs`: our lines are written into the history of a document that another system made.
        """
        self._sender = sender
        self._send: Callable[..., Awaitable[Any]] = sender.send
        self._waiting = waiting
        self._tail = tail
        self._channel_prefix = channel_prefix
        self._ttl = ttl
        self._embedded = embedded
        self._adopted = BOTH if into_theirs else THEIRS
        """Whose the history is in a document of another system's (document.lua)."""

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        names = [keys.record(sid), keys.turns(sid), keys.document(sid)]
        if business:
            names.append(keys.calendar(business)[1])
        flat, answer, text, seen, bookings = await self._script("open", names, [turn, former])
        kept = pairs(flat)
        return opened(sid, kept, answer, text, seen, bookings)

    async def commit(self, change: Change) -> Committed:
        with in_doubt(change.after.sid):
            wrote = codec.changed(change.before, change.after)
            result = await self._script("commit", *self._arguments(change, wrote))
            if result[0] == b"whole":
                wrote = codec.changed(change.before, change.after, whole=True)
                result = await self._script("commit", *self._arguments(change, wrote, whole=True))
        match result[0]:
            case b"stale":
                raise StaleCall(f"call {change.after.sid} was changed by another writer")
            case b"taken":
                raise PlaceTaken(f"no place left for call {change.after.sid}")
            case b"settled":
                raise AlreadySettled(f"how it ended with what call {change.after.sid} owes was told before")
        call = msgspec.structs.replace(change.after, rev=(change.before.rev if change.before else 0) + 1)
        return Committed(call=call, seen=result[1].decode(), event_ids=tuple(one.decode() for one in result[2:]), wrote=wrote[0] | wrote[1])

    async def document(self, sid: str) -> bytes | None:
        text, said = await self._shown(sid)
        shown = codec.one_line(text, said) if text is not None else None
        return shown if shown is not None else await self._document_of_record(sid)

    async def _shown(self, sid: str) -> tuple[bytes | None, bytes | None]:
        """The document as it lies there, and our own conversation where the one in it may be another system's."""
        text, said = await self._script("shown", [keys.document(sid), keys.record(sid), keys.history(sid)], [])
        return text, said

    async def business(self, sid: str) -> str:
        return business_in(await self._command("HGET", keys.record(sid), "brief"))

    async def events(self, sid: str, after: str, count: int = 64, business: str = "") -> Page:
        at = ids.position(after)
        if at is None:
            return ids.lost("unknown")
        stream, mark = (keys.events(sid), keys.record(sid)) if sid else (keys.LOG, keys.LOG_MARK)
        entries, cut_id, last_id, opened_with = await self._script("page", [stream, mark], [ids.written(at), count])
        whose = business_in(opened_with) if sid else ""
        if business and sid and whose != business:  # as if it were not there
            entries, cut_id, last_id = (), None, None
        cut, last = _position(cut_id) or ids.START, _position(last_id)
        if not sid:
            reason = ids.gone(at, cut, last)
        elif last is not None and at <= last:
            reason = ids.gone_from_call(at, cut, last, last)
        else:
            reason = ids.gone_from_call(at, cut, last, ids.position(await self.head()))
        return ids.lost(reason) if reason else Page(entries=tuple(_entry(id_, fields, sid, whose) for id_, fields in entries))

    async def unfinished(self, business: str, caller: str) -> str:
        found: bytes | None = await self._command("GET", keys.caller(business, caller))
        return found.decode() if found is not None else ""

    async def booked_before(self, business: str, caller: str) -> bool:
        return bool(caller) and bool(await self._command("EXISTS", keys.known(business, caller)))

    async def trace(self, sid: str) -> Sequence[bytes]:
        found: list[bytes] = await self._command("LRANGE", keys.trace(sid), 0, -1)
        return found

    async def head(self, sid: str = "") -> str:
        last: bytes | None = await self._command("HGET", keys.record(sid) if sid else keys.LOG_MARK, "last")
        return last.decode() if last is not None else ids.NEVER

    async def follow(self, after: str, wait_s: float) -> Page:
        at = ids.position(after)
        if at is None:
            return ids.lost("unknown")
        with reaching():
            async with patience(max(wait_s, 0) + SLACK_S):
                read, (cut_id, last_id), newest = await self._waiting.together(_reading(at, wait_s))
        last = _position(last_id)
        # The mark knows what we wrote; somebody else's entries are not in it, and whoever has read them is not lost for that.
        ever = max((place for place in (last, *(_position(id_) for id_, _ in newest)) if place), default=None)
        reason = ids.gone(at, (_position(cut_id) if newest else last) or ids.START, ever)
        if reason:
            return ids.lost(reason)
        return Page(entries=tuple(_entry(id_, fields) for _, entries in read or () for id_, fields in entries))

    async def secret(self, known: bytes = b"") -> bytes:
        found: bytes = await self._script("secret", [keys.SECRET], [known or secrets.token_hex(SECRET_BYTES), SHORTEST_SECRET])
        return found

    async def claim(self, name: str, for_s: int) -> bool:
        key, ours = keys.claim(name), secrets.token_bytes(16)
        if await self._command("SET", key, ours, "NX", "EX", for_s):
            return True
        # It may have been sent twice, when the answer to the first was lost.
        return bool(await self._command("GET", key) == ours)

    async def tally(self, name: str, by: int, for_s: int) -> int:
        key = keys.tally(hmac.digest(await self.secret(), name.encode("utf-8", "surrogatepass"), "sha256").hex()[:32])
        return int(await self._script("tally", [key], [by, for_s]))

    async def watching(self, agents: Sequence[str] = ()) -> Mapping[str, float]:
        found = await self._script("watching", [keys.WATCHING], [keys.WATCHED_S * 1000, *agents])
        return {agent.decode("utf-8", "replace"): int(age_ms) / 1000 for agent, age_ms in zip(found[::2], found[1::2], strict=True)}

    async def ping(self) -> float:
        began = time.perf_counter()
        with reaching():
            await self._send("PING")
        return time.perf_counter() - began

    async def close(self) -> None:
        await self._sender.close()
        await self._waiting.close()
        await self._tail.aclose()

    def _arguments(self, change: Change, wrote: codec.Changed, *, whole: bool = False) -> tuple[list[str], list[Any]]:
        before, after, booking = change.before, change.after, change.booking
        sid = after.sid
        names = [keys.record(sid), keys.turns(sid), keys.history(sid), keys.events(sid), keys.place(sid), keys.document(sid), keys.LOG, keys.LOG_MARK]
        caller = (after.brief.business, after.brief.caller)
        names += [keys.trace(sid), keys.caller(*caller), keys.known(*caller), keys.BUSINESSES]
        names += keys.index(after.status) + keys.index(before.status if before else after.status)
        operation, business = on_calendar(change)
        if operation:
            names += keys.calendar(business)
        if change.deliveries or change.settles:
            names += [keys.deliveries(sid), keys.DUE]
        appointment = appointing(change)
        if appointment:
            names += [*keys.appointments(after.brief.business), keys.APPOINTING]
        if after.root:
            names += [keys.family(after.root), keys.root(sid), keys.record(after.resumed_from)]
        turn, answer = change.answer or ("", b"")
        changed, words = wrote
        values: list[Any] = [
            sid,
            before.rev if before else "",
            change.seen.removeprefix(UNREADABLE),
            codec.body(after)[:-1],
            self._adopted if after.foreign is not None and not change.seen.startswith(UNREADABLE) else "",
            self._ttl.of(after),
            codec.lines(change.lines),
            turn,
            answer,
            channels.session(self._channel_prefix, sid),
            self._ttl.log_s * 1000,
            codec.milliseconds(after.created_at),
            keys.EVENTS_KEPT,
            operation,
            booking.start if booking else 0,
            booking.free_from if booking else 0,
            change.capacity,
            codec.encode(booking) if booking else b"",
            after.brief.business,
            self._ttl.at(after.brief.business).booked_s,
            change.trace,
            unfinished(after),
            after.root,
            self._ttl.kin_s,
            "1" if change.goes_on else "",
            keys.KNOWN_S,
            change.taken_back,
            len(changed),
            len(change.deliveries),
            appointment,
            self._ttl.at(after.brief.business).kept_s,
            *settling(change),
            len(words),
            self._ttl.words_of(after),
            "1" if whole else "",
        ]
        for field in (*changed.items(), *words.items()):
            values += field
        values += owing(change, self._ttl)
        values += (channels.addressed(self._channel_prefix, event) for event in change.events)
        return names, values

    async def _document_of_record(self, sid: str) -> bytes | None:
        """The document put together anew, for when its other owner has dropped or spoilt it and the call lives on."""
        found = await self._command("HGETALL", keys.record(sid))
        if not found:
            return None
        said = zip(codec.WORDS, await self._command("HMGET", keys.turns(sid), *codec.WORDS), strict=True)
        kept = pairs(found) | {name: value for name, value in said if value is not None}
        history = await self._command("GET", keys.history(sid)) or b""
        return codec.compose(codec.body(codec.call(sid, kept)), b"[%b]" % history)

    async def _script(self, name: str, names: Sequence[str], values: Sequence[Any]) -> Any:
        ready = script(name)

        async def send() -> Any:
            try:
                return await self._send("EVALSHA", ready.sha, len(names), *names, *values)
            except NoScriptError:
                return await self._send("EVAL", ready.source, len(names), *names, *values)

        return await again(send)

    async def _command(self, *parts: Any) -> Any:
        return await again(lambda: self._send(*parts))


def _reading(at: ids.Position, wait_s: float) -> tuple[tuple[Any, ...], ...]:
    """Entries of the log after `at`, its mark, and its newest entry, if it is there.

    The mark is read behind the wait: it tells whether anything between `at` and the first entry was cut.
    """
    waiting = ("BLOCK", max(1, int(wait_s * 1000))) if wait_s > 0 else ()
    return (
        ("XREAD", "COUNT", 256, *waiting, "STREAMS", keys.LOG, ids.written(at)),
        ("HMGET", keys.LOG_MARK, "cut", "last"),
        ("XREVRANGE", keys.LOG, "+", "-", "COUNT", 1),
    )


def pairs(found: Sequence[bytes] | Mapping[bytes, bytes]) -> dict[str, bytes]:
    """Names and values, whether they come as Redis gives them or as redis-py turns them."""
    if isinstance(found, Mapping):
        return {name.decode(): value for name, value in found.items()}
    return {found[at].decode(): found[at + 1] for at in range(0, len(found), 2)}


def opened(sid: str, kept: dict[str, bytes], answer: bytes | None, text: bytes | None, seen: bytes, bookings: Sequence[bytes]) -> Opened:
    foreign = codec.parse(text) if text is not None else None
    return Opened(
        call=codec.call(sid, kept) if kept else None,
        answer=answer,
        foreign=foreign,
        seen=seen.decode() if text is None or foreign is not None else UNREADABLE + seen.decode(),
        bookings=codec.bookings(bookings),
    )


def unfinished(call: Call) -> str:
    """Whether the caller's number leads to this call from now on ("1"), does not any more since it is booked ("0"), or stays as it is ("")."""
    if call.booked:
        return "0" if call.brief.caller else ""
    return "1" if caller_id.is_named(call) else ""


def on_calendar(change: Change) -> tuple[str, str]:
    """What the step does with the calendar ("take", "release", ""), and whose calendar it is."""
    if change.booking:
        return "take", change.booking.business
    if change.release and change.before and change.before.place:
        return "release", change.before.place.business
    return "", ""


def _position(text: bytes | None) -> ids.Position | None:
    return ids.position(text.decode()) if text is not None else None


def business_in(opened_with: bytes | None) -> str:
    """Whose a call is, by what its record says it was opened with; "" when there is none."""
    return codec.business(opened_with) if opened_with else ""


def _entry(id_: bytes, found: Sequence[bytes] | Mapping[bytes, bytes], sid: str = "", business: str = "") -> Entry:
    """An entry of a stream; one that somebody else put there says nothing, and is passed by like any other."""
    fields = pairs(found)
    return Entry(
        id=id_.decode(),
        sid=fields["sid"].decode("utf-8", "replace") if "sid" in fields else sid,
        data=fields.get("data", b"{}"),
        business=fields["business"].decode("utf-8", "replace") if "business" in fields else business,
    )
