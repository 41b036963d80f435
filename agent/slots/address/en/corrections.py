"""What a caller says about an address that we hold: a part named, a part said anew, a part denied.

One pass over the words, clause by clause. A part that is named ("the postcode should be") says what the next value is; a value with words of its own
("unit 2", "Union Road") says so itself; a bare one ("29", "Coburg") counts only in a clause of its own, and where nothing else is told. What stands
behind a "not" or "you said" is no value. Words of the talk are passed over, and never are a value.
"""

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.address.en.addresses import parse
from agent.slots.address.en.characters import characters
from agent.slots.address.en.lexicon import lexicon
from agent.slots.address.en.line import Line
from agent.slots.address.en.part_values import Reader, Value
from agent.slots.address.en.parts import FIELDS, Parts
from agent.slots.address.en.talk import Talk
from agent.slots.address.weights import MOST_TOKENS


def named_part(utterance: Utterance, context: Context) -> str:
    """The first part of the address that is spoken of and not said anew: "number", "street", "town", "postcode", "unit", "state"; "" for none.

    "The suburb's wrong", "just the number", "it's the zip code"; not "the suburb is Kew", and not "the suburb is fine".
    """
    known = lexicon(context.region)
    candidate = told(utterance, Line(utterance, known), parse(context.held.value or context.held.partial, known), context.held.part)
    return candidate.named[0] if candidate and candidate.named and not candidate.parts and not candidate.strange else ""


def told(utterance: Utterance, line: Line, held: Parts, asked_part: str = "") -> "Told | None":
    """What `utterance` tells of the address held; None when it is too long to be a correction. `asked_part`: the part that we had asked for."""
    return Told(utterance, line, held, asked_part) if line.size <= MOST_TOKENS else None


