"""Times that are nobody's wish: what happened, what was wished, how old somebody is, who is named after a day.

"It broke on Monday", "have a nice weekend", "my son is nine", "it's Bill Friday".
"""

from agent.slots.time.items import Line
from agent.slots.time.pieces import Kind, Piece

CLAUSE = 6
"""How many words a verb rules."""
_TELLING = (Kind.DAY, Kind.CLOCK, Kind.PART)


class Stories:
    """Looks around a piece of a line for what makes it no wish."""

    def __init__(self, items: Line) -> None:
        self.line = items
        self.sets = items.known.sets

    def is_story(self, piece: Piece) -> bool:
        """Whether the piece tells, greets or names instead of asking for a time."""
        if piece.kind in _TELLING and (self._is_told(piece) or self._is_courtesy(piece)):
            return True
        if piece.kind is Kind.DAY:
            return self._is_titled(piece) or self._is_surname(piece)
        return piece.bare and self._is_age(piece)

    def _is_titled(self, piece: Piece) -> bool:
        """ "Dr. Sunday Adeyemi"."""
        line, before = self.line, piece.first - 1
        before -= before > 0 and line.words[before] == "."
        return before >= 0 and line.words[before] in self.sets["titles"] and line.words[before] not in self.sets["trades"]

    def _is_surname(self, piece: Piece) -> bool:
        """ "It's Bill Friday": a weekday that ends what is said, behind a single word that is no word for times, behind a word that gives a name."""
        line, given = self.line, piece.first - 1
        behind = given - (given >= 0 and line.words[given] in self.sets["name_links"])
        if behind >= 0 and line.words[behind] in self.sets["name_nouns"]:
            return True
        if given < 1 or line.size(piece.first, piece.last) != 1 or line.kinds[piece.first] != "weekdays":
            return False
        if line.words[piece.last][:1].isalnum() or line.kinds[given] or not line.words[given].isalpha():
            return False
        named = any(tuple(line.words[max(0, given - len(cue)) : given]) == cue for cue in self.line.known.name_cues)
        return named and not any(line.words[given] in self.sets[name] for name in ("linkers", "fillers", "follow", "before_days", "labels"))

    def _is_age(self, piece: Piece) -> bool:
        """ "My son is nine", "the dog's four"."""
        line, verb = self.line, piece.first - 1
        if verb < 0:
            return False
        owner = line.words[verb].removesuffix("'s")
        if owner != line.words[verb]:
            return owner in self.sets["relatives"]
        return line.words[verb] in self.sets["ages"] and line.words[max(0, verb - 1)] in self.sets["relatives"]

    def _is_told(self, piece: Piece) -> bool:
        """Whether the caller tells what happened then: "it broke on Monday"."""
        line = self.line
        for at in range(piece.first - 1, max(-1, piece.first - 1 - CLAUSE), -1):
            if line.words[at] in self.sets["unless"] or line.kinds[at] in ("or", "fix", "change"):
                return False
            if line.words[at] in self.sets["past_verbs"]:
                return True
        return False

    def _is_courtesy(self, piece: Piece) -> bool:
        """ "Have a great weekend", "thanks for your help today"."""
        line, before = self.line, piece.first - 1
        if before < 1 or piece.kind is Kind.CLOCK:
            return False
        if line.words[before] in self.sets["before_enjoyed"] and line.words[before - 1] in self.sets["enjoying"]:
            return True
        if line.words[before] in self.sets["wishes"]:
            verb = before - 1 if line.words[before - 1] in self.sets["wishing"] else before - 2
            return verb >= 0 and line.words[verb] in self.sets["wishing"]
        thanked = line.words[before] in self.sets["courtesies"]
        return thanked and any(line.words[at] in self.sets["thanking"] for at in range(max(0, before - CLAUSE), before))
