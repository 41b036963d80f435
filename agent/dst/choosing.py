"""Which of a few spoken options the caller chose: by its place ("the second"), by a word that only one has ("evening"), by its day or clock."""

from collections.abc import Sequence

from msgspec import UNSET

from agent.languages import words
from agent.nlu.candidates import Candidate
from agent.nlu.numerals.numbers import cardinal, ordinal
from agent.nlu.utterance import Utterance
from agent.record.acts import WINDOWS, ValueKind
from agent.slots.time.clocks import HOURS
from agent.slots.time.partial_time import PartialTime, parse

_SHORT = 2
"""Latin letters up to which a word tells no options apart: "at", "on"."""
_BEFORE = 3
"""Tokens before an option in which a "not" denies it."""


def choose(utterance: Utterance, options: Sequence[str], language: str) -> int | None:
    """The index of the option that `utterance` picks out of `options` (each as it was spoken), or None when it picks none or several."""
    table = words(language, "choosing")
    if neither(utterance, language):
        return None
    denied = _denied(utterance, table["not"])
    mine = {word for at, word in enumerate(utterance.words) if at not in denied}
    spoken = [{word for word in Utterance(option).words if _tells(word, table["telling"])} for option in options]
    only = [own - set().union(*(other for other in spoken if other is not own)) for own in spoken]
    picked = {index for index, distinct in enumerate(only) if distinct & mine}
    if len(picked) == 1:
        return picked.pop()
    return None if picked else _by_place(utterance, len(options), language, table, denied)


def choose_time(utterance: Utterance, candidates: Sequence[Candidate], options: Sequence[str], spoken: Sequence[str], language: str) -> int | None:
    """As `choose`, for times: `options` in the form of the slot, `heard` what the slot heard with them open.

    Another time than the options, or a clock that fits two of them, picks none; so does "the second" of the first and the second of March, and
    "anything after five?", which asks for others. "Not Saturday" picks the one that stays.
    """
    if neither(utterance, language):
        return None
    kind = candidates[0].kind if candidates else UNSET
    window = kind in WINDOWS
    if window and any(phrase in utterance.lower for phrase in words(language, "choosing")["others"]):
        return None
    readings = [parse(reading) for one in candidates[:1] if not window for reading in (one.options or (one.value,))]
    fitting = {index for index, option in enumerate(map(parse, options)) if any(_fits(reading, option) for reading in readings)}
    place = choose(utterance, ["".join(" " if letter.isdigit() else letter for letter in option) for option in spoken], language)
    if len(fitting) == 1:
        (index,) = fitting
        return index if place in (None, index) or kind is ValueKind.EXCLUDED else None
    if any(reading.clock is not None for reading in readings) and not fitting:
        return None
    return place if place is None or not fitting or place in fitting else None


def neither(utterance: Utterance, language: str) -> bool:
    """Whether all of them were declined: "neither", "none of those", 都不行."""
    table = words(language, "choosing")
    said = " ".join(word for word in utterance.words if word[0].isalnum())
    return (
        said in table["something_else"]
        or bool(set(said.split()) & set(table["neither"]))
        or any(one in utterance.lower for one in table["none_of_them"])
    )


def _tells(word: str, telling: Sequence[str]) -> bool:
    """Whether a word may tell options apart; `telling`: the short ones that do."""
    return word[0].isalnum() and not (word.isascii() and word.isalpha() and len(word) <= _SHORT and word not in telling)


def _fits(reading: PartialTime, option: PartialTime) -> bool:
    """Whether a time, or a part of one, is what the option says."""
    if reading.week is not None or (reading.day is not None and option.day is not None and reading.day != option.day):
        return False
    if reading.clock is not None:
        return reading.clock == option.clock
    if reading.part is not None:
        first, last = HOURS[reading.part]
        return option.clock is not None and first <= option.clock.hour < last
    return reading.day is not None and option.day is not None


def _denied(utterance: Utterance, negators: Sequence[str]) -> frozenset[int]:
    """The tokens shortly after a "not": "not the first"."""
    if not any(phrase in utterance.lower for phrase in negators):
        return frozenset()
    ends = {place for phrase in negators for place in _ends(utterance, phrase)}
    return frozenset(place for end in ends for place in range(end, end + _BEFORE))


def _ends(utterance: Utterance, phrase: str) -> list[int]:
    """The tokens right after each time a phrase was said as words."""
    wanted = Utterance(phrase).words
    return [at + len(wanted) for at in range(len(utterance.words) - len(wanted) + 1) if utterance.words[at : at + len(wanted)] == wanted]


def _by_place(utterance: Utterance, count: int, language: str, table: dict[str, list[str]], denied: frozenset[int]) -> int | None:
    """The option that a place names; "first thing", "my last name" and "the first of March" name none."""

    def stands(end: int) -> bool:
        after = utterance.words[end : end + 2]
        return end - 1 not in denied and not (after and after[after[0] in table["of"] and len(after) > 1] in table["no_place_before"])

    if any(stands(end) for phrase in table["last"] for end in _ends(utterance, phrase)):
        return count - 1
    numbered = any(word in utterance.words for word in table["number"])
    for start in range(len(utterance.tokens)):
        place, end = ordinal(utterance.tokens, start, language)
        if place is None and numbered:
            place, end = cardinal(utterance.tokens, start, language)
        if place is not None and 1 <= place <= count and stands(end):
            return place - 1
    named = (table["first"], table["second"], table["third"])[:count]
    return next((index for index, phrases in enumerate(named) if any(stands(end) for p in phrases for end in _ends(utterance, p))), None)
