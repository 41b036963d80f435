"""The words of Mandarin names, ready for look-up: surnames, characters of given names, cues, and words that tell a character."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words


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
    names, data = words("zh", "names"), words("zh", "name")
    cues: dict[str, Any] = data["cues"]
    grammar: dict[str, Any] = data["grammar"]
    tell: dict[str, str] = {}
    for word in sorted(data["say"]["words"].split(), key=len):  # two characters tell best
        for character in word:
            tell.setdefault(character, word)
    led = [cue for name in ("plain", "call", "family", "weak", "helping", "under", "writing") for cue in cues[name]]
    return Characters(
        cue_first=frozenset(cue[0] for cue in led),
        single=frozenset("".join(names["single"].split())),
        compound=HanPhrases(names["compound"].split()),
        given=frozenset("".join(names["given"].split())),
        common=frozenset(names["words"].split()),
        nameable=frozenset(names["nameable"].split()),
        days=frozenset(names["days"].split()),
        foreign=frozenset("".join(names["foreign"].split())),
        never=HanPhrases(grammar["never"]),
        stop=frozenset(grammar["stop"]),
        nick=frozenset(grammar["nick"]),
        place_ends=frozenset(grammar["place_ends"]),
        plain=HanPhrases(cues["plain"]),
        call=HanPhrases(cues["call"]),
        family=HanPhrases(cues["family"]),
        given_cue=HanPhrases(cues["given"]),
        under=HanPhrases(cues["under"]),
        of_name=HanPhrases(cues["of_name"]),
        weak=HanPhrases(cues["weak"]),
        link=HanPhrases(cues["link"]),
        writing=HanPhrases(cues["writing"]),
        written_into=HanPhrases(cues["written_into"]),
        taking_back=HanPhrases(cues["taking_back"]),
        theirs=HanPhrases(cues["theirs"]),
        not_mine=HanPhrases(cues["not_mine"]),
        helping=HanPhrases(cues["helping"]),
        lead=HanPhrases(data["fillers"]["before"]),
        after=HanPhrases(data["fillers"]["after"]),
        next=HanPhrases(grammar["next"]),
        titles=HanPhrases(grammar["titles"]),
        apart=HanPhrases(grammar["apart"].split()),
        radicals=HanPhrases(grammar["radicals"]),
        places=grammar["places"],
        refused=frozenset(grammar["refused"]),
        alike=tuple(map(frozenset, grammar["alike"].split())),
        tell=tell,
    )


def is_han(character: str) -> bool:
    """Whether it is a Chinese character."""
    return "㐀" <= character <= "鿿" or "豈" <= character <= "﫿"


def is_written_in_han(name: str) -> bool:
    return any(map(is_han, name))


def is_refused(name: str) -> bool:
    """Whether it is a placeholder: 无名."""
    return name in characters().refused


def spoken_characters(name: str) -> str:
    """The name, and each character that has a word of ours with that word: "王强，国王的王，强大的强"."""
    said = words("zh", "name")["say"]
    tell = characters().tell
    told = [said["form"].format(word=tell[character], character=character) for character in name if character in tell]
    return str(said["between"]).join((name, *told))


def han_parts(name: str) -> dict[str, str]:
    """Family and given name of a name in characters; a title ("王先生") is neither."""
    words = characters()
    family = words.surname_of(name)
    given = name[len(family) :]
    if not family:
        return {"given": name}
    return {"family": family} if not given or words.titles.at(given, 0) == len(given) else {"family": family, "given": given}
