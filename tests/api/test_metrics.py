"""`GET /metrics`: what is counted, that nothing of a caller is in it, and that what reads it (dashboard, rules, docs) asks for what is there."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.app import Service
from api.frames import order
from api.registry import COUNTERS, GRAINS, HISTOGRAMS, STATUSES, names
from api.tallies import Tallies, begin_turn, part_took
from storage.errors import StoreUnavailable
from storage.outbox import OutboxFigures
from storage.store import CallStore
from tests.api import feeds
from tests.api.services import client, running, settings
from tests.conftest import Shelf

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD, RULES = DOCS / "operations" / "grafana.json", DOCS / "operations" / "alerts.yml"
_METRIC = re.compile(r"\bslotline_\w+")

Figures = Mapping[tuple[str, str], float]


def figures(text: str) -> Figures:
    """Each sample by its name and its label's value ("": it has none)."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value for family in text_string_to_metric_families(text) for sample in family.samples
    }


def asked_for(name: str) -> str:
    """The metric that a query's name belongs to."""
    base = re.sub(r"_(bucket|sum|count)$", "", name)
    return base if names().get(base) == "histogram" else name


@pytest.mark.anyio
async def test_a_call_is_counted_by_what_it_came_to_and_nothing_of_the_caller_is_told(shelf: Shelf) -> None:
    said = ("", "it's Mary O'Neill", "blah wibble", "", "two oh two five five five oh one four three", "I want a person")
    service = Service(settings(redis_url=shelf.url))
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        for number, words in enumerate((*said, said[1])):
            turn = {"callSid": "CA-secret", "turnId": str(number % len(said)), "from": "+12025550143", "customerMessage": {"message": words}}
            turn["turnId"] = "1" if number == len(said) else turn["turnId"]
            assert (await http.post("/ai/conversation", json=turn)).status_code == 200
        assert (await http.get("/calls/CA-secret/events/nothing")).status_code == 404
        answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = figures(answer.text)
    wanted = {
        ("slotline_turns_total", "taken"): 6,
        ("slotline_turns_total", "repeated"): 1,
        ("slotline_turns_total", "failed"): 0,
        ("slotline_no_matches_total", "phone"): 1,
        ("slotline_no_matches_total", "name"): 0,
        ("slotline_no_inputs_total", ""): 1,
        ("slotline_calls_begun_total", ""): 1,
        ("slotline_call_outcomes_total", "handed_off"): 1,
        ("slotline_handoffs_total", "caller_asked"): 1,
        ("slotline_refused_total", "not_found"): 1,
        ("slotline_turn_seconds_count", "whole"): 7,
        ("slotline_turn_seconds_count", "understanding"): 6,
        ("slotline_turn_seconds_count", "wording"): 6,
        ("slotline_turn_seconds_count", "store"): 7,
        ("slotline_calls", "waiting_agent"): 1,
        ("slotline_calls", "active"): 0,
        ("slotline_store_up", ""): 1,
        ("slotline_outbox_waiting", ""): 0,
        ("slotline_outbox_dead", ""): 0,
        ("slotline_workers", ""): 1,
    }
    assert {key: found.get(key) for key in wanted} == wanted
    parts = [found["slotline_turn_seconds_sum", part] for part in ("understanding", "store", "wording")]
    assert 0 < sum(parts) < found["slotline_turn_seconds_sum", "whole"]
    assert min(parts) > 0
    assert all((part * GRAINS).is_integer() for part in parts), "sums of many workers are the same in any order"
    trips = found["slotline_redis_round_trip_seconds_count", ""]
    assert trips >= 14 if shelf.url else trips == 0, "a turn reads and writes"
    assert not re.search(r"CA-|secret|Mary|Neill|2025550143", answer.text)


@pytest.mark.anyio
async def test_trouble_and_refusals_are_counted_by_kind() -> None:
    async with running(turn_queue=1) as caller:
        caller.walker.failure = StoreUnavailable("away")
        await caller.say("hello")
        caller.walker.failure = RuntimeError("a defect")
        await caller.say("hello")
        with caller.service.gate.turn("CA1"):
            assert (await caller.say("hello")).status_code == 429
        caller.service.tallies.count("handoffs", "a reason that nobody foresaw")
        found = figures((await caller.http.get("/metrics")).text)
    assert found["slotline_turns_total", "store_unavailable"] == 1
    assert found["slotline_turns_total", "failed"] == 1
    assert found["slotline_refused_total", "too_many_turns"] == 1
    assert found["slotline_handoffs_total", "other"] == 1
    assert found["slotline_turns_total", "taken"] == 0


@pytest.mark.anyio
async def test_a_store_that_is_away_is_told_and_the_scrape_is_answered() -> None:
    async with running() as caller:
        caller.service.api.state.parts.store._store = _Away()
        answer = await caller.http.get("/metrics")
    assert answer.status_code == 200
    found = figures(answer.text)
    assert found["slotline_store_up", ""] == 0
    assert not [label for name, label in found if name == "slotline_calls"], "nobody knows"


