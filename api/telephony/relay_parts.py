"""What every call over a WebSocket works with in this process, and which of them has which socket."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import msgspec

from api.bodies import clean
from api.news import CallNews
from api.telephony.heard import number_of
from api.telephony.relay_messages import Setup
from api.telephony.relay_peer import Signal
from api.telephony.replies import PATIENCE_S, WITH_PEOPLE_S, Caller, Place, Replies
from api.telephony.turning import HOLD_S, Turning
from graph.build import Walker
from storage.store import CallStore


class Timing(msgspec.Struct, kw_only=True):
    """How long what takes, in seconds."""

    setup_s: float = 10.0
    """After the handshake, until it is said whose call it is."""
    hold_s: float = HOLD_S
    """A turn, before the caller hears that it takes long."""
    patience_s: float = PATIENCE_S
    """How long a caller is given to begin, beside the pauses that they make."""
    speaks_s: float = 8.0
    """How long a caller who has begun to speak is given to say the next thing that can be recognised."""
    key_s: float = 3.0
    """Between two keys."""
    people_s: float = WITH_PEOPLE_S
    """How long a caller who has said something to a supervisor is left without a word."""
    quiet_s: float = 12.0
    """The same while the caller says nothing either."""
    hold_on_s: float = 6.0
    """The same while a person is wanted."""
    idle_s: float = 600.0
    """How long a call is kept on which nothing is heard."""
    drain_s: float = 5.0
    """How long a call may go on here while the service stops: what is being said is said."""
    leave_s: float = 5.0
    """How long the provider may take to close a connection that has been ended."""
    letter_s: float = 0.06
    """How long a letter takes to say; a Chinese one four times as long."""
    most_said_s: float = 8.0
    """How long the last words are waited for at most before the connection ends, where nobody tells that they were said."""

    def patience(self, status: str, pause_ms: int, *, words: bool) -> float:
        """How long to listen after an answer: by what is asked, and by who is to speak next. `words`: the caller has said something before it."""
        match status:
            case "with_agent":
                return self.people_s if words else self.quiet_s
            case "waiting_agent":
                return self.hold_on_s
            case _:
                return self.patience_s + pause_ms / 1000


def caller_of(provider: str, setup: Setup) -> Caller:
    """Who calls, as far as is said when a connection begins."""
    return Caller(
        provider=provider,
        dialled=clean(setup.dialled or "")[:256],
        number=number_of(setup.caller or ""),
        language=setup.language,
        place=Place("", 0),
    )


class Called(Protocol):
    def wake(self, signal: Signal) -> None:
        """Tell whoever has the socket of a call."""


class Parts:
    def __init__(self, replies: Replies, turning: Turning, walker: Walker, store: CallStore, news: CallNews, timing: Timing) -> None:
        self.replies, self.turning, self.walker, self.store, self.news, self.timing = replies, turning, walker, store, news, timing
        self._open: dict[str, Called] = {}
        self._stopping = False

    @contextmanager
    def taken(self, sid: str, session: Called) -> Iterator[None]:
        """The call is this session's while the context lasts; whoever had it before has it no longer."""
        if (before := self._open.get(sid)) is not None:
            before.wake(Signal.REPLACED)
        self._open[sid] = session
        if self._stopping:
            session.wake(Signal.DRAIN)
        try:
            yield
        finally:
            if self._open.get(sid) is session:
                del self._open[sid]

    def stop(self) -> None:
        """Tell every call, and each that is still to come, that the service stops."""
        self._stopping = True
        for session in tuple(self._open.values()):
            session.wake(Signal.DRAIN)
