"""Address: what we read back is heard as the same address; nothing raises; the cost of reading grows no faster than the words do."""

import ast
import random
import string
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.slots.address import ADDRESS
from agent.slots.address.en import street as address_street
from agent.slots.address.en.lexicon import lexicon
from agent.slots.address.en.line import Line

REGIONS = ("US", "CA", "AU", "GB", "NZ")
NOW = datetime(2026, 3, 2, 9)

NAMES = [
    "High",
    "Smith",
    "King William",
    "St Kilda",
    "Fifth",
    "42nd",
    "Martin Luther King",
    "Victoria",
    "O'Neill",
    "Old Mill",
    "Court",
    "North Main",
    "The",
    "McDonald",
]
TYPES = ["Street", "Road", "Avenue", "Lane", "Drive", "Boulevard", "Terrace", "Crescent", "Parade", "Highway", "Court"]
UNITS = ["", "", "Unit 4", "Apt 12B", "Level 3", "Flat 2", "Suite 200", "3rd Floor", "Shop 7"]
NUMBERS = st.one_of(st.integers(1, 99_999).map(str), st.sampled_from(["12A", "221B", "12-14", "3C", "7", "40"]))
TOWNS = [
    "Fitzroy",
    "West End",
    "St Kilda East",
    "New York",
    "Stratford upon Avon",
    "Stoke-on-Trent",
    "Ponsonby, Auckland",
    "Forest Park",
    "Mount Maunganui",
]
PLACES = {
    "US": [
        ("NY", "10118"),
        ("CA", "90210"),
        ("IL", "60613"),
        ("DC", "20500"),
        ("OR", "97301"),
        ("NY", "10118-1234"),
        ("MA", "01876"),
        ("TX", ""),
        ("", ""),
    ],
    "CA": [("ON", "N6C 2W9"), ("QC", "H3A 1H6"), ("BC", "V6B 4N6"), ("NL", "A1C 5M2"), ("AB", ""), ("", "")],
    "AU": [("VIC", "3121"), ("NSW", "2000"), ("ACT", "2601"), ("WA", "6000"), ("NT", "0800"), ("SA", ""), ("", "3000")],
    "GB": [("", "SW1A 2AA"), ("", "M1 1AE"), ("", "SO14 0AB"), ("", "EC1A 9PQ"), ("", "W1A 0AX"), ("", "")],
    "NZ": [("", "1011"), ("", "0620"), ("", "6011"), ("", "")],
}


def asked(region: str, language: str = "en", *, partial: str = "", current: str = "") -> Context:
    return Context(language=language, region=region, now=NOW, asked=frozenset({"address"}), held=Held(value=current, partial=partial))


def first(text: str, context: Context) -> Candidate | None:
    return next(iter(ADDRESS.extract(Utterance(text), context)), None)


