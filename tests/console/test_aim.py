"""A click acts on what was aimed at, and once: not on what the screen put under the pointer meanwhile. A list keeps its order."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.pages import Caller, Console, answering
from tests.patience import until

MOVED = "The screen changed under your click."
PERSON = "can I talk to a person please"


@pytest.fixture
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that nobody else calls."""
    redis = RedisServer()
    with answering(tmp_path_factory.mktemp("aim"), REDIS_URL=redis.url) as running:
        yield running
    redis.close()


@pytest.fixture
def console(browser: Browser, quiet: Running) -> Iterator[Console]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    found = Console(context.new_page(), quiet, clicks_again=False)
    yield found
    context.close()
    assert found.errors == []


def ring(service: Running, sid: str, number: int, *lines: str) -> Caller:
    caller = Caller(service, sid, f"+1202555{number:04}")
    caller.say("", *lines)
    return caller


def middle(of: Locator) -> tuple[float, float]:
    box = of.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def click(console: Console, x: float, y: float, count: int = 1) -> None:
    """As the mouse does; `count`: the how-manyth of clicks in a row."""
    console.tab.mouse.move(x, y)
    console.tab.mouse.down(click_count=count)
    console.tab.mouse.up(click_count=count)


def test_a_double_click_on_a_row_opens_it_and_takes_nobody(console: Console, quiet: Running) -> None:
    """The page folds under the pointer: wherever the second click lands, it acts on nothing."""
    names = ("Adam Aim", "Beth Aim", "Carl Aim")
    callers = [ring(quiet, f"CA-aim-{at}", 3000 + at, name, PERSON) for at, name in enumerate(names)]
    console.open()
    for name in names:
        click(console, *middle(console.row(name)))
        expect(console.tab.get_by_role("heading", name=name)).to_be_visible()
        for take in console.board.get_by_role("button", name="Take the call of").all():
            click(console, *middle(take), count=2)
        click(console, *middle(console.tab.get_by_role("button", name="Take over")), count=2)
        click(console, *middle(console.tab.get_by_role("button", name="Lock the phone")), count=2)
        expect(console.tab.get_by_role("heading", name=name)).to_be_visible()
        console.tab.keyboard.press("Escape")
        expect(console.tab.locator(".frame")).to_have_attribute("data-view", "board")
    console.press("Take the call of Beth Aim")  # by then the service has heard of all that was asked before
    expect(console.tab.get_by_role("button", name="Hand back")).to_be_visible()
    held = [(caller.record()["progress"]["status"], caller.record().get("locked")) for caller in callers]
    assert [status for status, _ in held] == ["waiting_agent", "with_agent", "waiting_agent"]
    assert not any(locked for _, locked in held)


@pytest.mark.parametrize("again", [False, True])
def test_whoever_is_told_that_something_moved_clicks_again(browser: Browser, quiet: Running, again: bool) -> None:
    """What the other tests' tabs do (`CLICKS_AGAIN`), so that none of them depends on how late a busy machine draws."""
    ring(quiet, "CA-aim-again", 3030, "Anna Aim")
    console = Console(browser.new_page(), quiet, clicks_again=again).open()
    expect(console.row("Anna Aim")).to_be_visible()
    draws = "document.querySelector('main').prepend(Object.assign(document.createElement('p'), { hidden: true }))"
    console.tab.evaluate(f"addEventListener('pointermove', () => {draws}, {{ once: true }})")
    click(console, *middle(console.row("Anna Aim")))
    expect(console.tab.get_by_text(MOVED)).to_be_visible()
    expect(console.tab.locator(".frame")).to_have_attribute("data-view", "call" if again else "board")
    console.tab.close()
    assert console.errors == []


def test_a_row_that_came_under_a_pointer_at_rest_is_not_opened_and_the_page_says_why(console: Console, quiet: Running) -> None:
    callers = [ring(quiet, f"CA-rest-{at}", 3010 + at, name) for at, name in enumerate(("Rosa Rest", "Rolf Rest", "Ruth Rest", "Rene Rest"))]
    console.tab.clock.install()
    console.open()
    console.tab.set_viewport_size({"width": 390, "height": 800})
    row = console.row("Rene Rest")
    before = middle(row)
    console.tab.mouse.move(before[0], before[1] + 400)
    console.tab.mouse.move(*before)
    console.tab.mouse.move(before[0], 5)  # off the list: it may move
    console.tab.clock.pause_at(console.tab.evaluate("Date.now() + 1000"))
    console.tab.mouse.move(before[0], before[1])
    console.tab.evaluate("document.querySelector('.live .rows').dispatchEvent(new PointerEvent('pointerleave'))")
    callers[0].say(PERSON)

    def has_moved() -> bool:
        console.tab.clock.run_for(20)
        return middle(row) != before

    until(has_moved)
    console.tab.mouse.down()
    console.tab.mouse.up()
    console.tab.clock.run_for(100)
    expect(console.tab.get_by_text(MOVED)).to_be_visible()
    expect(console.tab.locator(".frame")).to_have_attribute("data-view", "board")
    click(console, *middle(row))  # they look, and set out anew
    console.tab.clock.resume()
    expect(console.tab.get_by_role("heading", name="Rene Rest")).to_be_visible()


def test_a_call_that_comes_back_moves_nobody(console: Console, quiet: Running) -> None:
    names = ["Ada Back", "Bea Back", "Cleo Back"]
    ada, bea, _ = (ring(quiet, f"CA-back-{at}", 3020 + at, name) for at, name in enumerate(names))
    rows = console.board.locator(".live a.row")
    console.tab.clock.install()
    console.open()
    expect(rows).to_have_text(names)
    bea.say(PERSON)
    expect(rows).to_have_text(["Ada Back", "Cleo Back"])
    bea.asked("POST", "/calls/CA-back-1/takeover", body={"agentId": "ann"})
    expect(rows).to_have_text(names)
    ada.asked("POST", "/calls/CA-back-0/end", body={})
    expect(console.board.locator('.tile[data-sid="CA-back-0"]')).to_have_attribute("data-status", "ended")
    for seconds, left in ((10, 2), (120, 2)):  # it leaves the list, and then the page
        console.tab.clock.fast_forward(seconds * 1000)
        expect(rows).to_have_count(left)
    ada.say("hello?")
    expect(rows).to_have_text(["Bea Back", "Cleo Back", "Ada Back"])
    ring(quiet, "CA-back-3", 3023, "Dora Back")
    expect(rows).to_have_text(["Bea Back", "Cleo Back", "Ada Back", "Dora Back"])
