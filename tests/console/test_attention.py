"""Calling a supervisor to the screen: title, icon, sound, notification, and an emergency that stays. However many tabs are open, once."""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api.client.cuts import Line, line_to
from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.pages import FAR, Caller, Console, answering
from tests.patience import until

DOUBLES = """(() => {
  window.tones = [];
  const create = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () { const made = create.call(this); tones.push(made); return made; };
  window.notes = [];
  window.Notification = class {
    static permission = "granted";
    constructor(title, options) { Object.assign(this, options); notes.push(this); }
    close() { this.closed = true; }
  };
})()"""
"""Sound is made as ever and counted; the system's notifications, which no test can see, are kept in `notes`."""
URGENT, USUAL = 880, 587
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that nobody else calls."""
    redis = RedisServer()
    with answering(tmp_path_factory.mktemp("attention"), REDIS_URL=redis.url) as running:
        yield running
    redis.close()


class Desk:
    """A supervisor's browser, with as many tabs as they like."""

    def __init__(self, context: BrowserContext, service: Running) -> None:
        self.context, self.service = context, service
        self.tabs: list[Console] = []

    def tab(self, sid: str = "", over: Line | None = None) -> Console:
        self.tabs.append(Console(self.context.new_page(), over or self.service).open(sid))
        expect(self.tabs[-1].line).to_contain_text("Live")
        return self.tabs[-1]

    def caller(self, sid: str, *lines: str) -> Caller:
        found = Caller(self.service, sid, f"+120255501{len(sid):02}")
        found.say("", *lines)
        return found


Opened = Callable[..., Desk]


@pytest.fixture
def sits(browser: Browser, quiet: Running) -> Iterator[Opened]:
    """A desk where nobody calls yet."""
    opened: list[Desk] = []

    def sit(width: int = 1280) -> Desk:
        context = browser.new_context(viewport={"width": width, "height": 800}, locale="en-US")
        context.add_init_script(DOUBLES)
        opened.append(Desk(context, quiet))
        every = Caller(quiet, "")
        for call in every.asked("GET", "/calls")["calls"]:
            every.asked("DELETE", f"/calls/{call['callSid']}")
        return opened[-1]

    yield sit
    for desk in opened:
        desk.context.close()
        for console in desk.tabs:
            assert console.errors == []


def listens(console: Console) -> None:
    """Sound is on, and the browser allows it: somebody clicked."""
    bell = console.tab.get_by_role("button", name="Sound on")
    if bell.get_attribute("aria-pressed") == "true":
        console.tab.get_by_role("heading", name="Closed").click()
    else:
        bell.click()
    expect(bell).to_have_attribute("data-waits", "false")
    expect(bell).to_have_attribute("aria-pressed", "true")


def tones(page: Page) -> list[int]:
    found: list[int] = page.evaluate("tones.map((tone) => Math.round(tone.frequency.value))")
    return found


def rung(first: Console, second: Console, wanted: list[int]) -> bool:
    """Whether both tabs together have rung so."""
    return tones(first.tab) + tones(second.tab) == wanted


def alarms(page: Page) -> int:
    """How many tabs ring for an emergency."""
    held: int = page.evaluate("async () => (await navigator.locks.query()).held.filter(({ name }) => name === 'slotline alarm').length")
    return held


def test_title_and_icon_say_how_many_wait(sits: Opened) -> None:
    desk = sits()
    console = desk.tab()
    expect(console.tab).to_have_title("Slotline")
    first = desk.caller("CA-title", "Tom Baker", "can I talk to a person please")
    expect(console.tab).to_have_title("(1) Slotline")
    desk.caller("CA-title-2", "Ella Fitz", "can I talk to a person please")
    expect(console.tab).to_have_title("(2) Slotline")
    expect(console.tab.locator("#favicon")).to_have_attribute("href", re.compile(r"/favicon-alert\.svg$"))
    for sid in ("CA-title", "CA-title-2"):
        first.asked("POST", f"/calls/{sid}/takeover", body={"agentId": "ann"})
    expect(console.tab).to_have_title("Slotline")
    expect(console.tab.locator("#favicon")).to_have_attribute("href", re.compile(r"/favicon\.svg$"))


def test_each_need_is_rung_once_by_one_of_the_tabs(sits: Opened) -> None:
    desk = sits()
    listens(first := desk.tab())
    listens(second := desk.tab())
    for at, sid in enumerate(("CA-ring", "CA-ring-2"), 1):
        desk.caller(sid, "Tom Baker", "can I talk to a person please")
        for console in (first, second):
            expect(console.tab).to_have_title(f"({at}) Slotline")
        until(partial(rung, first, second, [USUAL] * 2 * at))


def test_an_emergency_rings_in_one_tab_until_somebody_takes_it(sits: Opened) -> None:
    desk = sits()
    listens(first := desk.tab())
    listens(second := desk.tab())
    caller = desk.caller("CA-gas", "I smell gas")
    until(lambda: tones(first.tab) or tones(second.tab))
    rings, other = (first, second) if tones(first.tab) else (second, first)
    until(lambda: tones(rings.tab) == [URGENT] * 6)
    assert tones(other.tab) == []
    rings.tab.close()
    until(lambda: tones(other.tab)[:3] == [URGENT] * 3)
    caller.asked("POST", "/calls/CA-gas/takeover", body={"agentId": "ann"})
    until(lambda: alarms(other.tab) == 0)


