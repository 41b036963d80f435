"""A telephony back end that keeps `call:{callSid}` itself, as such back ends were found: the other side of the document, with its own Redis client.

It makes the document when somebody rings, greets, and for each thing the caller says: loads the whole value, appends the caller's line, saves the
whole value; posts the turn, with a time-out of five seconds and two repeats at once, whatever went wrong; loads, appends the answer, saves. It never
locks, never looks at what else stands there, and drops nothing that it does not know. When the call is over it reads what was booked, asks for a
summary, and deletes the key. It uses nothing of an answer but `aiResponse.message` and `shouldHangup`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from redis.asyncio import Redis

ANSWER_S = 5.0
REPEATS = 2
KEPT_S = 1800
ERROR, NOT_HEARD = "I am sorry, system error.", "Sorry, I didn't catch that."
COMPANY = {"id": "66f1c0ffee", "name": "Bob's Plumbing", "email": "bob@example.com", "userId": "u-1", "calendar_access_token": "not-a-secret"}
SERVICES = [
    {"id": "65f0a1", "name": "Drain cleaning", "price": 149, "description": "Any drain"},
    {"id": "65f0a2", "name": "Leak repair", "price": None},
]
Post = Callable[[str, bytes], Awaitable[httpx.Response]]
Document = dict[str, Any]


class Reply(msgspec.Struct, frozen=True):
    """What the telephone is told to say, and whether it then hangs up."""

    said: str
    hangs_up: bool


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a call in the back end's own database."""

    document: Document
    booking: dict[str, Any] | None
    summary: str


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class BackEnd:
    """`post` brings a turn to the service; `writes_history`: appends both sides' lines, as such back ends do."""

    def __init__(self, redis: Redis, post: Post, *, writes_history: bool = True) -> None:
        self._redis, self._post, self._writes_history = redis, post, writes_history
        self.posted: list[bytes] = []
        """Bodies of turns, each as often as it was sent."""
        self.answers: list[bytes] = []
        """What came back."""

    async def rings(self, sid: str, caller: str = "") -> Reply:
        """A call comes in: the document, and the first question, which is the back end's own."""
        document: Document = {
            "callSid": sid,
            "services": SERVICES,
            "company": COMPANY,
            "user": {"userInfo": {"name": "", "phone": "", "address": ""}},
            "history": [],
            "servicebooked": False,
            "confirmEmailsent": False,
            "createdAt": now(),
            "from": caller,
        }
        await self.save(sid, document)
        welcome = f"Welcome! We are {COMPANY['name']}. May I have your name, please?"
        await self._append(sid, "AI", welcome, now())
        return Reply(welcome, hangs_up=False)

    async def hears(self, sid: str, words: str) -> Reply:
        """The caller said something."""
        at = now()
        await self._append(sid, "customer", words, at)
        reply = await self._asked(sid, words, at)
        await self._append(sid, "AI", reply.said, now())
        return reply

    async def _asked(self, sid: str, words: str, at: str) -> Reply:
        body = json.dumps({"callSid": sid, "customerMessage": {"speaker": "customer", "message": words, "startedAt": at}}).encode()
        for _ in range(1 + REPEATS):
            self.posted.append(body)
            try:
                response = (await self._post("/api/ai/conversation", body)).raise_for_status()
                data = response.json()
                said = str(data["aiResponse"]["message"]).strip()
            except (httpx.HTTPError, ValueError, KeyError):
                continue
            self.answers.append(response.content)
            return Reply(said or NOT_HEARD, hangs_up=data.get("shouldHangup") is True)
        return Reply(ERROR, hangs_up=False)

    async def ends(self, sid: str) -> Kept:
        """The line has ended: what was agreed is kept, and the document is gone."""
        document = await self.load(sid)
        user, booking = document["user"], None
        if document["servicebooked"] and user.get("service") and user.get("serviceBookedTime"):
            at = datetime.fromisoformat(user["serviceBookedTime"]).astimezone(UTC)  # as `new Date(...)` reads it
            booking = {"service": user["service"]["id"], "at": at, **{name: user["userInfo"][name] for name in ("name", "phone", "address")}}
        lines = [{"speaker": one["speaker"], "message": one["message"], "timestamp": one["startedAt"]} for one in document["history"]]
        asked = {"callSid": sid, "conversation": lines, "serviceInfo": {"name": "", "booked": booking is not None, "company": COMPANY["name"]}}
        summary = (await self._post("/api/ai/summary", json.dumps(asked).encode())).json()["summary"]
        await self._redis.delete(f"call:{sid}")
        return Kept(document=document, booking=booking, summary=summary)

    async def load(self, sid: str) -> Document:
        found: Document = json.loads(await self._redis.get(f"call:{sid}") or "null")
        return found

    async def save(self, sid: str, document: Document) -> None:
        await self._redis.set(f"call:{sid}", json.dumps(document, ensure_ascii=False, separators=(",", ":")), ex=KEPT_S)

    async def _append(self, sid: str, speaker: str, message: str, at: str) -> None:
        document = await self.load(sid)
        if self._writes_history or not document["history"]:  # the welcome is its own in any case
            document["history"].append({"speaker": speaker, "message": message, "startedAt": at})
        await self.save(sid, document)


class Network:
    """Between the back end and the service, with what goes wrong there: each way of a turn takes the next of `ways`, in turn.

    "well": as it should; "lost": answered, and the answer comes too late; "left": nobody waits, and it runs on; "cut": the connection is closed while
    the turn is taken; "refused": nothing is there.
    """

    def __init__(self, http: httpx.AsyncClient, ways: tuple[str, ...] = ("well",)) -> None:
        self.http, self.ways = http, ways
        self._count = 0
        self._running: set[asyncio.Task[httpx.Response]] = set()

    async def post(self, path: str, body: bytes) -> httpx.Response:
        way = "well" if path.endswith("summary") else self.ways[self._count % len(self.ways)]
        self._count += 1
        if way == "refused":
            raise httpx.ConnectError("nobody there")
        task = asyncio.create_task(self.http.post(path, content=body, headers={"Content-Type": "application/json"}, timeout=ANSWER_S))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        match way:
            case "lost":
                await task
            case "cut":
                await asyncio.sleep(0)  # it is on its way
                await asyncio.sleep(0.002)
                task.cancel()
            case "well":
                return await task
        raise httpx.ReadTimeout("too late")

    async def settled(self) -> None:
        """Until nothing is on its way any more."""
        await asyncio.gather(*self._running, return_exceptions=True)
