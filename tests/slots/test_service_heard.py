"""Services of whole businesses, with their other words and descriptions: what is heard, what is only asked about, and what is not heard at all."""

from datetime import datetime

import pytest

from agent.nlu.candidates import Context, Held
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots.service import SERVICE
from agent.slots.service.extracting import PLAIN
from agent.slots.service.spelling import SPELT, joined
from tests.graph.walkers import businesses

NOW = datetime(2026, 3, 2, 9)
OFFERED = {name: tuple(businesses(name).default.services) for name in ("garage", "vet", "petclinic")}
TO_CONFIRM = SERVICE.grounding.unsure


def context(name: str, asked: str = "service", offered: tuple[str, ...] = (), partial: str = "") -> Context:
    language = "zh" if name == "petclinic" else "en"
    return Context(language=language, now=NOW, asked=frozenset(asked.split(",")), services=OFFERED[name], held=Held(partial=partial, options=offered))


def heard(name: str, say: str, asked: str = "service") -> str:
    """The one value taken at once, or ""."""
    found = SERVICE.extract(Utterance(say), context(name, asked))
    least = TO_CONFIRM if asked == "service" else PLAIN
    return found[0].value if found and not found[0].options and found[0].confidence >= least else ""


@pytest.mark.parametrize(
    ("name", "say", "expected"),
    [
        ("garage", "an M O T please", "mot"),
        ("garage", "I need a M.O.T.", "mot"),
        ("garage", "it's due its M-O-T", "mot"),
        ("garage", "my A/C isn't cold", "air-con"),
        ("garage", "the A C is blowing warm", "air-con"),
        ("garage", "she won't hold a charge", "battery"),
        ("garage", "there's a horrible squeal when I brake", "brakes"),
        ("garage", "I'd like the car serviced", "full-service"),
        ("garage", "can you do the brakes", "brakes"),
        ("garage", "when could you fit in a new battery", "battery"),
        ("garage", "I don't know what's wrong with the brakes", "brakes"),
        ("garage", "I need an MOT, how long does that take", "mot"),
        ("garage", "the MOT, or rather the brakes", "brakes"),
        ("garage", "full valet no sorry just the wash and wax", "valet"),
        ("garage", "I'm not having the valet any more, brake pads instead", "brakes"),
        ("garage", "a full service but no MOT", "full-service"),
        ("vet", "a checkup for the rabbit", "health-check"),
        ("vet", "check-up", "health-check"),
        ("vet", "I'd like to see the vet", "health-check"),
        ("vet", "he's off his food", "health-check"),
        ("vet", "the snip for our tom cat", "desexing"),
        ("vet", "her C5", "vaccination"),
        ("vet", "a scale and polish for the dog", "dental"),
        ("vet", "not just the nails the whole wash and groom", "bath"),
        ("vet", "can you clip her claws", "nails"),
        ("petclinic", "给我家母猫结扎", "neutering"),
        ("petclinic", "肚子里有寄生虫", "deworming"),
        ("petclinic", "身上起了好多疙瘩", "skin"),
        ("petclinic", "嘴巴很臭", "dental"),
        ("petclinic", "抽个血化验一下", "checkup"),
        ("petclinic", "不打疫苗了 还是做绝育吧", "neutering"),
    ],
)
def test_taken(name: str, say: str, expected: str) -> None:
    assert heard(name, say) == expected


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("garage", "it's an old car"),
        ("garage", "the van's a Transit"),
        ("garage", "can I get a loan car"),
        ("garage", "do you work on vans"),
        ("garage", "how long does an MOT take"),
        ("garage", "what does the full service include"),
        ("garage", "is the valet done by hand"),
        ("garage", "what's the cheapest thing you do"),
        ("garage", "not the brakes"),
        ("garage", "Saturday first thing"),
        ("garage", "we moved here last year"),
        ("garage", "M O T T"),
        ("vet", "it's for my dog Rex"),
        ("vet", "the cat swallowed a sock"),
        ("vet", "do you see cats"),
        ("vet", "do you take pet insurance"),
        ("vet", "she needs her C3"),
        ("vet", "how often do dogs need a booster"),
        ("vet", "is it a lady who does the nails"),
        ("vet", "my wife rang last week"),
        ("petclinic", "它生病了"),
        ("petclinic", "我是老客户"),
        ("petclinic", "绝育要住几天院 疼不疼"),
        ("petclinic", "身份证要带吗"),
    ],
)
def test_not_taken(name: str, say: str) -> None:
    assert heard(name, say) == ""


@pytest.mark.parametrize(
    ("name", "say", "options"),
    [
        ("garage", "MOT and the air con", {"mot", "air-con"}),
        ("garage", "new brake pads plus a battery", {"brakes", "battery"}),
        ("garage", "a service and an MOT", {"full-service", "mot"}),
        ("vet", "get her nails done and a bath", {"nails", "bath"}),
        ("vet", "a booster, and a dental while he's there", {"vaccination", "dental"}),
        ("petclinic", "洗牙和驱虫", {"dental", "deworming"}),
        ("petclinic", "打疫苗，顺便体检", {"vaccination", "checkup"}),
    ],
)
def test_two_wishes_are_asked_about(name: str, say: str, options: set[str]) -> None:
    assert set(SERVICE.extract(Utterance(say), context(name))[0].options) == options


