"""Spelled letters: heard from what recognisers write, and said back so that they are heard again."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.nlu.spelling.letters import Speller, is_code_word, letter_at, spell, spelled_runs, spoken_letters
from agent.nlu.utterance import MAX_CHARS, Utterance

HEARD = [
    ("en", "k e v i n", "kevin"),
    ("en", "K-E-V-Y-N", "kevyn"),
    ("en", "K. E. V. I. N.", "kevin"),
    ("en", "k i ci e n", "kicien"),
    ("en", "a bi g a i l", "abigail"),
    ("en", "Jo r d a n", "jordan"),
    ("en", "G ee MMA GI b s o n", "gemmagibson"),
    ("en", "M AR TI n Bo y l e", "martinboyle"),
    ("en", "a l e x p r e St o n", "alexpreston"),
    ("en", "s for sugar m like mike i t h", "smith"),
    ("en", "b as in boy e n", "ben"),
    ("en", "bee as in bravo e n", "ben"),
    ("en", "t as in the word tango o m", "tom"),
    ("en", "S, Sierra, M, Mike", "sm"),
    ("en", "x for x-ray a n", "xan"),
    ("en", "c o double l i n s", "collins"),
    ("en", "triple s", "sss"),
    ("en", "s c o two t's", "scott"),
    ("en", "double u i double l", "will"),
    ("en", "zed a c h", "zach"),
    ("en", "aitch a l", "hal"),
    ("en", "s h a why n e", "shayne"),
    ("en", "k e l l why", "kelly"),
    ("en", "see a t h y", "cathy"),
    ("en", "capital b o b", "bob"),
    ("en", "j o hyphen a n n", "jo-ann"),
    ("en", "o apostrophe n e i l", "o'neil"),
    ("en", "k e um v i n", "kevin"),
    ("en", "Kilo Echo Victor India November", "kevin"),
    ("en", "x ray alpha november", "xan"),
    ("zh", "J，Jack的J，O，H，N", "john"),
    ("zh", "J是Jack的J，O", "jo"),
    ("zh", "大写K，e，v", "kev"),
    ("zh", "两个l a n", "llan"),
    ("zh", "达不溜 a n g", "wang"),
]


@pytest.mark.parametrize(("language", "said", "letters"), HEARD)
def test_heard_whole(language: str, said: str, letters: str) -> None:
    tokens = Utterance(said).tokens
    assert spell(tokens, 0, language)[0] == letters


@pytest.mark.parametrize(
    ("said", "letters", "rest"),
    [
        ("k e v i n at gmail", "kevin", "at"),
        ("k e v i n dot smith", "kevin", "dot"),
        ("t o m four two", "tom", "four"),
        ("t o m 42", "tom", "42"),
        ("k e v and that's it", "kev", "and"),
        ("j o n street", "jon", "street"),
    ],
)
def test_ends_before(said: str, letters: str, rest: str) -> None:
    tokens = Utterance(said).tokens
    got, end = spell(tokens, 0, "en")
    assert (got, tokens[end].norm) == (letters, rest)


@pytest.mark.parametrize(
    "said",
    [
        "mike",
        "Mike Brown",
        "charlie",
        "are you there",
        "why",
        "queue here",
        "see you",
        "bee",
        "oh okay",
        "mike b two two",
        "lee l e e",
        "",
        "4 2",
        "you are why",
    ],
)
def test_no_letters(said: str) -> None:
    assert spell(Utterance(said).tokens, 0, "en") == ("", 0)


def test_a_word_is_a_letter_where_only_a_letter_can_stand() -> None:
    assert letter_at(Utterance("why").tokens, 0, "en") == ("y", 1)
    assert letter_at(Utterance("wheel").tokens, 0, "en") == ("", 0)


def test_runs_are_found_wherever_they_begin() -> None:
    assert spelled_runs(Utterance("first name k e v last name b o b").tokens, "en") == {2: ("kev", 5), 7: ("bob", 10)}


def test_code_words() -> None:
    assert is_code_word("kilo")
    assert not is_code_word("kevin")


def test_spoken() -> None:
    assert spoken_letters("john", "en", False) == "J, O, H, N"
    assert spoken_letters("jo", "en", True) == "J as in juliet, O as in oscar"
    assert spoken_letters("o'n-x", "en", False) == "O, apostrophe, N, hyphen, X"
    assert spoken_letters("jo", "zh", True) == "J，Jack的J，O，Orange的O"


@given(st.text(string.ascii_lowercase, min_size=2, max_size=20), st.sampled_from(["en", "zh"]), st.booleans())
def test_what_we_spell_we_hear(word: str, language: str, slow: bool) -> None:
    tokens = Utterance(spoken_letters(word, language, slow)).tokens
    assert spell(tokens, 0, language) == (word, len(tokens))


@given(
    st.lists(st.text(string.ascii_lowercase, min_size=2, max_size=8), min_size=2, max_size=3), st.sampled_from("-'"), st.sampled_from(["en", "zh"])
)
def test_hyphens_and_apostrophes_come_back(words: list[str], mark: str, language: str) -> None:
    name = mark.join(words)
    assert spell(Utterance(spoken_letters(name, language, False)).tokens, 0, language)[0] == name


@given(st.text(max_size=300), st.sampled_from(["en", "zh"]))
def test_nothing_raises(text: str, language: str) -> None:
    tokens = Utterance(text).tokens
    for at in range(len(tokens)):
        letters, end = spell(tokens, at, language)
        assert at <= end <= len(tokens)
        assert bool(letters) == (end > at)


@pytest.mark.parametrize(
    "unit", ["you ", "a ", "be a ", "bee ", "mike ", "kilo ", "ab ", "double ", "a-", "- ", "hyphen ", "s for ", "as in the word ", "的a"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_is_bounded(unit: str, language: str) -> None:
    """No run reads on for ever: what one call takes in is bounded, so that trying at every token stays cheap."""
    tokens = Utterance(unit * MAX_CHARS).tokens
    _, end = spell(tokens, 0, language)
    assert end <= 700


@pytest.mark.parametrize("said", ["s m i t h at g", "b as in boy, o double l", "j o plus n why", "ci e n k two t's"])
def test_who_asks_at_many_places_is_told_the_same(said: str) -> None:
    tokens = Utterance(said).tokens
    speller = Speller.of(tokens, "en")
    for start in range(len(tokens)):
        letters, end = spell(tokens, start, "en")
        assert speller.spell(start, len(tokens)) == (letters, end)
        stopped, before = speller.spell(start, start + 2)
        assert letters.startswith(stopped)
        assert before <= start + 2
