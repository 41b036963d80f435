"""The words around phone numbers: how people announce, part, correct and name digits (`phone.toml`)."""

from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases
from agent.nlu.utterance import Utterance

_QUIET = ("fillers", "neutral", "cues", "numbers", "corrections", "restarts")


class Vocabulary(NamedTuple):
    """The phrases of `phone.toml`."""

    plus: Phrases
    area_code: Phrases
    extension: Phrases
    dots: Phrases
    pronouns: Phrases
    before_pronouns: Phrases
    fillers: Phrases
    corrections: Phrases
    restarts: Phrases
    instead_of: Phrases
    cues: Phrases
    numbers: Phrases
    others: Phrases
    units: Phrases
    wishes: Phrases
    """Before 要, it is a wish and no 幺: 我要."""
    weak_units: Phrases
    """Units behind a few digits, but not behind as many as a telephone number has: 88号."""
    money: Phrases
    neutral: Phrases
    last: Phrases
    first: Phrases
    middle: Phrases
    ends: Phrases
    starts: Phrases
    at_end: Phrases
    in_middle: Phrases
    at_start: Phrases
    of_it: Phrases
    belonging: Phrases
    swapped: Phrases
    digit_words: Phrases
    being: Phrases
    articles: Phrases
    to_last: Phrases
    should_be: Phrases
    from_end: Phrases
    change: Phrases
    into: Phrases
    quiet: Phrases
    """All that say nothing of their own: fillers, neutral words, cues, corrections."""


@cache
def _vocabulary(languages: tuple[str, ...]) -> Vocabulary:
    tables = [words(language, "phone") for language in languages]
    flat = [{**table, **table["patching"]} for table in tables]
    listed = {key: [phrase for table in flat for phrase in table.get(key, ())] for key in Vocabulary._fields if key != "quiet"}
    listed["quiet"] = [phrase for key in _QUIET for phrase in listed[key]]
    return Vocabulary(**{key: Phrases(phrases) for key, phrases in listed.items()})


def vocabulary(utterance: Utterance, language: str) -> Vocabulary:
    """The words to listen with in this turn: a Mandarin one may hold English words too."""
    return _vocabulary(("zh", "en") if utterance.has_han or language == "zh" else (language,))
