"""What `docs/embedding.md` shows, done by a page of another site."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from playwright.sync_api import BrowserContext, Page

from api.console.assets import assets
from storage.store import CallStore
from tests.api.client import react
from tests.api.client.cuts import Line, line_to
from tests.api.client.tabs import SUPERVISOR, TOKENS, Teller
from tests.api.processes import serving
from tests.api.test_browsers import another_site
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S, until

DOCS = Path(__file__).parents[3] / "docs"
SHOWN = re.findall(r"<script type=\"module\">\n(.*?)</script>", (DOCS / "embedding.md").read_text("utf-8"), re.DOTALL)
HOOK = (DOCS / "examples" / "use-calls.js").read_text("utf-8")
ADDRESS = "https://slotline.example.com"
BOARD = """
function Board() {
  const { calls, state } = useCalls(token);
  return h("pre", { id: "board" }, JSON.stringify({ phase: state.phase, calls }));
}
"""
PREACT = 'import { h, render } from "preact"; render(h(Board), document.body); window.leave = () => render(null, document.body);'
REACT = """
import { createElement as h } from "react";
const root = ReactDOM.createRoot(document.body);
root.render(h(React.StrictMode, null, h(Board)));
window.leave = () => root.unmount();
"""


def with_react(page: Page, line: Line) -> str:
    react.load(page, **{f"{ADDRESS}/console/client.js": f"{line.url}/console/client.js"})
    return REACT


def with_preact(page: Page, line: Line) -> str:
    """The same names and rules as React's."""
    vendor = f"{line.url}/console/{assets().hash}/page/vendor"
    mapped = {"react": f"{vendor}/hooks.js", "preact": f"{vendor}/preact.js", f"{ADDRESS}/console/client.js": f"{line.url}/console/client.js"}
    page.add_script_tag(type="importmap", content=json.dumps({"imports": mapped}))
    return PREACT


@pytest.fixture
def embedded(context: BrowserContext, redis_server: RedisServer, tmp_path: Path) -> Iterator[tuple[Page, Line]]:
    """An empty page of a listed site, and the line by which it reaches the service."""
    with another_site() as site:
        given = {"REDIS_URL": redis_server.url, "SLOTLINE_TOKENS": TOKENS, "SLOTLINE_CORS_ORIGINS": f"http://127.0.0.1:{site}"}
        with serving(tmp_path, "--workers", "2", **given) as running, line_to(running.port) as line:
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{site}/")
            yield page, line
            page.close()


def test_the_five_lines_run_and_tabs_of_the_site_share_a_stream(embedded: tuple[Page, Line], teller: Teller) -> None:
    [shown] = SHOWN
    assert len(re.findall(r"^  \w", shown, re.MULTILINE)) + 2 == 5, "with the two of the element"
    page, line = embedded
    other = page.context.new_page()
    other.goto(page.url)
    told: dict[Page, list[str]] = {page: [], other: []}
    for each, said in told.items():
        each.on("console", lambda message, said=said: said.append(message.text))
        each.add_script_tag(type="module", content=shown.replace(ADDRESS, line.url).replace("…", SUPERVISOR))
    for each, said in told.items():
        until(lambda each=each, said=said: each.evaluate("1") and "live" in said)
    teller.say()
    for each, said in told.items():
        until(lambda each=each, said=said: each.evaluate("1") and any(one.startswith(f"new_message {teller.sid} 1") for one in said))
    until(lambda: line.streams == 1)
    assert [path for path in line.asked if SUPERVISOR in path] == []


@pytest.mark.parametrize("library", [with_react, with_preact], ids=["React", "Preact"])
def test_the_hook_holds_the_open_calls(
    embedded: tuple[Page, Line], portal: BlockingPortal, store: CallStore, library: Callable[[Page, Line], str]
) -> None:
    teller = Teller(portal, store, f"CA-hook-{library.__name__}")
    page, line = embedded
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    begins = library(page, line)
    page.add_script_tag(type="module", content=f"const token = {json.dumps(SUPERVISOR)};\n{HOOK}\n{BOARD}\n{begins}")

    def until_shown(holds: str) -> None:
        found = "JSON.parse(document.getElementById('board')?.textContent ?? '{}')"
        page.wait_for_function(
            f"(sid) => {{ const {{ phase, calls }} = {found}; const call = calls?.find(({{ callSid }}) => callSid === sid); return {holds}; }}",
            arg=teller.sid,
            timeout=PATIENCE_S * 1000,
        )

    until_shown("phase === 'live' && call")
    teller.say(2)
    until_shown(f"call.lastMessage.message === '{teller.said - 1}'")
    portal.call(teller.story.fill, "name", "Mary O'Neill")
    until_shown("call.completed === 1")
    portal.call(teller.story.become, "waiting_agent")
    until_shown("call.status === 'waiting_agent'")
    portal.call(store.erase, teller.sid)
    until_shown("phase === 'live' && !call")
    page.evaluate("leave()")
    until(lambda: line.streams == 0)
    assert errors == []
