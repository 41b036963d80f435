"""What is wrong with calls that were disturbed, by themselves, beside their undisturbed twins, and together."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.away.calling import Heard
from bench.away.scripts import CONTESTED, Script, Twins
from storage import keys
from tests.faults.alike import differences
from tests.faults.callers import Left, document, events, filled, said_by, timeless
from tests.simulated.people import business

ENDS = frozenset({"booked", "waiting_agent"})
"""How a call stands whose booking was to be confirmed."""


class Call(NamedTuple):
    """One that is over."""

    script: Script
    twins: Twins | None
    heard: Heard


def mistakes(client: Any, calls: Sequence[Call], keep: Path | None = None) -> dict[str, list[str]]:
    """By callSid, what is wrong; all there is of such a call is kept in a file of that folder."""
    places = {name: _places(client, name) for name in {_firm(call.script) for call in calls}}
    found = {call.script.sid: [*_by_itself(client, call, places[_firm(call.script)]), *_beside(client, call, places)] for call in calls}
    for hour, sids in _promised(calls).items():
        if len(sids) > 1:
            found[sids[-1]].append(f"told booked for {hour}, as {sids[0]} was")
    for call in calls:
        if keep is not None and found[call.script.sid]:
            _keep(client, call, keep)
    return {sid: wrong for sid, wrong in found.items() if wrong}


def _keep(client: Any, call: Call, folder: Path) -> None:
    sid = call.script.sid
    told = {"heard": call.heard, "document": document(client, sid), "events": events(client, sid), "trace": _trace(client, sid), "twins": call.twins}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{sid}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")


def _trace(client: Any, sid: str) -> list[Any]:
    return [json.loads(one) for one in client.lrange(keys.trace(sid), 0, -1)]


def _by_itself(client: Any, call: Call, places: Mapping[str, Any]) -> list[str]:
    heard, kept, told = call.heard, document(client, call.script.sid), events(client, call.script.sid)
    last = next((answer["progress"] for answer in reversed(heard.answers) if answer), {"filled": {}, "status": ""})
    values, status = kept["progress"]["filled"], kept["progress"]["status"]
    spoken = [line["message"] for line in kept["history"] if line["speaker"] == "customer"]
    noted = any(answer and answer["progress"]["status"] == "ended" for answer in heard.answers)
    # Whoever is brought to a host that knows nothing of the call is asked again, and says it again; others do where they do when left alone.
    once = Counter(set(filled(told))) | Counter(filled(call.twins.quiet.events) if call.twins else ())
    doubled = Counter() if call.script.moves else Counter(filled(told)) - once
    wrong = {
        "a turn was not answered": None in heard.answers,
        f"trouble was heard {heard.trouble} times": heard.trouble > 0,
        f"{len(heard.unequal)} repeats were answered otherwise": bool(heard.unequal),
        "fields lost": any(values.get(slot) not in told_here for slot, told_here in _told_filled(heard, last, every=call.script.moves).items()),
        "what the caller said": Counter(spoken) != Counter(words for words in heard.said if words),
        "what the caller said, as told": Counter(said_by("customer", told)) != Counter(words for words in heard.said if words),
        "told booked, and is not": last["status"] == "booked" and status != "booked",
        "noted, and neither booked nor with a person": noted and status not in ENDS,
        "booked without a place, or a place without it": (status == "booked") != (call.script.sid in places),
        f"fields told twice: {dict(doubled)}": bool(doubled),
    }
    return [name for name, is_so in wrong.items() if is_so]


def _told_filled(heard: Heard, last: Mapping[str, Any], *, every: bool) -> dict[str, set[str]]:
    """The value of each slot, as the caller was told last, or (`every`) at any time: of two that two hosts heard the one confirmed later stands."""
    answers = [answer["progress"]["filled"] for answer in heard.answers if answer] if every else [last["filled"]]
    return {slot: {filled[slot] for filled in answers if slot in filled} for slot in last["filled"]}


def _beside(client: Any, call: Call, places: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Where it stayed with one host, and nobody was after its place, all of it is as in its twin."""
    sid, twins = call.script.sid, call.twins
    if twins is None or call.script.moves or None in call.heard.answers:
        return []
    if len(call.heard.answers) != len(twins.quiet.answers):
        return ["another number of turns"]
    answers = timeless(list(call.heard.answers))
    standing = sum(place["sid"] == sid for place in places[_firm(call.script)].values())
    found = Left(answers, timeless(document(client, sid)), timeless(events(client, sid)), standing)
    return [f"beside its twin: {name}" for name in differences(_unkeyed(found), _unkeyed(twins.quiet), twins.noted)]


def _unkeyed(left: Left) -> Left:
    """Without the names of turns, which a service gives by its secret."""
    provenance = {name: {**one, "turn": ""} for name, one in left.document["provenance"].items()}
    return left._replace(document={**left.document, "provenance": provenance})


def _promised(calls: Sequence[Call]) -> dict[str, list[str]]:
    """Of the firm that has one place an hour: who was told "booked", by hour."""
    found: dict[str, list[str]] = {}
    for call in calls:
        for answer in call.heard.answers:
            if call.script.persona is None and answer and answer["progress"]["status"] == "booked":
                hour = datetime.fromisoformat(answer["progress"]["filled"]["time"]).isoformat()
                sids = found.setdefault(hour, [])
                if call.script.sid not in sids:
                    sids.append(call.script.sid)
    return found


def _firm(script: Script) -> str:
    return business(script.persona.country).id if script.persona else CONTESTED


def _places(client: Any, firm: str) -> dict[str, Any]:
    """Who has a place that is booked."""
    kept = {sid.decode(): json.loads(place) for sid, place in client.hgetall(keys.calendar(firm)[1]).items()}
    return {sid: place for sid, place in kept.items() if not place["held_until"]}
