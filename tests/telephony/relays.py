"""A telephone over ConversationRelay: it opens the WebSocket that it is told of, signed as Twilio signs, and says there what Twilio says."""

import asyncio
import itertools
import json
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import httpx
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.app import Service
from api.serve import bound
from api.server import Server
from api.telephony.relay import Relay
from api.telephony.relay_parts import Timing
from tests.api.services import settings
from tests.patience import PATIENCE_S
from tests.telephony.phones import BUSINESSES, PUBLIC, SECRETS, TOKEN, Phone
from tests.telephony.twiml import Document

PATIENT = dict.fromkeys(("setup_s", "hold_s", "patience_s", "speaks_s", "key_s", "people_s", "quiet_s", "hold_on_s", "idle_s", "drain_s"), PATIENCE_S)
"""Nothing happens because of the time, and what is said takes none."""
KNOWN: dict[str, dict[str, tuple[type, ...]]] = {
    "text": {"token": (str,), "last": (bool,), "lang": (str,), "interruptible": (bool,), "preemptible": (bool,)},
    "play": {"source": (str,), "loop": (int,), "preemptible": (bool,), "interruptible": (bool,)},
    "sendDigits": {"digits": (str,)},
    "language": {"ttsLanguage": (str,), "transcriptionLanguage": (str,)},
    "end": {"handoffData": (str,)},
}
"""What the provider takes; anything else it drops with error 64107."""
_sessions = itertools.count(1)


class IllegalError(Exception):
    """A message that the provider refuses."""


def checked(message: dict[str, Any]) -> dict[str, Any]:
    """The message. Raises IllegalError for one that the provider would drop."""
    given = {name: value for name, value in message.items() if name != "type"}
    known = KNOWN.get(message.get("type", ""))
    if known is None or any(name not in known or not isinstance(value, known[name]) for name, value in given.items()):
        raise IllegalError(message)
    needed = {"text": "token", "play": "source", "sendDigits": "digits"}.get(message["type"])
    if (needed and needed not in given) or (message["type"] == "language" and not given):
        raise IllegalError(message)
    if not given.get("source", "https://").startswith("https://") or not set(given.get("digits", "")) <= set("0123456789w#*"):
        raise IllegalError(message)
    return message


class Spoken(NamedTuple):
    """What the caller hears in one go, and what else the telephone was told before."""

    said: str
    parts: tuple[dict[str, Any], ...] = ()
    """The texts it came in."""
    switched: str = ""
    """The language that was switched to."""
    end: dict[str, Any] | None = None
    """The message that ended it, instead of anything said."""


