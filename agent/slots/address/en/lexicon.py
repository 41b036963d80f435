"""The words of an address in English: what every country shares, joined with what one country has of its own."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from agent.languages import words
from agent.nlu.lexicon import Meanings, meanings
from agent.slots.address.places import table_of

Forms = Mapping[str, str]
"""By every form that is said, what the line writes."""


class Lexicon:
    """All that the grammar of one region looks up. Words are lower case; what each class holds is told in the language's and the region's tables."""

    def __init__(self, region: str) -> None:
        spoken, place = words("en", "address"), table_of(region)
        self.region = region
        self.words: Mapping[str, frozenset[str]] = _classes(spoken)
        """Classes of single words, by name."""
        self.kinds: Mapping[str, frozenset[str]] = _by_word(self.words)
        """The classes of each word."""
        self.phrases: Mapping[str, Meanings] = _phrases(spoken, place)
        """Classes of phrases. Labels of parts, also with their "is", stand for the plain label, names for the part, most others for themselves."""

        names = ("directions", "types", "weak_types", "units")
        self.directions, self.types, self.weak_types, self.units = (_by_form(spoken[name]) for name in names)
        self.numbered = _by_form(spoken["numbered_roads"])
        self.prefix_types: Forms = place.get("prefix_types", {})
        self.country_names: Forms = spoken["country_names"]
        self.state_names: Forms = {code: names[0].title() for code, names in place.get("states", {}).items()}

        # The rules of the country, and those of its names that go against the rule.
        self.shared_suburbs: Mapping[str, Sequence[str]] = place.get("shared_suburbs", {})
        self.city_states, self.state_words, self.directed_towns, self.prefix_directions = (
            frozenset(place.get(name, ())) for name in ("city_states", "state_words", "directed_towns", "prefix_directions")
        )
        self.doubled, self.postcode_areas = (frozenset(place.get(name, "").split()) for name in ("doubled", "postcode_areas"))
        self.known_towns = frozenset({*place.get("towns", "").split("|"), *self.shared_suburbs, *self.city_states})
        """Towns of the region that anybody there knows: the largest, and those that several states have."""
        self.postcode_shapes: Sequence[str] = tuple(place.get("postcode_shapes", ()))
        self.postcode_digits, self.postcode_extra = (int(place.get(name, 0)) for name in ("postcode_digits", "postcode_extra"))
        flags = ("unit_before", "slash_unit", "state_after_comma", "street_directions", "named_houses", "asks_parser")
        self.unit_before, self.slash_unit, self.state_after_comma, self.street_directions, self.named_houses, self.asks_parser = (
            bool(place.get(name, False)) for name in flags
        )
        """The last: a statistical parser tells where the town begins (`street`)."""

        self.starts = self._all("flat_names", "lower_floors", "post_box", "rural").union(self.units)
        """Words that an address may begin with, beside its number."""
        tables = (self.types, self.weak_types, self.prefix_types, self.numbered, self.directions, self.units)
        self.gate = self._all("typeless", "house_parts", "postcode_cue", "cue", "post_box", "rural", "gate").union(*tables)
        """Words of which an address has at least one, unless it was asked for."""

    def _all(self, *kinds: str) -> frozenset[str]:
        """The words of several classes, of phrases the first."""
        return frozenset().union(*(self.words.get(kind) or self.phrases[kind] for kind in kinds))


@cache
def lexicon(region: str) -> Lexicon:
    """The lexicon of a region; of `FALLBACK` for one without English address rules."""
    return Lexicon(region)


def _classes(spoken: dict[str, Any]) -> dict[str, frozenset[str]]:
    listed = spoken["words"] | {name: text for name, text in spoken["correcting"].items() if isinstance(text, str)}
    sets = {name: frozenset(text.split()) for name, text in listed.items()}
    acts = words("en", "acts")
    does = {word for each in acts["words"].values() for word in each if word.isalpha()} | {*acts["contractions"]}
    return sets | {
        "before_parts": sets["courtesy"] | sets["lead_in"],
        "talk": (frozenset(does) | sets["no_town"] | sets["counted"]) - sets["link"] - sets["street_link"],
        "town_lead_in": sets["town_lead_in"] | {text for label in spoken["labels"]["suburb_cue"] for text in _with_is(label)},
        "flat_names": sets["flat_names"] | sets["house_parts"],
        "homes": sets["homes"] | sets["houses"],
    }


def _by_word(classes: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, listed in classes.items():
        for word in listed:
            found.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}


def _phrases(spoken: dict[str, Any], place: dict[str, Any]) -> dict[str, Meanings]:
    correcting = {name: texts for name, texts in spoken["correcting"].items() if isinstance(texts, list)}
    tables = {name: meanings((text, text) for text in listed) for name, listed in {**spoken["phrases"], **correcting}.items()}
    labels = {name: meanings((text, label) for label in listed for text in (label, *_with_is(label))) for name, listed in spoken["labels"].items()}
    named = (*spoken["correcting"]["parts"].items(), ("postcode", spoken["labels"]["postcode_cue"]))
    # A capital abbreviation that is a spoken figure as well ("OH") is read where it stands (`line`), and is no word of the table.
    figures = words("en", "numbers")["digits"]
    short = ((code, (*names, code.lower(), " ".join(code.lower()))) for code, names in place.get("states", {}).items())
    return {
        **tables,
        **labels,
        "names": meanings((text, part) for part, texts in named for label in texts for text in (label, *_with_is(label))),
        "states": meanings((text, code) for code, texts in short for text in texts if text not in figures),
        "post_box": meanings((text, name) for name, texts in spoken["post_box"].items() for text in texts),
        "rural": meanings((text, name) for name in place.get("rural", ()) for text in spoken["rural"][name]),
        "letters": meanings(spoken["letters"].items()),
        "countries": meanings((text, code) for code, names in spoken["countries"].items() for text in names),
    }


def _with_is(label: str) -> tuple[str, ...]:
    """The label with its "is", as people say it and as recognisers write it: "postcode's", "postcodes"."""
    return (f"{label}'s", f"{label}s")


def _by_form(table: Mapping[str, Any]) -> dict[str, str]:
    plain = {name.lower(): name for name in table.get("plain", "").split()}
    return plain | {form: name for name, forms in table.items() if name != "plain" for form in (name.lower(), *forms)}
