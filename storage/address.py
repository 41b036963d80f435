"""Addresses of a Redis, looked at before anything connects: the client takes any option and any database, and fails, or says nothing, much later."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SCHEMES = ("redis", "rediss", "unix", "redis+cluster", "valkey", "valkeys")
SUCH_AS = "redis://host:6379/0, rediss://..., unix:///path"
CLUSTER = "redis+cluster"
"""Said of a cluster by some; whether it is one, the server says."""
_BEHIND_BRACKETS = re.compile(r"\][^:]")
_TLS = ("rediss", "valkeys")
_MOST_DATABASES = 1_000_000
_LONGEST_SOCKET_PATH = 103
"""Bytes that every kernel takes."""


def check(url: str) -> None:
    """Raises ValueError with one line for what can be no address of a Redis; it never repeats what stands in it."""
    scheme, marked, rest = url.partition("://")
    if not marked or not rest or scheme not in SCHEMES:
        raise ValueError(f"must begin with one of {', '.join(f'{one}://' for one in SCHEMES)}, such as {SUCH_AS}")
    if not url.isprintable() or " " in url:
        raise ValueError("must hold no spaces and no control characters (write %20 for a space in a password)")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna")
    except ValueError:  # also an UnicodeError: a host name that no name server takes
        raise ValueError(f"must have a host name, an address or [IPv6 address], and a port from 1 to 65535, such as {SUCH_AS}") from None
    if scheme == "unix":
        _check_socket(parts)
    elif not host or port == 0 or _BEHIND_BRACKETS.search(parts.netloc):
        raise ValueError(f"must have a host, and a port from 1 to 65535, such as {SUCH_AS}")
    elif not _is_database(parts.path.strip("/") or "0"):
        raise ValueError("must end in the number of a database, such as /0")
    elif scheme == CLUSTER and parts.path.strip("/0"):
        raise ValueError("must end in /0 or nothing: a cluster has one database")
    _check_options(parts)


def _check_socket(parts: SplitResult) -> None:
    path = unquote(parts.path)
    if not path or path == "/" or not path.isprintable():
        raise ValueError("must have the path of a socket, such as unix:///run/redis.sock")
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        raise ValueError(f"must have a path of at most {_LONGEST_SOCKET_PATH} bytes: no kernel takes a longer one for a socket")


def _is_database(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 8 and int(text) < _MOST_DATABASES


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):
        return False


_OPTIONS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "db": (_is_database, "the number of a database"),
    "username": (bool, "a name"),
    "password": (bool, "a password"),
}
"""What may stand behind the question mark: how it is judged, and what it has to be."""
_TLS_OPTIONS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "ssl_cert_reqs": (lambda text: text in ("none", "optional", "required"), "none, optional or required"),
    "ssl_check_hostname": (lambda text: text in ("true", "false"), "true or false"),
    **dict.fromkeys(("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"), (_is_file, "a file that is there")),
}


def _check_options(parts: SplitResult) -> None:
    known = {**_OPTIONS, **(_TLS_OPTIONS if parts.scheme in _TLS else {})}
    if parts.scheme == CLUSTER:
        del known["db"]
    seen: set[str] = set()
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known:
            raise ValueError(f"has an option that is not known here; known are {', '.join(known)}")
        if name in seen:
            raise ValueError(f"has the option {name} twice")
        seen.add(name)
        fits, wanted = known[name]
        if not value.isprintable() or not fits(value):
            raise ValueError(f"has an option {name} that is not {wanted}")
    if parts.fragment:
        raise ValueError("must hold no # (write %23 for one in a password)")
