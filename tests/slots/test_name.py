"""Names: what we read back is heard again, nothing raises, and whose name it is."""

import string
from datetime import datetime
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from agent.languages import words
from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import MAX_CHARS, Utterance
from agent.record.reasons import Reason
from agent.slots.name import NAME

NOW = datetime.fromisoformat("2026-03-02T09:00")
GIVEN = sorted(name for name in words("en", "names")["given"].split() if set(name) & set("aeiouy"))  # "TJ" is written in capitals
FAMILY = sorted(words("en", "names")["family"].split())
SPELLED = (
    "{given} {family} that's {letters}",
    "{given} {family} and that's {family} spelt {letters}",
    "{given} {first} {family} {letters}",
)
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易武乔贺赖龚"
)
CHARACTERS = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛超兰霞刚桂辉玲红梅健俊飞鹏鑫波斌宇浩凯帆婷雪雯琳佳倩颖琴洁燕丹凤玉春瑞祥志诚"


def context(*, current: str = "", asked: frozenset[str] = frozenset({"name"}), **given: Any) -> Context:
    return Context(now=NOW, asked=asked, held=Held(value=current), **given)


def best(said: str, **given: Any) -> Candidate | None:
    found = NAME.extract(Utterance(said), context(**given))
    return found[0] if found else None


def value(said: str, **given: Any) -> str | None:
    candidate = best(said, **given)
    return candidate.value if candidate else None


written = st.builds(
    lambda given, middle, family: " ".join(part for part in (given.capitalize(), middle, family) if part),
    st.sampled_from(GIVEN),
    st.sampled_from(["", "", "J", "Anne", "van der", "de la"]),
    st.sampled_from(
        [*(name.capitalize() for name in FAMILY if not name.startswith(("mc", "mac", "o"))), "O'Neill", "McDonald", "Smith-Jones", "D'Angelo"]
    ),
)
unknown = st.builds(
    lambda first, rest, other: f"{first}{rest} {other.capitalize()}",
    st.sampled_from(string.ascii_uppercase),
    st.sampled_from(["anuka", "elisho", "ivandra"]),
    st.sampled_from(["obrazky", "thivanu", "marekuri"]),
)
han = st.builds(lambda family, name: family + name, st.sampled_from(SURNAMES), st.text(CHARACTERS, min_size=2, max_size=2))


@given(written | unknown, st.booleans(), st.sampled_from(["en", "zh"]))
def test_what_we_read_back_we_hear(name: str, slow: bool, language: str) -> None:
    assume(len(set(name.lower().split())) == len(name.split()))
    where = context(language=language)
    assert NAME.validate(name, where) is None
    assert value(NAME.present(name, where, slow), language=language) == name


@given(han, st.booleans())
def test_what_we_read_back_in_mandarin_we_hear(name: str, slow: bool) -> None:
    assume(name not in words("zh", "names")["common"].split())
    where = context(language="zh")
    assert NAME.validate(name, where) is None
    assert value(NAME.present(name, where, slow), language="zh") == name


@given(written)
def test_a_name_in_small_letters_is_written_as_a_name(name: str) -> None:
    assume(len(set(name.lower().split())) == len(name.split()))  # "Anne Anne Jones" is taken for a stammer
    assert value(f"my name is {name.lower()}") == name


@given(
    st.sampled_from(GIVEN),
    st.sampled_from([name for name in FAMILY if len(name) > 1 and not name.startswith(("mc", "mac", "o"))]),
    st.sampled_from(SPELLED),
)
def test_letters_belong_to_the_word_that_they_spell(first_name: str, family: str, form: str) -> None:
    assume(first_name != family)
    said = form.format(given=first_name, family=family, letters=" ".join(family), first=" ".join(first_name))
    assert value(said) == f"{first_name.capitalize()} {family.capitalize()}"


@given(st.sampled_from(GIVEN), st.sampled_from(GIVEN), st.sampled_from(FAMILY))
def test_what_is_set_against_a_part_of_the_held_name_takes_its_place(held: str, meant: str, family: str) -> None:
    assume(len({held, meant, family}) == 3)
    current = f"{held.capitalize()} {family.capitalize()}"
    for said in (f"it's {meant} not {held}", f"not {held}, {meant}"):
        candidate = best(said, current=current)
        assert candidate is not None
        assert (candidate.value.lower(), candidate.rule) == (f"{meant} {family}", "contrast")


@example("right İ", "en", "", True)  # one letter that is two in lower case
@given(st.text(max_size=200), st.sampled_from(["en", "zh"]), st.sampled_from(["", "Katie Smith", "王宝强"]), st.booleans())
def test_nothing_raises(text: str, language: str, current: str, asked: bool) -> None:
    where = Context(language=language, now=NOW, asked=frozenset({"name"}) if asked else frozenset(), held=Held(value=current))
    utterance = Utterance(text)
    for candidate in NAME.extract(utterance, where):
        assert 0 <= candidate.span[0] < candidate.span[1] <= len(utterance.text)
        assert 0 <= candidate.confidence <= 1
        NAME.validate(candidate.value, where)
        NAME.parts(candidate.value, where)
        NAME.present(candidate.value, where, True)
    NAME.validate(text, where)
    NAME.present(text, where, True)
    NAME.parts(text, where)


@given(
    st.lists(
        st.sampled_from(
            [
                "my",
                "name",
                "is",
                "mary",
                "first",
                "last",
                "o",
                "neill",
                "k",
                "e",
                "y",
                "with",
                "a",
                "not",
                "sorry",
                ",",
                ".",
                "-",
                "and",
                "for",
                "mum",
                "it's",
                "spelled",
                "double",
                "我",
                "叫",
                "王",
                "姓",
                "的",
                "强",
            ]
        ),
        max_size=40,
    ),
    st.sampled_from(["", "Katie Smith", "汪强"]),
)
def test_no_order_of_cue_words_raises(said: list[str], current: str) -> None:
    for candidate in NAME.extract(Utterance(" ".join(said)), context(current=current)):
        assert candidate.value.strip() == candidate.value != ""


