"""The load generator in C: compiled when needed, driven by lines.

load = Load(tools, url, publisher, readers=5000)
load.ask("connect"); load.ask("open 8 5"); load.ask("report")
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

SOURCES = Path(__file__).parent / "load"
PAYLOAD = '{"type":"progress","payload":{"callSid":"CA-{i}","n":{n},"t":{t},"pad":"{pad}"},"timestamp":1.5,"source":"service"}'
"""An envelope of some 320 bytes on the wire, with its number and when it was published."""
PAD = 190
ANSWER_S = 600


class Tools(NamedTuple):
    sseload: Path
    floor: Path


class Publisher(NamedTuple):
    """How an event is published: a URL (http:, redis:), and for Redis the command."""

    url: str
    command: str = ""


def compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")


def compiled(folder: Path) -> Tools | None:
    """Both programs in `folder`; None when there is no C compiler."""
    cc = compiler()
    if cc is None:
        return None
    tools = Tools(folder / "sseload", folder / "floor")
    for tool in tools:
        subprocess.run([cc, "-O2", "-w", "-o", str(tool), str(SOURCES / f"{tool.name}.c"), "-lpthread", "-lm"], check=True)
    return tools


class Load:
    """A running generator with so many readers of one stream."""

    def __init__(self, tools: Tools, url: str, publisher: Publisher, readers: int, more: Sequence[str] = ()) -> None:
        command = [str(tools.sseload), "--url", url, "--pub", publisher.url, "--conns", str(readers), "--payload", PAYLOAD, "--pad", str(PAD), *more]
        if publisher.command:
            command += ["--pub-cmd", publisher.command]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, command: str) -> dict[str, Any]:
        """Give a command and wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(command + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the load generator ended at {command!r}")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
