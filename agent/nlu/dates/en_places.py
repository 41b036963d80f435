"""Where a number is a time and where it is not: "at four" and "at 4 Smith Street", "for two" and "for 2:30", "the third" and "the third door".

A bare number counts when a word or its neighbours make it a time ("at", "around", a day or part of the day beside it), or when the caller was asked
for a time; never when it counts or names what stands after it, and never inside a string of numbers.
"""

from itertools import pairwise

from agent.nlu.dates import Day, Kind, Line, Mark, Piece, denied_together
from agent.nlu.dates.en import Days
from agent.nlu.dates.en_relations import Relations
from agent.nlu.dates.en_words import english, line
from agent.nlu.utterance import Utterance

_MARKS_FOLLOW = frozenset(",.?!;:)\"'@&")
_FOLLOW_KINDS = frozenset(("or", "fix", "not", "oclock", "half_of_day", "soonest", "opening", "denied_after", "between", "edge", "than", "own"))
_MOST_LINKERS = 3
_MOST_FIGURES = 2
"""Figures of a bare number that may mend a clock: "1515" may be anything."""
_MENDING = frozenset(("or", "fix", "so", "change", "not", "denied_after", "between", "edge", "which"))
_NEAR = 5
"""Words after a number in which a noun may be what it counts."""
_UNSURE = 0.3
_BESIDE = 0.35


def read(utterance: Utterance, *, region: str, month_first: bool | None, asked: bool | None, mending: bool) -> tuple[Line, list[Piece]] | None:
    """Every piece of time in the utterance, in order, each with its relation; None when there is none.

    `asked`: True: a time was asked for, so that a number alone may be one; None: unknown. `mending`: a time is held already, which other things said
    do not touch: then a number alone is one only as the whole answer.
    """
    items = line(utterance)
    if items is None:
        return None
    pieces = Days(items, english().sets, region, month_first).pieces()
    if not pieces:
        return None
    kept = Places(items, pieces, asked=asked, mending=mending).kept()
    return (items, kept) if any(piece.kind is not Kind.MARK for piece in kept) else None


