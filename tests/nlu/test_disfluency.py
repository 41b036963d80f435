"""Words in the middle of an utterance that take back what was said before them."""

import pytest

from agent.nlu.disfluency import halves
from agent.nlu.utterance import Utterance


@pytest.mark.parametrize(
    ("text", "before", "behind"),
    [
        ("ann lee i mean anna lee", "ann lee", "anna lee"),
        ("at gmail dot com, no wait, at hotmail dot com", "at gmail dot com,", "at hotmail dot com"),
        ("twelve, oh, no, thirteen", "twelve,", "thirteen"),
        ("one I mean two I mean three", "one I mean two", "three"),
        ("张江路十九号 啊不对 二十号", "张江路十九号", "二十号"),
    ],
)
def test_the_halves(text: str, before: str, behind: str) -> None:
    utterance = Utterance(text)
    parted = halves(utterance)
    assert parted is not None
    assert (parted[0].text, utterance.text[parted[1] :]) == (before, behind)


@pytest.mark.parametrize("text", ["I mean the blue one", "no wait", "it's 12 High Street", "ann lee i mean", "", "no"])
def test_nothing_is_taken_back(text: str) -> None:
    assert halves(Utterance(text)) is None
