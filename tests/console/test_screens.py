"""The console in a real browser over a real service: each screen, and what a supervisor does there."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, expect
from redis import Redis

from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.console.conftest import Opens
from tests.console.pages import ANN, CALLER, MARY, SUE, TOKENS, VIEWER, Caller, Console, answering, coming

EVIL = "<img src=x onerror=\"document.title='broken'\"><b id=evil>O'Neill</b> javascript:alert(1) https://example.com/a."


def test_a_call_appears_step_by_step(opens: Opens, service: Running) -> None:
    console, caller = opens(), Caller(service, "CA-steps", "+12025550101")
    expect(console.line).to_contain_text("Live")
    caller.say("")
    expect(console.row("+1 202 555 0101")).to_be_visible()
    caller.say("Mary O'Neill")
    console.row("Mary O'Neill").click()
    expect(console.tab.get_by_role("heading", name="Mary O'Neill")).to_be_visible()
    expect(console.said).to_have_count(3)
    expect(console.field("phone")).to_contain_text("read back, waits for a yes")
    caller.say("yes")
    expect(console.field("phone")).to_have_attribute("data-kind", "filled")
    console.field("name").get_by_role("button", name="Name: Mary O'Neill").click()
    for fact in ("“Mary O'Neill”", "the plain answer", "the caller did not object"):
        expect(console.field("name")).to_contain_text(fact)
    caller.say(*MARY[2:-1])
    expect(console.field("time")).to_contain_text("read back")
    caller.say("yes")
    booking = console.tab.get_by_role("region", name="Booking")
    expect(booking).to_contain_text(caller.record()["booking"]["reference"])
    expect(booking).to_contain_text("$149")
    expect(console.talk).to_contain_text("Booked the visit")
    lines = console.said.count()
    console.tab.reload()
    expect(console.said).to_have_count(lines)
    expect(console.talk).to_contain_text("Booked the visit")


def test_whoever_wants_a_person_is_taken_spoken_to_and_handed_back(opens: Opens, service: Running) -> None:
    console, caller = opens(), Caller(service, "CA-person", "+12025550102")
    caller.say("", "Tom Baker", "can I talk to a person please")
    console.press("Take the call of Tom Baker")
    field = console.tab.get_by_role("textbox", name="What the caller hears next")
    expect(field).to_be_focused()
    expect(console.tab.locator(".packet")).to_contain_text("Wants a person")
    field.fill("Hello Tom, this is Ann.")
    field.press("Enter")
    expect(console.said.last).to_contain_text("Hello Tom, this is Ann.")
    assert caller.say("hi, my number is 202 555 0199")["aiResponse"]["message"] == "Hello Tom, this is Ann."
    console.press("Use +1 202 555 0199 as the Phone")
    expect(console.field("phone")).to_have_attribute("data-kind", "filled")
    console.press("Hand back")
    expect(console.talk).to_contain_text("Ann handed back to Slotline")
    assert caller.record()["progress"]["status"] == "active"


def test_of_two_supervisors_one_has_the_call_and_the_other_is_told_who(opens: Opens, service: Running) -> None:
    ann, sue, caller = opens("CA-two"), opens("CA-two", SUE), Caller(service, "CA-two", "+12025550103")
    expect(ann.tab.get_by_role("heading", name="There is no call of this name.")).to_be_visible()
    caller.say("", "Ella Fitz")
    ann.press("Take over")
    expect(ann.tab.get_by_role("button", name="Hand back")).to_be_visible()
    expect(sue.tab.get_by_text("Ann has it since")).to_be_visible()
    expect(sue.tab.get_by_role("button", name="Take over")).to_have_count(0)
    ann.press("End call")
    ann.tab.get_by_role("dialog").get_by_role("button", name="End call").click()
    expect(sue.talk).to_contain_text("Ann ended the call")


def test_a_field_edited_while_the_caller_changes_it_is_never_overwritten_in_silence(opens: Opens, service: Running) -> None:
    console, caller = opens("CA-edit"), Caller(service, "CA-edit", "+12025550104")
    caller.say("", "Grace Kim", "yes", "24 Clinton Avenue, Albany, NY 12207", "yes")
    card = console.field("email")
    console.press("Edit the email")
    entry = card.get_by_role("textbox", name="Email")
    expect(entry).to_be_focused()
    entry.fill("grace@")
    entry.press("Enter")
    expect(card.get_by_role("alert").filter(has_text="Refused")).to_be_visible()
    expect(entry).to_have_attribute("aria-invalid", "true")
    caller.say("kim at example dot com")
    expect(card).to_contain_text("While you were typing the caller changed this to kim@example.com")
    entry.fill("grace@example.com")
    console.press("Keep mine")
    expect(card.get_by_role("button", name="Email: grace@example.com")).to_be_visible()
    assert caller.record()["user"]["userInfo"]["email"] == "grace@example.com"
    console.press("Lock the email")
    expect(console.talk).to_contain_text("Ann locked the email")
    assert caller.record()["locked"] == ["email"]


def test_a_visit_that_needs_a_yes_is_approved_and_one_is_refused(opens: Opens, service: Running) -> None:
    console = opens()
    for sid, number, day in (("CA-yes", "+12025550105", coming(1)), ("CA-no", "+12025550106", coming(2))):
        caller = Caller(service, sid, number)
        caller.say("", *MARY[:6], "I have no hot water", f"{day} at 2 pm", "yes")
        need = console.board.locator(f'.need:has(a[data-sid="{sid}"])')
        expect(need.locator(".left")).to_have_text(re.compile(r"^(\d+ s left|time is up)$"))
        need.get_by_role("button", name="Review").click()
        card = console.tab.get_by_role("region", name="Approval")
        expect(card).to_contain_text("Water heater service")
        expect(card).to_contain_text("$229")
        if sid == "CA-yes":
            card.get_by_role("button", name="Approve").click()
            expect(console.tab.get_by_role("region", name="Booking")).to_be_visible()
            expect(console.tab.locator(".speaks")).to_have_text("The visit is booked")
        else:
            card.get_by_role("button", name="Refuse").click()
            card.get_by_role("textbox", name="Reason").fill("No van that day.")
            card.get_by_role("button", name="Refuse").click()
            expect(console.talk).to_contain_text("No van that day.")
        expect(card).to_have_count(0)


def test_a_closed_call_says_its_day_and_when_the_visit_is(opens: Opens, service: Running) -> None:
    Caller(service, "CA-day", "+12025550117").say("", "Dana Frost", "yes", *MARY[2:-2], f"{coming(4)} at 11 am", "yes")
    console = opens()
    row = console.tab.get_by_role("region", name="Closed").get_by_role("row", name="Dana Frost")
    for ahead, told in ((0, "today"), (1, "yesterday")):
        console.tab.clock.set_fixed_time(datetime.now() + timedelta(days=ahead))
        console.tab.reload()
        expect(row).to_contain_text(re.compile(rf"^{told} \d\d:\d\d"))
        expect(row.locator(".appointment")).to_have_text(re.compile(r"^Fri, .* 11:00\sAM$"))
    row.get_by_role("link").click()
    expect(console.tab.locator(".head")).to_contain_text(re.compile(r"yesterday \d\d:\d\d"))


def test_what_a_caller_says_is_text_and_never_markup(opens: Opens, service: Running, redis_of_console: RedisServer) -> None:
    console, caller = opens("CA-evil"), Caller(service, "CA-evil", "+12025550107")
    caller.say("", EVIL)
    payload = {"callSid": "CA-evil", "speaker": "customer", "message": "\u202egnp.exe"}
    with Redis.from_url(redis_of_console.url) as other:  # another program, which does not clean what it passes on
        other.publish("sse:session:CA-evil", json.dumps({"type": "new_message", "payload": payload}))
    expect(console.said.filter(has_text="gnp.exe").locator(".control")).to_have_text("RLO")
    line = console.said.filter(has_text="onerror")
    expect(line).to_contain_text("<b id=evil>O'Neill</b> javascript:alert(1)")
    expect(line.get_by_role("link")).to_have_attribute("href", "https://example.com/a")
    assert console.tab.locator("#evil").count() == 0
    assert "broken" not in console.tab.title()


def test_an_erased_call_leaves_the_page(opens: Opens, service: Running) -> None:
    console, caller = opens("CA-erased"), Caller(service, "CA-erased", "+12025550108")
    caller.say("", "Noah Brandt")
    console.press("Erase this caller…")
    console.press("Erase for good")
    expect(console.tab.get_by_role("heading", name="This call was erased.")).to_be_visible()
    expect(console.row("Noah Brandt")).to_have_count(0)
    assert "Noah" not in console.tab.content()


def test_a_viewer_sees_how_calls_go_and_nothing_of_the_caller(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-viewer", "+12025550109")
    caller.say("", "Priya Nair", "can I talk to a person please")
    console = opens(token=VIEWER)
    console.press("Look at the call of CA-viewer")
    expect(console.field("name").get_by_role("button")).to_have_text("•••")
    expect(console.tab.get_by_text("Wants a person").first).to_be_visible()
    for act in ("Take over", "End call", "Edit the name", "Erase this caller…"):
        assert console.tab.get_by_role("button", name=act).count() == 0
    assert "Priya" not in console.tab.content()
    assert "5550109" not in console.tab.content().replace(" ", "")


def test_without_a_token_there_is_a_door_and_the_token_goes_no_further(opens: Opens, service: Running) -> None:
    Caller(service, "CA-door", "+12025550110").say("", "Omar Haddad")
    console = opens(token="wrong")
    expect(console.tab.get_by_role("alert")).to_have_text("This token is not known here.")
    addresses: list[str] = []
    console.tab.on("request", lambda request: addresses.append(request.url))
    token = console.tab.get_by_role("textbox", name="Token")
    expect(console.tab.get_by_role("main")).to_contain_text("Slotline")
    expect(console.tab.get_by_role("main")).to_contain_text("SLOTLINE_TOKENS")
    token.fill(ANN[:-1])
    token.press("Enter")
    expect(console.tab.get_by_role("alert")).to_have_text("This token is not known here.")
    expect(token).to_have_value(ANN[:-1])  # one letter was missing
    token.fill(ANN)
    console.press("Enter")
    expect(console.row("Omar Haddad")).to_be_visible()
    assert [url for url in addresses if ANN in url] == []
    assert "token" not in console.tab.url
    assert console.tab.evaluate("JSON.stringify([localStorage, document.cookie])") == '[{},""]'
    console.tab.reload()
    expect(console.row("Omar Haddad")).to_be_visible()


def test_when_the_door_shuts_nothing_of_a_caller_stays(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(TOKENS.replace(",", "\n"))
    with serving(tmp_path, REDIS_URL=redis_url, SLOTLINE_TOKENS_FILE=str(file), SLOTLINE_HEARTBEAT_S="0.5") as running:
        Caller(running, "CA-shut").say("", "Mary O'Neill")
        console = Console(browser.new_page(), running).open("CA-shut")
        expect(console.field("name")).to_contain_text("Mary O'Neill")
        file.write_text(f"{CALLER}:integration\n")
        expect(console.tab.get_by_role("heading", name="Your token is no longer valid")).to_be_visible()
        assert "Mary" not in console.tab.content()
        assert console.tab.evaluate("sessionStorage.length") == 0
        console.tab.close()


def test_closed_calls_are_found_by_name_and_the_address_keeps_the_search(opens: Opens, service: Running) -> None:
    for sid, name, number in (("CA-hannah", "Hannah Weiss", "+12025550111"), ("CA-lucas", "Lucas Moreau", "+12025550112")):
        caller = Caller(service, sid, number)
        caller.say("", name)
        caller.asked("POST", f"/calls/{sid}/end", body={})
    console = opens()
    closed = console.tab.get_by_role("region", name="Closed")
    expect(closed.get_by_role("link", name="Lucas Moreau")).to_be_visible()
    closed.get_by_role("searchbox").fill("hannah")
    expect(closed.get_by_role("link", name="Lucas Moreau")).to_have_count(0)
    expect(closed.get_by_role("link", name="Hannah Weiss")).to_be_visible()
    closed.get_by_role("link", name="Hannah Weiss").click()
    expect(console.tab.get_by_role("heading", name="Hannah Weiss")).to_be_visible()
    console.tab.go_back()
    expect(closed.get_by_role("searchbox")).to_have_value("hannah")
    console.tab.reload()
    expect(closed.get_by_role("link", name="Hannah Weiss")).to_be_visible()
    closed.get_by_role("button", name="Booked").click()
    expect(closed.get_by_text("No closed call matches.")).to_be_visible()


def test_on_a_phone_one_thing_at_a_time_and_nothing_wider_than_the_screen(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-small", "+12025550113")
    caller.say("", "Tina Small")
    console = opens(width=390)
    console.row("Tina Small").click()
    expect(console.board).to_be_hidden()
    console.press("Take over")
    expect(console.tab.get_by_role("textbox", name="What the caller hears next")).to_be_visible()
    console.tab.get_by_role("tab", name="Fields").click()
    expect(console.field("name")).to_contain_text("Tina Small")
    assert console.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    console.tab.get_by_role("link", name="Back to the board").click()
    expect(console.row("Tina Small")).to_be_focused()


def test_a_cut_is_shown_and_nothing_is_missing_after_it(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    """The service ends under the open page; a call goes on elsewhere; a new service at the same address brings everything."""
    tab = browser.new_page()
    with answering(tmp_path, REDIS_URL=redis_url) as running:
        caller = Caller(running, "CA-cut")
        caller.say("", "Mary O'Neill")
        console = Console(tab, running).open("CA-cut")
        expect(console.said).to_have_count(3)
        running.stop()
        expect(console.line).to_contain_text("Cut off")
        expect(tab.get_by_role("region", name="Cut off")).to_contain_text("Trying again in")
        expect(tab.get_by_role("button", name="Take over")).to_have_attribute("aria-disabled", "true")
        port = running.port
    with answering(tmp_path, port, REDIS_URL=redis_url) as again:
        Caller(again, "CA-cut").say("yes")
        expect(console.line).to_contain_text("Live")
        expect(console.said).to_have_count(5)
        expect(console.field("phone")).to_have_attribute("data-kind", "filled")
    tab.close()


def test_it_speaks_the_readers_language(opens: Opens, service: Running) -> None:
    Caller(service, "CA-language").say("", "Tom Baker", "can I talk to a person please")
    console = opens()
    console.press("中文")
    expect(console.tab.get_by_role("heading", name="需要你")).to_be_visible()
    expect(console.tab.locator("html")).to_have_attribute("lang", "zh-CN")
    console.tab.reload()
    expect(console.tab.get_by_role("heading", name="需要你")).to_be_visible()
