"""What a caller says about an address that we hold: a part named, a part said anew, a part denied.

One pass over the words, clause by clause. A part that is named ("the postcode should be") says what the next value is; a value with words of its own
("unit 2", "Union Road") says so itself; a bare one ("29", "Coburg") counts only in a clause of its own, and where nothing else is told. What stands
behind a "not" or "you said" is no value. Words of the talk are passed over, and never are a value.
"""

from collections.abc import Mapping
from typing import NamedTuple

from agent.nlu.utterance import Utterance
from agent.slots.address.en.characters import characters
from agent.slots.address.en.lexicon import Phrases
from agent.slots.address.en.limits import MOST_TOKENS
from agent.slots.address.en.line import Line
from agent.slots.address.en.part_values import Reader, Value
from agent.slots.address.en.part_words import FIELDS, Talk, part_words
from agent.slots.address.en.parts import Parts


class Told(NamedTuple):
    """The outcome of one pass."""

    parts: Mapping[str, str]
    """What is to stand in the place of the parts held, by their names in `Parts`; "" takes a unit away."""
    named: tuple[str, ...]
    """The parts spoken of as wrong, or merely named, and not said anew: names as in `FIELDS`."""
    plain: bool
    """Every part is one by words of its own, or by its name."""
    confidence: bool
    """And by words that name nothing else: "the number" may be a telephone's."""
    strange: bool
    """Something else was told, too."""
    denied: tuple[tuple[int, int], ...]
    """The tokens that are said not to be so."""
    start: int
    end: int


def told(utterance: Utterance, line: Line, held: Parts, asked_part: str = "") -> Told | None:
    """What `utterance` tells of the address held; None when it is too long to be a correction. `asked_part`: the part that we had asked for."""
    return _Pass(utterance, line, held, asked_part).run() if line.size <= MOST_TOKENS else None


