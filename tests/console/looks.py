"""Every screen of the console: the calls that are played for it, and the way there."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import expect

from tests.api.processes import Running
from tests.console.pages import ANN, MARY, SUE, VIEWER, Caller, Console

ODD = "<script>document.title='broken'</script> javascript:alert(1) https://example.com/a \u202egnp.exe"
"""What a caller may say who wants to harm."""


class Screen(NamedTuple):
    """A screen: where it is, who looks, and what is done there."""

    name: str
    sid: str = ""
    token: str = ANN
    query: str = ""
    shows: str = ""
    """A selector of what must be there."""
    go: Callable[[Console], None] = lambda _: None


def play(service: Running) -> None:
    """One call for each state, all of them open at once but two."""

    def call(sid: str, number: int, *lines: str) -> Caller:
        caller = Caller(service, sid, f"+1202555{number:04}")
        caller.say("", *lines)
        return caller

    call("LOOK-talks", 121, *MARY[:4])
    call("LOOK-chinese", 122, "你好", "我叫陈晨")
    call("LOOK-odd", 123, "Priya Nair", "yes", ODD)
    call("LOOK-asked", 124, "Tom Baker", "yes", "can I talk to a person please")
    call("LOOK-gas", 125, "Ada Wong", "help, there is a gas leak in my kitchen")
    call("LOOK-approval", 126, *MARY[:6], "I have no hot water", "next thursday at 2 pm", "yes")
    mine = call("LOOK-mine", 127, "Ella Fitz", "yes")
    mine.asked("POST", "/calls/LOOK-mine/takeover", ANN, {"agentId": "ann"})
    mine.say("my address is 24 Clinton Avenue, Albany, NY 12207")
    other = call("LOOK-hers", 128, "Grace Kim")
    other.asked("POST", "/calls/LOOK-hers/takeover", SUE, {"agentId": "sue"})
    call("LOOK-booked", 129, *MARY[:-2], "next friday at 9 am", "yes")
    call("LOOK-ended", 130, "Lucas Moreau").asked("POST", "/calls/LOOK-ended/end", body={})
    call("LOOK-erased", 131, "Noah Brandt")


def _refused(console: Console) -> None:
    console.press("Edit the email")
    entry = console.field("email").get_by_role("textbox", name="Email")
    entry.fill("mary@")
    entry.press("Enter")
    expect(entry).to_have_attribute("aria-invalid", "true")


def _provenance(console: Console) -> None:
    console.field("name").get_by_role("button").first.click()


def _erase(console: Console) -> None:
    console.asked("DELETE", "/calls/LOOK-erased")


SCREENS = (
    Screen("board", shows='.need[data-why="emergency"]'),
    Screen("lines", shows=".rows[data-layout=lines]", go=lambda console: console.press("Lines")),
    Screen("nobody", query="#/?business=none", shows=".empty"),
    Screen("viewer", token=VIEWER, shows=".need"),
    Screen("talks", "LOOK-talks", shows=".field .from", go=_provenance),
    Screen("chinese", "LOOK-chinese", shows=".said"),
    Screen("odd", "LOOK-odd", shows=".control"),
    Screen("asked", "LOOK-asked", shows=".packet"),
    Screen("emergency", "LOOK-gas", shows='.packet[data-why="emergency"]'),
    Screen("approval", "LOOK-approval", shows=".approval"),
    Screen("mine", "LOOK-mine", shows=".composer"),
    Screen("hers", "LOOK-hers", shows=".said"),
    Screen("booked", "LOOK-booked", shows=".booking"),
    Screen("ended", "LOOK-ended", shows=".said"),
    Screen("refused", "LOOK-talks", shows="[aria-invalid=true]", go=_refused),
    Screen("viewed", "LOOK-booked", VIEWER, shows=".booking"),
    Screen("unknown", "LOOK-nobody", shows="[data-kind=unknown]"),
    Screen("erased", "LOOK-erased", shows="[data-kind=erased]", go=_erase),
    Screen("door", token="", shows=".door"),
    Screen("wrong", token="wrong", shows="#door-why"),
    Screen("caller", shows=".caller", go=lambda console: console.press("Be the caller")),
    Screen("help", shows="dialog[open]", go=lambda console: console.press("Keys")),
)
