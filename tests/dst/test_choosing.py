"""Which of a few spoken options is chosen: by a word of its own or its place, and by neither where one was denied or no place was meant."""

import pytest

from agent.dst.choosing import choose
from agent.nlu.utterance import Utterance


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("the first one", 0),
        ("second please", 1),
        ("number two", 1),
        ("the latter", 1),
        ("the last of those", 1),
        ("the second of them", 1),
        ("the perm", 1),
        ("the perm not the facial", 1),
        ("the first one, not the second", 0),
        ("not the perm, the facial", 0),
        ("first thing Saturday", None),
        ("my last name is Day", None),
        ("the first of March", None),
        ("the last time I came", None),
        ("not the perm", None),
        ("not the first", None),
        ("six", None),
        ("neither", None),
    ],
)
def test_english(say: str, expected: int | None) -> None:
    assert choose(Utterance(say), ["Facial", "Perm"], "en") == expected


@pytest.mark.parametrize(
    ("say", "expected"),
    [("第二个", 1), ("要不第一个吧", 0), ("洗牙吧", 0), ("不是洗牙，是绝育", 1), ("不要第一个", None), ("第一次来", None), ("都不要", None)],
)
def test_mandarin(say: str, expected: int | None) -> None:
    assert choose(Utterance(say), ["洗牙", "绝育手术"], "zh") == expected