class _Pass:
    def __init__(self, utterance: Utterance, line: Line, held: Parts, asked_part: str) -> None:
        self.line, self.talk, self.words = line, Talk(utterance, line), part_words()
        denials = (self.words.negation, self.words.quotes, self.words.none)
        deny = any(self._phrase(at, table) > at for at in range(line.size) for table in denials) or not self.words.denials.isdisjoint(line.norms)
        self.reader = Reader(line, self.talk, held, deny=deny)
        self.held = held
        self.focus = self.asked_part = asked_part
        self.clean = True
        """Only words that may stand before a bare value were said in this clause."""
        self.placed = False
        """The words before say that a town comes: "it's in"."""
        self.elsewhere = False
        """The town held was said not to be it."""
        self.repairing = False
        """Since the last value something was taken back: "fifteen, no sorry, sixteen"."""
        self.strange = False
        self.plain = self.confidence = True
        self.parts: dict[str, str] = {}
        self.named: list[str] = []
        self.denied: list[tuple[int, int]] = []
        self.first, self.last = -1, 0

    def run(self) -> Told:
        at = 0
        while at < self.line.size:
            at = self._step(at)
        said_anew = {part for part, field in FIELDS.items() if field in self.parts}
        named = tuple(dict.fromkeys(part for part in self.named if part not in said_anew))
        return Told(
            self.parts,
            named,
            self.plain,
            self.confidence and self.plain,
            self.strange or self.talk.asks,
            tuple(self.denied),
            max(self.first, 0),
            self.last,
        )

    def _step(self, at: int) -> int:
        """The index after what begins at `at`."""
        norm = self.line.norms[at]
        if not norm[0].isalnum() and norm != "#":
            self.clean, self.placed = True, False
            return at + 1
        passes = (self._left_out, self._denial, self._value, self._tail, self._name, self._note, self._passed)
        return next(end for read in passes if (end := read(at)) > at)

    def _left_out(self, at: int) -> int:
        """ "There's no apartment", "without the south": a unit, or a direction of the street, that is to go."""
        after = self._phrase(at, self.words.none)
        if after == at:
            return at
        after += self.line.norm(after) == "the"
        end = after + 1 + (self.line.norm(after + 1) == "number")
        if not (end >= self.line.size or self.reader.closes(end)):
            return at
        label = self.line.lexicon.units.get(self.line.norm(after))
        mine = label and (label in self.held.unit or self.held.unit.isalnum() or label in ("Unit", "Apt", "Flat"))
        way = self.held.street_name.split()
        direction = self.line.lexicon.directions.get(self.line.norm(after), "")
        if mine and self.held.unit:
            self._take(at, Value({"unit": ""}, end, True))
        elif direction in way and len(way) > 1:
            self._take(at, Value({"street_name": " ".join(word for word in way if word != direction)}, end, True))
        else:
            return at
        return end

    def _denial(self, at: int) -> int:
        """What is said not to be so, or what we were heard to say: up to where it is said how it is."""
        begins = max(self._phrase(at, self.words.negation), self._phrase(at, self.words.quotes))
        if begins == at:
            return at
        if (after := self._not_right(at)) > at:
            return after
        end = begins
        while end < self.line.size and self.line.norms[end][0].isalnum():
            if end > begins and (self.line.norms[end] in self.words.turns or self._phrase(end, self.words.negation) > end):
                break
            if self.line.norm(end - 1) in self.words.before_quoted and self.line.phrase(end, self.words.names)[0] and self._is_quote(at):
                return end
            end += 1
            if self._is_town(begins, end) and not self.parts:  # "not Preston Reservoir"
                break
        if end == begins:
            return begins
        self.elsewhere = self.elsewhere or self._is_town(begins, end)
        self.denied.append((begins, end))
        self.clean = True
        return end

    def _is_town(self, first: int, last: int) -> bool:
        return bool(self.held.suburb) and self.line.norms[first:last] == self.held.suburb.casefold().replace(",", "").split()

    def _not_right(self, at: int) -> int:
        """ "The number is not quite right"; "not quite" alone denies no value either."""
        after = self._phrase(at, self.words.negation)
        quite = after + (self.line.norm(after) == "quite")
        return quite + 1 if at < after and self.line.norm(quite) in self.words.fine else quite if quite > after else at

    def _is_quote(self, at: int) -> bool:
        return self._phrase(at, self.words.quotes) > at

    def _value(self, at: int) -> int:
        """A value: of the part in focus, of its own words, or bare."""
        until = self._until(at)
        firm, marked = self.talk.firm(at), self.talk.any(at)
        idiom = marked > at + 1 and not self._may_be_name(at, marked)
        leads = self.line.norms[at] in self.words.leads and self.line.norms[at] != "the" and not self.line.number_starts(at)
        named = bool(self.focus) and self.line.number_starts(at)  # "the zip code is oh seven": an "oh" that no longer is talk
        if not named and (idiom or ((firm > at or leads) and not self._begins_name(at, at + 1))):
            return at
        value = None
        spoken_of = self.focus and (self.clean or self.focus != "town")  # any words may be a town, and so only right behind its name
        if spoken_of and not (self.line.phrase(at, self.words.names)[0] and self.focus != "unit"):
            value = None if self._links(at) and not self.line.number_starts(at) else self.reader.named(self.focus, at, until)
            value = value and value._replace(plain=True)
        if value is None:
            value = self.reader.own(at, until)
        if value is None and (self.placed or (self.elsewhere and self.clean)) and self.line.norms[at] != "the":
            value = self.reader.town(at, until, cued=True)
        if value is None and self.clean and not (marked > at and not self.line.is_word(at)):
            value = self.reader.bare(at, until)
            if value and self.focus and FIELDS[self.focus] not in value.parts:
                return at
        if value is None:
            return at
        said_before = {name: self.parts[name] for name in value.parts if name in self.parts}
        if said_before and not self.repairing and any(value.parts[name] != before for name, before in said_before.items()):
            return at  # two values of one part
        self._take(at, value)
        return value.end

    def _take(self, at: int, value: Value) -> None:
        self.parts |= value.parts
        self.plain = self.plain and value.plain
        self.first = at if self.first < 0 else self.first
        self.last = value.end
        self.focus, self.placed, self.clean, self.repairing = "", False, True, False

    def _tail(self, at: int) -> int:
        """ "Ends in A B", of the part in focus."""
        after = self._phrase(at, self.words.ends)
        value = self.reader.tail(after, self._until(after), self.focus) if at < after < self.line.size else None
        if value is None:
            return at
        self._take(at, value)
        return value.end

    def _name(self, at: int) -> int:
        """The name of a part, with what links it to what it should be; one that is said to be right is done with."""
        part, end = self.line.phrase(at, self.words.names)
        if not part or (part == "town" and self.line.norm(end) == "code"):
            return at
        said = " ".join(self.line.norms[at:end])
        if said in self.words.only_with_value and not (self.line.norm(end) in ("is", "was") and self.line.number_starts(end + 1)):
            return at
        self.focus = part
        self.confidence = self.confidence and said not in self.words.shared
        while end < self.line.size:
            norm = self.line.norms[end]
            if (after := self._not_right(end)) > end:
                end = after
                continue
            if norm in self.words.fine:
                self.focus = ""
                return end + 1
            if self.line.number_starts(end) and self._links(end):
                break
            if not (norm in self.words.complaint or norm == ":" or self._links(end)) or self._phrase(end, self.words.ends) > end:
                break
            if self._phrase(end, self.words.quotes) > end or self.line.phrase(end, self.words.names)[0]:
                break
            end += 1
        self.named.append(part)
        self.clean, self.placed = True, False
        return end

    def _links(self, at: int) -> bool:
        return self.line.norms[at] in self.words.links and not (self.focus == "state" and self.line.phrase(at, self.line.lexicon.states)[0])

    def _note(self, at: int) -> int:
        """ "B for Bertie", of a letter just said."""
        norm, line = self.line.norms[at], self.line
        if len(norm) != 1 or not norm.isalpha():
            return at
        after = at + 1 + (1 if line.norm(at + 1) in ("for", "like") else 2 if line.norms[at + 1 : at + 3] == ["as", "in"] else 0)
        meant = any(norm.upper() in value.upper() for value in self.parts.values())
        return after + 1 if meant and after > at + 1 and line.norm(after).startswith(norm) else at

    def _passed(self, at: int) -> int:
        """Words of the talk, words before a value, or something told."""
        norm = self.line.norms[at]
        if norm in ("in", "from") and self.clean:
            self.placed = True
            return at + 1
        self.placed = False
        self.repairing = self.repairing or norm in self.words.taking_back
        if (after := self.talk.firm(at)) > at:
            return after
        after = max(self.talk.any(at), at + 1)
        if all(word in self.words.leads for word in self.line.norms[at:after]):
            self.clean = self.clean or norm in self.words.turning
            return after
        self.clean = False
        if self.line.number_starts(at):  # a number that is none of these is another thing's, to its last figure
            self.strange, self.focus = True, ""
            return max(at + 1, characters(self.line, at, self.line.size)[1])
        if (after := self.talk.any(at)) > at:
            return after
        self.strange = True
        return at + 1

    def _until(self, at: int) -> int:
        """Where the words that may be one value end at the latest: at a denial, at what we said, at the next part that is named."""
        for here in range(at + 1, self.line.size):
            if any(self._phrase(here, table) > here for table in (self.words.negation, self.words.quotes)):
                return here
            if self.line.phrase(here, self.words.names)[0] and self.line.norm(here - 1) in self.words.before_name:
                return here - 1
        return self.line.size

    def _begins_name(self, at: int, end: int) -> bool:
        """Whether a word of the talk is the whole name of a street: "Love Lane", "Well Street"."""
        types = self.line.lexicon.types
        return self.line.norm(end) in types and self.line.norms[at] not in ("no", "yes", "the") and self.line.norm(at + 2) not in types

    def _may_be_name(self, at: int, end: int) -> bool:
        """Whether an idiom of the talk may begin a name after all: a street that goes on behind it."""
        return self.line.norm(end) in self.line.lexicon.types

    def _phrase(self, at: int, table: Phrases) -> int:
        return self.line.phrase(at, table)[1]
