"""A service that is killed at any of its writes, before Redis has it or after: started again, the same turn has one effect and the call goes on."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path

import httpx

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.faults.callers import FILLED, SAID, Left, document, events, filled, heard, left, post, serve, whole_call
from tests.faults.proxy import Proxy, When


def test_killed_at_each_write_the_same_turn_has_one_effect(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as lanes:
        walks = [lanes.submit(walk, tmp_path / when, when) for when in ("before", "after")]
        points = [walked.result() for walked in walks]
    assert points[0] == points[1] == len(SAID) + len(FILLED)


def walk(folder: Path, when: When) -> int:
    """The same call once for each of its commits, and the service killed there. Returns how many there are."""
    with closing(RedisServer()) as server, Proxy(server.socket) as proxy:
        running = serve(folder, REDIS_URL=proxy.url)
        try:
            expected, points = undisturbed(running, server, proxy)
            for number in range(1, points + 1):
                server.client.flushall()
                proxy.at_commit(number, when, partial(killed, running))
                answers = []
                for turn, said in enumerate(SAID):
                    try:
                        answer = post(running, turn, said)
                    except httpx.TransportError:
                        running.close()
                        running = serve(folder, REDIS_URL=proxy.url)
                        answer = post(running, turn, said)
                    answers.append(answer.json())
                assert not proxy.pending
                assert left(server.client, answers) == expected, f"killed {when} commit {number}"
        finally:
            running.close()
    return points


def undisturbed(running: Running, server: RedisServer, proxy: Proxy) -> tuple[Left, int]:
    """What the call leaves behind, and with how many commits."""
    heard(running, 0, "", "CA0")  # from here on Redis knows the scripts
    server.client.flushall()
    begun = proxy.commits
    answers = whole_call(running)
    assert document(server.client)["servicebooked"] is True
    assert filled(events(server.client)) == list(FILLED)
    expected = left(server.client, answers)
    assert expected.places == 1
    return expected, proxy.commits - begun


def killed(running: Running) -> bool:
    running.kill()
    return False
