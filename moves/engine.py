"""Moves modules and renames identifiers in a checkout, from declared tables, whatever the lines hold.

A file is a list of edits over its tokens and imports; nothing is matched by line or text but in comments, docstrings and documents, where only dotted
names, paths and words in backticks are touched. Every step reports what it could not do, and what it did that wants a look.
"""

import ast
import fnmatch
import io
import re
import subprocess
import tokenize
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

CODE = ("agent", "graph", "storage", "api", "prompts", "tests", "bench")


class Tree:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def git(self, *command: str) -> str:
        return subprocess.run(["git", "-C", str(self.root), *command], check=True, capture_output=True, text=True).stdout

    def python(self) -> list[Path]:
        return sorted(p for d in CODE for p in (self.root / d).rglob("*.py") if "__pycache__" not in p.parts)

    def texts(self) -> list[Path]:
        names = self.git("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
        keep = (".md", ".toml", ".py", ".txt", ".lua", ".jsonl", ".js")
        return [self.root / n for n in names if (n.endswith(keep) or n in ("dev", ".ci/run")) and "requirements.lock" not in n and (self.root / n).is_file()]

    def module_of(self, path: Path) -> str:
        parts = list(path.relative_to(self.root).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def path_of(self, module: str) -> Path:
        base = self.root.joinpath(*module.split("."))
        return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")

    def modules(self) -> set[str]:
        return {self.module_of(p) for p in self.python()}


# --- text positions -----------------------------------------------------------------------------------------------------------------


class Source:
    """A file with pending edits, as (start, end, text) in characters."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text("utf-8")
        self.lines = self.text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.tree = ast.parse(self.text)
        self.edits: dict[tuple[int, int], str] = {}
        self.fixed: dict[int, tuple[int, int]] = {}
        self._place_fields()

    def at(self, line: int, byte_col: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return self.starts[line - 1] + len(text.encode()[:byte_col].decode())

    def _place_fields(self) -> None:
        """Python 3.11 does not know where the expressions of an f-string stand: found here, and the same tree parsed again gives the places within."""
        raw = list(tokenize.generate_tokens(io.StringIO(self.text).readline))
        tokens = [t for t in raw if t.type not in (tokenize.NL, tokenize.COMMENT, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)]
        index = {self.starts[t.start[0] - 1] + t.start[1]: number for number, t in enumerate(tokens)}
        inner = {id(n) for j in ast.walk(self.tree) if isinstance(j, ast.JoinedStr) for n in ast.walk(j) if n is not j}
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.JoinedStr) or id(node) in inner:
                continue
            number = index[self.at(node.lineno, node.col_offset)]
            places = []
            while number < len(tokens) and tokens[number].type == tokenize.STRING:
                token, start = tokens[number], self.starts[tokens[number].start[0] - 1] + tokens[number].start[1]
                places += [(start + a, start + b) for a, b in fields(token.string)]
                number += 1
            values = list(_formatted(node))
            assert len(values) == len(places), (self.path, node.lineno, len(values), len(places))
            for value, (start, end) in zip(values, places, strict=True):
                again = ast.parse(f"({self.text[start:end]})", mode="eval").body
                lines = f"({self.text[start:end]})".splitlines(keepends=True)
                begins = [0]
                for line in lines:
                    begins.append(begins[-1] + len(line))
                for one, other in zip(ast.walk(value.value), ast.walk(again), strict=True):
                    if hasattr(other, "lineno"):
                        place = lambda ln, col: start - 1 + begins[ln - 1] + len(lines[ln - 1].encode()[:col].decode())  # noqa: E731, B023
                        self.fixed[id(one)] = (place(other.lineno, other.col_offset), place(other.end_lineno, other.end_col_offset))

    def span(self, node: ast.AST) -> tuple[int, int]:
        if id(node) in self.fixed:
            return self.fixed[id(node)]
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def edit(self, start: int, end: int, new: str) -> None:
        self.edits[(start, end)] = new

    def tokens(self) -> Iterable[tuple[tokenize.TokenInfo, int]]:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            start = self.starts[token.start[0] - 1] + token.start[1]
            yield token, start
            if token.type == tokenize.STRING:
                for first, last in fields(token.string):
                    text = f"({token.string[first:last]})"
                    if "\n" in text:
                        continue
                    for one in tokenize.generate_tokens(io.StringIO(text).readline):
                        if one.string and one.type in (tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING) and 0 < one.start[1] < len(text) - 1:
                            yield one, start + first - 1 + one.start[1]

    def write(self) -> bool:
        if not self.edits:
            return False
        out, last = [], 0
        for (start, end), new in sorted(self.edits.items()):
            assert start >= last, (self.path, start, last, new)
            out += [self.text[last:start], new]
            last = end
        out.append(self.text[last:])
        new_text = "".join(out)
        ast.parse(new_text)
        self.path.write_text(new_text, "utf-8")
        return True


def fields(literal: str) -> list[tuple[int, int]]:
    """Where the expressions of an f-string literal stand in it, those of format specifications behind their own; none for another literal."""
    prefix = re.match(r"[A-Za-z]*", literal)[0]
    if "f" not in prefix.lower():
        return []
    quote = literal[len(prefix) : len(prefix) + 3] if literal[len(prefix) : len(prefix) + 3] in ('"""', "'''") else literal[len(prefix)]
    return _fields(literal, len(prefix) + len(quote), len(literal) - len(quote), spec=False)[0]


def _fields(text: str, at: int, end: int, *, spec: bool) -> tuple[list[tuple[int, int]], int]:
    found: list[tuple[int, int]] = []
    while at < end:
        c = text[at]
        if c == "{" and not spec and text[at + 1 : at + 2] == "{":
            at += 2
        elif c == "{":
            start, depth, here, string = at + 1, 0, at + 1, ""
            while True:
                d = text[here]
                if string:
                    if text.startswith(string, here):
                        here += len(string)
                        string = ""
                        continue
                elif d in "\"'":
                    string = d
                elif d in "([{":
                    depth += 1
                elif depth and d in ")]}":
                    depth -= 1
                elif not depth and (d == "}" or d == ":" or (d == "!" and text[here + 1] != "=") or (d == "=" and text[here + 1] in "}:!" and text[here - 1] not in "=!<>")):
                    break
                here += 1
            found.append((start, here))
            while text[here] not in "}:":
                here += 1
            if text[here] == ":":
                more, here = _fields(text, here + 1, end, spec=True)
                found += more
            at = here + 1
        elif c == "}" and spec:
            return found, at
        elif c == "}" and text[at + 1 : at + 2] == "}":
            at += 2
        else:
            at += 1
    return found, at


def _formatted(node: ast.JoinedStr) -> Iterable[ast.FormattedValue]:
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            yield value
            if isinstance(value.format_spec, ast.JoinedStr):
                yield from _formatted(value.format_spec)


# --- scopes -------------------------------------------------------------------------------------------------------------------------

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scopes(ast.NodeVisitor):
    """For every Name and arg: the scope that binds it (module: the tree itself)."""

    def __init__(self, tree: ast.AST) -> None:
        self.binds: dict[ast.AST, set[str]] = defaultdict(set)
        self.parent: dict[ast.AST, ast.AST | None] = {tree: None}
        self.uses: list[tuple[ast.AST, ast.Name | ast.arg, str]] = []
        self.stack: list[ast.AST] = [tree]
        self.globals: dict[ast.AST, set[str]] = defaultdict(set)
        self.visit(tree)

    def _enter(self, node: ast.AST) -> None:
        self.parent[node] = self.stack[-1]
        self.stack.append(node)

    def _function(self, node: ast.AST) -> None:
        self.binds[self.stack[-1]].add(getattr(node, "name", "<lambda>"))
        for part in getattr(node, "decorator_list", []):
            self.visit(part)
        a = node.args
        for d in (*a.defaults, *(d for d in a.kw_defaults if d)):
            self.visit(d)
        every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *(x for x in (a.vararg, a.kwarg) if x)]
        for one in every:
            if one.annotation:
                self.visit(one.annotation)
        if getattr(node, "returns", None):
            self.visit(node.returns)
        self._enter(node)
        for one in every:
            self.binds[node].add(one.arg)
            self.uses.append((node, one, one.arg))
        body = node.body if isinstance(node.body, list) else [node.body]
        for part in body:
            self.visit(part)
        self.stack.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = _function

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.binds[self.stack[-1]].add(node.name)
        for part in (*node.decorator_list, *node.bases, *(k.value for k in node.keywords)):
            self.visit(part)
        self._enter(node)
        for part in node.body:
            self.visit(part)
        self.stack.pop()

    def _comprehension(self, node: ast.AST) -> None:
        self.visit(node.generators[0].iter)
        self._enter(node)
        for number, gen in enumerate(node.generators):
            self.visit(gen.target)
            if number:
                self.visit(gen.iter)
            for test in gen.ifs:
                self.visit(test)
        for part in ([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]):
            self.visit(part)
        self.stack.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        scope = next(s for s in reversed(self.stack) if not isinstance(s, SCOPES[4:]))
        self.binds[scope].add(node.target.id)
        self.uses.append((self.stack[-1], node.target, node.target.id))

    def visit_Global(self, node: ast.Global) -> None:
        self.globals[self.stack[-1]].update(node.names)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, (ast.Store, ast.Del)) and node.id not in self.globals[self.stack[-1]]:
            self.binds[self.stack[-1]].add(node.id)
        self.uses.append((self.stack[-1], node, node.id))

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name:
            self.binds[self.stack[-1]].add(node.name)
        self.generic_visit(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.binds[self.stack[-1]].add((alias.asname or alias.name).split(".")[0])

    visit_Import = visit_ImportFrom = _import

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self.binds[self.stack[-1]].add(node.name)
        self.generic_visit(node)

    def binder(self, scope: ast.AST, name: str) -> ast.AST | None:
        first = True
        while scope is not None:
            if name in self.binds[scope] and (first or not isinstance(scope, ast.ClassDef)):
                return scope
            first = False
            scope = self.parent[scope]
        return None


# --- imports ------------------------------------------------------------------------------------------------------------------------


def mapped(module: str, moves: dict[str, str]) -> str:
    """Where a module went, by itself or with its package."""
    parts = module.split(".")
    for size in range(len(parts), 0, -1):
        head = ".".join(parts[:size])
        if head in moves:
            return ".".join([moves[head], *parts[size:]])
    return module


def rewrite_imports(tree: Tree, known: set[str], moves: dict[str, str], symbols: dict[tuple[str, str], tuple[str, str]]) -> None:
    """`known`: modules before. `symbols`: (module before, name) -> (module before the moves, new name), for names carved out or renamed."""
    for path in tree.python():
        source = Source(path)
        scopes = Scopes(source.tree)
        renamed: dict[tuple[ast.AST, str], str] = {}
        attributes: dict[tuple[ast.AST, str], str] = {}
        for scope_node in [source.tree, *[n for n in ast.walk(source.tree) if isinstance(n, SCOPES[:4])]]:
            for node in getattr(scope_node, "body", []) if isinstance(getattr(scope_node, "body", None), list) else []:
                for one in _imports_in(node):
                    _rewrite(one, source, scope_node, known, moves, symbols, renamed, attributes, tree.module_of(path))
        for scope, node, name in scopes.uses:
            bound = scopes.binder(scope, name)
            new = renamed.get((bound, name))
            if new and new != name:
                start, end = source.span(node)
                source.edit(start, start + len(name), new)
        _module_attributes(source, scopes, attributes)
        source.write()


def _imports_in(node: ast.AST) -> Iterable[ast.ImportFrom | ast.Import]:
    if isinstance(node, (ast.ImportFrom, ast.Import)):
        yield node
    elif isinstance(node, (ast.If, ast.Try, ast.With)):
        for child in ast.iter_child_nodes(node):
            yield from _imports_in(child)


def _rewrite(node, source, scope, known, moves, symbols, renamed, attributes, own="") -> None:
    start, end = source.span(node)
    indent = " " * node.col_offset
    if isinstance(node, ast.Import):
        if any(a.name in known and mapped(a.name, moves) != a.name for a in node.names):
            source.edit(start, end, "import " + ", ".join(mapped(a.name, moves) + (f" as {a.asname}" if a.asname else "") for a in node.names))
        return
    if node.level or not node.module or node.module.split(".")[0] not in CODE:
        return
    wanted: dict[str, list[str]] = defaultdict(list)
    changed = False
    for alias in node.names:
        full = f"{node.module}.{alias.name}"
        if full in known:
            there = mapped(full, moves)
            module, name = there.rpartition(".")[::2]
            bound = alias.asname or alias.name
            for (m, s), (_, new) in symbols.items():
                if m == full and s != new:
                    attributes[(scope, bound, s)] = new
        else:
            module, name = symbols.get((node.module, alias.name), (node.module, alias.name))
            if module == own:
                changed = True
                continue
            module = mapped(module, moves)
        shown = f"{name} as {alias.asname}" if alias.asname and alias.asname != name else name
        if not alias.asname and name != alias.name:
            renamed[(scope, alias.name)] = name
        wanted[module].append(shown)
        changed |= (module, name) != (node.module, alias.name)
    if changed:
        text = f"\n{indent}".join(f"from {module} import ({', '.join(names)})" if len(names) > 1 else f"from {module} import {names[0]}" for module, names in wanted.items())
        source.edit(start, end, text)


def _module_attributes(source: Source, scopes: Scopes, attributes: dict) -> None:
    """`values.inform` where `inform` has another name now."""
    if not attributes:
        return
    scope_of = {id(node): scope for scope, node, _ in scopes.uses}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and id(node.value) in scope_of:
            bound = scopes.binder(scope_of[id(node.value)], node.value.id)
            new = attributes.get((bound, node.value.id, node.attr))
            if new:
                _, end = source.span(node)
                source.edit(end - len(node.attr), end, new)


# --- renames ------------------------------------------------------------------------------------------------------------------------


def rename_definitions(tree: Tree, module: str, names: dict[str, str]) -> None:
    """Top-level names of one module, where it defines and uses them itself."""
    if not tree.path_of(module).exists():
        tree.note(f"{module} is not there")
        return
    source = Source(tree.path_of(module))
    scopes = Scopes(source.tree)
    taken = scopes.binds[source.tree]
    for old, new in names.items():
        if old not in taken:
            tree.note(f"{module} defines no {old}")
        if new in taken and new not in names:
            tree.note(f"COLLISION {module}: {new} is there already")
    for scope, node, name in scopes.uses:
        if name in names and scopes.binder(scope, name) is source.tree:
            start, _ = source.span(node)
            source.edit(start, start + len(name), names[name])
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node in source.tree.body and node.name in names:
            start, _ = source.span(node)
            head = source.text.index(node.name, source.at(node.lineno, node.col_offset))
            source.edit(head, head + len(node.name), names[node.name])
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in names and _is_annotation(node, source.tree):
            start, end = source.span(node)
            source.edit(start, end, f'"{names[node.value]}"')
    source.write()


def _is_annotation(node: ast.Constant, tree: ast.AST) -> bool:
    for one in ast.walk(tree):
        for field in ("annotation", "returns"):
            part = getattr(one, field, None)
            if part is not None and any(n is node for n in ast.walk(part)):
                return True
    return False


def matches(path: str, globs: Iterable[str]) -> bool:
    return any(fnmatch.fnmatch(path, one) for one in globs)


def rename_tokens(tree: Tree, old: str, new: str, include: Iterable[str], exclude: Iterable[str] = (), allowed: Iterable[str] = (), only: str = "") -> None:
    """Every NAME token in the files that match. `only`: "attribute" for `.x`, `x=` in calls and fields of classes."""
    count = 0
    for path in tree.python():
        shown = str(path.relative_to(tree.root))
        if not matches(shown, include) or matches(shown, exclude):
            continue
        source = Source(path)
        tokens = [(t, at) for t, at in source.tokens() if t.type in (tokenize.NAME, tokenize.OP)]
        names = {t.string for t, _ in tokens if t.type == tokenize.NAME}
        if old not in names:
            continue
        scopes = Scopes(source.tree)
        bound = set().union(*scopes.binds.values()) | {node.attr for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
        if new in bound and shown not in allowed and not matches(shown, allowed):
            tree.note(f"COLLISION? {shown}: {old} -> {new}, which is used there")
        named = _field_positions(source, old, keywords=only == "attribute") if only else set()
        for number, (token, at) in enumerate(tokens):
            if token.type != tokenize.NAME or token.string != old:
                continue
            if only:
                before = tokens[number - 1][0].string if number else ""
                if not (before == "." or at in named):
                    continue
            source.edit(at, at + len(old), new)
            count += 1
        if not only:
            for node in source.tree.body:
                if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                    for part in ast.walk(node.value):
                        if isinstance(part, ast.Constant) and part.value == old:
                            source.edit(*source.span(part), f'"{new}"')
        source.write()
    if not count:
        tree.note(f"no token {old} was there to become {new}")


def _field_positions(source: Source, name: str, *, keywords: bool) -> set[int]:
    """Where a class defines a field or method of this name, or a `match` pattern or replace() keyword names it."""
    found = set()
    for node in ast.walk(source.tree):
        if keywords and isinstance(node, ast.keyword) and node.arg == name:
            found.add(source.span(node)[0])
        if isinstance(node, ast.MatchClass):
            for word, pattern in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
                if word == name:
                    found.add(source.text.rindex(name, 0, source.span(pattern)[0]))
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id == name:
                    found.add(source.span(part.target)[0])
                if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)) and part.name == name:
                    found.add(source.text.index(name, source.span(part)[0]))
    return found


