"""What a language still lacks, a line each: `python -m tests.language es`. Exit 1 when it lacks something.

A file or a wording that is not there is one thing; words that were copied from English and never said otherwise are the other. A wording is still
English when it has letters of its own and equals the English one. A table of words is when more than half of its words stand in the English table of
that name, since languages share some ("ok", "email"); what is shared more than that is named, with its reason, in tests/language_shared.toml.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prompts import FIRST

ROOT = Path(__file__).parent.parent
WORDS = Path("agent", "languages")
WORDING = Path("prompts")
CASES = Path("tests", "cases")
FEWEST = 3
"""Words of a table before it can be called English: of one or two, any may be shared."""
LONGEST = 200
"""Characters of a sentence; what is longer lists words."""
_PLACE = re.compile(r"\{[^}]*\}|@\w+")
_LETTERS = re.compile(r"[^\W\d_]{2}")


def lacking(language: str, root: Path = ROOT) -> list[str]:
    """What is missing in `language` or still English, by file and key."""
    found = []
    for folder in (WORDS, WORDING, CASES):
        for theirs in sorted((root / folder / FIRST).glob("*.toml")):
            ours = root / folder / language / theirs.name
            shown = ours.relative_to(root).as_posix()
            if not ours.exists():
                found.append(f"{shown} is missing")
            elif folder == CASES:
                found += _cases(shown, _read(theirs), _read(ours))
            else:
                found += _tables(shown, _read(theirs), _read(ours), shared(language, root), wording=folder == WORDING)
    return found


def shared(language: str, root: Path = ROOT) -> set[str]:
    """The tables that may be English's, as "letters.words.link"."""
    return set(_read(root / "tests" / "language_shared.toml").get(language, {}))


def _tables(shown: str, theirs: Mapping[str, Any], ours: Mapping[str, Any], may: set[str], *, wording: bool) -> Iterator[str]:
    english, own = dict(_leaves(theirs)), dict(_leaves(ours))
    for key, words in english.items():
        if key not in own:
            if wording and ".region." not in f".{key}":
                yield f"{shown}: {key} is missing"
            continue
        mine = [word for word in own[key] if _LETTERS.search(_PLACE.sub("", word))]
        same = [word for word in mine if word in words]
        if f"{Path(shown).stem}.{key}" not in may and (same if wording else len(mine) >= FEWEST and len(same) > len(mine) / 2):
            yield f"{shown}: {key} is still English ({same[0]!r})"


def _cases(shown: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[str]:
    english = set(_said(theirs))
    sentences = [one for one in _said(ours) if _LETTERS.search(one)]
    same = [one for one in sentences if one in english]
    if len(same) > len(sentences) / 2:
        yield f"{shown}: {len(same)} of {len(sentences)} sentences are still English ({same[0]!r})"


def _said(table: object) -> Iterator[str]:
    """What callers say in a file of cases."""
    match table:
        case Mapping():
            yield from _strings(table.get("say", ""))
            for part in table.values():
                yield from _said(part)
        case list():
            for part in table:
                yield from _said(part)


def _leaves(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, list[str]]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{key}.")
        else:
            yield before + key, list(_strings(value))


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield from value.split() if len(value) > LONGEST else (value,)
        case Mapping():
            for part in value.values():
                yield from _strings(part)
        case list():
            for part in value:
                yield from _strings(part)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def main() -> int:
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    found = lacking(sys.argv[1])
    sys.stdout.write("\n".join((*found, "")) if found else f"{sys.argv[1]} lacks nothing\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
