"""The scripts that run inside Redis, each sent once and then called by its hash."""

import re
from functools import cache
from hashlib import sha1
from importlib.resources import files

import msgspec

_USES = re.compile(r"^-- uses: (.+)$", re.MULTILINE)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    source: str
    sha: str


@cache
def script(name: str) -> Script:
    """`<name>.lua`, with the files named in its line "-- uses:" in front of it."""
    folder = files(__name__)
    text = (folder / f"{name}.lua").read_text("utf-8")
    used = _USES.search(text)
    parts = [(folder / f"{part}.lua").read_text("utf-8") for part in (used[1].split(", ") if used else ())]
    source = "\n".join([*parts, text])
    return Script(name=name, source=source, sha=sha1(source.encode(), usedforsecurity=False).hexdigest())
