"""One tab and its line: cut, silent, hidden, given up, refused, and over a Redis that goes away."""

from contextlib import closing
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import BlockingPortal
from playwright.sync_api import Browser, BrowserContext, Route

from tests.api.client.cuts import Line
from tests.api.client.tabs import NEVER, SUPERVISOR, VIEWER, WAYS, Opens, Tab, Teller
from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S, until


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
    line.carry_on()
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
    tab = opens(times={"silence": 2})
    tab.until_phase("live")
    line.hang()
    tab.until_phase("cut")
    teller.say(3)
    line.carry_on()
    tab.until_phase("live")
    tab.until_told(teller)
    assert tab.lines(teller) == [1, 2, 3]


def test_whom_nobody_answers_has_no_line(opens: Opens, line: Line) -> None:
    tab = opens(times={"health": 20, "request": 1000})
    tab.until_phase("live")
    line.hang()
    tab.until_phase("cut")
    line.carry_on()
    tab.until_phase("live")


def test_retry_now_does_not_wait_for_the_pause(opens: Opens, line: Line) -> None:
    tab = opens(times={"first": NEVER, "most": NEVER})
    tab.until_phase("live")
    line.cut()
    tab.until("state.phase === 'cut' && state.retryAt > Date.now()")
    line.carry_on()
    tab.page.evaluate("line.retry()")
    tab.until_phase("live")


@pytest.mark.parametrize("share", WAYS)
def test_a_limit_on_attempts(opens: Opens, line: Line, share: str) -> None:
    tab = opens(share=share, attempts=3)
    tab.until_phase("live")
    line.cut()
    tab.until_phase("over")
    assert tab.page.evaluate("states.map(({ tries }) => tries)")[-1] == 3
    line.carry_on()
    tab.page.evaluate("line.retry()")
    tab.until_phase("live")


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


@pytest.mark.parametrize("journal", [True, False], ids=["journal", "no journal"])
def test_redis_away_and_back(browser: Browser, portal: BlockingPortal, tmp_path: Path, journal: bool) -> None:
    """The stream stays open; the page is told by what the service says of its health, and by events that stand in no log yet, or in none ever."""
    with (
        closing(RedisServer("--appendonly", "yes", "--appendfsync", "always")) as server,
        serving(tmp_path, "--workers", "2", REDIS_URL=server.url, SLOTLINE_HEARTBEAT_S="0.5", SLOTLINE_JOURNAL=str(journal)) as running,
        browser.new_context() as context,
    ):
        context.set_default_timeout(PATIENCE_S * 1000)
        said = iter(range(10**6))

        def say() -> None:  # on a connection of its own, so that either worker may take it
            httpx.post(
                f"{running.url}/ai/conversation", json={"callSid": "CA1", "customerMessage": {"message": f"number {next(said)}"}}, trust_env=False
            )

        say()
        patient = {"first": 50, "most": 500, "health": 20, "silence": 60}  # a busy machine may be silent for longer than two beats
        tab = Tab(context, running.url, token="", times=patient)
        tab.until("state.phase === 'live' && heard.some(({ type }) => type === 'history')")
        server.kill()
        tab.until_phase("degraded")
        while not tab.page.evaluate("heard.some(({ degraded, id }) => degraded && !id)"):
            say()
        assert tab.page.evaluate("line.state.phase") == "degraded"
        late = Tab(context, running.url, token="", share="alone", times=patient)
        if journal:
            late.until("state.phase === 'degraded' && state.kept && state.awaySince > 0")
            late.until("heard.some(({ type, degraded, id }) => type === 'history' && degraded && !id)")
            beside = Tab(context, running.url, token="", times=patient)  # shares the line of the first, which cannot tell it what came before
            beside.until("state.phase === 'degraded' && heard.some(({ type, degraded }) => type === 'history' && degraded)")
        else:
            late.until("state.phase === 'cut' && state.why === 'store'")
        server.start()
        late.until("state.phase === 'live' && state.why === '' && heard.some(({ type, id }) => type === 'history' && id)")
        if journal:
            beside.until("state.phase === 'live' && heard.some(({ type, id }) => type === 'history' && id)")
            beside.close()
        late.close()
        tab.until_phase("live")
        before = len(tab.page.evaluate("heard"))
        say()
        tab.until(f"heard.slice({before}).some(({{ type, id }}) => type === 'new_message' && id)")
        assert tab.phases()[:3] == ["connecting", "live", "degraded"]
        assert "cut" not in tab.phases()
        ids = tab.page.evaluate("heard.filter(({ type, id }) => id && type !== 'history').map(({ id }) => id)")
        assert len(ids) == len(set(ids))
        tab.close()
