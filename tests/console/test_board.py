"""The board in a real browser: who needs somebody, businesses told apart, more calls than one list holds, rows that stay what they are."""

import json
from importlib import resources
from pathlib import Path

import redis
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Browser, expect

from api.short_form import LISTED
from storage.connect import connect
from storage.keys import Ttl
from tests.api.processes import Running
from tests.api.stories import Story
from tests.console.conftest import Opens
from tests.console.pages import SUE, TOKENS, Caller, Console, answering
from tests.patience import until


def test_a_row_keeps_its_node_while_its_call_goes_on(opens: Opens, service: Running) -> None:
    console, caller = opens(), Caller(service, "CA-node", "+12025550121")
    caller.say("")
    console.row("+1 202 555 0121").evaluate("row => { row.closest('li').mark = 'kept'; row.focus(); }")
    caller.say("Nora Fields", "yes")
    row = console.row("Nora Fields")
    expect(row).to_be_focused()
    expect(console.board.locator('li[data-sid="CA-node"] .step')).to_have_text("Address")
    assert row.evaluate("row => row.closest('li').mark") == "kept"


def test_whoever_is_silent_or_misunderstood_twice_stands_in_the_lane_and_leaves_it_again(opens: Opens, service: Running) -> None:
    console = opens()
    for sid, number, odd, why in (
        ("CA-quiet", "+12025550122", "", "Silent"),
        ("CA-odd", "+12025550123", "purple monkey dishwasher", "Misunderstood"),
    ):
        caller = Caller(service, sid, number)
        caller.say("", "Ida Wells", "yes")
        need = console.board.locator(".need", has=console.tab.locator(f'[data-sid="{sid}"]'))
        caller.say(odd)
        expect(console.board.locator(f'.tile[data-sid="{sid}"]')).to_be_visible()
        caller.say(odd)
        expect(need).to_contain_text(why)
        caller.say("24 Clinton Avenue, Albany, NY 12207")
        expect(need).to_have_count(0)


