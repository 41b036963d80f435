"""The phone slot beyond its tables of cases: what we read back is heard as the same number, and nothing said can hurt."""

from datetime import datetime

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.nlu.candidates import Context, Held
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.regions import region as region_data
from agent.slots.phone import PHONE
from agent.slots.phone.edits import amend
from agent.slots.phone.numbering import Fit, Plan
from tests.counting import calls_made

REGIONS = ("US", "CA", "AU", "GB", "NZ", "IE", "CN")
PREFIXES = {
    "US": ("202", "415", "800"),
    "CA": ("416", "604"),
    "AU": ("04", "02", "03", "1300", "1800"),
    "GB": ("07", "020", "0161"),
    "NZ": ("021", "09", "0800"),
    "IE": ("087", "01"),
    "CN": ("138", "159", "010", "0755", "400"),
}
NOW = datetime(2026, 3, 2, 9)
SAID = (
    "one two oh zero double triple hundred twenty 5 55 0412 202 555 . , - + plus no sorry not wait start "
    "again the last two digits are ends in third digit is a number account my phone area code extension "
    "for to um and or 幺 三 八 个 零 百 万 不对 最后 两 位 是 的 电话 点 * # ( ) $ : @ 😀 ٣ ² 〇 "
)
WORDS = SAID.split()


def context(language: str, region: str, partial: str = "", current: str = "") -> Context:
    return Context(language=language, region=region, now=NOW, asked=frozenset({"phone"}), held=Held(value=current, partial=partial))


