"""What is played: every row, every whole call, simulated callers, and utterances mixed from all of them by a fixed seed.

Pure data, made without the code under test, so that two revisions are given the same.
"""

import bisect
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests import tables
from tests.differential import normal

HERE = Path(__file__).parent
TESTS = HERE.parent
Item = dict[str, Any]

SLOTS = ("name", "phone", "address", "email", "service", "time")
STYLES = ("clean", "noisy", "repairs")
MONDAY = "2026-03-02T09:00"
MIXED = 20_000
CONTEXTS_EACH = 4
"""In how many of the contexts each mixed utterance is said; which ones goes round, so that every kind of mixture meets every context."""
ACTS = 0.4
"""The share of acts among what is mixed."""
SEED = 1
SIMULATED, SIMULATED_SHORT = 40, 6
"""Calls of each style."""
SHORT = 12
"""The short form plays one mixed utterance in so many."""
TURN_S = 20
_JOINTS = {"en": (" ", " ", ", ", " and ", ". ", " no ", " not ", " um "), "zh": ("", "", "，", "，", "不", "嗯", "和")}
_WORD = re.compile(r"[㐀-鿿]|[^\s㐀-鿿]+\s*")


def items(*, short: bool = False) -> Iterator[Item]:
    """Everything, in a fixed order. `short`: all rows and whole calls, fewer callers and mixtures."""
    yield from rows()
    yield from calls()
    for style in STYLES:
        for number in range(SIMULATED_SHORT if short else SIMULATED):
            yield {"id": f"simulated {style} {number}", "kind": "simulated", "style": style, "number": number}
    for context in contexts():
        yield {"id": f"context {context['name']}", "kind": "context", "context": context}
    yield from mixed(SHORT if short else 1)


APPOINTMENT = "appointment"
"""The table of no slot and no acts: what is said in it means something in whole calls alone."""


