"""One part of an address that is held, as a caller says it alone: what stands at an index, and where it ends.

Each reader knows what the address holds now, since that decides what the words may be: "27A" is the number 27 with a letter, "Melville" where a
"Melbourne Road" stands is "Melville Road".
"""

from collections.abc import Mapping
from typing import NamedTuple

from agent.nlu.numerals.numbers import digit_group
from agent.nlu.utterance import Utterance
from agent.slots.address.en.characters import characters, retailed
from agent.slots.address.en.likeness import number_rather, unit_rather
from agent.slots.address.en.limits import HOUSE_LETTERS, MOST_TOWN_WORDS
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import groups, house
from agent.slots.address.en.part_words import Talk, known_towns, part_words
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.pieces import is_town, names_state
from agent.slots.address.en.postcode import alphanumeric, known_area, numeric
from agent.slots.address.en.roads import Street
from agent.slots.address.en.street import street
from agent.slots.address.en.town import town
from agent.slots.address.en.unit import unit
from agent.slots.address.places import agree

_MOST_TAIL = 5
"""Characters of a unit, or of the end of a number or a postcode, said by themselves."""
_SECOND_HALF = 3
"""Characters of the second half of a postcode of letters and figures."""
_SHORT = 3
"""Letters up to which a word of the talk is no town's name, whatever stands before it: "it"."""


class Value(NamedTuple):
    """Parts to put in the place of those held, by their names in `Parts`; `plain`: the words themselves say which part it is."""

    parts: Mapping[str, str]
    end: int
    plain: bool


