"""Few files for a browser to ask for: an entry and the modules that it imports become one module, when the process starts and without a build step.

How it works. Each module becomes a function that is called once and gives what the module exports; they stand in the order in which a browser
evaluates modules, and an import is read off what the earlier one gave. So names of different modules never meet, and of the text of a module
nothing is touched but its `import` and `export` statements and `import.meta.url`. An import of another entry stays an import: there is one of it in
a page, whoever asks.

What this asks of a module: import and export statements begin a line (or follow ";" or "}", as in what is vendored), no circle of imports, no
export that is declared by `let` or `var`, which could change after it was read. Anything else is an UnfitModuleError, at the start and in the
tests.
Source: ECMA-262, 16.2 (modules).
"""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

_NAMES = r"\{([^}]*)\}"
_BEGINS = r"(?:^|(?<=[;}]))"
_IMPORT = re.compile(rf'{_BEGINS}import\s*(?:{_NAMES}\s*from\s*|([\w$]+)\s+from\s*)?"([^"\n]+)";?', re.MULTILINE)
_PASSED_ON = re.compile(rf'{_BEGINS}export\s*{_NAMES}\s*from\s*"([^"\n]+)";?', re.MULTILINE)
_NAMED = re.compile(rf"{_BEGINS}export\s*{_NAMES};?", re.MULTILINE)
_DEFAULT = re.compile(rf"{_BEGINS}export\s+default\s", re.MULTILINE)
_DECLARED = re.compile(r"^export\s+((?:async\s+function|function|class|const)\s+([\w$]+))", re.MULTILINE)
_LEFT = re.compile(rf"{_BEGINS}(?:import\b(?!\s*[.(])|export\b).*", re.MULTILINE)
_HERE = "import.meta.url"


class UnfitModuleError(Exception):
    """A module that cannot be put together with others; the message says which, and why."""


class _Module(NamedTuple):
    """One module, taken apart."""

    text: str
    """Its own, with a mark in the place of each import."""
    wanted: tuple[str, ...]
    """The modules it imports, by name, in order."""
    given: Mapping[str, str]
    """What it exports: the name that others know, and the one it has inside."""


def bundle(entry: str, texts: Mapping[str, str], others: Collection[str] = ()) -> str:
    """The module `entry` with all that it imports, but for the entries among `others`. `texts`: every module there is, by its path.

    Raises UnfitModuleError.
    """
    modules = dict(_in_order(entry, texts, {*others} - {entry}))
    numbers = {name: f"$m{number}" for number, name in enumerate(modules)}
    parts = []
    for name in {name: None for module in modules.values() for name in module.wanted if name not in modules}:
        numbers[name] = f"$m{len(numbers)}"
        parts.append(f'import * as {numbers[name]} from "{_way(name, entry)}";\n')
    for name, module in modules.items():
        for wanted in module.wanted:
            if wanted in modules:
                _check(name, wanted, modules[wanted], module.text)
        gives = ", ".join(_pair(known, inside) for known, inside in module.given.items())
        here = _HERE if name == entry else f'new URL("{_way(name, entry)}", {_HERE}).href'
        text = _MARK.sub(lambda mark: _read(mark, numbers), module.text.replace(_HERE, here))
        parts.append(f"// {name}\nconst {numbers[name]} = (() => {{\n{text}\nreturn {{ {gives} }};\n}})();\n")
    if known := ", ".join(modules[entry].given):
        parts.append(f"export const {{ {known} }} = {numbers[entry]};\n")
    return "".join(parts)


_MARK = re.compile(r"/\*from ([^ *]+)\*/\{([^}]*)\}")


def _read(mark: re.Match[str], numbers: Mapping[str, str]) -> str:
    return f"const {{ {mark[2]} }} = {numbers[mark[1]]};" if mark[2] else ""


def _check(name: str, wanted: str, found: _Module, text: str) -> None:
    """That a module gives what another one reads off it."""
    for mark in _MARK.finditer(text):
        for known, _ in _pairs(mark[2], ":") if mark[1] == wanted else ():
            if known not in found.given:
                raise UnfitModuleError(f"{name} imports {known}, which {wanted} does not export")


def _in_order(entry: str, texts: Mapping[str, str], others: Collection[str]) -> Iterator[tuple[str, _Module]]:
    """The modules, each after those that it imports."""
    done: set[str] = set()

    def walk(name: str, above: tuple[str, ...]) -> Iterator[tuple[str, _Module]]:
        if name in above:
            raise UnfitModuleError(f"a circle of imports: {' -> '.join((*above[above.index(name) :], name))}")
        if name in done or name in others:
            return
        if name not in texts:
            raise UnfitModuleError(f"{above[-1] if above else 'somebody'} imports {name}, which is not there")
        module = _taken_apart(name, texts[name])
        for wanted in module.wanted:
            yield from walk(wanted, (*above, name))
        done.add(name)
        yield name, module

    return walk(entry, ())


def _taken_apart(name: str, text: str) -> _Module:
    wanted: list[str] = []
    given: dict[str, str] = {}

    def there(path: str) -> str:
        found = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
        if not path.startswith("."):
            raise UnfitModuleError(f'{name} imports "{path}": only relative addresses are found without a map')
        if found not in wanted:
            wanted.append(found)
        return found

    def imported(found: re.Match[str]) -> str:
        names, single, path = found.groups()
        pairs = [("default", single)] if single else _pairs(names or "", " as ")
        return f"/*from {there(path)}*/{{{', '.join(_pair(known, inside) for known, inside in pairs)}}}"

    def passed_on(found: re.Match[str]) -> str:
        said = []
        for known, outside in _pairs(found[1], " as "):
            given[outside] = f"$p{len(given)}"
            said.append(_pair(known, given[outside]))
        return f"/*from {there(found[2])}*/{{{', '.join(said)}}}"

    def named(found: re.Match[str]) -> str:
        given.update({outside: inside for inside, outside in _pairs(found[1], " as ")})
        return ""

    def declared(found: re.Match[str]) -> str:
        given[found[2]] = found[2]
        return found[1]

    def default(_: re.Match[str]) -> str:
        given["default"] = "$default"
        return "const $default = "

    for pattern, does in ((_IMPORT, imported), (_PASSED_ON, passed_on), (_NAMED, named), (_DECLARED, declared), (_DEFAULT, default)):
        text = pattern.sub(does, text)
    if left := _LEFT.search(text):
        raise UnfitModuleError(f'{name} has a statement that cannot be put together with others: "{left[0][:60]}"')
    return _Module(text, tuple(wanted), given)


def _pairs(names: str, between: str) -> list[tuple[str, str]]:
    """What stands between braces: each name with the other one it gets there, or with itself."""
    parted = (one.partition(between) for one in names.split(",") if one.strip())
    return [(first.strip(), second.strip() or first.strip()) for first, _, second in parted]


def _pair(known: str, inside: str) -> str:
    return known if known == inside else f"{known}: {inside}"


def _way(name: str, entry: str) -> str:
    """From one module to another, as an address."""
    way = posixpath.relpath(name, posixpath.dirname(entry))
    return way if way.startswith(".") else f"./{way}"
