"""Editing an address we hold: the part that is said changes and no other; talk changes nothing; a part is named; one of two readings is chosen."""

from datetime import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.languages import words, written_out
from agent.nlu.candidates import Candidate, Context, Held
from agent.nlu.utterance import Utterance
from agent.slots.address import ADDRESS, named_part, readings_meant
from agent.slots.address.en.characters import retailed

NOW = datetime(2026, 3, 2, 9)
HELD = {
    "AU": "Unit 3/40 Wattle Street, Preston VIC 3072",
    "GB": "14 Larch Road, Leeds LS8 2QT",
    "US": "1210 West Oak Street, Apt 5, Denver, CO 80204",
    "CA": "14 Linden Crescent, Unit 3, Guelph, ON N1H 2W7",
    "NZ": "4/14 Good Street, Sweet Valley 1011",
}
TALK_MARKS = [
    "yes",
    "no",
    "ok",
    "filler",
    "quality",
    "truth",
    "assent",
    "thanks",
    "hold_on",
    "wrong",
    "bye",
    "greet",
    "all_done",
    "dont_know",
    "repeat",
]
TALK = sorted({phrase for mark in TALK_MARKS for pattern in words("en", "acts")["words"][mark] for phrase in written_out(pattern)})

NAMED = {
    "street_number": ["house number", "street number", "number"],
    "street_name": ["street", "street name", "road"],
    "suburb": ["suburb", "town", "city"],
    "postcode": ["postcode", "zip code", "zip"],
}
SAID_ANEW = {
    "AU": {"street_number": ("52", "52"), "street_name": ("Union Road", "Union Road"), "suburb": ("Coburg", "Coburg"), "postcode": ("3058", "3058")},
    "GB": {
        "street_number": ("fifty-two", "52"),
        "street_name": ("Mill Lane", "Mill Lane"),
        "suburb": ("Bath", "Bath"),
        "postcode": ("B A one four T T", "BA1 4TT"),
    },
    "US": {
        "street_number": ("one two one two", "1212"),
        "street_name": ("Elm Avenue", "Elm Avenue"),
        "suburb": ("Lakewood", "Lakewood"),
        "postcode": ("eight oh two oh six", "80206"),
    },
}
OPENINGS = ["", "no ", "no, ", "sorry, no, ", "yes but ", "almost, ", "hang on, ", "oh and ", "all correct except ", "wait, ", "not quite, "]
VERBS = [" is {}", "'s {}", " should be {}", " needs to be {}", ", it's {}", " is wrong, it's {}", " is actually {}", " should say {} please"]


def listening(region: str, *, current: str = "", partial: str = "", part: str = "", offered: tuple[str, ...] = ()) -> Context:
    asked = frozenset({"address"})
    return Context(region=region, now=NOW, asked=asked, held=Held(value=current, partial=partial, part=part, options=offered))


def first(text: str, context: Context) -> Candidate | None:
    return next(iter(ADDRESS.extract(Utterance(text), context)), None)


@given(st.sampled_from(sorted(SAID_ANEW)), st.sampled_from(sorted(NAMED)), st.sampled_from(OPENINGS), st.sampled_from(VERBS), st.data())
@settings(max_examples=400, deadline=None)
def test_a_part_named_and_said_anew_changes_and_no_other_does(region: str, field: str, opening: str, verb: str, data: st.DataObject) -> None:
    said, wanted = SAID_ANEW[region][field]
    text = f"{opening}the {data.draw(st.sampled_from(NAMED[field]))}{verb.format(said)}"
    candidate = first(text, listening(region, current=HELD[region]))
    assert candidate is not None, text
    before = dict(ADDRESS.parts(HELD[region], listening(region)))
    assert {**before, field: wanted} == dict(ADDRESS.parts(candidate.value, listening(region))), text
    assert candidate.patch


@given(st.sampled_from(sorted(HELD)), st.lists(st.sampled_from(TALK), min_size=1, max_size=4), st.sampled_from([" ", ", ", ". "]), st.booleans())
@settings(max_examples=400, deadline=None)
@example("NZ", ["no sweat"], " ", False)
@example("US", ["give me two sec"], " ", False)
@example("GB", ["on the fence", "decline"], ", ", False)
@example("US", ["my dear", "ten four"], " ", False)
def test_talk_alone_never_edits_an_address(region: str, said: list[str], glue: str, begun: bool) -> None:
    """Whatever is made of yes and no, of praise and hesitation; an address begun is not added to by it either, but for a town that was asked for."""
    if begun:
        said = [phrase for phrase in said if phrase.split()[0] in ("yes", "no", "okay", "thanks", "sorry", "um", "hang", "wait")]
    context = listening(region, partial="12 High Street") if begun else listening(region, current=HELD[region])
    candidate = first(glue.join(said), context)
    assert candidate is None or candidate.value == context.held.value


