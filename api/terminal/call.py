"""`slotline call`: be the caller in a terminal, or play calls from a file (`api/terminal/script.py`).

On a terminal the conversation stands on the left and the six fields on the right, which fill from the call's event stream while the service is
answering. Anywhere else each line is plain text, so that it can be piped. An empty line is silence; Ctrl-D hangs up. The call stays as it was left:
`--sid` with its id goes on with it.
"""

import argparse
import sys
import threading
import time
import uuid
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.live import Live

from api.terminal import script
from api.terminal.client import Client, Failed, Parser, client, failed
from api.terminal.client import add_arguments as common
from api.terminal.fields import Fields, shown, view


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `slotline call` takes."""
    common(parser)
    parser.add_argument("--sid", default="", help="id of the call (default: a new one); an id that is there already goes on with that call")
    parser.add_argument("--language", default="", help="the caller's language, e.g. en-AU or zh-CN (default: the business's first)")
    parser.add_argument("--from", dest="caller", default="", metavar="NUMBER", help="the caller's number, E.164")
    parser.add_argument("--to", dest="dialled", default="", metavar="NUMBER", help="the number dialled, which chooses the business")
    parser.add_argument(
        "--script", type=Path, metavar="FILE", help="play a file of utterances; exit code 1 when what was kept is not what the file says"
    )
    parser.add_argument("--quiet", action="store_true", help="with --script: only the results")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    try:
        service = client(arguments, "integration", "supervisor")
        try:
            if arguments.script:
                return _play(service, arguments)
            sid = arguments.sid or f"term-{uuid.uuid4().hex[:12]}"
            about = {"from": arguments.caller, "to": arguments.dialled, "language": arguments.language}
            talk = _Screen(service, sid, about) if sys.stdin.isatty() and sys.stdout.isatty() else _Plain(service, sid, about)
            talk.again = f"slotline call --sid {sid}" + (f" --url {arguments.url}" if arguments.url else "")
            return talk.run()
        finally:
            service.close()
    except Failed as error:
        return failed(error)


def _play(service: Client, arguments: argparse.Namespace) -> int:
    calls = script.load(arguments.script)
    batch = arguments.sid or f"script-{uuid.uuid4().hex[:8]}"
    wrong = 0
    for number, call in enumerate(calls, start=1):

        def told(said: str, answer: dict[str, Any]) -> None:
            if not arguments.quiet:
                _write(f"  You       {said or '(silence)'}\n  Slotline  {shown(answer['aiResponse']['message'])}\n")

        sid = batch if len(calls) == 1 else f"{batch}-{number}"
        if not arguments.quiet:
            _write(f"{call.name or sid}  ({sid})\n")
        record = script.play(service, call, sid, arguments.language, told)
        found = script.differences(record, call.kept)
        wrong += bool(found)
        if not arguments.quiet:
            _write(msgspec.json.format(msgspec.json.encode(record), indent=2).decode() + "\n")
        _write(f"{'differs' if found else 'ok     '}  {call.name or sid}\n")
        for slot, wanted, kept in found:
            _write(f"         {slot}: kept {kept!r}, the truth is {wanted!r}\n")
    _write(f"{len(calls) - wrong} of {len(calls)} calls as written\n")
    return int(wrong > 0)


class _Talk(ABC):
    """A conversation with the service."""

    def __init__(self, service: Client, sid: str, about: dict[str, str]) -> None:
        self.service, self.sid, self.about = service, sid, about
        self.fields = Fields()
        self.said: list[tuple[str, str]] = []
        self.again = ""
        """The command that goes on with this call."""

    def run(self) -> int:
        """Talk until the caller or the service hangs up. Raises Failed."""
        said = ""
        while True:
            answer = self.answer(said)
            if answer["shouldHangup"] or answer["shouldTransfer"]:
                self.end("The service hung up." if answer["shouldHangup"] else "The call is handed to a person.")
                return 0
            try:
                said = self.listen()
            except EOFError:
                self.end(f"You hung up. To go on: {self.again}")
                return 0

    def answer(self, said: str) -> dict[str, Any]:
        """Say something; the answer, taken note of."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return self.service.turn(self.sid, said, startedAt=now, **self.about)

    @abstractmethod
    def listen(self) -> str:
        """What the caller says next. Raises EOFError when they hang up."""

    @abstractmethod
    def end(self, why: str) -> None:
        """The last thing shown."""


class _Plain(_Talk):
    """Line by line, for pipes and logs."""

    def answer(self, said: str) -> dict[str, Any]:
        answer = super().answer(said)
        for name in self.fields.take(answer["progress"]):
            _write(f"  {self.fields.line(name)}\n")
        _write(f"Slotline: {shown(answer['aiResponse']['message'])}\n")
        return answer

    def listen(self) -> str:
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        if not sys.stdin.isatty():
            _write(f"You: {line.strip()}\n")
        return line.strip()

    def end(self, why: str) -> None:
        _write(f"-- {why}\n")


class _Screen(_Talk):
    """The conversation on the left, the fields on the right."""

    def __init__(self, service: Client, sid: str, about: dict[str, str]) -> None:
        super().__init__(service, sid, about)
        self.console = Console()
        threading.Thread(target=self._follow, daemon=True, name="follow").start()

    def answer(self, said: str) -> dict[str, Any]:
        if said:
            self.said.append(("customer", said))
        self.console.clear()
        with Live(get_renderable=self._view, console=self.console, refresh_per_second=12, transient=True):
            answer = super().answer(said)
        self.fields.take(answer["progress"])
        self.said.append(("AI", answer["aiResponse"]["message"]))
        return answer

    def listen(self) -> str:
        self._show()
        return self.console.input("[bold]You[/] ").strip()

    def end(self, why: str) -> None:
        self._show()
        self.console.print(why, style="dim", highlight=False)

    def _show(self) -> None:
        self.console.clear()
        self.console.print(self._view())

    def _view(self) -> Any:
        return view(self.fields, self.said, f"Call {self.sid}", self.console.height - 4)

    def _follow(self) -> None:
        """Keep the fields as the event stream tells them, also when somebody else sets one."""
        parser = Parser()
        while True:
            try:
                for told in self.service.events(self.sid, parser):
                    self.fields.hear(told.event)
            except Failed:  # the token may talk and not watch: the answers tell the fields too
                return
            time.sleep(parser.retry_s)


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
