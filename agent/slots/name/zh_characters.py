"""The words of Mandarin names, ready for look-up: surnames, characters of given names, cues, and words that tell a character."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.lexicon import filled


class HanPhrases:
    """A set of phrases in characters, found at a place in a text without cutting it into words."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = frozenset(phrases)
        self._lengths = sorted({len(phrase) for phrase in self._phrases}, reverse=True)
        self._first = frozenset(phrase[0] for phrase in self._phrases)
        self._last = frozenset(phrase[-1] for phrase in self._phrases)

    def at(self, text: str, start: int) -> int:
        """How many characters the longest phrase has that begins at `start`; 0 if none does."""
        if start >= len(text) or text[start] not in self._first:
            return 0
        return next((length for length in self._lengths if start + length <= len(text) and text[start : start + length] in self._phrases), 0)

    def before(self, text: str, end: int) -> int:
        """How many characters the longest phrase has that ends at `end`; 0 if none does."""
        if not 0 < end <= len(text) or text[end - 1] not in self._last:
            return 0
        return next((length for length in self._lengths if length <= end and text[end - length : end] in self._phrases), 0)


class Characters(NamedTuple):
    cue_first: frozenset[str]
    """The characters that any of the cues begins with."""
    single: frozenset[str]
    compound: HanPhrases
    given: frozenset[str]
    common: frozenset[str]
    nameable: frozenset[str]
    """Those of them that people are called, too: 高兴."""
    days: frozenset[str]
    """Those of them that are rather a day, said by themselves."""
    foreign: frozenset[str]
    """The characters that write names of other tongues: 迪丽热巴."""
    never: HanPhrases
    """What is never part of a name."""
    stop: frozenset[str]
    nick: frozenset[str]
    place_ends: frozenset[str]
    done: frozenset[str]
    """Particles that tell of something that happened: 马桶堵了."""
    numerals: frozenset[str]
    not_so: tuple[str, ...]
    """Said between two names, the second takes the first one's place, and does not tell a character of it."""
    denying: tuple[str, ...]
    stating: frozenset[str]
    """What stands before the wrong character of a name, and before the right one: 不是王, 是汪."""
    plain: HanPhrases
    call: HanPhrases
    family: HanPhrases
    given_cue: HanPhrases
    under: HanPhrases
    of_name: HanPhrases
    """What stands before and after a name in "用王强的名字"."""
    weak: HanPhrases
    link: HanPhrases
    writing: HanPhrases
    written_into: HanPhrases
    """What stands before "写程勇", and what the name is written into."""
    taking_back: HanPhrases
    """Words that take back the name just said."""
    theirs: HanPhrases
    not_mine: HanPhrases
    helping: HanPhrases
    lead: HanPhrases
    after: HanPhrases
    next: HanPhrases
    titles: HanPhrases
    apart: HanPhrases
    radicals: HanPhrases
    places: Mapping[str, int]
    refused: frozenset[str]
    alike: tuple[frozenset[str], ...]
    tell: Mapping[str, str]
    """By character: the first word of ours that has it."""

    def surname_at(self, text: str, at: int) -> str:
        """The surname that begins at `at`, or ""."""
        length = self.compound.at(text, at) or int(at < len(text) and text[at] in self.single)
        return text[at : at + length]

    def sound_alike(self, one: str, other: str) -> bool:
        """Whether the two characters are of one group that sounds alike."""
        return any(one in group and other in group for group in self.alike)

    def is_surname(self, name: str) -> bool:
        """Whether the name is a surname and nothing else."""
        return bool(name) and self.surname_of(name) == name

    def surname_of(self, name: str) -> str:
        """The surname that `name` begins with, or ""."""
        return self.surname_at(name, 0)


@cache
def characters() -> Characters:
    """The lists of `languages/zh/names.toml` and `name.toml`."""
    data = words("zh", "name")
    lists: dict[str, Any] = {**words("zh", "names"), **data["cues"], **data["fillers"], **data["grammar"]}
    tell: dict[str, str] = {}
    for word in sorted(data["say"]["words"].split(), key=len):  # two characters tell best
        for character in word:
            tell.setdefault(character, word)
    cues = [cue for key in ("plain", "call", "family", "weak", "helping", "under", "writing") for cue in lists[key]]
    single = ("single", "given", "foreign", "stop", "nick", "place_ends", "done", "numerals", "stating")
    return filled(
        Characters,
        lists,
        **{key: frozenset("".join(lists[key].split())) for key in single},
        cue_first=frozenset(cue[0] for cue in cues),
        alike=tuple(map(frozenset, lists["alike"].split())),
        tell=tell,
    )


def is_han(character: str) -> bool:
    """Whether it is a Chinese character."""
    return "㐀" <= character <= "鿿" or "豈" <= character <= "﫿"


def is_written_in_han(name: str) -> bool:
    return any(map(is_han, name))
