"""Which server calls are kept in: Redis or Valkey, its version, and the published security fixes it lacks."""

import re
import subprocess
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

SHOWN = 4
"""Fixes that are named; of more, how many more there are."""
_ANSWER_S = 10.0
_SAID = re.compile(r"(Redis|Valkey) server v=(\d+(?:\.\d+)*)")


class Server(NamedTuple):
    product: str
    """"redis" or "valkey"; "" when it did not say."""
    version: str

    def __str__(self) -> str:
        return f"{self.product.capitalize()} {self.version}"


def identify(binary: Path) -> Server:
    """What a server's binary says of itself."""
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False, timeout=_ANSWER_S).stdout  # noqa: S603 - the server we found
    except (OSError, subprocess.SubprocessError, ValueError):
        said = ""
    found = _SAID.search(said)
    return Server(found[1].lower(), found[2]) if found else Server("", "")


def told(info: Mapping[str, Any]) -> Server:
    """What a running server says of itself, by the `server` section of INFO: Valkey names the Redis it is compatible with, too."""
    if "valkey_version" in info:
        return Server("valkey", str(info["valkey_version"]))
    return Server("redis", str(info.get("redis_version", "")))


def lacking(server: Server) -> str:
    """The published security fixes that the server lacks, and the release that has them, in words; "" when none are known.

    What a distribution mends in a version of its own cannot be told from the version.
    """
    branches = _fixes().get(server.product, {})
    branch = ".".join(server.version.split(".")[:2])
    if not branches or not branch or _number(branch) > max(map(_number, branches)):
        return ""
    if branch not in branches:
        newest = max(branches, key=_number)
        return f"{server} is of a branch that its makers mend no more: {newest} or later is mended, and this one where a distribution does it"
    newer = [release for release in branches[branch] if _number(release) > _number(server.version)]
    names = [name for release in reversed(newer) for name in branches[branch][release]]
    if not names:
        return ""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{server} has no published fix of {', '.join(names[:SHOWN])}{more}, unless a distribution put it in: {newer[-1]} has"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@cache
def _fixes() -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads((resources.files(__package__) / "security_fixes.toml").read_text("utf-8"))
