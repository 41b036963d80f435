"""The event client in a real Chromium, against two workers over a real Redis, by a line that can be cut.

Every pause of the module is given from here, so that nothing is waited for but what happens.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, BrowserContext, Route, sync_playwright

from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.browsers import chromium
from tests.api.cuts import Line, line_to
from tests.api.processes import Running, serving
from tests.api.stories import Story
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S, until

SUPERVISOR, VIEWER = "a-supervisors-token-000001", "a-viewers-token-000000001"
TOKENS = f"{SUPERVISOR}:supervisor,{VIEWER}:viewer"
NEVER = 10**8
"""Milliseconds that no test lasts."""
QUICK = {"first": 20, "most": 100, "open": NEVER, "request": NEVER, "health": NEVER, "silence": NEVER, "rest": 20}
WAYS = ("worker", "leader", "alone")
CONNECT = """async ({ token, path, times, share, attempts, service, lastEventId, alerts }) => {
  const { connect } = await import("/console/client.js");
  const heard = [], states = [];
  const line = connect({
    token, path, times, share, attempts: attempts ?? undefined, service: service ?? undefined, lastEventId, alerts,
    hear: (event, id) => heard.push({ id, ...event }), tell: (state) => states.push(state),
  });
  Object.assign(window, { heard, states, line });
}"""


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def service(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    given = {"REDIS_URL": redis_server.url, "SLOTLINE_TOKENS": TOKENS, "SLOTLINE_HEARTBEAT_S": "0.5"}
    with serving(tmp_path_factory.mktemp("client"), "--workers", "2", **given) as running:
        yield running


@pytest.fixture
def line(service: Running) -> Iterator[Line]:
    with line_to(service.port) as found:
        yield found


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as found:
        yield found


@pytest.fixture(scope="module")
def store(redis_server: RedisServer, portal: BlockingPortal) -> Iterator[CallStore]:
    async def opened() -> CallStore:
        return await connect(redis_server.url, channel_prefix="sse:", ttl=Ttl())

    found = portal.call(opened)
    yield found
    portal.call(found.close)


class Teller:
    """A call that says numbers, one line an event."""

    def __init__(self, portal: BlockingPortal, store: CallStore, sid: str) -> None:
        self.portal, self.sid, self.said = portal, sid, 0
        portal.call(store.erase, sid)
        self.story = Story(store, sid)
        self.say()

    def say(self, count: int = 1) -> None:
        for _ in range(count):
            self.portal.call(self.story.say, "customer", str(self.said))
            self.said += 1


class Tab:
    """A page that reads a stream."""

    def __init__(self, context: BrowserContext, url: str, **wanted: Any) -> None:
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}/health")
        self.wanted = {"token": SUPERVISOR, "path": "/events", "share": "auto", "lastEventId": "", "alerts": False, **wanted}
        self.wanted["times"] = QUICK | wanted.get("times", {})
        self.connect()

    def connect(self, **other: Any) -> None:
        names = ("attempts", "service")
        self.page.evaluate(CONNECT, {**dict.fromkeys(names), **self.wanted, **other})

    def until(self, holds: str) -> None:
        """Wait for something in the page: an expression over `heard`, `states`, `state`."""
        self.page.wait_for_function(f"() => {{ const state = line.state; return {holds}; }}")

    def until_phase(self, phase: str) -> None:
        self.until(f"state.phase === '{phase}'")

    def until_told(self, teller: Teller) -> None:
        """Until it heard the last line of a call."""
        self.until(f"heard.some(({{ payload }}) => payload.callSid === '{teller.sid}' && payload.message === '{teller.said - 1}')")

    def lines(self, teller: Teller) -> list[int]:
        """The lines of a call that it was told as events, in order."""
        said = "heard.filter(({ type, payload }) => type === 'new_message' && payload.callSid === sid).map(({ payload }) => Number(payload.message))"
        found: list[int] = self.page.evaluate(f"(sid) => {said}", teller.sid)
        return found

    def types(self) -> list[str]:
        found: list[str] = self.page.evaluate("heard.map(({ type }) => type).filter((type) => type !== 'heartbeat')")
        return found

    def phases(self) -> list[str]:
        found: list[str] = self.page.evaluate("states.map(({ phase }) => phase)")
        return [phase for number, phase in enumerate(found) if number == 0 or phase != found[number - 1]]

    def hide(self, hidden: bool = True) -> None:
        """As if another tab was chosen: a browser without a screen shows all of them."""
        self.page.evaluate("(hidden) => Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })", hidden)
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def close(self) -> None:
        self.page.close()
        assert self.errors == []


Opens = Callable[..., Tab]


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


@pytest.mark.parametrize("share", WAYS)
def test_after_a_cut_nothing_is_missing_or_told_twice(opens: Opens, line: Line, teller: Teller, share: str) -> None:
    tab = opens(share=share)
    tab.until_phase("live")
    teller.say(3)
    tab.until_told(teller)
    line.cut()
    tab.until("state.phase === 'cut' && state.retryAt > 0")
    tab.until("state.tries >= 3")
    teller.say(5)
    line.mend()
    tab.until_phase("live")
    teller.say(2)
    tab.until_told(teller)
    assert tab.lines(teller) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert tab.types().count("history") == 1
    assert tab.phases() == ["connecting", "live", "cut", "live"]
    pauses = tab.page.evaluate("states.filter(({ retryAt }) => retryAt).map(({ retryAt, tries, asOf }) => [retryAt > asOf, tries])")
    assert all(later for later, _ in pauses)
    assert [tries for _, tries in pauses][:4] == [0, 1, 2, 3]
    assert [path for path in line.asked if SUPERVISOR in path] == []
    tickets = [path for path in line.asked if "ticket=" in path]
    assert len(tickets) == len(set(tickets)) >= 2
    tab.close()


def test_a_line_that_says_nothing_is_cut(opens: Opens, line: Line, teller: Teller) -> None:
    """No end of a connection tells of it: only heartbeats that do not come."""
    tab = opens(times={"silence": 2, "request": 50})
    tab.until_phase("live")
    line.hang()
    tab.until_phase("cut")
    teller.say(3)
    line.mend()
    tab.until_phase("live")
    tab.until_told(teller)
    assert tab.lines(teller) == [1, 2, 3]


def test_whom_nobody_answers_has_no_line(opens: Opens, line: Line) -> None:
    tab = opens(times={"health": 20, "request": 200})
    tab.until_phase("live")
    line.hang()
    tab.until_phase("cut")
    line.mend()
    tab.until_phase("live")


def test_retry_now_does_not_wait_for_the_pause(opens: Opens, line: Line) -> None:
    tab = opens(times={"first": NEVER, "most": NEVER})
    tab.until_phase("live")
    line.cut()
    tab.until("state.phase === 'cut' && state.retryAt > Date.now()")
    line.mend()
    tab.page.evaluate("line.retry()")
    tab.until_phase("live")


@pytest.mark.parametrize("share", WAYS)
def test_a_limit_on_attempts(opens: Opens, line: Line, share: str) -> None:
    tab = opens(share=share, attempts=3)
    tab.until_phase("live")
    line.cut()
    tab.until_phase("over")
    assert tab.page.evaluate("states.map(({ tries }) => tries)")[-1] == 3
    line.mend()
    tab.page.evaluate("line.retry()")
    tab.until_phase("live")


@pytest.mark.parametrize("share", ["worker", "leader"])
def test_four_tabs_are_one_reader_and_the_fourth_still_gets_through(opens: Opens, line: Line, service: Running, teller: Teller, share: str) -> None:
    path = f"/calls/{teller.sid}/events"
    tabs = [opens(share=share, path=path)]
    tabs[0].until("heard.some(({ type }) => type === 'history')")
    teller.say(3)
    tabs[0].until_told(teller)
    for _ in range(3):
        tabs.append(opens(share=share, path=path))
        teller.say()
    for tab in tabs:
        tab.until_phase("live")
        tab.until("heard.some(({ type }) => type === 'history')")
    teller.say(2)
    for tab in tabs:
        tab.until_told(teller)
        known = tab.page.evaluate("heard.find(({ type }) => type === 'history').payload.history.length")
        assert tab.lines(teller) == list(range(known, teller.said)), "its own history, then each line once"
    until(lambda: line.streams == 1)
    until(lambda: _readers(service, teller) == 1)
    tabs.pop(0).close()  # the one that had the stream, where one of them has it
    teller.say(3)
    for tab in tabs:
        tab.until_told(teller)
        lines = tab.lines(teller)
        assert lines == list(range(lines[0], teller.said))
    until(lambda: line.streams == 1)
    changed = tabs[-1].page.evaluate(
        """async ([path, token]) => {
          const { ask } = await import("/console/client.js");
          return (await ask("PATCH", path, { name: "Mary O'Neill" }, { token })).status;
        }""",
        [f"/calls/{teller.sid}", SUPERVISOR],
    )
    assert changed == 200
    for tab in tabs:
        tab.until("heard.some(({ type }) => type === 'client_updated')")


def _readers(service: Running, teller: Teller) -> int:
    answer = service.http.get(f"/calls/{teller.sid}/events/health", headers={"Authorization": f"Bearer {SUPERVISOR}"})
    return int(answer.json()["readers"])


@pytest.mark.parametrize("share", WAYS)
def test_hidden_and_back(opens: Opens, line: Line, teller: Teller, share: str) -> None:
    tab = opens(share=share)
    tab.until_phase("live")
    teller.say(2)
    tab.until_told(teller)
    tab.hide()
    tab.until_phase("resting")
    until(lambda: line.streams == 0)
    teller.say(4)
    assert tab.lines(teller) == [1, 2]
    tab.hide(False)
    tab.until_phase("live")
    tab.until_told(teller)
    assert tab.lines(teller) == [1, 2, 3, 4, 5, 6]
    assert tab.types().count("history") == 1


@pytest.mark.parametrize("share", ["worker", "leader"])
def test_hidden_and_back_beside_another_tab(opens: Opens, line: Line, teller: Teller, share: str) -> None:
    tab, other = opens(share=share), opens(share=share)
    for each in (tab, other):
        each.until("heard.some(({ type }) => type === 'history')")
        each.until_phase("live")
    tab.hide()
    tab.until_phase("resting")
    teller.say(4)
    other.until_told(teller)
    asked = len(line.asked)
    tab.hide(False)
    tab.until_told(teller)
    assert tab.lines(teller) == [1, 2, 3, 4]
    if share == "worker":
        assert [path for path in line.asked[asked:] if "events" in path] == [], "what it missed was kept beside it"
    until(lambda: line.streams == 1)


def test_a_hidden_tab_that_gives_alerts_keeps_its_stream(opens: Opens, line: Line, teller: Teller) -> None:
    tab = opens(alerts=True)
    tab.until_phase("live")
    tab.hide()
    teller.say(2)
    tab.until_told(teller)
    assert tab.phases() == ["connecting", "live"]
    tab.page.evaluate("line.setAlerts(false)")
    tab.until_phase("resting")
    tab.page.evaluate("line.setAlerts(true)")
    tab.until_phase("live")
    assert tab.types().count("history") == 1


def test_a_wrong_token_none_and_one_that_was_good(opens: Opens, service: Running) -> None:
    for token, why in (("not-a-token-0000000000001", "wrong"), ("", "missing")):
        tab = opens(token=token)
        tab.until_phase("shut")
        assert tab.page.evaluate("line.state.why") == why
        assert tab.page.evaluate("heard") == []


def test_other_tokens_have_other_streams(opens: Opens, line: Line, portal: BlockingPortal, store: CallStore) -> None:
    """A viewer beside a supervisor in the same browser sees what a viewer may see."""
    teller = Teller(portal, store, "CA-secret-name")
    portal.call(teller.story.fill, "name", "Mary O'Neill")
    tabs = {token: opens(token=token, path=f"/calls/{teller.sid}/events") for token in (SUPERVISOR, VIEWER)}
    for tab in tabs.values():
        tab.until("heard.some(({ type }) => type === 'history')")
    assert "O'Neill" in tabs[SUPERVISOR].page.evaluate("JSON.stringify(heard)")
    assert "O'Neill" not in tabs[VIEWER].page.evaluate("JSON.stringify(heard)")
    assert line.streams == 2


def test_a_token_that_is_revoked_shuts_the_line(browser: Browser, redis_server: RedisServer, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens"
    tokens.write_text(f"{SUPERVISOR}:supervisor:sue\n{VIEWER}:viewer:tv\n")
    with (
        serving(tmp_path, "--workers", "2", REDIS_URL=redis_server.url, SLOTLINE_TOKENS_FILE=str(tokens)) as running,
        browser.new_context() as context,
    ):
        context.set_default_timeout(PATIENCE_S * 1000)
        tab = Tab(context, running.url)
        tab.until_phase("live")
        tokens.write_text(f"{VIEWER}:viewer:tv\n")
        tab.until_phase("shut")
        assert tab.page.evaluate("line.state.why") == "expired"
        tab.connect(token=VIEWER)
        tab.until_phase("live")
        tab.close()


def test_a_ticket_that_is_spent_is_renewed(context: BrowserContext, line: Line, service: Running, teller: Teller) -> None:
    bearer = {"Authorization": f"Bearer {SUPERVISOR}"}
    spent = service.http.post("/events/ticket", headers=bearer).json()
    with service.http.stream("GET", f"/events?ticket={spent['ticket']}") as used:
        assert used.status_code == 200
    given: list[str] = []

    def answered(route: Route) -> None:
        given.append(route.request.url)
        if len(given) == 1:
            route.fulfill(json=spent)
        else:
            route.continue_()

    context.route("**/events/ticket", answered)
    tab = Tab(context, line.url, share="alone")
    tab.until_phase("live")
    teller.say(2)
    tab.until_told(teller)
    assert (len(given), tab.phases()) == (2, ["connecting", "cut", "live"])
    tab.close()


def test_redis_away_and_back(browser: Browser, portal: BlockingPortal, tmp_path: Path) -> None:
    """The stream stays open; the page is told by what the service says of its health, and by lines that stand in no record."""
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    with serving(tmp_path, "--workers", "2", REDIS_URL=server.url, SLOTLINE_HEARTBEAT_S="0.5") as running, browser.new_context() as context:
        context.set_default_timeout(PATIENCE_S * 1000)
        said = iter(range(10**6))

        def say() -> None:  # on a connection of its own, so that either worker may take it
            httpx.post(
                f"{running.url}/ai/conversation", json={"callSid": "CA1", "customerMessage": {"message": f"number {next(said)}"}}, trust_env=False
            )

        say()
        tab = Tab(context, running.url, token="", times={"health": 20})
        tab.until("state.phase === 'live' && heard.some(({ type }) => type === 'history')")
        server.kill()
        tab.until_phase("degraded")
        while not tab.page.evaluate("heard.some(({ degraded, id }) => degraded && !id)"):
            say()
        assert tab.page.evaluate("line.state.phase") == "degraded"
        server.start()
        tab.until_phase("live")
        before = len(tab.page.evaluate("heard"))
        say()
        tab.until(f"heard.slice({before}).some(({{ type, id }}) => type === 'new_message' && id)")
        assert tab.phases()[:3] == ["connecting", "live", "degraded"]
        assert "cut" not in tab.phases()
        ids = tab.page.evaluate("heard.filter(({ type, id }) => id && type !== 'history').map(({ id }) => id)")
        assert len(ids) == len(set(ids))
        tab.close()
    server.close()
