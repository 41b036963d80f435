"""The six fields of a call as a terminal shows them: read off answers, records and events, drawn with rich."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agent.record.characters import readable
from agent.record.slot_names import NAMES

Status = Literal["empty", "pending", "filled", "skipped"]
MARKS: Mapping[Status, tuple[str, str]] = {"empty": ("·", "dim"), "pending": ("?", "yellow"), "filled": ("✓", "green"), "skipped": ("–", "dim")}
SPEAKERS: Mapping[str, tuple[str, str]] = {"AI": ("Slotline", "cyan"), "customer": ("You", "bold"), "agent": ("Supervisor", "magenta")}


def shown(text: object) -> str:
    """What came over the wire as a terminal may show it: on one line, without anything that would move its cursor or turn its text round."""
    return " ".join(readable(str(text)).split())


class Fields:
    """What is known of a call: a status and a value for each slot."""

    def __init__(self) -> None:
        self.slots: dict[str, tuple[Status, str]] = dict.fromkeys(NAMES, ("empty", ""))
        self.status = ""
        self.step = ""

    def take(self, progress: Mapping[str, Any]) -> list[str]:
        """Take over the progress block of an answer or a record. Returns the slots that are not as they were."""
        filled, pending = progress.get("filled") or {}, progress.get("pending") or {}
        remaining = progress.get("remaining") or []
        if progress.get("completed", 0) + len(remaining) != len(NAMES):  # what the service says when it cannot reach the record
            return []
        self.status, self.step = str(progress.get("status", "")), str(progress.get("step", ""))
        now: dict[str, tuple[Status, str]] = {}
        for name in NAMES:
            if name in pending:
                now[name] = "pending", str(pending[name])
            elif name in remaining:
                now[name] = "empty", ""
            else:
                now[name] = ("filled", str(filled[name])) if filled.get(name) else ("skipped", "")
        changed = [name for name in NAMES if now[name] != self.slots[name]]
        self.slots = now
        return changed

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take over what an event of the call's stream tells."""
        payload = event["payload"]
        match event["type"]:
            case "history":
                self.take(payload.get("progress") or {})
            case "progress" if payload.get("slot") in self.slots and payload.get("status") in MARKS:
                self.slots[payload["slot"]] = payload["status"], str(payload.get("value") or "")
                self.step = str(payload.get("step", self.step))
            case "client_updated":
                for name, value in (payload.get("fields") or {}).items():
                    if name in self.slots:
                        self.slots[name] = ("filled", str(value)) if value else ("empty", "")
            case "status_change":
                self.status = str(payload.get("status", self.status))
                if self.status == "erased":
                    self.slots = dict.fromkeys(NAMES, ("empty", ""))

    def line(self, name: str) -> str:
        """One slot on one line of plain text."""
        status, value = self.slots[name]
        return f"{MARKS[status][0]} {name}: {shown(value) or status}" + (" (awaits a yes)" if status == "pending" else "")


def view(fields: Fields, said: Sequence[tuple[str, str]], title: str, height: int) -> RenderableType:
    """The conversation with the fields beside it. `utterance`: speaker and line, oldest first; `height`: rows to fill."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, (status, value) in fields.slots.items():
        mark, style = MARKS[status]
        here = "reverse" if name == fields.step and status != "filled" else ""
        table.add_row(Text(mark, style), Text(name, here), Text(shown(value), style if status != "filled" else ""))
    talk = Table.grid(padding=(0, 1))
    talk.add_column(no_wrap=True)
    talk.add_column(overflow="fold")
    for speaker, line in said[-max(3, height // 2) :]:
        who, style = SPEAKERS.get(speaker, (speaker, ""))
        talk.add_row(Text(shown(who), style), Text(shown(line)))
    both = Table.grid(expand=True, padding=(0, 1))
    both.add_column(ratio=3)
    both.add_column(ratio=2)
    side = Panel(table, title="What is kept", title_align="left", border_style="dim", padding=(0, 1))
    both.add_row(Panel(talk, title=escape(title), title_align="left", border_style="dim", padding=(0, 1)), side)
    return Group(both)