def rename_variables(tree: Tree, old: str, new: str, include: Iterable[str], is_it, exclude: Iterable[str] = ()) -> None:
    """A variable or parameter, scope by scope, where `is_it(scope, nodes, source)` says that it is the thing meant; keyword arguments follow below."""
    for path in tree.python():
        shown = str(path.relative_to(tree.root))
        if not matches(shown, include) or matches(shown, exclude):
            continue
        source = Source(path)
        scopes = Scopes(source.tree)
        groups: dict[ast.AST, list[ast.AST]] = defaultdict(list)
        for scope, node, name in scopes.uses:
            if name == old:
                bound = scopes.binder(scope, name)
                if bound is not None:
                    groups[bound].append(node)
        for bound, nodes in groups.items():
            if not is_it(bound, nodes, source):
                continue
            inner = [s for s in scopes.parent if _within(s, bound, scopes)]
            if any(new in scopes.binds[s] for s in inner) or any(name == new for s, _, name in scopes.uses if s in inner):
                tree.note(f"COLLISION {shown}:{getattr(bound, 'lineno', 0)} {getattr(bound, 'name', type(bound).__name__)}: {old} -> {new}")
                continue
            for node in nodes:
                start, _ = source.span(node)
                source.edit(start, start + len(old), new)
        source.write()


