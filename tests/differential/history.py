"""Another revision in a folder of its own, for as long as it is needed: a git worktree, so that the checkout stays as it is."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BROUGHT = HERE.parent / "tables.py"
"""What this folder needs from beside it."""
OWN = "seam.py"
"""What a revision keeps of its own in this folder, when it has one; everything else is ours, so that both sides are asked the same."""


def is_known(revision: str) -> bool:
    """Whether the revision is in this clone."""
    return not subprocess.run(["git", "-C", ROOT, "cat-file", "-e", f"{revision}^{{commit}}"], check=False, capture_output=True).returncode


def commit_of(revision: str) -> str:
    return _git("rev-parse", f"{revision}^{{commit}}")


@contextmanager
def checked_out(revision: str) -> Iterator[Path]:
    """The folder of the revision, with this differential in it. Raises CalledProcessError for a revision that is not in this clone."""
    with tempfile.TemporaryDirectory(prefix="differential-") as made:
        place = Path(made) / "tree"
        _git("worktree", "add", "--detach", "--quiet", str(place), revision)
        try:
            mine = place / HERE.relative_to(ROOT)
            seam = (mine / OWN).read_text("utf-8") if (mine / OWN).exists() else None
            shutil.copytree(HERE, mine, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
            shutil.copy(BROUGHT, mine.parent)
            if seam is not None:
                (mine / OWN).write_text(seam, "utf-8")
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*command: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *command], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
