"""Nothing that is said costs more than a turn may. `bench.adversarial` looks for what is dear; that odd words are read, test_tokens.py shows."""

import string
from contextlib import suppress
from functools import cache
from itertools import product

import msgspec
import pytest

from agent.dst import understanding
from agent.dst.outside import accepted, context_alone
from agent.nlu.effort import MOST, TooMuch, effort, limited, spend, to_spare
from agent.nlu.utterance import LONGEST_WORD, MAX_CHARS, Utterance
from agent.record.acts import NoMatch
from agent.record.business import Service
from agent.record.call import Call, Turn
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from tests.graph.midway import MUCH, State, states, take_turn

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
TURNS = len(DEAR)
"""Each is said in one of so many calls, so that all of them are met. (`bench.adversarial` goes through all of both.)"""
SHORT = (*string.ascii_lowercase, *string.punctuation, *"015", "mc", "st", "no", "at", "a.", *"短不一点王号")
JOINTS = ("", "'", "-")
ALIKE = tuple("短 " + "ma la " * count for count in range(290, 300))
"""Other hypotheses of one turn."""


@cache
def calls() -> tuple[State, ...]:
    """Calls in both languages at every question, with values held and not."""
    found = [*states("economy"), *states("times")]
    assert {state.call.question.kind for state in found} >= {"ask", "read_back", "summary", "change", "leave", "resume"}
    return tuple(found)


@pytest.mark.parametrize("said", DEAR)
def test_what_is_said_over_and_over_costs_no_more_than_a_turn_may(said: str) -> None:
    long = (said * MAX_CHARS)[:MAX_CHARS]
    for state in calls()[DEAR.index(said) % TURNS :: TURNS]:
        first = take_turn(state, Turn(key="1", text=long))
        assert first.words
        assert take_turn(state, Turn(key="1", text=long)) == first, "whatever was read before"


@pytest.mark.parametrize("slot", NAMES)
def test_no_slot_breaks_on_a_piece_said_or_written_a_thousand_times(slot: str) -> None:
    state = calls()[0]
    context = context_alone(state.call, slot, state.now)
    for text in ((piece + joint) * 1000 for piece, joint in product(SHORT, JOINTS)):
        assert isinstance(SLOTS[slot].written(text, context), str)
        assert accepted(state.call, slot, text, state.now) == Reason.TOO_LONG
        with suppress(TooMuch), limited():
            SLOTS[slot].extract(Utterance(text), context)


@pytest.mark.parametrize("said", ["短" * 300, "drain cleaning " * 100])
def test_what_is_heard_among_many_services_costs_more_than_among_few(said: str) -> None:
    many = next(state for state in calls() if len(state.call.brief.services) == len(MUCH)).call
    few = with_services(many, many.brief.services[:2])
    assert spent_on(said, many) > spent_on(said, few) + len(MUCH)


def with_services(call: Call, services: tuple[Service, ...]) -> Call:
    return msgspec.structs.replace(call, brief=msgspec.structs.replace(call.brief, services=services))


def spent_on(said: str, call: Call) -> int:
    """What hearing a service takes; never more than there is."""
    with limited():
        with suppress(TooMuch):
            SLOTS["service"].extract(Utterance(said), context_alone(call, "service", calls()[0].now))
        return MOST - max(effort.left, 0)


def test_a_turn_that_goes_too_deep_is_one_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def deep(hearing: object) -> list[object]:
        return deep(hearing)

    state = calls()[0]
    monkeypatch.setattr(understanding, "values_told", deep)
    assert take_turn(state, Turn(key="1", text="Jo Stone")).user_acts == (NoMatch(long=True),)


def test_beyond_its_share_a_turn_is_not_read_and_the_caller_is_asked_to_say_it_shorter() -> None:
    found = [take_turn(state, Turn(key="1", text=("no wait at gmail not at hotmail " * 60)[:MAX_CHARS])) for state in calls()]
    unread = [took for took in found if NoMatch(long=True) in took.user_acts]
    assert unread
    assert any("shorter" in took.words for took in unread)


def test_what_is_spent_is_counted_and_no_more_than_there_is() -> None:
    with limited():
        assert effort.left == MOST
        assert to_spare()
        spend(MOST)
        assert not to_spare()
        with pytest.raises(TooMuch):
            spend(1)
    spend(10 * MOST)  # outside a turn nothing is limited


def test_a_word_has_no_more_letters_than_words_have() -> None:
    """One of two thousand, beside a Chinese character, cost 60 ms with ten hypotheses."""
    assert [len(word) for word in Utterance("短 " + "masala" * 300 + " 王").words] == [1, LONGEST_WORD, 1]


def test_what_a_mandarin_name_is_looked_for_in_is_counted() -> None:
    found = [took for state in calls() for took in [take_turn(state, Turn(key="k", text="短 " + "ma la " * 300, alternatives=ALIKE))]]
    assert any(NoMatch(long=True) in took.user_acts for took in found)
