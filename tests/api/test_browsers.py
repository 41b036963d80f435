"""What `docs/browsers.md` shows, done by a real browser: a page of another site that reads a stream with tickets."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.api.browsers import chromium
from tests.api.doors import IDENTITIES, TOKENS
from tests.api.feeds import Teller
from tests.api.services import served
from tests.patience import PATIENCE_S

SHOWN = re.findall(r"```js\n(.*?)```", (Path(__file__).parents[2] / "docs/browsers.md").read_text("utf-8"), re.DOTALL)


class _Site(BaseHTTPRequestHandler):
    """An empty page, whatever is asked for."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@contextmanager
def another_site() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Site) as site:
        thread = threading.Thread(target=site.serve_forever, daemon=True)
        thread.start()
        yield site.server_port
        site.shutdown()
        thread.join(PATIENCE_S)


def _watching(tab: Page, site: str, service: str) -> None:
    """Open a page of that site and let it do what the docs show."""
    tab.goto(site)
    given = f"const service = '{service}', token = '{IDENTITIES['viewer']}', told = [], show = (event) => told.push(event), signIn = () => {{}};"
    tab.evaluate(f"() => {{ {given} {SHOWN[0]} Object.assign(window, {{ told, watch }}); }}")


def _wait_for(tab: Page, count: int) -> list[str]:
    """The types of all events so far, once there are that many."""
    tab.wait_for_function(f"told.filter((event) => event.type !== 'heartbeat').length >= {count}", timeout=PATIENCE_S * 1000)
    return [str(kind) for kind in tab.evaluate("told.map((event) => event.type)")]


def test_a_page_of_a_listed_site_resumes_with_a_new_ticket_and_no_token_is_in_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.streams.SPREAD_MS", (1, 1))
    with sync_playwright() as playwright, another_site() as site:
        browser = playwright.chromium.launch(executable_path=chromium(playwright), args=["--no-sandbox"])
        with served(tokens=TOKENS, cors_origins=f"http://127.0.0.1:{site}") as (service, server, port):
            loop = server.servers[0].get_loop()
            teller = Teller(service.api.state.parts.store, "CA1")

            def tell() -> None:
                asyncio.run_coroutine_threadsafe(teller.tell(), loop).result(PATIENCE_S)

            tab = browser.new_page()
            asked: list[str] = []
            tab.on("request", lambda request: asked.append(request.url))
            _watching(tab, f"http://127.0.0.1:{site}/", f"http://127.0.0.1:{port}")
            tab.evaluate("watch()")
            assert _wait_for(tab, 2) == ["connected", "history"]
            tell()
            assert _wait_for(tab, 3)[2:] == ["progress"]
            loop.call_soon_threadsafe(service._streams.end)
            tell()
            assert _wait_for(tab, 5)[3:] == ["connected", "progress"], "it resumed, and was told nothing twice"
            tickets = [url for url in asked if "ticket=" in url]
            assert len(set(tickets)) >= 2
            assert [url for url in asked if IDENTITIES["viewer"] in url] == []

            _watching(tab, f"http://localhost:{site}/", f"http://127.0.0.1:{port}")
            assert tab.evaluate(f"fetch('http://127.0.0.1:{port}/health').then(() => 'read', () => 'kept')") == "kept"
            tab.close()
        browser.close()
