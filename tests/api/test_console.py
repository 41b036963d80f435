"""The console: what is served, and how it behaves in a real browser over a real service."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, Page, expect, sync_playwright

from agent.record.slot_names import NAMES
from api.console.before import page
from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.browsers import chromium
from tests.api.processes import Running, serving
from tests.api.stories import Story
from tests.conftest import RedisServer
from tests.patience import PATIENCE_S

EVIL = "<img src=x onerror=\"document.title='broken'\"><b id=evil>O'Neill</b>"


def test_the_page_is_complete_in_itself_and_its_policy_names_what_may_run() -> None:
    body, policy = page()
    text = body.decode()
    assert "/* style */" not in text
    assert "/* script */" not in text
    assert "/* slots */" not in text
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)""", text), "nothing is loaded from anywhere"
    assert "innerHTML" not in text
    assert "insertAdjacentHTML" not in text
    assert "document.write" not in text
    assert "unsafe" not in policy
    assert policy.count("'sha256-") == 2
    assert "default-src 'none'" in policy


SUPERVISOR, VIEWER = "a-supervisors-token-000001", "a-viewers-token-000000001"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        # A container has no namespaces for the sandbox of a browser that runs as root.
        started = playwright.chromium.launch(executable_path=chromium(playwright), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def service(redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    tokens = f"{SUPERVISOR}:supervisor,{VIEWER}:viewer"
    with serving(tmp_path_factory.mktemp("console"), REDIS_URL=redis_server.url, SLOTLINE_TOKENS=tokens, SLOTLINE_HEARTBEAT_S="0.5") as running:
        yield running


@pytest.fixture(scope="module")
def portal() -> Iterator[BlockingPortal]:
    """Where stories are told: the browser's driver has the loop of this thread."""
    with start_blocking_portal() as found:
        yield found


@pytest.fixture(scope="module")
def store(redis_server: RedisServer, portal: BlockingPortal) -> Iterator[CallStore]:
    async def opened() -> CallStore:
        return await connect(redis_server.url, channel_prefix="sse:", ttl=Ttl())

    found = portal.call(opened)
    yield found
    portal.call(found.close)


class Console:
    """The page as a supervisor has it open."""

    def __init__(self, tab: Page, service: Running) -> None:
        self.tab, self.service = tab, service
        self.errors: list[str] = []
        tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, sid: str = "", token: str = SUPERVISOR) -> None:
        self.tab.goto(f"{self.service.url}/?token={token}" + (f"#{sid}" if sid else ""))

    def field(self, slot: str) -> Any:
        return self.tab.locator(f"#field-{slot}")

    def row(self, sid: str) -> Any:
        return self.tab.locator(f'.row[data-sid="{sid}"]')


@pytest.fixture
def console(browser: Browser, service: Running) -> Iterator[Console]:
    tab = browser.new_page(viewport={"width": 1280, "height": 800})
    tab.set_default_timeout(PATIENCE_S * 1000)
    found = Console(tab, service)
    yield found
    tab.close()
    assert found.errors == []


def told(portal: BlockingPortal, store: CallStore, sid: str) -> Story:
    """A call with a name and a number, read back an address."""

    async def tell() -> Story:
        await store.erase(sid)
        story = Story(store, sid)
        await story.say("AI", "May I have your name?")
        await story.say("customer", "it's Mary O'Neill")
        await story.fill("name", "Mary O'Neill", "it's Mary O'Neill", "after_marker", "implicit")
        await story.pend("phone", "+12025550143")
        return story

    return portal.call(tell)


def test_a_call_fills_as_it_happens(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    story = told(portal, store, "CA-fills")
    console.open()
    expect(console.tab.locator("#light")).to_have_text("Live")
    console.row("CA-fills").click()
    expect(console.field("name").locator(".chip")).to_have_text("Filled")
    expect(console.field("name").locator(".value")).to_have_text("Mary O'Neill")
    for fact in ("“it's Mary O'Neill”", "after_marker", "the caller did not object"):
        expect(console.field("name").locator("dl")).to_contain_text(fact)
    expect(console.field("phone").locator(".chip")).to_have_text("Read back")
    expect(console.field("phone").locator(".value")).to_have_text("+12025550143 ?")
    expect(console.field("email").locator(".chip")).to_have_text("Empty")
    expect(console.tab.locator("#lines li")).to_have_count(2)
    portal.call(story.fill, "phone", "+12025550143", "yes", "spoken_digits")
    expect(console.field("phone").locator(".chip")).to_have_text("Filled")
    expect(console.field("phone").locator("dl")).to_contain_text("the caller said yes")
    expect(console.tab.locator("#meter")).to_have_attribute("aria-valuenow", "2")
    portal.call(story.skip, "email")
    expect(console.field("email").locator(".chip")).to_have_text("Skipped")
    portal.call(story.say, "customer", "twelve High Street")
    expect(console.tab.locator("#lines li").last).to_contain_text("twelve High Street")
    expect(console.tab.locator("#speaks")).to_have_text("Slotline is answering")
    expect(console.row("CA-fills").locator(".last")).to_have_text("Caller: twelve High Street")
    portal.call(story.fill, "service", "leak-repair")
    expect(console.field("service").locator(".value")).to_have_text("Leak repair")
    portal.call(story.fill, "time", "2026-03-06T15:30:00-05:00")
    expect(console.field("time").locator(".value")).to_contain_text("Friday")
    expect(console.field("time").locator(".value")).to_contain_text("30")
    portal.call(story.become, "booked")
    expect(console.tab.locator("#status")).to_have_text("Booked")
    expect(console.row("CA-fills").locator(".chip")).to_have_text("Booked")


def test_a_new_call_appears_in_the_list_by_itself(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    told(portal, store, "CA-first")
    console.open()
    expect(console.row("CA-first")).to_be_visible()
    portal.call(store.erase, "CA-second")
    expect(console.row("CA-second")).to_have_count(0)
    told(portal, store, "CA-second")
    expect(console.row("CA-second")).to_be_visible()


def test_a_call_not_yet_known_fills_once_it_begins(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    portal.call(store.erase, "CA-later")
    console.open("CA-later")
    expect(console.tab.locator("#status")).to_have_text("Not begun")
    expect(console.tab.locator("#lines")).to_have_text("Nothing has been said yet.")
    told(portal, store, "CA-later")
    expect(console.field("name").locator(".value")).to_have_text("Mary O'Neill")
    expect(console.tab.locator("#lines li")).to_have_count(2)


def test_a_call_that_is_erased_leaves_the_page(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    told(portal, store, "CA-erased")
    console.open("CA-erased")
    expect(console.field("name").locator(".value")).to_have_text("Mary O'Neill")
    expect(console.row("CA-erased")).to_be_visible()
    portal.call(store.erase, "CA-erased")
    expect(console.row("CA-erased")).to_have_count(0)
    expect(console.tab.locator("#status")).to_have_text("Not begun")
    expect(console.tab.locator("#lines")).to_have_text("Nothing has been said yet.")
    expect(console.tab.locator("#fields")).not_to_contain_text("Mary")


def test_what_a_caller_says_is_text_and_never_markup(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    story = told(portal, store, "CA-evil")
    portal.call(story.say, "customer", EVIL)
    portal.call(story.fill, "name", EVIL, EVIL, "after_marker")
    console.open("CA-evil")
    expect(console.field("name").locator(".value")).to_have_text(EVIL)
    expect(console.tab.locator("#lines li").last).to_contain_text(EVIL)
    assert console.tab.locator("#evil").count() == 0
    assert console.tab.title() == "Slotline"


def test_a_field_is_set_from_the_page_and_a_refusal_says_why(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    told(portal, store, "CA-edit")
    console.open("CA-edit")
    card = console.field("phone")
    card.get_by_role("button", name="Edit the phone").click()
    entry = card.get_by_label("Phone", exact=True)
    expect(entry).to_be_focused()
    entry.fill("12")
    entry.press("Enter")
    expect(card.get_by_role("alert")).to_have_text("Refused: too short.")
    expect(entry).to_have_attribute("aria-invalid", "true")
    entry.fill("+12025550199")
    card.get_by_label("Keep it as I set it").check()
    card.get_by_role("button", name="Save").click()
    expect(card.locator("form")).to_have_count(0)
    expect(card.locator(".value")).to_have_text("+12025550199")
    expect(card.locator("dl")).to_contain_text("set by a supervisor")
    record = console.service.http.get("/calls/CA-edit", headers={"Authorization": f"Bearer {SUPERVISOR}"}).json()
    assert record["user"]["userInfo"]["phone"] == "+12025550199"
    card.get_by_role("button", name="Edit the phone").click()
    card.get_by_role("button", name="Clear").click()
    expect(card.locator(".chip")).to_have_text("Empty")


def test_a_field_set_elsewhere_shows_here_and_an_open_form_stays(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    told(portal, store, "CA-elsewhere")
    console.open("CA-elsewhere")
    card = console.field("phone")
    card.get_by_role("button", name="Edit the phone").click()
    card.get_by_label("Phone", exact=True).fill("+1202555")
    patched = httpx.patch(
        f"{console.service.url}/calls/CA-elsewhere",
        json={"phone": "+12025550123"},
        headers={"Authorization": f"Bearer {SUPERVISOR}"},
        trust_env=False,
    )
    assert patched.status_code == 200
    expect(card.locator(".value")).to_have_text("+12025550123")
    expect(card.get_by_label("Phone", exact=True)).to_have_value("+1202555")


def test_a_viewer_sees_no_value_and_is_told_that_it_may_not_change_one(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    told(portal, store, "CA-viewer")
    console.open("CA-viewer", token=VIEWER)
    expect(console.field("name").locator(".value")).to_have_text("•••")
    console.field("name").get_by_role("button", name="Edit the name").click()
    console.field("name").get_by_role("button", name="Save").click()
    expect(console.field("name").get_by_role("alert")).to_have_text("This token may look, not change.")
    assert "Mary" not in console.tab.content()


def test_without_a_token_the_page_asks_for_one_and_keeps_it_to_itself(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    told(portal, store, "CA-token")
    addresses: list[str] = []
    console.tab.on("request", lambda request: addresses.append(request.url))
    console.open(token="wrong")
    expect(console.tab.locator("#light")).to_have_text("No access")
    expect(console.tab.get_by_role("dialog")).to_be_visible()
    console.tab.get_by_role("textbox", name="Token").fill(SUPERVISOR)
    console.tab.get_by_role("button", name="Go on").click()
    expect(console.row("CA-token")).to_be_visible()
    assert "token" not in console.tab.url
    assert [url for url in addresses if "/events?ticket=" in url]
    assert [url for url in addresses if SUPERVISOR in url] == []
    assert console.tab.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])") == '[{},{},""]'


def test_keys_alone_are_enough(console: Console, portal: BlockingPortal, store: CallStore) -> None:
    for sid in ("CA-keys-1", "CA-keys-2"):
        told(portal, store, sid)
    console.open()
    expect(console.row("CA-keys-1")).to_be_visible()
    console.tab.locator(".row").first.focus()
    console.tab.keyboard.press("ArrowDown")
    chosen = console.tab.evaluate("document.activeElement.dataset.sid")
    console.tab.keyboard.press("Enter")
    expect(console.tab.locator("#sid")).to_have_text(chosen)
    assert console.tab.evaluate("document.activeElement.dataset.sid") == chosen, "the list keeps the focus while it is drawn anew"
    console.tab.keyboard.press("Escape")
    expect(console.tab.locator("#choose")).to_be_visible()


def test_on_a_phone_one_thing_at_a_time_and_nothing_wider_than_the_screen(
    browser: Browser, service: Running, portal: BlockingPortal, store: CallStore
) -> None:
    told(portal, store, "CA-small")
    tab = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    console = Console(tab, service)
    console.open()
    console.row("CA-small").click()
    expect(tab.locator("nav")).to_be_hidden()
    for slot in NAMES:
        expect(console.field(slot)).to_be_attached()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.get_by_role("button", name="Calls").click()
    expect(tab.locator("nav")).to_be_visible()
    tab.close()


def test_a_cut_is_shown_and_nothing_is_missing_after_it(browser: Browser, redis_url: str, tmp_path: Path, portal: BlockingPortal) -> None:
    """The service ends under the open page; a call goes on elsewhere; a new service at the same address brings everything."""

    async def opened() -> CallStore:
        return await connect(redis_url, channel_prefix="sse:", ttl=Ttl())

    store = portal.call(opened)
    story = told(portal, store, "CA-cut")
    tab = browser.new_page()
    tab.set_default_timeout(PATIENCE_S * 1000)
    with serving(tmp_path, REDIS_URL=redis_url) as running:
        Console(tab, running).open("CA-cut")
        expect(tab.locator("#lines li")).to_have_count(2)
        expect(tab.locator("#light")).to_have_text("Live")
        running.stop()
        expect(tab.locator("#light")).to_have_text("Reconnecting")
    portal.call(story.say, "AI", "And the address?")
    portal.call(story.fill, "phone", "+12025550143", "yes")
    again = Running(tmp_path, port=running.port, REDIS_URL=redis_url)
    try:
        expect(tab.locator("#light")).to_have_text("Live")
        expect(tab.locator("#lines li")).to_have_count(3)
        expect(tab.locator("#lines li").last).to_contain_text("And the address?")
        expect(tab.locator("#field-phone .chip")).to_have_text("Filled")
    finally:
        again.close()
    tab.close()
    portal.call(store.close)
