"""How people say things, language by language: the words are data in `<language>/*.toml`, the grammars over them are here.

What belongs to no slot (apologies, fillers, what takes something back) stands once, by class, in `discourse.toml`. A list of another file takes
a class by its name: "@apologies" is each of its phrases, in a text of words each that is one word, in a pattern ("{@apologies|but} no") any of them.
"=sorry" is the word itself, apart from its class: where another of them would be heard wrongly, or what is written alike is another word.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

SHARED = "discourse"
"""The file of the word classes that all others may name."""
_GROUP = re.compile(r"\{([^{}]*)\}|\[([^][]*)\]")
_CLASS = re.compile(r"@([a-z]\w+)")
_NAMED = re.compile(rf"{_CLASS.pattern}|^=.|\s=\S", re.MULTILINE)


def known() -> tuple[str, ...]:
    """The languages there are, by folder: a language is added by adding one."""
    folders = resources.files(__package__).iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.is_dir() and len(folder.name) == 2))


@cache
def words(language: str, name: str) -> dict[str, Any]:
    """The tables of `<language>/<name>.toml`, the classes that they name filled in.

    Raises FileNotFoundError when that language has no such file, and LookupError when it names a class that there is not.
    """
    tables = written(language, name)
    if name == SHARED:
        return {kind: [phrase for pattern in patterns for phrase in written_out(pattern)] for kind, patterns in tables.items()}
    try:
        return {key: filled_in(value, words(language, SHARED)) for key, value in tables.items()}
    except KeyError as missing:
        raise LookupError(f"agent/languages/{language}/{name}.toml names @{missing.args[0]}, which is no class of {SHARED}.toml") from None


def written(language: str, name: str) -> dict[str, Any]:
    """The tables of `<language>/<name>.toml` as they are written. Raises FileNotFoundError when that language has no such file."""
    return tomllib.loads((resources.files(__package__) / language / f"{name}.toml").read_text("utf-8"))


def written_out(pattern: str) -> list[str]:
    """Every phrase of a pattern: "{a|b} c" is "a c" and "b c", "[a|b] c" is these and "c"."""
    parts: list[tuple[str, ...]] = []
    end = 0
    for group in _GROUP.finditer(pattern):
        parts.append((pattern[end : group.start()],))
        parts.append(tuple(group[1].split("|")) if group[1] is not None else ("", *group[2].split("|")))
        end = group.end()
    parts.append((pattern[end:],))
    return [" ".join("".join(some).split()) for some in product(*parts)]


def filled_in(value: Any, classes: Mapping[str, Sequence[str]]) -> Any:
    """A table, a list, a text of words or a value, each class in place of its name. Raises KeyError for the name of none."""
    match value:
        case dict():
            return {key: filled_in(each, classes) for key, each in value.items()}
        case [str(), *_] if _names_one("\n".join(map(str, value))):
            return _spelt(value, classes)
        case [list(), *_]:
            return [filled_in(each, classes) for each in value]
        case str() if _names_one(value):
            return " ".join(word for word in _spelt(value.split(), classes) if " " not in word)
    return value


def _names_one(text: str) -> bool:
    """Whether a class, or a word apart from its class, is named in it."""
    return ("@" in text or "=" in text) and _NAMED.search(text) is not None


def _spelt(listed: Iterable[str], classes: Mapping[str, Sequence[str]]) -> list[str]:
    """The phrases of a list, once each."""
    found: dict[str, None] = {}
    for phrase in listed:
        if phrase[:1] == "=" != phrase:
            found[phrase[1:]] = None
        elif "@" not in phrase:
            found[phrase] = None
        elif _CLASS.fullmatch(phrase):
            found.update(dict.fromkeys(classes[phrase[1:]]))
        else:
            found[_CLASS.sub(lambda named: "|".join(classes[named[1]]), phrase)] = None
    return list(found)
