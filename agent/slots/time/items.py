"""An utterance as items: the words, phrases and numbers that `time.toml` and the numerals know, longest phrase first; the same in every language."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from agent.languages import words
from agent.nlu.numerals.numbers import cardinal, ordinal
from agent.nlu.numerals.words import number_words
from agent.nlu.utterance import Token, Utterance
from agent.slots.time.pieces import Part

_ASIDE = {
    "words",
    "say",
    "prompt",
    "free",
    "region_holidays",
    "name_cues",
    "parts_short",
    "half_letter",
    "number_holidays",
    "beside",
    "pushed",
    "weeks",
}
"""Tables of `time.toml` that make no items."""
_HESITATION = "hesitation"
"""The table of sounds that are passed over wherever they stand: "the, uh, fourteenth"."""
_NO_TIME_ALONE = {
    "nothing", "or", "fix", "change", "not", "between", "edge", "which", "coming", "denied_after", "units", "not_this", _HESITATION, "so", "own",
    "later", "ago", "ahead", "shift", "weekday_ends", "month_rest",
}  # fmt: skip
_AFTER_THE_END = 12
_MOST_DIGITS = 4
"""Digits in a row that are still one number."""
_HUNDRED, _LONGEST = 100, 8
_IS, _ISH = "'s", "ish"


class Words:
    """The words of one language's `time.toml`, ready to read with."""

    def __init__(self, language: str) -> None:
        tables: dict[str, Any] = words(language, "time")
        numbers = number_words(language)
        self.language = language
        self.tables = tables
        self.phrases: dict[str, list[tuple[tuple[str, ...], str, Any]]] = {}
        """First word -> the words, the table, the value; longest first."""
        for kind in (kind for kind in tables if kind not in _ASIDE):
            self._enter(kind, tables[kind].get("phrases", tables[kind]))
        for several in self.phrases.values():
            several.sort(key=lambda entry: -len(entry[0]))
        self.sets = {name: frozenset(listed) for name, listed in tables["words"].items()}
        self.numbers = numbers
        self.one_by_one = numbers.short_for_scale
        """Whether numerals are characters, and a run of them is a number or a string of digits."""
        self.digits = {word: digit for word, digit in numbers.digits.items() if not self.one_by_one or word not in numbers.only_inside}
        self.scales = {word for word, scale in numbers.scales.items() if scale <= _HUNDRED}
        self.hundreds = {word for word, scale in numbers.scales.items() if scale == _HUNDRED}
        self.numerals = {*self.digits, *numbers.teens, *numbers.tens, *self.scales}
        self.ordinals = {*numbers.ordinals, *numbers.tens}
        self.name_cues = [tuple(cue.split()) for cue in tables.get("name_cues", {}).get("phrases", ())]
        """Words behind which a name is given, as items are worded."""
        self.around = {word for name in ("past_hour", "to_hour", "of_hour") for word in self.sets.get(name, ())}
        """What stands between minutes and the hour that they are counted from."""
        self.week_names = {phrase[-1] for phrase in tables.get("week_names", {}).get("phrases", ())}
        """What a weekday's number follows: of "周三三点" only the first is the weekday's."""
        self.said_of = [(kind, tables[kind]) for kind in ("weekdays", "days", "parts") if "is_said_of_days" in self.sets]
        self.triggers = {first for first, entries in self.phrases.items() if any(kind not in _NO_TIME_ALONE for _, kind, _ in entries)}
        if self.one_by_one:
            self.triggers |= {":", "/"}
        else:
            self.triggers |= {word + _IS for _, table in self.said_of for word in table} | self.ordinals | self.numerals
            self.triggers |= self.sets["opens_length"] | self.sets["quarter"] | self.sets["half"]

    def _enter(self, kind: str, phrases: Any) -> None:
        for phrase in phrases:
            spelt = Utterance(phrase).words
            self.phrases.setdefault(spelt[0], []).append((spelt, kind, phrases[phrase] if isinstance(phrases, dict) else None))

    def may_tell(self, utterance: Utterance) -> bool:
        """Whether any word or figure could be part of a time."""
        if not self.triggers.isdisjoint(utterance.words):
            return True
        return not self.one_by_one and any(word[0].isdigit() or word.endswith(_ISH) for word in utterance.words)

    def number(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int] | None:
        """A number at a token: ("number", (value, its figures or ""), end) or ("ordinal", value, end)."""
        norm = tokens[at].norm
        if norm[0].isdigit():
            return self._figures(tokens, at)
        if self.one_by_one:
            return self._characters(tokens, at) if norm in self.numerals else None
        if norm in self.numbers.only_inside:
            return "number", (0, ""), at + 1
        if norm in self.ordinals:
            value, end = ordinal(tokens, at, self.language)
            if value is not None:
                return "ordinal", value, end
        if norm.endswith(_ISH) and (word := self._about(norm[: -len(_ISH)])):
            value, _ = cardinal([tokens[at]._replace(norm=word)], 0, self.language)
            return ("about", value, at + 1) if value is not None and 1 <= value <= 12 else None
        if norm in self.numerals:
            value, end = cardinal(tokens, at, self.language)
            return None if value is None else ("number", (value, ""), end)
        return self._contracted(tokens, at, norm.removesuffix(_IS)) if norm.endswith(_IS) else None

    def _figures(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int]:
        norm = tokens[at].norm
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if following is not None and following.norm in self.numbers.suffixes and len(norm) <= 2:
            space = following.start - tokens[at].end
            if not space or (space == 1 and following.norm not in self.sets["touching"]):
                return "ordinal", int(norm), at + 2
        return "number", (int(norm) if len(norm) <= _LONGEST else 10**_LONGEST, norm), at + 1

    def _characters(self, tokens: Sequence[Token], at: int) -> tuple[str, Any, int]:
        """A run of numerals: a digit, figures read out, a quantity; a string when it is too long to be either."""
        digit = self.digits.get(tokens[at].norm)
        alone = at + 1 == len(tokens) or tokens[at + 1].norm not in self.numerals
        if digit is not None and (alone or (at > 0 and tokens[at - 1].norm in self.week_names)):
            return "number", (digit, ""), at + 1
        end = at
        while end < len(tokens) and tokens[end].norm in self.numerals:
            end += 1
        too_long: tuple[str, Any, int] = ("string", None, end)
        run = [token.norm for token in tokens[at : min(end, at + _MOST_DIGITS + 2)]]
        if all(digit in self.digits for digit in run):
            figures = "".join(str(self.digits[digit]) for digit in run)
            return ("number", (int(figures), figures if len(run) > 1 else ""), end) if end - at <= _MOST_DIGITS else too_long
        value, after = cardinal(tokens, at, self.language)
        return too_long if value is None or end - at > _MOST_DIGITS + 1 else ("number", (value, ""), after)

    def _about(self, stem: str) -> str:
        """The number in "fourish", "fivish", "tennish"; "" for none."""
        return next((word for word in (stem, stem + "e", stem[:-1]) if word in self.numerals), "")

    def _contracted(self, tokens: Sequence[Token], at: int, word: str) -> tuple[str, Any, int] | None:
        """ "Friday's fine", "tomorrow's no good": the day, and the verb that is short for "is"."""
        if not self.said_of or at + 1 >= len(tokens) or tokens[at + 1].norm not in self.sets["is_said_of_days"]:
            return None
        return next(((kind, table[word], at + 1) for kind, table in self.said_of if word in table), None)


