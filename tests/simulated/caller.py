"""A caller in a conversation: hears our sentence and how far the call is, and answers as a person with a truth does.

Read-backs are checked against the truth, options are chosen by it, wrong values are denied or edited; planned slips, changes of mind and digressions
come at their steps. What a caller adds of its own is counted, so that turns can be judged.
"""

import re
import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from random import Random
from types import ModuleType
from typing import Any

import msgspec

from agent.nlu.candidates import Context
from agent.record.business import in_language
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from tests.simulated import english, mandarin, repairing
from tests.simulated.people import HERE, Persona, business, service_of
from tests.simulated.truths import Truth, same

PATIENCE = 5
"""How often a caller says the same value before hanging up."""
OPTIONS_AHEAD_DAYS = 45


@cache
def manners(language: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"manners_{language}.toml").read_text("utf-8"))


class Caller:
    """One persona on the telephone."""

    def __init__(self, persona: Persona, seed: int) -> None:
        self.persona = persona
        self.rng = Random(f"{seed} {persona.style} {persona.number} speaking")
        self.truth = persona.truth
        self.extra = 0
        """Turns that are the caller's own doing."""
        self.first: dict[str, bool] = {}
        """Whether the first value we took for a slot was the one that was said."""
        self._manners = manners(persona.language)
        self._ways: ModuleType = mandarin if persona.language == "zh" else english
        self._firm = business(persona.country)
        self._slips, self._minds, self._asides = dict(persona.slips), dict(persona.minds), dict(persona.asides)
        self._said: dict[str, Truth] = {}
        self._tries = dict.fromkeys(NAMES, 0)
        self._left: list[str] = []
        self._corrected: dict[str, int] = {}

    def answer(self, reply: dict[str, Any]) -> str | None:
        """The next utterance, "" for silence, None for hanging up."""
        sentence, progress = reply["aiResponse"]["message"], reply["progress"]
        step, expecting, shown = progress["step"], progress["expecting"], {**progress["filled"], **progress["pending"]}
        self._note(shown)
        if max(self._tries.values()) > PATIENCE:
            return None
        if self._left and expecting == "value":
            self.extra += 1
            return self._left.pop(0)
        self._left = []
        if (aside := self._asides.get(step)) and not (aside == "backchannel" and expecting != "value"):
            del self._asides[step]
            self.extra += 1
            return str(self.rng.choice(self._manners["aside"].get(aside) or self._manners["backchannel"]))
        if changed := self._change_of_mind(step):
            return changed
        wrong = [slot for slot in NAMES if slot in shown and not self._right(slot, shown[slot])]
        if expecting == "choice":  # at the summary of what was just put right, or of an hour that is not free any more
            return self._choose(step if step in NAMES else next(iter(wrong), "time"), sentence)
        if expecting == "confirmation":
            return self._confirm(step, sentence, wrong, progress)
        implied = [slot for slot in wrong if slot in progress["filled"] and slot not in progress["pending"] and slot != step]
        if implied:
            return self._edit(implied[0], shown[implied[0]])
        if self._is_offer(sentence):
            own = same("phone", self.persona.caller, self.truth, self.persona.country)
            return self._yes() if own else self.rng.choice(self._manners["fix"]).format(self._value("phone"))
        if step not in NAMES:
            return self._edit(wrong[0], shown[wrong[0]]) if wrong else str(self.rng.choice(self._manners["nothing"]))
        if step in shown and step in wrong:
            return repairing.fix(self, step, shown[step])
        return self._tell(step)

    def value(self, slot: str, *, plainly: bool = False) -> list[str]:
        """The slot's value as this caller says it, in one piece or several; plainer with every attempt."""
        self._tries[slot] += 1
        attempt = self._tries[slot]
        truth = self._slips.pop(slot, self.truth)
        self._said[slot] = truth
        rng, ways, country = self.rng, self._ways, self.persona.country
        clear = plainly or attempt > 2
        match slot:
            case "name" | "email":
                pieces = getattr(ways, slot)(rng, getattr(truth, slot), attempt)
            case "service":
                service = service_of(self._firm, truth.service)
                words = service.words[self.persona.language] if isinstance(service.words, dict) else service.words
                name = in_language(service.name, self.persona.language)
                pieces = [name] if clear else ways.service(rng, [name, *words])
            case "time":
                pieces = ways.time(rng, truth.time, self.persona.now, country, plainly=clear)
            case _:
                pieces = getattr(ways, slot)(rng, getattr(truth, slot), country, plainly=clear)
        return list(pieces)

    def _value(self, slot: str) -> str:
        return " ".join(self.value(slot, plainly=True))

    def _right(self, slot: str, kept: str) -> bool:
        return same(slot, kept, self.truth, self.persona.country)

    def _note(self, shown: dict[str, str]) -> None:
        for slot, kept in shown.items():
            if slot in self._said and slot not in self.first:
                self.first[slot] = same(slot, kept, self._said[slot], self.persona.country)

    def _yes(self) -> str:
        return str(self.rng.choice(self._manners["yes"]))

    def _tell(self, slot: str) -> str:
        group = next((group for group in self.persona.groups if group[0] == slot), (slot,))
        if self._tries[slot] or len(group) == 1:
            first, *self._left = self.value(slot)
            return first
        parts = [" ".join(self.value(slot))]
        for other in group[1:]:
            said = _bare(" ".join(self.value(other, plainly=True)))
            parts.append(self.rng.choice(self._manners["said_of"][other]).format(said))
        return ("，" if self.persona.language == "zh" else self.rng.choice((", ", " and ", ", and "))).join(parts)

    def _change_of_mind(self, step: str) -> str:
        for slot, (when, truth) in list(self._minds.items()):
            if when == step and slot in self._said:
                del self._minds[slot]
                self.truth = msgspec.structs.replace(self.truth, **{slot: getattr(truth, slot)})
                self._tries[slot] = 0
                self.extra += 2
                said = self.rng.choice(self._manners["said_of"][slot]).format(_bare(self._value(slot)))
                return str(self.rng.choice(self._manners["mind"])).format(said)
        return ""

    def _confirm(self, step: str, sentence: str, wrong: Sequence[str], progress: dict[str, Any]) -> str:
        if step not in progress["pending"] and step != "confirm" and not progress["pending"]:
            return str(self.rng.choice(self._manners["keep_going"]))
        heard = progress["pending"] if step != "confirm" else {**progress["filled"], **progress["pending"]}
        mistaken = [slot for slot in wrong if slot in heard]
        if mistaken:
            return self._edit(mistaken[0], heard[mistaken[0]])
        return str(self.rng.choice(self._manners["book"])) if step == "confirm" else self._yes()

    def _edit(self, slot: str, shown: str) -> str:
        """A denial: bare, with the part that is wrong, or with the whole value again."""
        self.extra += slot in self.persona.slips
        if self.rng.random() < 0.3 and not self._corrected.get(slot):
            self._corrected[slot] = 1
            return str(self.rng.choice(self._manners["no"]))
        fixed = repairing.fix(self, slot, shown)
        frames = "lead" if fixed.startswith(repairing.CLAUSES) else "fix"
        return str(self.rng.choice(self._manners[frames])).format(fixed)

    def _is_offer(self, sentence: str) -> bool:
        caller = self.persona.caller
        return bool(caller) and SLOTS["phone"].present(caller, self._context(), False) in sentence

    def _context(self) -> Context:
        return Context(language=self.persona.language, region=self.persona.country, now=self.persona.now, services=tuple(self._firm.services))

    def _offered(self, sentence: str) -> list[datetime]:
        """The times that were spoken, in order: a day, and the clocks said behind it before another day is."""
        context = self._context()
        spoken = {}
        for ahead in range(OPTIONS_AHEAD_DAYS):
            day = (self.persona.now + timedelta(days=ahead)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
            said = SLOTS["time"].present(day.isoformat()[:10], context, False)
            if (place := sentence.find(said)) >= 0 and not sentence[place + len(said) :][:1].isdigit():
                spoken[place] = day
        found: dict[int, tuple[int, datetime]] = {}
        clocks = {half: SLOTS["time"].present(f"{half // 2:02}:{half % 2 * 30:02}", context, False) for half in range(48)}
        for half, clock in clocks.items():
            for match in re.finditer(rf"(?<![0-9:十二]){re.escape(clock)}(?!半|[A-Za-z])", sentence):
                before = [place for place in spoken if place < match.start()]
                if before:
                    at = spoken[max(before)] + timedelta(minutes=30 * half)
                    found[match.end()] = max(found.get(match.end(), (0, at)), (len(clock), at))
        return [at for _, (_, at) in sorted(found.items())]

    def _choose(self, step: str, sentence: str) -> str:
        """Of the options that were spoken, the true one; for a time, else one that suits as well."""
        rng = self.rng
        if step != "time":
            return self._value(step)
        offered = self._offered(sentence)
        wanted = self.truth.time.replace(tzinfo=None)
        if wanted not in offered and offered and self._tries["time"]:
            day = [at for at in offered if at.date() == wanted.date()]
            wanted = rng.choice(day or offered)
            self.truth = msgspec.structs.replace(self.truth, time=wanted.replace(tzinfo=self.persona.now.tzinfo))
            self._said["time"] = self.truth
        if wanted in offered and len(offered) > 1 and rng.random() < 0.5:
            return str(rng.choice(repairing.PLACES[self.persona.language][offered.index(wanted)]))
        if wanted in offered and len(offered) == 1:
            return self._yes()
        return self._value("time")


def _bare(said: str) -> str:
    """Without the words that lead in."""
    for lead in ("it's ", "my number is ", "my email is ", "that's "):
        said = said.removeprefix(lead)
    return said
