"""How callers react to what was said."""

import pytest

from agent.nlu.reactions import asks_why, declined, denies, says_any
from agent.nlu.utterance import Utterance


@pytest.mark.parametrize(
    ("say", "denied"), [("no, it's Baker", True), ("not quite", True), ("no worries", False), ("yes", False), ("不是", True), ("不客气", False)]
)
def test_what_begins_as_a_no(say: str, denied: bool) -> None:
    assert denies(Utterance(say)) == denied


@pytest.mark.parametrize(
    ("say", "slot"),
    [("forget the email", "email"), ("can you leave out my email", "email"), ("forget it, my email is fine", ""), ("不要邮箱", "email")],
)
def test_what_is_left_out(say: str, slot: str) -> None:
    assert [name for name in ("name", "phone", "email", "time") if declined(Utterance(say), name)] == ([slot] if slot else [])


def test_a_why_asks_unless_it_ends_a_name() -> None:
    assert asks_why(Utterance("why do you need that"))
    assert not asks_why(Utterance("twelve Pacific Parade, Dee Why, New South Wales"))


def test_phrases_are_found_as_words() -> None:
    assert says_any(Utterance("no wait, it was right the first time"), "restores")
    assert says_any(Utterance("we got cut off"), "cut_off")
    assert not says_any(Utterance("he cut offside"), "cut_off")