@pytest.mark.parametrize(
    "unit",
    [
        "one ",
        "a ",
        "a, ",
        "my name is ",
        "mary ",
        "may ",
        "first name ",
        "it's ",
        "not mary ",
        "sorry ",
        "k e v ",
        "van ",
        "mc ",
        "o ",
        "- ",
        "我叫",
        "王",
        "的",
        "王的王",
        "姓",
        "，王",
    ],
)
@pytest.mark.parametrize("current", ["", "Katie Smith"])
def test_cost_grows_with_length_not_faster(unit: str, current: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by the calls that Python makes, so that no clock is needed: twice the words cost at most about twice the calls."""
    import sys

    def calls(said: str) -> int:
        count = 0

        def tally(frame: object, event: str, argument: object) -> None:
            nonlocal count
            count += 1

        where = context(current=current)
        before = sys.getprofile()
        sys.setprofile(tally)
        try:
            NAME.extract(Utterance(said), where)
        finally:
            sys.setprofile(before)
        return count

    half = MAX_CHARS // len(unit) // 2
    calls(unit)
    assert calls(unit * half * 2) < 2.6 * calls(unit * half) + 2000


def test_somebody_else_is_not_the_caller() -> None:
    candidate = best("it's for my mum, Joan")
    assert candidate is not None
    assert (candidate.value, candidate.rule) == ("Joan", "other_person")
    assert candidate.confidence < 0.5
    both = NAME.extract(Utterance("my name is Mary and I'm ringing for my mum, Joan"), context())
    assert [one.value for one in both] == ["Mary", "Joan"]
    mandarin = best("我妈妈叫李秀英", language="zh")
    assert mandarin is not None
    assert (mandarin.value, mandarin.rule) == ("李秀英", "other_person")


@pytest.mark.parametrize(
    ("said", "current", "held"),
    [
        ("last name is Cole", "Shane Coal", "Shane Cole"),
        ("it's Smyth with a y", "Katie Smith", "Katie Smyth"),
        ("弓长张", "章伟", "张伟"),
    ],
)
def test_an_edited_part_is_a_patch(said: str, current: str, held: str) -> None:
    candidate = best(said, current=current)
    assert candidate is not None
    assert (candidate.value, candidate.patch) == (held, True)


def test_a_new_name_is_no_patch() -> None:
    candidate = best("no, it's Peter Jones", current="Katie Smith")
    assert candidate is not None
    assert (candidate.value, candidate.patch) == ("Peter Jones", False)


def test_letters_that_fit_two_words_edit_neither() -> None:
    assert best("with a y", current="Katie Smith") is None


@pytest.mark.parametrize("said", ["Mary Jones", "k e v i n", "it's Richmond", "her name is Joan", "王宝强"])
def test_weak_evidence_is_not_taken_when_something_else_was_asked(said: str) -> None:
    found = NAME.extract(Utterance(said), context(asked=frozenset({"phone"})))
    assert [candidate for candidate in found if candidate.confidence >= 0.8] == []


def test_the_span_holds_cue_and_name() -> None:
    utterance = Utterance("hi, my name is Mary Jones and I need a plumber")
    (candidate,) = NAME.extract(utterance, context())
    assert utterance.text[slice(*candidate.span)] == "my name is Mary Jones"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("12345", Reason.NOT_A_NAME),
        ("Mary 5", Reason.NOT_A_NAME),
        ("", Reason.NOT_A_NAME),
        ("null", Reason.NOT_A_NAME),
        ("None", Reason.NOT_A_NAME),
        (" Unknown ", Reason.NOT_A_NAME),
        ("不知道", Reason.NOT_A_NAME),
        ("J", Reason.TOO_SHORT),
        ("x" * 81, Reason.TOO_LONG),
        ("Mary-Anne O'Neill", None),
        ("Ng", None),
        ("王", None),
        ("王宝强", None),
        ("约翰·史密斯", None),
    ],
)
def test_check(name: str, reason: Reason | None) -> None:
    assert NAME.validate(name, context()) is reason


@pytest.mark.parametrize(
    ("name", "given_name", "family"),
    [
        ("Mary Anne O'Neill", "Mary Anne", "O'Neill"),
        ("Ludwig van der Berg", "Ludwig", "van der Berg"),
        ("John Smith Jr", "John", "Smith Jr"),
        ("Cher", "Cher", None),
        ("Mr Smith", None, "Smith"),
        ("欧阳娜娜", "娜娜", "欧阳"),
        ("王先生", None, "王"),
        ("小明", "小明", None),
    ],
)
def test_parts(name: str, given_name: str | None, family: str | None) -> None:
    parts = NAME.parts(name, context())
    assert (parts.get("given"), parts.get("family")) == (given_name, family)


def test_read_back() -> None:
    assert NAME.present("Jo Ng", context(), True) == "Jo, J, O. Ng, N, G"
    assert NAME.present("Jo Ng", context(), False) == "Jo Ng"
    assert NAME.present("王强", context(language="zh"), True) == "王强，国王的王，强大的强"


@pytest.mark.parametrize("current", ["Smith", "Mrs Smith", "Jane"])
def test_the_held_name_with_more_of_it_is_a_patch(current: str) -> None:
    candidate = best("Jane Smith", current=current)
    assert candidate is not None
    assert (candidate.value, candidate.patch) == ("Jane Smith", True)
