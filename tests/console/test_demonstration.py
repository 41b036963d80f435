"""A caller who plays a call by themselves: what they answer, and that it comes to a booking with any business, in each of its languages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from api.console.assets import assets
from tests.api.processes import Running, serving
from tests.conftest import RedisServer
from tests.console.conftest import Plays
from tests.console.panels import Panel
from tests.patience import PATIENCE_S, until

MODULE = f"/console/{assets().hash}/page/lib/demonstration.js"
BUSINESSES = Path(__file__).parents[1] / "businesses"
ACTIVE = {"status": "active", "step": "name", "expecting": "value"}
FIRM = {"country": "US", "services": [{"name": {"en": "Piano tuning", "zh": "钢琴调音"}}, {"name": "Something else"}]}
CALLS = """async ({ module, business, language, number }) => {
  const { person, reply } = await import(module);
  const who = person(business, language, number);
  const callSid = `demonstration-${business.id}-${language}`;
  let [message, asked, times, progress] = ["", "", 0, null];
  while (message !== null) {
    const customerMessage = { speaker: "customer", message, startedAt: new Date().toISOString() };
    const body = JSON.stringify({ callSid, from: who.from, to: business.numbers[0] ?? "", language, customerMessage });
    const answer = await fetch("/ai/conversation", { method: "POST", headers: { "content-type": "application/json" }, body });
    ({ progress } = await answer.json());
    const now = `${progress.step} ${progress.expecting}`;
    times = asked === now ? times + 1 : 0;
    asked = now;
    message = reply(who, progress, times);
  }
  return progress.status;
}"""


@pytest.fixture(scope="module")
def firms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Seven businesses in four countries."""
    redis = RedisServer()
    with serving(tmp_path_factory.mktemp("firms"), REDIS_URL=redis.url, SLOTLINE_BUSINESS=str(BUSINESSES)) as running:
        yield running
    redis.close()


@pytest.fixture(scope="module")
def page(browser: Browser, firms: Running) -> Iterator[Page]:
    found = browser.new_page()
    found.set_default_timeout(PATIENCE_S * 1000)
    found.goto(f"{firms.url}/health")
    yield found
    found.close()


def replies(page: Page, language: str, *asked: tuple[dict[str, str], int]) -> list[str | None]:
    given = [{**ACTIVE, **progress, "times": times} for progress, times in asked]
    found: list[str | None] = page.evaluate(
        "async ([module, firm, language, asked]) => { const { person, reply } = await import(module); const who = person(firm, language, 7);"
        " return asked.map(({ times, ...progress }) => reply(who, progress, times)); }",
        [MODULE, FIRM, language, given],
    )
    return found


def test_it_answers_what_is_asked_with_what_the_business_offers(page: Page) -> None:
    english = replies(
        page,
        "en-GB",
        ({"step": "service"}, 0),
        ({"step": "service", "expecting": "choice"}, 0),
        ({"step": "phone"}, 0),
        ({"step": "time", "expecting": "choice"}, 0),
        ({"step": "email", "expecting": "confirmation"}, 0),
    )
    assert english == ["I'd like to book Piano tuning, please", "Piano tuning", "+12025550107", "The first one", "Yes"]
    assert replies(page, "zh-CN", ({"step": "service"}, 0), ({"step": "confirm", "expecting": "confirmation"}, 0)) == ["我想预约钢琴调音", "对"]


def test_it_says_it_otherwise_holds_the_line_and_gives_up_like_anybody(page: Page) -> None:
    first, second, *_, last = replies(page, "en-US", *(({}, times) for times in range(5)))
    assert first != second
    assert last is None
    assert replies(page, "en-US", ({"status": "waiting_agent", "expecting": "nothing"}, 0), ({"expecting": "nothing"}, 50)) == ["", None]
    assert replies(page, "en-US", ({"status": "booked", "expecting": "nothing"}, 0), ({"status": "ended"}, 0)) == [None, None]


def test_a_long_sentence_is_listened_to_for_longer(page: Page) -> None:
    short, long, chinese, most = page.evaluate(
        "async (module) => { const { hearing } = await import(module);"
        " return [hearing('Yes?'), hearing('And what is the address, please?'), hearing('请问您的地址是什么？'), hearing('a'.repeat(9999))]; }",
        MODULE,
    )
    assert short < long < most
    assert short < chinese < most
    assert most < 10_000


def test_it_books_with_any_business_in_each_of_its_languages(page: Page, firms: Running) -> None:
    found: dict[tuple[str, str], Any] = {}
    for number, business in enumerate(firms.http.get("/desk").json()["businesses"]):
        for language in business["languages"]:
            given = {"module": MODULE, "business": business, "language": language, "number": number}
            found[business["id"], language] = page.evaluate(CALLS, given)
    assert len(found) > 10
    assert set(found.values()) == {"booked"}, found


SECOND = 1000


def ended(panel: Panel) -> bool:
    """Whether the call is over, a second later."""
    panel.turn(SECOND)
    return panel.panel.get_by_role("heading", level=3).is_visible()


@pytest.mark.parametrize(("language", "play", "booked"), [("en-US", "Play a demonstration call", "Booked."), ("zh-CN", "播放演示通话", "已预约")])
def test_it_plays_itself_on_the_page_and_ends_booked(plays: Plays, language: str, play: str, booked: str) -> None:
    panel = plays(language=language, by_hand=True)
    panel.press("Be the caller" if language == "en-US" else "扮演来电者")
    panel.turn(SECOND)
    panel.press(play)
    until(lambda: ended(panel))
    expect(panel.panel.get_by_role("heading", level=3)).to_contain_text(booked)
    assert panel.record()["servicebooked"]
    assert panel.record()["language"] == language[:2]


def test_it_waits_while_paused_and_leaves_the_line_to_whoever_types(plays: Plays) -> None:
    panel = plays(by_hand=True)
    panel.press("Be the caller")
    panel.turn(SECOND)
    panel.press("Play a demonstration call")
    until(lambda: (panel.turn(SECOND), panel.heard.count() == 3)[1])
    panel.press("Pause")
    panel.turn(60 * SECOND)
    assert panel.heard.count() == 3
    panel.press("Go on")
    until(lambda: (panel.turn(SECOND), panel.heard.count() == 5)[1])
    panel.panel.get_by_label("What you say").fill("Twelve Main Street, Albany, New York")
    panel.press("Say it")
    until(lambda: (panel.turn(SECOND), panel.heard.count() == 7)[1])
    expect(panel.panel.get_by_text("The caller plays themselves.")).to_have_count(0)
    panel.turn(60 * SECOND)
    assert panel.heard.count() == 7
