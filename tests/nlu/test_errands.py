"""What callers want of an appointment that they have, and its reference, from the tables tests/cases/<lang>/appointment.toml."""

import pytest

from agent.nlu.afterwards import wanted_afterwards
from agent.nlu.effort import TooMuch, limited
from agent.nlu.errands import moved_to, reason, wanted, wanted_of_it
from agent.nlu.one_by_one import parted
from agent.nlu.references import keyed, reference
from agent.nlu.some_day import asks_of_some_day
from agent.nlu.utterance import Utterance
from agent.record.booking_reference import booking_reference
from tests import tables


def understood(case: tables.Case) -> None:
    assert wanted(Utterance(case["say"])) == case["want"]


def nothing_wanted(case: tables.Case) -> None:
    assert wanted(Utterance(case["say"])) is None


def of_some_day(case: tables.Case) -> None:
    assert asks_of_some_day(Utterance(case["say"])) is case["hold"]


def referred_to(case: tables.Case) -> None:
    assert reference(Utterance(case["say"]), asked=case["asked"]) == case["hold"]


def brief_wish(case: tables.Case) -> None:
    assert wanted_afterwards(Utterance(case["say"]))


def no_wish(case: tables.Case) -> None:
    assert not wanted_afterwards(Utterance(case["say"]))


HOLDS = {
    "understood": understood,
    "no_match": nothing_wanted,
    "some_day": of_some_day,
    "reference": referred_to,
    "wanted_afterwards": brief_wish,
    "not_afterwards": no_wish,
}


@pytest.mark.parametrize(("kind", "cases"), [pytest.param(kind, cases, id=f"{lang}-{kind}") for lang, kind, cases in tables.groups("appointment")])
def test_a_table_of_appointments(kind: str, cases: list[tables.Case]) -> None:
    tables.check(HOLDS[kind], cases)


@pytest.mark.parametrize(
    ("say", "want"),
    [
        ("move it to Friday", "move"),
        ("cancel it please", "cancel"),
        ("取消吧", "cancel"),
        ("make it 3 pm", "move"),
        ("I can't do tomorrow, would Friday work", "move"),
        ("five would be better", "move"),
        ("five would be better than four taps", None),
        ("please bring a ladder", None),
        ("bring it to the back door", None),
        ("bring it forward", "move"),
        ("三点还是四点到", None),
        ("see you on Friday", None),
        ("I'm off at 3 anyway", None),
        ("don't make it Friday", None),
        ("we don't need you to come after all", "cancel"),
        ("we don't need you to come in the evening", None),
        ("my number should be 5551234", "correct"),
        ("my number should be on the door", None),
        ("能安排在周五吗", "move"),
        ("周五见", None),
        ("先别约了", "cancel"),
        ("地址应该是八十九号", "correct"),
        ("地址应该没错", None),
        ("地址对不对", None),
        ("地址不对", "correct"),
        ("改到周五", "move"),
        ("don't cancel it", None),
        ("yes", None),
    ],
)
def test_of_one_that_is_known_a_word_is_enough(say: str, want: str | None) -> None:
    assert wanted_of_it(Utterance(say)) == want


def test_every_reference_is_heard_as_it_is_said_back() -> None:
    for code in (booking_reference(f"CA{number}") for number in range(200)):
        assert reference(Utterance(" ".join(code)), asked=True) == code
        assert reference(Utterance(code), asked=True) == code


def test_keys_are_a_reference_only_where_it_is_all_figures() -> None:
    assert (keyed("23456"), keyed("2345"), keyed("10234"), keyed("234567")) == ("23456", "", "", "")


@pytest.mark.parametrize(
    "word", ["my", "appointment", "cancel", "c 8", "make it 3", "move and", "not one, wrong number", "我的", "预约", "还是三点", "if", "three than"]
)
def test_however_much_is_said_it_costs_no_more_than_a_turn_may(word: str) -> None:
    try:
        with limited():
            utterance = Utterance(" ".join([word] * 300))
            wanted(utterance)
            wanted_afterwards(utterance)
            reference(utterance, asked=True)
        with limited():
            parted(utterance)
    except TooMuch:
        pytest.fail("an ordinary turn would have nothing left")


@pytest.mark.parametrize(
    ("say", "to"),
    [
        ("I'd like to move my appointment to Thursday at three", "Thursday at three"),
        ("change my appointment from Tuesday to Thursday at 3", "Thursday at 3"),
        ("I'd like to move my Tuesday appointment", ""),
        ("I want to go to Boston, cancel my appointment", ""),
        ("我想把预约从周二改到周四下午三点", "周四下午三点"),
        ("我的预约推迟到明天下午五点", "明天下午五点"),
        ("我周二的预约想改", ""),
        ("actually could it be on Saturday instead", "Saturday"),
        ("make it half past three please", "half past three"),
        ("not tomorrow, Wednesday at nine", "Wednesday at nine"),
        ("can you come at noon instead of two", "noon"),
        ("can you do two taps as well", ""),
        ("could you do nine instead of eleven", "nine"),
        ("could you make it two for the hallway", ""),
        ("还是周五上午吧", "周五上午"),
        ("不是明天，是后天", "后天"),
    ],
)
def test_where_it_is_to_be_moved_to(say: str, to: str) -> None:
    assert moved_to(Utterance(say)) == to


@pytest.mark.parametrize(
    ("say", "parts"),
    [
        ("cancel Monday's and move the Thursday one to Friday", ("cancel Monday's", "cancel", "move the Thursday one to Friday")),
        ("move it to Friday and my e-mail is wrong", ("move it to Friday", "move", "my e-mail is wrong")),
        ("my number is wrong, and can you move it to Friday", ("my number is wrong", "correct", "and can you move it to Friday")),
        ("cancel my appointment and the one on Friday", ("cancel my appointment", "cancel", "the one on Friday")),
        ("cancel both of them", ("cancel both of them", "cancel", "both")),
        ("取消我周二的预约，然后周五的改到周六", ("取消我周二的预约", "cancel", "然后周五的改到周六")),
        ("改到周五，另外我的邮箱错了", ("改到周五", "move", "另外我的邮箱错了")),
        ("cancel my appointment, it's Mary", None),
        ("I can't make it, can we move it to Friday", None),
        ("can you cancel my appointment, the one on Friday", None),
        ("cancel my appointment and leave the other one as it is", None),
        ("move it to Friday and call me when you are here", None),
        ("I want to change my appointment and move it to Friday", None),
        ("if I cancel Monday's, can I move the Thursday one", None),
        ("I'll be in on Monday and on Thursday", None),
        ("改到周五，谢谢", None),
        ("我的电话错了，应该是139", None),
    ],
)
def test_two_things_in_one_breath(say: str, parts: tuple[str, str, str] | None) -> None:
    assert parted(Utterance(say)) == parts


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("I'd like to cancel my appointment because of the flood on 5.30 Oak Street. My name is Ann", "the flood on 5.30 Oak Street"),
        ("cancel it, because, I'm ill, sorry", "I'm ill"),
        ("please cancel my appointment due to illness", "illness"),
        ("cancel my appointment", ""),
        ("cancel my appointment because", ""),
        ("因为我要出差，所以想取消我的预约", "我要出差"),
        ("取消我的预约，是因为孩子病了", "孩子病了"),
        ("取消我的预约", ""),
    ],
)
def test_why_something_is_to_be_cancelled(said: str, why: str) -> None:
    assert reason(Utterance(said)) == why
