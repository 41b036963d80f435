"""python run.py CHECKOUT: moves and renames everything in it, then tidies with its own ruff. Prints what wants a look. Commit or `git reset --hard` after."""

import ast
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import engine as e  # noqa: E402
import table as t  # noqa: E402


def main(root: Path, python: Path) -> int:
    tree = e.Tree(root.resolve())
    if tree.git("status", "--porcelain").strip():
        raise SystemExit("the checkout has changes that are not committed")
    before = tree.modules()
    unmapped = sorted(m for m in before if m.startswith("agent.") and m.count(".") == 1 and m not in t.MOVES and m not in t.STAY)
    unmapped += sorted(m for m in before if m.startswith(("agent.languages.", "tests.agent.")) and e.mapped(m, t.MOVES) == m)
    for module in unmapped:
        tree.note(f"UNMAPPED {module}: no place is declared for it")
    patch(tree)
    carved = carve(tree)
    symbols = {key: carved.get(key, key) for key in carved}
    known = tree.modules() | before
    e.rewrite_imports(tree, known, {}, symbols)
    module_uses(tree, symbols)
    tidy(tree, python)
    # names, where they are defined and imported
    renames = {key: (key[0], new) for key, new in t.SYMBOLS.items()}
    e.rewrite_imports(tree, known, {}, renames)
    for module in {module for module, _ in t.SYMBOLS}:
        e.rename_definitions(tree, module, {name: new for (where, name), new in t.SYMBOLS.items() if where == module})
    # places
    e.rewrite_imports(tree, known, t.MOVES, {})
    module_names(tree, known)
    moves = dict(sorted(t.MOVES.items(), key=lambda pair: pair[0].count(".")))
    tests_agent = root / "tests" / "agent"
    e.move_files(tree, moves, t.ROOMS)
    if tests_agent.exists() and [p.name for p in tests_agent.iterdir() if p.suffix == ".py"] == ["__init__.py"]:
        tree.git("rm", "-qf", str(tests_agent / "__init__.py"))
    data = data_files(tree)
    # words
    for name, new, files, exclude, only in t.TOKENS:
        e.rename_tokens(tree, name, new, files, exclude, allowed=("*",) if name in ("sure",) else (), only=only)
    for name, new, files, shown, attributes in t.VARIABLES:
        e.rename_variables(tree, name, new, files, judge(name, shown, attributes))
    for single in (False, True):
        e.rename_variables(tree, "heard", "candidate" if single else "candidates", t.CANDIDATES, candidate(single), t.NO_CANDIDATES)
    said_attributes(tree)
    keywords(tree)
    for module, cls, field, encoded in t.ENCODED:
        e.keep_encoded(tree, module, cls, field, encoded)
    for cls, tag in t.TAGS:
        e.keep_tag(tree, "agent.record.acts", cls, tag)
    prose = {**renames, **{key: (where[0], t.SYMBOLS.get(where, where[1])) for key, where in symbols.items()}}
    e.rewrite_prose(tree, t.MOVES, prose, t.TICKED, data)
    contracts(root)
    tidy(tree, python)
    e.wrap_long(tree)
    tidy(tree, python)
    added(tree)
    tree.git("add", "-A")
    print("\n".join(dict.fromkeys(tree.notes)))
    return 0


def patch(tree: e.Tree) -> None:
    for module, old, new in t.PATCHES:
        path = tree.path_of(module)
        text = path.read_text("utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{module} does not hold {old!r} once: look at table.PATCHES")
        path.write_text(text.replace(old, new), "utf-8")


def carve(tree: e.Tree) -> dict:
    found = {}
    for module, names, new, docstring, first in t.CARVED:
        for name in e.carve(tree, module, names, new, docstring, first):
            found[(module, name)] = (new, name)
        if tree.path_of(module).name == "__init__.py":
            e.drop_unused(tree, module)
    return found


