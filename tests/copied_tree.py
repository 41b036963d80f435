"""The source copied with something more in it, as the pages that say how to add something have it, and run there."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
COPIED = ("agent", "graph", "storage", "api", "prompts", "tests")


def copied(tree: Path, added: Path) -> None:
    """The source in `tree`, with the files of `added` over it."""
    # With what is compiled already, which counts as long as its source is as old; without what somebody is about to compile.
    for name in COPIED:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("*.pyc.*", "understanding", "differential"))
    shutil.copy(ROOT / "pyproject.toml", tree)
    shutil.copytree(added, tree, dirs_exist_ok=True)


def run(tree: Path, *arguments: str) -> str:
    """What `python -m ...` prints in that tree."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=tree, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
