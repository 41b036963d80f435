"""The confirmation of a booking, as a supervisor sees it: come back, corrected, sent."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.console.pages import MARY, Caller, Console, answering
from tests.faults.mail_office import mail_office


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
