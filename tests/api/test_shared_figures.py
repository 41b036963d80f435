"""The figures of workers who are gone: gathered without a leap, however many they were, and whoever reads meanwhile."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector

from api.shared_figures import FOLDER, SharedFigures, reading


@pytest.fixture
def figures() -> Iterator[SharedFigures]:
    made = SharedFigures()
    made.begin()
    yield made
    made.end()
    assert not Path(made.folder).exists()
    assert FOLDER not in os.environ


def worker(figures: SharedFigures, pid: int, turns: float) -> None:
    """What one of them leaves behind."""
    left = {
        "counter": {mmap_key("slotline_turns", "slotline_turns_total", ["outcome"], ["taken"], "Turns"): turns},
        "histogram": {
            mmap_key("slotline_turn_seconds", "slotline_turn_seconds_bucket", ["le"], ["0.5"], "A turn"): turns - 1,
            mmap_key("slotline_turn_seconds", "slotline_turn_seconds_bucket", ["le"], ["+Inf"], "A turn"): 1.0,
            mmap_key("slotline_turn_seconds", "slotline_turn_seconds_sum", [], [], "A turn"): turns / 8,
        },
        "gauge_livesum": {mmap_key("slotline_workers", "slotline_workers", [], [], "Workers"): 1.0},
    }
    for kind, values in left.items():
        file: Any = MmapedDict(str(Path(figures.folder, f"{kind}_{pid}.db")))  # type: ignore[no-untyped-call]
        for key, value in values.items():
            file.write_value(key, value, 0.0)
        file.close()


def scraped(figures: SharedFigures) -> dict[str, float]:
    """Each figure as a scrape sees it, by its name and class."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, figures.folder)  # type: ignore[no-untyped-call]
    with reading(figures.folder):
        return {one.name + one.labels.get("le", ""): one.value for family in registry.collect() for one in family.samples}


def files(figures: SharedFigures) -> set[str]:
    return {path.name for path in Path(figures.folder).glob("*.db")}


def test_counters_go_on_gauges_go_and_the_files_are_as_many_after_a_hundred_workers_as_after_one(figures: SharedFigures) -> None:
    worker(figures, 7, 10)
    for pid in range(100, 200):
        figures.started(pid)
        worker(figures, pid, 4)
        before = scraped(figures)
        figures.buried(pid)
        assert scraped(figures) == before | {"slotline_workers": 1.0}
    assert files(figures) == {"counter_0.db", "histogram_0.db", "counter_7.db", "histogram_7.db", "gauge_livesum_7.db"}
    found = scraped(figures)
    assert (found["slotline_turns_total"], found["slotline_turn_seconds_bucket0.5"], found["slotline_turn_seconds_count"]) == (410, 309, 410)
    assert found["slotline_turn_seconds_sum"] == 410 / 8


def test_while_somebody_reads_nothing_is_moved_and_nobody_waits(figures: SharedFigures) -> None:
    for pid in (7, 8):
        worker(figures, pid, 4)
    with reading(figures.folder):
        figures.buried(7)
        assert {"counter_7.db", "histogram_7.db"} <= files(figures)
        assert "gauge_livesum_7.db" not in files(figures)
    figures.buried(8)
    assert files(figures) == {"counter_0.db", "histogram_0.db"}
    assert scraped(figures)["slotline_turns_total"] == 8


def test_a_number_that_came_round_again_is_not_taken_for_the_one_who_is_gone(figures: SharedFigures) -> None:
    for pid in (7, 8):
        worker(figures, pid, 4)
    with reading(figures.folder):
        figures.buried(7)
    figures.started(7)
    figures.buried(8)
    assert files(figures) == {"counter_0.db", "histogram_0.db", "counter_7.db", "histogram_7.db"}


def test_a_worker_that_died_while_it_made_its_files_stops_no_scrape(figures: SharedFigures) -> None:
    worker(figures, 7, 4)
    for kind in ("counter", "histogram", "gauge_livesum"):
        Path(figures.folder, f"{kind}_8.db").touch()
    figures.buried(8)
    assert scraped(figures)["slotline_turns_total"] == 4
    assert Path(figures.folder).stat().st_mode & 0o077 == 0
