"""The words of an address in English: what every country shares, joined with what one country has of its own."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.effort import spend
from agent.slots.address.places import table_of

Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By first word: the words of each phrase, longest first, and what it stands for."""


class Lexicon(NamedTuple):
    """Everything the grammar of one region looks up. Words are lower case; what is not told here stands in the language's and the region's tables."""

    region: str
    lead_in: frozenset[str]
    stop: frozenset[str]
    link: frozenset[str]
    never_first: frozenset[str]
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
    linking: frozenset[str]
    says_is: frozenset[str]
    repairing: frozenset[str]
    complaint: frozenset[str]
    corrects: frozenset[str]
    former: frozenset[str]
    pointing_back: frozenset[str]
    spelling: frozenset[str]
    beside_figures: frozenset[str]
    beside_negation: frozenset[str]
    saying: frozenset[str]
    before_spelled: frozenset[str]
    postcode_talk: frozenset[str]
    before_house: frozenset[str]
    bare_units: frozenset[str]
    flat_names: frozenset[str]
    house_parts: frozenset[str]
    where_flats_are: frozenset[str]
    houses: frozenset[str]
    named: frozenset[str]
    homes: frozenset[str]
    no_house_after: frozenset[str]
    articles: frozenset[str]
    floors: frozenset[str]
    lower_floors: frozenset[str]
    typeless: frozenset[str]
    before_numbered: frozenset[str]
    saints: frozenset[str]

    filling: Phrases
    aside: Phrases
    cue: Phrases
    slash: Phrases
    negation: Phrases
    numberless: Phrases
    post_box: Phrases
    rural: Phrases
    countries: Phrases
    states: Phrases

    suburb_cue: Phrases
    postcode_cue: Phrases
    state_cue: Phrases
    number_cue: Phrases
    street_cue: Phrases
    """Labels of parts, also with their "is": what they stand for is the plain label."""

    directions: Mapping[str, str]
    types: Mapping[str, str]
    weak_types: Mapping[str, str]
    prefix_types: Mapping[str, str]
    numbered: Mapping[str, str]
    units: Mapping[str, str]
    country_names: Mapping[str, str]
    state_names: Mapping[str, str]
    shared_suburbs: Mapping[str, Sequence[str]]
    city_states: frozenset[str]
    state_words: frozenset[str]
    doubled: frozenset[str]
    directed_towns: frozenset[str]
    prefix_directions: frozenset[str]
    postcode_areas: frozenset[str]
    postcode_shapes: Sequence[str]
    postcode_digits: int
    postcode_extra: int
    unit_before: bool
    slash_unit: bool
    state_after_comma: bool
    street_directions: bool
    named_houses: bool
    asks_parser: bool
    """A statistical parser tells where the town begins (`town_start`)."""

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
    return Lexicon(region=region, **_words(spoken), **_phrases(spoken, place), **_names(spoken, place), **_of_place(place))


def _words(spoken: dict[str, Any]) -> dict[str, Any]:
    sets = {name: frozenset(text.split()) for name, text in spoken["words"].items()}
    towns = {text for label in spoken["labels"]["suburb_cue"] for text in _with_is(label)}
    return sets | {
        "before_parts": sets["courtesy"] | sets["lead_in"],
        "talk": _talk(),
        "town_lead_in": sets["town_lead_in"] | towns,
        "flat_names": sets["flat_names"] | sets["house_parts"],
        "homes": sets["homes"] | sets["houses"],
    }


def _phrases(spoken: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    tables = {name: phrases((text, text) for text in listed) for name, listed in spoken["phrases"].items()}
    labels = {name: phrases((text, label) for label in listed for text in (label, *_with_is(label))) for name, listed in spoken["labels"].items()}
    # A capital abbreviation that is a spoken figure as well ("OH") is read where it stands (`line`), and is no word of the table.
    figures = words("en", "numbers")["digits"]
    short = ((code, (*names, code.lower(), " ".join(code.lower()))) for code, names in place.get("states", {}).items())
    states = [(text, code) for code, texts in short for text in texts if text not in figures]
    return {
        **tables,
        **labels,
        "states": phrases(states),
        "post_box": phrases((text, name) for name, texts in spoken["post_box"].items() for text in texts),
        "rural": phrases((text, name) for name in place.get("rural", ()) for text in spoken["rural"][name]),
        "countries": phrases((text, code) for code, names in spoken["countries"].items() for text in names),
    }


def _names(spoken: dict[str, Any], place: dict[str, Any]) -> dict[str, Any]:
    """What a word is written as."""
    return {
        **{name: _by_form(spoken[name]) for name in ("directions", "types", "weak_types", "units")},
        "numbered": _by_form(spoken["numbered_roads"]),
        "country_names": spoken["country_names"],
        "prefix_types": place.get("prefix_types", {}),
        "state_names": {code: names[0].title() for code, names in place.get("states", {}).items()},
    }


def _of_place(place: dict[str, Any]) -> dict[str, Any]:
    """The rules of the country, and those of its names that go against the rule."""
    sets = ("city_states", "state_words", "directed_towns", "prefix_directions")
    listed = ("doubled", "postcode_areas")
    flags = ("unit_before", "slash_unit", "state_after_comma", "street_directions", "named_houses", "asks_parser")
    return {
        **{name: frozenset(place.get(name, ())) for name in sets},
        **{name: frozenset(place.get(name, "").split()) for name in listed},
        **{name: place.get(name, False) for name in flags},
        **{name: place.get(name, 0) for name in ("postcode_digits", "postcode_extra")},
        "postcode_shapes": tuple(place.get("postcode_shapes", ())),
        "shared_suburbs": place.get("shared_suburbs", {}),
    }


def _with_is(label: str) -> tuple[str, ...]:
    """The label with its "is", as people say it and as recognisers write it: "postcode's", "postcodes"."""
    return (f"{label}'s", f"{label}s")


@cache
def _talk() -> frozenset[str]:
    spoken, acts = words("en", "address")["words"], words("en", "acts")
    said = {word for listed in acts["words"].values() for word in listed if word.isalpha()} | {*acts["contractions"]}
    return frozenset((said | {*spoken["no_town"].split()} | {*spoken["counted"].split()}) - {*spoken["link"].split(), *spoken["street_link"].split()})


@cache
def _gate(region: str) -> frozenset[str]:
    known = lexicon(region)
    tables: tuple[Iterable[str], ...] = (
        *(known.types, known.weak_types, known.prefix_types, known.typeless, known.numbered, known.directions),
        *(known.postcode_cue, known.cue, known.units, known.house_parts, known.post_box, known.rural, ("box", "address")),
    )
    return frozenset(word for table in tables for word in table)


def _by_form(table: Mapping[str, Any]) -> dict[str, str]:
    """By every form that is said, what the line writes."""
    plain = {name.lower(): name for name in table.get("plain", "").split()}
    return plain | {form: name for name, forms in table.items() if name != "plain" for form in (name.lower(), *forms)}
