"""One lexicon: what belongs to no slot stands once, in `discourse.toml`, and every other list names its class."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from agent import languages
from agent.languages import SHARED, words, written, written_out
from tests.test_words import CLASSES

ROOT = Path(languages.__file__).parent
NAMED = re.compile(r"@([a-z]\w+)")
List = tuple[str, Sequence[str]]
"""Where a list stands, "email.patching.trailing", and what is written in it."""


def lists(table: Any, name: str, *, of_words: bool = True) -> Iterator[List]:
    """All lists and texts of words of a table. A phrase with a value ("oh" = 0) is in none: it is the value's, and not a word of talk."""
    for key, value in table.items():
        match value:
            case dict():
                yield from lists(value, f"{name}.{key}", of_words=key in CLASSES or name.split(".")[-1] in CLASSES)
            case list():
                for listed in (value, *(each for each in value if isinstance(each, list))):
                    yield f"{name}.{key}", [each for each in listed if isinstance(each, str)]
            case str() if of_words:
                yield f"{name}.{key}", value.split()


def files(language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((ROOT / language).glob("*.toml")):
        if path.stem != SHARED:
            yield path.stem, written(language, path.stem)


def twice(shared: dict[str, Sequence[str]]) -> list[str]:
    """The phrases that more than one class has, or one twice."""
    counted = Counter(phrase for phrases in shared.values() for phrase in phrases)
    return [phrase for phrase, times in counted.items() if times > 1]


def strays(found: Iterator[List], shared: dict[str, Sequence[str]]) -> list[str]:
    """The phrases of a class that a list has by themselves, and the words that are set apart from no class, or from one that is named."""
    of = {phrase: kind for kind, phrases in shared.items() for phrase in phrases}
    wrong = []
    for name, listed in found:
        taken = {kind for each in listed for kind in NAMED.findall(each)}
        for each in listed:
            apart = each[1:] if each[:1] == "=" else ""
            if apart and (apart not in of or of[apart] in taken):
                wrong.append(f"{name}: {each} is set apart for nothing")
            wrong += [f"{name}: {phrase} is of @{of[phrase]}" for phrase in written_out(each) if phrase in of]
    return wrong


@pytest.mark.parametrize("language", languages.known())
def test_no_phrase_is_of_two_classes(language: str) -> None:
    assert twice(words(language, SHARED)) == []


@pytest.mark.parametrize("language", languages.known())
def test_a_phrase_of_a_class_stands_there_alone(language: str) -> None:
    assert strays((each for stem, table in files(language) for each in lists(table, stem)), words(language, SHARED)) == []


@pytest.mark.parametrize("language", languages.known())
def test_every_class_is_taken(language: str) -> None:
    """By two lists at least: what one alone needs belongs there."""
    taken = Counter(
        kind for stem, table in files(language) for _, listed in lists(table, stem) for kind in {k for each in listed for k in NAMED.findall(each)}
    )
    assert {kind: taken[kind] for kind in words(language, SHARED) if taken[kind] < 2} == {}


@pytest.mark.parametrize("language", languages.known())
def test_a_word_set_apart_has_its_reason(language: str) -> None:
    """In a comment above its list, or beside it."""
    for path in (ROOT / language).glob("*.toml"):
        reason = ""
        for line in path.read_text("utf-8").splitlines():
            reason = line if line.startswith("#") else "" if re.match(r"\[|[\w\"-]+ *=", line) and not reason else reason
            assert not re.search(r"""(?<=["\s])=\w""", line.split("#")[0]) or path.stem == SHARED or reason or "#" in line, f"{path.name}: {line}"
            reason = "" if line.rstrip().endswith(("]", '"')) else reason


def test_what_stands_elsewhere_is_found() -> None:
    shared = {"apologies": ["sorry", "i'm sorry"], "thanks": ["thanks", "sorry"]}
    table = {
        "a": ["@thanks", "=thanks", "ta"],
        "words": {"b": "so sorry"},
        "c": ["{i'm|so} sorry"],
        "marks": {"sorry": "."},
        "d": ["=ta", "=sorry", "="],
    }
    assert twice(shared) == ["sorry"]
    assert strays(lists(table, "x"), {"apologies": ["sorry", "i'm sorry"], "thanks": ["thanks"]}) == [
        "x.a: =thanks is set apart for nothing",
        "x.words.b: sorry is of @apologies",
        "x.c: i'm sorry is of @apologies",
        "x.d: =ta is set apart for nothing",
    ]


@pytest.mark.parametrize(
    ("listed", "filled"),
    [
        (["a", "@thanks", "b"], ["a", "thanks", "thank you", "b"]),
        (["thanks", "@thanks"], ["thanks", "thank you"]),
        (["=thanks", "=", "after the @", "[@thanks|ta] mate"], ["thanks", "=", "after the @", "[thanks|thank you|ta] mate"]),
        ("a @thanks\n  =no b", "a thanks no b"),
        ("@ dot =", "@ dot ="),
        ({"x": {"y": ["@thanks"]}, "z": 1}, {"x": {"y": ["thanks", "thank you"]}, "z": 1}),
        ([["@", "=no"], ["@thanks"]], [["@", "no"], ["thanks", "thank you"]]),
    ],
)
def test_a_class_is_filled_in(listed: Any, filled: Any) -> None:
    assert languages.filled_in(listed, {"thanks": ["thanks", "thank you"]}) == filled


def test_a_class_that_there_is_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "written", lambda _, name: {} if name == SHARED else {"repairs": ["@thank"]})
    languages.words.cache_clear()
    with pytest.raises(LookupError, match=r"agent/languages/en/email.toml names @thank, which is no class of discourse.toml"):
        languages.words("en", "email")
    languages.words.cache_clear()
