"""What a supervisor sees of the line: reloads, many tabs, a cut, Redis away, a tab that nobody looks at. The lines themselves: tests/api/client."""

import pytest
from playwright.sync_api import Browser, expect

from tests.api.client.cuts import Line
from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.conftest import Opens
from tests.console.pages import CALLER, Caller, Console, answering
from tests.patience import until

NAMES = ("Anna Berg", "Ben Carter", "Clara Dunn", "David Evans", "Emma Frost", "Frank Green", "Helen Irving", "Olivia Hart")


def ring(service: Running, sid: str, number: int, *lines: str) -> Caller:
    caller = Caller(service, sid, f"+1202555{number:04}")
    caller.say("", *lines)
    return caller


def test_a_reload_keeps_the_place(opens: Opens, service: Running) -> None:
    for number, name in enumerate(NAMES):
        ring(service, f"LINE-reload-{number}", 200 + number, name)
    console = opens(width=390)
    expect(console.row("Olivia Hart")).to_be_visible()
    console.tab.locator("#board").evaluate("(board) => { board.scrollTop = 300; }")
    console.press("Theme")
    console.tab.reload()
    expect(console.row("Olivia Hart")).to_be_visible()
    until(lambda: console.tab.locator("#board").evaluate("(board) => board.scrollTop") == 300)
    expect(console.tab.locator("html")).to_have_attribute("data-theme", "dark")
    console.row("Olivia Hart").click()
    console.tab.reload()
    expect(console.tab.get_by_role("heading", name="Olivia Hart")).to_be_visible()
    expect(console.said).to_have_count(3)


def test_four_tabs_read_one_stream_and_the_fourth_gets_its_edit_through(opens: Opens, service: Running, line: Line) -> None:
    caller = ring(service, "LINE-four", 210, "Fiona Marsh")
    first = opens("LINE-four", over=line)
    tabs = [first, *(opens("LINE-four", over=line, beside=first) for _ in range(3))]
    for tab in tabs:
        expect(tab.line).to_contain_text("Live")
        expect(tab.field("name")).to_contain_text("Fiona Marsh")
    tabs[3].press("Edit the name")
    entry = tabs[3].field("name").get_by_role("textbox", name="Name")
    entry.fill("Frances Marsh")
    entry.press("Enter")
    for tab in tabs:
        expect(tab.field("name")).to_contain_text("Frances Marsh")
    caller.say("yes")
    for tab in tabs:
        expect(tab.field("phone")).to_have_attribute("data-kind", "filled")
        expect(tab.said).to_have_count(5)
    until(lambda: line.streams == 1)
    first.tab.close()
    caller.say("24 Clinton Avenue, Albany, NY 12207")
    for tab in tabs[1:]:
        expect(tab.said).to_have_count(7)


def test_while_the_line_is_cut_the_screen_says_how_old_it_is_and_comes_back_by_itself(opens: Opens, service: Running, line: Line) -> None:
    caller = ring(service, "LINE-cut", 211, "Carl Offner")
    console = opens("LINE-cut", over=line)
    expect(console.said).to_have_count(3)
    expect(console.line).to_contain_text("Live")
    line.cut()
    banner = console.tab.get_by_role("region", name="Cut off")
    expect(banner).to_contain_text("as of")
    expect(banner).to_contain_text("Trying again in")
    expect(console.tab.locator(".frame")).to_have_attribute("data-line", "cut")
    expect(console.tab.get_by_role("button", name="Edit the name")).to_have_attribute("aria-disabled", "true")
    caller.say("yes", "24 Clinton Avenue, Albany, NY 12207")
    expect(console.said).to_have_count(3)
    line.carry_on()
    expect(banner).to_have_count(0)
    expect(console.said).to_have_count(7)
    expect(console.field("phone")).to_have_attribute("data-kind", "filled")
    expect(console.tab.get_by_role("button", name="Take over")).not_to_have_attribute("aria-disabled", "true")