def _within(scope: ast.AST, outer: ast.AST, scopes: Scopes) -> bool:
    while scope is not None:
        if scope is outer:
            return True
        scope = scopes.parent[scope]
    return False


def keep_encoded(tree: Tree, module: str, cls: str, field: str, encoded: str) -> None:
    """A field of a stored struct that keeps its name in JSON."""
    source = Source(tree.path_of(module))
    node = next((n for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef) and n.name == cls), None)
    part = next((p for p in node.body if isinstance(p, ast.AnnAssign) and p.target.id == field), None) if node else None
    if part is None:
        tree.note(f"{module}.{cls} has no field {field}")
        return
    if part.value is None:
        start, end = source.span(part)
        source.edit(end, end, f' = msgspec.field(name="{encoded}")')
    else:
        start, end = source.span(part.value)
        value = source.text[start:end]
        source.edit(start, end, value[:-1] + f', name="{encoded}")' if value.startswith("msgspec.field(") else f'msgspec.field(default={value}, name="{encoded}")')
    source.write()


def keep_tag(tree: Tree, module: str, cls: str, tag: str) -> None:
    """A tagged struct that keeps its tag."""
    source = Source(tree.path_of(module))
    node = next((n for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef) and n.name == cls), None)
    word = next((k for k in node.keywords if k.arg == "tag"), None) if node else None
    if word is None:
        tree.note(f"{module}.{cls} has no tag")
        return
    start, end = source.span(word.value)
    source.edit(start, end, f'"{tag}"')
    source.write()


