"""What many simulated calls come to, by style."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from agent.record.slot_names import NAMES
from tests.simulated.playing import Played

FLOORS = {"clean": 0.97, "noisy": 0.93, "repairs": 0.90}
"""Least share of calls with all six right."""
MOST_FALSE = 0.005
MOST_TURNS = 1.3


class Score(msgspec.Struct, frozen=True, kw_only=True):
    style: str
    calls: int
    joint: float
    false_accepts: float
    """Share of all slots whose kept value is wrong."""
    turns: float
    """Turns over the least."""
    false_booked: int
    first: dict[str, float]
    ended: Counter[str]

    def shortfalls(self) -> list[str]:
        """What is below the floors."""
        found = []
        if self.joint < FLOORS[self.style]:
            found.append(f"{self.style}: joint goal {self.joint:.3f} is below {FLOORS[self.style]}")
        if self.false_accepts >= MOST_FALSE:
            found.append(f"{self.style}: false accepts {self.false_accepts:.4f}")
        if self.false_booked:
            found.append(f"{self.style}: {self.false_booked} said to be booked and were not")
        if self.style == "clean" and self.turns > MOST_TURNS:
            found.append(f"{self.style}: {self.turns:.2f} times the least turns")
        return found

    def lines(self) -> list[str]:
        first = "  ".join(f"{slot} {share:.3f}" for slot, share in self.first.items())
        ended = ", ".join(f"{how} {count}" for how, count in self.ended.most_common())
        return [
            f"{self.style:8} {self.calls} calls  joint {self.joint:.3f}  false accepts {self.false_accepts:.4f}  turns {self.turns:.2f}x  "
            f"false booked {self.false_booked}",
            f"         right first time: {first}",
            f"         ended: {ended}",
        ]


def score(style: str, calls: Sequence[Played]) -> Score:
    """The figures of one style."""
    count = len(calls)
    first = {
        slot: sum(call.first[slot] for call in calls if slot in call.first) / max(1, sum(slot in call.first for call in calls)) for slot in NAMES
    }
    return Score(
        style=style,
        calls=count,
        joint=sum(call.joint for call in calls) / count,
        false_accepts=sum(len(call.wrong) for call in calls) / (count * len(NAMES)),
        turns=sum(call.turns for call in calls) / sum(call.least for call in calls),
        false_booked=sum(call.false_booked for call in calls),
        first=first,
        ended=Counter(call.ended for call in calls),
    )


def worst(calls: Sequence[Played], count: int) -> list[Played]:
    """The calls that went worst: false bookings, wrong values, missing ones, many turns."""
    return sorted(calls, key=lambda call: (not call.false_booked, -len(call.wrong), call.joint, -(call.turns - call.least)))[:count]
