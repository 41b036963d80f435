"""Channels of Redis: what is published beside the log, for programs that listen and keep nothing, and what such programs publish in.

`<prefix>session:{callSid}` has every event of a call, `<prefix>agent:{agentId}` those that name a supervisor, `<prefix>broadcast` those that every
supervisor is to hear. Ours go out in the script that writes them, each with its id in front: so they are known when they are heard again, and are
passed by without being read. What somebody else published has none; it gets one when it is taken into the log, once, whoever hears it.
"""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

from agent.record.events import Event, is_for_everyone
from storage import codec
from storage.store import Published

LIVES_S = 15.0
"""Of silence, after which the connection is asked whether it lives; and how long it may take to say so."""
CLAIM_MS = 600_000
"""How long is remembered that something was taken in: a process that stood still hears it as much later."""
_OURS = re.compile(rb'\{"id":"\d+-\d+",')
_SPECIAL = re.compile(r"([*?\[\]\\^])")


def addressed(prefix: str | None, event: Event) -> bytes:
    """One of our events as the scripts take it: the channels it goes to beside its call's, one a line, then its JSON."""
    return b"\n".join((*_beside(prefix, event.type, event.payload), codec.envelope(event)))


def erased(prefix: str | None, sid: str, seconds: float) -> bytes:
    """What tells that a call was erased, in the same form."""
    data = codec.erased(sid, seconds)
    return b"\n".join((*_beside(prefix, "status_change", {}), data))


def session(prefix: str | None, sid: str) -> str:
    """The channel of a call; "" where nothing is published."""
    return "" if prefix is None else f"{prefix}session:{sid}"


def event_of(told: bytes) -> bytes:
    """The JSON alone."""
    return told[told.rfind(b"\n") + 1 :]


def _beside(prefix: str | None, kind: str, payload: Mapping[str, Any]) -> list[bytes]:
    if prefix is None:
        return []
    agent = payload.get("agentId")
    named = [f"{prefix}agent:{agent}".encode()] if isinstance(agent, str) and agent and "\n" not in agent else []
    return [*named, f"{prefix}broadcast".encode()] if is_for_everyone(kind, payload) else named


async def heard(connection: Any, prefix: str) -> AsyncIterator[Published]:
    """What others publish from now on, over a connection of redis-py's that is connected and used for nothing else.

    Raises what redis-py raises, TimeoutError when the connection is dead.
    """
    escaped = _SPECIAL.sub(r"\\\1", prefix)
    await connection.send_command("PSUBSCRIBE", f"{escaped}session:*", f"{escaped}agent:*", f"{escaped}broadcast")
    front = len(prefix.encode())
    asked = False
    while True:
        answer = await connection.read_response(disable_decoding=True, timeout=LIVES_S)
        if answer is None:
            if asked:
                raise TimeoutError("the channels are silent")
            await connection.send_command("PING")
            asked = True
            continue
        asked = False
        if answer[0] == b"pmessage" and not _OURS.match(answer[3]):
            kind, _, name = answer[2][front:].decode("utf-8", "replace").partition(":")
            yield Published(kind=kind, name=name, data=answer[3])
