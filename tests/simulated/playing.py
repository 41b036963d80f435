"""One simulated call from the greeting to the end, and what came of it."""

from random import Random
from typing import Any

import msgspec

from agent.record.slot_names import NAMES
from tests.simulated.caller import Caller
from tests.simulated.line import Line
from tests.simulated.noise import Heard, noisy
from tests.simulated.people import Persona, Style, persona
from tests.simulated.truths import same

MOST_TURNS = 60
DEAR = frozenset({"phone", "address", "email", "time"})
"""Slots that are read back one by one."""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is over."""

    persona: Persona
    sid: str
    transcript: tuple[tuple[str, str], ...]
    """Who spoke, and what."""
    ended: str
    """How: "booked", or the last status and step."""
    wrong: tuple[str, ...]
    """Slots whose kept value is not the caller's."""
    missing: tuple[str, ...]
    first: dict[str, bool]
    """By slot, whether the first value taken was the one said."""
    false_booked: bool
    turns: int
    least: int
    """Turns that a call with these wishes needs at least."""

    @property
    def joint(self) -> bool:
        """Booked, with all six right."""
        return self.ended == "booked" and not self.wrong and not self.missing and not self.false_booked


def play(line: Line, seed: int, style: Style, number: int, prefix: str = "sim") -> Played:
    """Play one call."""
    who = persona(seed, style, number)
    caller, rng = Caller(who, seed), Random(f"{seed} {style} {number} noise")
    sid = f"{prefix}-{seed}-{style}-{number}"
    reply = line.say(sid, who, 0, Heard(text=""))
    transcript = [("AI", reply["aiResponse"]["message"])]
    turns = 1
    while not (reply["shouldHangup"] or reply["shouldTransfer"]) and turns < MOST_TURNS:
        said = caller.answer(reply)
        if said is None:
            break
        heard = noisy(said, rng) if style == "noisy" else Heard(text=said, confidence=0.9)
        reply = line.say(sid, who, turns, heard)
        turns += 1
        transcript += [("caller", heard.text if heard.text == said else f"{heard.text}   [{said}]"), ("AI", reply["aiResponse"]["message"])]
    return _judged(caller, sid, transcript, turns, reply, line.record(sid))


def _judged(caller: Caller, sid: str, transcript: list[tuple[str, str]], turns: int, reply: dict[str, Any], record: dict[str, Any]) -> Played:
    who, progress = caller.persona, reply["progress"]
    filled = progress["filled"]
    wrong = tuple(slot for slot in NAMES if filled.get(slot) and not same(slot, filled[slot], caller.truth, who.country))
    booked = progress["status"] == "booked"
    kept = record.get("user") or {}
    truly = bool(record.get("servicebooked")) and (kept.get("service") or {}).get("id") == caller.truth.service
    truly = truly and same("time", str(kept.get("serviceBookedTime") or ""), caller.truth, who.country)
    return Played(
        persona=who,
        sid=sid,
        transcript=tuple(transcript),
        ended="booked" if booked else f"{progress['status']} at {progress['step']}",
        wrong=wrong,
        missing=tuple(slot for slot in NAMES if not filled.get(slot)),
        first=caller.first,
        false_booked=booked and not truly,
        turns=turns,
        least=_least(who) + caller.extra,
    )


def _least(who: Persona) -> int:
    """The greeting, a turn for each breath, a yes to each read-back that is not in the summary, and the summary."""
    groups = who.groups
    read_backs = sum(bool(DEAR & set(group)) for group in groups[:-1])
    return 2 + len(groups) + read_backs
