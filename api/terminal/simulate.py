"""`slotline simulate twilio`: a call as a telephone provider plays it, over HTTP and signed, so that nobody needs an account to see it work.

The caller is a short script (`simulated.toml`), the lines of a file, or whoever sits at the terminal. The telephone does what the answers say:
what is said is printed, what is fetched is fetched, and whoever is to be dialled is busy. Where the answer is a WebSocket, as with
`SLOTLINE_TWILIO_VOICE=relay`, the call goes on over it.
"""

import argparse
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from agent.languages import words
from agent.record.language_tags import language_of
from api.settings import Settings, SettingsError, reached_at, read_settings
from api.telephony import PROVIDERS
from api.telephony.posted import bases
from api.telephony.switchboard import provider_named
from api.terminal.client import Failed, failed
from api.terminal.own_tokens import own_tokens
from api.terminal.simulate_relay import over_a_socket
from api.terminal.telephones import Fields, Told, telephone

MOST_TURNS = 60
ANSWER_S = 15.0


class Phone:
    """A telephone at a provider, whose webhooks go to the service."""

    def __init__(self, name: str, settings: Settings, url: str, caller: str, dialled: str) -> None:
        self._provider, self._url = provider_named(name), url
        self._secret = getattr(settings, self._provider.secret).partition(",")[0].strip()
        self._base = next(iter(bases(settings.public_url)), "")
        if self._secret and not self._base:
            raise Failed("SLOTLINE_PUBLIC_URL is not set: without it no signature can be right")
        self._telephone = telephone(self._provider.posts, caller, dialled)
        self._http = httpx.Client(timeout=ANSWER_S, trust_env=False)

    def post(self, target: str, fields: Fields) -> Told:
        """What the service answers there. Raises Failed when a telephone could do nothing with it."""
        parts = urlsplit(target)
        path = f"{parts.path.removeprefix(urlsplit(self._base).path)}{'?' + parts.query if parts.query else ''}"
        body = self._telephone.written(fields)
        headers = {"Content-Type": self._telephone.kind, **self._signature(self._base + path, body)}
        try:
            response = self._http.post(self._url + path, content=body, headers=headers)
        except httpx.HTTPError:
            raise Failed(f"nothing answers at {self._url}; start the service with: slotline serve") from None
        if response.status_code == 403:
            raise Failed("403: the signature was not taken; the service has another secret or another SLOTLINE_PUBLIC_URL")
        if response.status_code == 204:
            return Told()
        if response.status_code != 200 or not response.headers.get("content-type", "").startswith(self._provider.media_type):
            raise Failed(f"the service answered {response.status_code}")
        try:
            return self._telephone.read(response.text)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Failed("the service answered what no telephone understands") from None

    def _signature(self, url: str, body: bytes) -> dict[str, str]:
        if not self._secret:
            return {}
        signed = self._provider.signed(self._secret, url, body, time.time())
        if signed is None:
            raise Failed(f"{self._provider.name} signs with a key that nobody else has; to play it, start the service without its secret")
        return {**signed}

    def _over_a_socket(self, told: Told, language: str, lines: Iterator[str]) -> Fields:
        path = urlsplit(told.socket_url).path.removeprefix(urlsplit(self._base).path)
        agreed = partial(self._agreed, told.setup["callSid"], language)
        return over_a_socket(self._url + path, told.setup, self._signature(told.socket_url, b""), agreed, lines)

    def _agreed(self, sid: str, language: str) -> str:
        """A yes, where one is asked for, as the record says: over a socket nobody is told what is listened for."""
        token = next((token for token, role in own_tokens() if role != "viewer"), "")
        response = self._http.get(f"{self._url}/calls/{sid}", headers={"Authorization": f"Bearer {token}"} if token else {})
        expecting = response.json()["progress"]["expecting"] if response.status_code == 200 else ""
        return str(words(language, "reactions")["answers"][0]) if expecting == "confirmation" else ""

    def call(self, lines: Iterator[str] | None, language: str = "") -> None:
        """Ring, speak and hang up. `lines`: what is said; None: the script, in the language that is listened for. `language`: to begin in."""
        name, phone = self._provider.name, self._telephone
        told = self.post(f"/{name}/voice{f'?language={language}' if language else ''}", phone.ringing())
        for _ in range(MOST_TURNS):
            if told.said:
                sys.stdout.write(f"agent   {told.said}\n")
            if told.heard_url:
                spoken = language_of(told.language)
                lines = lines if lines is not None else script(spoken)
                answer = next(_agreeing(told.hints, spoken), None) or next(lines, None)
                if answer is None:
                    break
                sys.stdout.write(f"caller  {answer or '(silence)'}\n")
                told = self._answered(told, answer)
            elif told.number:
                sys.stdout.write(f"        (dials {told.number}, which is busy)\n")
                told = self.post(told.back_url, phone.nobody_there())
            elif told.socket_url:
                spoken = language_of(told.language)
                lines = lines if lines is not None else script(spoken)
                if not (ended := self._over_a_socket(told, spoken, lines)):
                    break
                told = self.post(told.back_url, ended)
            elif told.fetch_url:
                told = self.post(told.fetch_url, {})
            else:
                break
        sys.stdout.write("        (the line ends)\n")
        self.post(f"/{name}/status", phone.ended())

    def _answered(self, told: Told, answer: str) -> Told:
        """Words, or keys where it is nothing else, or silence."""
        keyed = answer.replace(" ", "")
        if keyed and set(keyed) <= set("0123456789*#"):
            return self.post(told.heard_url, self._telephone.keyed(keyed))
        return self.post(told.heard_url, self._telephone.spoken(answer)) if answer else self.post(told.silence_url, self._telephone.silent())


