"""What a token that is bound to a business is served by: the same parts, which know that business and its calls alone.

The store gives and takes the calls of no other (`storage/bound_store.py`), there is no other business to open a call for, and a turn for another one
is refused before it may wait beside that one's turns. So what a route does for such a token it cannot do to anybody else's call, whether it thinks
of that or not.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

import msgspec

from agent.record.businesses import Businesses
from api import logs
from api.answers import trouble
from api.degraded import Degraded
from api.parts import Parts
from api.tallies import Tallies
from api.turns import Turns
from graph.build import Walker
from graph.state import Deps, TurnRequest
from storage.bound_store import BoundStore
from storage.errors import CallElsewhere, StoreUnavailable
from storage.store import CallStore


class Admission:
    """Which turns a sender may post that is bound to a business."""

    def __init__(self, store: CallStore, businesses: Businesses, business: str) -> None:
        """`businesses`: all that are served, for whose the number dialled is."""
        self._store, self._businesses, self._business = BoundStore(store, business, [one.id for one in businesses.all]), businesses, business
        self._log = logs.Sparing()

    async def __call__(self, request: TurnRequest) -> None:
        """Raises CallElsewhere for a turn to the number of another business, or of another's call; the log tells which, the answer does not."""
        dialled = self._businesses.of_number(request.dialled) if request.dialled else None
        if dialled is not None and dialled.id != self._business:
            self._refuse(request, "number_elsewhere")
        with contextlib.suppress(StoreUnavailable):  # then the turn itself meets with the same, and knows what to say
            try:
                await self._store.open(request.sid)
            except CallElsewhere:  # begun there, or only prepared
                self._refuse(request, "call_elsewhere")

    def _refuse(self, request: TurnRequest, code: str) -> None:
        if count := self._log.due(code):
            logs.event("turn_refused", level="warning", call=request.sid, code=code, part=self._business, count=count)
        raise CallElsewhere(f"the turn is not for {self._business}")


def whose(businesses: Businesses, request: TurnRequest) -> str:
    """The business that a turn is for, by the number dialled; "" where that is nobody's."""
    dialled = businesses.of_number(request.dialled) if request.dialled else None
    return dialled.id if dialled else ""


def binding(whole: Callable[[], Parts], deps: Deps, tallies: Tallies) -> Callable[[str], Parts]:
    """Gives the parts of a business, made when they are first asked for. `whole`: those of all. Raises KeyError when it is not served."""

    @cache
    def bound(business: str) -> Parts:
        parts = whole()
        served = parts.businesses.get(business)
        if served is None:
            raise KeyError(business)
        store = BoundStore(parts.store, business, [one.id for one in parts.businesses.all])
        own = msgspec.structs.replace(deps, store=store, businesses=Businesses([served]))
        walker = Walker(own)
        told = Degraded(partial(trouble, own), parts.hub, lambda _: business)
        turns = Turns(walker, parts.gate, parts.keys, told, tallies, Admission(parts.store, parts.businesses, business))
        return replace(parts, store=store, businesses=own.businesses, walker=walker, turns=turns)

    return bound
