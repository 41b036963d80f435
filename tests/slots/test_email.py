"""The e-mail slot beyond its tables of cases: what we read back is heard as the same address, and nothing said can hurt."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.nlu.candidates import Context, Held
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.slots.email import EMAIL
from agent.slots.email.domains import domains, lookalike
from tests.counting import calls_made

NOW = datetime(2026, 3, 2, 9)
SAID = (
    "john smith at dot com gmail g mail @ . _ - underscore dash plus a b o i oh one 22 double l for sugar as in my email is it's not no "
    "the domain with two l's change to should be all one word spaces net au uk co 艾特 点 下划线 邮箱 是 不是 幺 三 个 小老鼠 , ; 😀 ² \" ' .. "
)
WORDS = SAID.split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS_OF_OURS = (
    "one",
    "at",
    "dot",
    "plus",
    "double",
    "oh",
    "is",
    "email",
    "my",
    "no",
    "yes",
    "sorry",
    "alpha",
    "john",
    "the",
    "and",
    "zero",
    "for",
    "two",
)


def context(language: str = "en", partial: str = "", current: str = "", asked: str = "email") -> Context:
    return Context(language=language, now=NOW, asked=frozenset({asked}), held=Held(value=current, partial=partial))


labels = st.one_of(st.text(LETTERS, min_size=2, max_size=10), st.sampled_from(WORDS_OF_OURS), st.text(LETTERS + "0123456789", min_size=2, max_size=8))
local_parts = st.lists(labels, min_size=1, max_size=3).flatmap(lambda some: st.sampled_from([".", "_", "-", "+"]).map(lambda mark: mark.join(some)))
endings = st.sampled_from(["com", "net", "org", "com.au", "co.uk", "co.nz", "cn", "ca", "dev"])
own_domains = st.tuples(st.text(LETTERS, min_size=3, max_size=12), endings).map(".".join)
addresses = st.tuples(local_parts, st.one_of(st.sampled_from(sorted(domains().known)), own_domains)).map("@".join)


@given(addresses, st.sampled_from(("en", "zh")), st.booleans())
@settings(max_examples=250, deadline=None)
def test_what_we_read_back_is_heard_as_the_same_address(value: str, language: str, slow: bool) -> None:
    where = context(language)
    if EMAIL.validate(value, where) is not None:
        return
    spoken = EMAIL.present(value, where, slow)
    best = EMAIL.extract(Utterance(spoken), where)[0]
    assert (best.value, best.whole) == (value, True), spoken
    assert best.options in ((), (value, lookalike(value)))


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join), st.sampled_from(("en", "zh")))
@settings(max_examples=150, deadline=None)
def test_nothing_raises_on_what_callers_may_say(text: str, language: str) -> None:
    for where in (
        context(language),
        context(language, partial="john@ex"),
        context(language, current="john.smith@gmail.com"),
        context(language, asked="name"),
    ):
        for candidate in EMAIL.extract(Utterance(text), where):
            first, last = candidate.span
            assert Utterance(text).text[first:last].strip()
            assert candidate.whole or EMAIL.validate(candidate.value, where) is not None
            assert isinstance(EMAIL.present(candidate.value, where, True), str)


@pytest.mark.parametrize(
    "unit", ["at ", "john at gmail dot com ", "a ", "bee ", "a@b.co ", "x at y ", "dot ", "should be 1 ", "1 not 2 ", "艾特点", "s m i t h ", "one "]
)
@pytest.mark.parametrize("current", ["", "john.smith@gmail.com"])
def test_work_grows_with_length_and_no_faster(unit: str, current: str) -> None:
    where = context(current=current)
    half, full = Utterance((unit * 2000)[:1000]), Utterance((unit * 2000)[:2000])
    half.tokens, full.tokens, EMAIL.extract(full, where)  # what is cached is not counted
    assert calls_made(lambda: EMAIL.extract(full, where)) <= 3 * calls_made(lambda: EMAIL.extract(half, where)) + 5000


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("john@gmail.com", None),
        ("office@example.com", None),
        ("john+news@gmail.con", None),
        ("john@example", Reason.NO_DOMAIN),
        ("john.doe@", Reason.NO_DOMAIN),
        ("john", Reason.NOT_AN_EMAIL),
        ("john..doe@gmail.com", Reason.NOT_AN_EMAIL),
        ("john doe@gmail.com", Reason.NOT_AN_EMAIL),
        ("@gmail.com", Reason.NOT_AN_EMAIL),
        ("", Reason.NOT_AN_EMAIL),
        ("a" * 300 + "@gmail.com", Reason.TOO_LONG),
    ],
)
def test_why_an_address_is_refused(value: str, why: Reason | None) -> None:
    assert EMAIL.validate(value, context()) == why


@pytest.mark.parametrize(
    ("value", "likely"),
    [
        ("john@gmial.com", "john@gmail.com"),
        ("john@gmail.co", "john@gmail.com"),
        ("john@hotmai.com", "john@hotmail.com"),
        ("john@gmail.com", ""),
        ("john@ymail.com", ""),
        ("john@mail.com", ""),
        ("john@company.co", ""),
        ("john@aon.com", ""),
    ],
)
def test_a_domain_beside_a_big_one_is_asked_about_and_others_are_not(value: str, likely: str) -> None:
    assert lookalike(value) == likely


def test_an_address_is_taken_when_another_slot_was_asked_only_if_it_is_plainly_one() -> None:
    assert EMAIL.extract(Utterance("john@acme.com"), context(asked="name"))[0].confidence >= 0.8
    assert EMAIL.extract(Utterance("john at gmail dot com"), context(asked="name"))[0].confidence >= 0.8
    assert all(candidate.confidence < 0.8 for candidate in EMAIL.extract(Utterance("it was john at acme dot com"), context(asked="name")))


def test_the_span_is_the_address() -> None:
    utterance = Utterance("it's Mary, my email is mary dot jones at gmail dot com, thanks")
    first, last = EMAIL.extract(utterance, context())[0].span
    assert utterance.text[first:last] == "mary dot jones at gmail dot com"


@pytest.mark.parametrize(
    "said", ["no, that's wrong", "yes", "can you spell that", "what was the first part", "the last three digits are 173", "I want a plumber"]
)
def test_a_held_address_is_edited_only_where_a_part_of_it_is_named(said: str) -> None:
    assert EMAIL.extract(Utterance(said), context(current="owen.price@gmail.com")) == ()


@given(addresses, st.sampled_from(SAID.split()), st.sampled_from(SAID.split()))
@settings(max_examples=200, deadline=None)
def test_an_address_edited_is_another_address(value: str, first: str, second: str) -> None:
    for candidate in EMAIL.extract(Utterance(f"no, {first} {second}"), context(current=value)):
        if candidate.patch:
            assert candidate.value != value
            assert EMAIL.validate(candidate.value, context()) is None


@pytest.mark.parametrize(("said", "value"), [("kim lee", "kimlee"), ("it's kim lee", "kimlee"), ("accounts", "accounts"), ("kim dot lee", "kim.lee")])
def test_words_alone_are_the_local_part_when_that_was_asked_for(said: str, value: str) -> None:
    where = Context(now=NOW, asked=frozenset({"email"}), held=Held(part="local"))
    heard = EMAIL.extract(Utterance(said), where)[0]
    assert (heard.value, heard.whole) == (value, False)


@pytest.mark.parametrize("said", ["I don't know", "what do you mean", "can you say that again", "hang on", "yes"])
def test_talk_is_no_local_part_though_that_was_asked_for(said: str) -> None:
    assert EMAIL.extract(Utterance(said), Context(now=NOW, asked=frozenset({"email"}), held=Held(part="local"))) == ()
