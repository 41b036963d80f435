"""Where a Mandarin reading is a time and where it is not, and how it stands to the others.

A character is a token, so phrases are runs of them and the longest counts. "周三丰" is a name, "七号楼" a building, "便宜一点" no clock: what may
follow and precede is in the sets of `time.toml`.
"""

from collections.abc import Sequence

import msgspec

from agent.nlu.utterance import Utterance
from agent.slots.time import rules
from agent.slots.time.items import Line, words_of
from agent.slots.time.pieces import Kind, Mark, Piece, denied_together

_FOLLOW_KINDS = frozenset((
    "parts", "number", "days", "day_parts", "points", "which", "week_names", "or", "fix", "not", "denied_after", "later", "ago", "soonest",
    "opening", "holidays", "than", "own", "so",
))  # fmt: skip
_REPAIRS = frozenset(("or", "fix", "so", "not"))
_IN_NAMES = frozenset("、-/")


def read(utterance: Utterance, *, region: str, month_first: bool | None, asked: bool | None, editing: bool) -> tuple[Line, list[Piece]] | None:
    """Every piece of time in the utterance, in order, each with its relation; None when there is none. See `en_places.read`.

    Region and order of figures make no difference: in Chinese the month is written first everywhere; nor does `editing`: a clock has its 点.
    """
    known = words_of("zh")
    for no in known.sets["no"]:  # "七号 不是 八号": a "no" by itself, where "不是八号" is "not the eighth"; the comma takes the place of the pause
        if f"{no} " in utterance.text:
            utterance = Utterance(utterance.text.replace(f"{no} ", f"{no},"))
    if not known.may_tell(utterance):
        return None
    line = Line(utterance, known)
    pieces = Places(line, asked=asked).kept()
    return (line, pieces) if any(piece.kind is not Kind.MARK for piece in pieces) else None


