"""One call over a WebSocket, as long as that lasts: what the caller says becomes our turns, and what happens to the call is said at once.

How it works. Everything comes through one queue (`relay_peer.py`) and is dealt with in its order, so the turns of a call never overtake each other.
The first is silence: it gets the greeting, or goes on where another connection was lost. Silence is never told of here, nor for certain when we have
been heard to the end: both are reckoned, and silence is then the same turn as anywhere. What a supervisor says or does is news (`api/news.py`), on
whichever worker it was done: the record is looked at, and where there is something to tell, a turn of silence tells it. A turn takes from the record
what it tells, so nothing is told twice.
"""

import asyncio
import contextlib
import uuid
from datetime import UTC, datetime
from typing import assert_never

import msgspec

from agent.policy.people import has_to_be_told
from agent.record.call import Turn
from api import logs
from api.bodies import clean, known_sid
from api.errors import Problem
from api.telephony.heard import MOST_KEYS
from api.telephony.provider import Dial, Fetch
from api.telephony.relay_messages import Incoming, Info, Interrupt, Keyed, Other, Prompt, Refused, Setup, end
from api.telephony.relay_parts import Parts, caller_of
from api.telephony.relay_peer import NORMAL, ODD, POLICY, RESTART, Peer, Signal
from api.telephony.relay_speech import Sent, Speaker
from api.telephony.replies import ROUNDS, Answer, Words, read_answer
from graph.errors import LineGone
from graph.lines import current
from graph.state import TurnRequest
from storage.errors import StoreUnavailable

replace = msgspec.structs.replace

NEWSWORTHY = frozenset({"status_change", "permission_cleared"})
"""Events after which there may be something to tell, beside a supervisor's words."""
NEVER = float("inf")


