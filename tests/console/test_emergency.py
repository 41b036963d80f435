"""An emergency: it stands first, calls whoever looks elsewhere, and stays until somebody has it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.conftest import Opens
from tests.console.pages import PATIENT, SUE, Caller, answering


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """One of its own: whoever else waits would be counted, and may stand first."""
    redis = RedisServer()
    with answering(tmp_path, REDIS_URL=redis.url, **PATIENT) as running:
        yield running
    redis.close()


def test_a_gas_leak_stands_before_all_who_wait_until_somebody_takes_it(opens: Opens, service: Running) -> None:
    ann, sue = opens(), opens(token=SUE)
    expect(ann.line).to_contain_text("Live")
    Caller(service, "HELP-asked", "+12025550221").say("", "Paul Stern", "can I talk to a person please")
    expect(ann.row("Paul Stern")).to_be_visible()
    Caller(service, "HELP-gas", "+12025550222").say("", "Gina Ferro", "help, there is a gas leak in my kitchen")
    for console in (ann, sue):
        first = console.board.locator(".need").first
        expect(first).to_have_attribute("data-why", "emergency")
        expect(first).to_contain_text("Gina Ferro")
        expect(first).to_contain_text("help, there is a gas leak in my kitchen")
        expect(console.tab).to_have_title(r"(2) Slotline")
        assert "alert" in str(console.tab.locator("#favicon").get_attribute("href"))
    ann.row("Paul Stern").click()
    expect(ann.board.locator('.need[data-why="emergency"]')).to_be_visible()
    sue.press("Take the call of Gina Ferro")
    expect(sue.tab.locator('.packet[data-why="emergency"]')).to_contain_text("emergency words")
    expect(ann.board.locator('.need[data-why="emergency"]')).to_have_count(0)
    expect(ann.board).to_contain_text("Sue has it")
    expect(ann.tab).to_have_title("(1) Slotline")
    Caller(service, "HELP-asked").asked("POST", "/calls/HELP-asked/end", body={})
    expect(ann.tab).to_have_title("Slotline")
    assert "alert" not in str(ann.tab.locator("#favicon").get_attribute("href"))


@pytest.mark.parametrize("width", [390, 1280])
def test_an_emergency_shows_on_a_board_that_is_scrolled_past_its_row(opens: Opens, service: Running, width: int) -> None:
    for number in range(40):
        Caller(service, f"FAR-{number}", f"+12025551{number:03}").say("")
    console = opens(width=width)
    expect(console.board.locator(".tile")).to_have_count(40)
    console.board.evaluate("board => { board.scrollTop = board.scrollHeight; }")
    Caller(service, "FAR-gas", "+12025550223").say("", "Gina Ferro", "help, there is a gas leak in my kitchen")
    bar = console.tab.get_by_role("region", name="Emergency")
    expect(bar).to_contain_text("Gina Ferro")
    console.board.evaluate("board => { board.scrollTop = 0; }")
    expect(bar).to_have_count(0)
    console.board.evaluate("board => { board.scrollTop = board.scrollHeight; }")
    bar.get_by_role("link", name="Look").click()
    expect(console.tab.get_by_role("heading", name="Gina Ferro")).to_be_visible()
