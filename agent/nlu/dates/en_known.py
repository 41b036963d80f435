"""English words that speak of a time already known: "anything later", "another day", "the one after", "same time", "I can't do Fridays"."""

from agent.nlu.dates import Day, Kind, Mark, Piece, nothing
from agent.nlu.dates.en_lengths import Lengths


class Known(Lengths):
    """Reads what is said about a time that is held, was offered, or is turned down."""

    def _plural(self, at: int) -> list[Piece]:
        """ "I can't do Fridays", "Fridays are best": what one says of all of them is said of the one that is meant; "I work Fridays" is not."""
        line = self.line
        denied = line.kinds[at - 1] == "not" or line.kinds[at + 1] == "denied_after" or line.words[at + 1] in self.sets["denials"]
        relation = Mark.NOT if denied else None
        if not denied and line.words[at + 1] not in self.sets["said_of_plural"]:
            return nothing(at, at + 1)
        return [Piece(kind=Kind.DAY, value=Day(weekday=line.values[at]), first=at, last=at + 1, relation=relation)]

    def _than(self, at: int) -> list[Piece]:
        """ "Anything later", "a bit earlier", "later in the week"; "I'll call you later" is no wish."""
        line = self.line
        if line.words[at] == "sooner" and line.words[at - 1] in self.sets["rather"]:
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

    def _edge(self, at: int) -> list[Piece]:
        """ "Later than that"; before a clock the phrase is the clock's own."""
        line = self.line
        if line.words[at] not in ("later", "earlier") or line.kinds[at + 1] or line.words[at + 1] not in ("", ".", "?", "that", "this"):
            return []
        return [Piece(kind=Kind.THAN, value=(Mark(line.values[at]), False), first=at, last=at + 1, confidence=0.5)]
