"""`slotline explain`: the tables that it prints, and the example of docs/adding-words.md."""

import re
import shlex
from pathlib import Path

import pytest

from agent.slots import NAMES, SLOTS
from api.cli import main
from api.terminal.explain import QUESTIONS

PAGE = Path(__file__).parent.parent.parent / "docs" / "adding-words.md"
SAID = {
    "name": "my name is Mary O'Neill",
    "phone": "202 555 0143",
    "address": "12 High Street, Chicago, Illinois 60601",
    "email": "mary at gmail dot com",
    "service": "my kitchen drain is blocked",
    "time": "next Tuesday at ten",
}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[list[str]]]:
    """The rows of every table, by its title; cells that hold nothing are left out."""
    assert main(["explain", "--now", "2026-03-02T09:00", *arguments]) == 0
    found: dict[str, list[list[str]]] = {}
    for line in capsys.readouterr().out.splitlines():
        if line and not line.startswith(" "):
            title, *_ = line.strip().partition(": nothing")
            rows = found.setdefault(title, [])
        elif line.strip() and "───" not in line:
            rows.append([cell.strip() for cell in re.split(r"  +", line.strip())])
    return {title: rows[1:] for title, rows in found.items()}


def test_the_example_of_the_page_is_what_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"```console\n\$ \./dev (.*)\n\.\.\.\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert example
    assert main(shlex.split(example[1])) == 0
    printed = [line.rstrip() for line in capsys.readouterr().out.splitlines() if line.strip()]
    shown = example[2].splitlines()
    assert printed[-len(shown) :] == shown


def test_words_with_what_they_can_be(capsys: pytest.CaptureFixture[str]) -> None:
    words = explained(capsys, "it's double four, s for sugar, the third")["Words"]
    assert ["1", "double", "44 (double four)"] in words
    assert ["4", "s", "s plain (s for sugar)", "plain"] in words
    assert ["9", "third", "3."] in words


def test_repairs_and_mentions(capsys: pytest.CaptureFixture[str]) -> None:
    found = explained(capsys, "my email's wrong, it's at ten, no wait, at eleven", "--held", "email=mary@gmail.com")["Mentions and repairs"]
    assert ["is to be otherwise", "email", "email's wrong, it's at ten, no wait, at eleven"] in found
    assert ["taken back", "my email's wrong, it's at ten,"] in found
    assert ["put right", "at eleven"] in found


def test_many_utterances_are_read_with_what_each_does(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", ["tuesday at nine am\n", "\n", "bananas\n"])
    assert explained(capsys, "-", "--asked", "time") == {
        "Choices": [["tuesday at nine am", "inform", "time", "2026-03-03T09:00", "0.93", "day_clock"], ["bananas", "no_match"]],
    }


@pytest.mark.parametrize("slot", NAMES)
def test_every_slot_shows_what_it_heard_and_by_which_rule(slot: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = explained(capsys, SAID[slot], "--asked", slot)
    value, confidence, rule = next(row[1:4] for row in found["Candidates"] if row[0] == slot)
    informs = [row for row in found[f"Choice (question: ask {slot})"] if row[:2] == ["inform", slot]]
    assert [(row[2].split(" or ")[0], *row[3:]) for row in informs] == [(value, confidence, rule)]
    assert found["Then"][0][0] == slot
    charts = [title for title in found if title.startswith("Chart of ")]
    assert (f"Chart of {slot}" in charts) == (SLOTS[slot].chunks is not None)


def test_a_chart_names_the_rules_and_leaves_out_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("0412 three", "--asked", "phone")
    short = explained(capsys, *arguments)["Chart of phone"]
    assert ["0", "0412 three", "string", "0412 3", "1.9", "<group>-<string>"] in short
    whole = explained(capsys, *arguments, "--all")["Chart of phone"]
    piece = ["0", "0412", "group", "0412", "1.0", "<figures>"]
    assert piece in whole
    assert ["1", "three", "string", "3", "1.0", "<group>"] in whole
    assert ["1", "three", "string", "3", "1.0", "<group>"] not in short


@pytest.mark.parametrize(
    ("said", "slot", "why"),
    [
        (("0412 345 67", "--asked", "phone", "--chart", "phone"), "phone", "yes"),
        (("1 000 000 0000", "--asked", "phone"), "phone", "yes"),
        (("my number is 202 555 0143 or 202 555 0144", "--asked", "phone"), "phone", "no: another goes before it"),
        (("it's Mary", "--asked", "phone"), "name", "no: not asked, and below 0.8"),
        (("yes, 202 555 0143", "--asked", "phone", "--held", "phone=202 555 0143"), "phone", "no"),
    ],
)
def test_what_becomes_of_a_candidate(said: tuple[str, ...], slot: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert why in [row[-1] for row in explained(capsys, *said)["Candidates"] if row[0] == slot]


def test_what_the_question_makes_of_an_act(capsys: pytest.CaptureFixture[str]) -> None:
    booked = explained(capsys, "yes", "--asked", "phone", "--held", "phone=202 555 0143")
    assert booked["Choice (question: read_back phone)"] == [["as a reply", "yes"], ["affirm", "phone"]]
    assert ["phone", "✓ filled +12025550143"] in booked["Then"]
    alone = explained(capsys, "yes", "--question", "none")
    assert alone["Acts"] == [["affirm", "word", "word", "yes", "yes"], ["meant as", "yes"]]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_can_be_open(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = ("--asked", "time", "--options", "time=2026-03-03T09:00|2026-03-03T14:00")
    found = explained(capsys, "the first one", "--question", question, *more)
    assert next(title for title in found if title.startswith("Choice")).startswith(f"Choice (question: {question}")


def test_mandarin(capsys: pytest.CaptureFixture[str]) -> None:
    found = explained(capsys, "我的电话是幺三八零零一三八零零零", "--asked", "phone", "--language", "zh-CN")
    assert "Chart of phone" in found
    assert any(row[0] == "phone" for row in found["Candidates"])


def test_what_a_terminal_would_take_for_a_command_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "Mary\x1b]0;owned\x07\x1b[2J [bold]1[/bold]", "--asked", "name"]) == 0
    printed = capsys.readouterr().out
    assert not set("\x1b\x07") & set(printed)
    assert "[" in printed


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--held", "phone=12"], "phone: '12' is refused: too_short"),
        (["--held", "fone=1"], "'fone=1' is no SLOT=VALUE"),
        (["--partial", "phone"], "'phone' is no SLOT=VALUE"),
        (["--question", "read_back"], "--asked SLOT"),
        (["--question", "choice", "--asked", "time"], "--options time="),
        (["--now", "soon"], "'soon'"),
        (["--business", "nowhere.toml"], "nowhere.toml"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "yes", *arguments]) == 1
    told = capsys.readouterr().err
    assert why in told
    assert told.count("\n") == 1


def test_the_chart_of_a_time_is_told_of_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    chart = explained(capsys, "uh, the Monday after Easter", "--asked", "time")["Chart of time"]
    row = next(row for row in chart if row[1:3] == ["Monday after Easter", "day"])
    assert row[0] == "3"
    assert "holiday=@GB:Good Friday:2" in row[3]
