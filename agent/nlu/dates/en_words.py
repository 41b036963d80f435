"""The English words for days and clocks, ready to read with, and an utterance as items of them."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from agent.languages import words
from agent.nlu.dates import Line, Phrases, phrases
from agent.nlu.numerals.numbers import cardinal, ordinal
from agent.nlu.utterance import Token, Utterance

_TABLES = (
    "nothing", "weekdays", "weekdays_short", "months", "days", "past_days", "parts", "tonight", "points", "half_of_day", "which", "units",
    "weekend", "month_end", "week_after_next", "day_after", "soonest", "opening", "oclock", "or", "fix", "change", "not", "between", "edge",
    "denied_after", "not_this", "holidays", "hesitation", "so", "own", "than", "after_one", "weekdays_plural", "other",
    "too", "any_time", "same",
)  # fmt: skip
_NO_TIME_ALONE = frozenset(
    ("nothing", "or", "fix", "change", "not", "between", "edge", "which", "denied_after", "units", "not_this", "hesitation", "so", "own")
)
_ISH = "ish"


class English:
    """The words of `time.toml`, ready to read with."""

    def __init__(self) -> None:
        tables: dict[str, Any] = words("en", "time")
        self.phrases: Phrases = phrases(tables, _TABLES)
        self.sets = {name: frozenset(listed) for name, listed in tables["words"].items()}
        self.weekdays: dict[str, int] = tables["weekdays"]
        self.days: dict[str, int] = tables["days"]
        self.parts: dict[str, str] = tables["parts"]
        self.weeks: dict[str, int] = tables["weeks"]
        """Days of "week" and "fortnight" behind a day: "Tuesday week"."""
        self.beside_day: dict[str, int] = tables["beside_day"]
        """1 for "the Monday after ...", -1 for "before"."""
        self.pushed: dict[str, int] = tables["pushed"]
        """1 for "push it back", later, -1 for "forward"."""
        self.name_cues = [tuple(cue.split()) for cue in tables["name_cues"]["phrases"]]
        """Words behind which a name is given, as items are worded."""
        self.region_holidays: dict[str, dict[str, str]] = tables["region_holidays"]
        numbers: dict[str, Any] = words("en", "numbers")
        self.homophones: dict[str, int] = numbers["homophones"]
        self.suffixes = frozenset(numbers["suffixes"])
        self.zeros = frozenset(numbers["only_inside"])
        self.tens = frozenset(numbers["tens"])
        self.ordinals = frozenset(numbers["ordinals"]) | self.tens
        self.cardinals = frozenset(numbers["digits"]) | frozenset(numbers["teens"]) | self.tens | {"hundred"}
        self.triggers = frozenset(first for first, entries in self.phrases.items() if any(kind not in _NO_TIME_ALONE for _, _, kind, _ in entries))
        self.triggers |= frozenset(word + "'s" for word in (*self.weekdays, *self.days, *self.parts))
        self.triggers |= self.ordinals | self.cardinals | self.sets["quarter"] | self.sets["half"] | self.sets["opens_length"]

    def number(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int] | None:
        """A number at a token: ("number", (value, its figures or ""), end) or ("ordinal", value, end)."""
        norm = tokens[at].norm
        if norm.endswith("'s") and (day := self._contracted(tokens, at, norm[:-2])) is not None:
            return day
        if norm[0].isdigit():
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            if following is not None and following.norm in self.suffixes and len(norm) <= 2:
                space = following.start - tokens[at].end
                if not space or (space == 1 and following.norm != "st"):
                    return "ordinal", int(norm), at + 2
            return "number", (int(norm) if len(norm) <= 8 else 10**8, norm), at + 1
        if norm in self.zeros:
            return "number", (0, ""), at + 1
        if norm in self.ordinals:
            value, end = ordinal(tokens, at, "en")
            if value is not None:
                return "ordinal", value, end
        if norm.endswith(_ISH) and (word := self._about(norm[: -len(_ISH)])):
            value, _ = cardinal([tokens[at]._replace(norm=word)], 0, "en")
            return ("about", value, at + 1) if value is not None and 1 <= value <= 12 else None
        if norm in self.cardinals:
            value, end = cardinal(tokens, at, "en")
            if value is not None:
                return "number", (value, ""), end
        return None

    def _about(self, stem: str) -> str:
        """The number in "fourish", "fivish", "tennish"; "" for none."""
        return next((word for word in (stem, stem + "e", stem[:-1]) if word in self.cardinals), "")

    def _contracted(self, tokens: Sequence[Token], at: int, word: str) -> tuple[str, Any, int] | None:
        """ "Friday's fine", "tomorrow's no good": the day, and the verb that is short for "is"."""
        if at + 1 >= len(tokens) or tokens[at + 1].norm not in self.sets["is_said_of_days"]:
            return None
        named = (("weekdays", self.weekdays), ("days", self.days), ("parts", self.parts))
        return next(((kind, table[word], at + 1) for kind, table in named if word in table), None)


@cache
def english() -> English:
    """The English words, read once."""
    return English()


def line(utterance: Utterance) -> Line | None:
    """The utterance as items; None when no word or figure in it could be part of a time."""
    table = english()
    if table.triggers.isdisjoint(utterance.words) and not any(word[0].isdigit() or word.endswith(_ISH) for word in utterance.words):
        return None
    return Line(utterance, table.phrases, table.number)
