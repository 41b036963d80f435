"""Names as they are said, and the parts they have."""

from collections.abc import Mapping
from functools import cache

from agent.languages import words
from agent.nlu.candidates import Context
from agent.nlu.spelling.letters import spoken_letters
from agent.slots.name.lists import is_written_in_han, lists, stands_in
from agent.slots.name.writing import titles
from agent.slots.name.zh_text import is_titled, surname_of


def present(value: str, context: Context, slow: bool) -> str:
    """The name; slowly: "Mary, M, A, R, Y. Smyth, S, M, Y, T, H", or "王宝强，国王的王，宝贝的宝，强大的强"."""
    if not slow:
        return value
    if is_written_in_han(value):
        return _spoken_characters(value)
    comma, stop = ("，", "。") if context.language == "zh" else (", ", ". ")
    return stop.join(comma.join((word, spoken_letters(word, context.language, False))) if len(word) > 1 else word for word in value.split())


def addressed(spoken: str) -> str:
    """What a person is called in a thank-you: the first of several Latin names, "Mrs Smith" and a Chinese name whole."""
    first = spoken.partition(" ")[0]
    return first if spoken.isascii() and first.casefold() not in titles() else spoken


def parts(value: str, context: Context) -> Mapping[str, str]:
    """Given and family name, where they can be told apart; a name of one word is the given name, behind a title the family name."""
    if is_written_in_han(value):
        return _han_parts(value)
    return _latin_parts(value)


def _spoken_characters(name: str) -> str:
    """The name, and each character that has a word of ours with that word: "王强，国王的王，强大的强"."""
    said = words("zh", "name")["say"]
    told = [said["form"].format(word=_telling()[character], character=character) for character in name if character in _telling()]
    return str(said["between"]).join((name, *told))


@cache
def _telling() -> Mapping[str, str]:
    """By character: the first word of ours that has it; two characters tell best."""
    telling: dict[str, str] = {}
    for word in sorted(words("zh", "name")["say"]["words"].split(), key=len):
        for character in word:
            telling.setdefault(character, word)
    return telling


def _latin_parts(name: str) -> dict[str, str]:
    """Given and family name: the last word, with the particles before it and a "Jr" behind it, is the family name of two or more."""
    words = name.split()
    if words and words[0] in titles().values():
        return {"family": " ".join(words[1:])}
    last = len(words) - (2 if words and words[-1] in lists("en")["suffixes"].values() else 1)
    while last > 1 and words[last - 1].islower() and stands_in(words[last - 1], "particles"):
        last -= 1
    return {"given": " ".join(words[:last]), "family": " ".join(words[last:])} if last > 0 else {"given": name}


def _han_parts(name: str) -> dict[str, str]:
    """Family and given name of a name in characters; a title ("王先生") is neither."""
    family = surname_of(name)
    if not family:
        return {"given": name}
    return {"family": family} if family == name or is_titled(name) else {"family": family, "given": name[len(family) :]}
