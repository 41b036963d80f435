"""Every screen of the console: the calls that are played for it, the way there, and in how many ways it is looked at."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from playwright.sync_api import expect

from tests.api.processes import Running
from tests.console.pages import ANN, CALLER, MARY, NAMELESS, SUE, VIEWER, Caller, Console, coming

ODD = "<script>document.title='broken'</script> javascript:alert(1) https://example.com/a"
"""What a caller may say who wants to harm."""


class Look(NamedTuple):
    """A screen: what must be there, where it is, what is done there first and last."""

    name: str
    shows: str
    sid: str = ""
    query: str = ""
    page: str = ""
    """Of the pages that lie over the board: what stands behind "#/"."""
    go: Callable[[Console], None] = lambda _: None
    leave: Callable[[Console], None] = lambda _: None


class Way(NamedTuple):
    """How a screen is looked at. `width` is of the window, in pixels."""

    lang: str
    width: int
    theme: str


NARROWEST = 360
"""Pixels: the width of the narrowest telephones there are."""
WAYS = tuple(Way(lang, width, theme) for lang in ("en", "zh") for width in (1440, NARROWEST) for theme in ("light", "dark"))
TWO = (WAYS[0], WAYS[-1])
"""The two that have nothing in common."""


def play(service: Running) -> None:
    """A call for each state."""

    def call(sid: str, number: int, *lines: str) -> Caller:
        caller = Caller(service, sid, f"+1202555{number:04}")
        caller.say("", *lines)
        return caller

    call("LOOK-talks", 121, *MARY[:4])
    call("LOOK-chinese", 122, "你好", "我叫陈晨")
    call("LOOK-odd", 123, "Priya Nair", "yes", ODD)
    call("LOOK-asked", 124, "Tom Baker", "yes", "can I talk to a person please")
    call("LOOK-gas", 125, "Ada Wong", "help, there is a gas leak in my kitchen")
    call("LOOK-approval", 126, *MARY[:6], "I have no hot water", f"{coming(3)} at 2 pm", "yes")
    mine = call("LOOK-mine", 127, "Ella Fitz", "yes")
    mine.asked("POST", "/calls/LOOK-mine/takeover", ANN, {"agentId": "ann"})
    mine.say("my address is 24 Clinton Avenue, Albany, NY 12207")
    call("LOOK-hers", 128, "Grace Kim").asked("POST", "/calls/LOOK-hers/takeover", SUE, {"agentId": "sue"})
    call("LOOK-booked", 129, *MARY[:-2], f"{coming(4)} at 9 am", "yes")
    call("LOOK-ended", 130, "Lucas Moreau").asked("POST", "/calls/LOOK-ended/end", body={})
    call("LOOK-erased", 131, "Noah Brandt")


def _press(css: str) -> Callable[[Console], None]:
    """By what it is, since it is called something else in the other language."""
    return lambda console: console.tab.locator(css).click()


def _refused(console: Console) -> None:
    field = console.field("email")
    field.locator("button:has(.icon)").last.click()
    field.locator("form input:not([type=checkbox])").fill("mary@")
    field.locator("form button.main").click()
    expect(field.locator("[aria-invalid=true]")).to_be_visible()


def _erase(console: Console) -> None:
    console.tab.locator(".erase button").click()
    console.tab.locator("dialog[open] .urgent").click()


def _wrong(console: Console) -> None:
    console.tab.locator("#token").fill("a-token-that-nobody-has")
    console.tab.locator(".door button").click()


def _misnamed(console: Console) -> None:
    console.tab.locator(".tools .me").click()
    console.tab.locator("#name-field").fill("Sam / desk 4")
    console.tab.locator("#name-field").press("Enter")


def _escape(console: Console) -> None:
    console.tab.keyboard.press("Escape")


def _deed(number: int) -> Callable[[Console], None]:
    """Of the first booking of the list: 0 moves it, 1 corrects it, 2 cancels it."""

    def begin(console: Console) -> None:
        console.tab.locator(".page a.row").first.click()
        console.tab.locator(".appointment-card > .actions > button").nth(number).click()

    return begin


EMPTY = (Look("nobody", ".empty"),)
"""A supervisor's board before anybody has called."""
LOOKS = {
    ANN: (
        Look("board", '.need[data-why="emergency"]'),
        Look("lines", ".rows[data-layout=lines]", go=_press(".live .choice button >> nth=1"), leave=_press(".live .choice button >> nth=0")),
        Look("keys", "dialog[open]", go=lambda console: console.tab.keyboard.press("?"), leave=_escape),
        Look("asked", ".packet", "LOOK-asked"),
        Look("emergency", '.packet[data-why="emergency"]', "LOOK-gas"),
        Look("approval", ".approval", "LOOK-approval"),
        Look("refusing", ".approval form", "LOOK-approval", go=_press(".approval .plain"), leave=_press(".approval .plain")),
        Look("mine", ".composer", "LOOK-mine"),
        Look("hers", ".said", "LOOK-hers"),
        Look("booked", ".booking", "LOOK-booked"),
        Look("ended", ".said", "LOOK-ended"),
        Look("chinese", ".said", "LOOK-chinese"),
        Look("odd", ".said a[href]", "LOOK-odd"),
        Look("provenance", ".field .from", "LOOK-talks", go=_press('.field[data-slot="name"] .value')),
        Look("refused", "[aria-invalid=true]", "LOOK-talks", go=_refused, leave=_escape),
        Look("bookings", ".listing.bookings", page="bookings"),
        Look("no bookings", ".page p[role=status]", page="bookings", query="day=2020-01-01"),
        Look("a booking", ".owed p", page="bookings", go=_press(".page a.row >> nth=0")),
        Look("moving", ".times button", page="bookings", go=_deed(0), leave=_escape),
        Look("correcting", ".deed input", page="bookings", go=_deed(1), leave=_escape),
        Look("cancelling", "dialog[open]", page="bookings", go=_deed(2), leave=_escape),
        Look("calendar", "dialog[open] code", page="bookings", go=_press(".to-feed"), leave=_escape),
        Look("no booking", ".appointment-card p[role=status]", page="bookings/ABCDE/CA-nobody"),
        Look("all delivered", ".page p[role=status]", page="outbox"),
        Look("unknown", "[data-kind=unknown]", "LOOK-nobody"),
        Look("erased", "[data-kind=erased]", "LOOK-erased", go=_erase),
    ),
    VIEWER: (
        Look("a viewer's board", ".need"),
        Look("a viewer's call", ".booking", "LOOK-booked"),
        Look("a viewer's bookings", ".listing.bookings", page="bookings"),
    ),
    CALLER: (Look("the caller's panel", ".caller", go=_press(".tools .plain")),),
    NAMELESS: (
        Look("name", "dialog[open]", go=_press(".tools .me"), leave=_escape),
        Look("wrong name", "dialog[open] [aria-invalid=true]", go=_misnamed, leave=_escape),
    ),
    "": (Look("door", ".door"), Look("wrong token", "#door-why", go=_wrong)),
}


