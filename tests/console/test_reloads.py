"""What survives a reload: what was being written. And the reload that a page does by itself, when it is of another release than its files."""

from functools import partial

import pytest
from playwright.sync_api import Page, Route, expect

from api.console.assets import assets
from tests.api.processes import Running
from tests.console.conftest import Opens
from tests.console.pages import SUE, Caller
from tests.patience import until

OTHER = "0123456789abcdef"
"""The hash of no release."""
LOADS = "performance.getEntriesByType('navigation')[0].type"


def test_what_is_being_written_to_a_caller_survives_a_reload_and_is_gone_once_it_is_said(opens: Opens, service: Running) -> None:
    for sid, number, name in (("CA-draft", "+12025550171", "Dora Marsh"), ("CA-draft-2", "+12025550172", "Dean Holt")):
        caller = Caller(service, sid, number)
        caller.say("", name)
        caller.asked("POST", f"/calls/{sid}/takeover", SUE, {"agentId": "sue"})
    console = opens("CA-draft", SUE)
    field = console.tab.get_by_role("textbox", name="What the caller hears next")
    field.fill("One moment, I look it up")
    console.tab.reload()
    expect(field).to_have_value("One moment, I look it up")
    console.row("Dean Holt").click()
    expect(console.tab.get_by_role("heading", name="Dean Holt")).to_be_visible()
    expect(field).to_have_value("")
    console.row("Dora Marsh").click()
    expect(field).to_have_value("One moment, I look it up")
    field.press("Enter")
    expect(console.said.last).to_contain_text("One moment, I look it up")
    expect(field).to_have_value("")
    console.tab.reload()
    expect(console.said.last).to_contain_text("One moment, I look it up")
    assert console.tab.evaluate("sessionStorage.getItem('slotline.drafts')") is None


def test_a_half_written_line_is_there_again_after_an_emergency_elsewhere(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-draft-back", "+12025550174")
    caller.say("", "Nina Frost")
    caller.asked("POST", "/calls/CA-draft-back/takeover", SUE, {"agentId": "sue"})
    console = opens("CA-draft-back", SUE)
    field = console.tab.get_by_role("textbox", name="What the caller hears next")
    field.press_sequentially("Please turn off")
    Caller(service, "CA-draft-gas", "+12025550175").say("", "Gail Munro", "help, there is a gas leak in my kitchen")
    console.row("Gail Munro").click()
    expect(console.tab.get_by_role("heading", name="Gail Munro")).to_be_visible()
    expect(field).to_have_count(0)
    console.press("Take over")
    expect(field).to_have_value("")
    field.fill("Leave the house, please.")
    console.tab.go_back()
    expect(console.tab.get_by_role("heading", name="Nina Frost")).to_be_visible()
    expect(field).to_have_value("Please turn off")
    expect(field).to_be_focused()
    console.tab.keyboard.type(" the tap")
    expect(field).to_have_value("Please turn off the tap")


def test_what_was_being_written_to_a_call_that_is_over_is_gone(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-draft-over", "+12025550173")
    caller.say("", "Olga Brandt")
    caller.asked("POST", "/calls/CA-draft-over/takeover", SUE, {"agentId": "sue"})
    console = opens("CA-draft-over", SUE)
    console.tab.get_by_role("textbox", name="What the caller hears next").fill("never said")
    caller.asked("POST", "/calls/CA-draft-over/end", SUE, {"agentId": "sue"})
    expect(console.talk).to_contain_text("Sue ended the call")
    assert console.tab.evaluate("sessionStorage.getItem('slotline.drafts')") is None


def from_another_release(route: Route, name: str, asked: list[str], times: int) -> None:
    """What the worker of another release answers to the first so many who ask it for a file of this one."""
    asked.append(route.request.url)
    if len(asked) > times:
        route.continue_()
    else:
        route.fulfill(response=route.fetch(url=route.request.url.replace(f"{assets().hash}/{name}", f"{OTHER}/{name}")))


@pytest.mark.parametrize("name", ["page/main.js", "page/begin.js", "page/page.css"])
def test_a_page_whose_files_are_of_another_release_is_loaded_anew_once_and_keeps_its_place(opens: Opens, service: Running, name: str) -> None:
    for number in range(12):
        Caller(service, f"CA-release-{number}", f"+1202555{300 + number:04}").say("", "Rita Bloom")
    console = opens(width=390)
    board = console.tab.locator("#board")
    expect(console.board.locator('[data-sid="CA-release-11"].tile')).to_be_visible()
    board.evaluate("(board) => { board.scrollTop = 300; }")
    asked: list[str] = []
    console.tab.route(f"**/{assets().hash}/{name}", partial(from_another_release, name=name, asked=asked, times=1))
    console.tab.reload()
    expect(console.line).to_contain_text("Live")
    until(lambda: board.evaluate("(board) => board.scrollTop") == 300)
    assert len(asked) == 2
    assert console.tab.evaluate(LOADS) == "reload"
    assert console.tab.evaluate("sessionStorage.getItem('slotline.renewed')") is None
    assert "token" not in console.tab.url


def test_where_two_releases_stay_beside_each_other_the_second_try_is_not_hurried(opens: Opens, service: Running) -> None:
    console = opens()
    expect(console.line).to_contain_text("Live")
    asked: list[str] = []
    console.tab.route(f"**/{assets().hash}/page/main.js", partial(from_another_release, name="page/main.js", asked=asked, times=3))
    console.tab.clock.install()
    console.tab.reload()
    until(lambda: _so_often(console.tab, asked, 2))
    _settled(console.tab)
    assert len(asked) == 2
    console.tab.clock.fast_forward(10_000)
    until(lambda: _so_often(console.tab, asked, 3))
    _settled(console.tab)
    console.tab.clock.fast_forward(10_000)
    expect(console.line).to_contain_text("Live")
    assert len(asked) == 4


def _so_often(page: Page, asked: list[str], times: int) -> bool:
    page.wait_for_timeout(10)  # requests are answered meanwhile
    return len(asked) == times


def _settled(page: Page) -> None:
    """All that was loaded has run."""
    page.wait_for_load_state("load")
    page.evaluate("() => new Promise((done) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = done; port2.postMessage(0); })")


def test_a_page_of_another_release_still_has_its_event_client(opens: Opens, service: Running) -> None:
    """It is the one of the release that answers, and its tabs share their stream in another way than by its worker."""
    console = opens()
    answer = console.tab.request.get(f"{service.url}/console/{OTHER}/client/slotline.js")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.body() == assets().files["client/slotline.js"].body
    assert console.tab.request.get(f"{service.url}/console/{OTHER}/client/worker.js").status == 401
