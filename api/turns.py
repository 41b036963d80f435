"""Taking the caller's turns, whichever way they come in.

`Turns.take` is the one door: it keeps the limits, writes the log line, and answers with words whatever happens, since there is a person on the
telephone.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import assert_never

import msgspec

from agent.record.acts import DialogueAct, Inform, NoInput, NoMatch, UserAct
from api import logs
from api.gate import Gate
from api.tallies import Tallies, begin_turn
from api.turn_keys import TurnKeys
from graph.build import Walker
from graph.errors import LineGone, TurnPassed
from graph.state import TurnRequest
from storage.errors import CallElsewhere, StoreUnavailable


class Spoken(msgspec.Struct):
    message: str


class Progress(msgspec.Struct, frozen=True):
    status: str = ""
    step: str = ""


class Answer(msgspec.Struct):
    """The little of an answer that the short form and the log need."""

    aiResponse: Spoken  # noqa: N815
    progress: Progress = Progress()


answer_in = msgspec.json.Decoder(Answer).decode


class Turns:
    """Takes turns, whichever way they come in."""

    def __init__(
        self,
        walker: Walker,
        gate: Gate,
        keys: TurnKeys,
        trouble: Callable[[TurnRequest, datetime], bytes],
        tallies: Tallies,
        admit: Callable[[TurnRequest], Awaitable[None]] | None = None,
    ) -> None:
        """`trouble`: the answer when a turn cannot be taken. `admit` raises CallElsewhere for a turn that its sender may not post."""
        self._walker, self._gate, self._keys, self._trouble, self._tallies = walker, gate, keys, trouble, tallies
        self._admit = admit

    async def admit(self, request: TurnRequest) -> None:
        """Raises CallElsewhere for what is not for the business that its sender is bound to."""
        if self._admit is not None:
            await self._admit(request)

    async def take(self, request: TurnRequest) -> bytes:
        """The answer, as the JSON body of `POST /ai/conversation`. Any failure is a sentence of trouble.

        Raises Problem "too_many_turns", LineGone for what comes over a telephone line that has ended, TurnPassed for what comes after a newer one,
        and CallElsewhere for what is not for the business that its sender is bound to.
        """
        begun = perf_counter()
        await self.admit(request)
        code, outcome = "", "repeated"
        heard: Sequence[UserAct] = ()
        parts = begin_turn()

        def hear(user_acts: Sequence[UserAct]) -> None:
            nonlocal heard, outcome
            heard, outcome = user_acts, "taken"

        with self._gate.turn(request.sid):
            try:
                request = await self._keys.keyed(request)
                answer = await self._walker.take_turn(request, datetime.now(UTC), hear)
            except (LineGone, TurnPassed, CallElsewhere):
                raise
            except Exception as error:
                code = "store_unavailable" if isinstance(error, StoreUnavailable) else "failed"
                logs.failure("turn_failed", error, call=request.sid, turn=request.turn.key)
                answer = self._trouble(request, datetime.now(UTC))
        parts["whole"] = perf_counter() - begun
        level, ms = "warning" if code else "info", parts["whole"] * 1000
        stands = answer_in(answer).progress
        slot, act = _in_short(heard)
        call, turn = request.sid, request.turn.key
        logs.event("turn", level=level, call=call, turn=turn, slot=slot, act=act, step=stands.step, status=stands.status, code=code, ms=ms)
        self._count(code or outcome, heard, stands.step, parts)
        return answer

    def trouble(self, request: TurnRequest) -> bytes:
        """What is answered, in the same form, to a turn that is not even tried: a sentence, and a person."""
        return self._trouble(request, datetime.now(UTC))

    def _count(self, outcome: str, heard: Sequence[UserAct], step: str, parts: Mapping[str, float]) -> None:
        self._tallies.count("turns", outcome)
        for part, seconds in parts.items():
            self._tallies.took("turn", seconds, part)
        if any(isinstance(user_act, NoMatch) for user_act in heard):
            self._tallies.count("no_matches", step)


def _in_short(heard: Sequence[UserAct]) -> tuple[str, str]:
    """The slots a turn was about, and what the caller did, for its log line: ("name,phone", "inform"). No act: the turn had been answered before."""
    slots: list[str] = []
    acts: list[str] = []
    for taken in heard:
        match taken:
            case Inform():
                slots.append(taken.slot)
                acts.append("inform")
            case DialogueAct():
                slots += taken.slots
                acts.append(taken.act.value)
            case NoMatch():
                acts.append("no_match")
            case NoInput():
                acts.append("no_input")
            case _:
                assert_never(taken)
    return ",".join(dict.fromkeys(slots)), ",".join(dict.fromkeys(acts))
