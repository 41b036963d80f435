"""What callers call the parts of an address, and the words around a part that is named or edited; and which words only speak of the talk."""

from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.acts.words import bits, segments
from agent.nlu.utterance import Utterance
from agent.slots.address.en.lexicon import Phrases, phrases
from agent.slots.address.en.line import Line
from agent.slots.address.places import table_of

FIELDS = {"number": "street_number", "street": "street_name", "town": "suburb", "postcode": "postcode", "unit": "unit", "state": "state"}
"""The parts as they are asked for, and their names in `Parts`."""
_FIRM = bits("yes", "no", "ok", "filler", "hold_on", "thanks", "greet", "bye", "actually", "assent", "welcome", "all_done", "missed", "repeat", "fix")
"""Marks of the words that stand before, between and after values and belong to none; all other marks are borne by everyday words."""


_PLAIN = bits("plain")
_ASKING = bits("wh")


class PartWords(NamedTuple):
    """The table `correcting` of the language, looked up by phrase or word."""

    names: Phrases
    """To the part named: "zip code" to "postcode"; also with its verb run in ("postcode's", "postcodes")."""
    links: frozenset[str]
    leads: frozenset[str]
    closers: frozenset[str]
    only_with_value: frozenset[str]
    shared: frozenset[str]
    before_name: frozenset[str]
    before_quoted: frozenset[str]
    denials: frozenset[str]
    complaint: frozenset[str]
    fine: frozenset[str]
    turns: frozenset[str]
    turning: frozenset[str]
    """Those of `leads` behind which a new clause begins."""
    taking_back: frozenset[str]
    affixes: frozenset[str]
    """Words that make the name of a town that of its neighbour: "Brunswick West"."""
    negation: Phrases
    quotes: Phrases
    none: Phrases
    ends: Phrases
    town_types: frozenset[str]
    no_town_first: frozenset[str]


@cache
def part_words() -> PartWords:
    """The words of English, once."""
    spoken = words("en", "address")
    table = spoken["correcting"]
    named = [*table["parts"].items(), ("postcode", spoken["labels"]["postcode_cue"])]
    tables: dict[str, Any] = {
        name: frozenset(said.split()) if isinstance(said, str) else phrases((text, text) for text in said)
        for name, said in table.items()
        if name != "parts"
    }
    return PartWords(names=phrases((form, part) for part, texts in named for form in _forms(texts)), **tables)


def _forms(texts: Iterable[str]) -> list[str]:
    return [text + clitic for text in texts for clitic in ("", "'s", "s")]


@cache
def known_towns(region: str) -> frozenset[str]:
    """Towns of the region that anybody there knows, in lower case: the largest, and those that several states have."""
    table = table_of(region)
    return frozenset({*table.get("towns", "").split("|"), *table.get("shared_suburbs", ()), *table.get("city_states", ())})


class Talk:
    """For every token of a line, whether it belongs to what callers say about the talk itself, and how far that goes."""

    def __init__(self, utterance: Utterance, line: Line) -> None:
        self._line = line
        self._marks: list[tuple[int, int]] = [(0, 0)] * line.size
        """For each token the marks of its word or idiom, and the index after that."""
        self.asks = False
        """Whether a word of a question was said: "how many"."""
        starts = [token.start for token in line.tokens]
        for segment in segments(utterance):
            for unit in segment.units:
                self.asks = self.asks or bool(unit.marks & _ASKING)
                first = bisect_left(starts, utterance.tokens[unit.first].start)
                last = bisect_left(starts, utterance.tokens[unit.last - 1].end)
                for at in range(first, last):
                    before, ended = self._marks[at]
                    # "That's" is two words in one.
                    marks = (before & unit.marks or _PLAIN if before and unit.marks else 0) if ended else unit.marks
                    self._marks[at] = marks, max(last, ended)

    def firm(self, at: int) -> int:
        """The index after a yes, a no, a hesitation or the like that stands at `at`; `at` for none."""
        marks, end = self._marks[at]
        return end if marks & _FIRM else at

    def any(self, at: int) -> int:
        """The index after whatever words of the talk stand at `at`; `at` when the word is content."""
        marks, end = self._marks[at]
        return end if marks else at

    def is_content(self, first: int, last: int) -> bool:
        """Whether any word from `first` to `last` tells of something."""
        return any(not self._marks[at][0] for at in range(first, last) if self._line.tokens[at].norm[0].isalnum())
