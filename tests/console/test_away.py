"""Redis away, as a supervisor lives through it whose host goes on in its journal: what is shown, what can be done, how it is when Redis is back."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, expect

from agent.record.call import Booking
from storage import keys
from storage.connect import connect
from storage.journal.schema import FILE
from storage.keys import Ttl
from tests.api.processes import Running
from tests.conftest import RedisServer
from tests.console.pages import MARY, PATIENT, Caller, Console, answering, coming
from tests.patience import until
from tests.storage.calls import begin

UNTIL_BOOKED = MARY[2:]
WORDS = {"en": ("To be confirmed", "Booked", "Not free any more", "Free then"), "zh": ("待确认", "已预约", "时间已被约走", "可约时间")}


class Host(NamedTuple):
    service: Running
    redis: RedisServer
    journal: Path

    def notes(self, sid: str, lines: int) -> None:
        """Ends when the journal has so much of what was said: two workers who note two turns in the same moment may do so the wrong way round."""

        def noted() -> bool:
            with closing(sqlite3.connect(self.journal)) as db, suppress(sqlite3.OperationalError):  # it may be yet to be made
                return bool(db.execute("SELECT count(*) FROM lines WHERE sid = ?", (sid,)).fetchone()[0] == lines)
            return False

        until(noted)

    def comes_back(self, taken: Booking | None = None) -> None:
        """Redis is there, and has all that was noted meanwhile. `taken`: by another host, before this one reached it."""
        pids = [event["pid"] for event in self.service.events if event["event"] == "started"]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        self.redis.start()
        if taken:
            with ThreadPoolExecutor(1) as beside:  # the browser has the loop of this thread
                beside.submit(asyncio.run, self._take(taken)).result()
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
        until(lambda: Caller(self.service, "").asked("GET", "/health")["status"] == "ok")

    async def _take(self, place: Booking) -> None:
        store = await connect(self.redis.url, channel_prefix=None, ttl=Ttl())
        await begin(store, place.sid, business=place.business, booking=place)
        await store.close()


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """Two workers over a Redis that keeps what it has when it is killed."""
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    with answering(tmp_path, REDIS_URL=server.url, **PATIENT) as running:
        yield Host(running, server, tmp_path / "data" / "journal" / FILE)
    server.close()


@pytest.fixture
def console(browser: Browser, host: Host) -> Iterator[Console]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    made = Console(context.new_page(), host.service)
    yield made
    context.close()
    assert made.errors == []


def banner(console: Console, *words: str) -> None:
    for word in words:
        expect(console.tab.locator('.banner[data-kind="away"]')).to_contain_text(word)


def test_the_talk_goes_on_on_the_screen_and_each_step_is_there_once_when_redis_is_back(console: Console, host: Host) -> None:
    caller = Caller(host.service, "AWAY-talk")
    caller.say("")
    console.open("AWAY-talk")
    host.notes("AWAY-talk", 1)
    caller.say("Mary O'Neill")
    host.notes("AWAY-talk", 3)
    expect(console.said).to_have_count(3)
    host.redis.kill()
    banner(console, "The call store has been away since", "You see the calls of this host.")
    caller.say("yes", "mumble", "24 Clinton Avenue, Albany, NY 12207")
    expect(console.said).to_have_count(9)
    expect(console.field("phone")).to_have_attribute("data-kind", "filled")
    missed = console.tab.locator(".missed").first.inner_text()
    talk = console.talk.locator("li p, li.card span").all_inner_texts()

    late = Console(console.tab.context.new_page(), host.service).open("AWAY-talk")
    expect(late.said).to_have_count(9)
    expect(late.line).to_contain_text("Store away")
    expect(late.row("Mary O'Neill")).to_be_visible()
    caller.say("yes")
    for one in (console, late):
        expect(one.said).to_have_count(11)

    host.comes_back()
    for one in (console, late):
        expect(one.line).to_contain_text("Live")
        expect(one.talk.locator("[data-degraded]")).to_have_count(0)
        expect(one.said).to_have_count(11)
        assert one.said.locator("p").all_inner_texts() == [line["message"] for line in caller.record()["history"]]
    assert console.talk.locator("li p, li.card span").all_inner_texts()[: len(talk)] == talk
    assert console.tab.locator(".missed").first.inner_text() == missed
    assert late.errors == []


def test_a_supervisor_does_what_there_is_to_do_and_it_stands_when_redis_is_back(console: Console, host: Host) -> None:
    caller, dear = Caller(host.service, "AWAY-deeds"), Caller(host.service, "AWAY-dear", "+12025550144")
    caller.say("", "Mary O'Neill")
    dear.say("", "Bob Stone", "yes", *UNTIL_BOOKED[:4], "water heater service", f"{coming(2)} at 2 pm", "yes")
    console.open("AWAY-deeds")
    host.redis.kill()
    banner(console, "what you do to them is kept")
    console.press("Take over")
    expect(console.tab.locator(".speaks")).to_have_text("You are speaking with the caller")
    console.tab.get_by_role("textbox", name="What the caller hears next").fill("Ann here.")
    console.tab.keyboard.press("Enter")
    assert caller.say("hello?")["aiResponse"]["message"].startswith("Ann here.")
    expect(console.said.last).to_contain_text("hello?")
    console.press("Hand back")
    console.press("Edit the name")
    entry = console.field("name").get_by_role("textbox", name="Name")
    entry.fill("Mary-Anne O'Neill")
    entry.press("Enter")
    expect(console.field("name")).to_contain_text("Mary-Anne O'Neill")
    expect(console.tab.get_by_role("button", name="Erase this caller…")).not_to_have_attribute("aria-disabled", "true")
    console.tab.evaluate("location.hash = '#/call/AWAY-dear'")
    approve = console.tab.get_by_role("button", name="Approve", exact=True)
    expect(approve).to_have_attribute("aria-disabled", "true")  # no place can be promised
    approve.click(force=True)
    expect(console.tab.locator(".notice")).to_have_text("This cannot be changed while the call store is away.")
    host.comes_back()
    expect(console.line).to_contain_text("Live")
    approve.click()
    expect(console.tab.locator(".booking h3")).to_contain_text("Booking")
    console.tab.evaluate("location.hash = '#/call/AWAY-deeds'")
    record = caller.record()
    assert record["user"]["userInfo"]["name"] == "Mary-Anne O'Neill"
    assert [line["message"] for line in record["history"] if line["speaker"] == "agent"] == ["Ann here."]
    expect(console.talk.get_by_text("Ann here.")).to_have_count(1)
    expect(console.talk.get_by_text("Ann took over")).to_have_count(1)


def test_a_call_of_another_host_cannot_be_shown_nor_changed_and_the_page_says_so_kindly(console: Console, host: Host) -> None:
    known, other = Caller(host.service, "AWAY-known"), Caller(host.service, "AWAY-other", "+12025550145")
    known.say("", "Mary O'Neill")
    console.open()
    expect(console.row("Mary O'Neill")).to_be_visible()
    host.redis.client.set(keys.document("AWAY-elsewhere"), host.redis.client.get(keys.document("AWAY-known")))
    host.redis.kill()
    banner(console, "You see the calls of this host.")
    console.tab.evaluate("location.hash = '#/call/AWAY-elsewhere'")
    expect(console.tab.locator(".plain-screen")).to_contain_text("This host does not know the call.")
    host.comes_back()
    expect(console.tab.get_by_role("heading", name="Mary O'Neill")).to_be_visible()
    assert other.say("")["shouldTransfer"] is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_booking_that_is_noted_is_shown_as_such_and_booked_or_handed_to_a_person_afterwards(console: Console, host: Host, language: str) -> None:
    noted, booked, taken, free = WORDS[language]
    callers = [Caller(host.service, f"AWAY-{number}", f"+1202555014{number}") for number in (4, 5)]
    for caller, name in zip(callers, ("Mary O'Neill", "Bob Stone"), strict=True):
        caller.say("", name)
    console.open("AWAY-4", query=f"&lang={language}")
    expect(console.tab.locator("li[data-who]")).to_have_count(3)
    host.redis.kill()
    expect(console.tab.locator('.banner[data-kind="away"]')).to_be_visible()
    for caller in callers:
        caller.say("yes", *UNTIL_BOOKED)
        assert caller.record()["booking"]["state"] == "to_be_confirmed"
    expect(console.tab.locator(".booking h3")).to_contain_text(noted)
    expect(console.tab.locator(".speaks")).to_have_text(noted)
    expect(console.tab.locator(".board .tag", has_text=noted)).to_have_count(2)
    console.tab.evaluate("location.hash = '#/'")
    expect(console.tab.locator(".closed .outcome", has_text=noted)).to_have_count(2)
    expect(console.tab.locator(".closed")).to_contain_text("本机" if language == "zh" else "these are the calls of this host")

    wanted = callers[0].record()
    start, end = (int(datetime.fromisoformat(wanted["booking"][edge]).timestamp()) for edge in ("start", "end"))
    host.comes_back(Booking(business=wanted["company"]["id"], sid="ELSEWHERE", start=start, end=end))
    records = [caller.record() for caller in callers]
    lost = [record["callSid"] for record in records if record["why"] == "not_free"]
    assert sorted(record["servicebooked"] for record in records) == [False, True]  # the business does two jobs at a time
    expect(console.tab.locator(".closed .outcome", has_text=booked)).to_have_count(1)
    expect(console.tab.locator(".closed .outcome", has_text=noted)).to_have_count(0)
    expect(console.tab.locator(f'.need[data-sid="{lost[0]}"]')).to_contain_text(taken)
    console.tab.evaluate(f"location.hash = '#/call/{lost[0]}'")
    offered = console.tab.locator(".packet .gaps").last
    expect(offered).to_contain_text(free)
    assert len(records[[record["callSid"] for record in records].index(lost[0])]["packet"]["free"]) == 3
