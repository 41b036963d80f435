"""The order of those who need somebody."""

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import RedisServer
from tests.console.pages import MARY, PATIENT, Caller, Console, answering, coming


def test_whom_the_office_gave_no_answer_wants_a_person_and_keeps_the_place(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    redis = RedisServer()
    with answering(tmp_path_factory.mktemp("needs"), approval_wait_s=1, REDIS_URL=redis.url, **PATIENT) as service:
        asked = Caller(service, "CA-asked", "+12025550181")
        asked.say("", "Olga First", *MARY[1:6], "I have no hot water", f"{coming(1)} at 2 pm", "yes")
        Caller(service, "CA-second", "+12025550182").say("", "Sven Second", "can I talk to a person please")
        console = Console(browser.new_page(), service).open()
        rows, first = console.board.locator(".needs a.row"), console.board.locator('.need[data-sid="CA-asked"]')
        expect(rows).to_have_text(["Olga First", "Sven Second"])
        expect(first.locator(".left")).to_have_text("time is up")
        asked.say("are you still there?")
        expect(first.locator(".why")).to_have_text("The office gave no answer")
        expect(first.get_by_role("button", name="Take the call of Olga First")).to_be_visible()
        expect(rows).to_have_text(["Olga First", "Sven Second"])
        Caller(service, "CA-third", "+12025550183").say("", "Tom Third", "can I talk to a person please")
        expect(rows).to_have_text(["Olga First", "Sven Second", "Tom Third"])
        console.tab.reload()
        expect(rows).to_have_text(["Olga First", "Sven Second", "Tom Third"])
        console.tab.close()
        assert console.errors == []
    redis.close()