@cache
def words_of(language: str) -> Words:
    """The words of a language, read once."""
    return Words(language)


class Classes:
    """The word classes of a language that rules speak of."""

    def __init__(self, known: Words, spoken: frozenset[str]) -> None:
        valued = {name: known.tables.get(name, {}) for name in ("beside", "pushed", "weeks")}
        valued |= {"homophone": number_words(known.language).homophones}
        valued |= {"short_part": {word: Part(part) for word, part in known.tables.get("parts_short", {}).items()}}
        valued |= {name: dict.fromkeys(known.sets[name]) for name in known.sets.keys() & spoken}
        self.of: dict[str, list[tuple[str, Any]]] = {}
        """The classes of a word, each with the word's value in it."""
        for name, listed in valued.items():
            for word, value in listed.items():
                self.of.setdefault(word, []).append((name, value))
        self.behind = self.of.keys() | known.sets["follow"]
        """Words that may stand behind a number that is a time."""
        self.shares = known.sets.get("quarter", frozenset()) | known.sets.get("half", frozenset())
        self.halves: dict[str, str] = known.tables.get("half_letter", {})
        self.weekday_ends: dict[str, int] = known.tables.get("weekday_ends", {})
        self.number_holidays: dict[str, str] = known.tables.get("number_holidays", {})


@cache
def classes_of(language: str, spoken: frozenset[str]) -> Classes:
    """The classes of a language, made ready once."""
    return Classes(words_of(language), spoken)


class Line:
    """An utterance as items, in order; every token is in exactly one, or a hesitation and in none.

    An item is read by its index in `kinds`, `values` and `words`, also a few past the end, where everything is "" (and the item before the first
    is such a one). A kind is the table of `time.toml` it stands in, "number", "ordinal", "about", or "" for any other word.
    """

    def __init__(self, utterance: Utterance, known: Words) -> None:
        self.utterance = utterance
        self.known = known
        self.kinds: list[str] = []
        self.values: list[Any] = []
        self.words: list[str] = []
        """The first token's norm."""
        self.firsts: list[int] = []
        """The first token."""
        self.ends: list[int] = []
        """The token after the last."""
        self._read(known)
        self.count = len(self.kinds)
        self.kinds += [""] * _AFTER_THE_END
        self.values += [None] * _AFTER_THE_END
        self.words += [""] * _AFTER_THE_END
        self.firsts += [len(utterance.tokens)] * _AFTER_THE_END
        self.ends += [len(utterance.tokens)] * _AFTER_THE_END

    def _read(self, known: Words) -> None:
        norms, tokens, here = self.utterance.words, self.utterance.tokens, 0
        while here < len(tokens):
            norm = norms[here]
            kind, value, after = "", None, here + 1
            for spelt, table, meaning in known.phrases.get(norm, ()):
                size = len(spelt)
                if size == 1 or norms[here : here + size] == spelt:
                    kind, value, after = table, meaning, here + size
                    break
            else:
                kind, value, after = known.number(tokens, here) or (kind, value, after)
            if kind != _HESITATION:
                self.kinds.append(kind)
                self.values.append(value)
                self.words.append(norm)
                self.firsts.append(here)
                self.ends.append(after)
            here = after

    def size(self, first: int, last: int) -> int:
        """How many tokens items `first` up to `last` are."""
        return sum(self.ends[at] - self.firsts[at] for at in range(first, last))

    def glued(self, at: int) -> bool:
        """Whether nothing, not even a space, stands between item `at` and the one before it."""
        if not 0 < at < self.count:
            return False
        tokens = self.utterance.tokens
        return tokens[self.firsts[at]].start == tokens[self.firsts[at] - 1].end

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where items `first` up to `last` stand in the text."""
        tokens = self.utterance.tokens
        return tokens[self.firsts[first]].start, tokens[self.ends[last - 1] - 1].end
