"""What there is to measure, as Prometheus reads it: names, labels, and what each means; `docs/operations.md` says it to whoever runs the service.

`Registry.take` carries over what was tallied (`api/tallies.py`), every second and before a scrape. A process alone keeps its figures in memory.
One of several workers keeps them in files that all of them read (`api/shared_figures.py`), so that a scrape, which one of them answers, tells of all:
counters go on where a worker that was replaced left off, gauges are those of the living.

Loaded with the application and by nobody else: it takes 13 ms. Source: Prometheus, "Metric and label naming"; its client, "Multiprocess Mode".
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from agent.record.call import Status
from agent.record.delivery import DeliveryKind
from agent.record.handoff import Handoff
from agent.record.slot_names import NAMES
from api import shared_figures
from api.errors import PROBLEMS
from api.journal_standing import Standing as JournalState
from api.tallies import BOUNDS_S, Tallies, Times
from storage.outbox import OutboxFigures

PREFIX = "slotline_"
OTHER = "other"
"""The label of whatever has none of those that were foreseen: there is never one more."""
GRAINS = 2**20
"""Seconds are summed up in so many parts of one, a power of two: then the figures of many workers come to the same sum in whatever order they are
added, for 272 years. A sum that is smaller by its last bit than at the scrape before would be taken for one that began anew."""
STATUSES: tuple[str, ...] = get_args(Status)


class Measure(NamedTuple):
    """A counter or a histogram, for each of its labels."""

    name: str
    """In the tallies, and outside between the prefix and the unit."""
    meaning: str
    label: str = ""
    values: tuple[str, ...] = ("",)


DELIVERED = ("taken", "again", "returned", "overtaken", "late")
"""What comes of a try: given up is "returned"; a mail about what a later one tells is not sent any more, nor one about what has begun."""
COUNTERS = (
    Measure("turns", "Turns answered", "outcome", ("taken", "repeated", "store_unavailable", "failed")),
    Measure("no_matches", "Turns with speech that could not be used, by what was asked", "slot", (*NAMES, "confirm", "done")),
    Measure("no_inputs", "Turns of silence; a caller who waits for the greeting is none"),
    Measure("calls_begun", "Calls that began"),
    Measure("call_outcomes", "Calls that came to something", "outcome", ("booked", "ended", "handed_off")),
    Measure("handoffs", "Calls for which a person is wanted", "why", get_args(Handoff.__annotations__["why"])),
    Measure("bookings", "Places taken in a calendar"),
    Measure("mails", "Mails about bookings that were tried", "outcome", DELIVERED),
    Measure("webhooks", "Webhooks that were tried", "outcome", DELIVERED),
    Measure("refused", "Requests, connections and streams turned away", "code", (*PROBLEMS, "no_seat")),
    Measure("catch_ups", "Readers of events sent back to the log", "why", ("resumed", "overflow")),
    Measure("resets", "Readers whose place in the log was gone", "reason", ("trimmed", "expired", "unknown", "malformed")),
    Measure("redis_failures", "Round trips to Redis without an answer"),
)
HISTOGRAMS = (
    Measure("turn", "A turn, and its parts", "part", ("whole", "understanding", "store", "wording")),
    Measure("delivery", "A try to bring a mail or a webhook", "kind", get_args(DeliveryKind)),
    Measure("redis_round_trip", "A round trip to Redis; reads that wait for news are none"),
    Measure("publish_to_write", "From an event's id to its being written to a reader who keeps up; one write of sixteen is timed"),
)


class Level(NamedTuple):
    """A gauge of each process."""

    name: str
    meaning: str
    together: Literal["livesum", "livemax"] = "livesum"
    """How those of several workers make one."""


LEVELS = (
    Level("workers", "Processes that serve"),
    Level("workers_wanted", "Processes that should", "livemax"),
    Level("turns_busy", "Turns being taken"),
    Level("readers", "Open event streams"),
    Level("readers_live", "Open event streams that keep up"),
    Level("reader_queue_events", "Events that wait in the queues of readers"),
    Level("log_ring_events", "Events kept in memory for readers who come back"),
    Level("store_away_seconds", "How long the log of events has not been reached, at the worker that misses it longest", "livemax"),
    Level("store_breaker_open", "Whether a worker takes the store for being away, so that turns go to the journal of its host", "livemax"),
)
STORE_UP = f"{PREFIX}store_up"
CALLS = f"{PREFIX}calls"
JOURNAL_UP = f"{PREFIX}journal_up"
JOURNAL = {
    f"{PREFIX}journal_waiting_calls": "Calls of this host with steps that the store has not seen",
    f"{PREFIX}journal_waiting_steps": "Steps of calls of this host that the store has not seen",
    f"{PREFIX}journal_waiting_seconds": "How long the oldest of them has been waiting",
}
OUTBOX = {
    f"{PREFIX}outbox_waiting": "Mails and webhooks that are to be brought and have not arrived",
    f"{PREFIX}outbox_overdue_seconds": "For how long the one that waits longest could have been tried",
    f"{PREFIX}outbox_dead": "Mails and webhooks that were given up and wait for a person",
}


@dataclass(frozen=True)
class Standing:
    """How it stands in the store, asked for a scrape. Collected as two gauges, since no process alone can count them."""

    up: bool
    calls: Mapping[str, int] = field(default_factory=dict)
    """By status; empty while the store is away."""
    outbox: OutboxFigures | None = None
    """None while the store is away."""
    journal: JournalState | None = None
    """None where there is none."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(STORE_UP, "Whether the store answered this scrape", value=float(self.up))
        calls = GaugeMetricFamily(CALLS, "Calls that are kept, by status", labels=["status"])
        for status, number in self.calls.items():
            calls.add_metric([status], number)
        yield calls
        if self.outbox is not None:
            figures = (self.outbox.waiting, self.outbox.overdue_s, self.outbox.dead)
            for (name, meaning), figure in zip(OUTBOX.items(), figures, strict=True):
                yield GaugeMetricFamily(name, meaning, value=figure)
        if self.journal is not None:
            yield GaugeMetricFamily(JOURNAL_UP, "Whether the journal of this host takes steps", value=float(not self.journal.why))
            waiting = (self.journal.calls, self.journal.steps, self.journal.waits_s)
            for (name, meaning), waits in zip(JOURNAL.items(), waiting, strict=True) if not self.journal.why else ():
                yield GaugeMetricFamily(name, meaning, value=waits)


