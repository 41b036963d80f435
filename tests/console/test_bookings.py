"""The page of bookings in a real browser: found, opened, moved, corrected and cancelled, by whoever may."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.conftest import Opens
from tests.console.pages import MARY, VIEWER, Caller, Console, answering, coming
from tests.console.test_board import two_businesses

BOOKED = (("Dana Frost", 1, "10 am"), ("Bo Lindqvist", 2, "11 am"), ("Carla Diaz", 3, "3 pm"))


@pytest.fixture(scope="module")
def booked(service: Running) -> list[Caller]:
    """Three who have booked, the first of the week first."""
    callers = []
    for number, (name, weekday, time) in enumerate(BOOKED):
        caller = Caller(service, f"BOOK-{number}", f"+1202555020{number}")
        caller.say("", name, "yes", *MARY[2:-2], f"{coming(weekday)} at {time}", "yes")
        callers.append(caller)
    return callers


def booking(caller: Caller) -> dict[str, Any]:
    (one,) = (one for one in caller.asked("GET", "/bookings")["bookings"] if one["callSid"] == caller.sid)
    found: dict[str, Any] = one
    return found


def page(console: Console) -> Locator:
    return console.tab.get_by_role("article", name=re.compile("^(Bookings|预约)"))


def rows(console: Console) -> Locator:
    return page(console).locator("a.row")


def card(console: Console) -> Locator:
    """The booking that is opened."""
    return console.tab.get_by_role("complementary")


def open_bookings(console: Console) -> None:
    console.tab.get_by_role("navigation", name="Views").get_by_role("link", name="Bookings").click()
    expect(console.tab.get_by_role("heading", name="Bookings")).to_be_focused()


def test_bookings_are_found_by_day_state_and_words_and_the_address_keeps_it(opens: Opens, booked: list[Caller]) -> None:
    console = opens()
    open_bookings(console)
    expect(rows(console)).to_have_text([name for name, *_ in sorted(BOOKED, key=lambda one: booking(booked[BOOKED.index(one)])["start"])])
    search = page(console).get_by_role("searchbox")
    for words, found in (("lindq", ["Bo Lindqvist"]), ("555-0200", ["Dana Frost"]), (booking(booked[2])["reference"].lower(), ["Carla Diaz"])):
        search.fill(words)
        expect(rows(console)).to_have_text(found)
    search.fill("")
    day = booking(booked[1])["start"][:10]
    page(console).get_by_label(re.compile("^Bookings of this day")).fill(day)
    expect(rows(console)).to_have_text([name for one, (name, *_) in zip(booked, BOOKED, strict=True) if booking(one)["start"][:10] == day])
    console.tab.reload()
    expect(rows(console)).to_have_count(1)
    for period, text in (("Today", "No booking matches."), ("Past month", "No booking matches.")):
        page(console).get_by_role("button", name=period).click()
        expect(page(console)).to_contain_text(text)
    page(console).get_by_role("button", name="Coming").click()
    page(console).get_by_role("button", name="Cancelled").click()
    expect(rows(console)).to_have_count(0)
    page(console).get_by_role("button", name="All", exact=True).click()
    expect(rows(console)).to_have_count(3)
    console.tab.get_by_role("navigation", name="Views").get_by_role("link", name="Calls").click()
    expect(console.board).to_be_visible()


def test_one_is_moved_to_a_time_that_is_free_and_another_screen_follows(opens: Opens, booked: list[Caller]) -> None:
    ann, sue = opens(), opens()
    for console in (ann, sue):
        open_bookings(console)
        rows(console).filter(has_text="Dana Frost").click()
        expect(card(console).get_by_role("heading", name="Dana Frost")).to_be_focused()
    expect(card(ann)).to_contain_text("10:00 – 11:00 AM")
    card(ann).get_by_role("button", name="Move…").click()
    form = card(ann).get_by_role("form", name="Move")
    expect(form.get_by_label("Day")).to_be_focused()
    form.get_by_role("button", name="Move it").click()
    expect(form.get_by_role("alert")).to_have_text("Choose a time first.")
    form.get_by_label("Time", exact=True).fill("03:00")
    form.get_by_role("button", name="Move it").click()
    expect(form.get_by_role("alert")).to_have_text("Refused: closed then.")
    form.get_by_label("Day").fill("2020-01-01")
    expect(form).to_contain_text("Nothing is free that day.")
    form.get_by_label("Day").fill(booking(booked[0])["start"][:10])
    form.get_by_role("button", name="2:30 PM").click()
    form.get_by_role("button", name="Move it").click()
    expect(ann.tab.get_by_text(re.compile(r"^Moved to .*2:30"))).to_be_visible()
    expect(form).to_have_count(0)
    for console in (ann, sue):
        expect(card(console)).to_contain_text("2:30 – 3:30 PM")
        expect(page(console).get_by_role("row", name="Dana Frost")).to_contain_text("2:30")
    assert booking(booked[0])["start"][11:16] == "14:30"
    assert booked[0].record()["booking"]["start"][11:16] == "14:30"
    told = booked[0].asked("GET", f"/calls/{booked[0].sid}?events=1")["events"]
    assert {event["source"] for event in told if event["type"] == "client_updated"} == {"ann"}


def test_what_it_says_is_corrected_and_a_change_by_another_hand_is_never_overwritten_in_silence(opens: Opens, booked: list[Caller]) -> None:
    console = opens()
    console.tab.evaluate(f"location.hash = '#/bookings/{booking(booked[1])['reference']}/{booked[1].sid}'")
    card(console).get_by_role("button", name="Correct…").click()
    form = card(console).get_by_role("form", name="Correct")
    form.get_by_label("Email").fill("bo@")
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert").filter(has_text="Email: Refused")).to_be_visible()
    expect(form.get_by_label("Email")).to_be_focused()
    expect(form.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    booked[1].asked("PATCH", f"/bookings/{booking(booked[1])['reference']}?callSid={booked[1].sid}", body={"name": "Bo Berg"})
    expect(form).to_contain_text("Changed meanwhile: Name: Bo Berg")
    form.get_by_label("Email").fill("bo@example.org")
    form.get_by_role("button", name="Keep mine").click()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    expect(card(console)).to_contain_text("bo@example.org")
    expect(card(console).get_by_role("heading", name="Bo Berg")).to_be_visible()
    expect(card(console).get_by_role("button", name="Correct…")).to_be_focused()
    assert (booking(booked[1])["name"], booking(booked[1])["email"]) == ("Bo Berg", "bo@example.org")


def test_one_is_cancelled_with_a_reason_after_a_second_thought(opens: Opens, service: Running, booked: list[Caller]) -> None:
    caller = Caller(service, "BOOK-cancel", "+12025550210")
    caller.say("", "Vera Stone", "yes", *MARY[2:-2], f"{coming(4)} at 1 pm", "yes")
    console = opens("BOOK-cancel")
    asked: list[Any] = []
    console.tab.on("request", lambda request: asked.append(request.post_data_json) if request.method == "DELETE" else None)
    console.tab.get_by_role("link", name=re.compile("^Open booking")).click()
    for word in ("Keep it", "Cancel the booking"):
        card(console).get_by_role("button", name="Cancel booking…").click()
        dialog = console.tab.get_by_role("dialog", name=re.compile("^Cancel the booking of Vera Stone"))
        expect(dialog).to_contain_text("A mail tells mary@example.com.")
        dialog.get_by_label(re.compile("^Reason")).fill("The van broke down.")
        dialog.get_by_role("button", name=word).click()
        expect(dialog).to_be_hidden()
        state = "booked" if word == "Keep it" else "cancelled"
        expect(card(console)).to_have_attribute("data-state", state)
    assert booking(caller)["state"] == "cancelled"
    assert asked == [{"reason": "The van broke down.", "agentId": "ann"}]
    for act in ("Move…", "Correct…", "Cancel booking…"):
        expect(card(console).get_by_role("button", name=act)).to_have_count(0)
    expect(page(console).get_by_role("row", name="Vera Stone")).to_contain_text("Cancelled")
    card(console).get_by_role("link", name="The call that booked it").click()
    expect(console.tab.get_by_role("heading", name="Vera Stone")).to_be_visible()


def test_one_that_was_cancelled_or_erased_meanwhile_is_said_to_be(opens: Opens, service: Running) -> None:
    caller = Caller(service, "BOOK-gone", "+12025550211")
    caller.say("", "Gus Late", "yes", *MARY[2:-2], f"{coming(0)} at 1 pm", "yes")
    console = opens()
    reference = booking(caller)["reference"]
    console.tab.route("**/bookings/*/times?*", lambda route: route.fulfill(status=200, json={"day": "", "times": []}))
    console.tab.evaluate(f"location.hash = '#/bookings/{reference}/{caller.sid}'")
    card(console).get_by_role("button", name="Move…").click()
    gone = {"status": 409, "json": {"code": "booking_cancelled"}}
    console.tab.route(f"**/bookings/{reference}?*", lambda route: route.fulfill(**gone) if route.request.method == "PATCH" else route.continue_())
    card(console).get_by_label("Time", exact=True).fill("10:00")
    card(console).get_by_role("button", name="Move it").click()
    expect(card(console).get_by_role("alert")).to_have_text("Somebody has cancelled it meanwhile.")
    caller.asked("DELETE", "/calls/BOOK-gone")
    expect(card(console)).to_contain_text("There is no such booking any more")
    expect(rows(console).filter(has_text="Gus Late")).to_have_count(0)
    expect(console.tab.locator("body")).not_to_contain_text("Gus Late")


def test_it_is_worked_by_keys(opens: Opens, booked: list[Caller]) -> None:
    console = opens()
    open_bookings(console)
    expect(rows(console).first).to_be_visible()
    console.tab.keyboard.press("j")
    expect(rows(console).first).to_be_focused()
    name = rows(console).first.inner_text()
    console.tab.keyboard.press("Enter")
    expect(card(console).get_by_role("heading", name=name)).to_be_focused()
    console.tab.keyboard.press("Escape")
    expect(card(console)).to_have_count(0)
    expect(rows(console).first).to_be_focused()
    console.tab.keyboard.press("/")
    expect(page(console).get_by_role("searchbox")).to_be_focused()
    console.tab.keyboard.press("Tab")
    console.tab.get_by_role("heading", name="Bookings").focus()
    console.tab.keyboard.press("Escape")
    expect(page(console)).to_have_count(0)
    expect(console.board).to_be_visible()


def test_a_viewer_sees_that_there_are_some_and_no_value(opens: Opens, booked: list[Caller]) -> None:
    console = opens(token=VIEWER)
    open_bookings(console)
    expect(rows(console).filter(has_text="BOOK-0")).to_have_count(1)
    expect(page(console).get_by_role("searchbox")).to_have_count(0)
    for act in ("Calendar address", "Coming", "Send again"):
        expect(page(console).get_by_role("button", name=act)).to_have_count(0)
    assert "Carla" not in console.tab.content()
    assert booking(booked[0])["reference"] not in console.tab.content()
    rows(console).filter(has_text="BOOK-0").click()
    expect(console.field("name").get_by_role("button")).to_have_text("•••")
    expect(console.tab.get_by_role("region", name="Booking").get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize(
    ("mail", "sent", "told"),
    [
        ("late", False, "not sent: the appointment had begun"),
        ("returned", False, "came back from {email}"),
        ("taken", True, "sent to {email}"),
        ("due", False, "not sent yet"),
    ],
)
def test_how_it_stands_with_its_mail_is_said_as_at_its_call(opens: Opens, booked: list[Caller], mail: str, sent: bool, told: str) -> None:
    """What the service says of the mail is made up here."""

    def answered(route: Route) -> None:
        call = route.fetch().json()
        call |= {"booking": {**call["booking"], "mail": mail}, "confirmEmailsent": sent}
        route.fulfill(status=200, json=call)

    console = opens()
    console.tab.route(re.compile(r"/calls/BOOK-1$"), answered)
    open_bookings(console)
    one = booking(booked[1])
    rows(console).filter(has_text=one["name"]).click()
    expect(card(console)).to_contain_text(told.format(email=one["email"]))
    expect(card(console).get_by_text("not sent yet")).to_have_count(int(mail == "due"))


def test_the_address_of_the_calendar_is_told_to_a_supervisor(opens: Opens, booked: list[Caller]) -> None:
    console = opens()
    open_bookings(console)
    console.press("Calendar address")
    told = console.tab.get_by_role("dialog", name="Calendar of Acme Home Services").locator("code")
    expect(told).to_have_text(booked[0].asked("GET", "/bookings/feed")["url"])
    console.press("Close")
    expect(told).to_have_count(0)


def test_in_chinese_and_on_a_telephone_one_is_moved_as_well(browser: Browser, service: Running, booked: list[Caller]) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN", has_touch=True)
    console = Console(context.new_page(), service).open()
    console.tab.get_by_role("navigation", name="视图").get_by_role("link", name="预约").click()
    rows(console).filter(has_text="Carla Diaz").click()
    card(console).get_by_role("button", name="改期…").click()
    form = card(console).get_by_role("form", name="改期")
    form.get_by_label("日期").fill(booking(booked[2])["start"][:10])
    form.get_by_role("button", name="8:30", exact=True).click()
    form.get_by_role("button", name="改期").click()
    expect(card(console)).to_contain_text("8:30")
    assert booking(booked[2])["start"][11:16] == "08:30"
    assert console.tab.evaluate("document.documentElement.scrollWidth") == 360
    card(console).get_by_role("link", name="关闭此预约").click()
    expect(rows(console).filter(has_text="Carla Diaz")).to_be_visible()
    assert console.errors == []
    context.close()


def test_while_the_store_is_away_nothing_is_pressed_and_what_is_shown_stays(browser: Browser, tmp_path: Path) -> None:
    redis = RedisServer()
    with answering(tmp_path, REDIS_URL=redis.url) as running:
        Caller(running, "BOOK-away").say("", *MARY)
        context = browser.new_context(locale="en-US")
        console = Console(context.new_page(), running).open()
        open_bookings(console)
        rows(console).first.click()
        expect(card(console)).to_contain_text("Nothing is waiting to be delivered.")
        redis.close()
        expect(console.line).to_contain_text("Store away")
        expect(card(console).get_by_role("button", name="Move…")).to_have_attribute("aria-disabled", "true")
        card(console).get_by_role("button", name="Move…").click(force=True)
        expect(console.tab.get_by_text("This cannot be changed while the call store is away.")).to_be_visible()
        expect(rows(console)).to_have_text(["Mary O'Neill"])
        console.tab.evaluate(f"location.hash = '#/bookings?day={date.today() + timedelta(days=1)}'")
        expect(page(console)).to_contain_text("The store is away. The bookings are shown as soon as it is back.")
        assert console.errors == []
        context.close()


def test_the_business_that_is_looked_at_is_the_same_on_every_page(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    with answering(tmp_path, REDIS_URL=redis_url, SLOTLINE_BUSINESS=two_businesses(tmp_path / "businesses")) as running:
        Caller(running, "BOOK-acme").say("", "Alex Acme", "yes", *MARY[2:])
        Caller(running, "BOOK-bolt", dialled="+12025550200").say("", "Bea Bolt", "yes", *MARY[2:])
        context = browser.new_context(locale="en-US")
        console = Console(context.new_page(), running).open()
        open_bookings(console)
        expect(rows(console)).to_have_count(2)
        expect(page(console).get_by_role("row", name="Bea Bolt")).to_contain_text("Bolt Electric")
        console.press("Calendar address")
        expect(console.tab.get_by_role("dialog")).to_contain_text("Choose one of the businesses above first.")
        console.press("Close")
        console.tab.get_by_role("combobox", name="Business").select_option("Bolt Electric")
        expect(rows(console)).to_have_text(["Bea Bolt"])
        console.press("Calendar address")
        expect(console.tab.get_by_role("dialog").locator("code")).to_contain_text("/feeds/bolt/")
        console.press("Close")
        console.tab.get_by_role("navigation", name="Views").get_by_role("link", name="Calls").click()
        expect(console.tab.locator(".closed a.row")).to_have_text(["Bea Bolt"])
        console.tab.get_by_role("combobox", name="Business").select_option("All businesses")
        open_bookings(console)
        expect(rows(console)).to_have_count(2)
        assert console.errors == []
        context.close()
