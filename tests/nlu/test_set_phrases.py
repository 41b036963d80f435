"""Questions that the business lists, in words of the caller's own; and whether this is the business that was meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.nlu.set_phrases import answer, asks_who
from agent.nlu.utterance import Utterance
from agent.record.business import Business, Question

BUSINESS = Business(
    id="north",
    name="Northgate Dental Rooms",
    questions=[
        Question(asks={"en": ["do you have insurance", "are you licensed"], "zh": ["你们有保险吗"]}, answer={"en": "insured", "zh": "有保险"}),
        Question(asks={"en": ["do you guarantee your work"]}, answer={"en": "guaranteed", "zh": "保修"}),
        Question(asks={"en": ["is there parking", "where can I park"], "zh": ["有停车位吗"]}, answer={"en": "parking", "zh": "停车"}),
        Question(asks={"en": ["do you take cards"], "zh": ["可以刷卡吗"]}, answer={"en": "cards", "zh": "刷卡"}),
        Question(asks={"en": ["does somebody have to be home"]}, answer={"en": "home", "zh": "在家"}),
        Question(asks={"en": ["do you charge a call out fee"]}, answer={"en": "fee", "zh": "上门费"}),
    ],
)


@pytest.mark.parametrize(
    ("say", "language", "expected"),
    [
        ("is your work guaranteed", "en", "guaranteed"),
        ("are you guys insured", "en", "insured"),
        ("yes but is there anywhere I could park", "en", "parking"),
        ("what about parking", "en", "parking"),
        ("can I use my card", "en", "cards"),
        ("should I be home for it", "en", "home"),
        ("is there a callout fee", "en", "fee"),
        ("do you have a licence", "en", "insured"),
        ("可以停车吗", "zh", "停车"),
        ("是的 那边停车方便吗", "zh", "停车"),
        ("你们上保险了吗", "zh", "有保险"),
        # no question, or another one
        ("my insurance company told me it leaks", "en", ""),
        ("I parked the car outside", "en", ""),
        ("do you work on weekends", "en", ""),
        ("is there a fee for cancelling", "en", ""),
        ("will your insurance cover the wall of my neighbour next door", "en", ""),
        ("我的车停在外面", "zh", ""),
        ("可以带狗吗", "zh", ""),
        ("yes", "en", ""),
        ("", "en", ""),
    ],
)
def test_a_listed_question_is_known_by_its_words_of_meaning(say: str, language: str, expected: str) -> None:
    assert answer(Utterance(say), BUSINESS, language) == expected


def test_two_answers_that_fit_alike_are_none() -> None:
    twins = Business(
        id="x", name="X", questions=[Question(asks=["is parking free"], answer="a"), Question(asks=["is there free parking"], answer="b")]
    )
    assert answer(Utterance("would the parking be free then"), twins, "en") == ""


@pytest.mark.parametrize(
    ("say", "opening", "expected"),
    [
        ("is this Northgate Dental", False, True),
        ("have I reached the dental rooms", False, True),
        ("is that the dentist's", True, True),
        ("is that the dentist's", False, False),
        ("is it far", False, False),
        ("where are you", True, False),
    ],
)
def test_the_business_is_asked_for_by_name(say: str, opening: bool, expected: bool) -> None:
    assert asks_who(Utterance(say), BUSINESS.name, opening=opening) is expected


@given(st.text(max_size=200))
def test_any_text_has_an_answer_or_none(text: str) -> None:
    assert answer(Utterance(text), BUSINESS, "en") in ("", "insured", "guaranteed", "parking", "cards", "home", "fee")
    assert asks_who(Utterance(text), BUSINESS.name, opening=True) in (True, False)
