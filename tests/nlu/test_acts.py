"""The caller's dialogue acts, from the tables tests/cases/<lang>/acts.toml, and what holds of any utterance."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.languages import written_out
from agent.nlu.acts.recognition import recognise_acts, said_phrase
from agent.nlu.acts.words import MAX_UNITS, segments
from agent.nlu.candidates import Context, OpenQuestion
from agent.nlu.utterance import Utterance
from agent.record.acts import Act
from tests import tables
from tests.measure import read_value

NOW = datetime(2026, 3, 2, 9)


def listening(language: str, prompt: str) -> Context:
    """`prompt`: our sentence, or the kind of our question."""
    if prompt in set(OpenQuestion):
        return Context(language=language, now=NOW, question=OpenQuestion(prompt))
    return Context(language=language, now=NOW, prompt=prompt)


def acts(say: str, language: str = "en", prompt: str = "") -> list[str]:
    return [heard.act.value for heard in recognise_acts(Utterance(say), listening(language, prompt))]


def understood(lang: str, case: tables.Case) -> None:
    heard = recognise_acts(Utterance(case["say"]), listening(lang, case.get("prompt", "")))
    assert [one.act.value for one in heard] == case["acts"]
    if "detail" in case:
        assert next((one.detail for one in heard if one.detail), "") == case["detail"]


def main(lang: str, case: tables.Case) -> None:
    assert (read_value("act", case["say"], None, lang, None) or "none") == case["act"]


HOLDS = {"understood": understood, "main": main}


@pytest.mark.parametrize(
    ("lang", "kind", "cases"), [pytest.param(lang, kind, cases, id=f"{lang}-{kind}") for lang, kind, cases in tables.groups("acts")]
)
def test_a_table_of_acts(lang: str, kind: str, cases: list[tables.Case]) -> None:
    tables.check(lambda case: HOLDS[kind](lang, case), cases)


@pytest.mark.parametrize("polar", ["right", "correct", "true", "accurate"])
@pytest.mark.parametrize(
    ("frame", "sign"),
    [
        ("that's {}", "affirm"),
        ("that is absolutely {}", "affirm"),
        ("I think that's {}", "affirm"),
        ("yes that's {}", "affirm"),
        ("no that's {}", "affirm"),
        ("that's not {}", "deny"),
        ("that isn't {}", "deny"),
        ("not {}", "deny"),
        ("no that's not {}", "deny"),
        ("I don't think that's {}", "deny"),
        ("I don't believe it was {}", "deny"),
        ("that wasn't quite {}", "deny"),
        ("that's never {}", "deny"),
        ("the answer was not {}", "deny"),
        ("is that {}", "ask_held"),
        ("isn't that {}", "ask_held"),
        ("do you think that's {}", "ask_held"),
    ],
)
def test_the_clause_is_the_scope_of_a_negation(frame: str, sign: str | None, polar: str) -> None:
    heard = acts(frame.format(polar))
    assert (heard[0] if heard else None) == sign


@pytest.mark.parametrize("polar", ["wrong", "incorrect", "false"])
@pytest.mark.parametrize(("frame", "sign"), [("that's {}", "deny"), ("no that's {}", "deny"), ("yes that's {}", "deny"), ("that's not {}", "affirm")])
def test_a_negation_turns_wrong_too(frame: str, sign: str, polar: str) -> None:
    assert acts(frame.format(polar))[0] == sign


@pytest.mark.parametrize(
    ("say", "phrases", "expected"),
    [
        ("I can smell a gas leak", ["gas leak"], True),
        ("there are gas leaks everywhere", ["gas leak"], True),
        ("GAS LEAK!", ["Gas leak"], True),
        ("there's no gas leak", ["gas leak"], False),
        ("it's not a gas leak", ["gas leak"], False),
        ("it isn't an emergency or anything", ["emergency"], False),
        ("no, it's an emergency", ["emergency"], True),
        ("a gas leakage report", ["gas leak"], False),
        ("the fireplace is dirty", ["fire"], False),
        ("my kitchen is on fire", ["flood", "fire"], True),
        ("我家漏气了", ["漏气"], True),
        ("没有漏气", ["漏气"], False),
        ("", ["fire"], False),
        ("fire", [], False),
        ("fire", [""], False),
    ],
)
def test_said_phrase(say: str, phrases: list[str], expected: bool) -> None:
    assert said_phrase(Utterance(say), phrases) is expected


def test_spans_are_where_the_words_stand() -> None:
    utterance = Utterance("My name is Ann, thanks, could you repeat that")
    spans = {heard.act: utterance.text[slice(*heard.span)] for heard in recognise_acts(utterance, Context(now=NOW))}
    assert spans[Act.REPEAT] == "could you repeat that"


def test_a_pattern_is_written_out() -> None:
    assert sorted(written_out("{a|b} c [d|e]")) == ["a c", "a c d", "a c e", "b c", "b c d", "b c e"]


@given(st.text(max_size=400))
def test_any_text_is_heard(text: str) -> None:
    utterance = Utterance(text)
    for heard in recognise_acts(utterance, Context(now=NOW)):
        assert 0 <= heard.span[0] < heard.span[1] <= len(utterance.text)


ENGLISH = "yes no not that is right wrong but i do know again say thanks bye cancel the email person talk to Smith 42 , ?"
MANDARIN = "不 对 是 再 说 一遍 吗 我 谢谢 \x00 🙂"


@given(
    st.lists(st.sampled_from(f"{ENGLISH} {MANDARIN}".split()), max_size=60),
    st.sampled_from(["", "read_back", "ask", "Is that right?", "Anything else?"]),
    st.sampled_from(["en", "zh", "xx"]),
)
def test_any_words_are_heard_in_order_and_once(words: list[str], prompt: str, language: str) -> None:
    heard = acts(" ".join(words), language, prompt)
    assert len(heard) == len(set(heard))
    assert acts(" ".join(words), language, prompt) == heard


@pytest.mark.parametrize("text", ["one " * 500, "no " * 700, "can you please i " * 120, "不知道" * 600, "x" * 3000, "thanks for " * 200])
def test_no_utterance_is_read_further_than_the_limit(text: str) -> None:
    assert sum(len(segment.units) for segment in segments(Utterance(text))) <= MAX_UNITS * 2
    assert len(acts(text)) < len(Act)