class Places:
    """Reads every piece of a line that stands where times stand. `asked`: True when a time was asked for."""

    def __init__(self, line: Line, *, asked: bool | None) -> None:
        self.line = line
        self.asked = asked
        self.sets = line.known.sets

    def kept(self) -> list[Piece]:
        """Every piece, with its relation."""
        line = self.line
        found: list[Piece] = []
        ended = 0
        for piece in rules.pieces(line, "", True, self._fits):
            found.append(self._related(piece, ended, found[-1] if found else None))
            ended = ended if piece.kind is Kind.MARK else piece.last
        found = [piece for piece in found if piece.kind is not Kind.OTHER or piece.relation is Mark.NOT]
        own = [piece for piece in found if piece.kind is Kind.CLOCK and line.kinds[piece.last] == "own"]
        if any(piece.kind is Kind.CLOCK and piece not in own for piece in found):
            begins = {piece.first for piece in own}
            found = [piece for piece in found if piece not in own and not (piece.kind is Kind.PART and piece.last in begins)]
        return denied_together(found, lambda at: line.words[at] in self.sets["joins"] or line.kinds[at] == "or")

    def _fits(self, read: Sequence[Piece], at: int, ended: int) -> bool:
        """Whether the reading at item `at` is a time there."""
        piece = read[0] if read else None
        if piece is None or piece.kind not in (Kind.DAY, Kind.CLOCK, Kind.MINUTE):
            return True
        kinds, end = self.line.kinds, piece.last
        if piece.kind is not Kind.DAY:
            return not piece.bare and piece.kind is Kind.CLOCK and self._is_clock(at, end, ended)
        if piece.bare:
            return end - at > 1 and (self.asked is True or self._may_follow(end))
        if kinds[end - 2] == "week_names" and kinds[end - 1] != "parts":
            return self._is_weekday(at, end, ended)
        if kinds[at] == "number" and end - at == 1:
            return self._is_holiday(at)
        if kinds[at] == "number" and self.line.values[end - 1] == "day_mark" and end - at == 2:
            return self._is_day(at, end, ended)
        in_figures = kinds[end - 1] == "number" and self.line.words[end - 2] not in ("-", "/")
        return not in_figures or (kinds[end] not in ("clock", "units") and self._may_follow(end))

    def _may_follow(self, at: int) -> bool:
        """Whether what stands at item `at` may follow a day that could also be a name or a number of something."""
        line = self.line
        if at >= line.count or line.kinds[at] in _FOLLOW_KINDS:
            return True
        return not line.words[at][0].isalnum() or line.words[at] in self.sets["follow"] or line.words[at].isascii()

    def _is_clock(self, at: int, end: int, ended: int) -> bool:
        """Whether "三点" is no score ("评分四点"), nothing counted ("三点建议") and no little ("便宜一点")."""
        line, before = self.line, self.line.words[at - 1] if at else ""
        if line.kinds[at] != "number" or line.kinds[at + 1] != "clock":
            return True
        if at != ended and before in self.sets["scores"]:
            return False
        if end - at > 2 or line.values[at + 1] != "hour_mark":
            return True
        if (
            (line.words[at + 1] in self.sets["written_hours"] and at != ended)
            or line.words[end] in self.sets["counted"]
            or before in self.sets["numbering"]
        ):
            return False
        if line.values[at][0] != 1 or line.words[at].isdecimal() or (at == ended and at):
            return True
        return before not in self.sets["comparatives"] and self.asked is True and self._may_follow(end)

    def _is_weekday(self, first: int, end: int, ended: int) -> bool:
        """Whether "周三" is no part of a number or a name: "我姓周，三…", "周三丰", "周三丰先生"."""
        line = self.line
        if first == end - 2 and line.kinds[first - 1] == "number" and first != ended:
            return False
        if not self.sets["surname"].isdisjoint(line.words[max(0, first - 4) : first]):
            return False
        if line.values[end - 1] == 7:  # 周末
            return True
        after = line.words[end + 1]
        named = not self._may_follow(end) and (not after[:1].isalnum() or after in self.sets["titles"])
        return not named and line.words[first - 1] not in self.sets["names"]

    def _is_holiday(self, at: int) -> bool:
        """ "五一" and "十一" by what stands after them or by their being the whole answer."""
        line = self.line
        if line.count == 1 and (self.asked is True or (self.asked is None and line.values[at][0] != 11)):
            return True
        return line.words[at + 1] in self.sets["holiday_follow"] or line.kinds[at + 1] == "parts"

    def _is_day(self, at: int, end: int, ended: int) -> bool:
        """Whether "二十三号" is a day and no house, room or line."""
        line, before = self.line, self.line.words[at - 1] if at else ""
        if not self.sets["house"].isdisjoint(line.words[max(0, at - 4) : at]) or not self._may_follow(end):
            return False
        if at == ended or not before.isalnum() or before.isascii() or not line.glued(at) or line.kinds[at - 1] in _REPAIRS:
            return before not in _IN_NAMES
        return before in self.sets["before_day"]

    def _related(self, piece: Piece, ended: int, before: Piece | None) -> Piece:
        """With the relation that the words right before it, or right after it, say; in "不是下午两点" both pieces are not meant."""
        if piece.kind is Kind.MARK:
            return piece
        relation = self._relation(piece, ended)
        beside = before is not None and before.relation is Mark.NOT and before.last == piece.first and self.line.glued(piece.first)
        if relation is None and beside and piece.kind is not Kind.THAN:
            relation = Mark.NOT
        return piece if relation is None else msgspec.structs.replace(piece, relation=relation)

    def _relation(self, piece: Piece, ended: int) -> Mark | None:
        line, after, before = self.line, piece.last, piece.first - 1
        if piece.relation is not None:
            return piece.relation
        said_of = after + (line.words[after] in self.sets["all"])
        if line.kinds[said_of] in ("denied_after", "too") or (before >= 0 and line.kinds[before] == "not"):
            return Mark.NOT
        if before >= 0 and line.words[before] in self.sets["range_to"] and before == ended and ended:
            return Mark.TO
        if piece.kind in (Kind.CLOCK, Kind.DAY) and line.kinds[after] in ("later", "ago"):
            following = after + 1 + (line.words[after + 1] in self.sets["all"])
            denied = line.kinds[following] == "denied_after"  # "周三以前都没空": from then on
            later = line.kinds[after] == "later"
            if denied and piece.kind is Kind.DAY:
                return Mark.BY if later else Mark.FROM
            return Mark.AFTER if later is not denied else Mark.BEFORE
        if piece.kind is Kind.CLOCK and line.kinds[after] == "own":
            return Mark(line.values[after])
        return Mark.FROM if before >= 0 and line.kinds[before] == "between" else None
