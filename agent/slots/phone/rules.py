"""What callers say around and inside phone numbers, as rules.

Kinds   digits    a chain of groups, pauses and fillers between them; `sounded`: with words a recogniser wrote for digits ("to", "for")
        named     digits with the words that say what they are, before or behind them
        place     a part of a number: "the last two digits", "the third digit"        edit    a typed correction
"""

from collections.abc import Callable
from enum import IntEnum
from functools import cache
from typing import Any

import msgspec

from agent.languages import words
from agent.nlu.chart import Chart, Chunk, Grammar, Rule
from agent.nlu.edits import Patch, Replace, Turn
from agent.nlu.lexicon import Lexicon
from agent.nlu.numerals.rules import COUNT, Group, amount, classes
from agent.nlu.numerals.rules import RULES as NUMERALS
from agent.nlu.utterance import Utterance
from agent.slots.phone import weights
from agent.slots.phone.edits import Place

_PAIR = 2
replace = msgspec.structs.replace


class Cue(IntEnum):
    """What the words beside digits say they are."""

    NONE = 0
    NUMBER = 1
    PHONE = 2
    OTHER = 3
    """An account, a card, a postcode."""
    DENIED = 4


def _string(head: Chunk, _: Any = None, rest: Chunk | None = None) -> tuple[Group, ...] | None:
    digits = head.value.digits
    if not head.value.written and len(digits) > weights.LONGEST_QUANTITY and len(set(digits)) > 1:
        return None
    return (head.value, *rest.value[: weights.MOST_GROUPS]) if rest else (head.value,)


def _run(first: Chunk, _: Chunk, last: Chunk) -> Group | None:
    """ "One through four": each digit between the two."""
    start, end = int(first.value), int(last.value)
    told = start + 1 < end < 10 and len(str(first.value)) == 1
    return Group("".join(map(str, range(start, end + 1))), first.start, last.end) if told else None


def _chain(head: Chunk, passed: tuple[Chunk, ...], rest: Chunk) -> tuple[Group, ...] | None:
    """With words between, "area code", or words that sound like digits: what only marks part is one string."""
    first, *others = rest.value
    groups = _sound(head) if head.kind == "sound" else head.value
    apart = False
    for chunk in passed:
        apart = apart or chunk.kind == "filler"
    if first.digits[0] == "+" or not (apart or first.area or groups[-1].sound or first.sound):
        return None
    return (*groups, replace(first, apart=True) if apart else first, *others)[: weights.MOST_GROUPS + 1]


def _sound(word: Chunk, _: Chunk | None = None) -> tuple[Group, ...]:
    return (Group(str(word.value), word.start, word.end, sound=True),)


def _plus(_: Chunk, __: Any, digits: Chunk) -> tuple[Group, ...] | None:
    first, *others = digits.value
    return None if first.digits[0] == "+" else (replace(first, digits="+" + first.digits), *others)


def _area(_: Chunk, __: Any, digits: Chunk) -> tuple[Group, ...]:
    first, *others = digits.value
    return (replace(first, area=True), *others)


def _named(word: Chunk, passed: tuple[Chunk, ...], digits: Chunk) -> tuple[Cue, int] | None:
    """What digits are called, and where they begin; behind a pause they are no card's, unless a number was spoken of: "my card number, ..."."""
    if word.kind == "other" and any(chunk.value in (",", ".") for chunk in passed) and not any(chunk.kind == "number" for chunk in passed):
        return None
    return {"cue": Cue.PHONE, "area_code": Cue.PHONE, "number": Cue.NUMBER}.get(word.kind, Cue.OTHER), digits.start


def _place(where: Chunk, count: Chunk | None = None, word: Chunk | None = None) -> Place | None:
    vague = where.kind in ("last", "first") and count is None and word is None
    return None if vague else Place(where.kind, amount(count) if count else 0, named=word is not None or where.kind in ("ends", "starts"))


def _placed(string: Chunk, _: Any, where: Chunk, *__: Chunk) -> Patch[Place]:
    return Patch(Place(where.kind), said(string))


