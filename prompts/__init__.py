"""What is said, as data: `<lang>/<slot>.toml`, `<lang>/common.toml` and `<lang>/people.toml`, loaded and checked once, at start.

A phrasebook is the tables of one language: {"common": {...}, "name": {...}, ...}.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Any

Phrasebook = dict[str, dict[str, Any]]
FIRST = "en"
"""The language whose tables every other must have."""


def known() -> tuple[str, ...]:
    """The languages there is wording for, by folder."""
    return tuple(sorted(folder.name for folder in resources.files(__package__).iterdir() if folder.is_dir() and len(folder.name) == 2))


@cache
def phrasebook(language: str) -> Phrasebook:
    """The wording of one language ("en"). Raises ValueError with what is missing, FileNotFoundError for a language without a folder."""
    book = _read(language)
    if missing := sorted({path for path in _paths(_read(FIRST)) if ".region." not in path} - set(_paths(book))):
        raise ValueError(f"prompts/{language} lacks the wording for: {', '.join(missing)}")
    return book


def _read(language: str) -> Phrasebook:
    folder = resources.files(__package__) / language
    return {file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")}


def _paths(table: dict[str, Any], before: str = "") -> list[str]:
    return [path for key, value in table.items() for path in (_paths(value, f"{before}{key}.") if isinstance(value, dict) else [f"{before}{key}"])]
