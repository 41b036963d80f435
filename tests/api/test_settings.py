"""Settings: names, defaults, `.env`, and one clear line for whatever is wrong."""

from pathlib import Path

import pytest

from api.settings import Settings, SettingsError, read_settings, secret_names, setting_name


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(setting_name(name), raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_those_of_the_contract() -> None:
    found = read_settings()
    assert (found.host, found.port, found.workers, found.data, found.business) == ("127.0.0.1", 8080, 1, Path("data"), None)
    assert (found.call_ttl_s, found.booked_ttl_s, found.log_ttl_s, found.heartbeat_s, found.reader_queue) == (1800, 604800, 600, 30, 100)
    assert (found.redis_url, found.use_redis_sse, found.redis_sse_channel_prefix, found.tokens, found.guarded) == ("", True, "sse:", (), False)


def test_names_have_the_prefix_but_for_the_well_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "SLOTLINE_PORT": "9000",
        "PORT": "1",
        "SLOTLINE_REDIS_URL": "redis://wrong",
        "REDIS_URL": "redis://right",
        "USE_REDIS_SSE": "false",
        "TWILIO_AUTH_TOKEN": "secret",
        "SLOTLINE_CALL_TTL_S": "",
    }.items():
        monkeypatch.setenv(name, value)
    found = read_settings()
    assert (found.port, found.redis_url, found.use_redis_sse, found.twilio_auth_token) == (9000, "redis://right", False, "secret")
    assert found.call_ttl_s == 1800
    assert "secret" not in repr(found)


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SLOTLINE_PORT=1111\nSLOTLINE_HEARTBEAT_S=5\nREDIS_URL=redis://file\nSLOTLINE_WORKERS=3\n")
    monkeypatch.setenv("SLOTLINE_PORT", "2222")
    monkeypatch.setenv("SLOTLINE_WORKERS", "2")
    found = read_settings(workers="4", host=None)
    assert (found.heartbeat_s, found.redis_url, found.port, found.workers) == (5, "redis://file", 2222, 4)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SLOTLINE_PORT", "many", "integer"),
        ("SLOTLINE_PORT", "65536", "65535"),
        ("SLOTLINE_WORKERS", "0", "1"),
        ("SLOTLINE_CALL_TTL_S", "-5", "1"),
        ("SLOTLINE_HEARTBEAT_S", "0", "0"),
        ("SLOTLINE_HEARTBEAT_S", "nan", "3600"),
        ("USE_REDIS_SSE", "perhaps", "boolean"),
        ("REDIS_URL", "localhost:6379", "redis://"),
        ("REDIS_URL", "http://localhost", "redis://"),
        ("SLOTLINE_CALL_TTL_S", "9" * 40, "1000000000"),
        ("REDIS_URL", "redis://localhost?bogus=1", "option"),
        ("SLOTLINE_PUBLIC_URL", "voice.example.com", "https://"),
        ("SLOTLINE_TOKENS", "secret", "entry 1"),
        ("SLOTLINE_TOKENS", f"{'a' * 22}:viewer,secret:boss", "entry 2"),
        ("SLOTLINE_SECRET", "secret", "22"),
        ("SLOTLINE_TRUSTED_PROXIES", "10.0.0.0/8,secret", "networks"),
        ("SLOTLINE_TRUSTED_PROXIES", "10.0.0.1/8", "networks"),
    ],
)
def test_what_is_wrong_is_one_line_with_the_name_and_without_the_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        read_settings()
    line = str(caught.value)
    assert line.startswith(f"{name}: ")
    assert said in line
    assert "\n" not in line
    assert "cret" not in line


def test_trusted_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOTLINE_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,2001:db8::/32,")
    assert [str(one) for one in read_settings().trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]


def test_no_secret_stands_in_the_settings_as_they_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    names = secret_names()
    assert {"SLOTLINE_TOKENS", "SLOTLINE_SECRET", "SLOTLINE_SMTP_URL", "REDIS_URL", "TWILIO_AUTH_TOKEN", "OPENAI_API_KEY"} <= set(names)
    written = {
        "REDIS_URL": "redis://:the-secret@h",
        "SLOTLINE_SMTP_URL": "smtp://user:the-secret@h",
        "SLOTLINE_TOKENS": "the-secret-of-22-characters:viewer:tv",
        "SLOTLINE_WEBHOOK_URL": "https://h/the-secret",
        "SLOTLINE_WEBHOOK_SECRET": f"whsec_{'A' * 43}",
    }
    for name in names:
        monkeypatch.setenv(name, written.get(name, "the-secret-of-22-characters"))
    shown = repr(read_settings())
    assert "the-secret" not in shown
    assert "whsec" not in shown


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    Path(".env").write_bytes(b"SLOTLINE_PORT=\xff\xfe")
    with pytest.raises(SettingsError, match=r"^\.env cannot be read"):
        read_settings()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((host, True) for host in ("127.0.0.1", "127.8.8.8", "localhost", "::1")),
        *((host, False) for host in ("0.0.0.0", "127.evil.example", "127.0.0.1.evil.example", "127.1", "::ffff:127.0.0.1", "localhost.example", "")),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert read_settings(host=host).loopback is loopback


ODD = (
    *("x", "\x00", "a\nb", "\x1b[2J", "\ud800", "9" * 5000, "9" * 30, "-1", "1e9", "nan", "inf"),
    *("true", "[", "http://[::1", "x" * 9999, "😀", "１２", "::::", ",,,,"),
)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_any_setting_with_any_value_is_taken_or_named_on_one_line(name: str) -> None:
    for value in ODD:
        try:
            found = read_settings(**{name: value})
        except SettingsError as error:
            line = str(error)
        else:
            line = f"{setting_name(name)}: {len(found.tokens)} tokens"
        assert line.startswith(f"{setting_name(name)}: ")
        assert line.isprintable()
        assert len(line) < 300


def test_a_data_folder_that_leads_nowhere_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(SettingsError, match=r"^SLOTLINE_DATA: must be a path that leads somewhere$"):
        read_settings(data=loop / "data")
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(SettingsError, match=r"^SLOTLINE_DATA: must be a path that leads somewhere$"):
        read_settings()


def test_a_file_may_hold_what_no_environment_can(tmp_path: Path) -> None:
    Path(".env").write_bytes(b'SLOTLINE_DATA="a\0b"')
    with pytest.raises(SettingsError, match=r"^SLOTLINE_DATA: must hold no control characters$"):
        read_settings()