def _patch(place: Chunk, passed: tuple[Chunk, ...], string: Chunk) -> Patch[Place] | None:
    """ "The last two are 42", "ends in 42", "the last four are wrong, it's 4042"; not "the last 42"."""
    told = place.value.named or any(chunk.kind in ("being", "correct") for chunk in passed)
    return Patch(place.value, said(string)) if told else None


def _against(edit: Chunk, _: Any, __: Chunk, wrong: Chunk) -> Patch[Place] | None:
    return edit.value._replace(wrong=said(wrong)) if isinstance(edit.value, Patch) else None


def _turned(place: Place) -> Turn[Place] | None:
    return Turn(place) if place.many == _PAIR else None


def _put_right(_: Chunk, __: Any, old: Chunk, passed: tuple[Chunk, ...], new: Chunk) -> Replace[str] | None:
    return Replace(said(old), said(new)) if passed else None


def _denied(_: Chunk, __: Any, string: Chunk) -> Replace[str] | None:
    """ "Not 345, 346": the first half is wrong, the second right."""
    both = said(string)
    half = len(both) // 2
    return Replace(both[:half], both[half:], in_one_breath=True) if half in weights.DENIED_IN_ONE_BREATH and len(both) % 2 == 0 else None


def said(string: Chunk) -> str:
    """The digits; none where all of them are such only beside others: "it ends, oh, ..."."""
    return "" if all(group.weak for group in string.value) else "".join(group.digits for group in string.value)


_HUSH = "number|filler|neutral|mark|correct|restart|being|code|-cue|-other|-other_number*"
"""What says nothing of its own between digits and what they are called."""
RULES = (
    *NUMERALS,
    Rule("<group>", "string", "group !unit !scale !clock", _string),
    Rule("<group>-<string>", "string", "group joint|separator* string", _string, weights.FURTHER_GROUP),
    Rule("one through four", "group", "digit|figures running digit|figures !scale !clock", _run),
    Rule("<string>", "digits", "string", lambda it: it.value),
    Rule("<string>, um, <digits>", "digits", "string filler|joint|separator* digits", _chain, weights.FURTHER_GROUP),
    Rule("plus", "digits", "plus filler|joint* digits", _plus),
    Rule("area code", "digits", "area_code filler|joint* digits", _area),
    Rule("to four", "sounded", "sound filler|joint|separator* digits|sounded", _chain, weights.SOUND),
    Rule("to.", "sounded", "sound stop", _sound, weights.SOUND),
    Rule("<string> to", "sounded", "string filler|joint|separator* sounded", _chain),
    Rule("plus won", "sounded", "plus filler|joint* sounded", _plus),
    Rule("my mobile is, um, <digits>", "named", f"cue|area_code|number|other|other_number {_HUSH} digits|sounded", _named),
    Rule("not <digits>", "named", "deny article* digits", lambda word, _, it: (Cue.DENIED, it.start)),
    Rule("from <digits> to <digits>", "named", "from|change digits into digits", lambda _, old, *__: (Cue.DENIED, old.start)),
    Rule("extension 12", "beside", "extension filler|joint* digits"),
    Rule("the last one", "thing", "before_pronoun pronoun"),
    Rule("the last two digits", "place", f"last|first|middle {COUNT}? digit_word?", _place),
    Rule("ends in", "place", "ends|starts", _place),
    Rule("the third digit", "place", "nth digit_word|pronoun", lambda n, _: Place("nth", n.value, named=True)),
    Rule("second last digit", "place", "nth to_last|last digit_word|pronoun", lambda n, _, __: Place("nth_last", n.value, named=True)),
    Rule("second digit from the end", "place", "from_end nth digit_word", lambda _, n, __: Place("nth_last", n.value, named=True)),
    Rule("next to last digit", "place", "next_to_last digit_word|pronoun?", lambda _, word: Place("nth_last", _PAIR, named=word is not None)),
    Rule("second from last", "place", "nth to_last !digit_word", lambda n, _: Place("nth_last", n.value)),
    Rule("at the end", "part", "ends|at_end|in_middle"),
    Rule("the last two", "part", "place", lambda it: (it.value.where in ("last", "middle") and (it.value.many or it.value.named)) or None),
    Rule("<place> is <string>", "edit", "place being|correct|article|of_it|filler|joint* string", _patch),
    Rule("<string> at the end", "edit", "string filler|joint* at_end|in_middle|at_start|area_code !belonging", _placed),
    Rule("<string> at the end of it", "edit", "string filler|joint* at_end of_it", _placed),
    Rule("<edit>, not <string>", "edit", "edit filler|joint* deny string", _against),
    Rule("swapped the last two", "edit", "swapped article* place", lambda _, __, place: _turned(place.value)),
    Rule("the last two are swapped", "edit", "place being|article|filler|joint* swapped", lambda place, *_: _turned(place.value)),
    Rule("change 5 to 6", "edit", "change article* string into article* string", lambda _, __, old, ___, ____, new: Replace(said(old), said(new))),
    Rule("make the 5 a 6", "edit", "make article* string a string", lambda _, __, old, ___, new: Replace(said(old), said(new))),
    Rule("not 345, it's 346", "edit", "deny article* string filler|joint* string", _put_right),
    Rule("not 345 346", "edit", "deny article* string", _denied),
    Rule("346, not 345", "edit", "string filler|joint* deny article* string", lambda new, _, __, ___, old: Replace(said(old), said(new))),
    Rule(
        "you said 345, it's 346",
        "edit",
        "heard string filler|joint|being|correct|contrary* a? string",
        lambda _, old, passed, __, new: _put_right(_, __, old, passed, new),
    ),
    Rule("345 should be 346", "edit", "string filler|joint* should_be article* string", lambda old, _, __, ___, new: Replace(said(old), said(new))),
)
GRAMMAR = Grammar(RULES)
_NUMERALS = ["digit", "teen", "tens", "ten", "repeat"]
"""One of these, or figures, stands in whatever is said of numbers."""
_TOUCHING = ["cue", "number", "extension", "suffix", "digit", "weak_digit"]
"""Classes whose words may stand right beside figures: "ph12", "3rd"."""


