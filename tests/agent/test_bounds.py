"""Whatever a recogniser writes is read, and nothing that is said costs more than a turn may. `bench.adversarial` looks for more of both."""

import sys
import unicodedata
from functools import cache

import pytest

from agent.call import Turn
from agent.effort import MOST, TooMuch, effort, limited, spend
from agent.taken import NoMatch
from agent.text import MAX_CHARS, Said
from bench.whole_turn import State, states, take_turn

PARTED = (
    "I do n't know",
    "it is n't working",
    "I ca n't",
    "we wo n't",
    "it 's Mary",
    "I 'm Mary",
    "gon na",
    "n't",
    "'s",
    "' '",
    "do n ' t",
    "n't n't",
)
"""As tokenisers part what is one word."""
DEAR = (
    "not ",
    "my email full ",
    "不叫 短",
    "no wait ",
    "my number is five ",
    "at gmail not at hotmail ",
    "not Barker but Baker ",
    "短信 不是 ",
    "y ",
)
"""Said over and over: what once cost more than all other words."""


@cache
def calls(language: str) -> tuple[State, ...]:
    """A call in that language at every question, with values held and not."""
    found = [*states(f"{language}/economy.toml"), *states(f"{language}/shijian.toml"), *states(f"{language}/yuyue.toml")]
    assert {state.call.question.kind for state in found} >= {"ask", "read_back", "summary", "change", "leave", "resume"}
    return tuple(found)


@cache
def characters() -> str:
    """Two characters of every category that Unicode has."""
    found: dict[str, list[str]] = {}
    for code in range(sys.maxunicode + 1):
        some = found.setdefault(unicodedata.category(chr(code)), [])
        if len(some) < 2:
            some.append(chr(code))
    return "".join(one for some in found.values() for one in some if not "\ud800" <= one <= "\udfff")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("said", PARTED)
def test_what_tokenisers_part_is_read(language: str, said: str) -> None:
    for state in calls(language):
        assert take_turn(state, Turn(key="1", text=said)).words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_character_is_read(language: str) -> None:
    for number, state in enumerate(calls(language)):
        for at in range(number % 5, len(characters()), 5):
            said = characters()[at]
            assert take_turn(state, Turn(key="1", text=f"it {said} is {said}{said} Mary {said}5")).words


def test_what_is_parted_means_what_it_means_in_one_piece() -> None:
    for parted, whole in (("I do n't know", "I don't know"), ("I ca n't", "I can't"), ("it is n't", "it isn't")):
        for state in calls("en"):
            apart, together = (take_turn(state, Turn(key="1", text=said)) for said in (parted, whole))
            assert (apart.taken, apart.words) == (together.taken, together.words), state.label


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("said", DEAR)
def test_what_is_said_over_and_over_costs_no_more_than_a_turn_may(language: str, said: str) -> None:
    long = (said * MAX_CHARS)[:MAX_CHARS]
    for state in calls(language):
        first = take_turn(state, Turn(key="1", text=long))
        assert first.words
        assert take_turn(state, Turn(key="1", text=long)) == first, "whatever was read before"


def test_beyond_its_share_a_turn_is_not_read_and_the_caller_is_asked_to_say_it_shorter() -> None:
    long = "not " * 300
    missed = [took for state in calls("en") if NoMatch(long=True) in (took := take_turn(state, Turn(key="1", text=long))).taken]
    assert missed
    assert any("shorter" in took.words for took in missed)


def test_what_is_spent_is_counted_and_no_more_than_there_is() -> None:
    with limited(3):
        spend(2)
        with pytest.raises(TooMuch):
            spend(2)
    with limited():
        assert effort.left == MOST
        with limited(1):
            spend(1)
        assert effort.left == MOST
    assert Said("n't").tokens
