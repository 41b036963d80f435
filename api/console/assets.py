"""The files of the console as they are served: read, named and compressed once, when the process starts.

All of `page/` and `client/` stands under one hash over the whole of it, `/console/<hash>/page/main.js`: a module finds the others by relative
imports without any of them being rewritten, and what has an address never changes, so a browser may keep it for good. A file that is not of a kind
in `MEDIA_TYPES` (notes, licences) is no part of the page and has no address.
"""

import gzip
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

TREES = ("page", "client")
MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
"""By the ending of a name. Source: RFC 9239 (JavaScript), IANA media types."""
HASH_LENGTH = 16


class Asset(NamedTuple):
    """One file."""

    body: bytes
    packed: bytes
    """The same by gzip; empty where that would make it no smaller."""
    media_type: str


class Assets(NamedTuple):
    """All of them, by name ("page/store/link.js"), in order."""

    files: Mapping[str, Asset]
    hash: str
    """Hexadecimal, the same wherever and whenever the same files are read."""

    def at(self, path: str) -> Asset | None:
        """What `<hash>/<name>` stands for; None when that is not here."""
        given, _, name = path.partition("/")
        return self.files.get(name) if given == self.hash else None

    @property
    def weight(self) -> int:
        """Bytes that a browser loads for the whole of it."""
        return sum(len(asset.packed or asset.body) for asset in self.files.values())


def asset(body: bytes, media_type: str) -> Asset:
    """`body` with what it is compressed; the same bytes each time, on each host."""
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(body, packed if len(packed) < len(body) else b"", media_type)


def read(root: Traversable) -> Assets:
    """The files of the trees that lie in `root`."""
    found = {name: asset(body, MEDIA_TYPES[name.rpartition(".")[2]]) for tree in TREES for name, body in sorted(_files(root / tree, tree))}
    digest = sha256()
    for name, one in found.items():
        digest.update(b"%s %d\n%s" % (name.encode(), len(one.body), one.body))
    return Assets(found, digest.hexdigest()[:HASH_LENGTH])


@cache
def assets() -> Assets:
    """The console's own."""
    return read(files(__package__ or __name__))


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        return
    for each in folder.iterdir():
        name = f"{path}/{each.name}"
        if each.is_dir():
            yield from _files(each, name)
        elif each.name.rpartition(".")[2] in MEDIA_TYPES and not each.name.startswith("."):
            yield name, each.read_bytes()
