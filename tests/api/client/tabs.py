"""Tabs of a real Chromium that read streams by the event client, and calls that tell them something.

Every pause of the module is given from here, so that nothing is waited for but what happens.
"""

from collections.abc import Callable
from typing import Any

from anyio.from_thread import BlockingPortal
from playwright.sync_api import BrowserContext

from storage.store import CallStore
from tests.api.stories import Story

SUPERVISOR, VIEWER = "a-supervisors-token-000001", "a-viewers-token-000000001"
TOKENS = f"{SUPERVISOR}:supervisor,{VIEWER}:viewer"
NEVER = 10**8
"""Milliseconds that no test lasts."""
QUICK = {"first": 20, "most": 100, "open": NEVER, "request": NEVER, "health": NEVER, "silence": NEVER, "rest": 20}
WAYS = ("worker", "leader", "alone")
CONNECT = """async ({ token, path, times, share, attempts, service, lastEventId, alerts }) => {
  const { connect } = await import("/console/client.js");
  const heard = [], states = [];
  const line = connect({
    token, path, times, share, attempts: attempts ?? undefined, service: service ?? undefined, lastEventId, alerts,
    hear: (event, id) => heard.push({ id, ...event }), tell: (state) => states.push(state),
  });
  Object.assign(window, { heard, states, line });
}"""


class Teller:
    """A call that says numbers, one line an event."""

    def __init__(self, portal: BlockingPortal, store: CallStore, sid: str) -> None:
        self.portal, self.sid, self.said = portal, sid, 0
        portal.call(store.erase, sid)
        self.story = Story(store, sid)
        self.say()

    def say(self, count: int = 1) -> None:
        for _ in range(count):
            self.portal.call(self.story.say, "customer", str(self.said))
            self.said += 1


class Tab:
    """A page that reads a stream."""

    def __init__(self, context: BrowserContext, url: str, **wanted: Any) -> None:
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(url + wanted.pop("at", "/health"))
        self.wanted = {"token": SUPERVISOR, "path": "/events", "share": "auto", "lastEventId": "", "alerts": False, **wanted}
        self.wanted["times"] = QUICK | wanted.get("times", {})
        self.connect()

    def connect(self, **other: Any) -> None:
        names = ("attempts", "service")
        self.page.evaluate(CONNECT, {**dict.fromkeys(names), **self.wanted, **other})

    def until(self, holds: str) -> None:
        """Wait for something in the page: an expression over `heard`, `states`, `state`."""
        self.page.wait_for_function(f"() => {{ const state = line.state; return {holds}; }}")

    def until_phase(self, phase: str) -> None:
        self.until(f"state.phase === '{phase}'")

    def until_told(self, teller: Teller) -> None:
        """Until it heard the last line of a call."""
        self.until(f"heard.some(({{ payload }}) => payload.callSid === '{teller.sid}' && payload.message === '{teller.said - 1}')")

    def lines(self, teller: Teller) -> list[int]:
        """The lines of a call that it was told as events, in order."""
        said = "heard.filter(({ type, payload }) => type === 'new_message' && payload.callSid === sid).map(({ payload }) => Number(payload.message))"
        found: list[int] = self.page.evaluate(f"(sid) => {said}", teller.sid)
        return found

    def types(self) -> list[str]:
        found: list[str] = self.page.evaluate("heard.map(({ type }) => type).filter((type) => type !== 'heartbeat')")
        return found

    def phases(self) -> list[str]:
        found: list[str] = self.page.evaluate("states.map(({ phase }) => phase)")
        return [phase for number, phase in enumerate(found) if number == 0 or phase != found[number - 1]]

    def hide(self, hidden: bool = True) -> None:
        """As if another tab was chosen: a browser without a screen shows all of them."""
        self.page.evaluate("(hidden) => Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden })", hidden)
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def close(self) -> None:
        self.page.close()
        assert self.errors == []


Opens = Callable[..., Tab]
