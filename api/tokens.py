"""Tokens: who they are for, how they are written down, and how they are told apart.

    SLOTLINE_TOKENS        token:role, token:role:name, token:role:name@business, with commas between
    SLOTLINE_TOKENS_FILE   the same, one a line; a line that begins with "#" is none; read again when it changes, so that a token is given or revoked
                           without a restart

A token is kept as its SHA-256 alone. That is enough for what a machine made: with 22 characters or more nobody finds it by trying.
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, cast, get_args

import msgspec

from api import logs
from api.files import KIB, content

Role = Literal["integration", "supervisor", "viewer"]
ROLES: tuple[str, ...] = get_args(Role)
SHORTEST = 22
"""Characters of a token: 128 bits in base64 without padding."""
LONGEST = 512
MOST_BYTES = 64 * KIB
"""Of a file of tokens."""
LOOK_S = 1.0
"""How often the file is looked at."""
_TOKEN = re.compile(r"[!-+\--9;-?A-~]+")
"""Printable ASCII without space, comma, colon and at sign."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a token is for."""

    role: Role
    name: str
    """Its own name, or one made of its role and its place among the nameless: "viewer-2". One name is one token's."""
    named: bool = False
    """Whether it was given a name: then whoever uses it acts under that name alone."""
    business: str = ""
    """The business it is bound to; "": all of them."""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    digest: bytes
    """SHA-256."""
    identity: Identity


def digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


def parse(entries: Iterable[str], before: Sequence[Token] = ()) -> tuple[Token, ...]:
    """The tokens that the entries name, beside those `before` them.

    Raises ValueError, which names the place of the first entry that is none, and never the token.
    """
    found = list(before)
    for place, entry in enumerate(entries, start=1):
        try:
            found.append(_token(entry, found))
        except ValueError as error:
            raise ValueError(f"entry {place} {error}") from None
    return tuple(found[len(before) :])


