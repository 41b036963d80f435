"""Whether a Redis takes writes, asked of all of it: a cluster of three shards, one of which is killed, hung, or lost for good."""

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage.cluster_store import ClusterStore
from storage.connect import probing
from storage.errors import StoreUnavailable
from storage.reaching import refuses
from tests.conftest import RedisServer
from tests.patience import until
from tests.storage.test_going_over import back, host, insist, is_whole, named

pytestmark = pytest.mark.anyio
SLOTS = 16_384


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def node(stack: ExitStack, *more: str) -> RedisServer:
    port = free_port()
    options = ("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no", "--bind", "127.0.0.1", "--cluster-port", str(free_port()))
    server = RedisServer(*options, *more, "--port", str(port))
    stack.callback(server.close)
    stack.callback(server.process.send_signal, signal.SIGCONT)
    server.url = f"redis://127.0.0.1:{port}/0"
    return server


def ask(server: RedisServer, *parts: object) -> object:
    return server.client.execute_command(*parts)


def whole(server: RedisServer, nodes: int) -> Callable[[], bool]:
    def found() -> bool:
        state = server.client.execute_command("CLUSTER INFO")
        return (state["cluster_state"], state["cluster_known_nodes"], state["cluster_slots_assigned"]) == ("ok", str(nodes), str(SLOTS))

    return found


@pytest.fixture(scope="module")
def made() -> Iterator[list[RedisServer]]:
    with ExitStack() as stack:
        servers = [node(stack) for _ in range(3)]
        for number, server in enumerate(servers):
            ask(server, "CLUSTER", "ADDSLOTS", *range(number * SLOTS // 3, (number + 1) * SLOTS // 3))
            for other in servers[:number]:
                host, port = "127.0.0.1", other.url.split(":")[-1].split("/")[0]
                ask(server, "CLUSTER", "MEET", host, port, other.client.config_get("cluster-port")["cluster-port"])
        for server in servers:
            until(whole(server, 3))
        yield servers


async def fails(probe: Callable[[], object]) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        await probe()  # type: ignore[misc]
    return caught.value


@pytest.mark.parametrize("which", range(3))
async def test_a_call_goes_on_whichever_shard_hangs(made: list[RedisServer], tmp_path: Path, which: int) -> None:
    await asyncio.to_thread(lambda: [server.client.flushall() for server in made])
    async with host(made[0], tmp_path) as spare:
        assert isinstance(spare.redis, ClusterStore)
        await insist(spare.store, "CA1", named(1))
        made[which].process.send_signal(signal.SIGSTOP)
        try:
            assert not await spare.breaker.is_well()
            for number in (2, 3):
                await insist(spare.store, "CA1", named(number))
            assert (await spare.store.open("CA1", "t1")).answer == b"answer 1"
        finally:
            made[which].process.send_signal(signal.SIGCONT)
        await back(spare)
        await insist(spare.store, "CA1", named(4))
        await is_whole(spare, 4)


async def test_a_shard_that_refuses_to_write_says_so(made: list[RedisServer]) -> None:
    probe = probing(made[0].url)
    made[2].client.config_set("maxmemory", 1)
    try:
        assert refuses(await fails(probe))
    finally:
        made[2].client.config_set("maxmemory", 0)
    await probe()


async def test_who_knows_the_shards_needs_no_certain_one_to_ask(made: list[RedisServer]) -> None:
    """The node that the URL names is gone for good, and another has its slots."""
    probe = probing(made[0].url)
    await probe()
    made[0].kill()
    assert not refuses(await fails(probe))
    for server in made[1:]:
        ask(server, "CLUSTER", "FORGET", gone_of(server, made[0]))
    ask(made[1], "CLUSTER", "ADDSLOTS", *range(SLOTS // 3))
    until(whole(made[1], 2))
    until(whole(made[2], 2))
    await probe()


async def test_a_cluster_whose_nodes_tell_no_host_is_asked_where_the_url_leads() -> None:
    with ExitStack() as stack:
        server = node(stack, "--cluster-preferred-endpoint-type", "unknown-endpoint")
        ask(server, "CLUSTER", "ADDSLOTS", *range(SLOTS))
        until(whole(server, 1))
        probe = probing(server.url)
        await probe()
        server.client.config_set("maxmemory", 1)
        assert refuses(await fails(probe))


@pytest.mark.parametrize("how", ["unknown", "not allowed"])
async def test_a_redis_that_may_not_be_asked_for_its_cluster_is_written_to(how: str) -> None:
    with ExitStack() as stack:
        server = RedisServer(*(("--rename-command", "CLUSTER", "") if how == "unknown" else ()))
        stack.callback(server.close)
        server.client.acl_setuser("app", enabled=True, passwords=["+pw"], keys=["*"], channels=["*"], categories=["+@all"], commands=["-cluster"])
        probe = probing(server.url.replace("://", "://app:pw@"))
        await probe()
        server.client.config_set("maxmemory", 1)
        assert refuses(await fails(probe))


def gone_of(server: RedisServer, other: RedisServer) -> str:
    """The id of a node by its port."""
    port = other.url.split(":")[-1].split("/")[0]
    nodes = server.client.execute_command("CLUSTER NODES")
    return next(str(found["node_id"]) for address, found in nodes.items() if address.split("@")[0].endswith(f":{port}"))
