"""What lives for one turn (Walk), and what every turn is given (Deps)."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Protocol, TypedDict

import msgspec

from agent.dst.updates import Update
from agent.nlg.speech import Speech
from agent.policy.owed import Wants
from agent.reader import Reader
from agent.record.acts import SystemAct, UserAct
from agent.record.business import Business
from agent.record.businesses import Businesses
from agent.record.call import Call, OpenTurn, Question, Turn
from agent.record.events import Event
from agent.record.trace import decided
from agent.record.turn_context import Plan, TurnContext
from storage.store import CallStore


def _untold(part: str, seconds: float) -> None:
    """Nobody wants to know."""


def _nothing(business: str) -> Wants:
    """Nobody wants anything."""
    return Wants()


class News(Protocol):
    """Tells when something happens to a call, on whichever worker; it may also tell too often, too late, or nothing at all."""

    def of(self, sid: str) -> AbstractContextManager[asyncio.Event]:
        """An event that is set at each piece of news of the call, while the context lasts."""


class NoNews:
    """News of nothing: whoever waits looks for itself."""

    @contextmanager
    def of(self, sid: str) -> Iterator[asyncio.Event]:
        yield asyncio.Event()


class Deps(msgspec.Struct, frozen=True, kw_only=True):
    """The parts a turn works with; chosen and joined in `api/app.py`."""

    store: CallStore
    businesses: Businesses
    reader: Reader
    phrasebooks: Mapping[str, Mapping[str, Mapping[str, Any]]]
    plan: Plan
    render: Callable[[Call, Speech, Business, str], bytes]
    """The answer in the form that is kept with the turn and sent: of the call as it now stands, what is said, its business, the service's clock
    (ISO 8601, UTC)."""
    wants: Callable[[str], Wants] = _nothing
    """What the business of an id wants to be told; a step of a call asks by itself (`graph.owing`), the change of an appointment alone does not."""
    took: Callable[[str, float], None] = _untold
    """Told how many seconds a part of the turn took: "understanding", "wording"."""
    news: News = NoNews()

    def business_of(self, call: Call) -> Business:
        """The business as its file stands now; what was promised to this caller is in the brief."""
        return self.businesses.get(call.brief.business) or self.businesses.default

    def confirms(self, call: Call) -> frozenset[str]:
        """As TurnContext.confirms."""
        return self.wants(call.brief.business).confirms


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The place of a turn in the count of a sender that may say its newest turn again in other words."""

    number: int
    came: int
    """When this wording came, by the service's clock: Unix nanoseconds, never the same twice in a process."""
    earlier: tuple[str, ...] = ()
    """What the caller said right before, with nothing from us in between, oldest first; heard now where it never reached us."""
    heard: str = ""
    """What the caller is said to have heard of our last answer; "" where nobody knows."""


class TurnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A turn as it came in."""

    sid: str
    turn: Turn
    caller: str = ""
    """The number rung from, in any form; "" when withheld."""
    dialled: str = ""
    language: str = ""
    """BCP 47, or "" for the business's first."""
    turn_id: str = ""
    """What its sender calls the turn; "" when it calls it nothing."""
    said: str = ""
    """The words as they were sent, of which `turn.text` is what is heard; only for the turn's key."""
    over_a_line: bool = False
    """It came over a telephone line whose end we are told of: after that end it is late, and changes nothing."""
    counted: Counted | None = None
    socket: str = ""
    """The connection it came over, on which the caller is told at once of all that happens; "" for none. Only the newest of a call counts."""
    opens_socket: bool = False
    """It is the first over that connection, which is the call's from now on."""
    former_key: str = ""
    """Another key under which the answer may have been kept, by a version that made keys differently."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One turn on its way: the record as last committed, the record as it is to stand, and what is left to do."""

    base: Call | None
    """As last committed; None: the call is new."""
    call: Call
    seen: str
    """Fingerprint of the CallSkeleton as last read or written."""
    turn_context: TurnContext
    user_acts: tuple[UserAct, ...] = ()
    """All that the caller did with the turn."""
    todo: tuple[UserAct, ...] = ()
    system_acts: tuple[SystemAct, ...] = ()
    decided: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    """Not committed yet."""
    asked: Question = Question()
    """The question the turn answered."""
    foreign: dict[str, Any] | None = None
    """The document another system had left, for the trace."""
    reading_ms: float = 0.0
    """How long it took to read the record and the calendar, in milliseconds."""
    rule: str = ""
    """The business's rule by which the yes to the summary is no booking yet."""

    def after(self, update: Update, done: int = 1) -> "Work":
        """With so many acts carried out."""
        return msgspec.structs.replace(
            self,
            call=update.call,
            todo=self.todo[done:],
            system_acts=(*self.system_acts, *update.system_acts),
            decided=(*self.decided, *decided(update.events)),
            events=(*self.events, *update.events),
        )

    @property
    def is_open(self) -> bool:
        """Whether the turn stands in the record already: its words were written, some of it was carried out."""
        return self.base is not None and self.base.open_turn is not None

    def opened(self) -> Call:
        """The record with this turn open in it, so that whoever reads it can finish what is left."""
        behind = self.base.open_turn.behind if self.base is not None and self.base.open_turn is not None else None
        left = OpenTurn(
            turn=self.turn_context.turn,
            user_acts=self.user_acts,
            todo=self.todo,
            system_acts=self.system_acts,
            decided=self.decided,
            behind=behind,
        )
        return msgspec.structs.replace(self.call, open_turn=left)


class Walk(TypedDict, total=False):
    """The state of the graph, for one turn."""

    request: TurnRequest
    now: datetime
    """The service's clock, aware."""
    at_once: bool
    """Of a counted turn: whether it did not have to wait for another here, so that what it finds in the record was there before it came."""
    waited: bool
    """Whether the supervisor who has the call was given the time to speak."""
    work: Work
    waits: bool
    """Whether `request` stands open in the record and waits for the supervisor to speak."""
    answer: bytes
    """The answer to `request`; missing when another turn had to be finished first, acts are left for another walk, or it waits."""