@pytest.mark.parametrize("say", ["a wash and groom", "wash and groom please", "the wash and the groom", "Wash & groom"])
def test_an_and_within_a_name_parts_nothing(say: str) -> None:
    assert heard("vet", say) == "bath"


@pytest.mark.parametrize(
    ("name", "say", "expected"),
    [
        ("garage", "hi it's Ann, my car needs its M O T", "mot"),
        ("garage", "I'd like to book an MOT", "mot"),
        ("garage", "and it's for the brakes", "brakes"),
        ("garage", "it's about my car's brakes", "brakes"),
        ("garage", "new brakes please", "brakes"),
        ("garage", "a full service, and I'm Joe Park", "full-service"),
        ("garage", "I'm after a wash and wax", "valet"),
        ("garage", "do you do brakes", "brakes"),
        ("garage", "12 High Street, and I need a wash", "valet"),
        ("vet", "I want to get my cat spayed", "desexing"),
        ("vet", "booking my dog in for a bath", "bath"),
        ("petclinic", "我叫王芳，想给猫做绝育", "neutering"),
    ],
)
def test_wished_for_beside_another_question(name: str, say: str, expected: str) -> None:
    for asked in ("name", "email", "address,phone"):
        assert heard(name, say, asked) == expected


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("garage", "It's Timothy, T-I-M-O-T-H-Y"),
        ("garage", "M A C K A Y"),
        ("garage", "Mott, M O T T"),
        ("garage", "a c underscore mot at gmail dot com"),
        ("garage", "m o t dot brakes at gmail dot com"),
        ("garage", "it's Trey Wash"),
        ("garage", "Washington"),
        ("garage", "4 Wash Lane, Bury"),
        ("garage", "Flat 2, The Brakes, Hove"),
        ("garage", "A C Grayling"),
        ("garage", "joan wash at outlook dot com"),
        ("vet", "Isla Bath"),
        ("vet", "12 Bath Road, Kew"),
        ("vet", "two at the vet tomorrow"),
        ("vet", "hello is this Banksia Vet Clinic"),
        ("vet", "my dog ate my phone"),
        ("petclinic", "我姓康，健康的康"),
    ],
)
def test_not_heard_beside_another_question(name: str, say: str) -> None:
    for asked in ("name", "email", "address,phone"):
        assert heard(name, say, asked) == ""


@pytest.mark.parametrize(
    ("name", "say", "expected"),
    [("garage", "do you do batteries", "battery"), ("vet", "do you offer desexing", "desexing"), ("garage", "refilling", "air-con")],
)
def test_what_is_only_asked_after_or_described_is_read_back(name: str, say: str, expected: str) -> None:
    (found, *_) = SERVICE.extract(Utterance(say), context(name))
    assert (found.value, found.options) == (expected, ())
    assert found.confidence < TO_CONFIRM


def test_a_description_never_competes_with_a_name() -> None:
    assert heard("garage", "refilling the battery water, no, a new battery") == "battery"


@pytest.mark.parametrize(
    ("say", "expected"),
    [("the second one", "brakes"), ("the cheaper one", "mot"), ("the dearest", "brakes"), ("number one", "mot"), ("six", ""), ("the sixth one", "")],
)
def test_places_and_prices_count_in_what_was_offered(say: str, expected: str) -> None:
    found = SERVICE.extract(Utterance(say), context("garage", offered=("mot", "brakes"), partial="mot"))
    assert (found[0].value if found else "") == expected


@pytest.mark.parametrize("say", ["six", "the second one", "the cheaper one"])
def test_nothing_counts_while_nobody_knows_what_was_offered(say: str) -> None:
    assert SERVICE.extract(Utterance(say), context("garage", partial="mot")) == ()


def test_where_names_differ_by_animals_an_animal_tells_them_apart() -> None:
    walks = (Service(id="dog", name="Dog walking"), Service(id="cat", name="Cat sitting"), Service(id="bird", name="Bird sitting"))
    where = Context(now=NOW, asked=frozenset({"service"}), services=walks)
    assert SERVICE.extract(Utterance("it's for my cat"), where)[0].value == "cat"
    one = (Service(id="groom", name="Dog grooming"), Service(id="teeth", name="Teeth brushing"))
    assert SERVICE.extract(Utterance("it's for my dog"), Context(now=NOW, asked=frozenset({"service"}), services=one)) == ()


@pytest.mark.parametrize(
    ("say", "expected"),
    [
        ("an m o t", ("an", "mot")),
        ("a m o t", ("a", "mot")),
        ("m.o.t. test", ("mot", ".", "test")),
        ("m o t t", (SPELT,)),
        ("double m o t", ("double", SPELT)),
        ("m o t dot", (SPELT, "dot")),
        ("a x ray", ("a", "x", "ray")),
        ("her c 5", ("her", "c5")),
        ("unit 4 b", ("unit", "4", "b")),
        ("", ()),
    ],
)
def test_letters_are_an_acronym_or_a_spelling(say: str, expected: tuple[str, ...]) -> None:
    found = joined(Utterance(say).words, {"mot", "c5"})
    assert found.words == expected
    assert [token for own in found.places for token in own] == list(range(len(Utterance(say).words)))
