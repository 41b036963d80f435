"""`slotline simulate` and `slotline doctor --telephony`: a provider's call against a service of another process, signed."""

from pathlib import Path

import pytest

from tests.api.processes import serving, slotline
from tests.telephony.phones import BUSINESSES

PUBLIC = "https://voice.example.test/x"
SECRETS = {
    "TWILIO_AUTH_TOKEN": "a-token-of-twilio",
    "SIGNALWIRE_SIGNING_KEY": "a-key-of-signalwire",
    "TELNYX_PUBLIC_KEY": "a-key-of-telnyx",
    "JAMBONZ_WEBHOOK_SECRET": "a-secret-of-jambonz",
}
SETTINGS = {**SECRETS, "SLOTLINE_PUBLIC_URL": PUBLIC, "SLOTLINE_TOKENS": "abcdefghijklmnopqrstuvwx:integration", "SLOTLINE_BUSINESS": str(BUSINESSES)}


def test_a_call_is_played_from_the_greeting_to_booked_and_a_forged_one_is_refused(tmp_path: Path, redis_url: str) -> None:
    with serving(tmp_path, REDIS_URL=redis_url, **SETTINGS) as service:
        for provider, language, told in (
            ("twilio", "", "You're booked: Drain cleaning"),
            ("signalwire", "zh-CN", "已经为您约好：疏通下水道"),
            ("jambonz", "", "You're booked: Drain cleaning"),
            ("jambonz", "zh-CN", "已经为您约好：疏通下水道"),
        ):
            more = ("--language", language) if language else ()
            played = slotline("simulate", provider, "--url", service.url, "--to", "+12025550100", *more, cwd=tmp_path, **SETTINGS)
            assert (played.returncode, played.stderr) == (0, "")
            assert told in played.stdout, played.stdout
        (tmp_path / "lines").write_text("can I speak to a person\n2025550143\n")
        for provider, secret in (("twilio", "TWILIO_AUTH_TOKEN"), ("jambonz", "JAMBONZ_WEBHOOK_SECRET")):
            played = slotline("simulate", provider, "--url", service.url, "--script", "lines", cwd=tmp_path, **SETTINGS)
            assert "(dials +12025550101, which is busy)" in played.stdout
            forged = slotline("simulate", provider, "--url", service.url, cwd=tmp_path, **{**SETTINGS, secret: "another"})
            assert (forged.returncode, forged.stderr) == (
                1,
                "slotline: 403: the signature was not taken; the service has another secret or another SLOTLINE_PUBLIC_URL\n",
            )


def test_a_call_is_played_over_a_socket(tmp_path: Path, redis_url: str) -> None:
    settings = {**SETTINGS, "SLOTLINE_TWILIO_VOICE": "relay"}
    with serving(tmp_path, REDIS_URL=redis_url, **settings) as service:
        (tmp_path / "lines").write_text("can I speak to a person\nit's Mary O'Neill\n2025550143\n")
        played = slotline("simulate", "twilio", "--url", service.url, "--script", "lines", cwd=tmp_path, **settings)
        assert (played.returncode, played.stderr) == (0, "")
        assert "(dials +12025550101, which is busy)" in played.stdout
        assert "caller  it's Mary O'Neill" in played.stdout
        for more in ((), ("--language", "zh-CN")):
            played = slotline("simulate", "twilio", "--url", service.url, "--to", "+12025550100", *more, cwd=tmp_path, **settings)
            assert (played.returncode, played.stderr) == (0, "")
            assert ("已经为您约好：疏通下水道" if more else "You're booked: Drain cleaning") in played.stdout, played.stdout
        assert [event for event in service.events if event["level"] == "error"] == []


@pytest.mark.parametrize(
    ("provider", "settings", "why"),
    [
        ("twilio", {"SLOTLINE_PUBLIC_URL": ""}, "SLOTLINE_PUBLIC_URL is not set"),
        ("telnyx", {}, "telnyx signs with a key that nobody else has"),
        ("twilio", {}, "nothing answers at"),
    ],
)
def test_what_keeps_it_from_being_played(tmp_path: Path, provider: str, settings: dict[str, str], why: str) -> None:
    played = slotline("simulate", provider, "--url", "http://127.0.0.1:9", cwd=tmp_path, **{**SETTINGS, **settings})
    assert (played.returncode, played.stdout) == (1, "")
    assert why in played.stderr


def test_the_doctor_looks_through_the_public_url(tmp_path: Path, redis_url: str) -> None:
    bare = slotline("doctor", "--telephony", "twilio", cwd=tmp_path)
    assert bare.returncode == 1
    assert "TWILIO_AUTH_TOKEN is not set" in bare.stdout
    with serving(tmp_path, REDIS_URL=redis_url, **{**SETTINGS, "SLOTLINE_PUBLIC_URL": "http://127.0.0.1:1"}) as other:
        given = {**SETTINGS, "SLOTLINE_PUBLIC_URL": other.url}
        seen = slotline("doctor", "--telephony", "twilio", cwd=tmp_path, **given)
        assert "ok  unsigned   refused" in seen.stdout
        assert "the service that runs there has other settings" in seen.stdout
        assert "ok  clock" in seen.stdout
    port = other.port
    with serving(tmp_path, port=port, REDIS_URL=redis_url, **given):
        for provider, said in (("signalwire", "ok  signed     taken"), ("jambonz", "ok  signed     taken"), ("telnyx", "--  signed     only telnyx")):
            seen = slotline("doctor", "--telephony", provider, cwd=tmp_path, **given)
            assert said in seen.stdout, seen.stdout
            assert not any(secret in seen.stdout for secret in SECRETS.values())
        everything = slotline("doctor", cwd=tmp_path, **given)
        assert "ok  jambonz    set; check it with: slotline doctor --telephony jambonz" in everything.stdout
