"""What is told of the journal of a host to whoever runs it: health, metrics, the doctor."""

import asyncio
from pathlib import Path

import pytest

from api.journal_check import OVER_A_NETWORK, filesystem
from api.registry import JOURNAL, JOURNAL_UP
from tests.api.processes import slotline
from tests.api.services import client, settings
from tests.api.test_host_log import host
from tests.api.test_metrics import figures
from tests.conftest import RedisServer

MOUNTS = """overlay / overlay rw 0 0
/dev/vda /srv ext4 rw 0 0
filer:/calls /srv/shared nfs4 rw 0 0
//filer/calls /mnt/of\\040windows cifs rw 0 0
tmpfs /srv/shared/own tmpfs rw 0 0
torn
"""


@pytest.mark.parametrize(
    ("path", "kind", "network"),
    [
        ("/home/slotline/data", "overlay", False),
        ("/srv/data/journal", "ext4", False),
        ("/srv/shared/data", "nfs4", True),
        ("/srv/sharedother", "ext4", False),
        ("/mnt/of windows/data", "cifs", True),
        ("/srv/shared/own/data", "tmpfs", False),
    ],
)
def test_the_kind_of_disk_is_told_by_the_mounts(path: str, kind: str, network: bool) -> None:
    assert filesystem(Path(path), MOUNTS) == kind
    assert bool(OVER_A_NETWORK.match(kind)) == network


def test_without_a_table_of_mounts_nothing_is_said_of_the_disk() -> None:
    assert filesystem(Path("/srv"), "") == ""


def doctor(data: Path, **more: str) -> list[str]:
    found = slotline("doctor", cwd=data.parent, SLOTLINE_DATA=str(data), SLOTLINE_PORT="9", REDIS_URL="redis://127.0.0.1:9/0", **more)
    return [line for line in found.stdout.splitlines() if "journal" in line]


@pytest.mark.anyio
async def test_what_waits_is_told_by_health_metrics_and_the_doctor(tmp_path: Path) -> None:
    data, server = tmp_path / "data", RedisServer()
    try:
        async with host(server, data) as (one, other):
            before = figures((await one.http.get("/metrics", headers=one.headers)).text)
            assert (before["slotline_store_breaker_open", ""], before[JOURNAL_UP, ""]) == (0, 1)
            assert [before[name, ""] for name in JOURNAL] == [0, 0, 0]
            server.kill()
            await one.say("hello", "1")
            await one.say("hello", "1", "CA2")
            await other.sees_redis_away()
            for worker in (one, other):
                worker.service.api.state.parts.journal._until = 0.0
                standing = (await worker.asked("GET", "/health"))["parts"]["journal"]
                assert (standing["status"], standing["calls"], standing["steps"]) == ("waiting", 2, 2)
                told = figures((await worker.http.get("/metrics", headers=worker.headers)).text)
                assert (told["slotline_store_breaker_open", ""], told[JOURNAL_UP, ""], told["slotline_store_up", ""]) == (1, 1, 0)
                calls, steps, seconds = (told[name, ""] for name in JOURNAL)
                assert (calls, steps) == (2, 2)
                assert seconds > 0
            (said,) = await asyncio.to_thread(doctor, data)
            assert said.startswith("--  journal")
            assert "can be written; 2 calls with 2 steps wait for Redis, since 20" in said
    finally:
        server.close()


@pytest.mark.anyio
async def test_a_journal_that_takes_nothing_is_told_and_turns_are_not_ready_without_redis(tmp_path: Path) -> None:
    data, server = tmp_path / "data", RedisServer()
    data.mkdir()
    (data / "journal").write_text("in its place")
    try:
        async with host(server, data, workers=1) as (one,):
            standing = (await one.asked("GET", "/health"))["parts"]["journal"]
            assert standing == {"status": "unavailable", "why": "folder"}
            told = figures((await one.http.get("/metrics", headers=one.headers)).text)
            assert told[JOURNAL_UP, ""] == 0
            assert not {(name, "") for name in JOURNAL} & told.keys()
            assert (await one.http.get("/ready")).status_code == 200
            server.kill()
            await one.say("hello", "1")
            assert (await one.http.get("/ready")).status_code == 503
    finally:
        server.close()
    (said,) = await asyncio.to_thread(doctor, data)
    assert said.startswith("!!  journal")
    assert "takes no steps (folder)" in said


@pytest.mark.anyio
async def test_where_there_is_none_nothing_is_told_of_it() -> None:
    from api.app import Service

    service = Service(settings())
    async with service.api.router.lifespan_context(service.api), client(service) as http:
        told = figures((await http.get("/metrics")).text)
        assert not [name for name, _ in told if "journal" in name]
        assert "journal" not in (await http.get("/health")).json()["parts"]


def test_the_doctor_makes_no_journal_and_says_what_is_set(tmp_path: Path) -> None:
    assert "is made when the service starts" in doctor(tmp_path / "data")[0]
    assert not (tmp_path / "data").exists()
    assert "SLOTLINE_JOURNAL is false" in doctor(tmp_path / "data", SLOTLINE_JOURNAL="false")[0]


@pytest.mark.anyio
async def test_that_something_waits_is_seen_at_once(tmp_path: Path) -> None:
    server = RedisServer()
    try:
        async with host(server, tmp_path, 1) as (one,):
            standing = one.service.api.state.parts.journal
            standing._until = float("inf")  # whatever the clock says
            assert (await standing.look()).steps == 0
            server.kill()
            await one.say("hello", "1")
            assert (await standing.look()).steps > 0
    finally:
        server.close()
