"""What the terminal commands know of the service: its HTTP, its event streams, and how to say in one line that it is not there."""

import argparse
import os
import re
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import httpx
import msgspec

from api.settings import THEIR_TOKEN, THEIR_URL, Settings, SettingsError, reached_at, read_settings
from api.terminal.own_tokens import own_tokens
from api.tokens import is_token

CONNECT_S = 3.0
ANSWER_S = 30.0
SILENCE_S = 90.0
"""Three heartbeats: a stream that is silent for longer is cut."""
PATIENCE_S = 30.0
"""How long a turn is tried again while the service restarts; the same turn, so it is heard once."""


class Failed(Exception):
    """What went wrong, in one line for whoever sits at the terminal."""


class Told(NamedTuple):
    """One event of a stream; the id is "" when it has none."""

    id: str
    event: dict[str, Any]


class Parser:
    """Server-sent events from bytes, however they are cut. Source: WHATWG HTML, "interpreting an event stream"; the BOM is left out, we send none."""

    def __init__(self) -> None:
        self.last_id = ""
        self.retry_s = 1.0
        self._rest = b""
        self._id = ""
        self._data: list[bytes] = []

    def begin(self) -> None:
        """A new connection, from `last_id`: a block that the old one left unfinished is dropped."""
        self._rest, self._id, self._data = b"", self.last_id, []

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The data of each event that is complete with this chunk."""
        # A CR at the end may be the first half of CRLF, so it waits for what comes next.
        *lines, self._rest = re.split(rb"\r\n|\n|\r(?!\Z)", self._rest + chunk)
        for line in lines:
            if not line:
                self.last_id = self._id
                if self._data:
                    yield b"\n".join(self._data)
                self._data = []
                continue
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                self._data.append(value)
            elif field == b"id" and b"\0" not in value:
                self._id = value.decode(errors="replace")
            elif field == b"retry" and value.isdigit():
                self.retry_s = int(value) / 1000


class Client:
    """The service at one address."""

    def __init__(self, url: str, token: str = "") -> None:
        self.url = url.rstrip("/")
        self._token = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=self.url, timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S), trust_env=False)

    def close(self) -> None:
        self._http.close()

    def turn(self, sid: str, said: str, **more: Any) -> dict[str, Any]:
        """Post one turn; the answer. Tried again while the service is away, if it was there before. Raises Failed."""
        body = {"callSid": sid, "turnId": uuid.uuid4().hex, "customerMessage": {"message": said}} | {
            name: value for name, value in more.items() if value
        }
        if started_at := body.pop("startedAt", ""):
            body["customerMessage"] = {"message": said, "startedAt": started_at}
        return self._answered("POST", "/ai/conversation", body)

    def record(self, sid: str) -> dict[str, Any]:
        """The call's document. Raises Failed."""
        return self._answered("GET", f"/calls/{quote(sid, safe='')}", None)

    def trace(self, sid: str) -> dict[str, Any]:
        """What was heard and decided in the call, turn by turn. Raises Failed."""
        return self._answered("GET", f"/calls/{quote(sid, safe='')}/trace", None)

    def check(self) -> None:
        """Raises Failed when the service is not there. Whoever answers is not shown the token yet."""
        try:
            self._http.get("/health").raise_for_status()
        except httpx.HTTPStatusError as error:
            raise Failed(f"what answers at {self.url} is not Slotline (status {error.response.status_code} at /health)") from None
        except httpx.HTTPError:
            raise Failed(f"nothing answers at {self.url}; start the service with: slotline serve") from None

    def events(self, sid: str, parser: Parser) -> Iterator[Told]:
        """One connection to a call's stream, or to that of all calls (sid ""), from where `parser` stands. Ends when it is cut. Raises Failed."""
        path = f"/calls/{quote(sid, safe='')}/events" if sid else "/events"
        headers = self._token | {"Accept": "text/event-stream"} | ({"Last-Event-ID": parser.last_id} if parser.last_id else {})
        parser.begin()
        try:
            with self._http.stream("GET", path, headers=headers, timeout=httpx.Timeout(SILENCE_S, connect=CONNECT_S)) as response:
                if response.status_code != 200:
                    response.read()
                    raise Failed(_problem(response))
                for chunk in response.iter_raw():
                    before = parser.last_id
                    for data in parser.feed(chunk):
                        yield Told(parser.last_id if parser.last_id != before else "", msgspec.json.decode(data))
                        before = parser.last_id
        except httpx.HTTPError:
            return

    def _answered(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                response = self._http.request(method, path, json=body, headers=self._token)
            except httpx.HTTPError:
                if time.monotonic() > until:
                    raise Failed(f"nothing answers at {self.url} any more; the call can go on when the service is back") from None
            else:
                if response.status_code == 200:
                    found: dict[str, Any] = response.json()
                    return found
                if response.status_code not in (429, 503) or time.monotonic() > until:
                    raise Failed(_problem(response))
            time.sleep(0.3)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What both commands take."""
    parser.add_argument("--url", help="where the service is (default: this machine, at SLOTLINE_PORT)")
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="a file that holds a token for --url; a token never stands on the command line, where everyone on this machine can read it "
        "(default: SLOTLINE_TOKEN for SLOTLINE_URL, or one of this machine's own setting for its own service)",
    )


def client(arguments: argparse.Namespace, *roles: str) -> Client:
    """The client for these arguments, checked to be there. `roles`: whose token to take from our own settings, best first. Raises Failed."""
    theirs = os.environ.get(THEIR_URL, "")
    try:
        settings = read_settings()
    except SettingsError as error:
        if not arguments.url and not theirs:
            raise Failed(str(error)) from None
        settings = None
    url = arguments.url or theirs or f"http://localhost:{settings.port if settings else 8080}"
    if origin(url) is None:
        raise Failed("--url must be an address such as http://127.0.0.1:8080")
    own = _own(url, settings) if settings else ""
    token = _token(url, theirs, arguments.token_file, own, roles)
    if token and not is_token(token):
        raise Failed(f"{'--token-file' if arguments.token_file else THEIR_TOKEN} must be one token, without spaces and lines in it")
    found = Client(own or url, token)
    found.check()
    return found


def _token(url: str, theirs: str, file: Path | None, own: str, roles: tuple[str, ...]) -> str:
    """The token for `url`: what was given for it, and no other. Raises Failed when the file cannot be read."""
    if file is not None:
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise Failed(f"--token-file cannot be read: {type(error).__name__}") from None
    if theirs and origin(url) == origin(theirs) and (given := os.environ.get(THEIR_TOKEN, "")):
        return given
    if not own:
        return ""
    known = own_tokens()
    return next((token for role in roles for token, has in known if has == role), "")


def _own(url: str, settings: Settings) -> str:
    """The address of the service that this machine's settings are for, if `url` is one of its; "" otherwise.

    Other addresses of this machine are other services', whoever's they are. "localhost" may be several: it is the one that is listened on.
    """
    found = origin(url)
    if found is None:
        return ""
    if settings.public_url and found == origin(settings.public_url):
        return url
    scheme, host, port = found
    own = reached_at(settings.host)
    if scheme != "http" or port != settings.port or host not in (*own, settings.host, "localhost"):
        return ""
    at = host if host in own else own[0]
    return f"http://{f'[{at}]' if ':' in at else at}:{port}{urlsplit(url).path}"


def origin(url: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an address; None when it is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        parts.hostname.encode("idna")  # which raises for what no name server takes
        return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return None


def failed(error: Failed) -> int:
    """Tell what went wrong; the exit code."""
    sys.stderr.write(f"slotline: {error}\n")
    return 1


def _problem(response: httpx.Response) -> str:
    """What an error of the service says, in one line."""
    try:
        problem = response.json()
    except ValueError:
        return f"the service answered {response.status_code}"
    about = "; ".join(f"{one.get('field')}: {one.get('detail') or one.get('code')}" for one in problem.get("errors", ()))
    hint = " (give one with --token-file)" if response.status_code == 401 else ""
    return f"{problem.get('title', response.status_code)}{' ' + about if about else ''}{hint}"
