"""The service slot beside its tables of cases: prices, other words, places in what we read out, and what holds of any list of services."""

from datetime import datetime
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.record.reasons import Reason
from agent.slots.service import SERVICE
from agent.slots.service.extracting import MOST_OPTIONS, PLAIN
from agent.slots.service.indexing import index, offers
from agent.slots.service.vocabulary import MAX_TOKENS, stem, terms_of

NOW = datetime(2026, 3, 2, 9)
HOME = (
    Service(
        id="drain",
        name={"en": "Drain cleaning", "zh": "管道疏通"},
        price=149,
        words=["clogged drain", "plumber"],
        description="We clear grease traps",
    ),
    Service(id="tap", name={"en": "Tap repair", "zh": "水龙头维修"}, price=99, minutes=30),
    Service(id="heater", name={"en": "Water heater installation", "zh": "热水器安装"}, price=1200, minutes=120),
    Service(id="carpet", name={"en": "Carpet cleaning", "zh": "地毯清洗"}, price=120, minutes=90),
)


def context(
    services: tuple[Service, ...] = HOME, *, asked: frozenset[str] = frozenset({"service"}), prompt: str = "", language: str = "en"
) -> Context:
    return Context(language=language, now=NOW, asked=asked, prompt=prompt, services=services)


def heard(say: str, where: Context) -> str | None:
    found = SERVICE.extract(Utterance(say), where)
    return found[0].value if found and not found[0].options else None


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("a plumber", "drain"),
        ("the 149 one", "drain"),
        ("the one for 99 dollars", "tap"),
        ("the ninety nine dollar one", "tap"),
        ("the one hundred and twenty dollar one", "carpet"),
        ("the $99 one", "tap"),
        ("the cheapest", "tap"),
        ("the cheaper one please", "tap"),
        ("the most expensive one", "heater"),
        ("somebody for my grease trap", "drain"),
        ("最便宜的", "tap"),
        ("最贵的那个", "heater"),
        ("九十九块的那个", "tap"),
        ("the quickest one", "tap"),
        ("the shortest please", "tap"),
        ("the one that takes the longest", "heater"),
        ("时间最短的那个", "tap"),
        ("要用时最长的", "heater"),
        ("the ninety minute one", "carpet"),
        ("the two hour one please", "heater"),
        ("the one that takes an hour", "drain"),
        ("九十分钟的那个", "carpet"),
        ("两个小时的那个", "heater"),
        ("in two hours", None),
        ("two hours please", None),
        ("the three hour one", None),
        ("两小时后", None),
        ("三个小时的那个", None),
        ("the quickest you can come", None),
        ("the longest day", None),
        ("最快什么时候能来", None),
        ("最长的一天", None),
        ("the 500 one", None),
        ("149", None),
        ("99 Smith Street", None),
        ("not the cheapest", None),
    ],
)
def test_price_and_other_words(say: str, expected: str | None) -> None:
    assert heard(say, context()) == expected


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("the former", "tap"),
        ("the latter", "carpet"),
        ("the first one", "tap"),
        ("the second one", "carpet"),
        ("not the former", "carpet"),
        ("not the latter", "tap"),
        ("not the tap repair", "carpet"),
        ("the cheaper one", "tap"),
        ("neither", None),
        ("drain cleaning", "drain"),
    ],
)
def test_places_count_in_what_was_read_out(say: str, expected: str | None) -> None:
    assert heard(say, context(prompt="Would that be tap repair or carpet cleaning?")) == expected


@pytest.mark.parametrize("negator", ["not", "not the", "I don't want", "I don't need", "anything but", "instead of", "rather than", "except the"])
@pytest.mark.parametrize("service", HOME)
def test_what_is_taken_back_is_not_heard(negator: str, service: Service) -> None:
    name = SERVICE.present(service.id, context(), False)
    assert heard(f"{negator} {name}", context()) is None
    assert heard(f"{negator} {name}, the haircut please", context()) is None


@pytest.mark.parametrize(("wanted", "other"), [(a, b) for a, b in product(HOME, HOME) if a is not b])
def test_the_scope_of_a_negation_ends_where_the_wish_begins(wanted: Service, other: Service) -> None:
    name, gone = (SERVICE.present(service.id, context(), False) for service in (wanted, other))
    for say in (
        f"not {gone}, {name}",
        f"not {gone} but {name}",
        f"I don't want {gone} I want {name}",
        f"{name} not {gone}",
        f"{name} instead of {gone}",
    ):
        assert heard(say, context()) == wanted.id


def test_two_services_are_asked_about() -> None:
    found = SERVICE.extract(Utterance("tap repair and carpet cleaning"), context())
    assert sorted(found[0].options) == ["carpet", "tap"]


