"""One word for one thing: what the field has a name for is called by no other. And no word of a language stands in code: words are data."""

import ast
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from agent import languages

ROOT = Path(__file__).parent.parent
FLOORS = ("agent", "graph", "tests")
OTHERWISE = {
    "Said": "Utterance", "Heard": "Candidate", "HeardAct": "ActCandidate", "hear": "extract", "sure": "confidence",
    "Taken": "UserAct", "Did": "DialogueAct", "Notice": "SystemAct", "notice": "system_act", "notices": "system_acts",
    "Scene": "TurnContext", "scene": "turn_context", "Outcome": "Update", "outcome": "update",
    "Label": "Mention", "Claims": "Assignment", "claims": "assignment",
}  # fmt: skip
"""Ours of old -> the field's. Whole names."""
PARTS = {"mend(s|ed|ing)?": "edit", "contrast(s|ed|ing)?": "against, of an edit", "hand_off": "handoff", "scenes?": "turn context"}
"""The same, as parts of names."""
OWN = {
    "Heard": ("tests/differential/seam.py", "tests/simulated/"),
    "sure": ("agent/nlu/spelling/", "agent/slots/service/", "tests/slots/"),
    "hear": ("tests/",),
    "notices": ("tests/differential/normal.py", "tests/record/test_kept_names.py"),
    "notice": ("tests/differential/normal.py",),
    "Outcome": ("tests/outbox/",),
    "outcome": ("tests/no_skips.py", "tests/outbox/"),
    "claims": ("tests/nlu/test_mentions.py",),
}
"""Where a word means another thing, or is what was stored."""
HAN = re.compile(r"[㐀-鿿豈-﫿]-[㐀-鿿豈-﫿]|[㐀鿿豈﫿](?![㐀-鿿豈-﫿])")
"""Where the characters begin and end that are Chinese, and a range of them: no word."""
READ = frozenset({"norm", "norms", "word", "words", "spoken"})
"""What a token, or several, are called where one is read."""
SAME = frozenset({"lower", "casefold", "strip", "removeprefix", "removesuffix"})
"""What makes a token of a token."""


def names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def wrong(name: str) -> Iterator[tuple[str, str]]:
    """Which word of a name is not the field's, and what the field's is."""
    if name in OTHERWISE:
        yield name, OTHERWISE[name]
    for part, word in PARTS.items():
        if re.search(f"(^|_)({part})(_|$)", name.lower()):
            yield part, word


def test_the_field_s_words_are_used() -> None:
    found = {
        f"{shown}: {name} is {word}"
        for floor in FLOORS
        for path in (ROOT / floor).rglob("*.py")
        for shown in [path.relative_to(ROOT).as_posix()]
        for name in {*names(ast.parse(path.read_text("utf-8"))), path.stem}
        for ours, word in wrong(name)
        if not shown.startswith((*OWN.get(ours, ()), "-"))
    }
    assert found == set()


def test_no_rule_is_compared() -> None:
    """A rule says where a reading came from, and may be renamed or split; what decides is a kind."""
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"
        for floor in ("agent", "graph", "api")
        for path in (ROOT / floor).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Compare)
        for operand in (node.left, *node.comparators)
        if isinstance(operand, ast.Attribute) and operand.attr == "rule"
    }
    assert found == set()


CLASSES = frozenset({"words", "phrases", "labels", "correcting", "nouns", "cues", "fillers", "grammar", "patching", "single", "answers"})
"""Tables whose keys are names of our own, and not words."""


def constants(node: ast.AST) -> Iterator[str]:
    """The texts that an operand is, or lists."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Tuple(elts=several) | ast.List(elts=several) | ast.Set(elts=several):
            for each in several:
                yield from constants(each)
        case ast.Dict(keys=keys):
            for key in keys:
                yield from constants(key) if key is not None else ()


def is_token(node: ast.AST, known: Collection[str]) -> bool:
    """Whether an expression is what was said: a token's text, or several. `known`: the names that hold such."""
    match node:
        case ast.Name(id=name):
            return name in known
        case ast.Subscript(value=value, slice=at):
            return not any(constants(at)) and is_token(value, known)
        case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in SAME:
            return is_token(value, known)
        case ast.Call(func=func, args=args):
            return not any(text for each in args for text in constants(each)) and is_token(func, known)
        case ast.Attribute(attr=name):
            return name in READ
    return False


def held(function: ast.AST) -> Collection[str]:
    """The names that hold tokens in a function: those that are called so, and those that are given one."""
    known = set(READ)
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.NamedExpr(target=ast.Name(id=name), value=value):
                known |= {name} if is_token(value, known) else set()
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                pairs = zip(targets, values, strict=False)
                known |= {target.id for target, value in pairs if isinstance(target, ast.Name) and is_token(value, known)}
    return known