class Places(Relations):
    def __init__(self, items: Line, pieces: list[Piece], *, asked: bool | None, mending: bool) -> None:
        super().__init__(items, pieces)
        self.asked = asked
        self.mending = mending
        self._whole: bool | None = None
        self.alive = {id(piece) for piece in pieces}

    def kept(self) -> list[Piece]:
        """The pieces that stand where times stand, with their relations. A clock that had to be looked for gives way to one that was plain."""
        for piece in reversed(self.pieces):
            if piece.kind is not Kind.MARK and not self._stands(piece):
                self._drop(piece)
        for piece in [*self.starts.values()]:
            if piece.bare and not self._has_reason(piece):
                self._drop(piece)
        kept = [self._related(piece) for piece in self.pieces if piece.kind is Kind.MARK or id(piece) in self.alive]
        kept = self._without_idle(kept)
        fixed = any(piece.value is Mark.FIX or piece.relation is Mark.NOT for piece in kept)
        if not fixed and any(piece.kind is Kind.CLOCK and piece.confidence > _UNSURE for piece in kept):
            kept = [piece for piece in kept if piece.kind is not Kind.CLOCK or piece.confidence > _UNSURE]
        return kept

    def _without_idle(self, kept: list[Piece]) -> list[Piece]:
        """Without what says nothing beside the others: "that day" that is not turned down, "any time" with no day, the caller's own hours."""
        kept = [piece for piece in kept if piece.kind is not Kind.OTHER or piece.relation is Mark.NOT]
        if self.mending or not any(piece.kind is Kind.DAY and piece.relation is None for piece in kept):
            kept = [piece for piece in kept if not (piece.kind is Kind.SOONEST and piece.bare)]
        own = [piece for piece in kept if piece.kind is Kind.CLOCK and self.is_own(piece)]
        if any(piece.kind is Kind.CLOCK and piece not in own for piece in kept):
            gone = {at for piece in own for at in (piece.first, piece.last, piece.last + 1, piece.last + 2)}
            kept = [piece for piece in kept if piece not in own and not (piece.kind is Kind.PART and piece.first in gone)]
        kept = [
            piece for piece in kept if not (self._asks_about(piece) and any(other.kind is piece.kind and other.first > piece.last for other in kept))
        ]
        return denied_together(kept, lambda at: self.line.words[at] in ("and", "or"))

    def _asks_about(self, piece: Piece) -> bool:
        """ "Is that the fifth?", before it is said which day is wanted."""
        line = self.line
        if line.words[piece.last] != "?":
            return False
        before = line.words[max(0, piece.first - 3) : piece.first]
        return "that's" in before or any(pair in (("is", "that"), ("was", "that"), ("is", "it")) for pair in pairwise(before))

    def _drop(self, piece: Piece) -> None:
        self.alive.discard(id(piece))
        for table, at in ((self.starts, piece.first), (self.ends, piece.last)):
            if table.get(at) is piece:
                del table[at]

    def _stands(self, piece: Piece) -> bool:
        """Whether no neighbour takes the piece for itself: a street type, a noun that is counted, a title, another number."""
        after = self.line.words[piece.last]
        if after in self.sets["streets"] and piece.kind is not Kind.PART and self.line.kinds[piece.last - 1] != "half_of_day":
            return False
        habit = not self.line.kinds[piece.first - 1] and self.line.words[piece.first - 1] in self.sets["habits"]
        if (habit and piece.kind in (Kind.DAY, Kind.CLOCK, Kind.PART)) or self.is_story(piece):
            return False
        if after in self.sets["people"] and self.line.kinds[piece.last - 1] in ("number", "ordinal"):
            return False
        counts = piece.bare if piece.kind is Kind.DAY else self._ends_in_number(piece)
        if piece.kind in (Kind.CLOCK, Kind.DAY) and counts and not self._may_follow(piece.last) and not self._dates_weekday(piece):
            return False
        return not piece.bare or piece.kind is Kind.SOONEST or not self._named(piece)

    def _dates_weekday(self, piece: Piece) -> bool:
        """ "Friday the thirteenth": the date of the weekday before it, whatever stands after it."""
        line, before = self.line, piece.first - 1
        before -= before > 0 and line.words[before] == "the"
        return piece.kind is Kind.DAY and line.kinds[piece.first] == "ordinal" and before >= 0 and line.kinds[before] == "weekdays"

    def _ends_in_number(self, piece: Piece) -> bool:
        """Whether the last thing said is a number that could count what follows."""
        if line_kind := self.line.kinds[piece.last - 1]:
            return line_kind in ("number", "ordinal") and (piece.bare or self.line.words[piece.last - 2] not in (":", "/", "-", "."))
        return False

    def _may_follow(self, at: int) -> bool:
        """Whether what stands at item `at` may stand after a number that is a time."""
        line = self.line
        joins = line.kinds[at] == "or" or line.words[at] in self.sets["range_to"] or line.words[at] in self.sets["range_and"]
        if joins and line.kinds[at + 1] == "number" and at + 1 not in self.starts:
            return False
        if at >= line.count or at in self.starts or line.kinds[at] in _FOLLOW_KINDS:
            return True
        if line.words[at] == "-":
            return not line.glued(at) or (at + 1 in self.starts)
        if line.words[at] in (".", ":", "/") and line.kinds[at + 1] == "number" and line.glued(at + 1):
            return False
        if line.words[at] == "of":
            return line.words[at + 1] in ("the", "this") or line.kinds[at + 1] in ("months", "which")
        return line.words[at] in _MARKS_FOLLOW or line.words[at] in self.sets["follow"]

    def _named(self, piece: Piece) -> bool:
        """Whether the number belongs to what stands before it: a title, a label, a currency, another number."""
        line = self.line
        before = piece.first - 1
        if before < 0:
            return False
        word = line.words[before]
        if word in self.sets["currency"] or word in ("'",):
            return True
        if self._is_pronoun(piece):
            return True
        if line.kinds[before] in ("number", "ordinal") and piece.first not in self.ends:
            return True
        if (
            word in ("-", "/", ".", ":")
            and line.glued(piece.first)
            and line.kinds[before - 1] == "number"
            and (word != "-" or before not in self.ends)
        ):
            return True
        return word in self.sets["labels"] or word in self.sets["titles"]

    def _is_pronoun(self, piece: Piece) -> bool:
        """ "the second one", "a cheaper one": "one" is a clock only after "at", before a part of the day, or as the whole answer."""
        line, before = self.line, piece.first - 1
        if line.words[piece.first] != "one" or piece.last - piece.first != 1 or self._in_part(piece.last):
            return False
        if line.kinds[before] == "edge" or any(line.words[before] in self.sets[name] for name in ("at", "after", "before")):
            return False
        return bool(line.kinds[before]) or line.words[before] == "the" or not self._is_whole_answer()

    def _has_reason(self, piece: Piece) -> bool:
        """Whether anything but its being a number makes it a time: where it stands itself, or the clock it is joined to."""
        if piece.kind is Kind.DAY:
            return self._day_has_reason(piece)
        if piece.kind is Kind.SOONEST:
            return self.asked is True
        joined = (self._joined_before(piece), self._joined_after(piece))
        return self._clock_has_reason(piece) or any(other is not None and (not other.bare or self._clock_has_reason(other)) for other in joined)

    def _clock_has_reason(self, piece: Piece) -> bool:
        before = self._before(piece)
        if self._in_part(piece.last):
            return True
        if self._party(piece.first - 1):
            return False
        if before == "in" and not self.line.kinds[piece.first - 1]:
            return False
        if before in self.sets["at"] or before in self.sets["past_hour"] or before in self.sets["before"]:
            return True
        if self._beside_time(piece) and not (before in self.sets["for"] and self.asked is not True):
            return True
        clock_like = self.line.size(piece.first, piece.last) > 1 or self._in_army_figures(piece)
        if clock_like and (before in self.sets["on"] or self._is_whole_answer() or self._beside_time(piece)):
            return True
        if self.mending:
            return self._is_whole_answer() and len(self._written_figures(piece)) <= _MOST_FIGURES
        counted = self.sets["people"].intersection(self.line.words)
        return self.asked is True and (counted <= self.sets["family"] and counted.isdisjoint(self.line.words[piece.last : piece.last + _NEAR]))

    def _written_figures(self, piece: Piece) -> str:
        """The figures that a piece begins with, "" when it was said in words."""
        text = self.line.utterance.words[self.line.firsts[piece.first]]
        return text if text[0].isdigit() else ""

    def _in_army_figures(self, piece: Piece) -> bool:
        """ "0930"."""
        text = self._written_figures(piece)
        return len(text) == len("0930") and text[0] == "0"

    def _joined_after(self, piece: Piece) -> Piece | None:
        """The clock that one goes up to or that may take its place: "nine to eleven", "between two and four", "six or seven"."""
        end = self.starts.get(piece.last + 1) if self._joins(piece.last, piece.first) else None
        return end if end is not None and end.kind is Kind.CLOCK else None

    def _joined_before(self, piece: Piece) -> Piece | None:
        """The clock that is joined to this one from before."""
        start = self.ends.get(piece.first - 1)
        return start if start is not None and start.kind is Kind.CLOCK and self._joins(start.last, start.first) else None

    def _joins(self, at: int, first: int) -> bool:
        """Whether item `at` joins two clocks, the first of which begins at item `first`."""
        word = self.line.words[at]
        return self.line.kinds[at] == "or" or word in self.sets["range_to"] or (word in self.sets["range_and"] and self._after_between(first))

    def _in_part(self, at: int) -> bool:
        """Whether "in the evening", "at night" begins at item `at`."""
        here = at + 1 if self.line.words[at] in ("in", "at", "on") else at
        here += self.line.words[here] == "the"
        return self.line.kinds[here] == "parts"

    def _day_has_reason(self, piece: Piece) -> bool:
        """An ordinal is a day after "on", "for" and the like, beside a weekday or clock, as a whole answer, or when a day was asked for."""
        line = self.line
        day: Day = piece.value
        if day.month is not None:
            return line.kinds[piece.first] != "number" or "/" not in line.words[piece.first : piece.last] or self._date_has_reason(piece)
        said_alone = line.kinds[piece.first] == "ordinal" and not line.values[piece.first + 1]
        before = self._before(piece)
        in_words = line.utterance.tokens[line.firsts[piece.first]].is_word
        the = line.words[piece.first - 1] == "the"
        if before in self.sets["on"] or self._beside_time(piece) or self._is_whole_answer():
            return the or not in_words or before == "on" or self._beside_time(piece)
        return self.asked is True and not self.mending and said_alone and (the or not in_words)

    def _date_has_reason(self, piece: Piece) -> bool:
        """ "3/4" is a fraction as often as a date."""
        before = self._before(piece)
        asked = self.asked is True and not self.mending
        return asked or before in self.sets["on"] or self._beside_time(piece) or self._is_whole_answer() or max(self._figures(piece)) > 12

    def _figures(self, piece: Piece) -> list[int]:
        return [self.line.values[at][0] for at in range(piece.first, piece.last) if self.line.kinds[at] == "number"]

    def _before(self, piece: Piece) -> str:
        """The word before a piece, past "the"."""
        before = piece.first - 1
        if before >= 0 and self.line.words[before] in ("the", "maybe", "like"):
            before -= 1
        return self.line.words[before] if before >= 0 else ""

    def _party(self, at: int) -> bool:
        """ "a table for two", "party of five", "just one": item `at` stands before the number."""
        line = self.line
        if line.words[at] in self.sets["for"]:
            at -= 1
        return at >= 0 and line.words[at] in self.sets["party"]

    def _beside_time(self, piece: Piece) -> bool:
        """Whether a piece that is no bare number stands right beside it, with at most a few linking words between."""
        at = piece.last
        for _ in range(_MOST_LINKERS):
            other = self.starts.get(at)
            if other is not None:
                if not other.bare and (other.kind is not piece.kind or piece.kind is Kind.DAY):
                    return True
                break
            if at >= self.line.count or self.line.words[at] not in self.sets["linkers"]:
                break
            at += 1
        at = piece.first
        for _ in range(_MOST_LINKERS):
            other = self.ends.get(at)
            if other is not None:
                return not other.bare and (other.kind is not piece.kind or piece.kind is Kind.DAY)
            if at <= 0 or self.line.words[at - 1] not in self.sets["linkers"]:
                return False
            at -= 1
        return False

    def _is_whole_answer(self) -> bool:
        """Whether nothing but times and filling words was said."""
        if self._whole is None:
            covered = {at for piece in self.pieces if piece.kind is not Kind.MARK for at in range(piece.first, piece.last)}
            beside = self.sets["fillers"] | self.sets["mending"] if self.mending else self.sets["fillers"]
            self._whole = all(
                at in covered or word in beside or not word[0].isalnum() or (self.mending and self.line.kinds[at] in _MENDING)
                for at, word in enumerate(self.line.words[: self.line.count])
            )
        return self._whole

    def _related(self, piece: Piece) -> Piece:
        """With the relation that the words right before it, or right after it, say."""
        if piece.kind is Kind.MARK or piece.relation is not None:
            return piece
        relation, confidence = self.relation(piece), piece.confidence
        if piece.bare and piece.kind is Kind.CLOCK:
            confidence = min(confidence, self._plainness(piece))
        return Piece(
            kind=piece.kind, value=piece.value, first=piece.first, last=piece.last, confidence=confidence, bare=piece.bare, relation=relation
        )

    def _plainness(self, piece: Piece) -> float:
        """How much a bare clock has to it besides having been asked for: words that say it is one, or only a day beside it."""
        before = self._before(piece)
        if before in self.sets["at"] or self._in_part(piece.last) or self._joined_before(piece) or self._joined_after(piece):
            return 1.0
        if self.line.size(piece.first, piece.last) > 1:
            return 1.0
        return _BESIDE if self._beside_time(piece) else _UNSURE
