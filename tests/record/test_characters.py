"""Which characters come in: what is seen or heard, in every script, and nothing that steers a screen, a reader or an XML parser."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.record.characters import one_line, readable

STEERING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
JOINERS = {"\u200c", "\u200d"}
anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Mary\u202eyraM\u202c", "MaryyraM"),
        ("\u2066Mary\u2069", "Mary"),
        ("Jo\u200bhn\ufeff", "John"),
        ("a\x00b\x1b[2Jc\x85d", "a b [2Jc d"),
        ("line\none\ttwo\r\n", "line\none\ttwo\r\n"),
        ("two\u2028lines\u2029and\u00a0a\u3000half", "two lines and a half"),
        ("cut \ud83d in two", "cut  in two"),
        ("\ue000\U000f0000\ufdd0\uffff\U0001fffe", ""),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("क्\u200dष", "क्\u200dष"),
        ("M\u200car\u200dy\u200c", "Mary"),
        ("\U000313ad\U0002ebef", "\U000313ad\U0002ebef"),
        ("王宝强 😀 é e\u0301", "王宝强 😀 é e\u0301"),
    ],
)
def test_what_is_seen_or_heard_stays(text: str, kept: str) -> None:
    assert readable(text) == kept


@given(anything)
def test_nothing_that_steers_is_left_whatever_comes_in(text: str) -> None:
    plain, line = readable(text), one_line(text)
    assert not {unicodedata.category(c) for c in plain if c not in JOINERS and c not in "\t\n\r"} & STEERING
    assert not {unicodedata.category(c) for c in line if c not in JOINERS} & STEERING
    assert (readable(plain), one_line(line), readable(line)) == (plain, line, line)
    assert line == line.strip()
    assert "  " not in line


def test_a_line_is_written_in_the_usual_form_of_each_letter() -> None:
    assert one_line("  Ｍａｒｙ\n O\u2019Neill\u2013Smith  ") == "Mary O'Neill-Smith"
    assert one_line("e\u0301") == "é"
    assert one_line("\u3164\u2800") == ""
