"""How people say things, language by language: the words are data in `<language>/*.toml`, the grammars over them are here."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


def known() -> tuple[str, ...]:
    """The languages there are, by folder: a language is added by adding one."""
    folders = resources.files(__package__).iterdir()
    return tuple(sorted(folder.name for folder in folders if folder.is_dir() and len(folder.name) == 2))


@cache
def words(language: str, name: str) -> dict[str, Any]:
    """The tables of `<language>/<name>.toml`. Raises FileNotFoundError when that language has no such file."""
    return tomllib.loads((resources.files(__package__) / language / f"{name}.toml").read_text("utf-8"))
