"""Recordings: what is none is told in one line, before anything is played."""

from pathlib import Path

import pytest

from api.cli import main

TURN = '{"at":"%s","turn":{"key":"1","text":"hello","started_at":"%s"}}'
GOOD = "2026-03-02T15:00:00Z"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "truncated"),
        (b"\xff\x00", "no recording"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"callSid":"x","turns":[[]]}', "turns"),
        (f'{{"callSid":"x","turns":[{TURN % (GOOD, "0001-01-01T00:00:00+23:00")}]}}'.encode(), "turn 1 has no time"),
        (f'{{"callSid":"x","turns":[{TURN % (GOOD, "")},{TURN % ("soon", GOOD)}]}}'.encode(), "turn 2 has no time"),
    ],
)
def test_what_is_no_recording_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes, said: str) -> None:
    (tmp_path / "recording.json").write_bytes(text)
    assert main(["replay", str(tmp_path / "recording.json")]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert told.startswith("slotline: ")
    assert told.count("\n") == 1
