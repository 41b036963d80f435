"""`slotline replay`: play a recorded call again on this version, and show field by field what differs.

The recording is what `GET /calls/{callSid}/trace` answers: fetched from the running service for a callSid, or read from a file (one such object, or a
list of them). The turns are walked again over a store in memory, with the words, the clock, the documents and the bookings of then and the
business file of now. A call that was continued from another one is played after that one.
"""

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

import msgspec

import prompts
from agent.policy.people import recorded
from agent.reader import RulesAlone
from agent.record import moments
from agent.record.reasons import Reason
from agent.record.trace import TracedTurn
from api import business_files
from api.answers import answer
from api.settings import read_settings
from api.terminal.client import Client, Failed, client, failed
from api.terminal.client import add_arguments as common
from api.terminal.fields import shown
from graph.approving import Answer
from graph.build import Walker
from graph.errors import GraphError
from graph.plan import PLAN
from graph.settling import Settling
from graph.state import Counted, Deps, TurnRequest
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import Opened


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    callSid: str  # noqa: N815 - the contract's word
    turns: list[TracedTurn]
    version: str = ""
    resumedFrom: str = ""  # noqa: N815


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `slotline replay` takes."""
    common(parser)
    parser.add_argument(
        "recording", metavar="FILE|callSid", help="a recording (the JSON of /calls/{callSid}/trace), or a call of the running service"
    )
    parser.add_argument("--business", type=Path, help="a business file, or a folder of them (default: SLOTLINE_BUSINESS)")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit code: 1 when something differs."""
    try:
        recordings = _recordings(arguments)
        businesses = business_files.load(arguments.business or read_settings().business)
    except Failed as error:
        return failed(error)
    except ValueError as error:
        return failed(Failed(str(error)))
    books = {language: prompts.phrasebook(language) for language in prompts.known()}
    store = MemoryStore()
    # Nobody is waited for: what a supervisor said stands before the turn it answers, and who watched, or had left, is as it was recorded.
    plan = msgspec.structs.replace(PLAN, line_s=0.0, handoff_s=inf, away_s=inf)
    deps = Deps(store=store, businesses=businesses, reader=RulesAlone(), phrasebooks=books, plan=plan, render=answer)
    walker = Walker(deps)
    found = [line for recording in recordings for line in asyncio.run(differences(recording, walker, store))]
    for line in found:
        print(line)  # noqa: T201 - what the command is for
    turns = sum(len(recording.turns) for recording in recordings)
    print(f"{turns} turns played again, {len(found)} differences")  # noqa: T201
    return int(bool(found))


class Replayed(PassingStore):
    """The same store, away when that of then was."""

    away = False

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        return msgspec.structs.replace(await super().open(sid, turn, business, former), away=self.away)


async def differences(recording: Recording, walker: Walker, store: MemoryStore) -> list[str]:
    """What this version does otherwise, one line each: what is said, what is held, what waits for a yes, turn by turn.

    `store`: the walker's own, or what is beneath it.
    """
    found, of_then = [], Replayed(walker.deps.store)
    walker = Walker(msgspec.structs.replace(walker.deps, store=of_then))
    for number, traced in enumerate(recording.turns, start=1):
        if traced.foreign is not None:
            store.put_document(recording.callSid, msgspec.json.encode(traced.foreign))
        if traced.bookings:
            store.put_bookings(traced.bookings)
        store.watchers.put(("somebody",) if traced.watched else ())
        of_then.away = traced.away is True
        try:
            said, held, waiting = await _again(recording.callSid, traced, walker)
        except GraphError as error:
            found.append(f"{recording.callSid} turn {number}: {error}")
            continue
        found += [f"{recording.callSid} turn {number}: {line}" for line in _compared(traced, said, held, waiting)]
    return found


async def _again(sid: str, traced: TracedTurn, walker: Walker) -> tuple[str, dict[str, str], dict[str, str]]:
    """What is said, held and waiting after one turn."""
    now = datetime.fromisoformat(traced.at)
    if traced.permission is not None:
        given = Answer(approved=traced.permission["approved"], permission_id=traced.permission["permissionId"], by=traced.source)
        await walker.answer_permission(sid, given, now)
    elif traced.settled is True:
        await Settling(walker.deps, lambda: now).settle(sid)
    elif traced.edit is not None:
        await walker.edit(sid, traced.edit, traced.locked, traced.unlocked, now, traced.source)
    elif traced.deed:
        at_once = msgspec.structs.replace(walker.deps, plan=msgspec.structs.replace(walker.deps.plan, away_s=0.0))
        await Walker(at_once).do(sid, recorded(traced.deed, traced.agent_id, traced.said), now)
    else:
        counted = Counted(number=traced.number, came=0) if isinstance(traced.number, int) else None
        caller, dialled = traced.caller, traced.dialled
        request = TurnRequest(sid=sid, turn=traced.turn, caller=caller, dialled=dialled, language=traced.language, counted=counted)
        if traced.over_a_socket is True:
            request = msgspec.structs.replace(request, socket="again", opens_socket=True)
        await walker.take_turn(request, now)
    last = msgspec.json.decode((await walker.deps.store.trace(sid))[-1], type=TracedTurn)
    return last.said, last.held, last.waiting


def _compared(then: TracedTurn, said: str, held: dict[str, str], waiting: dict[str, str]) -> Iterator[str]:
    for what, before, now in (("held", then.held, held), ("waiting", then.waiting, waiting)):
        for slot in sorted(before.keys() | now.keys()):
            if before.get(slot) != now.get(slot):
                yield f"{slot} {what}: {before.get(slot, 'nothing')!r} then, {now.get(slot, 'nothing')!r} now"
    if then.said != said:
        yield f"said: {then.said!r} then, {said!r} now"


def _recordings(arguments: argparse.Namespace) -> Sequence[Recording]:
    """The recording asked for, behind those of the calls it was continued from. Raises Failed, ValueError."""
    path = Path(arguments.recording)
    if path.is_file():
        text = path.read_bytes()
        try:
            found = msgspec.json.decode(text, type=list[Any] | dict[str, Any])
            return [_checked(msgspec.convert(one, Recording)) for one in (found if isinstance(found, list) else [found])]
        except RecursionError:
            raise Failed(f"{path} is no recording: nested too deep") from None
        except (msgspec.DecodeError, ValueError) as error:  # also of UTF-8, of a time
            raise Failed(f"{path} is no recording: {shown(error)}") from None
    service = client(arguments, "supervisor", "integration")
    try:
        return _fetched(service, arguments.recording)
    finally:
        service.close()


def _checked(recording: Recording) -> Recording:
    """The recording, if its times are times. Raises ValueError."""
    for number, traced in enumerate(recording.turns, start=1):
        for at in (traced.at, traced.turn.started_at or traced.at):
            if isinstance(moments.read(at), Reason):
                raise ValueError(f"turn {number} has no time such as 2026-03-02T01:00:00Z")
        if traced.deed:
            recorded(traced.deed, traced.agent_id, traced.said)
    return recording


def _fetched(service: Client, sid: str) -> list[Recording]:
    recording = _checked(msgspec.convert(service.trace(sid), Recording))
    return [*(_fetched(service, recording.resumedFrom) if recording.resumedFrom else []), recording]