# --- carving out --------------------------------------------------------------------------------------------------------------------


def carve(tree: Tree, old: str, names: list[str], new: str, docstring: str, first_of_all: bool = False) -> list[str]:
    """Take top-level definitions out of a module into another. Unused imports are left for ruff. Returns the names carved."""
    source = Source(tree.path_of(old))
    body = source.tree.body
    pieces: list[tuple[int, int]] = []
    found: list[str] = []
    for number, node in enumerate(body):
        mine = _defines(node) & set(names)
        if not mine:
            continue
        found += sorted(mine)
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        last = node.end_lineno
        following = body[number + 1] if number + 1 < len(body) else None
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            last = following.end_lineno
        while first > 1 and source.lines[first - 2].lstrip().startswith("#") and not source.lines[first - 2].startswith("# "[:1] + "!"):
            if source.lines[first - 3].strip() and not source.lines[first - 3].lstrip().startswith("#"):
                break
            if number and not source.lines[first - 3].strip() and source.lines[first - 1].strip() == "":
                break
            first -= 1
        pieces.append((first, last))
    for name in set(names) - set(found):
        tree.note(f"{old} defines no {name} to carve out")
    if not found:
        return []
    imports = [n for n in body if isinstance(n, (ast.Import, ast.ImportFrom))]
    head = "".join("".join(source.lines[n.lineno - 1 : n.end_lineno]) for n in imports)
    aliases = [n for n in body if isinstance(n, ast.Assign) and ast.unparse(n) == "replace = msgspec.structs.replace"]
    moved = "\n\n".join("".join(source.lines[first - 1 : last]) for first, last in pieces)
    cut = set().union(*(range(first, last + 1) for first, last in pieces))
    kept = "".join(line for number, line in enumerate(source.lines, 1) if number not in cut)
    stays = set().union(*(_defines(n) for n in body)) - set(found) - {"replace"}
    used_there = {n.id for n in ast.walk(ast.parse(moved)) if isinstance(n, ast.Name)}
    used_here = {n.id for n in ast.walk(ast.parse(kept)) if isinstance(n, ast.Name)}
    back = sorted(stays & used_there)
    forth = sorted(set(found) & used_here)
    if back and forth:
        tree.note(f"CYCLE {old} <-> {new}: {back} and {forth}")
    target = tree.path_of(new)
    target.parent.mkdir(parents=True, exist_ok=True)
    alias = "".join(f"\n{ast.unparse(a)}\n" for a in aliases if "replace" in used_there)
    back_line = f"from {old} import {', '.join(back)}\n" if back else ""
    if target.exists():
        there = target.read_text("utf-8")
        split = there.index('"""', 3) + 3 if there.startswith('"""') else 0
        if first_of_all:
            parsed = ast.parse(there)
            at = max((n.end_lineno for n in parsed.body if isinstance(n, (ast.Import, ast.ImportFrom))), default=0)
            lines = there.splitlines(keepends=True)
            imports_there = "".join(lines[:at])[split:]
            target.write_text(f"{there[:split]}\n\n{head}{back_line}{imports_there}\n\n{moved}\n\n{''.join(lines[at:])}", "utf-8")
        else:
            target.write_text(f"{there[:split]}\n\n{head}{back_line}{there[split:].rstrip()}\n\n\n{moved}", "utf-8")
    else:
        target.write_text(f'"""{docstring}"""\n\n{head}{back_line}{alias}\n\n{moved}', "utf-8")
    if forth:
        tree_kept = ast.parse(kept)
        last_import = max((n.end_lineno for n in tree_kept.body if isinstance(n, (ast.Import, ast.ImportFrom))), default=tree_kept.body[0].end_lineno if tree_kept.body else 0)
        lines = kept.splitlines(keepends=True)
        lines.insert(last_import, f"from {new} import {', '.join(forth)}\n")
        kept = "".join(lines)
    source.path.write_text(kept, "utf-8")
    return found


