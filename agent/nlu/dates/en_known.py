"""English words that speak of a time already known: "anything later", "another day", "the one after", "same time", "I can't do Fridays"."""

from agent.nlu.dates import Day, Kind, Mark, Piece, day_piece, nothing
from agent.nlu.dates.en_lengths import Lengths


class Known(Lengths):
    """Reads what is said about a time that is held, was offered, or is turned down."""

    def _after_one(self, at: int) -> list[Piece]:
        """ "The one after": the same weekday, a week on."""
        return [day_piece(at, at + 1, Day(after_known=True, next_one=True, shift=7), 0.4)]

    def _plural(self, at: int) -> list[Piece]:
        """ "I can't do Fridays", "Fridays are best": what one says of all of them is said of the one that is meant; "I work Fridays" is not."""
        line = self.line
        denied = line.kinds[at - 1] == "not" or line.kinds[at + 1] == "denied_after" or line.words[at + 1] in self.sets["denials"]
        relation = Mark.NOT if denied else None
        if not denied and line.words[at + 1] not in self.sets["said_of_plural"]:
            return nothing(at, at + 1)
        return [Piece(kind=Kind.DAY, value=Day(weekday=line.values[at]), first=at, last=at + 1, relation=relation)]

    def _other(self, at: int) -> list[Piece]:
        """ "Another day"; "that day", where it is turned down."""
        value, turned_down = self.line.values[at]
        return [Piece(kind=Kind.OTHER, value=value, first=at, last=at + 1, relation=Mark.NOT if turned_down else None)]

    def _than(self, at: int) -> list[Piece]:
        """ "Anything later", "a bit earlier", "later in the week"; "I'll call you later" is no wish."""
        line = self.line
        if line.words[at] == "sooner" and line.words[at - 1] in ("i'd", "would", "we'd"):  # rather
            return nothing(at, at + 1)
        if any(line.words[here] in self.sets["put_off"] for here in range(max(0, at - 4), at)):
            return nothing(at, at + 1)
        in_week = "week" in line.words[at + 1 : at + 4] and line.values[at + 1] != "next"
        end = next(here for here in range(at + 1, at + 5) if line.words[here - 1] == "week") if in_week else at + 1
        return [Piece(kind=Kind.THAN, value=(Mark(line.values[at]), in_week), first=at, last=end, confidence=0.5)]

    def _too(self, at: int) -> list[Piece]:
        """ "Too early": later than what is known; said of a day, on a later one."""
        of_day = any(self.line.kinds[here] in ("weekdays", "days", "ordinal", "weekend") for here in range(max(0, at - 4), at))
        return [Piece(kind=Kind.THAN, value=(Mark(self.line.values[at]), of_day), first=at, last=at + 1, confidence=0.5)]

    def _same(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.SAME, value=None, first=at, last=at + 1)]

    def _any_time(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.SOONEST, value=None, first=at, last=at + 1, bare=True)]

    def _edge(self, at: int) -> list[Piece]:
        """ "Later than that"; before a clock the phrase is the clock's own."""
        line = self.line
        if line.words[at] not in ("later", "earlier") or line.kinds[at + 1] or line.words[at + 1] not in ("", ".", "?", "that", "this"):
            return []
        return [Piece(kind=Kind.THAN, value=(Mark(line.values[at]), False), first=at, last=at + 1, confidence=0.5)]

    def _not_this(self, at: int) -> list[Piece]:
        return [Piece(kind=Kind.DAY, value=Day(week=0), first=at, last=at + 1, relation=Mark.NOT)]