def test_a_line_of_the_business_is_said_by_a_click_and_the_callers_wait_is_counted_down(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-canned", "+12025550124")
    caller.say("", "Tom Hanks")
    console = opens("CA-canned", SUE)
    console.press("Take over")
    form = console.tab.get_by_role("form", name="Speak to the caller")
    expect(form).to_contain_text("The caller hears a hold sentence 3 s after speaking")
    form.get_by_role("list", name="Ready lines").get_by_role("button").nth(1).click()
    expect(console.said.last).to_contain_text("Let me check that for you, one moment.")
    expect(form).to_contain_text("1 waiting to be heard")
    assert caller.say("are you a person")["aiResponse"]["message"] == "Let me check that for you, one moment."
    form.evaluate("""form => {
        form.told = "";
        new MutationObserver(() => { form.told += form.textContent; }).observe(form, { childList: true, characterData: true, subtree: true });
    }""")

    def is_counted_down() -> bool:
        """Whether it was, within the three seconds that there are; a machine may be too busy for that."""
        caller.say("hello?")
        return bool(form.evaluate("form => form.told.includes('Hold sentence in')"))

    until(is_counted_down)
    console.press("Hand back")


BOB = "Bob's Plumbing, Heating and Drains of Albany"
OVERPRINTED = """(tile) => {
  const all = [...tile.querySelectorAll(".name, .tag, .clock, .track, .step, .missed, .called, .tongue")];
  const parts = all.filter((each) => each.getBoundingClientRect().width);
  const cut = parts.filter((each) => each.matches(".name") && each.scrollWidth > each.clientWidth);
  return cut.concat(parts.filter((one, at) => parts.slice(at + 1).some((other) => {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  }))).map((each) => `${each.className} ${each.textContent}`);
}"""
"""What of a tile lies on another part of it, or is a short name that is cut."""


def two_businesses(folder: Path) -> str:
    """A folder with the example and an electrician."""
    folder.mkdir()
    acme = (resources.files("api") / "businesses" / "acme.toml").read_text("utf-8")
    (folder / "acme.toml").write_text(acme, "utf-8")
    bolt = acme.replace('id = "acme"', 'id = "bolt"').replace("Acme Home Services", "Bolt Electric").replace("+12025550100", "+12025550200")
    (folder / "bolt.toml").write_text(bolt, "utf-8")
    return str(folder)


def test_whoever_is_bound_to_a_business_sees_it_alone_and_has_none_to_choose(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    bound = "token-of-eve-at-bolt-012345"
    given = {"SLOTLINE_BUSINESS": two_businesses(tmp_path / "businesses"), "SLOTLINE_TOKENS": f"{TOKENS},{bound}:supervisor:eve@bolt"}
    with answering(tmp_path, REDIS_URL=redis_url, **given) as running:
        Caller(running, "CA-acme", "+12025550131").say("", "Alex Acme")
        Caller(running, "CA-bolt", "+12025550132", dialled="+12025550200").say("", "Bea Bolt")
        console = Console(browser.new_page(), running)
        console.tab.goto(f"{running.url}/?token={bound}#/?business=acme")
        expect(console.row("Bea Bolt")).to_be_visible()
        Caller(running, "CA-later", "+12025550133").say("", "Ada Acme")
        Caller(running, "CA-last", "+12025550134", dialled="+12025550200").say("", "Ben Bolt")
        expect(console.row("Ben Bolt")).to_be_visible()
        for name in ("Alex Acme", "Ada Acme"):
            expect(console.row(name)).to_have_count(0)
        expect(console.tab.get_by_role("combobox", name="Business")).to_have_count(0)
        expect(console.tab.get_by_role("banner")).to_contain_text("Bolt Electric")
        assert "Acme" not in console.tab.locator("body").inner_text()
        assert console.errors == []
        console.tab.close()


def test_businesses_are_told_apart_and_one_is_looked_at_alone(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    with answering(tmp_path, REDIS_URL=redis_url, SLOTLINE_BUSINESS=two_businesses(tmp_path / "businesses")) as running:
        Caller(running, "CA-acme", "+12025550131").say("", "Alex Acme")
        Caller(running, "CA-bolt", "+12025550132", dialled="+12025550200").say("", "Bea Bolt")
        with redis.Redis.from_url(redis_url) as client:  # another system calls in the name of a firm that is none of them
            client.set("call:CA-bob", json.dumps({"callSid": "CA-bob", "company": {"id": "66f1", "name": BOB}}))
        Caller(running, "CA-bob", "+12025550133").say("", "Cleo Clay")
        console = Console(browser.new_page(), running).open()
        expect(console.board.locator('[data-sid="CA-bolt"].tile')).to_contain_text("Bolt Electric")
        expect(console.board.locator('[data-sid="CA-bob"].tile .called')).to_have_text(BOB)
        caller = Caller(running, "CA-bob", "+12025550133")
        caller.say("yes", "24 Clinton Avenue, Albany, NY 12207", "yes", *("purple monkey dishwasher",) * 2, "cleo at example dot com")
        for layout in ("Tiles", "Lines"):
            console.press(layout)
            tile = console.board.locator('[data-sid="CA-bob"].tile')
            expect(tile).to_contain_text("2 missed")
            assert tile.evaluate(OVERPRINTED) == []
        expect(tile.locator(".called")).to_have_attribute("title", BOB)
        expect(tile.get_by_role("link")).to_have_attribute("title", "Cleo Clay")
        console.tab.get_by_role("combobox", name="Business").select_option("Bolt Electric")
        expect(console.row("Bea Bolt")).to_be_visible()
        expect(console.row("Alex Acme")).to_have_count(0)
        console.tab.reload()
        expect(console.row("Bea Bolt")).to_be_visible()
        expect(console.row("Alex Acme")).to_have_count(0)
        console.tab.close()


def test_more_open_calls_than_one_list_holds_are_all_on_the_board(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    async def begin() -> None:
        store = await connect(redis_url, channel_prefix="sse:", ttl=Ttl())
        for number in range(LISTED + 5):
            await Story(store, f"CA-{number:03}", created_at=f"2026-03-02T14:{number // 60:02}:{number % 60:02}Z").say("AI", "What's your name?")
        await store.close()

    with start_blocking_portal() as portal:
        portal.call(begin)
    with answering(tmp_path, REDIS_URL=redis_url) as running:
        console = Console(browser.new_page(), running).open()
        expect(console.board.locator(".tile")).to_have_count(LISTED + 5)
        console.tab.close()
