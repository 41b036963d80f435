"""The caller's panel, and what whoever plays a call does there."""

from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.api.processes import Running
from tests.console.pages import CLICKS_AGAIN
from tests.patience import PATIENCE_S


class Panel:
    """The caller's panel, as whoever plays a call has it open."""

    def __init__(
        self, browser: Browser, home: Running, *, width: int = 1280, script: str = "", language: str = "en-US", by_hand: bool = False
    ) -> None:
        """`script` runs before the page's own; `by_hand`: the page's clock stands still but for `turn`."""
        self.context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
        self.tab: Page = self.context.new_page()
        self.tab.add_init_script(CLICKS_AGAIN)
        if script:
            self.tab.add_init_script(script)
        if by_hand:
            self.tab.clock.install()
        self.home, self.errors = home, list[str]()
        self.tab.set_default_timeout(PATIENCE_S * 1000)
        self.tab.on("pageerror", lambda error: self.errors.append(str(error)))
        self.tab.goto(home.url)

    @property
    def panel(self) -> Locator:
        return self.tab.get_by_role("complementary")

    @property
    def heard(self) -> Locator:
        """What was said, both ways."""
        return self.panel.get_by_role("log").get_by_role("listitem")

    def press(self, name: str) -> None:
        self.tab.get_by_role("button", name=name, exact=True).first.click()

    def dial(self, number: str) -> None:
        self.panel.get_by_label("Caller id").fill(number)
        self.press("Call")
        expect(self.heard).to_have_count(1)

    def answered(self, lines: int) -> None:
        """That what was said, and its answer, came to so many lines more."""
        expect(self.heard).to_have_count(lines)

    def say(self, *lines: str) -> None:
        for line in lines:
            before = self.heard.count()
            self.panel.get_by_label("What you say").fill(line)
            self.panel.get_by_label("What you say").press("Enter")
            self.answered(before + 2)

    def over(self, heading: str) -> None:
        expect(self.panel.get_by_role("heading", name=heading)).to_be_focused()

    def turn(self, ms: int) -> None:
        """Let so much time pass in the page; next to none while it waits for the service, whose time is another."""
        waits = self.panel.locator("[aria-busy=true]").count()
        self.tab.clock.fast_forward(1 if waits else ms)

    @property
    def sid(self) -> str:
        link = self.panel.locator('a[href^="#/call/"]').get_attribute("href") or ""
        return link.rpartition("/")[2]

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = self.home.http.get(f"/calls/{self.sid}").json()
        return found
