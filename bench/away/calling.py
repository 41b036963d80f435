"""A caller whose call is disturbed: says what the script says, and posts a turn again where nobody answers, and now and then for no reason."""

import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

import httpx

from bench.away.hosts import Host
from bench.away.scripts import Script
from bench.faults import AGAIN_S, PATIENCE_S, PLAIN
from tests.faults.callers import is_trouble

THINKING_S = (0.0, 0.4)
COPIES = 3
"""Of one turn at once, at most."""


class Heard(NamedTuple):
    """What came of a call."""

    said: list[str]
    """What the caller said, turn by turn."""
    answers: list[dict[str, Any] | None]
    """To each turn; None where there was none."""
    unequal: list[tuple[int, str, str]]
    """Copies and repeats of a turn that were answered otherwise than the first: the turn's number, the first answer, the other."""
    trouble: int
    """How often the caller heard of trouble."""
    twice: int
    """How many turns were posted to two hosts."""


class Calling:
    """One call."""

    def __init__(self, hosts: list[Host], script: Script, chance: random.Random) -> None:
        self._hosts, self._script, self._chance = hosts, script, chance
        self._host = chance.choice(hosts)
        self._unequal: list[tuple[int, str, str]] = []
        self._trouble = self._twice = 0

    def talk(self) -> Heard:
        speaker = self._script.speaker()
        said: list[str] = []
        bodies: list[dict[str, Any]] = []
        raw: list[bytes | None] = []
        answers: list[dict[str, Any] | None] = []
        with ThreadPoolExecutor(COPIES) as hands:
            while (words := speaker.next(answers[-1] if answers else None)) is not None:
                time.sleep(self._chance.uniform(*THINKING_S))
                if self._script.moves and self._chance.random() < 0.2:
                    self._host = self._chance.choice(self._hosts)
                said.append(words)
                bodies.append(self._script.body(speaker.number, words))
                copies = self._chance.randint(2, COPIES) if self._chance.random() < 0.25 and not self._script.moves else 1
                first, *others = [one.result() for one in [hands.submit(self._until_good, bodies[-1]) for _ in range(copies)]]
                raw.append(first)
                for one in others:
                    self._compare(speaker.number, first, one)
                answers.append(json.loads(first) if first else None)
                if first is None:
                    break
                if self._chance.random() < 0.2 and not self._script.moves:
                    old = self._chance.randrange(len(raw))
                    self._compare(old, raw[old], self._until_good(bodies[old]))
        return Heard(said, answers, self._unequal, self._trouble, self._twice)

    def _compare(self, number: int, first: bytes | None, other: bytes | None) -> None:
        if other != first:
            self._unequal.append((number, (first or b"").decode(), (other or b"").decode()))

    def _until_good(self, turn: dict[str, Any]) -> bytes | None:
        """The bytes of the first good answer; None when there was none for a long time."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with suppress(httpx.TransportError):
                found = httpx.post(f"{self._host.url}/ai/conversation", json=turn, trust_env=False, timeout=PATIENCE_S, verify=PLAIN)
                if found.status_code == 200 and not is_trouble(found.json()):
                    return found.content
                self._trouble += 1
            time.sleep(AGAIN_S)
            if self._script.moves and self._chance.random() < 0.5:
                other = self._chance.choice(self._hosts)
                self._twice += other is not self._host
                self._host = other
        return None
