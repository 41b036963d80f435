"""How a webhook is set up, for the service and for one business; and that nothing of it is shown."""

import base64
import io
import pickle
from pathlib import Path

import pytest
from rich.console import Console

from agent.record import webhook
from agent.record.webhook import OCCASIONS, Webhook
from api import serve
from api.business_files import load, read
from api.settings import Settings, SettingsError, read_settings, secret_names, setting_name
from tests.api.processes import slotline
from tests.api.services import running, settings
from tests.outbox.receivers import NEW, OLD

URL = "https://hooks.example.com/slotline/the-hidden-path"
FILE = f"""id = "acme"\nname = "Acme"\n[outgoing]\nwebhook_url = "{URL}"\nwebhook_secret = "{NEW}"\n"""


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(setting_name(name), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_service_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().webhook is None
    monkeypatch.setenv("SLOTLINE_WEBHOOK_URL", URL)
    monkeypatch.setenv("SLOTLINE_WEBHOOK_SECRET", f"{NEW}, {OLD}")
    found = read_settings()
    assert found.webhook == Webhook(url=URL, secrets=[NEW, OLD], events=list(OCCASIONS))
    assert not found.webhook_private
    assert pickle.loads(pickle.dumps(found)).webhook == found.webhook, "as a worker is given it"
    assert "hidden" not in repr(found)
    assert NEW not in repr(found)
    assert {"SLOTLINE_WEBHOOK_URL", "SLOTLINE_WEBHOOK_SECRET"} <= set(secret_names())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"webhook_url": "hooks.example.com"}, "SLOTLINE_WEBHOOK_URL: must be a web address"),
        ({"webhook_url": "http://hooks.example.com/x"}, "SLOTLINE_WEBHOOK_URL: must begin with https://; http:// is for loopback"),
        ({"webhook_url": URL}, "SLOTLINE_WEBHOOK_SECRET: must be given with SLOTLINE_WEBHOOK_URL"),
        ({"webhook_url": URL, "webhook_secret": "hidden"}, "SLOTLINE_WEBHOOK_SECRET: must be at most 5 secrets"),
        ({"webhook_url": URL, "webhook_secret": f"{NEW},hidden"}, "SLOTLINE_WEBHOOK_SECRET: must be at most 5 secrets"),
        ({"webhook_url": URL, "webhook_secret": ",".join([NEW] * 6)}, "SLOTLINE_WEBHOOK_SECRET: must be at most 5 secrets"),
        ({"webhook_secret": "hidden"}, "SLOTLINE_WEBHOOK_SECRET: must be at most 5 secrets"),
        ({"webhook_private": "perhaps"}, "SLOTLINE_WEBHOOK_PRIVATE: "),
    ],
)
def test_what_is_wrong_with_it_is_one_line_without_the_value(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(**given)
    assert str(caught.value).startswith(said)
    assert "hidden" not in str(caught.value)


def test_plain_http_is_for_those_who_said_so() -> None:
    given = {"webhook_url": "http://10.0.0.7:9000/x", "webhook_secret": NEW}
    assert settings(**given, webhook_private=True).webhook == Webhook(url="http://10.0.0.7:9000/x", secrets=[NEW])


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "//hooks.example.com", "ftp://hooks.example.com", "https://", "https:///x", "https://user:pw@hooks.example.com", "https://a@b"),
        *("https://hooks.example.com/x#y", "https://hooks.example.com/a b", "https://hooks..example.com", "https://-.example.com", "https://ho\nst"),
        *("https://bücher.example", "https://hooks.example.com:0", "https://hooks.example.com:65536", "https://hooks.example.com:x", "https://[::"),
        *("https://[10.0.0.1]", f"https://{'a' * 64}.example", "https://hooks.example.com\\@evil.example", "https://host/ü", "HTTPS://host"),
    ],
)
def test_no_address(url: str) -> None:
    assert not webhook.is_address(url)


@pytest.mark.parametrize(
    "url", [URL, "https://h", "https://xn--bcher-kva.example/x?y=1&z", "https://[2001:db8::1]:8443/x", "https://10.0.0.7", "https://h?x"]
)
def test_an_address(url: str) -> None:
    assert webhook.is_address(url)


@pytest.mark.parametrize(
    ("secret", "good"),
    [
        *((f"whsec_{base64.b64encode(b'x' * count).decode()}", 24 <= count <= 64) for count in (0, 23, 24, 25, 26, 64, 65)),
        (f"whsec_{base64.b64encode(b'x' * 25).decode().rstrip('=')}", True),
        *((text, False) for text in ("", "whsec_", NEW.removeprefix("whsec_"), f"whsk_{'A' * 43}", f"whsec_{'A' * 42}!", f"whsec_{'ä' * 43}")),
    ],
)
def test_a_secret_is_written_as_the_standard_says(secret: str, good: bool) -> None:
    assert webhook.is_secret(secret) is good


