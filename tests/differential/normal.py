"""One vocabulary for what two revisions answer.

The words on the right of the tables are this folder's own and never change, so that recordings of any age can be compared; when the code gives a
thing a new name, the new name gets a line here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

TAGS = {"Inform": "inform", "Did": "did", "NoMatch": "no match", "NoInput": "no input"}
"""What kind of act a trace speaks of."""
KEYS = {"taken": "acts", "sure": "confidence", "decided": "became"}
"""Fields of traces, acts and readings."""
LATER = frozenset({"from", "language", "heldBy", "since", "why", "misses", "suggestions", "locked", "packet", "approval", "booking"})
"""Fields of the document that a call had no name for when the oldest recordings were made; what is in them has tests of its own."""
KINDS: Mapping[str, Json] = {"asked": {"slots": ["asked"]}, "both": {"slots": ["both"]}, "restore": {"detail": "restore"}}
"""What the kind of an act once stood in."""


def turn(answer: Json, traced: Json) -> Json:
    """A turn: acts, values, the words they were read from, the rules; what became of it; what is asked and said."""
    mine = _renamed(traced)
    told = [{**_renamed(act), **KINDS.get(act.get("kind", ""), {}), "kind": TAGS.get(act["type"], act["type"])} for act in mine["acts"]]
    informs = [act for act in told if act["kind"] == "inform"]
    return {
        "acts": [[act["kind"], *(_act(act))] for act in told],
        "values": [[act["slot"], act["value"], act["whole"], act["options"], act["evidence"], act["patch"], act["against"]] for act in informs],
        "spans": [[act["slot"], act["words"]] for act in informs],
        "rules": [[act["slot"], act["rule"], act["confidence"]] for act in informs],
        "became": mine["became"],
        "notices": [[notice["key"], notice["slot"], notice["values"]] for notice in mine["notices"]],
        "asks": mine["asked"],
        "said": answer["aiResponse"]["message"],
        "ssml": answer["aiResponse"].get("ssml", ""),
        "ends": [answer["shouldHangup"], answer["shouldTransfer"]],
        "progress": answer["progress"],
        "listen": answer["listen"],
    }


def reading(slot: str, found: Sequence[Json], value: str | None, spoken: Sequence[Any]) -> Json:
    """A row: every reading of it, where each stands, by which rule; the value that measurements see; how the best one is spoken."""
    mine = [_renamed(one) for one in found]
    if slot == "act":
        values = [[one["act"], one["detail"]] for one in mine]
    else:
        values = [[one["value"], one["whole"], one["options"], one["patch"], one["parts"]] for one in mine]
    return {
        "acts" if slot == "act" else "values": values,
        "spans": [one["span"] for one in mine],
        "rules": [[one["rule"], one.get("confidence")] for one in mine],
        "measured": value,
        "spoken": list(spoken),
    }


def kept(document: Json, events: Sequence[Json]) -> Json:
    """What a call leaves behind, without what only a clock says."""
    told = [{**event, "payload": {key: value for key, value in event["payload"].items() if key != "ms"}} for event in events if not _is_hold(event)]
    return {"document": {key: document[key] for key in document if key != "history" and key not in LATER}, "events": told}


def _is_hold(event: Json) -> bool:
    """Whether it tells that a place is held, of which the oldest recordings knew nothing; it has tests of its own."""
    return event["type"] in ("tool_status", "tool_result") and event["payload"]["tool"] == "hold"


def digest(thing: Any) -> str:
    """Ten letters for any JSON value; the same for the same value, whatever the order of its keys."""
    text = json.dumps(thing, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def _act(act: Json) -> list[Any]:
    if act["kind"] == "inform":
        return [act["slot"], act["asked"]]
    return [act["act"], act["slots"], act["detail"]] if act["kind"] == "did" else []


def _renamed(thing: Mapping[str, Any]) -> Json:
    return {KEYS.get(key, key): value for key, value in thing.items()}
