"""What we say, as text and as SSML: the same words, well-formed whatever is in them."""

import unicodedata
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.nlg.speech import Speech

SPEECHES = [
    Speech(sentences=("Thanks, Mary.", "What's the best number to reach you on?")),
    Speech(sentences=("Slowly this time: two oh two, five five five. Is that right?",), slowly=True),
    Speech(sentences=("好的。", "请问怎么称呼您？"), joint=""),
    Speech(sentences=("Drains & <Sewers> Ltd.", "Name?"), slowly=True),
    Speech(sentences=()),
]


@pytest.mark.parametrize("speech", SPEECHES)
def test_without_its_elements_the_ssml_is_the_text(speech: Speech) -> None:
    root = ElementTree.fromstring(speech.ssml)  # our own words, not from outside
    assert root.tag == "speak"
    assert "".join(root.itertext()) == speech.text


def test_only_what_is_read_back_again_is_slow() -> None:
    root = ElementTree.fromstring(Speech(sentences=("Sorry about that.", "Once more: 12 High Street?"), slowly=True).ssml)
    assert [(part.tag, part.text) for part in root.iter()] == [
        ("speak", "Sorry about that. "),
        ("break", None),
        ("prosody", "Once more: 12 High Street?"),
    ]
    assert "prosody" not in SPEECHES[0].ssml


@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=30), max_size=4), st.booleans())
def test_whatever_a_record_holds_every_parser_and_voice_takes_it(sentences: list[str], slowly: bool) -> None:
    speech = Speech(sentences=tuple(sentences), slowly=slowly)
    root = ElementTree.fromstring(speech.ssml.encode())
    assert "".join(root.itertext()) == speech.text
    assert all(c.isprintable() or c in "\u200c\u200d" or unicodedata.category(c) == "Cn" for c in speech.ssml)
    assert not [c for c in speech.ssml if unicodedata.bidirectional(c) in ("LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI")]