@st.composite
def typed(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and an address as somebody there might type it."""
    region = draw(st.sampled_from(REGIONS))
    state, postcode = draw(st.sampled_from(PLACES[region]))
    street = f"{draw(NUMBERS)} {draw(st.sampled_from(NAMES))} {draw(st.sampled_from(TYPES))}"
    unit = draw(st.sampled_from(UNITS))
    with_unit = f"{street}, {unit}" if region in ("US", "CA") else f"{unit}, {street}"
    return region, ", ".join(filter(None, (with_unit if unit else street, draw(st.sampled_from(TOWNS)), f"{state} {postcode}".strip())))


@given(typed(), st.booleans())
@settings(max_examples=400, deadline=None)
@example(("US", "40-15 81st Street, Elmhurst, NY 11373"), True)
@example(("US", "12 1/2 Main Street, Salem, OR 97301"), False)
@example(("US", "1600 Pennsylvania Avenue NW, Washington, DC 20500"), True)
@example(("AU", "4/12 High Street, Kew VIC 3101"), True)
@example(("GB", "Flat 2, Dolphin House, 14 Long Lane, London EC1A 9PQ"), True)
@example(("GB", "The Old Rectory, Church Lane, Ely CB7 4DL"), True)
@example(("US", "12 High Street, NY 10001"), False)
def test_what_we_read_back_is_heard_as_the_same_address(said: tuple[str, str], slow: bool) -> None:
    region, text = said
    context = asked(region)
    candidate = first(text, context)
    assert candidate is not None
    assume(not candidate.options)
    assert candidate.whole
    back = first(ADDRESS.present(candidate.value, context, slow), context)
    assert back is not None
    assert back.value == candidate.value
    assert back.parts == candidate.parts


@given(typed(), st.sampled_from(["Wait", "Gatehouse behind", "Second", "c/o Smith,", "7 or"]), st.booleans())
@settings(max_examples=150, deadline=None)
@example(("US", "621 West Addison Street, Chicago, IL 60613"), "Wait", False)
def test_every_word_that_is_kept_is_read_back(said: tuple[str, str], before: str, slow: bool) -> None:
    """Whatever stands in a value, also one that no caller's words became: what is confirmed is what is kept."""
    region, text = said
    spoken = ADDRESS.present(f"{before} {text}", asked(region), slow).casefold()
    assert all(word.casefold() in spoken for word in before.replace(",", "").split() if word.isalpha())


@given(typed())
@settings(max_examples=150, deadline=None)
def test_a_value_is_its_own_reading(said: tuple[str, str]) -> None:
    region, text = said
    context = asked(region)
    candidate = first(text, context)
    assert candidate is not None
    again = first(candidate.value, context)
    assert again is not None
    assert again.value == candidate.value
    parts = ADDRESS.parts(candidate.value, context)
    assert parts.items() >= {"country": region, **candidate.parts}.items()
    assert parts.keys() - candidate.parts.keys() <= {"country", "state"}


@st.composite
def chinese(draw: st.DrawFn) -> str:
    wide = draw(
        st.sampled_from(
            [
                "北京市朝阳区",
                "上海市浦东新区",
                "广东省广州市天河区",
                "成都市锦江区",
                "海淀区",
                "河北省保定市涞水县明义镇",
                "内蒙古自治区通辽市科尔沁左翼后旗",
            ]
        )
    )
    road = draw(st.sampled_from(["建国路", "五一路", "东四六条", "中关村大街", "世纪大道", "后圆恩寺胡同"]))
    number = f"{draw(st.integers(1, 2000))}号"
    rest = draw(
        st.sampled_from(["", "院5号楼", "3单元501室", "A座1203室", "7号楼2单元103室", "大厦内", "12栋803房", "2单元1208", "后现代城5号楼B座1806室"])
    )
    return wide + draw(st.sampled_from([road + number + rest, "望京西园三区312号楼906室", "天通苑一区21号楼3单元502室"]))


@given(chinese(), st.booleans())
@settings(max_examples=200, deadline=None)
@example("北京丰台区南三环中路68号自然美大厦一至三层", True)
@example("台湾省屏东县屏东市太原1路84号", False)
def test_what_we_read_back_in_mandarin_is_heard_as_the_same_address(value: str, slow: bool) -> None:
    context = asked("CN", "zh")
    candidate = first(value, context)
    assert candidate is not None
    assert candidate.value == value
    assert candidate.whole
    back = first(ADDRESS.present(value, context, slow), context)
    assert back is not None
    assert back.value == value


SCRAPS = """one twelve 12 4 oh double unit apt floor third street st road the avenue of north ny victoria 3121 sw 1 a o - / , . # not no it's and half
to for in on postcode is 号 路 北京 区 三 单元 是 不是 ， s m y t h with po box house rue"""


@given(
    st.one_of(st.text(max_size=200), st.lists(st.sampled_from(SCRAPS.split()), max_size=40).map(" ".join)),
    st.sampled_from([*REGIONS, "CN", "IE", "XX", ""]),
    st.sampled_from(["", "12 High Street", "Unit 14/40 Smith Street, Richmond VIC 3121", "北京市朝阳区建国路86号", "Kew", "\x00"]),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
@example("that's right", "AU", "12 Lygon", False)
def test_nothing_raises(text: str, region: str, held: str, edits: bool) -> None:
    context = asked(region, current=held if edits else "", partial="" if edits else held)
    for candidate in ADDRESS.extract(Utterance(text), context):
        assert candidate.value.strip() == candidate.value != ""
        assert 0 <= candidate.span[0] <= candidate.span[1] <= len(text) + 200
        assert ADDRESS.validate(candidate.value, context) in (None, *Reason)
        assert ADDRESS.present(candidate.value, context, True)
    ADDRESS.validate(text, context)
    ADDRESS.present(text, context, False)
    ADDRESS.parts(text, context)


def adversarial() -> Iterator[str]:
    words = [
        "one",
        "12",
        "12 high street",
        "unit 4",
        "st",
        "a",
        "street",
        "oh",
        "12 a",
        "not",
        "12/",
        "号",
        "三号",
        "北京市",
        "区",
        "建国路8号",
        "。",
        "sw1",
        "o o o",
        "a b c d",
        "to 5",
        "1 2",
        "in",
        "postcode",
    ]
    yield from (f"{word} " * (2000 // (len(word) + 1)) for word in words)
    chance = random.Random(7)
    yield from (" ".join(chance.choice(words) for _ in range(600)) for _ in range(20))
    yield from ("".join(chance.choice(string.printable) for _ in range(2000)) for _ in range(10))


@pytest.mark.parametrize("text", [pytest.param(text, id=f"{at}") for at, text in enumerate(adversarial())])
def test_streets_tried_grow_no_faster_than_the_words(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each word is looked at as a part of a street's name a bounded number of times."""
    looked = 0
    name_word = address_street.name_word

    def counting(line: Line, at: int, *, first: bool, begins: bool) -> tuple[str, int]:
        nonlocal looked
        looked += 1
        return name_word(line, at, first=first, begins=begins)

    monkeypatch.setattr(address_street, "name_word", counting)
    for region in ("US", "GB"):
        looked = 0
        ADDRESS.extract(Utterance(text), asked(region, current="12 High Street, Kew"))
        assert looked <= 20 * (len(Utterance(text).tokens) + 1)


def test_an_address_said_while_another_slot_is_asked_counts_only_when_plain() -> None:
    other = Context(region="US", now=NOW, asked=frozenset({"phone"}))
    plain = first("12 elm street dallas texas", other)
    assert plain is not None
    assert plain.confidence >= 0.8
    assert not ADDRESS.extract(Utterance("88 king"), other)
    assert not ADDRESS.extract(Utterance("five one two five five five one two one two"), other)


def test_the_span_covers_the_address_and_not_what_stands_beside_it() -> None:
    utterance = Utterance("my name is Jo and I live at 12 Elm Street, Dallas, Texas and my number is 214 555 0100")
    candidate = first(utterance.text, Context(region="US", now=NOW))
    assert candidate is not None
    assert utterance.text[slice(*candidate.span)] == "12 Elm Street, Dallas, Texas"


@pytest.mark.parametrize(
    ("value", "region", "state"),
    [
        ("58 Union Road, Kew 3101", "AU", "VIC"),
        ("12 Main Street, Dallas 75201", "US", "TX"),
        ("12 Main Street, Tewksbury 1876", "US", "MA"),
        ("12 Main Street, Anytown", "US", ""),
        ("10 Downing Street, London SW1A 2AA", "GB", ""),
    ],
)
def test_the_state_is_the_postcodes(value: str, region: str, state: str) -> None:
    assert ADDRESS.parts(value, asked(region)).get("state", "") == state


def test_a_town_of_several_states_is_the_one_near_the_business() -> None:
    said = "15 High Street, Preston"
    assert len(first_of(said, "").options) > 1
    assert (first_of(said, "VIC").value, first_of(said, "VIC").options) == ("15 High Street, Preston VIC", ())
    assert len(first_of(said, "QLD").options) > 1
    assert first_of("15 High Street, Preston NSW", "VIC").value == "15 High Street, Preston NSW"


def first_of(text: str, near: str) -> Candidate:
    heard = first(text, Context(region="AU", now=NOW, asked=frozenset({"address"}), near=near))
    assert heard is not None
    return heard


@pytest.mark.parametrize(
    ("value", "region", "reason"),
    [
        ("12 High Street, Kew VIC 3101", "AU", None),
        ("12 High Street, Kew VIC 2101", "AU", Reason.POSTCODE_STATE),
        ("12 Main Street, Tewksbury, MA 1876", "US", None),
        ("12 Main Street, Tewksbury, MA 187", "US", Reason.POSTCODE_STATE),
        ("10 Downing Street, London SW1A 2AA", "GB", None),
        ("Rose Cottage, Mill Lane, Ely CB7 4DL", "GB", None),
        ("12 Queen Street, Auckland", "NZ", None),
        ("14 Linden Crescent, Guelph, ON V1H 2W7", "CA", Reason.POSTCODE_STATE),
        ("12 Calle Mayor, Madrid 28013, UK", "US", None),
        ("", "US", Reason.NO_STREET),
        ("Main Street, Dallas, TX", "US", Reason.NO_NUMBER),
        ("12 Main Street", "US", Reason.NO_SUBURB),
    ],
)
def test_check(value: str, region: str, reason: Reason | None) -> None:
    assert ADDRESS.validate(value, asked(region)) == reason


def test_every_class_of_words_that_is_asked_for_has_words() -> None:
    """A name written wrong would be a class that no word is of, and nobody would notice."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(address_street.__file__).parent.glob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    asked_for = {call.args[1].value for call in calls if call.func.attr == "isa" and isinstance(call.args[1], ast.Constant)}
    assert len(asked_for) > 20
    assert asked_for <= {name for name, words in lexicon("GB").words.items() if words}
