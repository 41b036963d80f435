"""The words of an address in English: what every country shares, joined with what one country has of its own."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.effort import spend
from agent.slots.address.places import table_of

Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By first word: the words of each phrase, longest first, and what it stands for."""


class Lexicon(NamedTuple):
    """Everything the grammar of one region looks up. Words are lower case."""

    region: str
    lead_in: frozenset[str]
    stop: frozenset[str]
    link: frozenset[str]
    never_first: frozenset[str]
    """Those of `link` that begin no town's name."""
    street_link: frozenset[str]
    no_town: frozenset[str]
    before_parts: frozenset[str]
    """What may stand before a part said by itself: words of courtesy, and those before any address."""
    talk: frozenset[str]
    """Words by which a caller does something else, those of `acts.toml` among them: no town has one, unless words before it announce a town."""
    town_lead_in: frozenset[str]
    counted: frozenset[str]
    courtesy: frozenset[str]
    fillers: frozenset[str]
    filling: Phrases
    """The same in several words: "you know"."""
    aside: Phrases
    """Talk about how a word is written."""
    linking: frozenset[str]
    says_is: frozenset[str]
    """Those of `linking` after which a part is named without its label: "that's 3039"."""
    repairing: frozenset[str]
    """What stands between a part and the same part said right."""
    negation: Phrases
    complaint: frozenset[str]
    corrects: frozenset[str]
    """Words that take back what was said before them, or speak of it as wrong."""
    former: frozenset[str]
    """What says of an address that nobody is there any more."""
    cue: Phrases
    suburb_cue: frozenset[str]
    suburb_is: frozenset[str]
    """Those of `suburb_cue` that hold the "is" as well: "suburb's", and "suburbs" as a recogniser writes it."""
    state_cue: frozenset[str]
    postcode_cue: Phrases
    number_cue: Phrases
    street_cue: Phrases
    slash: Phrases
    directions: Mapping[str, str]
    types: Mapping[str, str]
    weak_types: Mapping[str, str]
    prefix_types: Mapping[str, str]
    numbered: Mapping[str, str]
    before_numbered: frozenset[str]
    typeless: frozenset[str]
    units: Mapping[str, str]
    bare_units: frozenset[str]
    flat_names: frozenset[str]
    """What stands before "flat" or "unit" in the place of a number."""
    house_parts: frozenset[str]
    where_flats_are: frozenset[str]
    houses: frozenset[str]
    floors: frozenset[str]
    lower_floors: frozenset[str]
    post_box: Phrases
    rural: Phrases
    states: Phrases
    state_names: Mapping[str, str]
    city_states: frozenset[str]
    state_words: frozenset[str]
    countries: Phrases
    country_names: Mapping[str, str]
    shared_suburbs: Mapping[str, Sequence[str]]
    doubled: frozenset[str]
    """Words that a town has twice: "Wagga Wagga"."""
    postcode_digits: int
    postcode_extra: int
    postcode_shapes: Sequence[str]
    postcode_areas: frozenset[str]
    unit_before: bool
    slash_unit: bool
    state_after_comma: bool
    street_directions: bool
    directed_towns: frozenset[str]
    prefix_directions: frozenset[str]
    named_houses: bool
    named: frozenset[str]
    homes: frozenset[str]
    """What such a house is: "a bungalow called Hillcrest"."""
    """What announces a house's name: "called Hillcrest"."""
    numberless: Phrases
    """What says that the house has no number."""

    @property
    def gate(self) -> frozenset[str]:
        """Words of which an address has at least one, unless it was asked for."""
        return _gate(self.region)


def phrases(entries: Iterable[tuple[str, str]]) -> Phrases:
    """Phrases by their first word, longest first."""
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for text, value in entries:
        said = tuple(text.split())
        found.setdefault(said[0], []).append((said, value))
    return {first: sorted(those, key=lambda entry: -len(entry[0])) for first, those in found.items()}


def phrase_at(norms: Sequence[str], at: int, table: Phrases) -> tuple[str, int]:
    """What the longest phrase at `at` stands for, and the index after it; ("", at) when none stands there."""
    spend(1)
    if at < len(norms):
        for said, value in table.get(norms[at], ()):
            if tuple(norms[at : at + len(said)]) == said:
                return value, at + len(said)
    return "", at


