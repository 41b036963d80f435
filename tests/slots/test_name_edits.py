"""What an edit does to the words of a name, and where it does nothing."""

import pytest

from agent.nlu.edits import Patch, Replace, Spell
from agent.nlu.utterance import Utterance
from agent.slots.name.classes import Spoken
from agent.slots.name.edits import Name, letter_edit, patched, replaced, respelt, spelt


@pytest.mark.parametrize(
    ("said", "edit"),
    [
        ("with a y", Spell("y")),
        ("without an h", Spell("h", present=False)),
        ("with one l", Spell("l", single=True)),
        ("there's an e at the end", Spell("e", last=True)),
        ("double t", Spell("tt")),
        ("with a y instead of an i", Spell("y")),
        ("with a leak", None),
        ("without a doubt", None),
    ],
)
def test_what_is_said_of_letters_is_read(said: str, edit: Spell | None) -> None:
    spoken = Spoken(Utterance(said), "en")
    found, end = letter_edit(spoken, 0)
    assert (found, end) == (edit, len(spoken.tokens) if edit else 0)


@pytest.mark.parametrize(
    ("name", "edit", "after"),
    [
        (("Tom", "Smith"), Spell("y"), ("Tom", "smyth")),
        (("Sarah", "Lee"), Spell("h", present=False), ("sara", "Lee")),
        (("Katie", "Marshall"), Spell("l", single=True), ("Katie", "marshal")),
        (("Katie", "Brown"), Spell("e", last=True), ("Katie", "browne")),
        (("Jane", "Smith"), Spell("y"), ("Jane", "Smith")),
        (("Ana", "Ada"), Spell("e", last=True), ("Ana", "Ada")),
    ],
)
def test_letters_are_put_where_that_is_settled(name: Name, edit: Spell, after: Name) -> None:
    assert respelt(name, edit, last=False) == after


@pytest.mark.parametrize(
    ("name", "edit", "after"),
    [
        (("Jim", "Young"), Replace("young", "Yung"), ("Jim", "Yung")),
        (("Karen", "Lee"), Replace("karen", "Will"), ("Will", "Lee")),
        (("Karen", "Lee"), Replace("karen", "Will Doyle"), ("Will", "Doyle")),
        (("Karen", "Lee"), Replace("karen", "de Boer"), ("de", "Boer", "Lee")),
        (("Karen", "Lee"), Replace("bob", "Will"), None),
        (("Karen", "Lee"), Replace("lee", "Lee"), None),
    ],
)
def test_a_part_takes_the_place_of_the_one_denied(name: Name, edit: Replace[str], after: Name | None) -> None:
    assert replaced(name, edit) == after


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (Patch("given", "Ann"), ("Ann", "Diaz", "Cruz")),
        (Patch("family", "Dias"), ("Maria", "Dias", "Cruz")),
        (Patch("family", "Stone"), ("Maria", "Stone")),
    ],
)
def test_a_part_is_said_anew(edit: Patch[str], after: Name) -> None:
    assert patched(("Maria", "Diaz", "Cruz"), edit) == after


def test_letters_take_the_place_of_what_they_spell() -> None:
    assert spelt(("Jon", "Smith"), "smyth") == ("Jon", "smyth")
    assert spelt(("Owen", "Fitz", "Patrick"), "fitzpatrick") == ("Owen", "Fitz", "Patrick")
    assert spelt(("Jon", "Smith"), "nakamura") is None
