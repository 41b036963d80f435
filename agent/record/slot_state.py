"""One slot of one call: what it holds, what waits for a yes, and what was heard so far."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from agent.record.acts import Inform
from agent.record.provenance import Provenance

SlotStatus = Literal["empty", "pending", "filled", "skipped"]


class SlotState(msgspec.Struct, frozen=True, kw_only=True):
    """One slot of one call. An old good value stays in `value` while a new one waits in `pending`."""

    status: SlotStatus = "empty"
    value: str = ""
    """Confirmed; "" until then."""
    parts: Mapping[str, str] = msgspec.field(default_factory=dict)
    timestamp: str = ""
    """When `value` was confirmed: ISO 8601, UTC."""
    provenance: Provenance | None = None
    pending: str = ""
    """Valid and read back, awaiting a yes."""
    pending_provenance: Provenance | None = None
    partial: str = ""
    """Heard, not whole yet: half a number, a day without a clock."""
    options: tuple[str, ...] = ()
    """The values an ambiguous utterance may mean: the question that is open."""
    no_match: int = 0
    """How often in a row the caller was not understood here, or the value was refused."""
    denied: int = 0
    """How often a read-back was denied; from 1 on we read back slowly."""
    disputed: str = ""
    """The value that was denied last: what a partial correction edits; not offered again as it is."""
    part: str = ""
    """The part of the value that is asked for, because the caller called it wrong: "town"."""
    evidence: tuple[str, ...] = ()
    """Every value that earlier attempts may have meant, the recogniser's alternatives included: a later attempt adds to it."""
    overheard: Inform | None = None
    """Heard too weakly to be taken, while something else was asked: offered when its turn comes."""
    locked: bool = False
    """A supervisor keeps the agent's hands off it."""

    @property
    def settled(self) -> bool:
        return self.status in ("filled", "skipped")

    @property
    def unspoken(self) -> bool:
        """Whether its value is an earlier call's, not said in this one: it counts, and is never read aloud, nor edited in part."""
        return bool(self.value) and self.provenance is not None and self.provenance.confirmed == "resumed"

    @property
    def supervised(self) -> bool:
        """Whether its value was put there by a supervisor: another takes its place only when the caller was asked and said yes."""
        return bool(self.value) and self.provenance is not None and self.provenance.confirmed == "supervisor"

    @property
    def said(self) -> str:
        """`value`, as far as it may be spoken."""
        return "" if self.unspoken else self.value
