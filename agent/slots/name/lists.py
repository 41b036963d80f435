"""The words of English names, ready for look-up: who is a name, who is an ordinary word, who only may be one."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import groupby
from typing import NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases

_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("ation", "e"), ("'s", ""))
_SIBILANTS = ("s", "x", "z", "ch", "sh")
_BEGINNINGS = ("un", "dis", "re", "non", "mis", "over", "pre")
_NAME_BEGINNINGS = ("o'", "d'", "mc")
_MIN_STEM = 3
_MIN_ROOT = 4
"""Letters that are left of a word without its ending, and without its beginning."""
_DRAWN = 2
"""A letter said oftener in a row is drawn out: "yeees"."""
_MIN_WORDLIKE = 6
"""Shorter words say nothing by their ending: "Ming", "Reed"."""


_SYLLABLE = (
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|iao|ian|ang|eng|ing|ong|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|ui|ue|er|a|o|e|i|u|v)"
)
_KOREAN = re.compile(r"(?:[bdghjklmnprsty]|ch|sh)?(?:ya|yeo|yoo|ae|eo|oo|eu|ee|a|o|u|i)(?:ng|n|m|k|l)?")
_PINYIN = (re.compile(_SYLLABLE), re.compile(_SYLLABLE * 2))
_MAX_PINYIN = 12
"""Letters of the longest two syllables."""


def is_pinyin(word: str, syllables: int) -> bool:
    """Whether it can be one syllable of romanised Mandarin ("na"), or two ("xiaoming"); many of Korean names can too."""
    return len(word) <= _MAX_PINYIN and _PINYIN[syllables - 1].fullmatch(word) is not None


def is_syllable(word: str) -> bool:
    """Whether it can be a syllable of a romanised Mandarin or Korean name: "na", "hoon"."""
    return is_pinyin(word, 1) or (len(word) <= _MAX_PINYIN and _KOREAN.fullmatch(word) is not None)


class Lexicon(NamedTuple):
    given: frozenset[str]
    family: frozenset[str]
    ordinary: frozenset[str]
    never: frozenset[str]
    calendar: frozenset[str]
    numbers: frozenset[str]
    street: frozenset[str]
    only_streets: frozenset[str]
    """Kinds of street that are nobody's surname."""
    function: frozenset[str]
    """Words that are never a surname, beside the closers."""
    closers: frozenset[str]
    titles: frozenset[str]
    written_titles: Mapping[str, str]
    suffixes: Mapping[str, str]
    particles: frozenset[str]
    small: frozenset[str]
    binding: frozenset[str]
    places: frozenset[str]
    syllabic: frozenset[str]
    numerals: Mapping[str, str]
    after_o: frozenset[str]
    glued_o: frozenset[str]
    after_d: frozenset[str]
    mac: frozenset[str]
    hyphen: frozenset[str]
    hesitation: frozenset[str]
    word_endings: tuple[str, ...]
    contractions: tuple[str, ...]
    refused: frozenset[str]
    answers: frozenset[str]
    no_particle_after: frozenset[str]
    spelling: Phrases

    def is_known(self, word: str) -> bool:
        """Whether some list has it as a name."""
        return word in self.given or word in self.family

    def is_ordinary(self, word: str) -> bool:
        """Whether it, or what is left of it without its ending, is an everyday word. A name may be one too ("White")."""
        if word in self.ordinary or word in self.never or word in self.calendar or word in self.numbers or word in self.closers:
            return True
        if word in self.given:
            return False
        for end, put in _ENDINGS:
            stem = word[: -len(end)]
            if word.endswith(end) and len(stem) >= _MIN_STEM and stem + put in self.ordinary and (end != "es" or stem.endswith(_SIBILANTS)):
                return True
        if word in self.family:
            return False
        if any(word.startswith(start) and len(word) - len(start) >= _MIN_ROOT and word[len(start) :] in self.ordinary for start in _BEGINNINGS):
            return True
        runs = [(letter, len(list(run))) for letter, run in groupby(word)]
        return any(length > _DRAWN for _, length in runs) and "".join(letter for letter, _ in runs) in self.ordinary

    def is_derived(self, word: str) -> bool:
        """Whether it is everyday only by its ending: "aisling" looks like a form of "aisle"."""
        listed = (self.ordinary, self.never, self.calendar, self.numbers, self.closers)
        return self.is_ordinary(word) and not any(word in words for words in listed)

    def is_wordlike(self, word: str) -> bool:
        """Whether it is in no list and ends as words do and names do not: "horrendous"."""
        return (
            not self.is_known(word)
            and not word.startswith(_NAME_BEGINNINGS)
            and (len(word) >= _MIN_WORDLIKE or "'" in word)
            and word.endswith(self.word_endings)
        )


@cache
def lexicon() -> Lexicon:
    """The lists of `languages/en/names.toml` and `name.toml`."""
    names = words("en", "names")
    data = words("en", "name")
    grammar = data["grammar"]

    def listed(name: str) -> frozenset[str]:
        return frozenset(grammar[name].split())

    return Lexicon(
        given=frozenset(names["given"].split()),
        family=frozenset(names["family"].split()),
        ordinary=frozenset(names["ordinary"].split()),
        never=listed("never"),
        calendar=listed("calendar"),
        numbers=listed("numbers"),
        street=listed("street"),
        only_streets=listed("only_streets"),
        function=listed("function"),
        closers=frozenset(data["fillers"]["closers"].split()),
        titles=listed("titles"),
        written_titles=data["titles"],
        suffixes=grammar["suffixes"],
        particles=listed("particles"),
        small=listed("small"),
        binding=listed("binding"),
        places=listed("places"),
        syllabic=listed("syllabic"),
        numerals=grammar["numerals"],
        after_o=listed("after_o"),
        glued_o=listed("glued_o"),
        after_d=listed("after_d"),
        mac=listed("mac"),
        hyphen=frozenset(grammar["hyphen"]),
        hesitation=listed("hesitation"),
        word_endings=tuple(grammar["word_endings"]),
        contractions=tuple(grammar["contractions"]),
        refused=listed("refused"),
        answers=listed("answers"),
        no_particle_after=listed("no_particle_after"),
        spelling=Phrases(grammar["spelling"]),
    )
