"""One browser and one service of two workers, for all that is done at the console."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.api.client.cuts import Line, line_to
from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.console.looks import play
from tests.console.pages import ANN, PATIENT, Console, answering, browsing
from tests.console.panels import Panel

Opens = Callable[..., Console]
Plays = Callable[..., Panel]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the whole session: its loop stays in the thread for as long as it runs, and no other could begin there."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="module")
def redis_of_console() -> Iterator[RedisServer]:
    """A Redis that no other test empties under the open service, and in which no other module's calls take rows or hours."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def service(redis_of_console: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with answering(tmp_path_factory.mktemp("console"), REDIS_URL=redis_of_console.url, **PATIENT) as running:
        yield running


@pytest.fixture(scope="module")
def played(service: Running) -> Running:
    """With a call for each state (`looks.py`)."""
    play(service)
    return service


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that nobody has called yet."""
    server = RedisServer()
    with answering(tmp_path_factory.mktemp("quiet"), REDIS_URL=server.url, **PATIENT) as running:
        yield running
    server.close()


@pytest.fixture
def line(service: Running) -> Iterator[Line]:
    """Between a browser and the service: it can be cut."""
    with line_to(service.port) as found:
        yield found


@pytest.fixture
def opens(browser: Browser, service: Running) -> Iterator[Opens]:
    """Opens the console in a browser of its own each time it is called, or in a tab beside another one."""
    opened: list[Console] = []

    def open_(
        sid: str = "", token: str = ANN, query: str = "", width: int = 1280, over: Line | Running | None = None, beside: Console | None = None
    ) -> Console:
        context = beside.tab.context if beside else browser.new_context(viewport={"width": width, "height": 800}, locale="en-US")
        opened.append(Console(context.new_page(), over or service))
        return opened[-1].open(sid, token, query)

    yield open_
    for console in opened:
        # A page asks again on its own; an answer that a test makes up is not to be waited for by a page that closes.
        if not console.tab.is_closed():
            console.tab.unroute_all(behavior="ignoreErrors")
        console.tab.context.close()
        assert console.errors == []


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service as it is at home: the business that ships, and no tokens."""
    redis = RedisServer()
    with serving(tmp_path_factory.mktemp("home"), REDIS_URL=redis.url, SLOTLINE_HEARTBEAT_S="0.5") as running:
        yield running
    redis.close()


@pytest.fixture
def plays(browser: Browser, home: Running) -> Iterator[Plays]:
    """Opens the caller's panel at home, in a browser of its own, each time it is called."""
    opened: list[Panel] = []

    def play(**given: Any) -> Panel:
        opened.append(Panel(browser, home, **given))
        if not given.get("by_hand"):
            opened[-1].press("Be the caller")
        return opened[-1]

    yield play
    for panel in opened:
        panel.context.close()
        assert panel.errors == []
