"""Every command ends when it is told to, also when it inherited that nothing is to be heard of it."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.api.processes import PATIENCE_S, deaf, environment, until


@contextmanager
def slow_service() -> Iterator[socket.socket]:
    """What begins to answer every request and never comes to the end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(PATIENCE_S)
        yield listening


@pytest.mark.parametrize(
    ("command", "number"),
    [
        (("call", "--url", "URL"), signal.SIGTERM),
        (("watch", "--url", "URL"), signal.SIGINT),
        (("replay", "CA1", "--url", "URL"), signal.SIGTERM),
        (("doctor",), signal.SIGINT),
    ],
    ids=lambda one: one[0] if isinstance(one, tuple) else one.name,
)
def test_a_command_that_waits_for_the_service_ends(tmp_path: Path, command: tuple[str, ...], number: signal.Signals) -> None:
    with slow_service() as listening:
        port = listening.getsockname()[1]
        told = [sys.executable, "-m", "api.cli", *(part.replace("URL", f"http://127.0.0.1:{port}") for part in command)]
        with deaf():
            started = subprocess.Popen(told, cwd=tmp_path, env=environment(SLOTLINE_PORT=str(port)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with started, listening.accept()[0] as line:
            line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            started.send_signal(number)

            def ended() -> bool:
                with suppress(OSError):  # a byte now and then, so that it has no other reason to end
                    line.sendall(b" ")
                return started.poll() is not None

            try:
                until(ended)
            finally:
                started.kill()
            _, complained = started.communicate()
    assert (started.returncode, complained) == (128 + number, b"")
