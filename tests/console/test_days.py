"""Closed calls by the day on which they began: where the business is, whatever the watch of whoever looks on says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Browser, Locator, expect

from storage.connect import connect
from storage.keys import Ttl
from tests.api.processes import Running
from tests.api.stories import Story
from tests.conftest import RedisServer
from tests.console.conftest import Opens
from tests.console.pages import Console

HERE = ZoneInfo("America/New_York")
"""Where the example business is."""


@pytest.fixture(scope="module")
def days(service: Running, redis_of_console: RedisServer) -> list[str]:
    """Today where the business is, yesterday and the day before: on each, somebody called right after midnight and somebody right before it."""
    midnight = datetime.now(HERE).replace(hour=0, minute=0, second=0, microsecond=0)
    begun = [midnight - timedelta(days=ago) for ago in range(-1, 3)]

    async def told() -> None:
        store = await connect(redis_of_console.url, channel_prefix="sse:", ttl=Ttl())
        for name, late, early in zip(("Tina", "Yves", "Lena"), begun, begun[1:], strict=False):
            for when, at in (("Dawn", early), ("Night", late - timedelta(seconds=1))):
                story = Story(store, f"CA-day-{name}-{when}", at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
                await story.fill("name", f"{name} {when}")
                await story.become("ended")
        await store.close()

    with start_blocking_portal() as portal:  # the browser's loop is in this thread
        portal.call(told)
    return [each.date().isoformat() for each in begun[1:]]


def closed(console: Console) -> Locator:
    return console.tab.get_by_role("region", name="Closed")


def names(console: Console) -> Locator:
    return closed(console).locator("a.row")


def test_yesterday_s_calls_are_a_click_away_and_the_address_keeps_the_day(opens: Opens, days: list[str]) -> None:
    console = opens()
    day = closed(console).get_by_role("group", name="Day")
    expect(names(console)).to_have_count(6)
    day.get_by_role("button", name="Yesterday").click()
    expect(names(console)).to_have_text(["Yves Night", "Yves Dawn"])
    expect(day.locator("input")).to_have_value(days[1])
    closed(console).get_by_role("searchbox").fill("dawn")
    expect(names(console)).to_have_text(["Yves Dawn"])
    console.tab.reload()
    expect(names(console)).to_have_text(["Yves Dawn"])
    expect(day.get_by_role("button", name="Yesterday")).to_have_attribute("aria-pressed", "true")
    closed(console).get_by_role("searchbox").fill("")
    day.locator("input").fill(days[2])
    expect(names(console)).to_have_text(["Lena Night", "Lena Dawn"])
    expect(day.locator("[aria-pressed=true]")).to_have_count(0)
    day.get_by_role("button", name="Today").click()
    expect(names(console)).to_have_text(["Tina Night", "Tina Dawn"])
    day.get_by_role("button", name="Any day").click()
    expect(names(console)).to_have_count(6)
    expect(day.locator("input")).to_have_value("")


def test_a_day_is_one_where_the_business_is_not_where_the_desk_is(browser: Browser, service: Running, days: list[str]) -> None:
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # a day apart
        context = browser.new_context(locale="zh-CN", timezone_id=zone)
        console = Console(context.new_page(), service).open()
        day = closed(console).or_(console.tab.get_by_role("region", name="历史通话")).get_by_role("group", name="日期")
        day.get_by_role("button", name="昨天").click()
        expect(day.locator("input")).to_have_value(days[1])
        expect(console.tab.locator(".closed a.row")).to_have_text(["Yves Night", "Yves Dawn"])
        assert console.errors == []
        context.close()


def test_an_address_that_names_no_day_finds_nothing(opens: Opens, days: list[str]) -> None:
    console = opens()
    expect(names(console)).to_have_count(6)
    console.tab.evaluate("location.hash = '#/?day=2026-02-30'")
    expect(closed(console).get_by_text("No closed call matches.")).to_be_visible()
