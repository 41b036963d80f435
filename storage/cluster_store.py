"""The contract of store.py, kept in a Redis Cluster.

How it works. Only what lies in one slot can be written by one script, so a step is written in four: the place is *held* in the business's slot;
the record, with the turn and the events, is written in the call's slot together with a note of what is *pending*; then the document, the shared
log, the lists of calls and the calendar are brought to where the record stands, each in its slot and each by a step that may be repeated; last the
note is taken away. The record decides: what is not in it did not happen, and whoever next opens a call whose note is still there first carries the
step through. The shared log gives events their ids, so there is one order of ids here too; until then they wait with the call, untold.

A hold that nobody confirmed (its writer died) keeps its place for `OLD_MS`; then the next one who is refused because of it looks at its call's record
and confirms it or gives it up. The record refuses a step whose hold is older than `FRESH_MS`, so the two never meet.

What a step makes due to the outside is *announced* first, in the outbox's slot, and written with the record. Once the step is carried through it is
due; should nobody carry it through, since its writer died and the caller never comes back, it is looked for when the announcement is `OLD_MS` old.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import msgspec
from redis.asyncio import RedisCluster

from agent.record.call import Call
from storage import channels, codec, keys
from storage.cluster_appointments import ClusterAppointments
from storage.cluster_erasing import ClusterErasing
from storage.errors import AlreadySettled, PlaceTaken, StaleCall
from storage.keys import Ttl
from storage.lines import Roomy, Told, timed
from storage.listening import ClusterListening
from storage.pending import Pending
from storage.reaching import in_doubt
from storage.redis_appointments import appointing
from storage.redis_outbox import owing, settling
from storage.redis_store import BOTH, THEIRS, UNREADABLE, RedisStore, on_calendar, opened, pairs, unfinished
from storage.store import Change, Committed, Opened
from storage.weaving import last

FRESH_MS = 60_000
OLD_MS = 180_000


class ClusterStore(ClusterListening, ClusterAppointments, ClusterErasing, RedisStore):
    """Calls in a Redis Cluster (6.2 or later)."""

    def __init__(
        self,
        cluster: RedisCluster,
        tail: RedisCluster,
        *,
        channel_prefix: str | None,
        ttl: Ttl,
        connections: int,
        told: Told | None = None,
        into_theirs: bool = False,
    ) -> None:
        """`connections`: how many commands may be on the way at once; a cluster's client refuses what is more, instead of waiting."""
        sender, waiting = timed(Roomy(cluster, connections), told), Roomy(tail, connections)
        super().__init__(sender, waiting, tail, channel_prefix=channel_prefix, ttl=ttl, into_theirs=into_theirs)

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        names = [keys.record(sid), keys.turns(sid), keys.history(sid), keys.untold(sid)]
        flat, answer, *unfinished = await self._script("cluster_open", names, [turn, former])
        if "erasing" in pairs(flat):
            await self._erase_one(sid)
            flat, answer, *unfinished = await self._script("cluster_open", names, [turn, former])
        if unfinished:
            await self._carry_through(sid, pairs(flat), *unfinished)
            flat, answer, *_ = await self._script("cluster_open", names, [turn, former])
        kept = pairs(flat)
        (seen, text), bookings = await asyncio.gather(
            self._script("cluster_look", [keys.document(sid)], _marks(kept)[:3]),
            self._command("HVALS", keys.calendar(business)[1]) if business else _nothing(),
        )
        return opened(sid, kept, answer, text, seen, bookings)

    async def _shown(self, sid: str) -> tuple[bytes | None, bytes | None]:
        text, (size, whose) = await asyncio.gather(
            self._command("GET", keys.document(sid)), self._command("HMGET", keys.record(sid), "size", "theirs")
        )
        apart = text is not None and size is not None and (whose == THEIRS.encode() or len(text) != int(size))
        return text, (await self._command("GET", keys.history(sid)) if apart else None)

    async def commit(self, change: Change) -> Committed:
        with in_doubt(change.after.sid):
            return await self._commit(change)

    async def _commit(self, change: Change) -> Committed:
        before, after = change.before, change.after
        sid = after.sid
        operation, business = on_calendar(change)
        known = ("rev", "sha", "width", "size", "theirs", "apart")
        found = await self._command("HMGET", keys.record(sid), *known)
        kept = {name: value for name, value in zip(known, found, strict=True) if value is not None}
        seen, _ = await self._script("cluster_look", [keys.document(sid)], _marks(kept)[:3])
        if kept.get("rev") != (b"%d" % before.rev if before else None) or seen.decode() != change.seen.removeprefix(UNREADABLE):
            raise StaleCall(f"call {sid} was changed by another writer")
        if change.goes_on and await self._is_gone(after.resumed_from):
            raise StaleCall(f"call {sid} was to go on from one that is gone")
        owed, announced_ms = await self._announce(change)
        hold, held_ms, released = await self._on_calendar(change, operation, business)
        shared = change.taken_back and self._adopted == BOTH
        gone = last(await self._command("GET", keys.history(sid)) or b"", change.taken_back) if shared else b""
        earlier = after.resumed_from if change.goes_on else ""
        pending = Pending(
            seen=seen.decode(),
            hold=hold,
            business=business,
            release=released,
            earlier=earlier,
            gone=gone.decode(),
            owed=owed,
            appointment=appointing(change).decode(),
        )
        whole = codec.is_mixed(before, kept.get("apart"))
        changed, words = codec.changed(before, after, whole=whole)
        turn, answer = change.answer or ("", b"")
        values: list[Any] = [
            before.rev if before else "",
            codec.encode(pending),
            self._ttl.of(after),
            codec.lines(change.lines),
            turn,
            answer,
            held_ms,
            announced_ms,
            FRESH_MS,
            after.brief.business if pending.appointment else {"take": business, "release": "-"}.get(operation, ""),
            self._place_s(change),
            uuid4().hex,
            change.trace,
            after.root,
            self._ttl.kin_s,
            change.taken_back,
            len(changed),
            len(owed),
            *settling(change),
            len(words),
            self._ttl.words_of(after),
            "1" if whole else "",
        ]
        for field in (*changed.items(), *words.items()):
            values += field
        values += owing(change, self._ttl)
        values += (channels.addressed(self._channel_prefix, event) for event in change.events)
        names = [keys.record(sid), keys.turns(sid), keys.history(sid), keys.place(sid), keys.untold(sid), keys.trace(sid), keys.root(sid)]
        names += [keys.deliveries(sid)] if owed or change.settles else []
        result = await self._script("cluster_commit", names, values)
        if result[0] in (b"stale", b"settled"):
            await self._give_up(business, hold)
            raise (StaleCall if result[0] == b"stale" else AlreadySettled)(f"call {sid} was changed by another writer")
        _, told, life, untold = result
        call = msgspec.structs.replace(after, rev=(before.rev if before else 0) + 1)
        adopted = after.foreign is not None and not change.seen.startswith(UNREADABLE)
        lines = codec.lines(change.lines)
        said = None if before else lines
        if change.taken_back:  # adding to the document's end is not enough
            said = await self._command("GET", keys.history(sid)) or b""
        sha, event_ids = await self._bring_along(call, kept, pending, life=life, told=told, untold=untold, lines=lines, said=said, adopted=adopted)
        mine = event_ids[len(event_ids) - len(change.events) :]
        return Committed(call=call, seen=sha, event_ids=tuple(mine), wrote=changed | words)

    async def _is_gone(self, sid: str) -> bool:
        rev, erasing = await self._command("HMGET", keys.record(sid), "rev", "erasing")
        return rev is None or erasing is not None

    async def _on_calendar(self, change: Change, operation: str, business: str) -> tuple[str, Any, str]:
        """Hold the place to take, or look what place is to be given up: token, when it was held (ms), booking."""
        if operation == "release":
            booked: bytes | None = await self._command("HGET", keys.calendar(business)[1], change.after.sid)
            return "", "", booked.decode() if booked is not None else ""
        booking = change.booking
        if booking is None:
            return "", "", ""
        token = uuid4().hex
        kept = codec.encode({**msgspec.to_builtins(booking), "hold": token})
        names = [*keys.calendar(business), keys.holds(business)]
        values = [booking.sid, token, booking.start, booking.free_from, change.capacity, kept, OLD_MS, self._ttl.at(business).booked_s]
        answer, *rest = await self._script("cluster_hold", names, values)
        if answer == b"taken" and rest:
            for number in range(0, len(rest), 2):
                await self._settle_hold(business, rest[number].decode(), rest[number + 1].decode())
            answer, *rest = await self._script("cluster_hold", names, values)
        if answer == b"taken":
            raise PlaceTaken(f"no place left for call {booking.sid}")
        return token, rest[0], ""

    async def _settle_hold(self, business: str, sid: str, token: str) -> None:
        """An old hold: confirmed, if its call's record says so, else given up."""
        pending: bytes | None = await self._command("HGET", keys.record(sid), "pending")
        if pending is not None and msgspec.json.decode(pending, type=Pending).hold == token:
            await self.open(sid)
        else:
            await self._give_up(business, token)

    async def _give_up(self, business: str, token: str) -> None:
        if token:
            await self._command("HDEL", keys.holds(business), token)

    async def _carry_through(self, sid: str, kept: Mapping[str, bytes], said: bytes, untold: list[bytes]) -> None:
        """Do what a step left undone whose writer died, or is just about to do it itself."""
        call = codec.call(sid, kept)
        pending = msgspec.json.decode(kept["pending"], type=Pending)
        told = int(kept.get("told", b"0"))
        adopted = call.foreign is not None
        with suppress(StaleCall):
            await self._bring_along(call, kept, pending, life=kept["life"], told=told, untold=untold, lines=b"", said=said, adopted=adopted)

    async def _bring_along(
        self,
        call: Call,
        kept: Mapping[str, bytes],
        pending: Pending,
        *,
        life: bytes,
        told: int,
        untold: list[bytes],
        lines: bytes,
        said: bytes | None,
        adopted: bool,
    ) -> tuple[str, list[str]]:
        """Bring document, log, lists and calendar to where the record stands. Returns the document's fingerprint and the events' ids.

        Raises StaleCall when the call took over the values of one that was erased meanwhile: then it goes as well.
        """
        sid = call.sid
        if call.root:
            await self._command("SADD", keys.family(call.root), sid)
            await self._command("EXPIRE", keys.family(call.root), self._ttl.kin_s)
        # Looked for again once it was noted down: whoever erases it from now on finds this call too.
        if pending.earlier and await self._is_gone(pending.earlier):
            await self._erase_one(sid, call.brief)
            raise StaleCall(f"call {sid} was to go on from one that is gone")
        ttl_s, words_s = self._ttl.of(call), self._ttl.words_of(call)
        marks, found, *_ = await asyncio.gather(
            self._write_document(call, kept, pending, lines, said, adopted, words_s),
            self._log_events(call, life, told, untold, ttl_s),
            self._list(call, life, ttl_s),
            asyncio.gather(self._settle_place(sid, pending), self._appoint(call.brief.business, pending.appointment, life, call.rev)),
            self._list_owed(pending),
            self._lead_here(call, ttl_s, moved=bool(pending.hold or pending.release)),
        )
        numbered = [part for number, id_ in enumerate(found, told + 1) for part in (number, id_)]
        names = [keys.record(sid), keys.events(sid), keys.untold(sid)]
        values = [call.rev, life, channels.session(self._channel_prefix, sid), keys.EVENTS_KEPT, words_s, *(marks or ("", "", "", "")), *numbered]
        if not await self._script("cluster_finish", names, values):
            await self._erase_one(sid, call.brief)  # it was erased meanwhile, and some of it may have come back
        return (marks[0].decode() if marks else "other"), [id_.decode() for id_ in found]

    async def _write_document(
        self, call: Call, kept: Mapping[str, bytes], pending: Pending, lines: bytes, said: bytes | None, adopted: bool, ttl_s: int
    ) -> list[Any] | None:
        """The document's new marks; None when another system was there first."""
        values = [pending.seen, *_marks(kept), codec.body(call)[:-1], lines, self._adopted if adopted else "", ttl_s, pending.gone]
        answer, *marks = await self._script("cluster_document", [keys.document(call.sid)], values if said is None else [*values, said])
        if answer == b"said":
            whole = await self._command("GET", keys.history(call.sid)) or b""
            answer, *marks = await self._script("cluster_document", [keys.document(call.sid)], [*values, whole])
        return marks if answer == b"ok" else None

    async def _log_events(self, call: Call, life: bytes, told: int, untold: list[bytes], ttl_s: int) -> list[bytes]:
        if not untold:
            return []
        named = [part for number, data in enumerate(untold, told + 1) for part in (b"%b:%d" % (life, number), channels.event_of(data))]
        values = [call.sid, self._ttl.log_s * 1000, max(ttl_s, self._ttl.log_s), call.brief.business, *named]
        found: list[bytes] = await self._script("cluster_log", [keys.LOG, keys.LOG_MARK, keys.sent(call.sid)], values)
        return found

    async def _list(self, call: Call, life: bytes, ttl_s: int) -> None:
        names = list(keys.index(call.status))
        for status in keys.STATUSES:
            if status != call.status:
                names += keys.index(status)
        values = [call.sid, codec.milliseconds(call.created_at), ttl_s, life, call.rev, call.brief.business]
        await self._script("cluster_index", [*names, keys.BUSINESSES, keys.STANDING], values)

    async def _lead_here(self, call: Call, ttl_s: int, *, moved: bool) -> None:
        """Let the caller's number lead to this call, or no longer. `moved`: its place did, and it may be booked no more."""
        number = (call.brief.business, call.brief.caller)
        key, known, way = keys.caller(*number), keys.known(*number), unfinished(call)
        if way == "1":
            await self._command("SET", key, call.sid, "EX", ttl_s)
        elif way == "0":
            if not await self._command("SET", known, call.sid, "NX", "EX", keys.KNOWN_S):
                await self._command("EXPIRE", known, keys.KNOWN_S)
            if await self._command("GET", key) == call.sid.encode():
                await self._command("DEL", key)
        if moved and way != "0" and await self._command("GET", known) == call.sid.encode():
            await self._command("DEL", known)

    async def _announce(self, change: Change) -> tuple[tuple[str, ...], str]:
        """Have it looked for what a step is about to owe, should its writer die; how that is listed, and when it was announced (ms)."""
        owed = tuple(keys.listed(one.id, change.after.sid) for one in change.deliveries)
        if not owed:
            return (), ""
        now_ms: bytes = await self._script("cluster_announce", [keys.ANNOUNCED], [OLD_MS, self._ttl.owed_s, *owed])
        return owed, now_ms.decode()

    async def _list_owed(self, pending: Pending) -> None:
        if pending.owed:
            await self._script("cluster_owe", [keys.ANNOUNCED, keys.DUE], [self._ttl.owed_s, *pending.owed])

    async def _settle_place(self, sid: str, pending: Pending) -> None:
        if pending.hold:
            names = [*keys.calendar(pending.business), keys.holds(pending.business)]
            await self._script("cluster_confirm", names, [pending.hold, self._ttl.at(pending.business).booked_s])
        elif pending.release:
            await self._script("cluster_release", keys.calendar(pending.business)[:2], [sid, pending.release])

    def _place_s(self, change: Change) -> int:
        """How long the call remembers whose calendar has its place: from now, at least as long as the job is ahead of the call's beginning."""
        place = change.booking or change.after.booked or (change.before.booked if change.before else None)
        ahead = place.end - codec.milliseconds(change.after.created_at) // 1000 if place else 0
        own = self._ttl.at(change.after.brief.business)
        return max(ahead, 0) + max(own.booked_s, own.kept_s)


def _marks(kept: Mapping[str, bytes]) -> list[bytes]:
    """What the record remembers of the document: sha, width, size, whose."""
    return [kept.get("sha", b""), kept.get("width", b"0"), kept.get("size", b"0"), kept.get("theirs", b"0")]


async def _nothing() -> list[bytes]:
    return []
