"""What a caller's words come to when the service was asked: taken, asked about, or not heard; the whole reading of a turn, as in a call."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from agent.dst.understanding import understand
from agent.record.acts import Inform
from agent.record.business import Business, Service
from agent.record.call import Brief, Call, Question, Turn
from agent.slots.service import SERVICE

HERE = Path(__file__).parent
RECORDS = HERE.parent / "understanding" / "records" / "service.en.jsonl"
ZONE = "America/New_York"
NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(ZONE))
NAMED = 2
"""Of the options that are asked about, those that are named first."""


class Row(NamedTuple):
    group: str
    say: str
    services: tuple[Service, ...]
    locale: str
    want: str | None
    """The name of the service; None where none was meant."""


class Read(NamedTuple):
    taken: str = ""
    asked: tuple[str, ...] = ()

    def kind(self, want: str | None) -> str:
        """What it is beside what was wanted: a key of a line of the table."""
        if want is None:
            return "answered" if self.taken else "asked for nothing" if self.asked else "let be"
        if self.taken:
            return "right" if self.taken == want else "wrong"
        if self.asked:
            return "asked right" if want in self.asked[:NAMED] else "asked wrong"
        return "unheard"


def described(path: Path) -> Iterator[Row]:
    """The rows of `tune.jsonl` or `unseen.jsonl`."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        services = tuple(Service(id=one["name"], name=one["name"], words=one["words"]) for one in row["options"])
        yield Row(row["business"], row["utterance"], services, row["locale"], row["want"])


def recorded() -> Iterator[Row]:
    """The service records of tests/understanding."""
    for line in RECORDS.read_text("utf-8").splitlines():
        row = json.loads(line)
        services = tuple(Service(id=name, name=name) for name in row["options"])
        yield Row(row["source"], row["utterance"], services, row["locale"], row["gold"])


def heard(row: Row) -> Read:
    """What the service step makes of it."""
    business = Business(id=row.group, name=row.group, services=list(row.services))
    brief = Brief(business=row.group, region=row.locale[3:], time_zone=ZONE, services=row.services)
    call = Call(
        sid="m", created_at="2026-03-02T14:00:00Z", brief=brief, language=row.locale[:2], question=Question(kind="ask", slots=(SERVICE.name,))
    )
    for act in understand(call, Turn(key="t", text=row.say), business, NOW):
        if isinstance(act, Inform) and act.slot == SERVICE.name:
            if act.options:
                return Read(asked=act.options)
            return Read(taken=act.value) if act.confidence >= SERVICE.grounding.unsure else Read(asked=(act.value,))
    return Read()


def counted(rows: Sequence[Row]) -> Mapping[str, int]:
    return Counter(heard(row).kind(row.want) for row in rows)


def table(sets: Mapping[str, Sequence[Row]]) -> list[str]:
    """The lines to print: shares of those that wanted a service, and of those that wanted none."""
    columns = ("silently right", "asked, right offered", "silently wrong", "asked, wrong", "not heard", "none meant: taken", "none meant: asked")
    keys = ("right", "asked right", "wrong", "asked wrong", "unheard", "answered", "asked for nothing")
    lines = [f"{'service, described':22}{'n':>5}" + "".join(f"{name:>22}" for name in columns)]
    for name, rows in sets.items():
        found, meant = counted(rows), sum(row.want is not None for row in rows)
        shares = [found[key] / ((meant if place < 5 else len(rows) - meant) or 1) for place, key in enumerate(keys)]
        lines.append(f"{name:22}{len(rows):>5}" + "".join(f"{share:>22.3f}" for share in shares))
    return lines


def tuned_on() -> Mapping[str, Sequence[Row]]:
    return {"tune": list(described(HERE / "tune.jsonl")), "recorded": list(recorded())}
