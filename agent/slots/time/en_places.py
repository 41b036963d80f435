"""Where a number is a time and where it is not: "at four" and "at 4 Smith Street", "for two" and "for 2:30", "the third" and "the third door".

A bare number counts when a word or its neighbours make it a time ("at", "around", a day or part of the day beside it), or when the caller was asked
for a time; never when it counts or names what stands after it, and never inside a string of numbers.
"""

from itertools import pairwise

import msgspec

from agent.nlu.utterance import Utterance
from agent.slots.time import rules
from agent.slots.time.en_reasons import UNSURE, Reasons
from agent.slots.time.items import Line, words_of
from agent.slots.time.pieces import Kind, Mark, Piece, denied_together

_MARKS_FOLLOW = frozenset(",.?!;:)\"'@&")
_FOLLOW_KINDS = frozenset(("or", "fix", "not", "oclock", "half_of_day", "soonest", "opening", "denied_after", "between", "edge", "than", "own"))


def read(utterance: Utterance, *, region: str, month_first: bool | None, asked: bool | None, editing: bool) -> tuple[Line, list[Piece]] | None:
    """Every piece of time in the utterance, in order, each with its relation; None when there is none.

    `asked`: True: a time was asked for, so that a number alone may be one; None: unknown. `editing`: a time is held already, which other things said
    do not touch: then a number alone is one only as the whole answer.
    """
    known = words_of("en")
    if not known.may_tell(utterance):
        return None
    line = Line(utterance, known)
    pieces = rules.pieces(line, region, month_first)
    kept = Places(line, pieces, asked=asked, editing=editing).kept() if pieces else []
    return (line, kept) if any(piece.kind is not Kind.MARK for piece in kept) else None


class Places(Reasons):
    """Tells the pieces that are times from those that are not."""

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
        if not fixed and any(piece.kind is Kind.CLOCK and piece.confidence > UNSURE for piece in kept):
            kept = [piece for piece in kept if piece.kind is not Kind.CLOCK or piece.confidence > UNSURE]
        return kept

    def _without_idle(self, kept: list[Piece]) -> list[Piece]:
        """Without what says nothing beside the others: "that day" that is not turned down, "any time" with no day, the caller's own hours."""
        kept = [piece for piece in kept if piece.kind is not Kind.OTHER or piece.relation is Mark.NOT]
        if self.editing or not any(piece.kind is Kind.DAY and piece.relation is None for piece in kept):
            kept = [piece for piece in kept if not (piece.kind is Kind.SOONEST and piece.bare)]
        own = [piece for piece in kept if piece.kind is Kind.CLOCK and self.is_own(piece)]
        if any(piece.kind is Kind.CLOCK and piece not in own for piece in kept):
            gone = {at for piece in own for at in (piece.first, piece.last, piece.last + 1, piece.last + 2)}
            kept = [piece for piece in kept if piece not in own and not (piece.kind is Kind.PART and piece.first in gone)]
        kept = [
            piece for piece in kept if not (self._asks_about(piece) and any(other.kind is piece.kind and other.first > piece.last for other in kept))
        ]
        return denied_together(kept, lambda at: self.line.words[at] in self.sets["joins"])

    def _asks_about(self, piece: Piece) -> bool:
        """ "Is that the fifth?", before it is said which day is wanted."""
        line = self.line
        if line.words[piece.last] != "?":
            return False
        before = line.words[max(0, piece.first - 3) : piece.first]
        return not self.sets["asks_about"].isdisjoint((*before, *map(" ".join, pairwise(before))))

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
        before -= before > 0 and line.words[before] in self.sets["the"]
        return piece.kind is Kind.DAY and line.kinds[piece.first] == "ordinal" and before >= 0 and line.kinds[before] == "weekdays"

    def _ends_in_number(self, piece: Piece) -> bool:
        """Whether the last thing said is a number that could count what follows."""
        if line_kind := self.line.kinds[piece.last - 1]:
            return line_kind in ("number", "ordinal") and (piece.bare or self.line.words[piece.last - 2] not in (":", "/", "-", "."))
        return False

    def _may_follow(self, at: int) -> bool:
        """Whether what stands at item `at` may stand after a number that is a time."""
        line = self.line
        word, kind, following = line.words[at], line.kinds[at], line.kinds[at + 1]
        joins = kind == "or" or word in self.sets["range_to"] or word in self.sets["range_and"]
        if joins and following == "number" and at + 1 not in self.starts:
            return False
        if at >= line.count or at in self.starts or kind in _FOLLOW_KINDS:
            return True
        if word == "-":
            return not line.glued(at) or (at + 1 in self.starts)
        if word in (".", ":", "/") and following == "number" and line.glued(at + 1):
            return False
        if word in self.sets["of"]:
            return line.words[at + 1] in self.sets["the"] or following in ("months", "which")
        return word in _MARKS_FOLLOW or word in self.sets["follow"]

    def _named(self, piece: Piece) -> bool:
        """Whether the number belongs to what stands before it: a title, a label, a currency, another number."""
        line = self.line
        before = piece.first - 1
        if before < 0:
            return False
        word = line.words[before]
        if any(word in self.sets[name] for name in ("currency", "labels", "titles")) or self._is_pronoun(piece):
            return True
        if line.kinds[before] in ("number", "ordinal") and piece.first not in self.ends:
            return True
        in_figures = word in ("-", "/", ".", ":") and line.glued(piece.first) and line.kinds[before - 1] == "number"
        return in_figures and (word != "-" or before not in self.ends)

    def _is_pronoun(self, piece: Piece) -> bool:
        """ "the second one", "a cheaper one", "that one": "one" is a clock only after "at" or "between", before a part of the day, or as the whole
        answer."""
        line, before = self.line, piece.first - 1
        if line.words[piece.first] not in self.sets["one"] or piece.last - piece.first != 1 or self._in_part(piece.last):
            return False
        if line.kinds[before] in ("edge", "between") or any(line.words[before] in self.sets[name] for name in ("at", "after", "before")):
            return False
        return bool(line.kinds[before]) or line.words[before] in self.sets["singles_out"] or not self._is_whole_answer()

    def _related(self, piece: Piece) -> Piece:
        """With the relation that the words right before it, or right after it, say."""
        if piece.kind is Kind.MARK or piece.relation is not None:
            return piece
        relation, confidence = self.relation(piece), piece.confidence
        if piece.bare and piece.kind is Kind.CLOCK:
            confidence = min(confidence, self._plainness(piece))
        return msgspec.structs.replace(piece, confidence=confidence, relation=relation)
