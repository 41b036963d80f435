"""The calls under one callSid: the one that its sender knows, and those in which its caller rang again after it had booked.

What comes under a callSid (turns, the end of the line, a person who did not answer, what was heard of an answer) belongs to one of them: whoever
needs to know which asks here. Each is found by its callSid alone, so nothing has to be written to find it.
"""

from collections.abc import Sequence
from hashlib import sha256

from agent.dst.rebooking import has_booked
from agent.record.call import Call
from storage.store import CallStore, Opened

AGAIN = ".again"
"""Behind a callSid, that of the call in which its caller rings again under it."""
_LONGEST = 256
"""Characters that a callSid has at most."""


def following(sid: str) -> str:
    """The callSid of the call in which a caller rings again under another. Of one that is too long for more, a fingerprint stands before it."""
    name = f"{sid}{AGAIN}"
    return name if len(name) <= _LONGEST else f"{sha256(sid.encode()).hexdigest()}{AGAIN}"


def begun_by(sid: str) -> str:
    """The callSid that the sender of a call knows, as far as it can be read off that call's."""
    while sid.endswith(AGAIN):
        sid = sid.removesuffix(AGAIN)
    return sid


async def calls_of(
    store: CallStore, sid: str, turn: str = "", business: str = "", former: str = "", *, whole: bool = True
) -> list[tuple[str, Opened]]:
    """The calls under a callSid with their own, the first one first; the last may be one that has not begun. As CallStore.open gives and raises.

    `whole`: also those behind the one that has answered the turn.
    """
    line = [(sid, await store.open(sid, turn, business, former))]
    while (whole or line[-1][1].answer is None) and (call := line[-1][1].call) is not None and has_booked(call):
        line.append((following(call.sid), await store.open(following(call.sid), turn, business, former)))
    return line


def is_over(call: Call) -> bool:
    """Whether nothing is left to do or to say in it, but a farewell."""
    return call.status in ("booked", "ended") and not (call.open_turn or call.hears_back or call.untold or call.unheard)


def spoken_in(line: Sequence[tuple[str, Opened]]) -> Opened:
    """The call that the caller is in; when all are over, the one that bids farewell."""
    live = [one for _, one in line if one.call is not None and not is_over(one.call)]
    return live[-1] if live else line[max(0, len(line) - 2)][1]


async def current(store: CallStore, sid: str) -> Call | None:
    """The same of a callSid. Raises StoreUnavailable."""
    return spoken_in(await calls_of(store, sid)).call


async def answer_on(store: CallStore, sid: str, turn: str) -> bytes | None:
    """The answer to a turn that came under a callSid; None when it has none. Raises StoreUnavailable."""
    return next((one.answer for _, one in await calls_of(store, sid, turn, whole=False) if one.answer is not None), None)
