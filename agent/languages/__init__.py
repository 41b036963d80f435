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
        case list() if any(isinstance(each, list) for each in value):
            return [filled_in(each, classes) for each in value]
        case list():
            return _spelt(value, classes) if any(isinstance(each, str) and _names(each) for each in value) else value
        case str() if "@" in value or "=" in value:
            return " ".join(word for word in _spelt(value.split(), classes) if " " not in word) if any(map(_names, value.split())) else value
    return value


def _names(phrase: str) -> bool:
    return (phrase[:1] == "=" and phrase != "=") or ("@" in phrase and _CLASS.search(phrase) is not None)


def _spelt(listed: Iterable[Any], classes: Mapping[str, Sequence[str]]) -> list[Any]:
    """The phrases of a list, once each."""
    found: dict[Any, None] = {}
    for phrase in listed:
        if not isinstance(phrase, str) or not _names(phrase):
            found[phrase] = None
        elif phrase[0] == "=":
            found[phrase[1:]] = None
        elif _CLASS.fullmatch(phrase):
            found |= dict.fromkeys(classes[phrase[1:]])
        else:
            found[_CLASS.sub(lambda named: "|".join(classes[named[1]]), phrase)] = None
    return list(found)
