"""Every command ends when it is told to, though it inherited that nothing is to be heard of it, as everything from the nursery does."""

import signal
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from api import cli, signals
from api.settings import SettingsError
from tests.api.processes import environment
from tests.nursery import nursery
from tests.patience import PATIENCE_S, until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("command", ["call", "watch", "replay CA1", "doctor"])
def test_a_command_that_waits_for_the_service_ends(tmp_path: Path, command: str, number: signal.Signals) -> None:
    """The service begins to answer and never comes to the end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listening, tempfile.TemporaryFile("w+") as told:
        listening.settimeout(PATIENCE_S)
        settings = environment(SLOTLINE_PORT=str(listening.getsockname()[1]))
        process = nursery().begin(command.split(), tmp_path, settings, [told.fileno()] * 3)
        with listening.accept()[0] as line:
            line.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            process.send_signal(number)

            def ended() -> bool:
                with suppress(OSError):  # a byte now and then, so that it has no other reason to end
                    line.sendall(b" ")
                return process.poll() is not None

            try:
                until(ended)
            finally:
                process.kill()
        told.seek(0)
        complained = [text for text in told.read().splitlines() if not text.startswith(("ok  ", "--  "))]
    assert (process.returncode, complained) == (128 + number, [])


@pytest.mark.parametrize("number", signals.ENDING, ids=lambda number: number.name)
@pytest.mark.parametrize("made", [ValueError, SettingsError, BrokenPipeError])
def test_a_command_that_was_ended_says_so_whatever_was_made_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], number: signal.Signals, made: type[Exception]
) -> None:
    def load(words: list[str]) -> None:
        try:
            signal.raise_signal(number)
        except KeyboardInterrupt:
            raise made("no schema") from None  # as pydantic does while it makes a model

    monkeypatch.setattr(cli, "_parser", load)
    assert cli.main(["serve"]) == 128 + number
    assert capsys.readouterr() == ("", "")


def test_a_command_that_is_interrupted_before_it_looks_at_signals_ends_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "ending", lambda told: signal.default_int_handler(signal.SIGINT, None))
    assert cli.main(["serve"]) == 128 + signal.SIGINT
