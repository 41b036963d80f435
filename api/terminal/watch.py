"""`slotline watch`: the events of one call, or of all calls, a line each; goes on after a cut from the last event it saw."""

import argparse
import random
import sys
import time
from collections.abc import Mapping
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from api.terminal.client import Client, Failed, Parser, Told, client, failed
from api.terminal.client import add_arguments as common
from api.terminal.fields import shown

LONGEST_S = 15.0
"""Between two tries, however often the service was not there."""
STYLES = {"progress": "green", "client_updated": "magenta", "status_change": "yellow", "transfer_request": "yellow", "reset": "red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `slotline watch` takes."""
    common(parser)
    parser.add_argument("callSid", nargs="?", default="", help="one call (default: all calls)")
    parser.add_argument("--json", action="store_true", help="each event as the JSON it came as")
    parser.add_argument("--after", default="", metavar="ID", help="begin after this event id")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit code. Ends with Ctrl-C."""
    try:
        service = client(arguments, "supervisor", "integration", "viewer")
        try:
            follow(service, arguments.callSid, arguments.after, arguments.json)
        finally:
            service.close()
    except Failed as error:
        return failed(error)
    return 0


def follow(service: Client, sid: str, after: str, as_json: bool) -> None:
    """Write events for ever. Raises Failed when the service refuses."""
    console = Console(highlight=False, soft_wrap=True)
    parser = Parser()
    parser.last_id = after
    tries = 0
    while True:
        for told in service.events(sid, parser):
            if tries and not as_json:
                console.print("-- back, nothing missed", style="dim")
            tries = 0
            if as_json:
                sys.stdout.write(msgspec.json.encode({"id": told.id or None, **told.event}).decode() + "\n")
                sys.stdout.flush()
            elif line := in_a_line(told):
                console.print(line)
        if not tries and not as_json:
            console.print("-- the line is cut, trying again", style="dim")
        tries += 1
        time.sleep(min(LONGEST_S, parser.retry_s * 2 ** min(tries - 1, 6)) * random.uniform(0.6, 1.0))  # noqa: S311 - spreads the tries of many readers


def in_a_line(told: Told) -> Text | None:
    """Time, call, type and what happened; None for what only keeps the line alive."""
    kind, payload = str(told.event["type"]), told.event["payload"]
    if kind in ("connected", "heartbeat"):
        return None
    at = time.strftime("%H:%M:%S", time.localtime(told.event["timestamp"]))
    return Text.assemble(
        (at, "dim"), " ", (shown(payload.get("callSid", "")), "bold"), " ", (shown(kind), STYLES.get(kind, "cyan")), " ", shown(_what(kind, payload))
    )


def _what(kind: str, payload: Mapping[str, Any]) -> str:
    match kind:
        case "history" if "calls" in payload:
            return f"{len(payload['calls'])} open: " + ", ".join(
                f"{call['callSid']} {_count(call.get('progress') or {})}" for call in payload["calls"]
            )
        case "history":
            filled = (payload.get("progress") or {}).get("filled") or {}
            return f"{len(payload.get('history') or ())} lines, " + (
                ", ".join(f"{slot}={value}" for slot, value in filled.items()) or "nothing kept yet"
            )
        case "progress":
            return f"{payload.get('slot')} {payload.get('status')} {payload.get('value') or payload.get('reason') or ''} ({_count(payload)})"
        case "new_message":
            return f"{payload.get('speaker')}: {payload.get('message')}"
        case "client_updated":
            return ", ".join(f"{slot}={value}" for slot, value in (payload.get("fields") or {}).items())
        case "status_change":
            return f"{payload.get('before', '')} -> {payload.get('status')} {payload.get('reason') or ''}"
        case _:
            return " ".join(str(value) for name, value in payload.items() if name != "callSid" and isinstance(value, str | int | float))


def _count(progress: Mapping[str, Any]) -> str:
    return f"{progress.get('completed', 0)}/{progress.get('total', 6)}"