def test_a_word_that_some_services_share_is_asked_about() -> None:
    found = SERVICE.extract(Utterance("just some cleaning"), context())
    assert sorted(found[0].options) == ["carpet", "drain"]


def test_nothing_is_on_offer() -> None:
    assert SERVICE.extract(Utterance("drain cleaning"), context(())) == ()


def test_only_what_is_plain_is_sure_when_another_slot_was_asked() -> None:
    where = context(asked=frozenset({"name"}))
    assert SERVICE.extract(Utterance("hi, I need drain cleaning"), where)[0].confidence >= PLAIN
    for say in ("the second one", "2", "cleaning", "my name is Carpetta", "it's hot in here", "the first time"):
        assert all(found.confidence < PLAIN for found in SERVICE.extract(Utterance(say), where))


def test_an_unknown_service_is_refused() -> None:
    assert SERVICE.validate("drain", context()) is None
    assert SERVICE.validate("haircut", context()) is Reason.NOT_OFFERED
    assert SERVICE.validate("", context(())) is Reason.NOT_OFFERED


def test_a_name_is_read_back_in_the_language_of_the_call() -> None:
    assert SERVICE.present("drain", context(), False) == "Drain cleaning"
    assert SERVICE.present("drain", context(language="zh"), True) == "管道疏通"
    assert SERVICE.present("gone", context(), False) == "gone"
    assert SERVICE.parts("drain", context()) == {}


def test_forms_of_a_word_have_one_stem() -> None:
    assert {stem(form) for form in ("clean", "cleans", "cleaned", "cleaning", "cleaner")} == {"clean"}
    assert {stem(form) for form in ("water", "waters", "water's")} == {"water"}
    assert {stem(form) for form in ("repair", "repairs", "repaired", "repairing")} == {"repair"}


def test_an_index_is_built_once_for_a_list() -> None:
    assert index(offers(HOME)) is index(offers(HOME))


THINGS = [
    "Drain",
    "Roof",
    "Carpet",
    "Window",
    "Beard",
    "Brake",
    "Tax",
    "Piano",
    "Ceiling fan",
    "Garage door",
    "A/C",
    "24 hour",
    "Kids'",
    "Deep-tissue",
    "O'Neill's",
]
DEEDS = ["cleaning", "repair", "inspection", "installation", "trim", "check", "lesson", "service", "tune-up", ""]
NAMES = st.lists(
    st.builds(lambda a, b: f"{a} {b}".strip(), st.sampled_from(THINGS), st.sampled_from(DEEDS)), min_size=1, max_size=12, unique_by=str.casefold
)
HAN = st.lists(
    st.builds(
        lambda a, b: a + b,
        st.sampled_from(["管道", "空调", "地毯", "水龙头", "钢琴", "屋顶", "玻璃窗"]),
        st.sampled_from(["疏通", "维修", "清洗", "安装", "调音"]),
    ),
    min_size=1,
    max_size=10,
    unique=True,
)


@settings(deadline=None)
@given(NAMES | HAN, st.booleans(), st.sampled_from(["{}", "{} please", "I'd like {}", "um, {}", "我要{}", "{}吧"]))
def test_what_is_read_back_is_heard_as_itself(names: list[str], slow: bool, frame: str) -> None:
    services = tuple(Service(id=str(place), name=name) for place, name in enumerate(names))
    where = context(services)
    for service in services:
        said = frame.format(SERVICE.present(service.id, where, slow))
        found = SERVICE.extract(Utterance(said), where)
        assert found
        assert found[0].value == service.id
        assert found[0].options == ()


@settings(deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=30), max_size=6), st.text(max_size=60))
def test_any_text_and_any_names_are_heard(text: str, names: list[str], prompt: str) -> None:
    services = tuple(Service(id=f"{place}", name=name, price=place, words=[name[::-1]], description=name * 2) for place, name in enumerate(names))
    where = context(services, prompt=prompt)
    utterance = Utterance(text)
    for found in SERVICE.extract(utterance, where):
        assert SERVICE.validate(found.value, where) is None
        assert len(found.options) <= MOST_OPTIONS
        assert 0 <= found.span[0] < found.span[1] <= len(utterance.text)
        assert SERVICE.present(found.value, where, False) is not None


@pytest.mark.parametrize("text", ["one " * 500, "not a " * 400, "the second " * 200, "drain " * 400, "我不要管道" * 400, "x" * 3000, "1 " * 1000])
def test_a_long_utterance_is_heard_within_bounds(text: str) -> None:
    assert len(SERVICE.extract(Utterance(text), context())) <= len(HOME)
    assert len(terms_of(text)) <= MAX_TOKENS
