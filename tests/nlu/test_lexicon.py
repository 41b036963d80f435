"""Classes of phrases looked up once at every token."""

from agent.nlu.lexicon import Sizes
from agent.nlu.utterance import Utterance

SIZES = Sizes({"cue": ["my name", "my name is", "call me"], "noun": ["name"], "family": ["我姓", "姓"]})


def test_of_every_class_the_longest_phrase_counts() -> None:
    assert SIZES.of(Utterance("well, my name is Ann")) == [{}, {}, {"cue": 3}, {"noun": 1}, {}, {}]
    assert SIZES.of(Utterance("my name")) == [{"cue": 2}, {"noun": 1}]
    assert SIZES.of(Utterance("call")) == [{}]


def test_a_single_word_is_found_with_an_apostrophe_too() -> None:
    assert SIZES.of(Utterance("the name's Ann")) == [{}, {"noun": 1}, {}]
    assert SIZES.of(Utterance("nameless, naming")) == [{}, {}, {}]


def test_characters_are_words() -> None:
    assert SIZES.of(Utterance("我姓王")) == [{"family": 2}, {"family": 1}, {}]
    assert SIZES.of(Utterance("我 姓王")) == [{}, {"family": 1}, {}]
