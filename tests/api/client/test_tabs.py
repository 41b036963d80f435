"""Many tabs, one stream."""

import pytest
from anyio.from_thread import BlockingPortal
from playwright.sync_api import Browser, BrowserContext

from api.console.assets import assets
from storage.store import CallStore
from tests.api.client.cuts import Line
from tests.api.client.tabs import SUPERVISOR, VIEWER, Opens, Teller
from tests.api.processes import Running
from tests.patience import until


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
        tabs[-1].until("heard.some(({ type }) => type === 'history')")
        tabs[-1].until_phase("live")
    teller.say(2)
    for tab in tabs:
        tab.until_told(teller)
        known = tab.page.evaluate("heard.find(({ type }) => type === 'history').payload.history.length")
        assert tab.lines(teller) == list(range(known, teller.said)), "its own history, then each line once"
    until(lambda: line.streams == 1)
    assert line.most <= 2, "one beside it, for as long as a tab takes up what the others had"
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


def test_under_the_policy_of_the_console_a_worker_is_had(opens: Opens, line: Line, teller: Teller) -> None:
    """Trusted Types let its address in, and no other."""
    tabs = [opens(at="/", share="worker") for _ in range(2)]
    for tab in tabs:
        tab.until_phase("live")
        assert tab.page.evaluate("try_(() => new SharedWorker('/console/client.js'))".replace("try_", TRIED)) == "TypeError"
        assert tab.page.evaluate("try_(() => trustedTypes.createPolicy('another', {}))".replace("try_", TRIED)) == "TypeError"
    teller.say(2)
    for tab in tabs:
        tab.until_told(teller)


TRIED = "((does) => { try { does(); return ''; } catch (error) { return error.name; } })"


@pytest.mark.parametrize(
    "lacks",
    [
        "delete window.SharedWorker",
        "window.SharedWorker = class { constructor() { throw new TypeError('refused'); } }",
        "window.SharedWorker = class { port = new MessageChannel().port1; set onerror(fails) { setTimeout(fails); } }",
        "delete window.SharedWorker; delete window.BroadcastChannel",
    ],
    ids=["no worker", "a worker is refused", "a worker does not load", "nothing to share by"],
)
def test_what_a_browser_lacks_is_done_without(opens: Opens, context: BrowserContext, line: Line, teller: Teller, lacks: str) -> None:
    context.add_init_script(lacks)
    tabs = [opens(), opens()]
    for tab in tabs:
        tab.until_phase("live")
    teller.say(2)
    for tab in tabs:
        tab.until_told(teller)
        assert tab.lines(teller) == [1, 2]
    until(lambda: line.streams == (2 if "BroadcastChannel" in lacks else 1))


def test_a_worker_that_was_begun_ahead_and_failed_meanwhile_is_no_way(context: BrowserContext, opens: Opens, line: Line) -> None:
    fails = "set onerror(fails) { Promise.resolve().then(fails).then(() => { window.failed = true; }); }"
    context.add_init_script(f"window.SharedWorker = class {{ port = new MessageChannel().port1; {fails} }}")
    tab = opens()
    tab.until_phase("live")
    tab.page.evaluate("async () => { line.close(); failed = false; (await import('/console/client.js')).prepare(); }")
    tab.until("failed")
    tab.connect()
    tab.until_phase("live")
    until(lambda: line.streams == 1)


def test_what_was_begun_ahead_is_used_by_the_first_who_reads_and_by_no_other(opens: Opens, line: Line, teller: Teller) -> None:
    tab = opens(share="worker")
    for _ in range(2):
        tab.page.evaluate("async () => { line.close(); (await import('/console/client.js')).prepare(); }")
        for _ in range(2):
            tab.connect()
            tab.until_phase("live")
    teller.say(2)
    tab.until_told(teller)
    until(lambda: line.streams == 1)


JOIN = """async ([service, token, hash, kept]) => {
  const { Hub } = await import(`/console/${hash}/client/hub.js`);
  const { TIMES } = await import(`/console/${hash}/client/line.js`);
  const hub = new Hub(kept);
  window.join = (last) => {
    const { port1, port2 } = new MessageChannel(), ids = [];
    port1.onmessage = ({ data }) => { if (data.kind === "event" && data.id) ids.push([data.event.type, data.id, data.event.payload.message ?? ""]); };
    hub.attach(port2);
    port1.postMessage({ kind: "join", wanted: { service, token, path: "/events", last, attempts: Infinity, times: TIMES }, alive: "" });
    return ids;
  };
}"""


def test_who_was_away_for_longer_than_events_are_kept_misses_none(context: BrowserContext, line: Line, teller: Teller) -> None:
    page = context.new_page()
    page.goto(f"{line.url}/health")
    page.evaluate(JOIN, [line.url, SUPERVISOR, assets().hash, 5])
    page.evaluate("() => { window.first = join(''); }")
    page.wait_for_function("first.some(([type]) => type === 'history')")
    teller.say(20)
    page.wait_for_function(f"first.some(([,, message]) => message === '{teller.said - 1}')")
    page.evaluate("() => { window.late = join(first[1][1]); window.fresh = join(''); window.soon = join(first.at(-2)[1]); }")
    page.wait_for_function("late.length >= 19 && fresh.length >= 1 && soon.length >= 1")
    until(lambda: line.streams == 1)
    teller.say(2)
    last = f"(ids) => ids.some(([,, message]) => message === '{teller.said - 1}')"
    page.wait_for_function(f"[first, late, fresh, soon].every({last})")
    first, late, fresh, soon = page.evaluate("[first, late, fresh, soon]")
    assert late == first[2:]
    assert soon == first[-3:]
    assert [kind for kind, _, _ in fresh] == ["history", "new_message", "new_message"]


def test_nothing_of_an_erased_caller_is_kept_for_those_who_come_late(
    context: BrowserContext, line: Line, teller: Teller, portal: BlockingPortal, store: CallStore
) -> None:
    page = context.new_page()
    page.goto(f"{line.url}/health")
    page.evaluate(JOIN, [line.url, SUPERVISOR, assets().hash, 100])
    page.evaluate("() => { window.first = join(''); }")
    page.wait_for_function("first.some(([type]) => type === 'history')")
    teller.say(3)
    page.wait_for_function(f"first.some(([,, message]) => message === '{teller.said - 1}')")
    portal.call(store.erase, teller.sid)
    page.wait_for_function("first.at(-1)[0] === 'status_change'")
    page.evaluate("() => { window.late = join(first[0][1]); }")
    page.wait_for_function("late.length")
    assert [kind for kind, _, _ in page.evaluate("late")] == ["status_change"]


def test_a_worker_that_dies_is_begun_anew(browser: Browser, opens: Opens, line: Line, teller: Teller) -> None:
    tabs = [opens(share="worker") for _ in range(2)]
    for tab in tabs:
        tab.until_phase("live")
    teller.say(2)
    for tab in tabs:
        tab.until_told(teller)
    devtools = browser.new_browser_cdp_session()
    for target in devtools.send("Target.getTargets")["targetInfos"]:
        if target["type"] == "shared_worker":
            devtools.send("Target.closeTarget", {"targetId": target["targetId"]})
    until(lambda: line.asked.count("/events/ticket") > 1)
    teller.say(2)
    for tab in tabs:
        tab.until_told(teller)
        assert tab.lines(teller) == [1, 2, 3, 4]
    until(lambda: line.streams == 1)