def rows() -> Iterator[Item]:
    """Single utterances, each for one slot: the records measured, and the cases."""
    for path in sorted((TESTS / "understanding" / "records").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield _record(json.loads(line))
    for path in (path for path in tables.paths() if path.stem != APPOINTMENT):
        made = [_case(path.parent.name, path.stem, case) for _, case in tables.cases(path)]
        yield from {item["id"]: item for item in made}.values()  # of those that differ only in their read-back, one


def calls() -> Iterator[Item]:
    """Whole calls with their turns, one every twenty seconds."""
    for path in [*tables.stories(), TESTS / "real" / "calls.toml"]:
        for call in tables.calls(path):
            own = f"businesses/{call['business']}" if "business" in call else ""
            business = "real/bank" if path.parent.name == "real" else own
            now = call.get("now") or call.get("startedAt") or f"{MONDAY}:00-05:00"
            turns = [_turn(turn, datetime.fromisoformat(now) + timedelta(seconds=TURN_S * at)) for at, turn in enumerate(call["turn"])]
            known = {key: call[key] for key in ("from", "to", "language") if key in call}
            yield {"id": f"call {path.parent.name}/{path.stem} {call['name']}", "kind": "call", "business": business, "call": known, "turns": turns}


def contexts() -> list[Item]:
    """The calls in which mixed utterances are said, each standing at a question."""
    found: list[Item] = tomllib.loads((HERE / "contexts.toml").read_text("utf-8"))["context"]
    return found


def mixed(every: int = 1) -> Iterator[Item]:
    """Utterances joined, swapped and cut from those of one language, and some as they are, each with the contexts it is said in."""
    rings = {language: Rings(_utterances(language)) for language in ("en", "zh")}
    places = {language: [one["name"] for one in contexts() if one["name"].startswith(language)] for language in rings}
    for number in range(0, MIXED, every):
        rng = Random(f"{SEED} {number}")
        language = "zh" if rng.random() < 0.35 else "en"
        say = _mixture(rng, rings[language], language)
        mine, others = places[language], places["zh" if language == "en" else "en"]
        first, stride = rng.randrange(len(mine)), rng.choice((1, 5, 7, 11, 13))
        where = [mine[(first + stride * at) % len(mine)] for at in range(CONTEXTS_EACH)]
        if rng.random() < 0.1:
            where[-1] = rng.choice(others)
        turn: Item = {"say": say}
        if rng.random() < 0.1:
            turn |= {"alternatives": [_mixture(rng, rings[language], language)], "confidence": round(rng.uniform(0.2, 0.9), 2)}
        yield {"id": f"mixed {number}", "kind": "mixed", "turn": turn, "contexts": where}


class Ring:
    """Utterances on a circle, each where its own hash puts it: one more or one less changes only what is drawn beside it."""

    def __init__(self, utterances: Iterator[str]) -> None:
        self._points = sorted((hashlib.blake2b(one.encode(), digest_size=8).digest(), one) for one in set(utterances))

    def draw(self, rng: Random) -> str:
        at = bisect.bisect(self._points, (rng.randbytes(8), ""))
        return self._points[at % len(self._points)][1]


class Rings:
    """A ring for each kind of utterance: what gives a value, by slot, and what does something else, by act, so that rare acts are drawn as often."""

    def __init__(self, utterances: Iterator[tuple[str, str]]) -> None:
        by_kind: dict[str, list[str]] = {}
        for kind, say in utterances:
            by_kind.setdefault(kind, []).append(say)
        self._values = [Ring(iter(says)) for kind, says in sorted(by_kind.items()) if kind in (*SLOTS, "call")]
        self._acts = [Ring(iter(says)) for kind, says in sorted(by_kind.items()) if kind not in (*SLOTS, "call")]

    def draw(self, rng: Random) -> str:
        return self.act(rng) if rng.random() < ACTS else rng.choice(self._values).draw(rng)

    def act(self, rng: Random) -> str:
        return rng.choice(self._acts).draw(rng)


def _mixture(rng: Random, rings: Rings, language: str) -> str:
    """One utterance, two joined, one with a part of another in it, or one cut short, garbled by the recogniser now and then."""
    way, first, second = rng.random(), rings.draw(rng), rings.draw(rng)
    joint = rng.choice(_JOINTS[language])
    if way < 0.1:
        said = first
    elif way < 0.25:  # two acts in one breath
        said = f"{rings.act(rng)}{joint}{rings.act(rng)}"
    elif way < 0.45:
        said = f"{first}{joint}{second}"
    elif way < 0.55:
        said = f"{first}{joint}{second}{rng.choice(_JOINTS[language])}{rings.draw(rng)}"
    else:
        mine, other = _WORD.findall(first), _WORD.findall(second)
        start, end = sorted((rng.randrange(len(mine) + 1), rng.randrange(len(mine) + 1)))
        left, right = sorted((rng.randrange(len(other) + 1), rng.randrange(len(other) + 1)))
        if way < 0.7:  # a stretch of one becomes a stretch of the other
            pieces = [*mine[:start], *other[left:right], *mine[end:]]
        elif way < 0.8:  # the beginning of one, the end of the other
            pieces = [*mine[:end], *other[left:]]
        elif way < 0.9:  # a stretch alone, or all but it
            pieces = mine[start:end] if rng.random() < 0.5 else [*mine[:start], *mine[end:]]
        else:  # a stretch said twice
            pieces = [*mine[:end], *mine[start:]]
        said = "".join(piece if "㐀" <= piece[0] <= "鿿" else f"{piece.rstrip()} " for piece in pieces)
    if rng.random() < 0.2:
        said = re.sub(r"[,.?!，。？！]", "", said).lower()
    return said.strip()


def _utterances(language: str) -> Iterator[tuple[str, str]]:
    """Everything that is said in the rows and calls of a language, by what kind of utterance it is."""
    for item in rows():
        if item["where"]["language"] == language:
            yield item["does"], item["say"]
    for item in calls():
        for turn in item["turns"]:
            if turn["say"] and any("㐀" <= letter <= "鿿" for letter in turn["say"]) == (language == "zh"):
                yield "call", turn["say"]


def _record(record: dict[str, Any]) -> Item:
    language, _, region = record["locale"].partition("-")
    now = record["reference_time"] or MONDAY
    where = {"language": language, "region": region or "US", "now": now, "prompt": record["asked"] or ""}
    if record["slot"] == "service":
        where["services"] = record["options"]
    asked = {"asked": record["asked"], "locale": record["locale"], "now": record["reference_time"]}
    return {
        "id": f"row {record['id']}",
        "kind": "row",
        "slot": record["slot"],
        "does": f"act {record['gold']}" if record["slot"] == "act" else record["slot"],
        "say": record["utterance"],
        "where": where,
        "measured": asked,
    }


def _case(language: str, stem: str, case: dict[str, Any]) -> Item:
    slot = stem if stem in SLOTS else "act"
    region = case.get("region", "CN" if language == "zh" and slot != "act" else "US")
    where: dict[str, Any] = {"language": language, "region": region, "now": case.get("now", MONDAY)}
    where |= {key: case[key] for key in ("prompt", "partial", "current", "services") if key in case}
    if slot != "act":
        where["asked"] = [slot] if case.get("asked", True) else ["other"]
    item = {
        "kind": "row",
        "slot": slot,
        "does": f"act {case.get('act') or next(iter(case['acts']), 'none')}" if slot == "act" else slot,
        "say": case["say"],
        "where": where,
        "measured": {"asked": None, "locale": f"{language}-{region}", "now": None},
    }
    return {"id": f"row {language}/{stem} {normal.digest(item)[:6]} {case['say'][:40]}", **item}  # the same wherever the case stands in its table


def _turn(turn: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {"say": turn.get("say", ""), **{key: turn[key] for key in ("keys", "alternatives", "confidence") if key in turn}, "at": at.isoformat()}
