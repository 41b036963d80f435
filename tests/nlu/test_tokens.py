"""Utterances as recognisers and tokenisers write them, down to the oddest: every one is cut into tokens, and every turn has an answer."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.languages import known, words
from agent.nlu.acts.words import segments
from agent.nlu.utterance import Utterance
from agent.record.call import Turn
from agent.slots import SLOTS
from tests import tables
from tests.graph.midway import State, states, take_turn

_CATEGORIES = [
    major + minor
    for major, minors in {"L": "ultmo", "M": "nce", "N": "dlo", "P": "cdseifo", "S": "mcko", "Z": "slp", "C": "cfson"}.items()
    for minor in minors
]
"""Every general category of Unicode: surrogates come in JSON, combining marks and marks of direction from keyboards."""
_CLITIC = re.compile(r"(?<=[a-zA-Z])(n't|'s|'m|'re|'ve|'ll|'d)\b")


def _listed() -> list[str]:
    """The clitics and halves of every language, and a few words of every mark of the acts."""
    tables = [words(language, "tokens") for language in known()]
    parted = [piece for table in tables for entry in (*table["clitics"], *table["halves"]) for piece in entry.split()]
    marks = [phrase for language in known() for phrases in words(language, "acts")["words"].values() for phrase in phrases[:2]]
    plain = [re.sub(r"[{}\[\]|]", " ", phrase) for phrase in marks]
    return [*parted, *plain, "not", "no", "it", "do", "ca", "twelve", "at", "dot", "Mary", "王", "不是"]


odd = st.one_of(*(st.characters(categories=(category,)) for category in _CATEGORIES))
"""One character, of every category alike."""
spoken = st.builds(
    lambda joint, pieces: joint.join(pieces),
    st.sampled_from(("", " ", " ", "'", " ' ", ", ")),
    st.lists(st.one_of(st.sampled_from(_listed()), st.sampled_from(_listed()), odd, st.text(odd, max_size=4)), max_size=12),
)


@settings(max_examples=600)
@given(spoken)
def test_any_text_is_cut_into_words_that_say_something(text: str) -> None:
    utterance = Utterance(text)
    assert all(token.text and token.norm and utterance.text[token.start : token.end] == token.text for token in utterance.tokens)
    assert all(word for segment in segments(utterance) for unit in segment.units for word in unit.words)
    assert Utterance(utterance.text).text == utterance.text


@settings(max_examples=300)
@given(spoken, st.deferred(lambda: st.sampled_from(states("[st]*"))))  # where it is run, not wherever tests are collected
def test_any_turn_of_any_call_has_an_answer(text: str, state: State) -> None:
    took = take_turn(state, Turn(key="k", text=text))
    assert took.user_acts
    assert took.words


@pytest.mark.parametrize("slot", [*SLOTS, "acts"])
def test_words_that_a_tokeniser_wrote_in_two_are_read_as_one(slot: str) -> None:
    parted = [(case["say"], _CLITIC.sub(r" \1", case["say"])) for _, case in tables.cases(tables.CASES / "en" / f"{slot}.toml")]
    assert any(text != other for text, other in parted)
    assert {other: Utterance(other).text for _, other in parted} == {other: Utterance(text).text for text, other in parted}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("I do n't know", "I don't know"),
        ("it is n't working", "it isn't working"),
        ("DO N'T", "DON'T"),
        ("it ' s Mary", "it's Mary"),
        ("I ’m gon na be late", "I'm gonna be late"),
        ("don´t", "don't"),
        ("they 'd 've said", "they'd've said"),
        # nothing hangs on another word here
        ("n't", "n't"),
        ("with an 's' at the end", "with an 's' at the end"),
        ("rock 'n' roll", "rock 'n' roll"),
        ("O 'Neill", "O 'Neill"),
        ("5 's", "5 's"),
        ("he got me a new one", "he got me a new one"),
    ],
)
def test_what_hangs_on_the_word_before_it(text: str, read: str) -> None:
    assert Utterance(text).text == read
