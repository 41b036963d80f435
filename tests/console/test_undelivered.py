"""What could not be delivered, as a supervisor sees it in a real browser: counted, explained, sent again."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.axe import found
from tests.console.conftest import Opens
from tests.console.looks import TWO
from tests.console.pages import MARY, VIEWER, Caller, Console, answering, coming
from tests.faults.mail_office import MailOffice, mail_office


@pytest.fixture
def office() -> Iterator[MailOffice]:
    """A mail server that will have none of them."""
    with mail_office() as mails:
        mails.refuses = True
        yield mails


@pytest.fixture
def desk(office: MailOffice, tmp_path: Path) -> Iterator[Running]:
    """Two whose mail came back."""
    redis = RedisServer()
    mail = {"SLOTLINE_SMTP_URL": f"smtp://127.0.0.1:{office.port}", "SLOTLINE_MAIL_FROM": "bookings@example.com"}
    with answering(tmp_path, REDIS_URL=redis.url, **mail) as running:
        for number, name in enumerate(("Mary O'Neill", "Tom Baker")):
            Caller(running, f"CA-back-{number}", f"+1202555022{number}").say("", name, "yes", *MARY[2:-2], f"{coming(number)} at 10 am", "yes")
        yield running
    redis.close()


def way(console: Console) -> Locator:
    return console.tab.get_by_role("navigation").get_by_role("link", name=re.compile("^(Undelivered|未送达)"))


def letter(console: Console, sid: str) -> Locator:
    return console.tab.locator(".letters tbody tr").filter(has=console.tab.locator(f'a[href="#/call/{sid}"]'))


def test_what_came_back_is_counted_explained_and_sent_again(opens: Opens, desk: Running, office: MailOffice) -> None:
    console = opens(over=desk)
    expect(way(console)).to_have_text("Undelivered 2")
    way(console).click()
    expect(console.tab.get_by_role("heading", name="Undelivered")).to_be_focused()
    mary = letter(console, "CA-back-0")
    for told in ("Mail: booked", "mary@example.com", "Given up: the mail server answered 550. Tried 1×."):
        expect(mary).to_contain_text(told)
    assert found(console, TWO) == {}
    console.tab.set_viewport_size({"width": 1280, "height": 800})
    if console.tab.evaluate("document.documentElement.lang") != "en":
        console.tab.get_by_role("button", name="English").click()

    mary.get_by_role("button", name="Send again").click()
    expect(mary).to_contain_text("Not delivered again: the mail server answered 550.")
    expect(way(console)).to_have_text("Undelivered 2")
    office.refuses = False
    mary.get_by_role("button", name="Send again").click()
    expect(mary).to_contain_text("Delivered.")
    expect(mary.get_by_role("button")).to_have_count(0)
    expect(way(console)).to_have_text("Undelivered 1")
    assert [b"mary@example.com" in one for one in office.taken] == [True]

    mary.get_by_role("link").first.click()
    booking = console.tab.get_by_role("complementary")
    expect(booking).to_contain_text("sent to mary@example.com")
    expect(booking.get_by_role("region", name="Mails and webhooks")).to_contain_text("Delivered.")
    way(console).click()
    expect(console.tab.locator(".letters tbody tr")).to_have_count(1)


def test_a_booking_tells_of_its_own_and_sends_it_again(opens: Opens, desk: Running, office: MailOffice) -> None:
    console = opens(over=desk)
    expect(way(console)).to_have_text("Undelivered 2")
    console.tab.get_by_role("navigation").get_by_role("link", name="Bookings").click()
    console.tab.locator(".page a.row").filter(has_text="Tom Baker").click()
    booking = console.tab.get_by_role("complementary")
    expect(booking).to_contain_text("came back from mary@example.com")
    owed = booking.get_by_role("region", name="Mails and webhooks")
    expect(owed).to_contain_text("Given up: the mail server answered 550.")
    office.refuses = False
    owed.get_by_role("button", name="Send again: Mail: booked").click()
    expect(owed).to_contain_text("Delivered.")
    expect(booking).to_contain_text("sent to mary@example.com")
    expect(way(console)).to_have_text("Undelivered 1")


def test_one_that_somebody_else_has_sent_is_said_to_be_gone(opens: Opens, desk: Running, office: MailOffice) -> None:
    console, caller = opens(over=desk), Caller(desk, "CA-back-1")
    way(console).click()
    office.refuses = False
    (one,) = caller.asked("GET", "/outbox?callSid=CA-back-1")["deliveries"]
    console.tab.route("**/outbox?*", lambda route: route.abort())  # the page does not hear of it
    caller.asked("POST", f"/outbox/{one['id']}/send", body={"callSid": "CA-back-1"})
    letter(console, "CA-back-1").get_by_role("button", name="Send again").click()
    expect(letter(console, "CA-back-1")).to_contain_text("No longer here")


def test_an_erased_caller_is_off_the_list_and_a_viewer_has_no_button(opens: Opens, desk: Running) -> None:
    ann, viewer = opens(over=desk), opens(token=VIEWER, over=desk)
    way(ann).click()
    expect(way(viewer)).to_have_count(0)
    viewer.tab.evaluate("location.hash = '#/outbox'")
    for console in (ann, viewer):
        expect(console.tab.locator(".letters tbody tr")).to_have_count(2)
    expect(viewer.tab.get_by_role("button", name="Send again")).to_have_count(0)
    assert "mary@example.com" not in viewer.tab.content()
    Caller(desk, "CA-back-0").asked("DELETE", "/calls/CA-back-0")
    for console in (ann, viewer):
        expect(console.tab.locator(".letters tbody tr")).to_have_count(1)
    expect(way(ann)).to_have_text("Undelivered 1")


def test_in_chinese_it_is_sent_again_as_well(opens: Opens, desk: Running, office: MailOffice) -> None:
    console = opens(over=desk, query="&lang=zh", width=360)
    console.tab.evaluate("localStorage.setItem('slotline.lang', 'zh')")
    console.tab.reload()
    way(console).click()
    expect(letter(console, "CA-back-0")).to_contain_text("已放弃：邮件服务器答复 550")
    office.refuses = False
    letter(console, "CA-back-0").get_by_role("button", name="重新发送").click()
    expect(letter(console, "CA-back-0")).to_contain_text("已送达")
    assert console.tab.evaluate("document.documentElement.scrollWidth") == 360
