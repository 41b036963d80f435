"""The tables that tests are played from.

Cases, tests/cases/<lang>/<slot>.toml: what callers say, grouped by what it shows, and what it must come to.

    [[understood]]      the slot was asked, and this is what it holds
    shows = "..."       what the group is about
    region = "AU"       what all of its cases have in common; then
    cases = [
      { say = "...", hold = "...", back = "..." },      one utterance
      { say = ["...", "..."], hold = "..." },           or several that come to the same
    ]

    [[no_match]]        a group whose cases say no more is one case itself
    shows = "..."
    say = ["...", "..."]

Of each slot: `understood` (`hold`: the value; `back`: its read-back, if that is shown), `refused` (`why`: a Reason), `partial` (`hold`: the part that
was understood), `ambiguous` (`options`: the values, in any order), `no_match` (no value for this slot).
Optional in each: region ("US"; "CN" in Mandarin), now ("2026-03-02T09:00", a Monday), prompt, partial, current, asked (false: another slot was asked,
and only what is unmistakable counts; left out: this slot was asked), services (a list of names), slow (the read-back is the slow one).

Of the acts (acts.toml): `understood` (`acts`: in the order heard; `prompt`; `detail`: that of the first act that has one) and `main` (`act`: the main
one, or "none").

And of whole calls, tests/calls/<lang>/*.toml:

    [[call]]
    name = "..."            what it shows
    business = "..."        optional: a file in tests/businesses; the packaged example without it
    now = "..."             optional: the caller's clock, ISO 8601 with offset (a Monday morning without it)
    from = "+1..."          optional: the number rung from
    language = "en-US"      optional
    before = ["..."]        optional: what was said in an earlier call from the same number, which was not finished, or booked something
    before_from = "+1..."   optional: the number of that call, where it is another
    opening = "..."         optional: the first turns, by their name in tests/calls/openings.toml
    [[call.turn]]           or `turn = [{ say = "..." }, ...]`
    say = "..."             "" is silence; `keys = "..."` for keys pressed; `alternatives = [...]`; `confidence = 0.3`
    step, expecting, status, hangup, transfer       optional: as the answer says
    filled, pending         optional: tables; each named slot must have that value ("" : must not be there)
    hears = ["..."]         optional: must stand in what we say, whatever the case
    not_hears = ["..."]     optional: must not
    [call.kept]             optional: every slot's value at the end ("" : not kept)
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"
CALLS = Path(__file__).parent / "calls"
Case = dict[str, Any]


def paths(name: str = "*") -> list[Path]:
    """The tables of that name, or all, in every language."""
    return sorted(CASES.glob(f"*/{name}.toml"))


def cases(path: Path) -> Iterator[tuple[str, Case]]:
    """Every utterance of a table by itself: the kind of its group, and what is said of it."""
    for kind, groups in tomllib.loads(path.read_text("utf-8")).items():
        for group in groups:
            shared = {key: value for key, value in group.items() if key not in ("shows", "cases")}
            for case in group.get("cases", [{}]):
                says = {**shared, **case}["say"]
                yield from ((kind, {**shared, **case, "say": say}) for say in ([says] if isinstance(says, str) else says))


def groups(name: str) -> Iterator[tuple[str, str, list[Case]]]:
    """The cases of all tables of that name by language and kind."""
    for path in paths(name):
        by_kind: dict[str, list[Case]] = {}
        for kind, case in cases(path):
            by_kind.setdefault(kind, []).append(case)
        yield from ((path.parent.name, kind, found) for kind, found in by_kind.items())


def check(holds: Callable[[Case], None], rows: Iterable[Case]) -> None:
    """Whether it holds of every case. One that fails hides no other: all are told, each with what was said."""
    wrong = []
    for case in rows:
        try:
            holds(case)
        except Exception as error:
            wrong.append(f"{case['say']!r}: {error!r}")
    assert wrong == [], "\n".join([f"{len(wrong)} cases do not hold", *wrong])


def stories(name: str = "*") -> list[Path]:
    """The tables of whole calls of that name, or all, in every language."""
    return sorted(CALLS.glob(f"*/{name}.toml"))


def calls(path: Path) -> Iterator[Case]:
    """Every call of a table, with all of its turns."""
    for call in tomllib.loads(path.read_text("utf-8"))["call"]:
        first = [{"say": say} for say in openings()[call["opening"]]] if "opening" in call else []
        yield {**call, "turn": [*first, *call["turn"]]}


@cache
def openings() -> dict[str, list[str]]:
    """What is said in the first turns, by the name of the opening."""
    return {one["name"]: one["say"] for one in tomllib.loads((CALLS / "openings.toml").read_text("utf-8"))["opening"]}
