"""The call: one record, from which everything that is said and shown is read.

A turn changes it. It is frozen: a change makes a new one, and the store writes the difference or refuses it as stale.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from agent.record.acts import SystemAct, UserAct
from agent.record.business import Service
from agent.record.confirmation import Confirmation
from agent.record.errand import Errand
from agent.record.handoff import Handoff
from agent.record.newest import Newest
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState

Status = Literal["active", "waiting_agent", "with_agent", "booked", "ended"]
RECENT = 6
"""How many lines of the conversation a person who takes over is given."""


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What the call was opened with, `business` by its id; never changes, so that a changed business file does not change a running call."""

    business: str
    region: str
    time_zone: str
    services: tuple[Service, ...] = ()
    company: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """`company` of the CallSkeleton: id, name, email, userId."""
    caller: str = ""
    """The number the caller rings from, E.164, or "" when withheld."""
    dialled: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What we last asked, so that "yes" and a bare "four" have a meaning."""

    kind: Literal["none", "ask", "read_back", "choice", "summary", "change", "leave", "resume", "which", "what", "errand"] = "none"
    """What each asks, `agent.nlu.candidates.OpenQuestion` says, by the same names."""
    slots: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    """Slots just taken without a read-back: a "no" now is about them."""
    whole: bool = False
    """Of a summary: everything was read, not only what changed since."""


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the caller's side sent."""

    key: str
    """What makes it the same turn when it is sent again."""
    text: str = ""
    """What was said, best hypothesis; "" is silence."""
    alternatives: tuple[str, ...] = ()
    digits: str = ""
    confidence: float | None = None
    started_at: str = ""
    """The caller's "now": ISO 8601 with offset."""


class OpenTurn(msgspec.Struct, frozen=True, kw_only=True):
    """A turn that has begun to change the record and is not answered yet. Whoever comes next, on whichever worker, finishes it first."""

    turn: Turn
    user_acts: tuple[UserAct, ...] = msgspec.field(default=(), name="taken")
    todo: tuple[UserAct, ...] = ()
    """What the caller did and was not carried out yet."""
    system_acts: tuple[SystemAct, ...] = msgspec.field(default=(), name="notices")
    """What is to be said about what was carried out."""
    decided: tuple[str, ...] = ()
    behind: "OpenTurn | None" = None
    """Another, begun on a host that could not see this one; finished after it."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the conversation."""

    speaker: Literal["AI", "customer", "agent"]
    message: str
    startedAt: str  # noqa: N815 - the CallSkeleton's word


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a business's calendar; `start` and `end` are Unix seconds."""

    business: str
    sid: str
    start: int
    end: int
    service: str = ""
    made: int = 0
    """When it was booked, by the service's clock: Unix seconds."""
    held_until: int = 0
    """Only held until then, while somebody is asked whether it may be booked: Unix seconds, by the service's clock. 0: booked."""
    buffer: int = 0
    """Seconds behind it in which nothing else may begin."""
    instead_of: str = ""
    """The call whose held place passes over to this one: the earlier one that this one goes on from, or the one in which this one was moved."""
    moves: str = ""
    """Of a held place: the call whose booking is to be moved here, and does not stand in its way."""

    @property
    def free_from(self) -> int:
        """When the next job may begin: Unix seconds."""
        return self.end + self.buffer


