"""A browser, two workers over a real Redis, and a line between them that can be cut."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.browsers import chromium
from tests.api.client.cuts import Line, line_to
from tests.api.client.tabs import TOKENS, Opens, Tab, Teller
from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # A container has no namespaces for the sandbox of a browser that runs as root.
        started = playwright.chromium.launch(executable_path=chromium(playwright), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One user of the browser: tabs of the same share a worker, those of another do not."""
    found = browser.new_context()
    found.set_default_timeout(PATIENCE_S * 1000)
    yield found
    found.close()


@pytest.fixture(scope="package")
def service(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    given = {"REDIS_URL": redis_server.url, "SLOTLINE_TOKENS": TOKENS, "SLOTLINE_HEARTBEAT_S": "0.5"}
    with serving(tmp_path_factory.mktemp("client"), "--workers", "2", **given) as running:
        yield running


@pytest.fixture
def line(service: Running) -> Iterator[Line]:
    with line_to(service.port) as found:
        yield found


@pytest.fixture(scope="package")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as found:
        yield found


@pytest.fixture(scope="package")
def store(redis_server: RedisServer, portal: BlockingPortal) -> Iterator[CallStore]:
    async def opened() -> CallStore:
        return await connect(redis_server.url, channel_prefix="sse:", ttl=Ttl())

    found = portal.call(opened)
    yield found
    portal.call(found.close)


@pytest.fixture
def opens(context: BrowserContext, line: Line) -> Iterator[Opens]:
    """Opens tabs that read over the line."""
    tabs: list[Tab] = []

    def opened(**wanted: Any) -> Tab:
        tabs.append(Tab(context, line.url, **wanted))
        return tabs[-1]

    yield opened
    assert [tab.errors for tab in tabs if tab.errors] == []


@pytest.fixture
def teller(portal: BlockingPortal, store: CallStore, request: pytest.FixtureRequest) -> Teller:
    return Teller(portal, store, re.sub(r"\W+", "-", f"CA-{request.node.name[-60:]}"))
