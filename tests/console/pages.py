"""The console in a real browser, over a real service: what a supervisor has open, and the callers who ring beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
from holidays import US
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.api.browsers import chromium
from tests.api.client.cuts import Line
from tests.api.processes import Running, serving
from tests.patience import PATIENCE_S

ANN, SUE = "token-of-ann-0123456789abc", "token-of-sue-0123456789abc"
VIEWER, CALLER = "token-of-a-viewer-0123456789", "token-of-telephony-01234567"
NAMELESS = "token-of-whoever-0123456789"
TOKENS = f"{ANN}:supervisor:ann,{SUE}:supervisor:sue,{VIEWER}:viewer,{CALLER}:integration,{NAMELESS}:supervisor"


def coming(weekday: int) -> str:
    """Such a day (0: Monday), a week from now or later, on which the example business is open: by its date, which is clear whatever today is."""
    day = date.today() + timedelta(days=7)
    day += timedelta(days=(weekday - day.weekday()) % 7)
    while day in US():
        day += timedelta(days=7)
    return f"{day:%B} {day.day}"


MARY = (
    *("Mary O'Neill", "yes", "24 Clinton Avenue, Albany, NY 12207", "yes"),
    *("mary at example dot com", "yes", "my drain is clogged", f"{coming(1)} at 2 pm", "yes"),
)
"""What a caller says who books a visit, after the greeting."""
NUMBER = "+12025550143"
FAR = "desk.test"
"""This machine by a name that a browser takes for another one's: over plain HTTP it gives the page less."""
CLICKS_AGAIN = """addEventListener("click", (event) => {
  const { target, detail } = event;
  const again = () => { if (detail === 1 && target.isConnected) target.click(); };
  event.stopImmediatePropagation = () => { setTimeout(again, 600); Event.prototype.stopImmediatePropagation.call(event); };
}, { capture: true });"""
"""For the page: whose click was held back, because the screen changed under it (`store/aim.js`), clicks again, as a person does whom the page tells
so. A busy machine draws late, between a pointer's way and its press."""
PATIENT = {"SLOTLINE_HANDOFF_WAIT_S": "3600", "SLOTLINE_SUPERVISOR_AWAY_S": "3600"}
"""Nobody is given up however long a test takes."""


@contextmanager
def browsing() -> Iterator[Browser]:
    """A browser without a screen."""
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        # A container has no namespaces for the sandbox of a browser that runs as root.
        arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {FAR} 127.0.0.1"]
        started = playwright.chromium.launch(executable_path=chromium(playwright), args=arguments)
        yield started
        started.close()


@contextmanager
def answering(folder: Path, port: int = 0, workers: int = 2, approval_wait_s: int = 60, **settings: str) -> Iterator[Running]:
    """The service for the example business, where what costs more than 200 needs the office's yes."""
    text = (resources.files("api") / "businesses" / "acme.toml").read_text("utf-8")
    business = folder / "business.toml"
    business.write_text(text.replace("needs_approval = []", f'needs_approval = ["price_above:200"]\napproval_wait_s = {approval_wait_s}'), "utf-8")
    given = {"SLOTLINE_TOKENS": TOKENS, "SLOTLINE_HEARTBEAT_S": "0.5", "SLOTLINE_BUSINESS": str(business), **settings}
    with serving(folder, "--workers", str(workers), port=port, **given) as running:
        yield running


class Caller:
    """Somebody on the telephone."""

    def __init__(self, service: Running, sid: str, number: str = NUMBER, dialled: str = "") -> None:
        self.service, self.sid, self.number, self.dialled = service, sid, number, dialled

    def say(self, *lines: str) -> dict[str, Any]:
        """The answer to the last of the lines. "" is silence."""
        answer: dict[str, Any] = {}
        for line in lines:
            body = {"callSid": self.sid, "from": self.number, "to": self.dialled, "customerMessage": {"speaker": "customer", "message": line}}
            answer = self.asked("POST", "/ai/conversation", CALLER, body)
        return answer

    def asked(self, method: str, path: str, token: str = ANN, body: object = None) -> Any:
        found = httpx.request(
            method, self.service.url + path, json=body, headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=PATIENCE_S
        )
        assert found.status_code < 300, (found.status_code, found.text)
        return found.json() if found.content else None

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = self.asked("GET", f"/calls/{self.sid}")
        return found


class Console:
    """The page as a supervisor has it open."""

    def __init__(self, tab: Page, service: Running | Line, *, clicks_again: bool = True) -> None:
        self.tab, self.service = tab, service
        self.errors: list[str] = []
        if clicks_again:
            tab.add_init_script(CLICKS_AGAIN)
        tab.set_default_timeout(PATIENCE_S * 1000)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, sid: str = "", token: str = ANN, query: str = "") -> "Console":
        where = f"#/call/{sid}" if sid else ""
        self.tab.goto(f"{self.service.url}/?token={token}{query}{where}")
        return self

    @property
    def line(self) -> Locator:
        """The state of the connection."""
        return self.tab.get_by_role("status", name="Connection")

    @property
    def board(self) -> Locator:
        return self.tab.get_by_role("region", name="Calls", exact=True)

    def row(self, name: str) -> Locator:
        """A call of the board, by what it goes by there."""
        return self.board.get_by_role("link", name=name, exact=True)

    @property
    def talk(self) -> Locator:
        return self.tab.get_by_role("log", name="Conversation")

    @property
    def said(self) -> Locator:
        """The spoken lines of the opened call."""
        return self.talk.locator("li[data-who]")

    def field(self, slot: str) -> Locator:
        return self.tab.locator(f'.field[data-slot="{slot}"]')

    def hide(self, hidden: bool = True) -> None:
        """As if another tab was chosen: a browser without a screen shows all of them."""
        self.tab.evaluate("(hidden) => Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })", hidden)
        self.tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def press(self, name: str) -> None:
        self.tab.get_by_role("button", name=name, exact=True).click()
