"""The time slot: what depends on the hours, on what was known, on the caller's day; that we hear what we say; that no words are too much."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import MAX_CHARS, Utterance
from agent.record.reasons import Reason
from agent.slots.time import TIME
from agent.slots.time.holidays import holiday
from agent.slots.time.partial_time import PartialTime, parse

WEDNESDAY = datetime(2026, 3, 4, 9, 0)
OPEN = {day: ["07:00-12:00", "13:00-20:00"] for day in ("mon", "tue", "wed", "thu", "fri")}


def listening(
    *, current: str = "", partial: str = "", asked: frozenset[str] = frozenset({"time"}), now: datetime = WEDNESDAY, **given: Any
) -> Context:
    return Context(now=now, asked=asked, held=Held(value=current, partial=partial), **given)


def heard(words: str, **given: Any) -> Candidate:
    (one,) = TIME.extract(Utterance(words), listening(**given))
    return one


# Hours, and the day they are asked on.


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("tomorrow at six", "2026-03-05T18:00"),
        ("tomorrow at eight", "2026-03-05T08:00"),
        ("friday, half past one", "2026-03-06T13:30"),
        ("first thing tomorrow", "2026-03-05T07:00"),
        ("明天六点", "2026-03-05T18:00"),
        ("周五一开门", "2026-03-06T07:00"),
    ],
)
def test_hours_decide_between_morning_and_evening(words: str, value: str) -> None:
    one = heard(words, opening=OPEN)
    assert (one.value, one.whole, one.options) == (value, True, ())


def test_hours_that_allow_both_decide_nothing() -> None:
    assert set(heard("tomorrow at 7:30", opening=OPEN).options) == {"2026-03-05T07:30", "2026-03-05T19:30"}


def test_without_a_day_the_whole_week_decides() -> None:
    assert heard("at six", opening=OPEN).value == "18:00"
    assert heard("at six", opening=OPEN).options == ()


def test_hours_that_allow_neither_decide_nothing() -> None:
    assert len(heard("tomorrow at six", opening={"thu": ["09:00-17:00"]}).options) == 2


def test_today_leaves_only_what_is_ahead() -> None:
    assert (heard("today at eight").value, heard("today at eight").options) == ("2026-03-04T20:00", ())


@pytest.mark.parametrize(
    ("now", "options"),
    [
        ("2026-03-01T09:00", ()),  # a Sunday: the week's Friday is ahead, and in next week
        ("2026-03-02T09:00", ("2026-03-13", "2026-03-06")),
        ("2026-03-05T09:00", ("2026-03-13", "2026-03-06")),
        ("2026-03-06T09:00", ()),
        ("2026-03-07T09:00", ()),
    ],
)
def test_next_friday_is_asked_while_this_weeks_is_ahead(now: str, options: tuple[str, ...]) -> None:
    assert heard("next friday", now=datetime.fromisoformat(now)).options == options


def test_a_weekday_that_is_today_is_asked_until_its_clock_has_passed() -> None:
    assert set(heard("wednesday at 3 pm").options) == {"2026-03-04T15:00", "2026-03-11T15:00"}
    assert heard("wednesday at 8 am").value == "2026-03-11T08:00"


def test_dates_are_read_in_the_order_of_the_region() -> None:
    assert heard("5/6", region="US").value == "2026-05-06"
    assert heard("5/6", region="AU").value == "2026-06-05"
    assert heard("5/6", region="CA").options == ("2026-05-06", "2026-06-05")
    assert heard("12/1", region="CN", language="zh").value == "2026-12-01"


def test_the_callers_now_is_the_clock_on_the_wall() -> None:
    eastern = timezone(timedelta(hours=-5))
    now = datetime(2026, 3, 5, 1, 0, tzinfo=UTC).astimezone(eastern)
    assert heard("tomorrow", now=now).value == "2026-03-05"
    assert TIME.validate("2026-03-04T21:00", listening(now=now)) is None
    assert TIME.validate("2026-03-04T19:59", listening(now=now)) is Reason.PAST


# What was known before.


def test_a_kept_half_is_made_whole() -> None:
    assert heard("four", partial="2026-03-10", opening=OPEN).value == "2026-03-10T16:00"
    assert heard("thursday", partial="16:00").value == "2026-03-05T16:00"
    assert heard("nine", partial="2026-03-10TNI").value == "2026-03-10T21:00"
    assert heard("九点", partial="2026-03-10TNI").value == "2026-03-10T21:00"


def test_a_kept_week_holds_its_days() -> None:
    assert heard("next week").value == "2026-W11"
    assert heard("friday at noon", partial="2026-W11").value == "2026-03-13T12:00"
    assert heard("wednesday", partial="2026-W12").value == "2026-03-18"
    assert heard("friday", partial="2026-W10").value == "2026-03-06"
    assert heard("the 20th", partial="2026-W11").value == "2026-03-20"
    assert TIME.present("2026-W11", listening(), False) == "the week from Monday, March 9th"
    assert TIME.present("2026-W11", listening(language="zh"), False) == "从三月九号星期一起的那一周"


def test_a_part_of_the_day_moves_a_clock_into_it() -> None:
    assert heard("in the evening", partial="2026-03-10T07:30").value == "2026-03-10T19:30"
    assert heard("pm", partial="07:30").value == "19:30"


def test_a_part_of_the_day_that_cannot_hold_the_clock_opens_it_again() -> None:
    one = heard("in the morning", current="2026-03-10T14:30")
    assert (one.value, one.whole) == ("2026-03-10TMO", False)


@pytest.mark.parametrize("words", ["make it four", "friday", "an hour later", "the twelfth", "改成四点", "周五"])
def test_an_edited_value_says_that_it_is_edited(words: str) -> None:
    one = heard(words, current="2026-03-10T14:30")
    assert (one.patch, one.whole, one.options) == (True, True, ())


def test_a_whole_new_time_is_no_edit() -> None:
    assert not heard("friday at 3 pm", current="2026-03-10T14:30").patch


def test_a_correction_stays_near_what_it_corrects() -> None:
    assert heard("make it five", current="2026-03-10T14:30").value == "2026-03-10T17:00"
    assert len(heard("make it nine", current="2026-03-10T14:30").options) == 2


# How plainly a time was said.


@pytest.mark.parametrize("words", ["3pm tomorrow", "friday at half past two", "march 9th at 10 am", "明天下午三点"])
def test_day_and_clock_are_unmistakable(words: str) -> None:
    assert heard(words, asked=frozenset({"name"})).confidence >= 0.8


@pytest.mark.parametrize("words", ["tomorrow", "3 pm", "the ninth of march", "at six", "friday, 4"])
def test_a_half_or_a_mere_number_is_not(words: str) -> None:
    assert all(one.confidence < 0.8 for one in TIME.extract(Utterance(words), listening(asked=frozenset({"name"}))))


@pytest.mark.parametrize("words", ["four", "9", "for 7", "two"])
def test_a_number_alone_is_a_time_only_when_one_was_asked_for(words: str) -> None:
    assert TIME.extract(Utterance(words), listening())
    assert not TIME.extract(Utterance(words), listening(asked=frozenset()))
    assert not TIME.extract(Utterance(words), listening(asked=frozenset({"phone"})))


def test_our_question_tells_what_was_asked() -> None:
    assert TIME.extract(Utterance("four"), listening(asked=frozenset(), prompt="What time would suit you?"))
    assert not TIME.extract(Utterance("four"), listening(asked=frozenset(), prompt="How many bathrooms do you have?"))


def test_the_span_is_where_the_time_stands() -> None:
    utterance = Utterance("it's Mary, can you come tomorrow at 3 pm please")
    (one,) = TIME.extract(utterance, listening(asked=frozenset({"name"})))
    assert utterance.text[slice(*one.span)] == "tomorrow at 3 pm"


# Windows, and as soon as possible: no point in time.


@pytest.mark.parametrize(
    ("words", "value", "rule"),
    [
        ("after four pm tomorrow", "2026-03-05T16:00", "after"),
        ("before noon tomorrow", "2026-03-05T12:00", "before"),
        ("as soon as possible", "", "soonest"),
        ("tomorrow as soon as you can", "2026-03-05", "soonest"),
        ("明天下午四点以后", "2026-03-05T16:00", "after"),
        ("尽快", "", "soonest"),
    ],
)
def test_an_edge_is_no_point_in_time(words: str, value: str, rule: str) -> None:
    one = heard(words)
    assert (one.value, one.rule, one.whole) == (value, rule, False)


# Checks.


@pytest.mark.parametrize(
    "value", ["", "x", "tomorrow", "2026-03-05", "14:30", "2026-03-05TAF", "2026-13-01T10:00", "2026-03-05T25:00", "T", "TT", ":", "0-0T0"]
)
def test_what_is_no_time_is_refused(value: str) -> None:
    assert TIME.validate(value, listening()) is Reason.NOT_A_TIME


@settings(deadline=None)
@given(st.text(max_size=30))
def test_checking_and_saying_anything_raises_nothing(value: str) -> None:
    TIME.validate(value, listening())
    for slow in (False, True):
        assert isinstance(TIME.present(value, listening(), slow), str)


# What we say, we hear.

regions = st.sampled_from([("en", "US"), ("en", "AU"), ("en", "GB"), ("en", "NZ"), ("en", "CA"), ("zh", "CN"), ("zh", "US")])
minutes = st.one_of(st.sampled_from([0, 15, 30, 45]), st.integers(0, 59))


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 12, 31)).map(lambda when: when.replace(second=0, microsecond=0)),
    st.integers(1, 180),
    st.integers(0, 23),
    minutes,
    regions,
    st.booleans(),
)
def test_what_is_read_back_is_heard_as_the_same_value(now: datetime, days: int, hour: int, minute: int, place: tuple[str, str], slow: bool) -> None:
    language, region = place
    where = listening(language=language, region=region, now=now)
    value = PartialTime((now + timedelta(days=days)).date(), time(hour, minute)).written
    for said in (value, value[:10], value[11:]):
        (one,) = TIME.extract(Utterance(TIME.present(said, where, slow)), where)
        assert (one.value, one.options) == (said, ())


def test_a_part_of_the_day_is_said_and_heard() -> None:
    for value in ("2026-03-05TMO", "2026-03-05TAF", "2026-03-05TEV", "2026-03-05TNI"):
        assert heard(TIME.present(value, listening(), False)).value == value
    chinese = listening(language="zh", region="CN")
    for value in ("2026-03-05TMO", "2026-03-05TMI", "2026-03-05TAF", "2026-03-05TNI"):
        assert heard(TIME.present(value, chinese, False), language="zh", region="CN").value == value


# Values and holidays.


@pytest.mark.parametrize("value", ["2026-03-08T14:30", "2026-03-08", "14:30", "2026-03-08TAF", "TMO", "2026-W11", "2026-W53TAF", ""])
def test_a_value_is_what_its_parts_make(value: str) -> None:
    assert parse(value).written == value


@pytest.mark.parametrize(
    ("spec", "region", "day"),
    [
        ("12-25", "US", "2026-12-25"),
        ("01-01", "US", "2027-01-01"),
        ("11 thu 4", "US", "2026-11-26"),
        ("05 mon -1", "US", "2026-05-25"),
        ("11 thu 4 +1", "US", "2026-11-27"),
        ("@GB:Good Friday:2", "US", "2026-04-05"),
        ("@King's Birthday|@AU-NSW:King's Birthday", "AU", "2026-06-08"),
        ("@CN:Mid-Autumn Festival", "CN", "2026-09-25"),
        ("@CN:Chinese New Year (Spring Festival):-1", "CN", "2027-02-05"),
    ],
)
def test_holidays_fall_on_their_days(spec: str, region: str, day: str) -> None:
    found = holiday(spec, region, WEDNESDAY.date(), None)
    assert found is not None
    assert found.isoformat() == day


def test_an_unknown_holiday_is_none() -> None:
    assert holiday("@Festival of Nothing", "US", WEDNESDAY.date(), None) is None
    assert holiday("@Christmas Day", "ZZ", WEDNESDAY.date(), None) is None


# Nothing is too much.

PIECES = [
    "one", "two thirty ", "three pm ", "monday ", "next ", "march 3 ", "a week from ", "the day after ", "in ",
    "half past ", "quarter to ", "no ", "or ", "not ", "from ", "to ", "the third of the ", "christmas ", "3:30 ",
    "3/4/", "12-", "1 ", "999", "twenty ", "first ", ",", " ", "\0", "😀", "'", "of ", "day after ", "last ", "minutes ",
    "hours ", "一", "三", "点", "号", "周", "月", "下", "半", "差", "分", "年", "后", "十", "零", "不是", "或者", "春节", "到", "明天",
]  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.sampled_from(["", "2026-03-10T14:30"]),
    st.sampled_from([frozenset(), frozenset({"time"}), frozenset({"name"})]),
)
@example("the day after " * 200, "", frozenset())
@example("1 week from " * 200, "", frozenset())
def test_no_words_raise(words: str, current: str, asked: frozenset[str]) -> None:
    for one in TIME.extract(Utterance(words), listening(current=current, asked=asked)):
        assert not one.options or one.value in one.options
        assert not one.whole or TIME.validate(one.value, listening(now=datetime(2000, 1, 1))) is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(words: str) -> None:
    TIME.extract(Utterance(words), listening())


def _calls(words: str) -> int:
    """How many Python functions hearing the words enters: a cost that no other process changes."""
    count = 0

    def enter(frame: object, event: str, arg: object) -> None:
        nonlocal count
        count += event == "call"

    utterance = Utterance(words)
    TIME.extract(utterance, listening())
    sys.setprofile(enter)
    try:
        TIME.extract(utterance, listening())
    finally:
        sys.setprofile(None)
    return count


def _long() -> Iterator[str]:
    for piece in PIECES:
        if piece.strip():
            yield piece
    yield from ("monday at 3 or ", "not monday ", "two oh ", "1 2 ", "a quarter ", "三点", "周三", "三号", "差五分", "两天后", "3点")


@pytest.mark.parametrize("piece", list(_long()))
def test_the_cost_grows_with_the_length_and_no_faster(piece: str) -> None:
    whole = (piece * MAX_CHARS)[:MAX_CHARS]
    assert _calls(whole) <= 2 * max(_calls(whole[: MAX_CHARS // 2]), 300) + 2500