class Session:
    def __init__(self, parts: Parts, peer: Peer, provider: str) -> None:
        self._parts, self._timing, self._peer, self._provider = parts, parts.timing, peer, provider
        self._now = asyncio.get_running_loop().time
        self._socket = uuid.uuid4().hex
        self._sid, self._caller = "", caller_of(provider, Setup(callSid=""))
        self._speaker = Speaker(peer, parts.timing)
        self._turns = 0
        self._answer = Answer(aiResponse=Words())
        """The last one, and with it how the call stands and what is listened for."""
        self._lines = 0
        """Lines of ours that the log has still to tell of."""
        self._keys, self._keys_until = "", 0.0
        self._heard_at = self._now()
        self._silent_at = 0.0
        """When the caller will have been silent for too long."""
        self._leaves: str | None = None
        """All is said, and the connection ends when it was heard: for a person, for this reason, or with "" for good."""
        self._closes_by = NEVER
        """When the call is given to another worker at the latest, since this one stops."""
        self._over = False

    async def run(self) -> None:
        """Until the connection is over, whoever ends it."""
        reading = asyncio.create_task(self._peer.keep_reading())
        try:
            setup = await self._peer.set_up(self._timing.setup_s)
            if setup is None:
                await self._peer.close(POLICY)
            else:
                await self._converse(setup)
        except Exception as error:
            logs.failure("relay_failed", error, call=self._sid)
            await self._give_up()
            await asyncio.sleep(self._speaker.until - self._now())
            await self._finish()
        finally:
            reading.cancel()

    def wake(self, signal: Signal) -> None:
        self._peer.wake(signal)

    async def _converse(self, setup: Setup) -> None:
        self._caller = caller_of(self._provider, setup)
        self._speaker.tag = self._parts.replies.spoken(self._caller)[1]
        self._sid = known_sid(setup.callSid)
        with self._parts.taken(self._sid, self), self._parts.news.each(self._sid, self._told):
            await self._turn(Turn(key=""), opens=True)
            while not self._over:
                item = await self._peer.next(self._due())
                await (self._signalled(item) if isinstance(item, Signal) else self._heard(item) if item is not None else self._time_is_up())

    # What comes

    async def _heard(self, item: Incoming) -> None:
        match item:
            case Prompt(last=False):
                self._speaks()
            case Prompt() | Keyed() if self._leaves:
                pass  # a person is on the way
            case Prompt():
                await self._keyed()
                self._heard_at = self._now()
                await self._turn(Turn(key="", text=clean(item.voicePrompt).strip()))
            case Keyed():
                await self._key(item.digit)
            case Interrupt():
                await self._interrupted(item.utteranceUntilInterrupt)
            case Info():
                self._informed(item)
            case Refused():
                logs.event("relay_refused", level="warning", call=self._sid)
            case Setup() | Other():
                pass
            case _:
                assert_never(item)

    async def _signalled(self, signal: Signal) -> None:
        match signal:
            case Signal.NEWS:
                await self._look()
            case Signal.DRAIN:
                self._closes_by = self._now() + self._timing.drain_s
            case Signal.GONE:
                self._over = True
            case Signal.REPLACED:
                await self._close(NORMAL)
            case Signal.ODD:
                await self._close(ODD)
            case _:
                assert_never(signal)

    async def _close(self, code: int) -> None:
        """Without a word: the call has another connection, or will have."""
        self._over = True
        await self._peer.close(code)

    # Time

    def _due(self) -> float:
        if self._leaves is not None:
            return min(self._speaker.until, self._closes_by)
        until = self._keys_until if self._keys else self._silent_at
        return until if self._closes_by == NEVER else min(until, self._closes_by, max(self._speaker.until, self._now()))

    async def _time_is_up(self) -> None:
        now = self._now()
        if self._leaves is not None:
            await self._finish()
        elif self._keys:
            await self._keyed()
        elif self._closes_by != NEVER:
            await self._close(RESTART)
        elif now - self._heard_at > self._timing.idle_s and self._answer.progress.status != "with_agent":
            await self._give_up()
        else:
            await self._turn(Turn(key=""))

    def _listen(self, words: bool) -> None:
        patience_s = self._timing.patience(self._answer.progress.status, self._answer.listen.pauseMs, words=words)
        self._silent_at = max(self._now(), self._speaker.until) + patience_s

    def _speaks(self) -> None:
        """The caller has begun to speak, or goes on."""
        self._heard_at = self._now()
        self._silent_at = max(self._silent_at, self._heard_at + self._timing.speaks_s)

    def _informed(self, info: Info) -> None:
        if (info.name, info.value) == ("clientSpeaking", "on"):
            self._speaks()
        elif info.name == "agentSpeaking":
            self._silent_at -= self._speaker.informed(ended=info.value == "off")

    # Keys

    async def _key(self, key: str) -> None:
        self._heard_at = self._now()
        if key == "#":
            await self._keyed()
            return
        self._keys += key
        self._keys_until = self._now() + self._timing.key_s
        if len(self._keys) >= (self._answer.listen.digits or MOST_KEYS):
            await self._keyed()

    async def _keyed(self) -> None:
        """The keys that have come so far are a turn, if there are any."""
        keys, self._keys = self._keys, ""
        if keys:
            await self._turn(Turn(key="", digits=keys))

    # Turns

    async def _turn(self, turn: Turn, *, opens: bool = False) -> None:
        self._turns += 1
        self._lines += 1
        self._leaves = None
        request = TurnRequest(
            sid=self._sid,
            turn=turn,
            caller=self._caller.number,
            dialled=self._caller.dialled,
            language=self._caller.language,
            turn_id=f"{self._provider} relay {self._socket} {self._turns}",
            over_a_line=True,
            socket=self._socket,
            opens_socket=opens,
        )
        try:
            answer = await self._taken(request)
        except LineGone:
            await self._close(NORMAL)
        except Problem:
            await self._give_up()
        else:
            await (self._give_up() if answer is None else self._answered(read_answer(answer), bool(turn.text or turn.digits)))

    async def _taken(self, request: TurnRequest) -> bytes | None:
        """The answer; None when it takes longer than anybody can be kept waiting for it."""
        for round_ in range(ROUNDS + 1):
            answer = await self._parts.turning.taken(request, self._now() + self._timing.hold_s)
            if answer is not None:
                return answer
            if round_ < ROUNDS:
                hold = self._parts.replies.hold(self._caller, "turn", round_)
                await self._speaker.say(hold.ssml, hold.language, gives_way=True)
        return None

    async def _answered(self, answer: Answer, words: bool) -> None:
        self._answer, spoken, tag = answer, answer.aiResponse, answer.listen.language
        self._caller = self._caller._replace(language=tag)
        # A yes said over the last words of a summary would be a yes to what was not heard.
        agrees = (answer.progress.step, answer.progress.expecting) == ("confirm", "confirmation")
        await self._speaker.say(spoken.ssml, tag, interruptible=not agrees, answer=Sent(spoken.message, spoken.startedAt))
        if not spoken.message:
            self._lines -= 1
        if answer.shouldTransfer or answer.shouldHangup:
            self._leave("A person is wanted" if answer.shouldTransfer else "")
        self._listen(words)

    async def _interrupted(self, utterance: str) -> None:
        """The caller spoke over us: what they heard is what was said."""
        found = self._speaker.interrupted(clean(utterance), self._peer.came_at)
        self._speaks()
        if self._leaves == "":  # what they say over a farewell is heard
            self._speaker.until = self._silent_at
        if found is not None:
            (said, at), heard = found
            self._lines += bool(heard)
            with contextlib.suppress(StoreUnavailable):  # the turn to come says so
                await self._parts.walker.heard(self._sid, at, said, heard, datetime.now(UTC))

    async def _give_up(self) -> None:
        """Nothing can be done here: a sentence, then a person, or a farewell where there is nobody."""
        reply = self._parts.replies.trouble(self._caller)
        await self._speaker.say(reply.ssml, reply.language)
        self._leave("The agent has failed" if isinstance(reply.then, Dial | Fetch) else "")

    # News

    def _told(self, kind: str, speaker: str) -> None:
        if kind == "new_message" and speaker == "AI" and self._lines:
            self._lines -= 1
        elif kind in NEWSWORTHY or (kind == "new_message" and speaker != "customer"):
            self._peer.wake(Signal.NEWS)

    async def _look(self) -> None:
        """See whether there is something to tell, and whether the call is still ours."""
        if self._leaves is not None:
            return
        try:
            call = await current(self._parts.store, self._sid)
        except StoreUnavailable:  # the next silence looks again
            return
        if call is None:  # erased: whatever comes next begins anew
            return
        if call.socket != self._socket or call.hung_up:
            await self._close(NORMAL)
        elif has_to_be_told(call, self._answer.progress.status):
            await self._turn(Turn(key=""))
        elif call.status == "ended":
            self._leave("")
        else:
            self._answer = replace(self._answer, progress=replace(self._answer.progress, status=call.status))

    # The end

    def _leave(self, reason: str) -> None:
        self._leaves = reason
        self._speaker.until = min(self._speaker.until, self._now() + self._timing.most_said_s)

    async def _finish(self) -> None:
        self._over = True
        await self._peer.tell(end(self._leaves or ""))
        until = self._now() + self._timing.leave_s
        while (item := await self._peer.next(until)) is not None and item is not Signal.GONE:
            pass
        await self._peer.close()