class Told:
    """One pass, and its outcome."""

    def __init__(self, utterance: Utterance, line: Line, held: Parts, asked_part: str) -> None:
        self.line, self.talk, self.held = line, Talk(utterance, line), held
        denials = ("denial", "quotes", "none")
        deny = any(line.find(table)[1] for table in denials) or not self.line.lexicon.words["denials"].isdisjoint(line.norms)
        self.reader = Reader(line, self.talk, held, deny=deny)
        self.parts: dict[str, str] = {}
        """What is to stand in the place of the parts held, by their names in `Parts`; "" takes a unit away."""
        self.denied: list[tuple[int, int]] = []
        """The tokens that are said not to be so."""
        self.plain = True
        """Every part is one by words of its own, or by its name."""
        self.confidence = True
        """And by words that name nothing else: "the number" may be a telephone's."""
        self.strange = self.talk.asks
        """Something else was told, too."""
        self.start, self.end = -1, 0
        self._focus = asked_part
        self._clean = True
        """Only words that may stand before a bare value were said in this clause."""
        self._placed = False
        """The words before say that a town comes: "it's in"."""
        self._elsewhere = False
        """The town held was said not to be it."""
        self._repairing = False
        """Since the last value something was taken back: "fifteen, no sorry, sixteen"."""
        self._named: list[str] = []
        at = 0
        while at < line.size:
            at = self._step(at)
        self.start, self.confidence = max(self.start, 0), self.confidence and self.plain

    @property
    def named(self) -> list[str]:
        """The parts spoken of as wrong, or merely named, and not said anew: names as in `FIELDS`."""
        return [part for part in dict.fromkeys(self._named) if FIELDS[part] not in self.parts]

    def _step(self, at: int) -> int:
        """The index after what begins at `at`."""
        norm = self.line.norms[at]
        if not norm[0].isalnum() and norm != "#":
            self._clean, self._placed = True, False
            return at + 1
        passes = (self._left_out, self._denial, self._value, self._tail, self._name, self._note, self._passed)
        return next(end for read in passes if (end := read(at)) > at)

    def _left_out(self, at: int) -> int:
        """ "There's no apartment", "without the south": a unit, or a direction of the street, that is to go."""
        after = self._past(at, "none")
        if after == at:
            return at
        after += self.line.isa(after, "the")
        end = after + 1 + self.line.isa(after + 1, "number")
        label, unit = self.line.lexicon.units.get(self.line.norm(after)), self.held.unit
        direction, way = self.line.lexicon.directions.get(self.line.norm(after), ""), self.held.street_name.split()
        parts: dict[str, str] = {}
        if label and unit and (label in unit or unit.isalnum() or label in ("Unit", "Apt", "Flat")):
            parts = {"unit": ""}
        elif direction in way and len(way) > 1:
            parts = {"street_name": " ".join(word for word in way if word != direction)}
        return self._take(at, Value(parts, end, True)) if parts and self.reader.closes(end) else at

    def _denial(self, at: int) -> int:
        """What is said not to be so, or what we were heard to say: up to where it is said how it is."""
        begins = end = max(self._past(at, "denial"), self._past(at, "quotes"))
        if begins == at or (after := self._not_right(at)) > at:
            return begins if begins == at else after
        while end < self.line.size and self.line.norms[end][0].isalnum():
            if end > begins and (self.line.isa(end, "turns") or self._past(end, "denial") > end):
                break
            quoted = self.line.isa(end - 1, "before_quoted") and self._past(at, "quotes") > at
            if quoted and self.line.phrase(end, "names")[0]:  # "you've got the suburb wrong"
                return end
            end += 1
            if self._is_town(begins, end) and not self.parts:  # "not Preston Reservoir"
                break
        if end > begins:
            self._elsewhere = self._elsewhere or self._is_town(begins, end)
            self.denied.append((begins, end))
            self._clean = True
        return end

    def _is_town(self, first: int, last: int) -> bool:
        return bool(self.held.suburb) and self.line.norms[first:last] == self.held.suburb.casefold().replace(",", "").split()

    def _not_right(self, at: int) -> int:
        """ "The number is not quite right"; "not quite" alone denies no value either."""
        after = self._past(at, "denial")
        quite = after + self.line.isa(after, "quite")
        return quite + 1 if at < after and self.line.isa(quite, "fine") else quite if quite > after else at

    def _value(self, at: int) -> int:
        """A value: of the part in focus, of its own words, or bare."""
        line, until = self.line, self._until(at)
        firm, marked, number = self.talk.firm(at), self.talk.any(at), line.number_starts(at)
        types, norm, following = line.lexicon.types, line.norms[at], line.norm(at + 1)
        idiom = marked > at + 1 and line.norm(marked) not in types  # one may begin a street's name after all
        leads = norm in self.line.lexicon.words["leads"] and not line.isa(at, "the") and not number
        whole = following in types and not line.isa(at, "no_street_first") and line.norm(at + 2) not in types  # "Love Lane", "Well Street"
        named = bool(self._focus) and number  # "the zip code is oh seven": an "oh" that no longer is talk
        if not named and (idiom or ((firm > at or leads) and not whole)):
            return at
        value = None
        spoken_of = self._focus and (self._clean or self._focus != "town")  # any words may be a town, and so only right behind its name
        if spoken_of and not (line.phrase(at, "names")[0] and self._focus != "unit"):
            value = None if self._links(at) and not number else self.reader.named(self._focus, at, until)
            value = value and value._replace(plain=True)
        value = value or self.reader.own(at, until)
        if value is None and (self._placed or (self._elsewhere and self._clean)) and not line.isa(at, "the"):
            value = self.reader.town(at, until, cued=True)
        if value is None and self._clean and not (marked > at and not line.is_word(at)):
            value = self.reader.bare(at, until)
            if value and self._focus and FIELDS[self._focus] not in value.parts:
                return at
        if value is None or (not self._repairing and any(self.parts.get(name, said) != said for name, said in value.parts.items())):
            return at  # or two values of one part
        return self._take(at, value)

    def _take(self, at: int, value: Value) -> int:
        self.parts |= value.parts
        self.plain = self.plain and value.plain
        self.start = at if self.start < 0 else self.start
        self.end = value.end
        self._focus, self._placed, self._clean, self._repairing = "", False, True, False
        return value.end

    def _tail(self, at: int) -> int:
        """ "Ends in A B", of the part in focus."""
        after = self._past(at, "ends")
        value = self.reader.tail(after, self._until(after), self._focus) if at < after < self.line.size else None
        return self._take(at, value) if value else at

    def _name(self, at: int) -> int:
        """The name of a part, with what links it to what it should be; one that is said to be right is done with."""
        line = self.line
        part, end = line.phrase(at, "names")
        if not part or (part == "town" and line.isa(end, "code")):
            return at
        said = " ".join(line.norms[at:end])
        if said in self.line.lexicon.words["only_with_value"] and not (line.isa(end, "was") and line.number_starts(end + 1)):
            return at
        self._focus = part
        self.confidence = self.confidence and said not in self.line.lexicon.words["shared"]
        while end < line.size and not line.isa(end, "fine"):
            links = self._links(end) and not line.number_starts(end)
            if not (line.isa(end, "error") or line.norms[end] == ":" or links) or self._past(end, "ends") > end:
                self._named.append(part)
                self._clean, self._placed = True, False
                return end
            end += 1
        if end < line.size:
            self._focus = ""
            return end + 1
        self._named.append(part)
        return end

    def _links(self, at: int) -> bool:
        return self.line.isa(at, "links") and not (self._focus == "state" and self.line.phrase(at, "states")[0])

    def _note(self, at: int) -> int:
        """ "B for Bertie", of a letter just said."""
        line, letter = self.line, self.line.letter(at)
        _, after = line.phrase(at + 1, "stands_for")
        meant = letter and any(letter.upper() in value.upper() for value in self.parts.values())
        return after + 1 if meant and after > at + 1 and line.norm(after).startswith(letter) else at

    def _passed(self, at: int) -> int:
        """Words of the talk, words before a value, or something told."""
        norm = self.line.norms[at]
        self._placed = self._clean and self.line.isa(at, "placing")
        if self._placed:
            return at + 1
        self._repairing = self._repairing or norm in self.line.lexicon.words["taking_back"]
        if (after := self.talk.firm(at)) > at:
            return after
        marked = self.talk.any(at)
        after = max(marked, at + 1)
        if self.line.lexicon.words["leads"].issuperset(self.line.norms[at:after]):
            self._clean = self._clean or norm in self.line.lexicon.words["turning"]
            return after
        self._clean = False
        if self.line.number_starts(at):  # a number that is none of these is another thing's, to its last figure
            self.strange, self._focus = True, ""
            return max(at + 1, characters(self.line, at, self.line.size)[1])
        self.strange = self.strange or marked == at
        return after

    def _until(self, at: int) -> int:
        """Where the words that may be one value end at the latest: at a denial, at what we said, at the next part that is named."""
        for here in range(at + 1, self.line.size):
            if self._past(here, "denial") > here or self._past(here, "quotes") > here:
                return here
            if self.line.phrase(here, "names")[0] and self.line.isa(here - 1, "before_name"):
                return here - 1
        return self.line.size

    def _past(self, at: int, kind: str) -> int:
        return self.line.phrase(at, kind)[1]
