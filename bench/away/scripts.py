"""Who rings, in both languages, and how each call goes where nothing happens, or where only the calendar cannot be seen at the last yes."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

import prompts
from agent.reader import RulesAlone
from agent.record.businesses import Businesses
from agent.record.call import Turn
from api.answers import answer
from api.business_files import load
from graph.build import Walker
from graph.plan import PLAN
from graph.state import Deps, TurnRequest
from storage.memory_store import MemoryStore
from storage.passing_store import PassingStore
from storage.store import Opened
from tests.faults.callers import BEGUN, FIRM, SAID, Left, timeless
from tests.simulated.caller import Caller
from tests.simulated.line import LANGUAGES, TURN_S
from tests.simulated.people import BUSINESSES, COUNTRIES, Persona, business, persona

CONTESTED = "contested"
"""The firm that has one place an hour."""
NUMBER = "+12025550109"
MOST_TURNS = 40


class Script(NamedTuple):
    """A caller who can be played again."""

    sid: str
    seed: int
    persona: Persona | None
    """None: rings the contested firm and says `SAID`, at an hour."""
    hour: int = 0
    moves: bool = False
    """Whether the telephony brings the call to another host now and then."""

    def body(self, number: int, words: str) -> dict[str, Any]:
        """The turn, as it is posted."""
        who = self.persona
        begun = who.now.astimezone(UTC) if who else BEGUN
        message = {"speaker": "customer", "message": words, "startedAt": (begun + timedelta(seconds=TURN_S * number)).isoformat()}
        firm = business(who.country).numbers[0] if who else NUMBER
        return {"callSid": self.sid, "customerMessage": message, "to": firm, "language": LANGUAGES[who.country if who else "US"]}

    def speaker(self) -> "Speaker":
        return Speaker(self)


class Speaker:
    """Says one thing after the other, as the answers are."""

    def __init__(self, script: Script) -> None:
        self._caller = Caller(script.persona, script.seed) if script.persona else None
        self._fixed = iter([f"tomorrow at {script.hour} pm" if words == SAID[6] else words for words in SAID])
        self.number = -1

    def next(self, heard: dict[str, Any] | None) -> str | None:
        """None: nothing more."""
        self.number += 1
        if (heard and (heard["shouldHangup"] or heard["shouldTransfer"])) or self.number == MOST_TURNS:
            return None
        if self._caller is None:
            return next(self._fixed, None)
        return "" if heard is None else self._caller.answer(heard)


class Twins(NamedTuple):
    """How a call goes."""

    quiet: Left
    noted: Sequence[Any]
    """The answers where the calendar cannot be seen at the last yes."""


class _Unseen(PassingStore):
    """A store whose calendars cannot be seen at times."""

    away = False

    async def open(self, sid: str, turn: str = "", business: str = "", former: str = "") -> Opened:
        found = await self._store.open(sid, turn, business, former)
        return msgspec.structs.replace(found, away=self.away)


@cache
def _books() -> dict[str, Any]:
    return {language: prompts.phrasebook(language) for language in prompts.known()}


def firms(folder: Path) -> Path:
    """The folder of all firms that are rung."""
    folder.mkdir()
    for country in COUNTRIES:
        name = f"{country.lower()}.toml"
        (folder / name).write_text((BUSINESSES / name).read_text("utf-8"), "utf-8")
    text = (
        Path(FIRM).read_text("utf-8").replace('id = "faults"', f'id = "{CONTESTED}"\nnumbers = ["{NUMBER}"]').replace("capacity = 3", "capacity = 1")
    )
    (folder / "contested.toml").write_text(text, "utf-8")
    return folder


def played(script: Script, businesses: Businesses, away_from: int = MOST_TURNS) -> Left:
    """The call in this process, over a store in memory; from a turn on its calendar cannot be seen."""

    async def play() -> Left:
        kept = MemoryStore()
        store = _Unseen(kept)
        walker = Walker(Deps(store=store, businesses=businesses, reader=RulesAlone(), phrasebooks=_books(), plan=PLAN, render=answer))
        speaker = script.speaker()
        answers: list[Any] = []
        while (words := speaker.next(answers[-1] if answers else None)) is not None:
            number = speaker.number
            store.away = number >= away_from
            body = script.body(number, words)
            at = body["customerMessage"]["startedAt"]
            request = TurnRequest(
                sid=script.sid, turn=Turn(key=str(number), text=words, started_at=at), dialled=body["to"], language=body["language"]
            )
            answers.append(json.loads(await walker.take_turn(request, datetime.fromisoformat(at))))
        document = json.loads(await kept.document(script.sid) or b"{}")
        told = [json.loads(entry.data) for entry in (await kept.events(script.sid, "0", 10_000)).entries]
        return Left(timeless(answers), timeless(document), timeless(told), int(document["servicebooked"]))

    return asyncio.run(play())


def twins(script: Script, businesses: Businesses) -> Twins | None:
    """None where the call is not booked."""
    quiet = played(script, businesses)
    if not quiet.document["servicebooked"]:
        return None
    return Twins(quiet, played(script, businesses, len(quiet.answers) - 1).answers)


def scripts(seed: int, firms_in: Path, hosts: int) -> Iterator[tuple[Script, Twins | None]]:
    """Callers without end: of eight, six are simulated, of whom two move where there is a second host, and two are after the same place."""
    businesses = load(firms_in)
    number = pairs = 0
    while True:
        for place in range(6):
            found: Twins | None = None
            while found is None:
                who = msgspec.structs.replace(persona(seed, "clean", number), caller="")
                script = Script(f"CA{seed}-{number}", seed, who, moves=hosts > 1 and place < 2)
                found, number = twins(script, businesses), number + 1
            yield script, found
        for rival in range(2):
            yield Script(f"CB{seed}-{pairs}-{rival}", seed, None, hour=1 + pairs % 6, moves=hosts > 1 and rival > 0), None
        pairs += 1