def compared(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The words of a language that what was said is compared with, and where; a letter and a mark are none."""
    for function in ast.walk(tree):
        known = held(function) if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else ()
        for node in ast.walk(function) if known else ():
            match node:
                case ast.Compare(left=left, comparators=others):
                    operands = [left, *others]
                case ast.Match(subject=subject, cases=cases):
                    operands = [subject, *(each.value for case in cases for each in ast.walk(case.pattern) if isinstance(each, ast.MatchValue))]
                case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[key, *_]):
                    operands = [table, key]
                case ast.Subscript(value=ast.Dict() as table, slice=key):
                    operands = [table, key]
                case _:
                    continue
            if any(is_token(each, known) for each in operands):
                yield from ((node.lineno, text) for each in operands for text in constants(each) if re.search(r"[^\W\d_]{2}", text))


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """The texts of a source, those aside that stand alone and explain it."""
    free = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in free)


def characters(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The texts in Chinese, and where: no docstring, no bounds of a range, no rule's name, which is an example of it."""
    free = {id(node.args[0]) for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Rule", "rule") and node.args}
    for node in texts(tree):
        if id(node) not in free and re.search("[㐀-鿿豈-﫿]", HAN.sub("", str(node.value))):
            yield node.lineno, str(node.value)


@pytest.mark.parametrize("told", [compared, characters])
def test_no_word_of_a_language_stands_in_code(told: Callable[[ast.AST], Iterator[tuple[int, str]]]) -> None:
    """Words are data: what was said is looked up in `agent/languages`, and compared with no word."""
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{line}: {text}"
        for floor in ("agent", "graph")
        for path in (ROOT / floor).rglob("*.py")
        for line, text in told(ast.parse(path.read_text("utf-8")))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('def f(line, at):\n    return line.norm(at) == "the"', ["the"]),
        ('def f(line, at):\n    before = line.words[at - 1]\n    return before in ("and", "or")', ["and", "or"]),
        ('def f(unit):\n    return unit.words == ("no",) or "not" in unit.words', ["no", "not"]),
        ('def f(word):\n    return {"by": 1}.get(word.lower())', ["by"]),
        ('def f(self, at):\n    match self.word(at):\n        case "of" | "in":\n            return at', ["of", "in"]),
        ('def f(line, at):\n    return line.kinds[at] == "number" or line.words[at] in (",", "-")', []),
        ('def f(line, at):\n    return line.norm(at) in line.lexicon.words["stop"] or words("en", "time")["a"] == "either"', []),
    ],
)
def test_a_word_that_is_compared_is_found(source: str, words: list[str]) -> None:
    assert sorted(text for _, text in compared(ast.parse(source))) == sorted(words)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('x = f"[0-9]号(?!{y})"', ["[0-9]号(?!"]),
        ('x = "元"', ["元"]),
        ('"""说明"""\nx = "[㐀-鿿]" + "㐀"\nRule("三点", "clock")', []),
    ],
)
def test_a_character_in_code_is_found(source: str, words: list[str]) -> None:
    assert [text for _, text in characters(ast.parse(source))] == words


def named(tree: ast.AST) -> Iterator[str]:
    """The names that the texts and the fields of a source give; a pattern where half of a name is filled in: "after_", "_part"."""
    for text in texts(tree):
        yield from re.findall(r"\w+", str(text.value))
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr(values=parts) if re.fullmatch(r"\{\w+\}_\w{3,}|\w{3,}_\{\w+\}", ast.unparse(node)[2:-1]):
                yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+" for part in parts)
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


@pytest.mark.parametrize("language", languages.known())
def test_every_list_of_words_is_read(language: str) -> None:
    """By its name; a mark of `acts.toml` is read too where nobody asks for it, since a word that has one is known. Shared classes:
    test_word_classes.py."""
    read = {name for path in (ROOT / "agent").rglob("*.py") for name in named(ast.parse(path.read_text("utf-8")))}
    made = [name for name in read if r"\w+" in name]
    for path in (ROOT / "agent" / "languages" / language).glob("*.toml"):
        if path.stem == languages.SHARED:
            continue
        tables = languages.words(language, path.stem)
        classes = [tables[name] for name in CLASSES & tables.keys() if (path.stem, name) != ("acts", "words") and isinstance(tables[name], dict)]
        unread = {name for listed in (tables, *classes) for name in listed if name not in read and not any(re.fullmatch(one, name) for one in made)}
        assert unread == set(), path.name
