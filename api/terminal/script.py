"""Calls written down: `slotline call --script FILE` plays them and compares what was kept with the truth.

A plain file is one call: one utterance a line, after the greeting; blank lines and lines that begin with "#" are left out.

A TOML file (`*.toml`) holds any number of calls:

    [[call]]
    name = "six answers"                        # shown with the result
    business = "acme"                           # optional: id of the business the service must serve
    from = "+12025550143"                       # optional: the caller's number, and the number dialled
    to = "+12025550100"
    language = "en-US"                          # optional
    startedAt = "2026-03-02T09:00:00-05:00"     # optional: the caller's "now" at the first turn; each later turn is 10 s later
    [[call.turn]]
    say = ""                                    # "" is silence, which as a first turn gets the greeting
    [[call.turn]]
    say = "it's Mary O'Neill"
    startedAt = "2026-03-02T09:05:00-05:00"     # optional: from here on
    alternatives = ["its mary oneil"]           # optional, as are confidence and digits
    [call.kept]                                 # optional: what must be kept at the end, "" for nothing; slots left out are not compared
    name = "Mary O'Neill"
    service = "drain-cleaning"                  # its id or its name
    time = "2026-03-03T14:00:00-05:00"          # any spelling of the same instant
    address = ["12 High St", "12 High Street"]  # a list: any of them

Other keys are left alone, so that a file may hold more for other readers.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from agent.record import moments
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from api.terminal.client import Client, Failed

TURN_S = 10


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    say: str = ""
    startedAt: str = ""  # noqa: N815 - the contract's word
    alternatives: list[str] = msgspec.field(default_factory=list)
    confidence: float | None = None
    digits: str = ""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    business: str = ""
    caller: str = msgspec.field(name="from", default="")
    dialled: str = msgspec.field(name="to", default="")
    language: str = ""
    startedAt: str = ""  # noqa: N815
    turn: list[Turn] = msgspec.field(default_factory=list)
    kept: dict[str, str | list[str]] = msgspec.field(default_factory=dict)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    call: list[Call]


class Difference(NamedTuple):
    slot: str
    wanted: str
    kept: str


def load(path: Path) -> list[Call]:
    """The calls of a file. Raises Failed."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text in UTF-8'}") from None
    if path.suffix != ".toml":
        said = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        return [Call(name=path.name, turn=[Turn(), *(Turn(say=line) for line in said)])]
    try:
        calls = msgspec.convert(tomllib.loads(text), Script).call
        for call in calls:
            _times(call)
    except RecursionError:
        raise Failed(f"{path}: nested too deep") from None
    except (msgspec.ValidationError, ValueError) as error:  # also of TOML
        raise Failed(f"{path}: {error}") from None
    for call in calls:
        if strange := call.kept.keys() - set(NAMES):
            raise Failed(f"{path}: call {call.name!r}: kept has {', '.join(sorted(strange))}; slots are {', '.join(NAMES)}")
    return calls


def play(client: Client, call: Call, sid: str, language: str, told: Callable[[str, dict[str, Any]], None]) -> dict[str, Any]:
    """Post every turn; `told` gets the words and the answer of each. Returns the record at the end. Raises Failed."""
    for turn, started_at in zip(call.turn, _times(call), strict=True):
        more = {"startedAt": started_at, "alternatives": turn.alternatives, "digits": turn.digits, "confidence": turn.confidence}
        told(turn.say, client.turn(sid, turn.say, language=call.language or language, **{"from": call.caller, "to": call.dialled}, **more))
    record = client.record(sid)
    served = (record.get("company") or {}).get("id")
    if call.business and served != call.business:
        raise Failed(
            f"the service serves the business {served!r}, the script needs {call.business!r}; start it with SLOTLINE_BUSINESS set to its file"
        )
    return record


def differences(record: Mapping[str, Any], kept: Mapping[str, str | list[str]]) -> list[Difference]:
    """Where the record is not the truth."""
    filled = (record.get("progress") or {}).get("filled") or {}
    services = {service.get("name"): str(service.get("id")) for service in record.get("services") or ()}
    differ = []
    for slot, truth in kept.items():
        wanted, found = [truth] if isinstance(truth, str) else truth, str(filled.get(slot) or "")
        if not any(_is_same(one, found) or (one and found and services.get(one) == found) for one in wanted):
            differ.append(Difference(slot, " or ".join(wanted), found))
    return differ


def _is_same(wanted: str, found: str) -> bool:
    """Whether they are the same text, or the same time written in two ways."""
    if wanted == found:
        return True
    try:
        return datetime.fromisoformat(wanted) == datetime.fromisoformat(found)
    except (ValueError, TypeError):
        return False


def _moment(text: str) -> datetime:
    found = moments.read(text)
    if isinstance(found, Reason):
        raise ValueError(f"{text!r} is no time such as 2026-03-02T09:00")
    return found


def _times(call: Call) -> Iterator[str]:
    """When each turn starts, ISO 8601; "" for the service's clock. Raises ValueError."""
    times: list[str] = []
    now = _moment(call.startedAt) if call.startedAt else None
    for turn in call.turn:
        now = _moment(turn.startedAt) if turn.startedAt else now
        times.append(now.isoformat() if now else "")
        now = now + timedelta(seconds=TURN_S) if now else None
    return iter(times)
