"""A real Prometheus over a service of two workers: what it has scraped is exact, also after a worker was replaced."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.mmap_dict import MmapedDict

from tests.api.processes import Running, living, serving
from tests.api.test_metrics import DASHBOARD, RULES, figures
from tests.api.test_workers import _free_port, _started
from tests.patience import PATIENCE_S, until

VIEWER, CALLER = "viewer-token-0123456789abc", "integration-token-012345678"
CONFIG = """
global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: slotline
    authorization: {{credentials: {token}}}
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""


class Prometheus:
    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE_S)

    def close(self) -> None:
        self._http.close()

    def ask(self, path: str, **query: str) -> Any:
        answer = self._http.get(f"/api/v1/{path}", params=query)
        answer.raise_for_status()
        return answer.json()["data"]

    def value(self, query: str) -> float | None:
        """What a query comes to now; None when there is nothing."""
        try:
            found = self.ask("query", query=query)["result"]
        except httpx.ConnectError:
            return None
        return float(found[0]["value"][1]) if found else None


@contextmanager
def prometheus(folder: Path, port: int) -> Iterator[Prometheus]:
    config = folder / "prometheus.yml"
    config.write_text(CONFIG.format(rules=RULES, token=VIEWER, port=port))
    at = f"127.0.0.1:{_free_port()}"
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={at}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    told = Prometheus(f"http://{at}")
    try:
        yield told
    finally:
        told.close()
        process.kill()
        process.wait()


@pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus (Debian: prometheus) is not on PATH")
def test_what_prometheus_scrapes_of_two_workers_is_exact_also_when_one_was_replaced(tmp_path: Path, redis_url: str) -> None:
    tokens = f"{VIEWER}:viewer,{CALLER}:integration"
    given = {"REDIS_URL": redis_url, "SLOTLINE_TOKENS": tokens}
    with serving(tmp_path, "--workers", "2", anew=True, **given) as running, prometheus(tmp_path, running.port) as told:
        until(lambda: len(_started(running)) == 2)
        turns = _turns_of_both(running, 0)
        until(lambda: told.value("sum(slotline_turns_total)") == turns)
        until(lambda: told.value("slotline_workers") == 2)
        assert told.value('slotline_calls{status="active"}') == turns, "each was the first of its call"
        assert told.value('slotline_turn_seconds_count{part="whole"}') == turns
        assert told.value('up{job="slotline"}') == 1

        killed, left = sorted(_started(running))
        os.kill(killed, signal.SIGKILL)
        until(lambda: not living(killed) and len(_started(running)) == 3)
        turns += _turns_of_both(running, turns)
        os.kill(left, signal.SIGTERM)  # with what it has just counted
        until(lambda: not living(left) and len(_started(running)) == 4)
        until(lambda: told.value("sum(slotline_turns_total)") == turns)
        until(lambda: told.value("slotline_workers") == 2)
        assert told.value("slotline_calls_begun_total") == turns
        assert told.value("max(resets(slotline_turns_total[1h]))") == 0, "no counter ever went back"

        [group] = told.ask("rules")["groups"]
        until(lambda: all(rule["health"] == "ok" for rule in told.ask("rules")["groups"][0]["rules"]))
        assert [rule["name"] for rule in group["rules"] if rule["state"] == "firing"] == []
        for query in _queries():
            told.ask("query", query=query)
        [folder] = _folders(running)
        assert not [path for pid in (killed, left) for path in folder.glob(f"gauge_*_{pid}.db")]
        assert running.stop() == 0
        assert not folder.exists()


def test_the_folder_goes_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", anew=True) as running:
        until(lambda: len(_started(running)) == 2)
        [folder] = _folders(running)
        assert figures(running.http.get("/metrics").text)["slotline_workers_wanted", ""] == 2
        running.stop(signal.SIGKILL)
        until(lambda: not folder.exists())


def _turns_of_both(running: Running, before: int) -> int:
    """Turns, each of a call of its own, until both workers have taken some, each worker's by a connection of its own. How many there were."""
    taken: set[int] = set()
    number = 0
    while len(taken) < 2 or number < 20:
        turn = {"callSid": f"CA{before + number}", "customerMessage": {"message": "hello"}}
        with httpx.Client(base_url=running.url, trust_env=False, timeout=PATIENCE_S) as http:
            assert http.post("/ai/conversation", json=turn, headers={"Authorization": f"Bearer {CALLER}"}).status_code == 200
        number += 1
        taken = _who_counted(running) if number >= 20 else taken
    return number


def _who_counted(running: Running) -> set[int]:
    """The workers whose files hold a turn."""
    found: set[int] = set()
    [folder] = _folders(running)
    for pid in _living(running):
        values: Any = MmapedDict.read_all_values_from_file
        if any("slotline_turns_total" in key and value for key, value, *_ in values(str(folder / f"counter_{pid}.db"))):
            found.add(pid)
    return found


def _living(running: Running) -> set[int]:
    return {pid for pid in _started(running) if living(pid)}


def _folders(running: Running) -> list[Path]:
    """Where the workers share their figures."""
    pid = min(_living(running))
    given = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return [Path(one.partition(b"=")[2].decode()) for one in given if one.startswith(b"PROMETHEUS_MULTIPROC_DIR=")]


def _queries() -> list[str]:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    return [target["expr"].replace("$job", "slotline").replace("$__rate_interval", "1m") for panel in panels for target in panel["targets"]]