def see(console: Console, look: Look) -> None:
    """Go to a screen, in a window that is wide enough for all of it."""
    console.tab.set_viewport_size({"width": 1440, "height": 900})
    where = f"#/call/{look.sid}" if look.sid else f"#/{look.page}?{look.query}"
    console.tab.evaluate("(where) => { location.hash = where; }", where)
    look.go(console)
    expect(console.tab.locator(look.shows).first).to_be_visible()


def each_way(console: Console, ways: tuple[Way, ...] = WAYS) -> Iterator[str]:
    """Turn the screen this way and that; where it has two halves on a narrow window, to each of them."""
    for way in ways:
        console.tab.emulate_media(color_scheme="dark" if way.theme == "dark" else "light", reduced_motion="reduce")
        console.tab.set_viewport_size({"width": way.width, "height": 900})
        if not console.tab.evaluate("document.documentElement.lang").startswith(way.lang):
            console.tab.evaluate("document.querySelector('.tools button[lang]')?.click()")  # also behind a sheet
        tabs = console.tab.get_by_role("tab")
        for number in range(tabs.count() or 1):
            if tabs.count():
                tabs.nth(number).evaluate("(tab) => tab.click()")
            yield f"{way.lang} {way.width} {way.theme}{' fields' if number else ''}"
        if tabs.count():
            tabs.first.evaluate("(tab) => tab.click()")