def _agreeing(hints: Sequence[str], language: str) -> Iterator[str]:
    """A yes, where one is listened for."""
    yes: str = words(language, "reactions")["answers"][0]
    if [*hints[:1]] == [yes]:
        yield yes


def script(language: str) -> Iterator[str]:
    """What the simulated caller says in a language of ours."""
    found = tomllib.loads((resources.files(__package__) / "simulated.toml").read_text("utf-8"))
    return iter(found.get(language, found["en"]))


def _typed() -> Iterator[str]:
    """Line by line from whoever sits here, until the end of the input."""
    while True:
        try:
            yield input("> ").strip()
        except EOFError:
            return


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("provider", choices=tuple(PROVIDERS), help="whose telephone it is")
    parser.add_argument("--url", help="where the service is (default: this machine, at SLOTLINE_PORT)")
    parser.add_argument("--from", dest="caller", default="+12025550143", metavar="NUMBER", help="the number that rings")
    parser.add_argument("--to", dest="dialled", default="", metavar="NUMBER", help="the number that is rung, of a business file")
    parser.add_argument("--language", default="", metavar="TAG", help='the language that the voice URL asks for, such as "zh-CN"')
    parser.add_argument("--script", type=Path, metavar="FILE", help='what the caller says, a line a turn; digits alone are keys; "-": typed here')


def run(arguments: argparse.Namespace) -> int:
    try:
        settings = read_settings()
        url = arguments.url or f"http://{reached_at(settings.host)[0]}:{settings.port}"
        phone = Phone(arguments.provider, settings, url.rstrip("/"), arguments.caller, arguments.dialled)
        phone.call(_lines(arguments.script), arguments.language)
    except SettingsError as error:
        return failed(Failed(str(error)))
    except Failed as error:
        return failed(error)
    return 0


def _lines(file: Path | None) -> Iterator[str] | None:
    if file is None:
        return None
    if str(file) == "-":
        return _typed()
    try:
        return iter(file.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"--script cannot be read: {type(error).__name__}") from None