def _defines(node: ast.AST) -> set[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {t.id for t in node.targets if isinstance(t, ast.Name)} | {e.id for t in node.targets if isinstance(t, ast.Tuple) for e in t.elts if isinstance(e, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


# --- moving -------------------------------------------------------------------------------------------------------------------------


def move_files(tree: Tree, moves: dict[str, str], docs: dict[str, str]) -> None:
    """git mv of modules and packages; packages on the way get an `__init__.py` that says what the room is (`docs`)."""
    done: dict[str, str] = {}
    for old, new in moves.items():
        base = tree.root.joinpath(*mapped(old, done).split("."))
        done[old] = new
        target = tree.root.joinpath(*new.split("."))
        there = base if base.is_dir() else base.with_suffix(".py")
        if not there.exists():  # it may come with a branch that is not merged yet
            tree.note(f"{old} is not there")
            continue
        goal = target if base.is_dir() else target.with_suffix(".py")
        goal.parent.mkdir(parents=True, exist_ok=True)
        if goal.exists():
            tree.note(f"COLLISION {new} exists")
            continue
        tree.git("mv", str(there), str(goal))
    for package in {p for new in moves.values() for p in _parents(new)} | set(docs):
        init = tree.root.joinpath(*package.split(".")) / "__init__.py"
        if not init.exists():
            init.parent.mkdir(parents=True, exist_ok=True)
            init.write_text(f'"""{docs[package]}"""\n' if package in docs else "", "utf-8")
            tree.git("add", str(init))


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:size]) for size in range(1, len(parts))]