class Reader:
    """The parts that a line may hold, read against the parts held. `deny`: something is said not to be so."""

    def __init__(self, line: Line, talk: Talk, held: Parts, *, deny: bool) -> None:
        self.line, self.talk, self.held, self.deny = line, talk, held, deny
        self.words = part_words()

    def named(self, part: str, at: int, until: int) -> Value | None:
        """The value at `at` of a part that was named or asked for; nothing before `until` is left over, except words of the talk."""
        if part == "number":
            return self._unit_behind(at) or self.number(at, until)
        if part == "postcode":
            return self.postcode(at, named=True)
        if part == "unit":
            return self.unit(at) or self._unit_alone(at, until)
        if part == "street":
            return self.street(at, until, named=True)
        if part == "state":
            code, end = self.line.phrase(at, self.line.lexicon.states)
            return Value({"state": code}, end, True) if code else None
        return self.town(at, until, cued=True) if part == "town" else None

    def own(self, at: int, until: int) -> Value | None:
        """The value at `at` whose own words say what it is: a unit, a postcode of letters and figures, a street, the number held with a letter."""
        if found := self.unit(at) or self._unit_behind(at) or self.street(at, until, named=False):
            return found
        found = self.postcode(at, named=False) or self.number(at, until)
        return found if found and found.plain else None

    def bare(self, at: int, until: int) -> Value | None:
        """The value at `at` that only stands for itself, and so counts only where hardly anything else is said."""
        code = self.postcode(at, named=False)
        number = self.number(at, until)
        if number and "unit" not in number.parts and (of_unit := unit_rather(number.parts["street_number"], self.held)):
            return Value({"unit": of_unit}, number.end, True)
        if number and self.line.norms[at] == "one" and number.end == at + 1:
            return None  # "the one"
        if code and number:
            return number if number_rather(number.parts["street_number"], code.parts["postcode"], self.held) else code
        return code or number or self._state(at) or self.town(at, until, cued=False)

    def number(self, at: int, until: int) -> Value | None:
        """A house number, with its letter: "29", "four slash twelve", "27 a". A number that runs unit and number together takes the place of both."""
        found = house(self.line, at)
        apart = self.line.is_written(at) and self.line.is_written(at + 1) and found is not None and not found.unit
        if found is None or found.end > until or (apart and any(len(self.line.norms[here]) > 1 for here in (at, at + 1))):
            return None  # "303 555 0199"
        number, end = found.number, found.end
        letter = self.line.norm(end)
        if number.isdigit() and letter in HOUSE_LETTERS and end < until and (end + 1 >= until or self.closes(end + 1)):
            number, end = number + letter.upper(), end + 1
        if not self.closes(end) and (end := self._past_street(end)) and not self.closes(end):
            return None
        held = self.held
        parts = {"street_number": number}
        if found.unit:
            parts["unit"] = found.unit
        elif held.unit and number == "".join(c for c in held.unit + held.street_number if c.isdigit()) and held.unit.isdigit():
            parts["unit"] = ""
        lettered = number[-1].isalpha() and number[:-1] == "".join(c for c in held.street_number if c.isdigit())
        return Value(parts, end, lettered or bool(found.unit))

    def postcode(self, at: int, *, named: bool) -> Value | None:
        """A postcode; one that nobody announced has figures, or a postal area's letters, and is no word of the talk ("are you free")."""
        lexicon = self.line.lexicon
        code, end = alphanumeric(self.line, at)
        if code:
            known = known_area(code, lexicon.postcode_areas) and any(self._is_code(here) for here in range(at, end))
            return Value({"postcode": code}, end, True) if named or known else None
        if half := self._half_postcode(at, named=named):
            return half
        code, end = numeric(self.line, at)
        if not code or not (named or (agree(code, self.held.state, lexicon.region) and self.closes(end))):
            return None
        return Value({"postcode": code}, end, named)

    def _half_postcode(self, at: int, *, named: bool) -> Value | None:
        """One half of a postcode of letters and figures: "6LP" for its end, "BA1" for its beginning where the postcode was named."""
        old, shapes = self.held.postcode, self.line.lexicon.postcode_shapes
        if not shapes or " " not in old:
            return None
        said, end = characters(self.line, at, self.line.size)
        shape = "".join("9" if c.isdigit() else "A" for c in said)
        if not said or not self.closes(end):
            return None
        if shape in {each[-_SECOND_HALF:] for each in shapes}:
            return Value({"postcode": retailed(old, said)}, end, named)
        if named and shape in {each[:-_SECOND_HALF] for each in shapes} and known_area(f"{said}0AA", self.line.lexicon.postcode_areas):
            return Value({"postcode": f"{said} {old.rpartition(' ')[2]}"}, end, True)
        return None

    def unit(self, at: int) -> Value | None:
        """A unit with its label: "unit 2", "flat one slash two"."""
        line = self.line
        text, end, _ = unit(line, at, before_number=False)
        slash = max(line.phrase(end, line.lexicon.slash)[1], end + (line.norm(end) == "/"))
        if text and slash > end and (second := groups(line, slash)):
            text, end = f"{text}/{''.join(group.figures for group in second)}", second[-1].end
        return Value({"unit": text}, end, True) if text and self.closes(end) else None

    def street(self, at: int, until: int, *, named: bool) -> Value | None:
        """A street: of a plain type; named as the street, of any kind. A bare name keeps the type of the street held."""
        line = self.line
        way = street(line, at)
        if line.norms[at].endswith("'s") and line.phrase(at, self.words.names)[0]:
            return None
        if line.number_starts(at) and not line.ordinal(at, after_number=True)[0]:
            return None
        if way is None or way.end > until or self._is_label(at, way.end) or self._speaks(at, way):
            return None
        if way.kind == "open":
            if not named or not self.closes(way.end) or not self.talk.is_content(at, way.end):
                return None
            kind = self.held.street_name.rpartition(" ")[2]
            typed = kind.casefold() in line.lexicon.types or kind.casefold() in line.lexicon.weak_types
            return Value({"street_name": f"{way.name} {kind}" if typed and kind not in way.name.split() else way.name}, way.end, True)
        if way.kind in ("known", "weak") and not self.talk.is_content(at, way.end):
            return None
        if named or way.kind in ("typed", "numbered"):
            return Value({"street_name": way.name}, way.end, True) if named or not is_town(line, way.end) else None
        if way.kind == "known" and way.name.split()[-1].casefold() in line.lexicon.directions:
            return None
        same = bool({*way.name.split()[:-1]} & {*self.held.street_name.split()})
        ends = line.norms[way.end - 1].removesuffix("s") in self.words.town_types
        return Value({"street_name": way.name}, way.end, False) if self.closes(way.end) and (same or (self.deny and not ends)) else None

    def town(self, at: int, until: int, *, cued: bool) -> Value | None:
        """Town, state and postcode. In the place of a town held, bare words are one only if a place or the town held says so."""
        line, held = self.line, self.held
        if line.norms[at] in self.words.no_town_first or not line.is_word(at):
            return None
        ends = self.words.closers - line.lexicon.link
        until = next((here for here in range(at + 1, until) if line.norms[here] in ends), until)
        found, end = town(line, at, Parts(), until=until)
        if found.unit:  # the town ends before it: "Leeds, LS1 4DY, flat 3"
            until = next((here for here in range(at + 1, end) if unit(line, here, before_number=False)[0]), until)
            found, end = town(line, at, Parts(), until=until)
        said = found.suburb.casefold().replace(",", "").split()
        if not said or len(said) > MOST_TOWN_WORDS or found.unit or not self.closes(end) or not self._may_be_town(said, cued=cued):
            return None
        placed = names_state(line, found.state) or bool(found.postcode and agree(found.postcode, "", line.lexicon.region))
        content = self.talk.is_content(at, end)
        before = {*held.suburb.casefold().replace(",", "").split()}
        near = before & {*said} and (self.deny or ({*said} ^ before) <= self.words.affixes)
        known = " ".join(said) in known_towns(line.lexicon.region)
        alone = len(said) == 1 and len(said[0]) > _SHORT
        if not ((cued and (content or alone)) or (content and (placed or near or known))):
            return None
        return Value(found.said(), end, cued or placed)

    def tail(self, at: int, until: int, part: str) -> Value | None:
        """The end of a number or a postcode: "ends A B", "ends in four seven"."""
        said, end = characters(self.line, at, until)
        if not said or len(said) > _MOST_TAIL or not self.closes(end):
            return None
        name = {"number": "street_number", "postcode": "postcode"}.get(part) or ("postcode" if not said.isdigit() else "")
        old = getattr(self.held, name) if name else ""
        if not old or len(said) > len(old.replace(" ", "")):
            return None
        return Value({name: retailed(old, said)}, end, True)

    def closes(self, at: int) -> bool:
        """Whether a value may end before `at`."""
        if at >= self.line.size:
            return True
        norm = self.line.norms[at]
        if not norm[0].isalnum():
            return norm != "/" and norm != "-"
        words = self.words
        counted = norm.endswith("s") and not norm.endswith("'s")  # "two units"
        return (
            norm in words.closers
            or any(self.line.phrase(at, table)[1] > at for table in (words.negation, words.quotes))
            or (not counted and bool(self.line.phrase(at, words.names)[0]))
            or self.talk.firm(at) > at
            or (norm == "the" and self.line.phrase(at + 1, words.names)[1] > at + 1)
        )

    def _unit_behind(self, at: int) -> Value | None:
        """A unit whose label comes behind its number: "two, the apartment", "number 4 is the flat"."""
        line = self.line
        number = house(line, at)
        if number is None or number.unit:
            return None
        here = number.end + (line.norm(number.end) == ",")
        here += line.norm(here) in line.lexicon.says_is or line.norm(here) in ("is", "for")
        label = line.lexicon.units.get(line.norm(here + 1))
        end = here + 2 + (line.norm(here + 2) == "number")
        goes_on = end < line.size and (line.norms[end][0].isalnum() or line.number_starts(end + 1))
        return Value({"unit": f"{label} {number.number}"}, end, True) if line.norm(here) == "the" and label and not goes_on else None

    def _unit_alone(self, at: int, until: int) -> Value | None:
        said, end = characters(self.line, at, until)
        if not said or len(said) > _MOST_TAIL or not self.closes(end):
            return None
        label = self.held.unit.rpartition(" ")[0]
        return Value({"unit": f"{label} {said}".strip() if label else f"Unit {said}"}, end, True)

    def _past_street(self, at: int) -> int:
        """Past the words of the street held, said again behind a number: "29 Gloucester"."""
        known = {word.casefold() for word in self.held.street_name.split()}
        while self.line.norm(at) in known:
            at += 1
        return at

    def _state(self, at: int) -> Value | None:
        code, end = self.line.phrase(at, self.line.lexicon.states)
        name = " ".join(self.line.norms[at:end])
        everyday = name in self.line.lexicon.state_words or name in self.line.lexicon.city_states
        named = bool(self.line.phrase(end, self.words.names)[0])  # "Oklahoma City"
        news = code != self.held.state
        return Value({"state": code}, end, False) if code and news and not everyday and not named and self.closes(end) else None

    def _is_code(self, at: int) -> bool:
        norm = self.line.norms[at]
        return self.line.is_written(at) or len(norm) == 1 or self.talk.any(at) == at

    def _is_label(self, at: int, end: int) -> bool:
        """Whether the words only name a part: "the street"."""
        at += self.line.norms[at] == "the"
        return self.line.phrase(at, self.words.names)[1] >= end

    def _speaks(self, at: int, way: Street) -> bool:
        """Whether the street begins with words that belong to the talk: "yeah Union Road"."""
        after = self.talk.firm(at)
        return after > at and after < way.end - 1

    def _may_be_town(self, said: list[str], *, cued: bool) -> bool:
        lexicon = self.line.lexicon
        worded = lexicon.no_town.isdisjoint(said) and (cued or lexicon.counted.isdisjoint(said)) and said[0] not in self.words.no_town_first
        return worded and not any(len(word) == 1 or digit_group(Utterance(word).tokens, 0, "en")[0] for word in said)
