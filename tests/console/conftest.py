"""One browser and one service of two workers, for all scenes of the console."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.api.client.cuts import Line, line_to
from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.pages import ANN, Console, answering, browsing

Opens = Callable[..., Console]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Not for the whole session: its loop stays in the thread for as long as it runs, and no other could begin there."""
    with browsing() as started:
        yield started


@pytest.fixture(scope="package")
def redis_of_console() -> Iterator[RedisServer]:
    """A Redis that no other test empties under the open service."""
    server = RedisServer()
    yield server
    server.close()


@pytest.fixture(scope="package")
def service(redis_of_console: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with answering(tmp_path_factory.mktemp("console"), REDIS_URL=redis_of_console.url) as running:
        yield running


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
        sid: str = "", token: str = ANN, query: str = "", width: int = 1280, over: Line | None = None, beside: Console | None = None
    ) -> Console:
        context = beside.tab.context if beside else browser.new_context(viewport={"width": width, "height": 800}, locale="en-US")
        opened.append(Console(context.new_page(), over or service))
        return opened[-1].open(sid, token, query)

    yield open_
    for console in opened:
        console.tab.context.close()
        assert console.errors == []
