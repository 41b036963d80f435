"""Folders that hold what callers said are for nobody but us to look into, and hold nothing but files."""

import errno
import logging
import os.path
import stat
from pathlib import Path

_log = logging.getLogger("slotline.data")


def make(home: Path) -> None:
    """Our part of a data folder, and that as well, closed to everybody else from the first. Raises OSError."""
    home.parent.mkdir(0o700, parents=True, exist_ok=True)
    home.mkdir(0o700, exist_ok=True)


def make_private(data: Path, home: Path) -> None:
    """Let nobody else into the data folder, nor into our part of it (`home`) and the files there, however they came to be.

    What cannot be changed is told in one line. A data folder that is more than that (the file system's root, the user's home, a place for everybody)
    is left as it is: our part of it is closed all the same.
    """
    ours = [*([] if _is_more(data) else [data]), home, *home.rglob("*")]
    if left := [path for path in ours if not _closed(path)]:
        _log.warning(f"others on this machine may look into {left[0]}: it cannot be made private; give it to the service's user, with mode 0700")


def need_files(home: Path) -> None:
    """Raises OSError for what is neither a file nor a folder: who opens a pipe waits for somebody at its other end, for ever."""
    for path in home.rglob("*"):
        try:
            found = path.stat().st_mode
        except OSError:  # gone meanwhile, or a link that leads nowhere: whoever opens it is told
            continue
        if not (stat.S_ISREG(found) or stat.S_ISDIR(found)):
            raise OSError(errno.EINVAL, "neither a file nor a folder", str(path))


def _closed(path: Path) -> bool:
    """Close a folder or a file to everybody else. False when that cannot be done."""
    try:
        found = path.lstat().st_mode
        if stat.S_ISLNK(found) or not found & 0o077:
            return True
        path.chmod(found & 0o700)
        return not path.stat().st_mode & 0o077
    except FileNotFoundError:  # gone meanwhile
        return True
    except OSError:
        return False


def _is_more(folder: Path) -> bool:
    home = Path(os.path.expanduser("~"))
    return folder.parent == folder or folder in (home, *home.parents) or bool(folder.stat().st_mode & stat.S_ISVTX)