def test_nothing_rings_before_it_is_allowed(sits: Opened) -> None:
    desk = sits()
    console = desk.tab()
    desk.caller("CA-silent", "I smell gas")
    expect(console.tab).to_have_title("(1) Slotline")
    assert (tones(console.tab), alarms(console.tab)) == ([], 0)
    console.press("Sound on")
    until(lambda: tones(console.tab) == [URGENT] * 3)


def test_the_system_tells_it_once_while_nobody_looks(sits: Opened) -> None:
    desk = sits()
    first, second = desk.tab(), desk.tab()
    for console in (first, second):
        console.tab.evaluate(HIDE, True)
    caller = desk.caller("CA-note", "I smell gas")

    def notes(what: str = "body") -> list[object]:
        return [note for console in (first, second) for note in console.tab.evaluate(f"notes.map((note) => note.{what})")]

    until(lambda: notes() == ["Emergency"])
    assert notes("requireInteraction") == [True]
    caller.asked("POST", "/calls/CA-note/takeover", body={"agentId": "ann"})
    until(lambda: notes("closed") == [True])
    second.tab.evaluate(HIDE, False)
    until(lambda: second.tab.evaluate("async () => (await navigator.locks.query()).held.some(({ name }) => name === 'slotline seen')"))
    desk.caller("CA-note-2", "Tom Baker", "can I talk to a person please")
    for console in (first, second):
        expect(console.tab).to_have_title("(1) Slotline")
        console.tab.evaluate("navigator.locks.query()")
    assert len(notes()) == 1
    told = first if first.tab.evaluate("notes.length") else second
    told.tab.evaluate("notes[0].onclick()")
    expect(told.tab.get_by_role("button", name="Hand back")).to_be_visible()


def test_on_a_phone_an_emergency_is_seen_from_another_call_and_taking_over_is_in_reach(sits: Opened) -> None:
    desk = sits(width=390)
    desk.caller("CA-calm", "Mary O'Neill")
    console = desk.tab("CA-calm")
    expect(console.tab.get_by_role("heading", name="Mary O'Neill")).to_be_visible()
    desk.caller("CA-gas-phone", "I smell gas")
    banner = console.tab.get_by_role("region", name="Emergency")
    banner.get_by_role("link", name="Look").click()
    expect(banner).to_have_count(0)
    expect(console.tab.get_by_role("button", name="Take over")).to_be_in_viewport()
    console.tab.get_by_role("tab", name="Fields").click()
    expect(console.field("name")).to_be_visible()
    expect(console.tab.get_by_role("button", name="Take over")).to_be_in_viewport()
    assert console.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    console.press("Take over")
    expect(console.tab.get_by_role("button", name="Hand back")).to_be_in_viewport()


@pytest.fixture
def far(quiet: Running) -> Iterator[Line]:
    """The way to the service from another machine, over plain HTTP."""
    with line_to(quiet.port) as line:
        line.url = line.url.replace("127.0.0.1", FAR)
        yield line


def test_over_plain_http_from_another_machine_one_tab_rings_too(sits: Opened, far: Line) -> None:
    """A browser gives such a page no locks: the tabs agree by themselves, and read one stream."""
    desk = sits()
    listens(first := desk.tab(over=far))
    listens(second := desk.tab(over=far))
    for console in (first, second):
        assert console.tab.evaluate("[isSecureContext, 'locks' in navigator]") == [False, False]
    for at, sid in enumerate(("CA-far", "CA-far-2"), 1):
        desk.caller(sid, "Tom Baker", "can I talk to a person please")
        for console in (first, second):
            expect(console.tab).to_have_title(f"({at}) Slotline")
        until(partial(rung, first, second, [USUAL] * 2 * at))
    assert [] in (tones(first.tab), tones(second.tab))
    until(lambda: far.streams == 1)


def test_over_plain_http_whoever_is_looked_at_rings_and_the_next_when_it_is_gone(sits: Opened, far: Line) -> None:
    desk = sits()
    tabs = [desk.tab(over=far) for _ in range(3)]
    for console in tabs:
        listens(console)
    for console in tabs[:2]:
        console.tab.evaluate(HIDE, True)
    caller = desk.caller("CA-far-gas", "I smell gas")
    until(lambda: tones(tabs[2].tab) == [URGENT] * 6)
    assert [tones(console.tab) for console in tabs[:2]] == [[], []]
    tabs[2].tab.close()
    until(lambda: len(tones(tabs[0].tab) + tones(tabs[1].tab)) == 3)
    rings, other = tabs[:2] if tones(tabs[0].tab) else tabs[1::-1]
    rings.tab.evaluate("BroadcastChannel.prototype.postMessage = () => {}")  # not a word to the others any more, as of a tab that has crashed
    until(lambda: tones(other.tab)[:3] == [URGENT] * 3)
    caller.asked("POST", "/calls/CA-far-gas/takeover", body={"agentId": "ann"})
    expect(other.tab).to_have_title("Slotline")