@cache
def lexicon(region: str) -> Lexicon:
    """The lexicon of a region; of `FALLBACK` for one without English address rules."""
    spoken, place = words("en", "address"), table_of(region)
    listed = {"negation", "cue", "slash", "aside", "filling"}
    labels = {"postcode_cue", "number_cue", "street_cue"}
    tables = {name: phrases((text, text) for text in spoken[name]) for name in listed}
    tables |= {name: phrases((text, label) for label in spoken[name] for text in (label, *_with_is(label))) for name in labels}
    # A capital abbreviation that is a spoken figure as well ("OH") is read where it stands (`line`), and is no word of the table.
    states = [
        (text, code)
        for code, names in place["states"].items()
        for text in (*names, code.lower(), " ".join(code.lower()))
        if text not in words("en", "numbers")["digits"]
    ]
    return Lexicon(
        region=region,
        lead_in=frozenset(spoken["lead_in"].split()),
        stop=frozenset(spoken["stop"].split()),
        link=frozenset(spoken["link"].split()),
        never_first=frozenset(spoken["never_first"].split()),
        street_link=frozenset(spoken["street_link"].split()),
        no_town=frozenset(spoken["no_town"].split()),
        before_parts=frozenset(spoken["courtesy"].split()) | frozenset(spoken["lead_in"].split()),
        talk=_talk(),
        town_lead_in=frozenset(spoken["town_lead_in"].split()) | {text for label in spoken["suburb_cue"] for text in _with_is(label)},
        counted=frozenset(spoken["counted"].split()),
        courtesy=frozenset(spoken["courtesy"].split()),
        fillers=frozenset(spoken["fillers"].split()),
        linking=frozenset(spoken["linking"].split()),
        says_is=frozenset(spoken["says_is"].split()),
        repairing=frozenset(spoken["repairing"].split()),
        complaint=frozenset(spoken["complaint"].split()),
        corrects=frozenset(spoken["corrects"].split()),
        former=frozenset(spoken["former"].split()),
        **tables,
        suburb_cue=frozenset(text for label in spoken["suburb_cue"] for text in (label, *_with_is(label))),
        suburb_is=frozenset(text for label in spoken["suburb_cue"] for text in _with_is(label)),
        state_cue=frozenset(text for label in spoken["state_cue"] for text in (label, *_with_is(label))),
        directions=spoken["directions"],
        types=_by_form(spoken["types"]),
        weak_types=_by_form(spoken["weak_types"]),
        prefix_types=place["prefix_types"],
        numbered=_by_form({name: forms for name, forms in spoken["numbered_roads"].items() if name != "before"}),
        before_numbered=frozenset(spoken["numbered_roads"]["before"]),
        typeless=frozenset(spoken["typeless"]["names"]),
        units=spoken["units"],
        bare_units=frozenset(spoken["unit_words"]["bare"]),
        flat_names=frozenset((*spoken["unit_words"]["flat_names"], *spoken["unit_words"]["house_parts"])),
        house_parts=frozenset(spoken["unit_words"]["house_parts"]),
        where_flats_are=frozenset(spoken["unit_words"]["where"]),
        houses=frozenset(spoken["unit_words"]["house"]),
        floors=frozenset(spoken["unit_words"]["floors"]),
        lower_floors=frozenset(spoken["unit_words"]["lower"]),
        post_box=phrases((text, name) for name, texts in spoken["post_box"].items() for text in texts),
        rural=phrases((text, name) for name in place.get("rural", ()) for text in spoken["rural"][name]),
        states=phrases(states),
        state_names={code: names[0].title() for code, names in place["states"].items()},
        city_states=frozenset(place["city_states"]),
        state_words=frozenset(place["state_words"]),
        countries=phrases((text, code) for code, names in spoken["countries"].items() for text in names),
        country_names=spoken["country_names"],
        shared_suburbs=place["shared_suburbs"],
        doubled=frozenset(place.get("doubled", "").split()),
        postcode_digits=place.get("postcode_digits", 0),
        postcode_extra=place.get("postcode_extra", 0),
        postcode_shapes=tuple(place.get("postcode_shape", ())),
        postcode_areas=frozenset(place.get("postcode_areas", "").split()),
        unit_before=place["unit_before"],
        slash_unit=place["slash_unit"],
        state_after_comma=place["state_after_comma"],
        street_directions=place.get("street_directions", False),
        directed_towns=frozenset(place.get("directed_towns", ())),
        prefix_directions=frozenset(place.get("prefix_directions", ())),
        named_houses=place.get("named_houses", False),
        named=frozenset(spoken["unit_words"]["named"]),
        homes=frozenset((*spoken["unit_words"]["homes"], *spoken["unit_words"]["house"])),
        numberless=phrases((text, text) for text in spoken["unit_words"]["numberless"]),
    )


def _with_is(label: str) -> tuple[str, ...]:
    """The label with its "is", as people say it and as recognisers write it: "postcode's", "postcodes"."""
    return (f"{label}'s", f"{label}s")


@cache
def _talk() -> frozenset[str]:
    spoken, acts = words("en", "address"), words("en", "acts")
    link = {*spoken["link"].split(), *spoken["street_link"].split()}
    said = {word for phrases_of in acts["words"].values() for word in phrases_of if word.isalpha()} | {*acts["contractions"]}
    return frozenset((said | {*spoken["no_town"].split()} | {*spoken["counted"].split()}) - link)


@cache
def _gate(region: str) -> frozenset[str]:
    known = lexicon(region)
    return frozenset(
        {
            *known.types,
            *known.weak_types,
            *known.prefix_types,
            *known.typeless,
            *known.numbered,
            *known.postcode_cue,
            *known.cue,
            *known.units,
            *known.house_parts,
            *known.directions,
            *known.post_box,
            *known.rural,
            "box",
            "address",
        }
    )


def _by_form(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {form: name for name, forms in table.items() for form in forms}
