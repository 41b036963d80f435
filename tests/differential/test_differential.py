"""The differential sees what differs, asks both sides the same, and is the same whenever it is run."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.differential import comparing, corpus, kept
from tests.differential.recording import play_all, read, write

ROOT = Path(__file__).parent.parent.parent
ITEMS = list(corpus.mixed(500))


def test_every_item_has_a_name_of_its_own_and_the_corpus_is_always_the_same() -> None:
    ids = [item["id"] for item in corpus.items()]
    assert len(ids) == len(set(ids))
    assert {kind: sum(one.startswith(kind) for one in ids) for kind in ("mixed", "simulated")} == {"mixed": corpus.MIXED, "simulated": 120}
    assert list(corpus.mixed(500)) == ITEMS


def test_one_more_utterance_changes_few_mixtures() -> None:
    old = corpus.Ring(str(number) for number in range(1000))
    new = corpus.Ring(str(number) for number in range(1001))
    drawn = [(old.draw(Random(seed)), new.draw(Random(seed))) for seed in range(1000)]
    assert sum(before != after for before, after in drawn) < 10


def test_mixtures_are_said_at_every_kind_of_question_with_values_held_and_not() -> None:
    contexts = [{"id": context["name"], "kind": "context", "context": context} for context in corpus.contexts()]
    asked: dict[str, set[int]] = {"none": {0}}
    for _, result in play_all(contexts, corpus.contexts(), 1):
        steps = list(result.values())
        if steps:
            kind, slots = steps[-1]["asks"]["kind"], steps[-1]["asks"]["slots"]
            asked.setdefault(f"{kind} {slots[0]}" if kind in ("ask", "read_back", "choice") else kind, set()).add(
                len(steps[-1]["progress"]["filled"])
            )
    assert {"none", "summary", "change", "leave", "resume", "choice service", "choice time"} < set(asked)
    assert {f"ask {slot}" for slot in corpus.SLOTS} | {f"read_back {slot}" for slot in ("name", "phone", "address", "email", "service")} < set(asked)
    assert len(asked["ask name"]) > 1 < len(asked["ask phone"])
    said_in = {where for item in corpus.mixed() for where in item["contexts"]}
    assert said_in == {context["name"] for context in corpus.contexts()}


def test_a_recording_is_read_as_it_was_played(tmp_path: Path) -> None:
    played = list(play_all(ITEMS, corpus.contexts(), 1))
    assert write(tmp_path / "made.gz", played) == len(ITEMS)
    assert list(read(tmp_path / "made.gz")) == played
    assert list(comparing.differences(played, read(tmp_path / "made.gz"))) == []


@pytest.mark.parametrize("respect", ["acts", "values", "spans", "asks", "said", "ssml"])
def test_what_differs_is_shown_with_both_sides(respect: str) -> None:
    (item, before), *_ = play_all(ITEMS[:1], corpus.contexts(), 1)
    where = item["contexts"][0]
    now = {**before, where: {**before[where], respect: "other"}}
    (found,) = comparing.differences([(item, before)], [(item, now)])
    assert (found.step, found.say, found.sides) == (where, item["turn"]["say"], {respect: (before[where][respect], "other")})
    assert any("other" in line for line in comparing.shown(found))
    report = comparing.Report([comparing.Accepted("better", frozenset({"something else"}), "")])
    assert (report.take(found), report.open) == (True, 1)
    report = comparing.Report([comparing.Accepted("better", frozenset({found.say}), "")])
    assert (report.take(found), report.open) == (False, 0)


def test_what_is_accepted_has_a_reason_and_a_case(tmp_path: Path) -> None:
    comparing.accepted()
    path = tmp_path / "accepted.toml"
    path.write_text('[[accepted]]\nreason = "better"\ncase = ["tests/calls/en/first.toml", "it\'s Mary O\'Neill"]\nsays = ["mary"]\n', "utf-8")
    assert comparing.accepted(path)[0].says == {"mary"}
    for without in ("reason", "case"):
        path.write_text("".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if not line.startswith(without)), "utf-8")
        with pytest.raises(ValueError, match="needs a reason, and a case"):
            comparing.accepted(path)


def test_digests_tell_what_came_to_something_else(tmp_path: Path) -> None:
    played = list(play_all(ITEMS[:3], corpus.contexts(), 1))
    kept.write("abc", played[:2], tmp_path / "kept.txt")
    revision, digests = kept.read(tmp_path / "kept.txt")
    other = [(played[0][0], {**played[0][1], played[0][0]["contexts"][0]: {}}), *played[1:]]
    new: list[str] = []
    assert list(kept.changed(digests, other, new)) == other[:1]
    assert (revision, new) == ("abc", [played[2][0]["id"]])


def test_nothing_hangs_on_the_order_of_sets(tmp_path: Path) -> None:
    made = []
    for seed in ("1", "77"):
        command = [sys.executable, "-m", "tests.differential", "record", "--only", "mixed 1200", "--to", str(tmp_path / seed)]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, stdout=subprocess.DEVNULL)
        made.append((tmp_path / seed).read_bytes())
    assert made[0] == made[1]
    assert len(list(read(tmp_path / "1"))) == 11
