"""The header where much is going on: many calls, two businesses, a list of what was not delivered. Nothing of it ends outside of the window."""

from collections.abc import Iterator

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import expect

from agent.record.delivery import Delivery
from storage.connect import connect
from storage.keys import Ttl
from storage.store import Change
from tests.api.processes import Running
from tests.api.stories import Story
from tests.conftest import RedisServer
from tests.console.conftest import Opens
from tests.console.pages import ANN, NAMELESS, PATIENT, VIEWER, Console, answering
from tests.console.test_board import two_businesses

OPEN, WAITING, UNDELIVERED = 135, 93, 201
WIDTHS = tuple(sorted({*range(320, 1441, 40), 390, 832, 833, 1200, 1201, 1366, 1408, 1409}))
"""Of windows, in pixels: of telephones and screens, and on both sides of where the form changes."""
LONG_NAME = "Wilhelmina.Featherstonehaugh-Cholmondeley"
SPILLED = """() => {
  const { documentElement: page } = document, header = document.querySelector("header");
  const found = [page, header].filter((each) => each.scrollWidth > each.clientWidth).map((each) => `${each.tagName} ${each.scrollWidth} wide`);
  const all = [...header.querySelectorAll("h1, dt, dd, a, select, button, .business, .me, .line-state span")];
  const sees = (each) => each.checkVisibility({ visibilityProperty: true }) && each.getBoundingClientRect().width && !each.closest(".skip");
  const seen = all.filter(sees);
  const said = (each) => `${each.tagName} ${each.className} ${each.textContent.slice(0, 30)}`;
  const beyond = ({ left, right }) => left < 0 || right > page.clientWidth;
  const over = seen.flatMap((one, at) => seen.slice(at + 1).filter((other) => {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const apart = !one.contains(other) && !other.contains(one);
    return apart && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  }).map((other) => `${said(one)} over ${said(other)}`));
  return [...found, ...seen.filter((each) => beyond(each.getBoundingClientRect())).map(said), ...over];
}"""
"""What of the header is outside of the window, or lies over another part of it."""


async def _ring(url: str) -> None:
    store = await connect(url, channel_prefix="sse:", ttl=Ttl())
    for number in range(OPEN):
        call = Story(store, f"CA-{number:03}")
        await call.say("AI", "What's your name?")
        if number < WAITING:
            await call.become("waiting_agent")
    for number in range(UNDELIVERED):
        sid = f"CB-{number:03}"
        after = Story(store, sid).call
        letter = Delivery(id=f"msg_{number}", kind="mail", occasion="booking.created", sid=sid, business="acme", made=1_772_460_000, body={})
        await store.commit(Change(before=None, after=after, deliveries=(letter,)))
        await store.give_up(letter.id, sid, "smtp_550")
    await store.close()


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    redis, folder = RedisServer(), tmp_path_factory.mktemp("busy")
    with start_blocking_portal() as portal:
        portal.call(_ring, redis.url)
    with answering(folder, REDIS_URL=redis.url, SLOTLINE_BUSINESS=two_businesses(folder / "businesses"), **PATIENT) as running:
        yield running
    redis.close()


def spilled(console: Console) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for lang in ("en", "zh"):
        if not console.tab.evaluate("document.documentElement.lang").startswith(lang):
            console.tab.locator(".tools button[lang]").click()
            expect(console.tab.locator(".tools button[lang=en]")).to_be_visible()
        for width in WIDTHS:
            console.tab.set_viewport_size({"width": width, "height": 800})
            if wrong := console.tab.evaluate(SPILLED):
                found[f"{lang} {width}"] = wrong
    return found


@pytest.mark.parametrize("token", [ANN, NAMELESS, VIEWER], ids=("supervisor", "nameless", "viewer"))
def test_the_header_is_within_every_window_however_much_there_is_to_count(opens: Opens, busy: Running, token: str) -> None:
    console = opens(token=token, over=busy)
    if token == NAMELESS:
        console.tab.evaluate("(name) => localStorage.setItem('slotline.name', name)", LONG_NAME)
        console.tab.reload()
    banner = console.tab.get_by_role("banner")
    expect(banner.locator(".figure dd").first).to_have_text(str(OPEN + UNDELIVERED))
    expect(banner.locator(".figure dd").nth(1)).to_have_text(str(WAITING))
    if token != VIEWER:
        expect(banner).to_contain_text("Undelivered 200+")
    expect(console.line).to_contain_text("Live")
    assert spilled(console) == {}