def module_uses(tree: e.Tree, symbols: dict) -> None:
    """`module.name` where the name went to another module: it is imported by itself."""
    for path in tree.python():
        source = e.Source(path)
        bound = {}
        for node in source.tree.body:
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        wanted = set()
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                where = symbols.get((bound.get(node.value.id, ""), node.attr))
                if where:
                    start, end = source.span(node)
                    source.edit(start, end, where[1])
                    wanted.add(where)
        if wanted:
            first = next(n for n in source.tree.body if isinstance(n, ast.ImportFrom))
            at = source.span(first)[0]
            source.edit(at, at, "".join(f"from {module} import {name}\n" for module, name in sorted(wanted)))
        source.write()


def module_names(tree: e.Tree, known: set) -> None:
    """`values.inform` where the module has another last name now: the imports were rewritten, the uses follow."""
    back = {new: old for old, new in ((m, e.mapped(m, t.MOVES)) for m in known)}
    for path in tree.python():
        source = e.Source(path)
        scopes = e.Scopes(source.tree)
        renamed = {}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    old = back.get(full, full).rpartition(".")[2]
                    if full in back and not alias.asname and old != alias.name:
                        renamed[old] = alias.name
        for scope, node, name in scopes.uses:
            if name in renamed and scopes.binder(scope, name) is None:
                start, _ = source.span(node)
                source.edit(start, start + len(name), renamed[name])
        source.write()


def judge(name: str, shown: tuple, attributes: tuple):
    def is_it(bound, nodes, source) -> bool:
        for node in ast.walk(bound):
            if isinstance(node, ast.arg) and node.arg == name and node.annotation and node in nodes:
                text = ast.unparse(node.annotation)
                return any(text == one[1:] if one.startswith("=") else re.search(rf"\b{one}\b", text) for one in shown)
        ids = {id(n) for n in nodes}
        for node in ast.walk(bound):
            if isinstance(node, ast.Attribute) and id(node.value) in ids and node.attr in attributes and shown[0] in source.text:
                return True
            if isinstance(node, (ast.Assign, ast.NamedExpr, ast.AnnAssign)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                pairs = []
                for target in targets:
                    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts):
                        pairs += zip(target.elts, node.value.elts, strict=True)
                    elif not isinstance(target, ast.Tuple):
                        pairs.append((target, node.value))
                for target, value in pairs:
                    if id(target) not in ids or value is None:
                        continue
                    text = ast.unparse(value)
                    if any(re.match(rf"(await )?(\w+\.)*{one.lstrip('=')}\(", text) for one in shown):
                        return True
                    if isinstance(node, ast.AnnAssign) and any(re.search(rf"\b{one.lstrip('=')}\b", ast.unparse(node.annotation)) for one in shown):
                        return True
        return False

    return is_it