def rewrite_prose(tree: Tree, moves: dict[str, str], symbols: dict[tuple[str, str], tuple[str, str]], words: dict[str, str], data: dict[str, str]) -> None:
    """Dotted names and paths in comments, strings, documents and settings; words in backticks by `words`; data files by `data`."""
    patterns: list[tuple[re.Pattern[str], str]] = []
    for old, new in sorted(data.items(), key=lambda pair: -len(pair[0])):
        patterns.append((re.compile(rf"(?<![\w/]){re.escape(old)}(?![\w/])"), new))
    for (module, name), (where, to) in symbols.items():
        patterns.append((re.compile(rf"(?<![\w.]){re.escape(module)}[.:]{name}\b"), f"{mapped(where, moves)}.{to}"))
    for old, new in sorted(moves.items(), key=lambda pair: -len(pair[0])):
        path_old, path_new = old.replace(".", "/"), new.replace(".", "/")
        patterns.append((re.compile(rf"(?<![\w.]){re.escape(old)}(?=[.:\"'`\s),;]|$)(?!\.toml)"), new))
        patterns.append((re.compile(rf"(?<![\w/]){re.escape(path_old)}(?=\.py\b|/|`|\s|\"|,|\)|$)"), path_new))
    ticked = [(re.compile(rf"`{re.escape(old)}(?=[`.(])"), f"`{new}") for old, new in sorted(words.items(), key=lambda pair: -len(pair[0]))]
    beside = [(new.rpartition(".")[0].replace(".", "/"), old.rpartition(".")[2], new.rpartition(".")[2]) for old, new in moves.items()]
    for path in tree.texts():
        shown = str(path.relative_to(tree.root))
        if shown in ("CHANGELOG.md",) or shown.endswith((".jsonl",)) or shown.startswith("tests/understanding/"):
            continue
        text = path.read_text("utf-8")
        near = [(re.compile(rf"(?<![\w/]){was}\.py\b"), f"{now}.py") for folder, was, now in beside if was != now and shown.startswith(folder + "/")]
        new_text = _in_prose(path, text, [*patterns, *near, *(ticked if path.suffix in (".py", ".md", ".toml") else [])])
        if new_text != text:
            path.write_text(new_text, "utf-8")


