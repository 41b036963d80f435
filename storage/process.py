"""A redis-server that runs as our child: asked whether it answers, waited for, ended."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path


def ask(path: Path, wait_s: float) -> bytes | None:
    """What the server at a socket says to PING: None when it says nothing in time, b"" when it does not listen."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(wait_s)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(64)
    except (TimeoutError, BlockingIOError):  # or so many wait already that not even the line is taken
        return None
    except OSError:
        return b""


def ended_within(child: subprocess.Popen[bytes], seconds: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)
    return child.returncode is not None


def stop(child: subprocess.Popen[bytes], within_s: float) -> None:
    """Tell it to end, and kill it if it does not."""
    child.terminate()
    if not ended_within(child, within_s):
        kill(child)
        child.wait()
    let_go(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """End the child's whole session: where a guard stands beside Redis, the guard is the child, and Redis alone would live on over its files."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def let_go(child: subprocess.Popen[bytes]) -> None:
    if child.stdin:
        child.stdin.close()
