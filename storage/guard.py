"""Runs a command that must not outlive the process that wanted it: `guard.py <pid of that process> <command> ...`.

Not imported by anything: it is started as a program of its own, before the command takes its place.
"""

import os
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> int:
    if sys.platform == "linux":
        become(parent, command)
    return stay_beside(command)


def become(parent: int, command: list[str]) -> None:
    """Become the command; the kernel ends it with SIGTERM when the parent ends (prctl(2), kept across execve)."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could ask
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - the command is the caller's


def stay_beside(command: list[str]) -> int:
    """Run the command and end it when our standard input closes: the parent holds the other end."""
    import threading

    with subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False) as child:  # noqa: S603 - the command is the caller's
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: child.terminate())
        threading.Thread(target=_end_with_input, args=(child,), daemon=True).start()
        return child.wait()


def _end_with_input(child: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    child.terminate()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
