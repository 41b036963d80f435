"""Numerals as rules: groups of a digit string, quantities, ordinals; all languages by the same rules, over the words of `numbers.toml`.

Kinds   group    one group of a digit string: "0412", "oh", "double four", "three eights", 三个八, "twenty-two", "eight hundred"
        small    1 to 99          term     a quantity with scales: its value and its lowest scale
        nth      an ordinal
"""

import msgspec

from agent.nlu.chart import Chunk, Rule
from agent.nlu.lexicon import Classes
from agent.nlu.numerals.words import number_words

MARKS = frozenset("-,.()/~·、")
"""What may stand between two groups of a digit string."""
_MARKS = {"joint": sorted(MARKS), "hyphen": "-", "stop": ".,!?", "sigh": ",!"}
"""What marks may be to digits: between two groups, in "twenty-two", at the end of all, behind a sigh ("oh, ...")."""
_TEN, _LARGEST_BELOW, _THOUSAND, _LONGEST_BELOW = 10, 99, 1000, 2


def classes(language: str) -> Classes:
    """The word classes of a language's numbers."""
    words = number_words(language)
    firm = {word: digit for word, digit in words.digits.items() if word not in words.only_inside}
    return {
        **_MARKS,
        "digit": firm,
        "zero": {word: digit for word, digit in firm.items() if not digit},
        "weak_digit": {word: digit for word, digit in words.digits.items() if word in words.only_inside},
        "tail" if words.short_for_scale else "ones": {word: digit for word, digit in firm.items() if digit},
        "teen": words.teens,
        "tens": words.tens,
        "ten": {word: scale for word, scale in words.scales.items() if scale == _TEN},
        "scale": words.scales,
        "repeat": words.repeats,
        "plural": words.plurals,
        "ordinal": words.ordinals,
        "sound": words.homophones,
        "and": words.linking,
        "counter": words.counter,
        "clock": words.not_before,
        "separator": words.separators,
        "suffix": words.suffixes,
        "nth_prefix": words.ordinal_prefix,
        "an": words.article,
    }


class Group(msgspec.Struct, frozen=True):
    """Digits said in one go, at tokens [start, end)."""

    digits: str
    start: int
    end: int
    written: bool = False
    weak: bool = False
    """A digit only beside others: "oh"."""
    sound: bool = False
    """A word that sounds like a digit: "to"."""
    area: bool = False
    """ "Area code" was said before it."""
    apart: bool = False
    """A word, and no mere mark, stands before it."""
    joint: str = ""
    """What stands between it and the group before, where somebody has looked: "-", ", ", " um "; "." for a dot in words."""

    def __str__(self) -> str:
        return self.digits


class Term(msgspec.Struct, frozen=True):
    """A quantity with scales: what it comes to, and its lowest and highest scale (1: it goes on to the ones)."""

    total: int
    lowest: int
    highest: int

    def __str__(self) -> str:
        return str(self.total)


def _group(start: Chunk, digits: str, end: Chunk | None = None) -> Group | None:
    return Group(digits, start.start, (end or start).end) if digits else None


def _one(chunk: Chunk) -> str:
    """A single digit, in words or figures; "" for several."""
    return str(chunk.value) if len(str(chunk.value)) == 1 else ""


def _quantity(chunk: Chunk) -> Group:
    return Group(str(amount(chunk)), chunk.start, chunk.end)


def _scaled(small: Chunk, scale: Chunk) -> Term | None:
    """ "Eight hundred", "12 hundred", 两百."""
    count = int(small.value) if len(str(small.value)) < 3 else 0
    return Term(count * scale.value, scale.value, scale.value) if count and (scale.value > 10 or count < 10) else None


def _multiplied(term: Chunk, by: Chunk) -> Term | None:
    """ "Two hundred thousand", 两百万, "fifteen hundred thousand"."""
    return Term(term.value.total * by.value, by.value, by.value) if by.value > term.value.highest else None