def example(region: str) -> phonenumbers.PhoneNumber:
    found = phonenumbers.example_number(region)
    assert found is not None
    return found


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and a number in use there, in E.164."""
    region = draw(st.sampled_from(REGIONS))
    prefix = draw(st.sampled_from(PREFIXES[region]))
    rest = draw(st.text("0123456789", min_size=10 - len(prefix), max_size=11 - len(prefix)))
    parsed = phonenumbers.parse(prefix + rest, region)
    if not phonenumbers.is_valid_number(parsed):
        parsed = example(region)
    return region, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@given(numbers(), st.sampled_from(REGIONS), st.sampled_from(("en", "zh")), st.booleans())
@settings(max_examples=250, deadline=None)
def test_what_we_read_back_is_heard_as_the_same_number(number: tuple[str, str], listening: str, language: str, slow: bool) -> None:
    _, value = number
    where = context(language, listening)
    spoken = PHONE.present(value, where, slow)
    best = PHONE.extract(Utterance(spoken), where)[0]
    assert (best.value, best.whole, best.options) == (value, True, ()), spoken
    assert PHONE.validate(value, where) is None


@given(numbers(), st.sampled_from(("en", "zh")), st.integers(2, 8))
@settings(max_examples=200, deadline=None)
def test_a_number_said_over_two_turns_is_the_same_number(number: tuple[str, str], language: str, first: int) -> None:
    """The first turn leaves digits that are not whole; the second goes on from them."""
    region, value = number
    digits = "".join(c for c in PHONE.present(value, context("zh", region), True) if c in "零幺二三四五六七八九")
    where = context(language, region)
    begun = PHONE.extract(Utterance(digits[:first]), where)
    if begun and not begun[0].whole:
        rest = Utterance(digits[first:])
        told = PHONE.extract(rest, context(language, region, partial=begun[0].value))
        alone = [candidate.value for candidate in PHONE.extract(rest, where) if PHONE.validate(candidate.value, where) is None]
        assert told[0].value in (value, *alone)


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), st.sampled_from(REGIONS), st.sampled_from(("en", "zh")))
@settings(max_examples=150, deadline=None)
def test_nothing_raises_on_what_callers_may_say(text: str, region: str, language: str) -> None:
    for where in (context(language, region), context(language, region, partial="0412"), context(language, region, current="+61412345678")):
        for candidate in PHONE.extract(Utterance(text), where):
            first, last = candidate.span
            assert Utterance(text).text[first:last].strip()
            assert candidate.whole or PHONE.validate(candidate.value, where) is not None
            assert isinstance(PHONE.present(candidate.value, where, True), str)


@pytest.mark.parametrize(
    "unit", ["one ", "oh ", "0412 345 678 ", "12 ", "no 555 014 ", "last 1 ", "1 not 2 ", "plus 1 ", "电话幺三八", "个", "1 for ", "um "]
)
@pytest.mark.parametrize("current", ["", "+61412345678"])
def test_work_grows_with_length_and_no_faster(unit: str, current: str) -> None:
    where = context("en", "AU", current=current)
    half, full = Utterance((unit * 2000)[:1000]), Utterance((unit * 2000)[:2000])
    half.tokens, full.tokens, PHONE.extract(full, where)  # what is cached is not counted
    assert calls_made(lambda: PHONE.extract(full, where)) <= 3 * calls_made(lambda: PHONE.extract(half, where)) + 5000


@pytest.mark.parametrize(
    ("value", "region", "why"),
    [
        ("+12025550143", "US", None),
        ("+61412345678", "US", None),
        ("+447700900123", "GB", None),
        ("0412345678", "AU", None),
        ("+6141234567", "AU", Reason.TOO_SHORT),
        ("+614123456789", "AU", Reason.TOO_LONG),
        ("+11234567890", "US", Reason.NOT_IN_USE),
        ("", "US", Reason.TOO_SHORT),
        ("nonsense", "US", Reason.TOO_SHORT),
        ("+999", "US", Reason.TOO_SHORT),
        ("9" * 500, "US", Reason.TOO_LONG),
    ],
)
def test_why_a_number_is_refused(value: str, region: str, why: Reason | None) -> None:
    assert PHONE.validate(value, context("en", region)) == why


@pytest.mark.parametrize(
    ("before", "said", "whole"),
    [
        (("202", "555", "1"), "5552143", "2025552143"),
        (("202", "555", "0143"), "0144", "2025550144"),
        (("5551",), "5552", "5552"),
        (("202",), "4155551212", "4155551212"),
        (("202", "555", "0143"), "999", "999"),
    ],
)
def test_a_part_said_again_takes_its_place(before: tuple[str, ...], said: str, whole: str) -> None:
    assert amend(before, said, Plan("US")) == whole


@pytest.mark.parametrize("region", ["US", "CA", "AU", "GB", "NZ", "CN"])
def test_every_region_knows_how_long_its_numbers_are(region: str) -> None:
    written = phonenumbers.format_number(example(region), phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = "".join(c for c in written if c.isdecimal())
    assert "phone" in region_data(region)
    assert Plan(region).fit(digits) is Fit.VALID
    assert Plan(region).fit(digits[:4]) is Fit.SHORT


def test_a_number_without_a_cue_is_taken_only_when_it_is_plainly_one() -> None:
    elsewhere = Context(region="US", now=NOW, asked=frozenset({"name"}))
    assert PHONE.extract(Utterance("2025550143"), elsewhere)[0].confidence >= 0.8
    assert PHONE.extract(Utterance("my number is 2025550143"), elsewhere)[0].confidence >= 0.8
    assert all(candidate.confidence < 0.8 for candidate in PHONE.extract(Utterance("20255501"), elsewhere))


def test_the_span_holds_the_words_that_announce_the_number() -> None:
    utterance = Utterance("it's Mary and my mobile is 202 555 0143, thanks")
    first, last = PHONE.extract(utterance, context("en", "US"))[0].span
    assert utterance.text[first:last] == "mobile is 202 555 0143"


@pytest.mark.parametrize(
    ("region", "home", "said", "value"),
    [
        ("AU", "+61385501234", "nine three eight seven one two three four", "+61393871234"),
        ("GB", "+441614960001", "496 0123", "+441614960123"),
        ("NZ", "+6493791234", "379 4321", "+6493794321"),
        ("AU", "+61412345678", "9387 1234", "93871234"),  # a mobile has no area
        ("AU", "", "9387 1234", "93871234"),
        ("US", "+12025550100", "555 0143", "5550143"),  # may go on: area codes begin with no prefix here
        ("AU", "+61385501234", "0412 345", "0412345"),
    ],
)
def test_a_number_without_its_area_code_is_of_the_area_of_the_business(region: str, home: str, said: str, value: str) -> None:
    where = Context(region=region, home=home, now=NOW, asked=frozenset({"phone"}))
    heard = PHONE.extract(Utterance(said), where)[0]
    assert (heard.value, heard.whole) == (value, value.startswith("+"))
