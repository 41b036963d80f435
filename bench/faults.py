"""Faults at random, counted: `python -m bench.faults --minutes 10`, `python -m bench.faults --short`.

Callers talk to a real service while it, or its Redis, is killed, stopped and started again; each turn is posted in one to five copies at once, and
again until it is answered. What every call left behind is then compared with the same calls on the same service left alone. One round is a service
with one or two workers, with or without the journal of its host, over the Redis it brings or over one beside it behind a proxy. Over the one it
brings every call has to end as the undisturbed one; over one beside it a booking may have been noted first. The seed of each round is printed, and
`--seed` plays that round again, as far as processes repeat themselves.

Counted are: fields that were told as filled and are not there at the end, effects that are there twice, answers and records that are not those of
the undisturbed call, turns that were never answered, and the seconds from each fault to the next good answer. Exit code 1 when any but the last is
not zero.
"""

import argparse
import json
import os
import random
import signal
import ssl
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
import redis

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.faults.alike import differences
from tests.faults.callers import (
    FILLED,
    FIRM,
    SAID,
    SECRET,
    body,
    caught_up,
    document,
    events,
    filled,
    heard,
    is_trouble,
    left,
    redis_of,
    said_by,
    timeless,
    whole_call,
)
from tests.faults.proxy import Proxy

CALLERS = 6
PAUSES_S = (0.05, 0.6)
"""Between two faults, once callers are answered again."""
PATIENCE_S = 300.0
"""A service is killed over and over, and takes its time to start on a busy machine."""
THINKING_S = (0.0, 0.3)
"""Before a caller's next turn."""
AGAIN_S = 0.25
"""Before a turn is posted again; thirty callers who insist would keep the machine from starting a service."""
COPIES = 5
"""Of one turn at once, at most."""
COUNTED = ("lost fields", "doubled effects", "other answers", "other records", "unanswered turns")
SHORT = (1, 4, 7, 9, 5, 15)
"""Seeds of one round of each kind with a journal, and of two without."""
PLAIN = ssl.create_default_context()
"""Made once: nothing here is encrypted, and making one takes longer than a turn."""


class Shop:
    """A service that is started again whenever it is killed, on the same port, as its supervisor would; and what may happen to it."""

    anew = True
    """Whether its workers load the program as a fresh process does."""

    def __init__(self, folder: Path, workers: int, chance: random.Random, *, journal: bool) -> None:
        self.folder, self.chance, self.journal = folder, chance, journal
        self._arguments = ("--workers", str(workers))
        self.answered = threading.Condition()
        self.good_at = 0.0
        """When the newest post that got a good answer was begun, monotonic seconds."""
        self.recovered: list[tuple[float, str]] = []
        """Seconds from a fault to the next good answer, and which fault it was."""

    def start(self, port: int = 0) -> None:
        self.running = Running(self.folder, *self._arguments, port=port, anew=self.anew, SLOTLINE_SECRET=SECRET, **self.settings())

    def settings(self) -> dict[str, str]:
        return {"SLOTLINE_BUSINESS": FIRM, "SLOTLINE_JOURNAL": str(self.journal).lower()}

    def client(self) -> Any:
        return redis_of(self.folder)

    def faults(self) -> dict[str, Callable[[], None]]:
        return {"service killed": self.kill_service, "Redis killed": self.kill_redis}

    def kill_service(self) -> None:
        self.running.stop(signal.SIGKILL)
        self.again()

    def again(self) -> None:
        port = self.running.port
        self.running.close()
        self.start(port)

    def kill_redis(self) -> None:
        pid = 0
        while not pid:
            try:
                pid = self.client().info("server")["process_id"]
            except redis.RedisError:
                time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        self.running.stop()  # and with it the Redis it brought, which would still write while its folder is removed
        self.running.close()

    def good(self, begun: float) -> None:
        with self.answered:
            self.good_at = max(self.good_at, begun)
            self.answered.notify_all()

    def disturb(self, talking: Callable[[], bool]) -> Counter[str]:
        """One fault after the other for as long as somebody talks; each time it is waited for the next good answer."""
        done: Counter[str] = Counter()
        while talking():
            name, fault = self.chance.choice(list(self.faults().items()))
            begun = time.monotonic()
            fault()
            done[name] += 1
            with self.answered:
                if self.answered.wait_for(lambda: self.good_at > begun or not talking(), PATIENCE_S) and self.good_at > begun:  # noqa: B023
                    self.recovered.append((time.monotonic() - begun, name))
            time.sleep(self.chance.uniform(*PAUSES_S))
        return done