def test_a_business_s_own() -> None:
    business = read("x.toml", (FILE + 'webhook_events = ["booking.created", "handoff.wanted"]').encode())
    assert business.outgoing.webhook == Webhook(url=URL, secrets=[NEW], events=["booking.created", "handoff.wanted"])
    shown = io.StringIO()
    Console(file=shown).print(business)
    for text in (repr(business), str(business), shown.getvalue()):
        assert "hooks.example.com" in text
        assert "hidden" not in text
        assert NEW not in text


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        (URL, "hidden", "outgoing.webhook_url: must be a web address"),
        (f'webhook_url = "{URL}"', "", "outgoing.webhook_url: must be given with the other one"),
        (f'webhook_secret = "{NEW}"', "", "outgoing.webhook_secret: must be given with the other one"),
        (NEW, ",".join([NEW] * 6), "outgoing.webhook_secret: must be 1 to 5 secrets"),
        (NEW, "hidden", "outgoing.webhook_secret: must be 1 to 5 secrets with commas between, such as"),
        ("webhook_secret", "webhook_secrets", "unknown field `webhook_secrets` - at `$.outgoing`"),
        (f'webhook_secret = "{NEW}"', f'webhook_secret = "{NEW}"\nwebhook_events = ["booking.moved"]', "$.outgoing.webhook_events"),
        (f'webhook_url = "{URL}"\nwebhook_secret = "{NEW}"', 'webhook_events = ["call.ended"]', "outgoing.webhook_url: must be given with"),
    ],
)
def test_what_is_wrong_with_that_is_one_line_without_the_value(was: str, becomes: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^x\.toml: ") as caught:
        read("x.toml", FILE.replace(was, becomes).encode())
    assert said in str(caught.value)
    for hidden in ("hidden", NEW):
        assert hidden not in str(caught.value)


def test_a_business_s_plain_http_stops_the_start_unless_the_service_may(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(FILE.replace("https://hooks.example.com", "http://10.0.0.7"))
    with pytest.raises(SettingsError, match=r"^SLOTLINE_BUSINESS: acme: outgoing\.webhook_url: must begin with https://"):
        serve.check(settings(business=file))
    serve.check(settings(business=file, webhook_private=True))
    assert load(file).default.outgoing.webhook is not None


@pytest.mark.anyio
async def test_no_answer_shows_anything_of_it(tmp_path: Path) -> None:
    file = tmp_path / "acme.toml"
    file.write_text(FILE)
    async with running(business=file, webhook_url=URL, webhook_secret=OLD) as caller:
        await caller.say("hello")
        paths = (await caller.http.get("/openapi.json")).json()["paths"]
        asked = ["/openapi.json", "/docs", *(path.replace("{callSid}", "CA1") for path, methods in paths.items() if "get" in methods)]
        answers = [await caller.http.get(path) for path in asked if "{" not in path and not path.endswith("/events")]
    assert len(answers) >= 10
    for answer in answers:
        assert "whsec_A" not in answer.text, answer.url
        assert "whsec_B" not in answer.text, answer.url
        assert "the-hidden" not in answer.text, answer.url


def test_the_doctor_says_who_is_told_and_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "firms").mkdir()
    (tmp_path / "firms" / "acme.toml").write_text(FILE + 'webhook_events = ["booking.created"]\n')
    (tmp_path / "firms" / "garage.toml").write_text('id = "garage"\nname = "Garage"\n')
    given = {"SLOTLINE_PORT": "9", "SLOTLINE_BUSINESS": "firms", "SLOTLINE_WEBHOOK_SECRET": f"{NEW},{OLD}"}
    both = slotline("doctor", cwd=tmp_path, SLOTLINE_WEBHOOK_URL=URL.replace("hooks", "ours"), **given)
    assert both.returncode == 0, both.stdout
    assert "ok  webhooks   Acme: hooks.example.com, booking.created, signed with 1 secret\n" in both.stdout
    assert "ok  webhooks   every business without its own: ours.example.com, everything, signed with 2 secrets\n" in both.stdout
    assert "hidden" not in both.stdout
    assert "whsec" not in both.stdout
    none = slotline("doctor", cwd=tmp_path, SLOTLINE_PORT="9")
    assert "--  webhooks   none; nobody else is told of bookings" in none.stdout
    (tmp_path / "firms" / "acme.toml").write_text(FILE.replace("https:", "http:"))
    plain = slotline("doctor", cwd=tmp_path, **given)
    assert (plain.returncode, "!!  webhooks   Acme: the address must begin with https://" in plain.stdout) == (1, True)
