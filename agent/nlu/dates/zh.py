"""Mandarin days and everything between them and clocks: "下周三", "五月三号", "后天上午", "九月的第二个星期五".

A character is a token, so phrases are runs of them and the longest counts. "周三丰" is a name, "七号楼" a building, "便宜一点" no clock: what may
follow and precede is in the sets of `time.toml`.
"""

from agent.nlu.dates import MOST_PIECES, Day, Kind, Line, Mark, Piece, day_piece, denied_together
from agent.nlu.dates.plain import PLAIN
from agent.nlu.dates.zh_clocks import clock_piece
from agent.nlu.dates.zh_days import Days
from agent.nlu.dates.zh_words import mandarin
from agent.nlu.utterance import Utterance

_PAUSE = "不是 "
_WITH_COMMA = "不是,"


def read(utterance: Utterance, *, region: str, month_first: bool | None, asked: bool | None, editing: bool) -> tuple[Line, list[Piece]] | None:
    """Every piece of time in the utterance, in order, each with its relation; None when there is none. See `en_places.read`.

    Region and order of figures make no difference: in Chinese the month is written first everywhere; nor does `editing`: a clock has its 点.
    """
    if _PAUSE in utterance.text:  # "七号 不是 八号": a "no" by itself, where "不是八号" is "not the eighth"; the comma takes the place of the pause
        utterance = Utterance(utterance.text.replace(_PAUSE, _WITH_COMMA))
    table = mandarin()
    if table.triggers.isdisjoint(utterance.words) and ":" not in utterance.words and "/" not in utterance.words:
        return None
    line = Line(utterance, table.phrases, table.number)
    pieces = Chinese(line, asked=asked).pieces()
    return (line, pieces) if any(piece.kind is not Kind.MARK for piece in pieces) else None


class Chinese(Days):
    """Reads every piece of a line."""

    def pieces(self) -> list[Piece]:
        """Every piece, in order; each item is visited once."""
        line = self.line
        found: list[Piece] = []
        ended = 0
        at = 0
        while at < line.count and len(found) < MOST_PIECES:
            read = self._at(at, ended)
            if not read:
                at += 1
                continue
            for piece in read:
                if piece.kind is not Kind.MARK or piece.value is not None:
                    found.append(self._related(piece, ended, found[-1] if found else None))
            at = read[-1].last
            if read[-1].kind is not Kind.MARK:
                ended = at
        found = [piece for piece in found if piece.kind is not Kind.OTHER or piece.relation is Mark.NOT]
        own = [piece for piece in found if piece.kind is Kind.CLOCK and line.kinds[piece.last] == "own"]
        if any(piece.kind is Kind.CLOCK and piece not in own for piece in found):
            begins = {piece.first for piece in own}
            found = [piece for piece in found if piece not in own and not (piece.kind is Kind.PART and piece.last in begins)]
        return denied_together(found, lambda at: line.words[at] in self.sets["joins"] or line.kinds[at] == "or")

    def _at(self, at: int, ended: int) -> list[Piece]:
        """The pieces that begin at item `at`. `ended`: where the piece before it ended."""
        kind, value = self.line.kinds[at], self.line.values[at]
        if kind == "number":
            return self._numbers(at, ended)
        if kind == "week_names":
            return self._weekday(at, at, None, ended)
        if reader := _READERS.get(kind):
            return reader(self, at)
        return PLAIN[kind](at, value) if kind in PLAIN else []

    def _relative(self, at: int) -> list[Piece]:
        return [day_piece(at, at + 1, Day(offset=self.line.values[at]))]

    def _point(self, at: int) -> list[Piece]:
        hour, minute = (int(part) for part in self.line.values[at].split(":"))
        return [clock_piece(at, at + 1, hour, minute, decided=True)]

    def _named_holiday(self, at: int) -> list[Piece]:
        return self._holiday(at, at + 1, Day(holiday=self.line.values[at]))

    def _than(self, at: int) -> list[Piece]:
        """ "晚一点"; "晚点打给你" is no wish."""
        if any(word in self.sets["put_off"] for word in self.line.words[at + 1 : at + 3]):
            return []
        return [Piece(kind=Kind.THAN, value=(Mark(self.line.values[at]), False), first=at, last=at + 1, confidence=0.5)]

    def _too(self, at: int) -> list[Piece]:
        """ "太早了": later than what is known; said of a day, on a later one."""
        of_day = any(self.line.kinds[here] in ("week_names", "days", "date", "weekday_ends") for here in range(max(0, at - 3), at))
        return [Piece(kind=Kind.THAN, value=(Mark(self.line.values[at]), of_day), first=at, last=at + 1, confidence=0.5)]

    def _which(self, at: int) -> list[Piece]:
        """ "下周三", "这个周末", "下个月三号", "下周", "上周五"."""
        line, which = self.line, self.line.values[at]
        here = at + 1
        if line.kinds[here] == "week_names" or line.words[here] in self.sets["week_openers"]:
            named = self._weekday(at, here, which, at)
            if which < 0:
                return [Piece(kind=Kind.DAY, value=None, first=at, last=named[-1].last if named else here + 1)]
            return named or [day_piece(at, here + 1, Day(week=which))]
        if which < 0 and line.kinds[here] in ("units", "date") and line.values[here] in ("month", "1 month"):
            end = here + 3 if line.kinds[here + 1] == "number" and line.values[here + 2] == "day" else here + 1
            return [Piece(kind=Kind.DAY, value=None, first=at, last=end)]
        if line.values[here] == "month" or (
            line.kinds[here] == "units" and line.words[here] in self.sets["month_openers"] and line.values[here] == "1 month"
        ):
            return self._day_of_month(at, here + 1, which)
        return []

    def _numbers(self, at: int, ended: int) -> list[Piece]:
        return (
            self._written(at)
            or self._number_holiday(at)
            or self._end_of_month(at)
            or self._date(at, ended)
            or self._colon(at)
            or self._oclock(at, ended)
            or self._length(at, at)
        )

    def _related(self, piece: Piece, ended: int, before: Piece | None) -> Piece:
        """With the relation that the words right before it, or right after it, say; in "不是下午两点" both pieces are not meant."""
        relation = self._relation(piece, ended)
        if (
            relation is None
            and piece.kind is not Kind.THAN
            and before is not None
            and before.relation is Mark.NOT
            and before.last == piece.first
            and self.line.glued(piece.first)
        ):
            relation = Mark.NOT
        if relation is None or piece.kind is Kind.MARK:
            return piece
        return Piece(kind=piece.kind, value=piece.value, first=piece.first, last=piece.last, confidence=piece.confidence, relation=relation)

    def _relation(self, piece: Piece, ended: int) -> Mark | None:
        line, after, before = self.line, piece.last, piece.first - 1
        if piece.relation is not None:
            return piece.relation
        said_of = after + (line.words[after] in self.sets["all"])
        if line.kinds[said_of] in ("denied_after", "too"):
            return Mark.NOT
        if before >= 0 and line.kinds[before] == "not":
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


_READERS = {
    "days": Chinese._relative,
    "points": Chinese._point,
    "holidays": Chinese._named_holiday,
    "which": Chinese._which,
    "ahead": Chinese._before_number,
    "shift": Chinese._before_number,
    "clock": Chinese._before_number,
    "than": Chinese._than,
    "too": Chinese._too,
}
"""What reads an item of each table, where it is more than a piece by itself."""
