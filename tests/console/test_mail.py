"""The confirmation of a booking, as a supervisor sees it: come back, corrected, sent."""

from pathlib import Path

import msgspec
from playwright.sync_api import Browser, Route, expect

from tests.console.pages import MARY, Caller, Console, answering
from tests.faults.mail_office import mail_office
from tests.patience import until


def test_a_mail_that_came_back_is_shown_and_sent_to_the_corrected_address(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    tab = browser.new_page()
    with mail_office() as mails:
        mails.refuses = True
        mail = {"SLOTLINE_SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "SLOTLINE_MAIL_FROM": "bookings@example.com"}
        with answering(tmp_path, REDIS_URL=redis_url, **mail) as running:
            console, caller = Console(tab, running).open("CA-mail"), Caller(running, "CA-mail")
            caller.say("", *MARY)
            booking = tab.get_by_role("region", name="Booking")
            expect(booking).to_contain_text("came back from mary@example.com")
            expect(console.talk).to_contain_text("Sent the confirmation")
            need = console.board.locator('.need[data-sid="CA-mail"]')
            for _ in range(2):
                expect(need).to_contain_text("The mail came back")
                expect(need.get_by_role("button", name="Look at the call of Mary O'Neill")).to_be_visible()
                tab.reload()
            expect(need).to_have_count(1)
            mails.refuses = False
            caller.asked("PATCH", "/calls/CA-mail", body={"email": "mary@example.org"})
            expect(booking).to_contain_text("sent to mary@example.org")
            expect(need).to_have_count(0)
            assert console.errors == []
        assert [b"mary@example.org" in one for one in mails.taken] == [True]
    tab.close()


def test_mails_that_came_back_are_all_asked_for_page_by_page(browser: Browser, redis_url: str, tmp_path: Path) -> None:
    """What the service lists of them is made up here: two pages, of which the second has the call."""
    tab = browser.new_page()
    asked: list[str] = []

    def listed(route: Route) -> None:
        before = route.request.url.partition("before=")[2]
        asked.append(before)
        there = [{"kind": "mail", "callSid": "CA-mail", "made": "2026-03-02T14:00:00Z"}] if before else []
        route.fulfill(body=msgspec.json.encode({"deliveries": there, "next": None if before else "1-msg_1"}), content_type="application/json")

    with mail_office() as mails:
        mails.refuses = True
        mail = {"SLOTLINE_SMTP_URL": f"smtp://127.0.0.1:{mails.port}", "SLOTLINE_MAIL_FROM": "bookings@example.com"}
        with answering(tmp_path, REDIS_URL=redis_url, **mail) as running:
            caller = Caller(running, "CA-mail")
            caller.say("", *MARY)
            until(lambda: caller.asked("GET", "/calls/CA-mail")["booking"].get("mail") == "returned")
            tab.route("**/outbox?*", listed)
            console = Console(tab, running).open("CA-other")
            expect(console.board.locator('.need[data-sid="CA-mail"]')).to_contain_text("The mail came back")
            assert asked[:2] == ["", "1-msg_1"]
    tab.close()
