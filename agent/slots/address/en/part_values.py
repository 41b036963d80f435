"""One part of an address that is held, as a caller says it alone: what stands at an index, and where it ends.

Each reader knows what the address holds now, since that decides what the words may be: "27A" is the number 27 with a letter, "Melville" where a
"Melbourne Road" stands is "Melville Road".
"""

from collections.abc import Mapping
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from agent.nlu.numerals.numbers import digit_group
from agent.nlu.utterance import Utterance
from agent.slots.address.en.characters import characters, retailed
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.pieces import is_town, names_state
from agent.slots.address.en.postcode import alphanumeric, known_area, numeric
from agent.slots.address.en.street import Street, street
from agent.slots.address.en.talk import Talk
from agent.slots.address.en.town import town
from agent.slots.address.en.unit import unit
from agent.slots.address.places import agree
from agent.slots.address.weights import ALIKE, HOUSE_LETTERS, MOST_TOWN_WORDS, NEARLY

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

    def named(self, part: str, at: int, until: int) -> Value | None:
        """The value at `at` of a part that was named or asked for; nothing before `until` is left over, except words of the talk."""
        match part:
            case "number":
                return self._unit_behind(at) or self.number(at, until)
            case "postcode":
                return self.postcode(at, named=True)
            case "unit":
                return self.unit(at) or self._unit_alone(at, until)
            case "street":
                return self.street(at, until, named=True)
            case "town":
                return self.town(at, until, cued=True)
        code, end = self.line.phrase(at, "states")
        return Value({"state": code}, end, True) if code else None

    def own(self, at: int, until: int) -> Value | None:
        """The value at `at` whose own words say what it is: a unit, a postcode of letters and figures, a street, the number held with a letter."""
        if found := self.unit(at) or self._unit_behind(at) or self.street(at, until, named=False):
            return found
        found = self.postcode(at, named=False) or self.number(at, until)
        return found if found and found.plain else None

    def bare(self, at: int, until: int) -> Value | None:
        """The value at `at` that only stands for itself, and so counts only where hardly anything else is said."""
        code, number = self.postcode(at, named=False), self.number(at, until)
        if number and "unit" not in number.parts and (of_unit := _unit_rather(number.parts["street_number"], self.held)):
            return Value({"unit": of_unit}, number.end, True)
        if number and self.line.isa(at, "one") and number.end == at + 1:
            return None  # "the one"
        if code and number:
            return number if _number_rather(number.parts["street_number"], code.parts["postcode"], self.held) else code
        return code or number or self._state(at) or self.town(at, until, cued=False)

    def number(self, at: int, until: int) -> Value | None:
        """A house number, with its letter: "29", "four slash twelve", "27 a". A number that runs unit and number together takes the place of both."""
        line, held, found = self.line, self.held, house(self.line, at)
        in_row = line.is_written(at) and line.is_written(at + 1) and any(len(norm) > 1 for norm in line.norms[at : at + 2])
        if found is None or found.end > until or (in_row and not found.unit):
            return None  # "303 555 0199"
        number, end = found.number, found.end
        letter = line.norm(end)
        if number.isdigit() and letter in HOUSE_LETTERS and end < until and (end + 1 >= until or self.closes(end + 1)):
            number, end = number + letter.upper(), end + 1
        if not self.closes(end):
            street = held.street_name.casefold().split()
            while line.norm(end) in street:  # the street held, said again: "29 Gloucester"
                end += 1
            if not self.closes(end):
                return None
        parts = {"street_number": number, **({"unit": found.unit} if found.unit else {})}
        if not found.unit and held.unit.isdigit() and number == held.unit + "".join(filter(str.isdigit, held.street_number)):
            parts["unit"] = ""
        lettered = number[-1].isalpha() and number[:-1] == "".join(filter(str.isdigit, held.street_number))
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
        text, end, _ = unit(self.line, at, before_number=False)
        return Value({"unit": text}, end, True) if text and self.closes(end) else None

    def street(self, at: int, until: int, *, named: bool) -> Value | None:
        """A street: of a plain type; named as the street, of any kind. A bare name keeps the type of the street held."""
        line, way = self.line, street(self.line, at)
        if (other := self._kind(at, until)) is not None or way is None or self._tells(at, way):
            return other
        labelled = line.norms[at].endswith("'s") and line.phrase(at, "names")[0]
        if way.end > until or labelled or self._is_label(at, way.end) or self._speaks(at, way):
            return None
        if line.number_starts(at) and not line.ordinal(at, after_number=True)[0]:
            return None
        content, last = self.talk.is_content(at, way.end), way.name.split()[-1]
        if way.kind == "open":
            kind = self.held.street_name.rpartition(" ")[2]
            typed = (kind.casefold() in line.lexicon.types or kind.casefold() in line.lexicon.weak_types) and kind not in way.name.split()
            stands = named and content and self.closes(way.end)
            return Value({"street_name": f"{way.name} {kind}" if typed else way.name}, way.end, True) if stands else None
        if way.kind in ("known", "weak") and not content:
            return None
        value = Value({"street_name": way.name}, way.end, named or way.kind in ("typed", "numbered"))
        if value.plain:
            return value if named or not is_town(line, way.end) else None
        if way.kind == "known" and last.casefold() in line.lexicon.directions:
            return None
        same = not {*way.name.split()[:-1]}.isdisjoint(self.held.street_name.split())
        ends = line.norms[way.end - 1].removesuffix("s") in self.line.lexicon.words["town_types"]
        return value if self.closes(way.end) and (same or (self.deny and not ends)) else None

    def _tells(self, at: int, way: Street) -> bool:
        """Whether the words say what kind of street there is, "it's a private road", "a drive of an hour"; not "A Street", one of several letters."""
        line, kind = self.line, self.line.lexicon.types.get(self.line.norm(way.end - 1), "")
        first = at if line.isa(at, "a_an") else at - 1
        lettered = first == at and way.end == at + 2 and kind == self.held.street_name.rpartition(" ")[2]
        return bool(kind) and line.isa(first, "a_an") and not lettered

    def _kind(self, at: int, until: int) -> Value | None:
        """The street held, of another kind: "it's an avenue", "it should be avenue"."""
        line, (name, _, old) = self.line, self.held.street_name.rpartition(" ")
        word = at + line.isa(at, "a_an")
        kind = line.lexicon.types.get(line.norm(word), "")
        in_full = kind.casefold() == line.norm(word) and word < until and self.closes(word + 1)
        led = at == 0 or line.isa(at - 1, "leads") or not line.norms[at - 1][0].isalnum()
        named = word == at and bool(line.phrase(word, "names")[0])
        if not in_full or not led or named or kind == old or len(name) == 1 or old.casefold() not in line.lexicon.types:
            return None
        return Value({"street_name": f"{name} {kind}"}, word + 1, True)

    def town(self, at: int, until: int, *, cued: bool) -> Value | None:
        """Town, state and postcode. In the place of a town held, bare words are one only if a place or the town held says so."""
        line, held = self.line, self.held
        if line.isa(at, "no_town_first") or not line.is_word(at):
            return None
        ends = self.line.lexicon.words["closers"] - line.lexicon.words["link"]
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
        near = before & {*said} and (self.deny or ({*said} ^ before) <= self.line.lexicon.words["affixes"])
        known = " ".join(said) in line.lexicon.known_towns
        alone = len(said) == 1 and len(said[0]) > _SHORT
        if not ((cued and (content or alone)) or (content and (placed or near or known))):
            return None
        return Value(found.said(), end, cued or placed)

    def tail(self, at: int, until: int, part: str) -> Value | None:
        """The end of a number or a postcode: "ends A B", "ends in four seven"."""
        said, end = self._characters(at, until)
        name = {"number": "street_number", "postcode": "postcode"}.get(part) or ("postcode" if not said.isdigit() else "")
        old = getattr(self.held, name) if name else ""
        return Value({name: retailed(old, said)}, end, True) if said and old and len(said) <= len(old.replace(" ", "")) else None

    def _unit_alone(self, at: int, until: int) -> Value | None:
        said, end = self._characters(at, until)
        label = self.held.unit.rpartition(" ")[0] or "Unit"
        return Value({"unit": f"{label} {said}"}, end, True) if said else None

    def _characters(self, at: int, until: int) -> tuple[str, int]:
        """Letters and figures that are all of a value, and the index after them; ("", at) for none, and for too many."""
        said, end = characters(self.line, at, until)
        return (said, end) if said and len(said) <= _MOST_TAIL and self.closes(end) else ("", at)

    def closes(self, at: int) -> bool:
        """Whether a value may end before `at`."""
        if at >= self.line.size:
            return True
        norm = self.line.norms[at]
        if not norm[0].isalnum():
            return norm != "/" and norm != "-"
        counted = norm.endswith("s") and not norm.endswith("'s")  # "two units"
        return (
            norm in self.line.lexicon.words["closers"]
            or any(self.line.phrase(at, table)[1] > at for table in ("denial", "quotes"))
            or (not counted and bool(self.line.phrase(at, "names")[0]))
            or self.talk.firm(at) > at
            or (self.line.isa(at, "the") and self.line.phrase(at + 1, "names")[1] > at + 1)
        )

    def _unit_behind(self, at: int) -> Value | None:
        """A unit whose label comes behind its number: "two, the apartment", "number 4 is the flat"."""
        line = self.line
        number = house(line, at)
        if number is None or number.unit:
            return None
        here = number.end + (line.norm(number.end) == ",")
        here += line.isa(here, "says_is") or line.isa(here, "tells")
        label = line.lexicon.units.get(line.norm(here + 1))
        end = here + 2 + line.isa(here + 2, "number")
        goes_on = end < line.size and (line.norms[end][0].isalnum() or line.number_starts(end + 1))
        return Value({"unit": f"{label} {number.number}"}, end, True) if line.isa(here, "the") and label and not goes_on else None

    def _state(self, at: int) -> Value | None:
        code, end = self.line.phrase(at, "states")
        name = " ".join(self.line.norms[at:end])
        everyday = name in self.line.lexicon.state_words or name in self.line.lexicon.city_states
        named = bool(self.line.phrase(end, "names")[0])  # "Oklahoma City"
        news = code != self.held.state
        return Value({"state": code}, end, False) if code and news and not everyday and not named and self.closes(end) else None

    def _is_code(self, at: int) -> bool:
        norm = self.line.norms[at]
        return self.line.is_written(at) or len(norm) == 1 or self.talk.any(at) == at

    def _is_label(self, at: int, end: int) -> bool:
        """Whether the words only name a part: "the street"."""
        at += self.line.isa(at, "the")
        return self.line.phrase(at, "names")[1] >= end

    def _speaks(self, at: int, way: Street) -> bool:
        """Whether the street begins with words that belong to the talk: "yeah Union Road"."""
        after = self.talk.firm(at)
        return after > at and after < way.end - 1

    def _may_be_town(self, said: list[str], *, cued: bool) -> bool:
        lexicon = self.line.lexicon
        worded = (
            lexicon.words["no_town"].isdisjoint(said)
            and (cued or lexicon.words["counted"].isdisjoint(said))
            and said[0] not in self.line.lexicon.words["no_town_first"]
        )
        return worded and not any(len(word) == 1 or digit_group(Utterance(word).tokens, 0, "en")[0] for word in said)


def _unit_rather(number: str, held: Parts) -> str:
    """The number as the unit's, when it is nearly the one held there, with as many figures, and less like the house's: 3102 for "Apt 3012"."""
    label, _, old = held.unit.rpartition(" ")
    near = number != old and len(number) == len(old) and ratio(number, old) >= NEARLY and ratio(number, held.street_number) < NEARLY
    return f"{label} {number}".strip() if near else ""


def _number_rather(number: str, postcode: str, held: Parts) -> bool:
    """Whether figures that may be either are rather the house number, being nearer to the one held."""
    to_number = ratio(number, held.street_number)
    if not held.postcode:  # then the form of a postcode decides, unless the number held has it too and is nearly the same
        return len(held.street_number) >= len(postcode) and to_number >= ALIKE
    return to_number > ratio(postcode, held.postcode)
