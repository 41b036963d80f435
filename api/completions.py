"""`POST /v1/chat/completions`: a voice platform asks for the agent's next words."""

import time
from collections.abc import AsyncIterator, Mapping
from hashlib import sha256

import msgspec
from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.record.call import Turn
from api import logs
from api.bodies import described
from api.chat import PATHS
from api.chat.completion import Completion, LastWords, last_words, read, wants_usage
from api.chat.line import Line, line_of
from api.chat.tools import HANG_UP, TRANSFER, Wish, called
from api.chat.wire import Stream, Words, whole
from api.errors import Problem, as_problem
from api.parts import Parts, parts
from graph.errors import TurnPassed
from graph.state import Counted, TurnRequest
from storage.errors import CallElsewhere, StoreUnavailable

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
MODEL = "slotline"
"""What the model is called where the request calls it nothing."""

router = APIRouter(tags=["turns"])


class Spoken(msgspec.Struct):
    message: str


class Progress(msgspec.Struct, frozen=True):
    status: str = ""


class Answer(msgspec.Struct):
    """The little of an answer that a platform needs."""

    aiResponse: Spoken  # noqa: N815
    shouldHangup: bool = False  # noqa: N815
    shouldTransfer: bool = False  # noqa: N815
    progress: Progress = Progress()


class Packet(msgspec.Struct, frozen=True):
    sentence: str = ""


class Company(msgspec.Struct, frozen=True):
    id: str = ""


class Record(msgspec.Struct, frozen=True):
    """The little of a record that a person who is called needs."""

    why: str = ""
    packet: Packet = Packet()
    company: Company = Company()


_answer = msgspec.json.Decoder(Answer).decode
_record = msgspec.json.Decoder(Record).decode


class _Clock:
    """Unix nanoseconds that never come twice in this process."""

    def __init__(self) -> None:
        self._last = 0

    def now(self) -> int:
        self._last = max(self._last + 1, time.time_ns())
        return self._last


_clock = _Clock()


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One request."""

    completion: Completion
    line: Line
    said: LastWords | None
    came: int

    @property
    def model(self) -> str:
        return self.completion.model or MODEL

    @property
    def turn(self) -> TurnRequest | None:
        """The turn that is to be taken; None when nothing new was said."""
        if self.said is None:
            return None
        number = self.said.number
        return TurnRequest(
            sid=self.line.sid,
            turn=Turn(key="", text=self.said.text),
            caller=self.line.caller,
            dialled=self.line.dialled,
            language=self.line.language,
            turn_id=f"chat {number}",
            counted=Counted(number=number, came=self.came, earlier=self.said.earlier, heard=self.said.heard),
        )


class _Aloud(StreamingResponse):
    """A stream that goes to its end though nobody listens any more: what a turn has done stands."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


async def completions(request: Request) -> Response:
    """As OpenAI's chat completions, streamed or not; the call is named in a header (`X-Call-Id`), in `call`, `metadata` or `user`."""
    asked, known = await _asked(request), parts(request)
    if asked.turn is not None:
        await _admitted(known, asked.turn)
    if asked.completion.stream:
        return _Aloud(_streamed(known, asked), headers=HEADERS, media_type="text/event-stream")
    return Response(whole(await _words(known, asked), asked.model), media_type="application/json")


async def _admitted(known: Parts, request: TurnRequest) -> None:
    """Before anything is said. Raises Problem for a turn that its sender may not post."""
    try:
        await known.turns.admit(request)
    except CallElsewhere as error:
        raise as_problem(error) from None


async def _streamed(known: Parts, asked: Wanted) -> AsyncIterator[bytes]:
    stream = Stream(asked.model)
    yield stream.begins()
    for event in stream.goes_on(await _words(known, asked), usage=wants_usage(asked.completion)):
        yield event


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """The same as an ASGI application. Raises Problem before anything was said."""
    await (await completions(Request(scope, receive)))(scope, receive, send)


ENDPOINTS: Mapping[str, ASGIApp] = dict.fromkeys(PATHS, app)
for _path in PATHS:
    _summary, _shown = "The agent's next words, for a voice platform", _path == PATHS[0]
    router.add_api_route(_path, completions, methods=["POST"], summary=_summary, include_in_schema=_shown, openapi_extra=described(Completion))


async def _asked(request: Request) -> Wanted:
    try:
        body = await request.body()
    except ClientDisconnect:  # nobody is left to read the answer
        raise Problem("bad_request") from None
    completion, fields = read(body)
    return Wanted(completion=completion, line=line_of(request.scope["headers"], fields), said=last_words(completion), came=_clock.now())


async def _words(known: Parts, asked: Wanted) -> Words:
    """The answer, whatever happens: who listens is on the telephone."""
    request = asked.turn
    if request is None:
        return Words()
    try:
        return await _with_tool(known, asked, _answer(await _taken(known, request)))
    except TurnPassed:  # the platform has asked for something newer, and listens to that
        return Words()
    except Exception as error:
        logs.failure("chat_failed", error, call=request.sid)
        return await _with_tool(known, asked, _answer(known.turns.trouble(request)))


async def _taken(known: Parts, request: TurnRequest) -> bytes:
    if known.drain.over:
        return known.turns.trouble(request)
    try:
        return await known.turns.take(request)
    except Problem:  # there is no room for another turn
        return known.turns.trouble(request)


async def _with_tool(known: Parts, asked: Wanted, answer: Answer) -> Words:
    """The answer with the tool that does what it says, where the platform offers one."""
    text, tools = answer.aiResponse.message, asked.completion.tools or ()
    tool = None
    if answer.shouldTransfer:
        tool = called(tools, TRANSFER, await _transfer(known, asked.line, answer)) if tools else None
    elif answer.shouldHangup:
        tool = called(tools, HANG_UP, Wish(reason=answer.progress.status, said=text))
    if tool is None:
        return Words(text=text)
    number = asked.said.number if asked.said is not None else 0
    return Words(text=text, tool=tool, tool_id=f"call_{sha256(f'{asked.line.sid} {number} {tool.name}'.encode()).hexdigest()[:24]}")


async def _transfer(known: Parts, line: Line, answer: Answer) -> Wish:
    """Whom the caller is put through to, and what that person is told."""
    record = Record()
    if answer.progress.status == "waiting_agent":  # otherwise there is trouble, and the record is not to be had
        try:
            record = _record(await known.store.document(line.sid) or b"{}")
        except (StoreUnavailable, msgspec.DecodeError):
            record = Record()
    business = known.businesses.get(record.company.id) or known.businesses.for_number(line.dialled)
    reason = record.why.replace("_", " ") or "trouble"
    return Wish(number=business.handoff_number, reason=reason, said=answer.aiResponse.message, brief=record.packet.sentence)