class Wired(Shop):
    """The same over a Redis of its own, with a proxy in between that can act at the very commit."""

    def __init__(self, folder: Path, workers: int, chance: random.Random, *, journal: bool) -> None:
        super().__init__(folder, workers, chance, journal=journal)
        self.server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
        self.proxy = Proxy(self.server.socket)

    def settings(self) -> dict[str, str]:
        return {**super().settings(), "REDIS_URL": self.proxy.url}

    def client(self) -> Any:
        return self.server.client

    def faults(self) -> dict[str, Callable[[], None]]:
        return {
            "service killed before a commit": lambda: self.kill_at_commit("before"),
            "service killed after a commit": lambda: self.kill_at_commit("after"),
            "Redis killed": self.kill_redis,
            "Redis stopped": self.stop_redis,
        }

    def kill_at_commit(self, when: Any) -> None:
        killed = threading.Event()

        def kill() -> bool:
            self.running.stop(signal.SIGKILL)
            killed.set()
            return False

        self.proxy.at_commit(self.chance.randint(1, 4), when, kill)
        if not killed.wait(2):  # nobody talks any more
            self.proxy.forget()
            self.running.stop(signal.SIGKILL)
        self.again()

    def kill_redis(self) -> None:
        self.server.kill()
        time.sleep(self.chance.uniform(0, 1))
        self.server.start()

    def stop_redis(self) -> None:
        self.server.process.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(0.1, 3))
        self.server.process.send_signal(signal.SIGCONT)

    @contextmanager
    def without_redis(self) -> Iterator[None]:
        self.proxy.cut()
        try:
            yield
        finally:
            self.proxy.join()

    def close(self) -> None:
        super().close()
        self.proxy.close()
        self.server.close()


class Heard(NamedTuple):
    """What a caller heard."""

    answers: list[dict[str, Any] | None]
    """To each turn; None where there was none."""
    unequal: int
    """How many copies of a turn were answered otherwise than the first."""


class Caller:
    """Posts each turn in some copies at once, and each of them again until it has a good answer."""

    def __init__(self, shop: Shop, sid: str, said: Sequence[str], chance: random.Random) -> None:
        self.shop, self.sid, self.said, self.chance = shop, sid, said, chance
        self.url = f"{shop.running.url}/ai/conversation"

    def talk(self) -> Heard:
        answers: list[dict[str, Any] | None] = []
        unequal = 0
        with ThreadPoolExecutor(COPIES) as hands:
            for number, words in enumerate(self.said):
                time.sleep(self.chance.uniform(*THINKING_S))
                posts = [hands.submit(self.until_good, body(number, words, self.sid)) for _ in range(self.chance.randint(1, COPIES))]
                bodies = [post.result() for post in posts]
                answers.append(json.loads(bodies[0]) if bodies[0] else None)
                unequal += sum(one != bodies[0] for one in bodies)
        return Heard(answers, unequal)

    def until_good(self, turn: dict[str, Any]) -> bytes | None:
        """The bytes of the first good answer; None when there was none for a long time."""
        until = time.monotonic() + PATIENCE_S
        while (begun := time.monotonic()) < until:
            with suppress(httpx.TransportError):
                found = httpx.post(self.url, json=turn, trust_env=False, timeout=PATIENCE_S, verify=PLAIN)
                if found.status_code == 200 and not is_trouble(found.json()):
                    self.shop.good(begun)
                    return found.content
            time.sleep(AGAIN_S)
        return None


class Round(NamedTuple):
    """What came of one round."""

    kind: str
    faults: Counter[str]
    counted: Counter[str]
    recovered: list[tuple[float, str]]


def play(seed: int) -> Round:
    """One round, told by its seed."""
    chance = random.Random(seed)
    kind, workers, journal = chance.choice((Shop, Wired)), chance.choice((1, 2)), chance.choice((True, True, False))
    said = {f"CA{hour}": tuple(f"tomorrow at {hour} pm" if words == SAID[6] else words for words in SAID) for hour in range(1, CALLERS + 1)}
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, closing(kind(Path(folder), workers, chance, journal=journal)) as shop:
        shop.start()
        callers = [Caller(shop, sid, words, random.Random(f"{seed} {sid}")) for sid, words in said.items()]
        with ThreadPoolExecutor(CALLERS) as together:
            calls = [together.submit(caller.talk) for caller in callers]
            faults = shop.disturb(lambda: not all(call.done() for call in calls))
            heard_by = dict(zip(said, (call.result() for call in calls), strict=True))
        name = f"{'its own Redis' if kind is Shop else 'a Redis beside it'}, {workers} worker{'s' * (workers > 1)}{', no journal' * (not journal)}"
        return Round(name, faults, judged(shop, said, heard_by), shop.recovered)