def _in_prose(path: Path, text: str, patterns: list[tuple[re.Pattern[str], str]]) -> str:
    def all_of(piece: str) -> str:
        for pattern, new in patterns:
            piece = pattern.sub(new, piece)
        return piece

    if path.suffix != ".py":
        return all_of(text)
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    out, last = [], 0
    kinds = {tokenize.STRING, tokenize.COMMENT}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in kinds:
            start, end = starts[token.start[0] - 1] + token.start[1], starts[token.end[0] - 1] + token.end[1]
            out += [text[last:start], all_of(text[start:end])]
            last = end
    return "".join([*out, text[last:]])


def wrap_long(tree: Tree, limit: int = 150) -> None:
    """Lines of prose that grew too long: broken at a space; a comment behind code goes before it."""
    for path in tree.python():
        text = path.read_text("utf-8")
        if all(len(line) <= limit for line in text.splitlines()):
            continue
        lines = text.splitlines()
        inside: set[int] = set()
        comments: dict[int, int] = {}
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING and token.string.lstrip("rbfRBF").startswith('"""'):
                inside.update(range(token.start[0], token.end[0] + 1))
            if token.type == tokenize.COMMENT:
                comments[token.start[0]] = token.start[1]
        out: list[str] = []
        for number, line in enumerate(lines, 1):
            indent = line[: len(line) - len(line.lstrip())]
            while len(line) > limit and (number in inside or line.lstrip().startswith("#")):
                lead = "# " if line.lstrip().startswith("#") and number not in inside else ""
                cut = line.rindex(" ", 0, limit)
                out.append(line[:cut])
                line = f"{indent}{lead}{line[cut + 1 :]}"
            if len(line) > limit and comments.get(number, 0) > len(indent) and "noqa" not in line:
                out.append(f"{indent}{line[comments[number]:]}")
                line = line[: comments[number]].rstrip()
            out.append(line)
        path.write_text("\n".join(out) + "\n", "utf-8")


def drop_unused(tree: Tree, module: str) -> None:
    """Imports that a package's `__init__` does not need since something was carved out of it: ruff leaves those alone."""
    source = Source(tree.path_of(module))
    used = {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name)} | {c.value for c in ast.walk(source.tree) if isinstance(c, ast.Constant)}
    for node in source.tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            keep = [a for a in node.names if (a.asname or a.name).split(".")[0] in used]
            if len(keep) == len(node.names):
                continue
            start, end = source.span(node)
            shown = ", ".join(a.name + (f" as {a.asname}" if a.asname else "") for a in keep)
            text = "" if not keep else f"from {node.module} import {shown}" if isinstance(node, ast.ImportFrom) else f"import {shown}"
            source.edit(start, end, text)
    source.write()
