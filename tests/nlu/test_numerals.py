"""Spoken numbers: digit strings, quantities, ordinals, and digits said back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.languages import known
from agent.nlu.numerals.numbers import cardinal, digits, ordinal, say_digits
from agent.nlu.utterance import Utterance

ONES = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
UNITS = (*ONES, *TEENS)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
HAN = "零一二三四五六七八九"


def english(value: int) -> str:
    """A quantity from 1 to 999,999 as an English speaker says it, written apart from the grammar under test."""
    if value < 20:
        return UNITS[value]
    if value < 100:
        return f"{TENS[value // 10]} {UNITS[value % 10]}".strip()
    if value < 1000:
        return f"{UNITS[value // 100]} hundred" + (f" and {english(value % 100)}" if value % 100 else "")
    rest = value % 1000
    return f"{english(value // 1000)} thousand" + (f" {'and ' if rest < 100 else ''}{english(rest)}" if rest else "")


def mandarin(value: int) -> str:
    """A quantity from 1 to 9,999 in Chinese characters."""
    said, gap = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit:
            said += ("零" if gap and said else "") + HAN[digit] + unit
        gap = not digit
    return said.removeprefix("一") if said.startswith("一十") else said


@pytest.mark.parametrize(
    ("say", "read", "tokens"),
    [
        ("two oh two triple five oh one four three", "2025550143", 9),
        ("0412 345 678", "0412345678", 3),
        ("oh four one two", "0412", 4),
        ("o four one two", "0412", 4),
        ("double four", "44", 2),
        ("double-oh seven", "007", 4),
        ("treble 6", "666", 2),
        ("three eights two", "8882", 3),
        ("nought", "0", 1),
        ("twenty-two", "22", 3),
        ("four hundred", "400", 2),
        ("four hundred and twelve", "412", 4),
        ("eight hundred five five five", "800555", 5),
        ("8 hundred 555", "800555", 3),
        ("one eight hundred two two two", "1800222", 6),
        ("thirteen hundred six five four", "1300654", 5),
        ("nineteen eighty four", "1984", 3),
        ("oh nine hundred", "0900", 3),
        ("555-0143, 12", "555014312", 5),
        ("five five five dash one two", "55512", 6),
        ("two zero two) five", "2025", 5),
        ("5 o clock", "5", 1),
        ("four one two, oh, wait", "412", 3),
        ("five five oh", "550", 3),
        ("幺洞拐两勾", "10729", 5),
        ("三个八", "888", 3),
        ("3个8", "888", 3),
        ("一三八三个八五", "1388885", 7),
        ("四百八二三", "400823", 5),
        ("零", "0", 1),
        ("〇〇七", "007", 2),
        ("三个十", "3", 1),
        ("oh, four people", "", 0),
        ("oh", "", 0),
        ("oh dear", "", 0),
        ("3rd of May", "", 0),
        ("hello", "", 0),
        ("double glazing", "", 0),
        ("", "", 0),
    ],
)
def test_digits(say: str, read: str, tokens: int) -> None:
    assert digits(Utterance(say).tokens, 0, "en") == (read, tokens)


@pytest.mark.parametrize(
    ("say", "value", "tokens"),
    [
        ("one hundred and twenty five", 125, 5),
        ("125", 125, 1),
        ("1,250 people", 1250, 3),
        ("12,5", 12, 1),
        ("two thousand and ten", 2010, 4),
        ("two thousand ten", 2010, 3),
        ("twenty-five", 25, 3),
        ("twenty four hundred", 2400, 3),
        ("a hundred", 100, 2),
        ("a hundred and five", 105, 4),
        ("five hundred and", 500, 2),
        ("eight hundred five five", 800, 2),
        ("zero", 0, 1),
        ("一百二十五", 125, 5),
        ("十五", 15, 2),
        ("两百", 200, 2),
        ("廿三", 23, 2),
        ("一百二", 120, 3),
        ("两千零五", 2005, 4),
        ("一万二", 12000, 3),
        ("3百", 300, 2),
        ("a", None, 0),
        ("a house", None, 0),
        ("oh", None, 0),
        ("百", None, 0),
        ("3rd", None, 0),
        ("", None, 0),
    ],
)
def test_cardinal(say: str, value: int | None, tokens: int) -> None:
    assert cardinal(Utterance(say).tokens, 0, "en") == (value, tokens)


@pytest.mark.parametrize(
    ("say", "value", "tokens"),
    [
        ("third", 3, 1),
        ("3rd", 3, 2),
        ("twenty first", 21, 2),
        ("thirty-first", 31, 3),
        ("one hundred and fifth", 105, 4),
        ("one hundred twenty third", 123, 4),
        ("two hundredth", 200, 2),
        ("第三", 3, 2),
        ("第二十一", 21, 4),
        ("第3", 3, 2),
        ("12 st", None, 0),
        ("twenty", None, 0),
        ("one second", None, 0),
        ("第", None, 0),
        ("", None, 0),
    ],
)
def test_ordinal(say: str, value: int | None, tokens: int) -> None:
    assert ordinal(Utterance(say).tokens, 0, "en") == (value, tokens)


@given(st.integers(1, 999_999))
@settings(max_examples=300, deadline=None)
def test_every_english_quantity_is_read_whole(value: int) -> None:
    tokens = Utterance(english(value)).tokens
    assert cardinal(tokens, 0, "en") == (value, len(tokens))


@given(st.integers(1, 9_999))
@settings(max_examples=300, deadline=None)
def test_every_mandarin_quantity_is_read_whole(value: int) -> None:
    tokens = Utterance(mandarin(value)).tokens
    assert cardinal(tokens, 0, "zh") == (value, len(tokens))


@given(st.lists(st.text("0123456789", min_size=2, max_size=5), min_size=1, max_size=5), st.sampled_from(known()))
@settings(max_examples=300, deadline=None)
def test_digits_said_back_are_the_same_digits(groups: list[str], language: str) -> None:
    """A number of nothing but "oh", and a single "oh," set off by a comma, are sighs: no group here is either."""
    groups = [*groups, "17"]
    tokens = Utterance(say_digits(" ".join(groups), language)).tokens
    assert digits(tokens, 0, language) == ("".join(groups), len(tokens))


def test_letters_beside_digits_stay() -> None:
    assert say_digits("SW1A 2AA", "en") == "S W one A, two A A"


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_nothing_raises_and_reading_never_goes_backwards(text: str) -> None:
    tokens = Utterance(text).tokens
    for start in range(len(tokens) + 1):
        for read in (digits, cardinal, ordinal):
            found, after = read(tokens, start, "en")
            assert (after == start) == (found in ("", None))
            assert after <= len(tokens)