def judged(shop: Shop, said: Mapping[str, Sequence[str]], heard_by: Mapping[str, Heard]) -> Counter[str]:
    """What is wrong, by itself and beside the same calls undisturbed."""
    caught_up(shop.running)
    client = shop.client()
    counted = Counter(dict.fromkeys(COUNTED, 0))
    for sid, found in heard_by.items():
        counted.update(mistakes(client, sid, said[sid], found))
    disturbed = {sid: left(client, [answer or {} for answer in found.answers], sid) for sid, found in heard_by.items()}
    noted = bookings_noted(shop, said) if isinstance(shop, Wired) and shop.journal else {}
    anew(shop, said)
    answers = {sid: whole_call(shop.running, sid, words) for sid, words in said.items()}
    for sid in said:
        quiet = left(client, answers[sid], sid)
        either = zip(disturbed[sid].answers, quiet.answers, noted.get(sid, quiet.answers), strict=True)
        counted["other answers"] += sum(one not in others for one, *others in either)
        if sid in noted and None not in heard_by[sid].answers:
            counted["other records"] += bool({*differences(disturbed[sid], quiet, noted[sid])} - {"answers"})
        else:
            counted["other records"] += disturbed[sid][1:] != quiet[1:]
    return counted


def bookings_noted(shop: Wired, said: Mapping[str, Sequence[str]]) -> dict[str, list[Any]]:
    """What each caller hears whose booking is noted, since Redis is away at the last yes."""
    anew(shop, said)
    begun = {sid: whole_call(shop.running, sid, words[:-1]) for sid, words in said.items()}
    with shop.without_redis():
        return {sid: timeless([*answers, heard(shop.running, len(answers), said[sid][-1], sid)]) for sid, answers in begun.items()}


def anew(shop: Shop, said: Mapping[str, Sequence[str]]) -> None:
    """Nothing is left of earlier calls, in Redis or in the journal."""
    caught_up(shop.running)
    for sid in said:
        shop.running.http.delete(f"/calls/{sid}")
    shop.client().flushall()


def mistakes(client: Any, sid: str, said: Sequence[str], found: Heard) -> Counter[str]:
    """What is wrong with a call by itself."""
    kept, told = document(client, sid)["progress"]["filled"], events(client, sid)
    confirmed = {slot: value for answer in found.answers if answer for slot, value in answer["progress"]["filled"].items()}
    spoken = Counter(said_by("customer", told)) - Counter(said)
    again = Counter(filled(told)) - Counter(FILLED)
    return Counter(
        {
            "lost fields": sum(kept.get(slot) != value for slot, value in confirmed.items()),
            "doubled effects": found.unequal + spoken.total() + again.total(),
            "unanswered turns": found.answers.count(None),
        }
    )


def report(rounds: Sequence[Round]) -> int:
    """Print the sums. Returns the exit code."""
    counted: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for told in rounds:
        counted.update(told.counted)
        faults.update(told.faults)
    recovered = [one for told in rounds for one in told.recovered]
    print(f"\n{len(rounds) * CALLERS} calls of {len(SAID)} turns, {faults.total()} faults")
    for name in COUNTED:
        print(f"{name:<32} {counted[name]:>5}")
    print("seconds to the next good answer         median longest")
    for name, count in sorted(faults.items()):
        took = [seconds for seconds, after in recovered if after == name] or [0.0]
        print(f"  {name:<30} {count:>5} {median(took):>7.2f} {max(took):>7.2f}")
    return int(any(counted.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--short", action="store_true", help="six rounds, one of each kind with a journal")
    parser.add_argument("--seed", type=int, help="this round alone")
    options = parser.parse_args()
    fixed = [options.seed] if options.seed is not None else SHORT if options.short else ()
    until = time.monotonic() + options.minutes * 60
    rounds: list[Round] = []
    for seed in fixed or iter(lambda: random.SystemRandom().randrange(1_000_000), None):
        if not fixed and time.monotonic() > until:
            break
        told = play(seed)
        rounds.append(told)
        wrong = ", ".join(f"{count} {name}" for name, count in told.counted.items() if count) or "nothing wrong"
        print(f"seed {seed:>6}  {told.kind:<28} {told.faults.total():>3} faults  {wrong}", flush=True)
    return report(rounds)


if __name__ == "__main__":
    sys.exit(main())