@cache
def _lexicon(*languages: str) -> Lexicon:
    return Lexicon([*map(classes, languages), *map(_phrases, languages)], _TOUCHING)


def _phrases(language: str) -> dict[str, list[str]]:
    """The classes of `phone.toml`; of what digits may be besides, "house number" apart from "house": it says so also before a pause."""
    found = {kind: phrases for kind, phrases in words(language, "phone").items() if isinstance(phrases, list)}
    numbered = [phrase for phrase in found["other"] if Utterance(phrase).words[-1] in found["number"]]
    return {**found, "other": [phrase for phrase in found["other"] if phrase not in numbered], "other_number": numbered}


@cache
def _counter(*languages: str) -> Callable[[Utterance], int]:
    numerals = _lexicon(*languages).words_of(_NUMERALS)

    def count(utterance: Utterance) -> int:
        figures = sum([len(norm) for norm in utterance.words if norm[0].isdecimal()])
        return figures if numerals.isdisjoint(utterance.words) else len(utterance.text)

    return count


@cache
def _reader(*languages: str) -> Callable[[Utterance], Chart]:
    lexicon = _lexicon(*languages)
    return lambda utterance: GRAMMAR.parse(lexicon.leaves(utterance))


def most_digits(utterance: Utterance, language: str) -> int:
    """No more digits than this are said: figures are counted, number words may say many."""
    return utterance.once(_counter(*utterance.languages(language)))


def chart_of(utterance: Utterance, language: str) -> Chart:
    """What the rules make of an utterance, made once. Nothing where nobody says a digit."""
    said = most_digits(utterance, language)
    return utterance.once(_reader(*utterance.languages(language))) if said else Chart(len(utterance.tokens), {})
