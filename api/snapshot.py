"""What a stream begins with: the record as it stands, or the open calls in short, and the event id that this covers.

The events that follow are those after that id, so the two must fit: none missing between them, none told twice. A record and its events are
written in one transaction, hence: read the id of the newest event, then the record, then the id again. When both ids are equal, the record is
exactly what the events up to that id made of it. Otherwise a turn came in between, and we read again. Should every try be interrupted, the first
id is given with the newer record: then nothing is missing, and the few events told again say what the record says already.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from api.frames import Topic
from storage import codec
from storage.store import CallStore, Listed

OPEN = ("active", "waiting_agent", "with_agent")
LISTED = 200
"""Open calls of one status listed at most, newest first."""
TRIES = 4

Read = TypeVar("Read")


async def snapshot(store: CallStore, topic: Topic) -> tuple[dict[str, Any], str]:
    """The payload of `history` and the id it covers, which also stands in it as `lastEventId`. Raises StoreUnavailable."""
    if topic.kind == "call":
        document, covered = await _settled(store, topic.sid, lambda: store.document(topic.name))
        return {**_record(topic.name, document), "lastEventId": covered}, covered
    calls, covered = await _settled(store, "", lambda: _open_calls(store))
    return {"calls": calls, "lastEventId": covered}, covered


async def _settled(store: CallStore, sid: str, read: Callable[[], Awaitable[Read]]) -> tuple[Read, str]:
    before = await store.head(sid)
    for _ in range(TRIES):
        found = await read()
        after = await store.head(sid)
        if after == before:
            return found, after
        last, before = before, after
    return found, last


async def _open_calls(store: CallStore) -> list[dict[str, Any]]:
    found = [_in_short(call) for status in OPEN for call in await store.calls(status, count=LISTED)]
    return sorted(found, key=lambda call: str(call["createdAt"]), reverse=True)


def _record(sid: str, document: bytes | None) -> dict[str, Any]:
    """The document, or an empty one for a call that is not known yet, or whose document another system left unreadable."""
    record = codec.parse(document) if document else None
    empty = {"services": [], "company": {}, "user": {"userInfo": {}}, "history": [], "servicebooked": False, "confirmEmailsent": False}
    return record or {"callSid": sid, **empty}


def _in_short(call: Listed) -> dict[str, Any]:
    """callSid, status, createdAt, the progress block and the last line of the conversation."""
    history = call.document.get("history")
    return {
        "callSid": call.sid,
        "status": call.status,
        "createdAt": call.document.get("createdAt", ""),
        "progress": call.document.get("progress", {}),
        "lastMessage": history[-1] if isinstance(history, list) and history else None,
    }