def _sum(high: Chunk, link: Chunk | None, low: Chunk) -> Term | None:
    below = amount(low) if len(str(low.value)) <= _LONGEST_BELOW or low.kind != "figures" else 0
    lowest = low.value.lowest if isinstance(low.value, Term) else 1
    return Term(high.value.total + below, lowest, high.value.highest) if 0 < below < high.value.lowest else None


def _tail(high: Chunk, digit: Chunk) -> Term | None:
    """A last digit counts the next lower scale: 一百二 is 120, 一万二 is 12000."""
    lowest = high.value.lowest
    return Term(high.value.total + digit.value * lowest // 10, 1, high.value.highest) if lowest > 1 else None


COUNT = "digit|figures|small|term|round"
"""What says how many."""


def amount(count: Chunk) -> int:
    return count.value.total if isinstance(count.value, Term) else int(count.value)


RULES = (
    Rule("<figures>", "group", "figures !suffix", lambda it: Group(it.value, it.start, it.end, written=True)),
    Rule("<digit>", "group", "digit !ten", lambda it: _group(it, str(it.value))),
    Rule("zero", "group", "zero", lambda it: _group(it, str(it.value))),
    Rule("oh", "group", "weak_digit", lambda it: Group(str(it.value), it.start, it.end, weak=True)),
    Rule("double <digit>", "group", "repeat hyphen? digit|weak_digit|figures", lambda times, _, one: _group(times, _one(one) * times.value, one)),
    Rule("three eights", "group", "ones plural", lambda n, one: _group(n, str(one.value) * n.value, one) if n.value > 1 else None),
    Rule("three of eight", "group", "tail|figures counter digit|figures !scale", lambda n, _, one: _group(n, _one(one) * int(_one(n) or 0), one)),
    Rule("twenty-two", "group", "small", _quantity),
    Rule("eight hundred", "group", "term", _quantity),
    Rule("twelve", "small", "teen", lambda it: it.value),
    Rule("twenty", "small", "tens !ones !tail !hyphen", lambda it: it.value),
    Rule("twenty -", "small", "tens hyphen !ones !tail", lambda it, _: it.value),
    Rule("twenty two", "small", "tens hyphen? ones|tail", lambda tens, _, one: tens.value + one.value),
    Rule("eight hundred", "term", "small|ones|tail|figures scale", _scaled),
    Rule("a hundred", "round", "an scale", lambda _, scale: Term(scale.value, scale.value, scale.value)),
    Rule("a hundred and twenty", "round", "round and? small|term", _sum),
    Rule("a hundred and five", "round", "round and ones", _sum),
    Rule("ten", "term", "ten", lambda it: Term(it.value, it.value, it.value)),
    Rule("two hundred thousand", "term", "term scale", _multiplied),
    Rule("hundred and twenty", "term", "term and? term", _sum),
    Rule("hundred and five", "term", "term and small|ones|tail", _sum),
    Rule("hundred sixty", "term", "term small", lambda high, low: _sum(high, None, low)),
    Rule("hundred five", "term", "term ones !digit !figures !tens !teen !repeat", lambda high, low: _sum(high, None, low)),
    Rule("two thousand 12", "term", "term figures !suffix", lambda high, low: _sum(high, None, low) if high.value.lowest >= _THOUSAND else None),
    Rule("ten three", "term", "term tail", lambda high, digit: _tail(high, digit) if high.value.lowest == _TEN else None),
    Rule("hundred two, 120", "term", "term tail !digit !figures !counter", _tail),
    Rule("third", "nth", "ordinal", lambda it: it.value),
    Rule("3rd", "nth", "figures suffix", lambda it, _: int(it.value)),
    Rule("twenty first", "nth", "tens hyphen? ordinal", lambda tens, _, one: tens.value + one.value if one.value < _TEN else None),
    Rule("hundred and fifth", "nth", "term and? nth", lambda high, _, low: high.value.total + low.value if low.value < high.value.lowest else None),
    Rule("two hundredth", "nth", "small|ones ordinal", lambda n, nth: n.value * nth.value if nth.value > _LARGEST_BELOW else None),
    Rule("number three", "nth", f"nth_prefix {COUNT}", lambda _, it: amount(it)),
)
