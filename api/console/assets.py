"""The files of the console as they are served: read, put together, named and compressed once, when the process starts.

All of `page/` and `client/` stands under one hash over the whole of it, `/console/<hash>/page/main.js`: modules find each other by relative
addresses, and what has an address never changes, so a browser may keep it for good. A browser asks for few of them: at the address of an entry
stands the entry with all that it imports (`bundling.py`), at that of `STYLES` all styles. Each other file stands there for itself too, for whoever
reads it. A file that is not of a kind in `MEDIA_TYPES` (notes, licences) is no part of the page and has no address.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import NamedTuple

from api.console.bundling import bundle

TREES = ("page", "client")
MAIN, BEGIN, CLIENT, WORKER = "page/main.js", "page/begin.js", "client/slotline.js", "client/worker.js"
"""The entries: the page, what it asks for before it is read itself, the event client, and what a browser loads for itself, once for all tabs."""
RENEW = "page/renew.js"
"""What a page is given that asks for the `MAIN` or `BEGIN` of another release."""
ENTRIES = (MAIN, BEGIN, CLIENT, WORKER, RENEW)
STYLES = "page/page.css"
SHEETS = ("tokens", "base", "frame", "board", "call", "pages", "panels", "narrow")
"""What it is put together from, in order: `page/styles/tokens.css` and so on."""
EARLY = "page/early.js"
"""A script that runs before the first paint; no module."""
ICONS = ("page/favicon.svg", "page/favicon-alert.svg")
LOADED = (MAIN, BEGIN, CLIENT, WORKER, STYLES, EARLY, *ICONS)
"""All that a browser ever asks for."""
MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
    "woff2": "font/woff2",
}
"""By the ending of a name. Source: RFC 9239 (JavaScript), IANA media types."""
HASH_LENGTH = 16
_HASH = re.compile(rf"[0-9a-f]{{{HASH_LENGTH}}}")


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

    def instead(self, path: str) -> Asset | None:
        """What is given for a file of another release, while two stand beside each other: a script that loads the page anew, and the event client as
        it is here. It must not be kept. None for all else, which others do without (a page that finds no worker shares its stream in another way).
        """
        given, _, name = path.partition("/")
        return self.files.get({MAIN: RENEW, BEGIN: RENEW, CLIENT: CLIENT}.get(name, "")) if _HASH.fullmatch(given) and given != self.hash else None

    @property
    def weight(self) -> int:
        """Bytes that a browser loads for the whole of it."""
        loaded = (self.files[name] for name in LOADED)
        return sum(len(asset.packed or asset.body) for asset in loaded)


def asset(body: bytes, media_type: str) -> Asset:
    """`body` with what it is compressed; the same bytes each time, on each host."""
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(body, packed if len(packed) < len(body) else b"", media_type)


def read(root: Traversable) -> Assets:
    """The files of the trees that lie in `root`, each as it lies there."""
    return _named({name: asset(body, MEDIA_TYPES[name.rpartition(".")[2]]) for tree in TREES for name, body in sorted(_files(root / tree, tree))})


def put_together(found: Assets) -> Assets:
    """The same with the entries and the styles each in one piece. Raises UnfitModuleError."""
    texts = {name: one.body.decode() for name, one in found.files.items() if name.endswith(".js")}
    pieces = {entry: bundle(entry, texts, ENTRIES).encode() for entry in ENTRIES}
    pieces[STYLES] = b"".join(found.files[f"page/styles/{sheet}.css"].body for sheet in SHEETS)
    return _named({**found.files, **{name: asset(body, MEDIA_TYPES[name.rpartition(".")[2]]) for name, body in pieces.items()}})


@cache
def assets() -> Assets:
    """The console's own."""
    return put_together(read(files(__package__ or __name__)))


def _named(found: Mapping[str, Asset]) -> Assets:
    digest = sha256()
    for name, one in found.items():
        digest.update(b"%s %d\n%s" % (name.encode(), len(one.body), one.body))
    return Assets(found, digest.hexdigest()[:HASH_LENGTH])


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    if not folder.is_dir():
        return
    for each in folder.iterdir():
        name = f"{path}/{each.name}"
        if each.is_dir():
            yield from _files(each, name)
        elif each.name.rpartition(".")[2] in MEDIA_TYPES and not each.name.startswith("."):
            yield name, each.read_bytes()
