"""Hosts that share one Redis, and what happens to them: services with two workers each, behind a proxy each, over data folders of their own."""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx

from bench.faults import PATIENCE_S, PLAIN, Shop
from tests.api.processes import living
from tests.conftest import RedisServer
from tests.faults.outages import WAYS, Outages
from tests.faults.proxy import Proxy
from tests.patience import until

WORKERS = 2
STRIKES_S = 2.0
"""How long a kill waits for the step at which it is to come."""
PAUSES_S = (0.05, 0.6)
"""Between two outages."""


class Host(Shop):
    """One of them."""

    anew = False

    def __init__(self, folder: Path, server: RedisServer, firms: Path, chance: random.Random) -> None:
        folder.mkdir()
        super().__init__(folder, WORKERS, chance, journal=True)
        self._firms = firms
        self.proxy = Proxy(server.socket)
        self.start()
        self.url = self.running.url
        self.complaints: Counter[str] = Counter()
        """What it wrote that is no plain news, how often."""

    def again(self) -> None:
        self.listen()
        super().again()

    def listen(self) -> None:
        """Take note of what it wrote so far."""
        for line in self.running.fresh().splitlines():
            told = json.loads(line) if line.startswith("{") else {"level": "raw", "event": line[:60]}
            if told["level"] != "info":
                self.complaints[f"{told['event']} {told.get('why', told.get('code', ''))}".strip()] += 1

    def settings(self) -> dict[str, str]:
        return {"SLOTLINE_BUSINESS": str(self._firms), "REDIS_URL": self.proxy.url}

    def kill_worker(self) -> None:
        if workers := [event["pid"] for event in self.running.events if event["event"] == "started" and living(event["pid"])]:
            with suppress(ProcessLookupError):
                os.kill(self.chance.choice(workers), signal.SIGKILL)

    def revive(self) -> None:
        """Start it again where it was killed at a step, by whichever thread passed that on."""
        if not living(self.running.process.pid):
            self.again()

    def serves(self) -> bool:
        return self._health() != ""

    def has_caught_up(self) -> bool:
        return self._health() == "ok"

    def _health(self) -> str:
        """Over a connection of its own, since a worker may have been killed; "" when nobody answers."""
        self.revive()
        with suppress(httpx.TransportError):
            return str(httpx.get(f"{self.url}/health", trust_env=False, verify=PLAIN, timeout=PATIENCE_S).json()["status"])
        return ""

    def close(self) -> None:
        super().close()
        self.proxy.close()


class Town:
    """All of them."""

    def __init__(self, server: RedisServer, hosts: list[Host], chance: random.Random, away_s: tuple[float, float]) -> None:
        """`away_s`: for how long Redis is away, at least and at most."""
        self.server, self.hosts, self.chance, self.away_s = server, hosts, chance, away_s
        self.outages = Outages(server, *(host.proxy for host in hosts))
        self.faults: Counter[str] = Counter()

    def disturb(self, talking: Callable[[], bool]) -> None:
        """One outage after the other while somebody talks; in each, and on the way back, processes are killed."""
        while talking():
            for host in self.hosts:
                until(host.serves)  # on a machine that is busy nobody would ever be up, and callers would wait in vain
            self._outage()
            time.sleep(self.chance.uniform(*PAUSES_S))
        self.back()

    def back(self) -> None:
        """Ends when Redis is there and has all that waited."""
        self.outages.end()
        for host in self.hosts:
            until(host.has_caught_up)

    def _outage(self) -> None:
        way = self.chance.choice(WAYS)
        some = self.chance.sample(self.hosts, self.chance.randint(1, len(self.hosts)))
        ends = time.monotonic() + self.chance.uniform(*self.away_s)
        self.outages.begin(way, [host.proxy for host in some])
        self.faults[f"Redis {way}" if way not in ("cut off", "unheard") or len(some) == len(self.hosts) else f"Redis {way}, for one host"] += 1
        for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
            time.sleep(self.chance.uniform(0, max(ends - time.monotonic(), 0) / 2))
            self._kill(self.chance.choice(self.hosts), "while it is away")
        time.sleep(max(ends - time.monotonic(), 0))
        struck = [host for host in self.hosts if self.chance.random() < 0.6]
        for host in struck:
            self._at_a_step_back(host)
        self.outages.end()
        wait = time.monotonic() + STRIKES_S
        while any(host.proxy.pending for host in struck) and time.monotonic() < wait:
            time.sleep(0.01)
        for host in struck:
            host.proxy.forget()

    def _kill(self, host: Host, when: str) -> None:
        if self.chance.random() < 0.2:
            host.kill_service()
            self.faults[f"service killed {when}"] += 1
        else:
            host.kill_worker()
            self.faults[f"worker killed {when}"] += 1

    def _at_a_step_back(self, host: Host) -> None:
        """Kill a worker, or all of them, at one of the next steps that are sent to Redis: those that were waiting, or new ones."""
        whole = self.chance.random() < 0.2

        def kill() -> bool:
            if whole:
                host.running.stop(signal.SIGKILL)
            else:
                host.kill_worker()
            self.faults[f"{'service' if whole else 'worker'} killed at a step on the way back"] += 1
            return False

        host.proxy.at_commit(self.chance.randint(1, 6), self.chance.choice(("before", "after")), kill)


@contextmanager
def town(folder: Path, firms: Path, hosts: int, chance: random.Random, away_s: tuple[float, float]) -> Iterator[Town]:
    with closing(RedisServer("--appendonly", "yes", "--appendfsync", "always")) as server:
        started: list[Host] = []
        made = Town(server, started, chance, away_s)
        try:
            started.extend(Host(folder / f"host-{number}", server, firms, chance) for number in range(hosts))
            made.outages = Outages(server, *(host.proxy for host in started))
            yield made
        finally:
            made.outages.end()
            for host in started:
                host.close()
