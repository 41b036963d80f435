"""Calls that grow step by step in a store, told by a test, without anyone having to be understood."""

from typing import Any

import msgspec

from agent.record import call_events
from agent.record.business import Service
from agent.record.call import Brief, Call, Line
from agent.record.events import Event
from agent.record.provenance import Provenance
from agent.record.slot_state import SlotState
from storage.store import CallStore, Change

replace = msgspec.structs.replace


class Story:
    """A call told by a test: lines, values and statuses, each committed with its event."""

    def __init__(self, store: CallStore, sid: str, created_at: str = "2026-03-02T14:00:00Z") -> None:
        services = (
            Service(id="drain-cleaning", name="Drain cleaning", price=149),
            Service(id="leak-repair", name="Leak repair", price=189, description="Finding a leak and closing it."),
        )
        brief = Brief(
            business="acme", region="US", time_zone="America/New_York", services=services, company={"id": "acme", "name": "Acme Home Services"}
        )
        self.store = store
        self.call = Call(sid=sid, created_at=created_at, brief=brief)
        self.ids: list[str] = []
        self._written: Call | None = None
        self._seen = ""
        self._second = 0.0

    async def say(self, speaker: Any, message: str) -> None:
        self._second += 5
        at = f"2026-03-02T14:{int(self._second) // 60:02}:{int(self._second) % 60:02}Z"
        line = Line(speaker=speaker, message=message, startedAt=at)
        await self._commit((line,), call_events.line_said(self.call, speaker, message, at, 1_772_460_000 + self._second))

    async def pend(self, slot: str, value: str) -> None:
        state = replace(self.call.slot(slot), status="pending", pending=value)
        self.call = self.call.with_slot(slot, state)
        await self._commit((), call_events.step_taken(self.call, slot, "pending", value, 1_772_460_000 + self._second))

    async def fill(self, slot: str, value: str, words: str = "", rule: str = "spoken", confirmed: Any = "explicit") -> None:
        came = Provenance(turn="t", words=words or value, rule=rule, confirmed=confirmed)
        self.call = self.call.with_slot(slot, SlotState(status="filled", value=value, timestamp="2026-03-02T14:00:30Z", provenance=came))
        await self._commit((), call_events.step_taken(self.call, slot, "filled", value, 1_772_460_000 + self._second))

    async def skip(self, slot: str) -> None:
        self.call = self.call.with_slot(slot, SlotState(status="skipped"))
        await self._commit((), call_events.step_taken(self.call, slot, "skipped", "", 1_772_460_000 + self._second))

    async def become(self, status: Any) -> None:
        before, self.call = self.call.status, replace(self.call, status=status)
        await self._commit((), call_events.status_moved(self.call, before, 1_772_460_000 + self._second))

    async def _commit(self, lines: tuple[Line, ...], event: Event) -> None:
        before = self._written
        after = replace(self.call, rev=before.rev if before else 0)
        done = await self.store.commit(Change(before=before, after=after, seen=self._seen, lines=lines, events=(event,)))
        self._written = self.call = done.call
        self._seen = done.seen
        self.ids += done.event_ids
