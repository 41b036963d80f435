"""The telephony paths: each request is verified before anything of it is believed, and answered with what a telephone can do, whatever happens.

A provider is never answered 5xx, 429 or in plain text: the first two end the call or are tried again, the last is read aloud to the caller.
What fails is a sentence, then a person, then a farewell.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from typing import cast

import msgspec
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from agent.policy.people import Drop, Unanswered
from agent.record.call import Turn
from api import logs
from api.errors import Problem
from api.gate import Drain
from api.settings import Settings
from api.sizes import BODY_LIMIT
from api.tallies import Tallies
from api.telephony import PATHS
from api.telephony.posted import bases, read
from api.telephony.provider import HangUp, Posted, Provider, Reply
from api.telephony.replies import ROUNDS, Caller, Place, Replies, place_of, tag_in
from api.telephony.turning import HOLD_S, Turning
from graph.build import Walker
from graph.errors import GraphError, LineGone
from graph.state import TurnRequest
from storage.errors import StoreUnavailable

TELL_AGAIN_S = (0.5, 2.0, 8.0, 30.0)
"""When it is tried again to write that a line has ended, while the store is away."""
MOST_SOCKETS = 20
"""How often a call goes on over another WebSocket after it has lost one."""
ONLY_TOLD = ("status", "partial", "amd")
"""What is told without anything being expected."""

replace = msgspec.structs.replace


@cache
def provider_named(name: str) -> Provider:
    """A provider of the table, loaded when it is first needed."""
    return cast(Provider, import_module(f"api.telephony.{name}").PROVIDER)


class Switchboard:
    """ASGI application for the telephony paths."""

    def __init__(
        self,
        settings: Settings,
        replies: Replies,
        turning: Turning,
        walker: Walker,
        drain: Drain,
        tallies: Tallies,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`clock`: Unix seconds, for signatures that have an age."""
        self._settings, self._replies, self._turning, self._walker = settings, replies, turning, walker
        self._drain, self._tallies, self.clock = drain, tallies, clock
        self.hold_s = HOLD_S
        self._bases = bases(settings.public_url)
        self._log = logs.Sparing()
        self._later: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        until = asyncio.get_running_loop().time() + self.hold_s
        name, step = PATHS[scope["path"]]
        try:
            response = await self._response(scope, receive, provider_named(name), step, until)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _response(self, scope: Scope, receive: Receive, provider: Provider, step: str, until: float) -> Response:
        try:
            posted = await read(scope, receive, step, self._bases)
        except Problem as problem:  # beyond all reason, so that nobody knows whose it is
            return self._worded(provider, self._replies.farewell(Caller(provider.name, "", "", "", Place("", 0))), problem.status)
        if not self.is_known(provider, posted, scope):
            return Response(status_code=403)
        if step in ONLY_TOLD:
            if step == "status" and provider.is_over(posted):
                await self._dropped(provider.leg(posted).sid, Drop(reason="line_dropped"))
            return Response(status_code=204)
        place = Place("", 0) if step == "voice" else place_of(posted)
        leg = provider.leg(posted)
        caller = Caller(provider.name, leg.dialled, leg.caller, tag_in(posted, leg), place)
        try:
            return self._worded(provider, await self._reply(provider, posted, caller, until))
        except Exception as error:
            if not isinstance(error, Problem):  # of ours, not of what was posted
                logs.failure("telephone_failed", error, part=provider.name)
            return self._worded(provider, self._replies.trouble(caller) if step != "dialled" else self._replies.farewell(caller))

    def _worded(self, provider: Provider, reply: Reply, status: int = 200) -> Response:
        closes = self._drain.begun or status == 413  # of that body there may be more to come
        headers = {"Cache-Control": "no-store", **({"Connection": "close"} if closes else {})}
        return Response(provider.render(reply), status, headers, media_type=provider.media_type)

    # Who it is

    def is_known(self, provider: Provider, posted: Posted, scope: Scope) -> bool:
        """Whether it was sent by the provider; where no secret tells, only a program of this machine is taken for it."""
        secrets = [secret for part in getattr(self._settings, provider.secret).split(",") if (secret := part.strip())]
        known = any(provider.verified(posted, secret, self.clock()) for secret in secrets) if secrets else scope["from_here"]()
        if not known:
            self._tallies.count("refused", "not_verified")
            if count := self._log.due((provider.name, posted.step)):
                code = "not_verified" if secrets and self._bases else "public_url_missing" if secrets else "secret_missing"
                logs.event("telephone_refused", level="warning", part=provider.name, code=code, place=_path(posted), count=count)
        return known

    # What follows

    async def _reply(self, provider: Provider, posted: Posted, caller: Caller, until: float) -> Reply:
        if self._drain.over or len(posted.body) > BODY_LIMIT:
            return self._replies.trouble(caller)
        match posted.step:
            case "voice" if self._over_a_socket(provider):
                return self._replies.connect(caller)
            case "voice" | "turn":
                return await self._taken(provider, posted, caller, until)
            case "dialled" | "queued":
                return await self._back(provider, posted, caller, until)
            case "connected":
                return await self._connected(provider, posted, caller)
            case _:  # the provider could not ask otherwise: neither the graph nor the store is asked either
                was_dialling = "/dialled" in posted.fields.get("ErrorUrl", "")
                return self._replies.farewell(caller) if was_dialling else self._replies.trouble(caller)

    async def _taken(self, provider: Provider, posted: Posted, caller: Caller, until: float) -> Reply:
        """The caller's turn; the first one asks for the greeting."""
        turn_id = f"{provider.name} {'voice' if posted.step == 'voice' else caller.place}"
        request = replace(provider.turn(posted), turn_id=turn_id, language=caller.language)
        if posted.step == "voice" or posted.query.get("silence"):
            request = replace(request, turn=Turn(key=""))
        reply = await self._after_turn(posted, caller, until, request)
        if provider.is_over(posted):  # said, and rung off
            await self._dropped(request.sid, Drop(reason="line_dropped"))
            return Reply(then=HangUp())
        return reply

    async def _after_turn(self, posted: Posted, caller: Caller, until: float, request: TurnRequest) -> Reply:
        """What follows a turn that is taken, or was begun before and is fetched."""
        round_ = _round(posted)
        try:
            answer = await (self._turning.fetched(request, until) if 0 < round_ < ROUNDS else self._turning.taken(request, until))
        except LineGone:
            return Reply(then=HangUp())
        if answer is None:
            return self._replies.hold(caller, posted.step, round_) if round_ < ROUNDS else self._replies.trouble(caller)
        return self._replies.of(answer, caller)

    async def _back(self, provider: Provider, posted: Posted, caller: Caller, until: float) -> Reply:
        """The call with a person is over, or nobody answered: then the caller is told so and may go on."""
        request = replace(provider.turn(posted), turn=Turn(key=""), turn_id=f"{provider.name} dialled {caller.place}", language=caller.language)
        sid = request.sid
        if provider.was_answered(posted) or provider.is_over(posted):
            await self._dropped(sid, Drop(reason="transferred" if provider.was_answered(posted) else "line_dropped"))
            return Reply(then=HangUp())
        try:
            answer = await self._turning.known(request)
            if answer is None and not _round(posted) and (not self._over_a_socket(provider) or await self._turning.is_first(request)):
                with contextlib.suppress(GraphError):  # nobody knows the call: it begins anew
                    await self._walker.do(sid, Unanswered(), datetime.now(UTC))
        except StoreUnavailable:
            return self._replies.farewell(caller)
        if answer is None and self._over_a_socket(provider):
            return self._replies.connect(caller)
        return await self._after_turn(posted, caller, until, request)

    def _over_a_socket(self, provider: Provider) -> bool:
        return self._settings.twilio_voice == "relay" and self._replies.can_connect(provider.name)

    async def _connected(self, provider: Provider, posted: Posted, caller: Caller) -> Reply:
        """A connection for the caller's words (`relay.py`) has ended; the caller may still be there.

        We ended it: to have a person, or because all was said. Or it was lost, and goes on over another one, as long as that leads anywhere.
        """
        status = posted.fields.get("SessionStatus", "")
        if provider.is_over(posted) or status == "completed":
            await self._dropped(provider.turn(posted).sid, Drop(reason="line_dropped"))
            return Reply(then=HangUp())
        if status == "failed" and self._replies.can_connect(provider.name):
            return self._replies.connect(caller) if caller.place.number < MOST_SOCKETS else self._replies.trouble(caller)
        if posted.fields.get("HandoffData"):
            return self._replies.through(caller)
        return Reply(then=HangUp()) if status == "ended" else self._replies.go_on(caller)

    # What is told

    async def _dropped(self, sid: str, deed: Drop) -> None:
        """The caller's line has ended: once, whatever is told of it in which order; later when the store is away."""
        if sid and not await self._told(sid, deed):
            task = asyncio.create_task(self._told_later(sid, deed))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _told_later(self, sid: str, deed: Drop) -> None:
        for seconds in TELL_AGAIN_S:
            await asyncio.sleep(seconds)
            if await self._told(sid, deed):
                return

    async def _told(self, sid: str, deed: Drop) -> bool:
        """Write it. False when the store is away."""
        try:
            await self._walker.do(sid, deed, datetime.now(UTC))
        except GraphError:
            return True  # there is no such call, or no more
        except StoreUnavailable:
            return False
        except Exception as error:
            logs.failure("telephone_failed", error, part="status")
        return True

    async def close(self) -> None:
        """Let what was begun come to its end."""
        await self._turning.close()
        for task in tuple(self._later):
            task.cancel()


def _round(posted: Posted) -> int:
    """How often the turn was fetched already; 0: it comes for the first time."""
    given: str = posted.query.get("wait", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 3 else 0


def _path(posted: Posted) -> str:
    """The URL that was looked for a signature of, without its query, in which callers' numbers may stand."""
    return next(iter(posted.urls), "").partition("?")[0]