class _Histogram(Histogram):
    def add(self, times: Times) -> None:
        """Many at once: one by one they would cost as much as the turn's own bookkeeping."""
        for bucket, count in zip(self._buckets, times.counts, strict=True):
            if count:
                bucket.inc(count)
        self._sum.inc(round(times.total_s * GRAINS) / GRAINS)


class Registry:
    """The figures of this process; or of all, where there are several."""

    def __init__(self, tallies: Tallies, folder: str = "") -> None:
        """`folder`: where the workers of a service share their figures; "" for a process alone."""
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._tallies, self._folder = tallies, folder
        self._own = CollectorRegistry()
        with shared_figures.making(folder):
            self._make()

    def _make(self) -> None:
        self._counters = {one.name: self._each(one, Counter(PREFIX + one.name, one.meaning, _labels(one), registry=self._own)) for one in COUNTERS}
        self._histograms = {one.name: self._each(one, self._histogram(one)) for one in HISTOGRAMS}
        self._levels = {one.name: Gauge(PREFIX + one.name, one.meaning, multiprocess_mode=one.together, registry=self._own) for one in LEVELS}

    def take(self, levels: Mapping[str, float]) -> None:
        """Carry over what was tallied since the last time, and how it stands now in this process."""
        counts, times = self._tallies.hand_over()
        for (name, label), number in counts.items():
            _of(self._counters[name], label).inc(number)
        for (name, label), many in times.items():
            _of(self._histograms[name], label).add(many)
        for name, level in levels.items():
            self._levels[name].set(level)

    def text(self, standing: Standing) -> bytes:
        """All of it in Prometheus' text format; reads files where there are several workers, so not for the event loop."""
        if not self._folder:
            return generate_latest(self._own) + generate_latest(standing)
        shared = CollectorRegistry()
        MultiProcessCollector(shared, self._folder)  # type: ignore[no-untyped-call]
        with shared_figures.reading(self._folder):
            told = generate_latest(shared)
        return told + generate_latest(standing)

    @staticmethod
    def _each(measure: Measure, made: Any) -> dict[str, Any]:
        """One for each label, made at once: a counter that is not there yet cannot be seen to rise from 0."""
        return {value: made.labels(value) for value in _values(measure)} if measure.label else {"": made}

    def _histogram(self, measure: Measure) -> _Histogram:
        return _Histogram(f"{PREFIX}{measure.name}_seconds", measure.meaning, _labels(measure), buckets=BOUNDS_S, registry=self._own)


def _labels(measure: Measure) -> tuple[str, ...]:
    return (measure.label,) if measure.label else ()


def _values(measure: Measure) -> Iterable[str]:
    return (*measure.values, OTHER)


def _of(each: Mapping[str, Any], label: str) -> Any:
    return each.get(label) or each[OTHER]


def names() -> dict[str, str]:
    """Every metric by the name it is asked for with, and its type. A histogram has `_bucket`, `_sum` and `_count` behind its name."""
    counters = {f"{PREFIX}{one.name}_total": "counter" for one in COUNTERS}
    histograms = {f"{PREFIX}{one.name}_seconds": "histogram" for one in HISTOGRAMS}
    return (
        counters
        | histograms
        | {PREFIX + one.name: "gauge" for one in LEVELS}
        | dict.fromkeys((STORE_UP, CALLS, *OUTBOX, JOURNAL_UP, *JOURNAL), "gauge")
    )