class RelayPhone(Phone):
    def __init__(self, house: "House", caller: str = "+12025550143", dialled: str = "+12025550100") -> None:
        super().__init__(house.http, "twilio", caller, dialled)
        self.house = house
        self.line: ClientConnection | None = None
        self.session = ""

    async def ring(self, query: str = "", **fields: str) -> Spoken:  # type: ignore[override]
        await self.ask(f"/twilio/voice{query}", **{"CallStatus": "ringing", **fields})
        return await self.open()

    async def open(self) -> Spoken:
        """Open the socket that the last document names, and hear what is said first."""
        self.session = f"VX{next(_sessions):032x}"
        assert self.now.relay is not None, self.now
        self.line = await self.house.connect(self.now.relay["url"])
        await self.tell_it(**self.setup(dict(parse_qsl(self.now.relay["parameters"]))))
        return await self.hears()

    def setup(self, parameters: dict[str, str] | None = None) -> dict[str, Any]:
        told = {"sessionId": self.session, "accountSid": "AC" + "0" * 32, "parentCallSid": "", "callSid": self.sid, "from": self.caller}
        more = {"to": self.dialled, "forwardedFrom": "", "callType": "PSTN", "callerName": "", "direction": "inbound", "callStatus": "RINGING"}
        return {"type": "setup", **told, **more, "customParameters": parameters or {}}

    async def ask(self, url: str, **fields: str) -> Document:
        """As any telephone does; what opens a socket says nothing itself."""
        found = await super().ask(url, **fields)
        if not found.said:
            self.heard.remove("")
        return found

    async def tell_it(self, **message: Any) -> None:
        assert self.line is not None
        await self.line.send(json.dumps(message))

    async def hears(self) -> Spoken:
        """What is said next, to its last word; or the end. Fails for what the provider would not take."""
        assert self.line is not None
        parts: list[dict[str, Any]] = []
        switched = ""
        while True:
            message = checked(json.loads(await asyncio.wait_for(self.line.recv(), PATIENCE_S)))
            match message["type"]:
                case "language":
                    switched = message["ttsLanguage"]
                case "end":
                    return Spoken("", (), switched, message)
                case "text":
                    parts.append(message)
                    if message["last"]:
                        self.heard.append("".join(part["token"] for part in parts))
                        return Spoken(self.heard[-1], tuple(parts), switched)

    async def say(self, words: str, confidence: str = "") -> Spoken:  # type: ignore[override]
        await self.tell_it(type="prompt", voicePrompt=words, lang="en-US", last=True)
        return await self.hears()

    async def press(self, keys: str) -> None:  # type: ignore[override]
        for key in keys:
            await self.tell_it(type="dtmf", digit=key)

    async def interrupt(self, heard: str) -> None:
        await self.tell_it(type="interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs=100 * len(heard))

    async def ends(self) -> Document:
        """Take the end that comes next to where the telephone was told to."""
        end = (await self.hears()).end
        assert end is not None, self.heard
        assert self.line is not None
        await self.line.close()
        return await self.after("ended", **({"HandoffData": end["handoffData"]} if "handoffData" in end else {}))

    async def after(self, status: str, **fields: str) -> Document:
        """The connection has ended: what follows. A document with another one is not opened yet."""
        assert self.now.relay is not None
        return await self.ask(self.now.relay["action"], SessionId=self.session, SessionStatus=status, SessionDuration="10", **fields)

    async def lost(self) -> Spoken:
        """The socket is lost, and the call goes on over another one."""
        assert self.line is not None
        self.line.transport.abort()
        await self.after("failed", ErrorCode="39001")
        return await self.open()

    async def closed(self) -> int:
        """The code with which the other side closes, whatever it says before."""
        assert self.line is not None
        try:
            while True:
                await asyncio.wait_for(self.line.recv(), PATIENCE_S)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def answer(self, answers: Mapping[str, str]) -> str:
        """Answer what is asked until the summary is agreed to; what is said last."""
        for _ in range(24):
            stands = (await self.call())["progress"]
            if stands["status"] == "booked":
                return self.heard[-1]
            await self.say(answers["yes"] if stands["expecting"] == "confirmation" else answers[stands["step"]])
        raise AssertionError(self.heard)


class House:
    """A service behind a real port, in a thread of its own."""

    def __init__(self, service: Service, server: Server, port: int, http: httpx.AsyncClient) -> None:
        self.service, self.server, self.port, self.http = service, server, port, http

    @property
    def relay(self) -> Relay:
        assert self.service.relay is not None
        return self.service.relay

    @property
    def timing(self) -> Timing:
        return self.relay.parts.timing

    async def connect(self, url: str, *, signed: str | None = None, **headers: str) -> ClientConnection:
        """A socket at this service, as if it were reached at the public URL. `signed`: what is signed, if not that."""
        signature = RequestValidator(TOKEN).compute_signature(url if signed is None else signed, {})
        place = url.removeprefix(PUBLIC.replace("https", "wss"))
        given = {"X-Twilio-Signature": signature, **headers}
        return await connect(
            f"ws://127.0.0.1:{self.port}{place}", additional_headers={name: value for name, value in given.items() if value}, proxy=None
        )

    def stop(self) -> None:
        """What SIGTERM does."""
        self.server.handle_exit(15, None)


@asynccontextmanager
async def relaying(url: str = "", timing: dict[str, float] | None = None, **given: Any) -> AsyncIterator[House]:
    """A service that answers Twilio over its relay, on a port, over a Redis ("": in memory), patient unless told otherwise."""
    service = Service(settings(**{"redis_url": url, "public_url": PUBLIC, "business": BUSINESSES, "twilio_voice": "relay", **SECRETS, **given}))
    up = threading.Event()
    server = Server(service, told=up.set)
    with bound("127.0.0.1", 0) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        assert await asyncio.to_thread(up.wait, PATIENCE_S), "the service did not start"
        port = listening.getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=PATIENCE_S) as http:
            house = House(service, server, port, http)
            for name, seconds in {**PATIENT, "letter_s": 0.0, **(timing or {})}.items():
                setattr(house.timing, name, seconds)
            try:
                yield house
            finally:
                server.should_exit = True
                await asyncio.to_thread(thread.join, PATIENCE_S)