def candidate(single: bool):
    """Whether a variable `heard` is one reading, or several."""
    fields = {"value", "rule", "span", "confidence", "whole", "options", "parts", "patch", "excluded"}

    def is_it(bound, nodes, source) -> bool:
        ids = {id(n) for n in nodes}
        many = one = False
        for node in ast.walk(bound):
            if isinstance(node, ast.arg) and id(node) in ids and node.annotation:
                text = ast.unparse(node.annotation)
                many |= bool(re.search(r"(Sequence|list|tuple|Iterable)\[Candidate", text))
                one |= text in ("Candidate", "Candidate | None")
            if isinstance(node, ast.Subscript) and id(node.value) in ids:
                many = True
            if isinstance(node, ast.AnnAssign) and id(node.target) in ids and "Sequence[Candidate]" in ast.unparse(node.annotation):
                many = True
            if isinstance(node, (ast.Assign, ast.NamedExpr)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any(id(x) in ids for x in targets) and re.match(r"(.*\.)?_?extract\(", ast.unparse(node.value)):
                    many = True
            if isinstance(node, (ast.For, ast.comprehension)) and id(node.iter) in ids:
                many = True
            if isinstance(node, ast.Attribute) and id(node.value) in ids and node.attr in fields:
                one = True
        return (one and not many) if single else (many and not one)

    return is_it


def said_attributes(tree: e.Tree) -> None:
    for path in tree.python():
        shown = str(path.relative_to(tree.root))
        if not e.matches(shown, t.SAID_ATTRIBUTE) or e.matches(shown, t.NOT_SAID):
            continue
        source = e.Source(path)
        called = {id(n.func) for n in ast.walk(source.tree) if isinstance(n, ast.Call)}
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and node.attr == "said" and ast.unparse(node.value).split(".")[-1] not in t.SAID_BY and not re.search(r"state|slot\(|traced", ast.unparse(node.value)):
                tree.note(f"LOOK {shown}:{node.lineno}: {ast.unparse(node)} was left")
            elif isinstance(node, ast.Attribute) and node.attr == "said" and id(node) not in called and ast.unparse(node.value).split(".")[-1] in t.SAID_BY:
                _, end = source.span(node)
                source.edit(end - 4, end, "utterance")
            if isinstance(node, ast.ClassDef):
                for part in node.body:
                    if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.target.id == "said" and "Utterance" in ast.unparse(part.annotation):
                        start, _ = source.span(part.target)
                        source.edit(start, start + 4, "utterance")
        source.write()


def keywords(tree: e.Tree) -> None:
    """`said=` for a parameter that is called otherwise now: told, since who is called is not known here."""
    for path in tree.python():
        source = e.Source(path)
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                for word in node.keywords:
                    if word.arg in ("said", "taken", "did") and path.relative_to(tree.root).parts[0] in ("agent", "graph"):
                        tree.note(f"LOOK {path.relative_to(tree.root)}:{node.lineno}: {ast.unparse(node.func)}({word.arg}=...)")


def data_files(tree: e.Tree) -> dict:
    moved = {}
    for old, new in t.DATA.items():
        for path in sorted((tree.root / old.split("{}")[0]).iterdir()):
            one, to = tree.root / old.format(path.name), tree.root / new.format(path.name)
            if one.exists():
                tree.git("mv", str(one), str(to))
                moved[old.format(path.name)] = new.format(path.name)
    for name, (new, files) in t.DATA_NAMES.items():
        for shown in files:
            path = tree.root / shown
            if not path.exists():
                tree.note(f"{shown} is not there")
                continue
            source = e.Source(path)
            for node in ast.walk(source.tree):
                if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "words":
                    for part in node.args:
                        if isinstance(part, ast.Constant) and part.value == name:
                            start, end = source.span(part)
                            source.edit(start, end, f'"{new}"')
            source.write()
    return moved


def added(tree: e.Tree) -> None:
    """Tests of the moved tree that come with the moves."""
    for path in sorted((HERE / "added").rglob("*.py")):
        goal = tree.root / path.relative_to(HERE / "added")
        goal.parent.mkdir(parents=True, exist_ok=True)
        goal.write_text(path.read_text("utf-8"), "utf-8")


def contracts(root: Path) -> None:
    path = root / "pyproject.toml"
    text = path.read_text("utf-8")
    if "Floors inside agent" not in text:
        path.write_text(text.rstrip() + "\n" + t.CONTRACTS, "utf-8")


def tidy(tree: e.Tree, python: Path) -> None:
    ruff = python.parent / "ruff"
    subprocess.run([ruff, "check", "-q", "--select", "I,F401,RUF022", "--fix", "--unsafe-fixes", "."], cwd=tree.root, check=False, stdout=subprocess.DEVNULL)
    subprocess.run([ruff, "format", "-q", "."], cwd=tree.root, check=False)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    sys.exit(main(place, Path(sys.argv[2]) if len(sys.argv) > 2 else place / ".venv" / "bin" / "python"))
