"""Whole calls of real callers, played over HTTP by the real command against a real service: the records are the truth."""

import tomllib
from pathlib import Path
from typing import Any

from tests.api.processes import serving, slotline

HERE = Path(__file__).parent
SCRIPT = HERE / "calls.toml"


def test_the_records_of_real_callers_are_the_truth(tmp_path: Path) -> None:
    calls: list[dict[str, Any]] = tomllib.loads(SCRIPT.read_text("utf-8"))["call"]
    with serving(tmp_path, SLOTLINE_BUSINESS=str(HERE / "bank.toml")) as running:
        played = slotline("call", "--url", running.url, "--sid", "real", "--quiet", "--script", str(SCRIPT), cwd=tmp_path)
        assert (played.stdout.splitlines()[-1:], played.stderr, played.returncode) == ([f"{len(calls)} of {len(calls)} calls as written"], "", 0)
        for number, call in enumerate(calls, start=1):
            found = running.http.get(f"/calls/real-{number}").json()
            user = found["user"]
            kept = {**{slot: user["userInfo"][slot] for slot in ("name", "phone", "address", "email")}, "service": user["service"]["id"]}
            assert {**kept, "time": user["serviceBookedTime"]} == call["kept"], call["name"]
            assert found["servicebooked"] is True, call["name"]
            assert [line["message"] for line in found["history"] if line["speaker"] == "customer"] == [
                turn["say"] for turn in call["turn"] if turn["say"]
            ]


def test_every_real_turn_names_its_source_and_licence() -> None:
    """But for silence and a plain yes or no, nobody made the words up for the script."""
    calls: list[dict[str, Any]] = tomllib.loads(SCRIPT.read_text("utf-8"))["call"]
    for call in calls:
        assert call["kept"].keys() == {"name", "phone", "address", "email", "service", "time"}
        for turn in call["turn"]:
            if turn["say"] not in ("", "yes", "no"):
                assert turn["source"].partition(":")[0] in {"evi", "restaurants8k", "multidogo", "clinc150", "hwu64", "itn_suites", "rasa_demos"}
                assert turn["licence"]