@pytest.mark.parametrize(
    ("said", "part"),
    [
        ("the suburb", "town"),
        ("the town", "town"),
        ("um the number", "number"),
        ("just the number's wrong", "number"),
        ("it's the postcode", "postcode"),
        ("the zip code", "postcode"),
        ("street", "street"),
        ("you've got the suburb wrong", "town"),
        ("wrong suburb", "town"),
        ("the postcode isn't quite right", "postcode"),
        ("could you change the street name", "street"),
        ("not the street, the town", "town"),
        ("number's right but the street's wrong", "street"),
        ("the unit number", "unit"),
        ("the state is wrong", "state"),
        ("the street is spelt wrong", "street"),
        ("the suburb is fine", ""),
        ("the suburb is Kew", ""),
        ("the number is 29", ""),
        ("what was the street again", ""),
        ("the road where my daughter went to school", ""),
        ("all of it", ""),
        ("yes", ""),
        ("", ""),
    ],
)
def test_the_part_that_is_called_wrong(said: str, part: str) -> None:
    context = listening("AU", current=HELD["AU"])
    assert named_part(Utterance(said), context) == part
    assert not part or first(said, context) is None


@pytest.mark.parametrize(
    ("region", "part", "said", "wanted"),
    [
        ("AU", "town", "Coburg", "Unit 3/40 Wattle Street, Coburg VIC 3072"),
        ("AU", "town", "it's Thornbury", "Unit 3/40 Wattle Street, Thornbury VIC 3072"),
        ("AU", "number", "forty-two", "Unit 3/42 Wattle Street, Preston VIC 3072"),
        ("AU", "unit", "4", "Unit 4/40 Wattle Street, Preston VIC 3072"),
        ("AU", "unit", "there isn't one, no unit", "40 Wattle Street, Preston VIC 3072"),
        ("AU", "postcode", "three oh seven three", "Unit 3/40 Wattle Street, Preston VIC 3073"),
        ("AU", "state", "New South Wales", "Unit 3/40 Wattle Street, Preston NSW 3072"),
        ("GB", "postcode", "LS8 9AH", "14 Larch Road, Leeds LS8 9AH"),  # written at a figure it is no hesitation
        ("GB", "number", "16 er", "16 Larch Road, Leeds LS8 2QT"),
        ("GB", "street", "Birch", "14 Birch Road, Leeds LS8 2QT"),
        ("GB", "street", "Birch Rise", "14 Birch Rise, Leeds LS8 2QT"),
        ("GB", "town", "Hope", "14 Larch Road, Hope LS8 2QT"),
    ],
)
def test_a_part_that_was_asked_for_needs_no_word_around_it(region: str, part: str, said: str, wanted: str) -> None:
    candidate = first(said, listening(region, current=HELD[region], part=part))
    assert candidate is not None
    assert candidate.value == wanted


@pytest.mark.parametrize("part", ["town", "number", "street", "postcode", "unit", "state"])
@pytest.mark.parametrize("said", ["yes", "no that's right", "um hang on", "sorry what was that", "the town", "thanks very much"])
def test_talk_answers_no_part_that_was_asked_for(part: str, said: str) -> None:
    assert first(said, listening("AU", current=HELD["AU"], part=part)) is None


BOTH = ("118 Acland Street, St Kilda VIC 3182", "1/18 Acland Street, St Kilda VIC 3182")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("one hundred and eighteen", (0,)),
        ("a hundred and eighteen acland street", (0,)),
        ("one one eight", (0,)),
        ("118", (0,)),
        ("one slash eighteen", (1,)),
        ("unit one, number eighteen", (1,)),
        ("unit one eighteen", (1,)),
        ("unit one", (1,)),
        ("it's a unit", (1,)),
        ("there's no unit", (0,)),
        ("one eighteen", (0, 1)),
        ("it's one eighteen acland street st kilda", (0, 1)),
        ("the first one", ()),
        ("number two", ()),
        ("st kilda", ()),
        ("", ()),
    ],
)
def test_which_reading_of_a_number_was_meant(said: str, meant: tuple[int, ...]) -> None:
    assert readings_meant(Utterance(said), BOTH, listening("AU")) == meant


def test_a_number_said_plainly_chooses_and_the_same_words_again_do_not() -> None:
    context = listening("AU", partial=BOTH[0], offered=BOTH)
    plain, again, slash = (first(said, context) for said in ("one hundred and eighteen", "one eighteen acland street", "one slash eighteen"))
    assert plain is not None
    assert (plain.value, plain.options, plain.whole) == (BOTH[0], (), True)
    assert slash is not None
    assert (slash.value, slash.options) == (BOTH[1], ())
    assert again is not None
    assert set(again.options) == set(BOTH)


def test_a_town_said_while_the_number_may_be_two_is_added_to_both() -> None:
    offered = ("118 Acland Street", "1/18 Acland Street")
    candidate = first("st kilda", listening("AU", partial=offered[0], offered=offered))
    assert candidate is not None
    assert set(candidate.options) == {"118 Acland Street, St Kilda", "1/18 Acland Street, St Kilda"}


@pytest.mark.parametrize(
    ("old", "tail", "new"),
    [("LS8 2QT", "QD", "LS8 2QD"), ("LS8 2QT", "3QD", "LS8 3QD"), ("LS8 2QT", "93QD", "LS9 3QD"), ("1210", "47", "1247"), ("80204", "06", "80206")],
)
def test_a_new_ending(old: str, tail: str, new: str) -> None:
    assert retailed(old, tail) == new
