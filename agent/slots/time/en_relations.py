"""How a piece of time stands to what is meant, by the words around it: "not Friday", "after three", "by Thursday", "I finish at five"."""

from agent.slots.time.en_stories import CLAUSE, Stories
from agent.slots.time.items import Line
from agent.slots.time.pieces import Kind, Mark, Piece

MOST_LINKERS = 3
"""Words such as "the" or "at" that may stand between what belongs together."""
_TELLING_KINDS = frozenset(("not", "edge", "own", "between"))


class Relations(Stories):
    """Reads the relation of each piece."""

    def __init__(self, items: Line, pieces: list[Piece]) -> None:
        super().__init__(items)
        self.pieces = pieces
        self.starts = {piece.first: piece for piece in pieces if piece.kind is not Kind.MARK}
        self.ends = {piece.last: piece for piece in pieces if piece.kind is not Kind.MARK}

    def relation(self, piece: Piece) -> Mark | None:
        """What the words right before the piece, or right after it, say of it; None when they say nothing."""
        if self._is_turned_down(piece):
            return Mark.NOT
        at = piece.first - 1
        for _ in range(MOST_LINKERS + 1):
            if at < 0:
                return None
            word, kind = self.line.words[at], self.line.kinds[at]
            if kind in _TELLING_KINDS:
                return self._told(piece, at)
            if found := self._said_by(piece, at):
                return found
            if word not in self.sets["linkers"] or word == ",":
                return None
            at -= 1
        return None

    def _told(self, piece: Piece, at: int) -> Mark | None:
        """What the phrase at item `at` says of the piece behind it."""
        match self.line.kinds[at]:
            case "not":
                return Mark.NOT
            case "between":
                return Mark.NOT if self._follows_not(at) else Mark.FROM
            case "own":
                return Mark(self.line.values[at]) if piece.kind is Kind.CLOCK else None
            case _:
                return self._edge(piece, at)

    def _said_by(self, piece: Piece, at: int) -> Mark | None:
        """What the word at item `at` says of the piece: "until", "to", "and" behind "between", "after", "by"."""
        word, kind, sets, joins = self.line.words[at], self.line.kinds[at], self.sets, at in self.ends
        if not kind and word in sets["until"] and self._away(at):
            return Mark.AFTER if piece.kind is Kind.CLOCK else Mark.FROM
        ends_range = word in sets["range_to"] and (joins or (word not in sets["before"] and word != "-"))
        if ends_range or (joins and word in sets["range_and"] and self._after_between(self.ends[at].first)):
            return Mark.NOT if joins and self.relation(self.ends[at]) is Mark.NOT else Mark.TO  # "except from one to three"
        if not kind and (bound := self._bound(piece, word)):
            return _flipped(piece, bound) if self._denied(at) else bound
        return None

    def _follows_not(self, at: int) -> bool:
        """Whether "not", "except" stands right before item `at`."""
        before = at - 1
        while before >= 0 and self.line.words[before] in self.sets["linkers"] and self.line.words[before] != ",":
            before -= 1
        return before >= 0 and self.line.kinds[before] == "not"

    def _is_turned_down(self, piece: Piece) -> bool:
        """ "Friday doesn't work", "Friday's out", "eleven is a bit early"."""
        line, at = self.line, piece.last
        said_of = line.utterance.words[line.firsts[at] - 1].endswith("'s")
        for _ in range(MOST_LINKERS + 1):
            if line.kinds[at] in ("denied_after", "too"):
                return True
            if said_of and line.words[at] in self.sets["bad"] and (not line.words[at + 1][:1].isalnum() or line.words[at + 1] in self.sets["follow"]):
                return True
            if line.words[at] not in self.sets["is_said"]:
                return False
            said_of = said_of or line.words[at] in self.sets["is"]
            at += 1
        return False

    def is_own(self, piece: Piece) -> bool:
        """Whether the clock is one of the caller's own day: "I finish at five"."""
        at = piece.first - 1
        while at >= 0 and not self.line.kinds[at] and self.line.words[at] in self.sets["linkers"] | self.sets["before"]:
            at -= 1
        return at >= 0 and (self.line.kinds[at] == "own" or (self.line.words[piece.first - 1] in self.sets["until"] and self._away(piece.first - 1)))

    def _edge(self, piece: Piece, at: int) -> Mark | None:
        """Of a clock what the phrase says; of a day "not after Friday" and "no later than Friday" allow that day, "later than Friday" does not."""
        bound, denied = Mark(self.line.values[at]), self.line.words[at] in self.sets["denies_edge"]
        if piece.kind is not Kind.DAY:
            return bound if piece.kind is Kind.CLOCK else None
        return (Mark.FROM if bound is Mark.AFTER else Mark.BY) if denied else bound

    def _bound(self, piece: Piece, word: str) -> Mark | None:
        """ "After", "before" and "by", of a clock or a day."""
        if piece.kind not in (Kind.CLOCK, Kind.DAY):
            return None
        if word in self.sets["after"]:
            return Mark.AFTER
        if word not in self.sets["before"]:
            return None
        if piece.kind is Kind.CLOCK:
            return Mark.BEFORE
        return Mark.BEFORE if word in self.sets["before_word"] else Mark.BY if word in self.sets["by"] else None

    def _denied(self, at: int) -> bool:
        """Whether "not", "nothing", "can't do" stands before item `at`."""
        line = self.line
        for here in range(at - 1, max(-1, at - 1 - CLAUSE), -1):
            if self._parts_clauses(here) or line.words[here] in self.sets["indifferent"]:
                return False
            if line.kinds[here] == "not" or (line.words[here] in self.sets["denials"] and line.words[here] not in self.sets["no"]):
                return True
        return False

    def _away(self, at: int) -> bool:
        """Whether "until" at item `at` ends a time at which the caller is away: "I'm working until five", "not until Friday"."""
        for here in range(at - 1, max(-1, at - 1 - CLAUSE), -1):
            if self._parts_clauses(here):
                return False
            kind, word = self.line.kinds[here], self.line.words[here]
            if kind in ("not", "denied_after") or word in self.sets["unavailable"] or word in self.sets["denials"]:
                return True
        return False

    def _parts_clauses(self, at: int) -> bool:
        return self.line.kinds[at] in ("or", "fix", "so", "change") or self.line.words[at] in self.sets["parts_clauses"]

    def _after_between(self, at: int) -> bool:
        return any(self.line.kinds[here] == "between" for here in range(max(0, at - MOST_LINKERS), at))


def _flipped(piece: Piece, bound: Mark) -> Mark:
    """ "Nothing before ten" is from ten on; "nothing before Friday" from Friday on, "nothing after Friday" by Friday."""
    if piece.kind is Kind.DAY:
        return Mark.BY if bound is Mark.AFTER else Mark.FROM
    return Mark.BEFORE if bound is Mark.AFTER else Mark.AFTER