ApprovalState = Literal["waiting", "approved", "refused", "unanswered", "withdrawn", "taken"]
"""What became of a request. `unanswered`: not in time; `withdrawn`: the caller wants something else; `taken`: approved, and the place was gone."""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A booking that the office was asked to agree to."""

    id: str
    """`permissionId` of the events."""
    rule: str
    """Which of the business's rules asks for it."""
    what: Mapping[str, str]
    """The values that were read to the caller, by slot."""
    place: Booking
    """What is to be booked, held for so long."""
    asked_at: str
    """ISO 8601, UTC, by the service's clock."""
    until: str
    """The same: how long a caller on the line waits."""
    state: ApprovalState = "waiting"
    told: bool = False
    """Whether the caller knows what became of it; never while it is waiting."""
    by: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    sid: str
    rev: int = 0
    """How often it was written; a write against another rev is stale."""
    status: Status = "active"
    language: str = "en"
    created_at: str
    brief: Brief
    slots: Mapping[str, SlotState] = msgspec.field(default_factory=lambda: {name: SlotState() for name in NAMES})
    question: Question = Question()
    turns: int = 0
    silences: int = 0
    summarised: bool = False
    """The whole summary was read once; from then on only what changed is read again."""
    booked: Booking | None = None
    """Set once the booking is committed, never before."""
    hold: Booking | None = None
    """The place that is kept for the caller, who has not said the last yes."""
    to_be_confirmed: Booking | None = None
    """What the caller said the last yes to while no place could be promised: taken nowhere, until that can be tried (`graph.settling`)."""
    confirmation: Confirmation = Confirmation()
    """How it stands with the mail about it; kept by `agent.policy.owed.reckoned`, whatever a step makes of the rest."""
    approval: Approval | None = None
    """The last request for the office's yes."""
    idle: int = 0
    """How many turns in a row brought the call no further."""
    recent: tuple[Line, ...] = ()
    """The last lines of the conversation, for a person who takes over."""
    handoff: Handoff | None = msgspec.field(default=None, name="hand_off")
    """Set while a person is wanted, and while one who was has the call."""
    since: str = ""
    """When `status` last moved: ISO 8601, UTC."""
    kept_waiting: bool = False
    """While a person is wanted: the caller is kept on the line, since a supervisor watches; otherwise the call is to be dialled through."""
    held_by: str = ""
    """The agentId of the supervisor who has the call; "" while nobody has."""
    acted_at: float = 0.0
    """When that supervisor last did something: Unix seconds."""
    unheard: tuple[str, ...] = ()
    """What a supervisor said and the caller has not heard yet, in order."""
    untold: tuple[SystemAct, ...] = ()
    """What was done to the call from outside and the caller has not heard of: said first in the next answer."""
    holds: int = 0
    """How many hold sentences the caller has heard: the next one is another."""
    suggestions: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Slot to value: what the caller told a person, to be taken by a supervisor."""
    misses: int = 0
    """How many turns could not be understood, in all."""
    hung_up: bool = False
    """The telephone has said that the caller's line is gone: what still comes over that line is late."""
    socket: str = ""
    """The connection over which the caller is spoken with at once: the newest, whatever others there were. "" where words are fetched."""
    open_turn: OpenTurn | None = None
    newest: Newest | None = None
    """The newest turn of a side that counts its turns."""
    before: "Call | None" = None
    """What stood before it, where the call goes back when it is said in other words; None where nothing is taken back (`agent.policy.revising`)."""
    unfinished: str = ""
    """An earlier call from the same number that came to no end: its callSid. Nobody hears of it before its name was said in this one."""
    recognised: bool = False
    """The caller said the name of the unfinished call: going on with it is offered."""
    errand: Errand | None = None
    in_vain: int = 0
    """How often it stayed unknown which appointment the caller means, whatever else was wanted in between."""
    resumed_from: str = ""
    """The earlier call whose values were taken over."""
    root: str = ""
    """The call in which all this began: of the earlier call the same, or itself. "" when this call goes on from none."""
    brought: Mapping[str, int] = msgspec.field(default_factory=dict)
    """How far steps that were taken in journals have come: the last one's number, by the call's name there."""
    foreign: Mapping[str, Any] | None = None
    """What another system keeps in the CallSkeleton and we do not know, without its history; None when the document is ours alone."""

    @property
    def awaits_approval(self) -> bool:
        """Whether a request stands open."""
        return self.approval is not None and self.approval.state == "waiting"

    @property
    def hears_back(self) -> bool:
        """Whether the caller has still to hear of the office: what he says meanwhile answers no question."""
        return self.approval is not None and not self.approval.told

    @property
    def place(self) -> Booking | None:
        """The place in the calendar that is this call's, booked or held."""
        return self.booked or (self.approval.place if self.approval and self.awaits_approval else self.hold)

    def slot(self, name: str) -> SlotState:
        return self.slots[name]

    @property
    def begun(self) -> bool:
        """Whether anything was heard yet."""
        return any(state != SlotState() for state in self.slots.values())

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to ask the caller: what is locked is seen to by people."""
        return all(state.settled or state.locked for state in self.slots.values())

    @property
    def is_unasked(self) -> bool:
        """Whether no question is open because the call was changed from outside: the caller's next words answer none."""
        return self.question.kind == "none" and bool(self.untold)

    def with_lines(self, lines: Sequence[Line], taken_back: int = 0) -> "Call":
        """With these lines at the end of the conversation, after its last `taken_back` were taken away, as far as they are at hand."""
        if not lines and not taken_back:
            return self
        recent = (*self.recent[: max(len(self.recent) - taken_back, 0)], *lines)[-RECENT:]
        newest = self.newest
        if newest is not None and self.before is not None:
            newest = msgspec.structs.replace(newest, lines=newest.lines + len(lines) - taken_back)
        return msgspec.structs.replace(self, recent=recent, newest=newest)

    def with_slot(self, name: str, state: SlotState) -> "Call":
        return msgspec.structs.replace(self, slots={**self.slots, name: state})
