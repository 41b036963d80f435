"""A short walk through the console in a browser, so that the plain suite sees the page too; all that it does is shown in tests/console."""

from pathlib import Path

from playwright.sync_api import expect

from tests.console.pages import Caller, Console, answering, browsing


def test_a_call_is_watched_taken_over_spoken_to_and_handed_back(redis_url: str, tmp_path: Path) -> None:
    with browsing() as browser, answering(tmp_path, REDIS_URL=redis_url) as service:
        console, caller = Console(browser.new_page(), service).open(), Caller(service, "CA-walk")
        expect(console.line).to_contain_text("Live")
        caller.say("")
        expect(console.row("+1 202 555 0143")).to_be_visible()
        caller.say("Mary O'Neill", "yes")
        console.row("Mary O'Neill").click()
        expect(console.said).to_have_count(5)
        expect(console.field("phone")).to_have_attribute("data-kind", "filled")
        console.press("Take over")
        line = console.tab.get_by_role("textbox", name="What the caller hears next")
        line.fill("Hello Mary, this is Ann.")
        line.press("Enter")
        expect(console.said.last).to_contain_text("Hello Mary, this is Ann.")
        assert caller.say("hello")["aiResponse"]["message"] == "Hello Mary, this is Ann."
        console.press("Hand back")
        expect(console.talk).to_contain_text("Ann handed back to Slotline")
        assert caller.record()["progress"]["status"] == "active"
        assert console.errors == []