def entries_of(text: str) -> list[str]:
    """The entries of SLOTLINE_TOKENS."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def lines_of(text: str) -> list[str]:
    """The entries of a file."""
    return [line for line in map(str.strip, text.splitlines()) if line and not line.startswith("#")]


def token_and_role(entry: str) -> tuple[str, str] | None:
    """Of an entry as it is written; None when it is none."""
    try:
        token, role, *_ = split(entry)
    except ValueError:
        return None
    return (token, role) if is_token(token) else None


def split(entry: str) -> tuple[str, str, str, str]:
    """Token, role, name and business of an entry. Raises ValueError."""
    token, *rest = entry.split(":")
    if len(rest) not in (1, 2) or rest[0] not in ROLES:
        raise ValueError(f"must be token:role or token:role:name with a role of {', '.join(ROLES)}")
    name, _, business = rest[1].partition("@") if len(rest) == 2 else ("", "", "")
    return token, rest[0], name, business


def _token(entry: str, before: list[Token]) -> Token:
    token, role, name, business = split(entry)
    if not SHORTEST <= len(token) <= LONGEST:
        raise ValueError(f"has a token of fewer than {SHORTEST} or more than {LONGEST} characters; make one with: openssl rand -base64 24")
    if not is_token(token):
        raise ValueError("has a token with characters that cannot stand in it")
    if len(entry.split(":")) == 3 and not _NAME.fullmatch(name):
        raise ValueError("has a name that is not made of letters, figures and . _ -")
    if is_role(name):
        raise ValueError("has a name that the nameless of a role act under")
    made = digest(token.encode())
    if any(one.digest == made for one in before):
        raise ValueError("gives a token a second time")
    nameless = sum(one.identity.role == role and not one.identity.named for one in before) + 1
    identity = Identity(role=cast(Role, role), name=name or f"{role}-{nameless}", named=bool(name), business=business)
    if any(one.identity.name.casefold() == identity.name.casefold() for one in before):
        raise ValueError("gives a name a second time")
    return Token(digest=made, identity=identity)


def is_token(text: str) -> bool:
    """Whether a text can be a token, and stand in a header."""
    return _TOKEN.fullmatch(text) is not None


def is_role(name: str) -> bool:
    """Whether a name is that of a role, whatever its case: those who have no name of their own act under it."""
    return name.casefold() in ROLES


def lines_in(file: Path) -> list[str]:
    """The entries in a file. Raises ValueError: in one line, why it cannot be read."""
    try:
        return lines_of(content(file, MOST_BYTES).decode())
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8") from None
    except ValueError as error:
        raise ValueError(f"cannot be read: {str(error).lower()}") from None


def read_file(path: Path, before: Sequence[Token] = ()) -> tuple[Token, ...]:
    """The tokens of a file, beside those `before` it. Raises ValueError: in one line, what is wrong with it."""
    return parse(lines_in(path), before)


class Tokens:
    """The tokens as they stand now."""

    def __init__(
        self, given: tuple[Token, ...], file: Path | None = None, businesses: Sequence[str] = (), before: Sequence[Token] | None = None
    ) -> None:
        """`businesses`: the ids of all that are served. `before`: what the file held when the service began, for a process that begins later and
        finds it unusable. Raises ValueError when the tokens cannot be used.
        """
        self._given, self._file, self._businesses = given, file, tuple(businesses)
        self._seen = _state(file)
        try:
            self._known = self._read()
        except ValueError as error:
            if before is None:
                raise
            self._known = {token.digest: token.identity for token in (*given, *before)}
            logs.event("tokens_unusable", level="error", code=str(error), count=len(self._known))
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    def __bool__(self) -> bool:
        """Whether tokens are needed: a file that was emptied lets nobody in."""
        return bool(self._known) or self._file is not None

    def who(self, token: bytes) -> Identity | None:
        """Whose token it is; None when it is nobody's."""
        # Found by its digest: how long that takes tells nothing about the token.
        return self._known.get(digest(token))

    def named(self, name: str) -> Token | None:
        """The token of this name, as it stands now."""
        return next((Token(digest=made, identity=identity) for made, identity in self._known.items() if identity.name == name), None)

    def business_of(self, name: str) -> str:
        """The business that the token of this name is bound to; "" for none, and where there is no such token."""
        token = self.named(name)
        return token.identity.business if token else ""

    def is_name(self, agent: str) -> bool:
        """Whether this is the name of a token, or looks just like one."""
        return any(identity.name.casefold() == agent.casefold() for identity in self._known.values())

    def when_revoked(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the names whose tokens are gone, or are another's now."""
        self._listeners.append(listener)

    async def watch(self) -> None:
        """Look at the file again and again; a file that cannot be used leaves everything as it was, and is told of in the log."""
        while self._file is not None:
            await asyncio.sleep(LOOK_S)
            self.look()

    def look(self) -> None:
        """Read the file again if it has changed."""
        if self._file is None or (state := _state(self._file)) == self._seen:
            return
        self._seen = state
        try:
            known = self._read()
        except ValueError as error:
            logs.event("tokens_unusable", level="error", code=str(error), count=len(self._known))
            return
        was, self._known = self._known, known
        gone = frozenset(identity.name for made, identity in was.items() if known.get(made) != identity)
        logs.event("tokens_read", count=len(known))
        for listener in self._listeners:
            listener(gone)

    def _read(self) -> Mapping[bytes, Identity]:
        filed = read_file(self._file, self._given) if self._file else ()
        known = {token.digest: token.identity for token in (*self._given, *filed)}
        if any(identity.business and identity.business not in self._businesses for identity in known.values()):
            raise ValueError("a token is bound to a business that is not served here")
        return known


def _state(file: Path | None) -> tuple[int, int, int]:
    """What changes when a file does; zeros when there is none."""
    with contextlib.suppress(OSError):
        if file is not None:
            found = file.stat()
            return found.st_mtime_ns, found.st_size, found.st_ino
    return 0, 0, 0
