"""Outbox: what a store promises about what its calls owe to the outside.

How it works. A step names what it makes due (`storage.store.Change.deliveries`), and the commit keeps it with the step: both are written, or neither.
Whoever brings things then asks for what is `due`, is the only one who has it for a while (a lease), and says how it went: a step of the call that
settles it (`storage.store.Change.settles`), then `delivered` or `give_up`, or else `put_off`. Whoever dies in between says nothing, and when the
lease has run out somebody else is given it. So each arrives at least once, and its id, which never changes, tells the receiver that it came before.

Whoever was held up for longer than its lease finds that it does not hold it any more (`holds`) before it hands anything over, and changes nothing
of what another has.

What a call owes stands with the call, and only there; two lists in another place say when to look at which. A list may name what is gone, since it is
looked up before it is given out; what is owed and not yet arrived is always in one of them.

A delivery outlives its call, and is kept until it has arrived, its caller is erased, or `keys.Ttl.owed_s` after the last step that owed something.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from agent.record.delivery import Owed


class OutboxFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How the outbox stands, about: what was erased or has expired counts until it is next looked at."""

    waiting: int = 0
    """Deliveries that have not arrived and are not given up, whoever has them."""
    overdue_s: float = 0.0
    """For how long the one that waits longest could have been tried, and nobody has it; 0.0 when there is none."""
    dead: int = 0
    """Deliveries that are given up."""


class Outbox(Protocol):
    """Every method raises StoreUnavailable when the store cannot be reached. `sid` is the delivery's call.

    What is no longer there has arrived, was erased or has expired: to say something of it changes nothing.
    """

    async def due(self, count: int, lease_s: float) -> Sequence[Owed]:
        """Deliveries whose time has come, those that wait longest first, up to `count`; nobody else is given them for `lease_s` seconds.

        May be fewer than there are: empty when there is nothing left. One round trip then.
        """

    async def holds(self, id_: str, sid: str, till_ms: int) -> bool:
        """Whether it is still owed, and still held by whoever was given it until `till_ms` (`Owed.till_ms`)."""

    async def delivered(self, id_: str, sid: str) -> None:
        """It has arrived: it is owed no more."""

    async def put_off(self, id_: str, sid: str, for_s: float, why: str, till_ms: int = 0) -> None:
        """A try failed, which is counted: it is due again in `for_s` seconds. `why`: a code. A dead letter stays one.

        `till_ms`: only if it is held by that lease; 0: whoever has it.
        """

    async def give_up(self, id_: str, sid: str, why: str, till_ms: int = 0) -> None:
        """The last try failed, which is counted: it is a dead letter, kept as long as any delivery and never due by itself.

        `till_ms`: as in `put_off`; whoever was told of it with the step that settled it may have sent it again meanwhile.
        """

    async def send_again(self, id_: str, sid: str, business: str = "") -> bool:
        """A dead letter is due now, as if it had never been tried; False when there is none. `business`: only if it is of the business of that id."""

    async def dead_letters(self, before: str = "", count: int = 50, business: str = "") -> Sequence[Owed]:
        """What was given up, the last first; `before` is the `Owed.position` that the last page ended with, whatever became of that one since.

        () where `before` is no such position. `business`: only those of the business of that id.
        """

    async def owed(self, sid: str, business: str = "") -> Sequence[Owed]:
        """What a call owes, dead letters among it, in the order in which it was made; also of a call that has expired.

        `business`: as in `dead_letters`.
        """

    async def outbox(self) -> OutboxFigures:
        """How many wait and for how long, of all businesses."""