def test_a_tab_that_nobody_looks_at_lets_go_and_misses_nothing(opens: Opens, service: Running, line: Line) -> None:
    caller = ring(service, "LINE-hidden", 212, "Hilda Bauer")
    console = opens(over=line)
    console.tab.clock.install()
    console.tab.reload()
    expect(console.line).to_contain_text("Live")
    console.row("Hilda Bauer").click()
    expect(console.said).to_have_count(3)
    console.hide()
    console.tab.clock.fast_forward(30_000)
    until(lambda: line.streams == 0)
    caller.say("yes", "24 Clinton Avenue, Albany, NY 12207")
    console.hide(False)
    expect(console.said).to_have_count(7)
    expect(console.line).to_contain_text("Live")
    assert line.streams == 1


def test_lines_that_come_while_one_reads_further_up_are_counted_and_move_nothing(opens: Opens, service: Running) -> None:
    caller = ring(service, "LINE-away", 213, "Scott Rowe", "yes", "what do you charge", "are you open on sunday", "what do you charge")
    console = opens("LINE-away")
    expect(console.said).to_have_count(11)
    console.tab.set_viewport_size({"width": 1280, "height": 400})
    console.talk.evaluate("(box) => { box.scrollTop = 20; box.dispatchEvent(new Event('scroll')); }")
    caller.say("24 Clinton Avenue, Albany, NY 12207")
    newer = console.tab.get_by_role("button", name="2 new lines")
    expect(newer).to_be_visible()
    assert console.talk.evaluate("(box) => box.scrollTop") == 20
    newer.click()
    expect(newer).to_have_count(0)
    expect(console.said.last).to_be_in_viewport()


def test_a_long_call_opens_at_its_end_and_comes_whole(opens: Opens, service: Running) -> None:
    caller = ring(service, "LINE-long", 215, "Lena Holm", *("what do you charge", "are you open on sunday") * 15)
    history = caller.record()["history"]
    console = opens("LINE-long")
    expect(console.said).to_have_count(len(history))
    expect(console.said.last).to_be_in_viewport()
    assert console.said.locator("p").all_inner_texts() == [line["message"] for line in history]
    assert len(history) > 60


def test_while_redis_is_away_and_there_is_no_journal_the_screen_says_so_and_nothing_can_be_done(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    with answering(
        tmp_path_factory.mktemp("away"), workers=1, REDIS_URL=server.url, SLOTLINE_JOURNAL="false"
    ) as running:  # a process tells its own readers
        caller = ring(running, "LINE-away", 214, "Rita Gold")
        console = Console(browser.new_page(), running).open("LINE-away")
        expect(console.said).to_have_count(3)
        server.kill()
        expect(console.line).not_to_contain_text("Live")
        expect(console.tab.locator('.banner[data-kind="away"]')).to_be_visible()
        expect(console.tab.get_by_role("button", name="Take over")).to_have_attribute("aria-disabled", "true")
        greys = "button => getComputedStyle(button).backgroundColor"
        grey = console.tab.get_by_role("button", name="Take over").evaluate(greys)
        for name in ("Edit the name", "Lock the name", "Erase this caller…"):
            button = console.tab.get_by_role("button", name=name)
            assert (button.evaluate(greys), button.get_attribute("title")) == (grey, "This cannot be changed while the call store is away.")
            button.click(force=True)
            expect(console.tab.locator(".notice")).to_have_text("This cannot be changed while the call store is away.")
        age = console.line.inner_text()
        heard = caller.asked("POST", "/ai/conversation", CALLER, {"callSid": "LINE-away", "customerMessage": {"message": "hello?"}})
        trouble = heard["aiResponse"]["message"]
        expect(console.said.last).to_contain_text(trouble)
        console.tab.wait_for_timeout(2500)  # heartbeats come meanwhile, and make nothing newer
        assert console.line.inner_text() == age
        assert "as of" in age
        server.start()
        expect(console.tab.locator('.banner[data-kind="away"]')).to_have_count(0)
        expect(console.line).to_contain_text("Live")
        until(lambda: caller.asked("GET", "/health")["status"] == "ok")
        caller.say("yes")
        expect(console.field("phone")).to_have_attribute("data-kind", "filled")
        expect(console.talk).to_contain_text(f"{trouble} (not kept: the store was away)")
        assert console.errors == []
        console.tab.close()
    server.close()