class _Away:
    async def how_many(self, status: str, since_ms: int = 0, business: str = "") -> int:
        raise StoreUnavailable("away")

    async def secret(self, known: bytes = b"") -> bytes:
        """Asked for every five seconds, which may pass here on a busy machine."""
        raise StoreUnavailable("away")

    async def outbox(self) -> OutboxFigures:
        raise StoreUnavailable("away")

    async def close(self) -> None: ...


@pytest.mark.anyio
async def test_what_becomes_of_readers_is_counted_and_the_first_write_to_each_who_keeps_up_is_timed(store: CallStore) -> None:
    stream = feeds.Service(store, queue=3)
    hub, teller = stream.hub, feeds.Teller(store, "CA1")
    await hub.start()
    first = await teller.tell()
    async with feeds.reading(stream.app, "/events", "nonsense") as lost, feeds.reading(stream.app, "/events", first) as back:
        await lost.next("history")
        await feeds.until(lambda: [reader.hot for reader in hub.all_readers()] == [True, True])
        live = await teller.tell()
        for feed in (lost, back):
            await feed.all_until(live)
        back.reads.clear()
        for _ in range(8):
            last = await teller.tell()
        await feeds.until(lambda: hub.head == order(last))
        assert hub.figures()["readers"] == 2
        back.reads.set()
        await back.all_until(last)
    await hub.close()
    counts, times = hub.tallies.hand_over()
    assert (counts["resets", "malformed"], counts["catch_ups", "resumed"]) == (1, 1)
    assert counts["catch_ups", "overflow"] >= 1
    assert sum(times["publish_to_write", ""].counts) == 2
    assert hub.figures()["readers"] == 0


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["active", "waiting_agent", "ended"])
async def test_calls_of_a_status_are_counted_as_they_are_listed(shelf: Shelf, status: str) -> None:
    service = Service(settings(redis_url=shelf.url))
    said = {"active": "hello", "waiting_agent": "I want a person", "ended": "cancel everything"}
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        store = service.api.state.parts.store
        for sid, words in (("CA1", said["active"]), ("CA2", said[status]), ("CA3", said[status])):
            for turn in ("hello", words, "yes"):
                await http.post("/ai/conversation", json={"callSid": sid, "customerMessage": {"message": turn}})
        listed = [one.sid for one in await store.calls(status)]
        assert len(listed) == await store.how_many(status) == (3 if status == "active" else 2)
        await store.erase("CA3")
        assert await store.how_many(status) == len(listed) - 1


def test_the_parts_of_a_turn_add_up_and_outside_of_one_nothing_does() -> None:
    part_took("store", 1.0)
    parts = begin_turn()
    part_took("store", 1.0)
    part_took("store", 2.0)
    assert parts == {"store": 3.0}
    tallies = Tallies()
    for seconds in (0.0001, 0.0005, 0.3, 60.0):
        tallies.took("turn", seconds, "whole")
    _, times = tallies.hand_over()
    counts = times["turn", "whole"].counts
    assert (counts[0], counts[9], counts[-1], sum(counts)) == (2, 1, 1, 4), "a time belongs to the class that ends with it"
    assert tallies.hand_over() == ({}, {})


def test_what_the_dashboard_asks_for_is_there_and_everything_there_is_shown() -> None:
    dashboard = json.loads(DASHBOARD.read_text("utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    asked += [str(variable["query"]) for variable in dashboard["templating"]["list"]]
    found = {asked_for(name) for query in asked for name in _METRIC.findall(query)}
    assert found == set(names())


def test_what_the_rules_and_the_docs_speak_of_is_there() -> None:
    rules = RULES.read_text("utf-8")
    assert {asked_for(name) for name in _METRIC.findall(rules)} <= set(names())
    docs = (DOCS / "operations.md").read_text("utf-8")
    assert {asked_for(name) for name in _METRIC.findall(docs)} == set(names()), "each is explained"
    alerts = set(re.findall(r"alert: (\w+)", rules))
    assert alerts == set(re.findall(r"^\| `(Slotline\w+)`", docs, re.MULTILINE)), "each says what to do"
    assert alerts == set(re.findall(r"alertname: (\w+)", (DOCS / "operations" / "alerts_test.yml").read_text("utf-8"))), "each is tested"


def test_the_labels_that_are_asked_for_are_there() -> None:
    every = {*STATUSES, *(value for one in (*COUNTERS, *HISTOGRAMS) for value in one.values)}
    texts = DASHBOARD.read_text("utf-8").replace('\\"', '"') + RULES.read_text("utf-8")
    asked = re.findall(r'\b(outcome|part|kind|slot|why|reason|code|status)(?:=|!=|=~)"([\w|]+)"', texts)
    assert asked
    assert {value for _, values in asked for value in values.split("|")} <= every


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not on PATH")
@pytest.mark.parametrize("command", [("check", "rules", RULES), ("test", "rules", RULES.with_name("alerts_test.yml"))], ids=lambda words: words[0])
def test_the_rules_hold(command: tuple[Any, ...]) -> None:
    done = subprocess.run(["promtool", *map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
