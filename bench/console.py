"""What the console costs in a real browser: `python -m bench.console [--calls 1000] [--rate 50] [--seconds 20] [--clicks 100]`, or `--short`.

A Chromium without a screen has the board open on a running service of two workers, while calls go on in its store: first as long as nobody touches
it, then while rows are clicked, each call is opened and left again. Measured are the script of the page as a share of a core, its longest task, how
long a click takes until the next frame, what the page weighs on the line, and when it can be used on a CPU that is slowed four times. A task is
told by what it took of the CPU, and by the clock: on a machine that does other things too, the two are far apart.

Exit code 1 when a row lost its node, a click opened nothing or another call, an event is missing on the board in the end, or the page weighs more
than 120 KB. What depends on the machine is told, not judged.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from storage.connect import connect
from storage.keys import Ttl
from storage.store import CallStore
from tests.api.browsers import chromium
from tests.api.stories import Story
from tests.conftest import RedisServer
from tests.console.pages import ANN, answering

LIGHT = 120 * 1024
"""What the whole page may weigh on the line, in bytes."""
FEW = 12
"""Calls of a quiet day, on which the page is loaded."""
LOADS = 5
SLOWED = 4
LONG_MS = 50
"""A browser tells of tasks from here on."""
WAITING = 125
"""One call in so many wants a person."""
LINES = ("it's {} speaking", "twenty four Clinton Avenue", "could you say that again", "next Tuesday at two", "my kitchen drain is clogged")
SAID = ("Thank you. Which address is it?", "Let me see what is free then.", "I have that. Is it right?", "What can we do for you?")
VALUES = {
    "phone": "+12025550143",
    "address": "24 Clinton Avenue, Albany, NY 12207",
    "email": "mary@example.com",
    "service": "drain-cleaning",
    "time": "2026-03-06T15:30:00-05:00",
}
WATCH = """() => {
  const seen = (window.seen = { tasks: [], clicks: [], usable: 0 });
  let there;
  seen.there = new Promise((done) => { there = done; });
  const note = (list) => { for (const { startTime, duration } of list.getEntries()) seen.tasks.push([startTime, duration]); };
  new PerformanceObserver(note).observe({ type: "longtask", buffered: true });
  addEventListener("click", ({ timeStamp }) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel(); // once the frame is drawn
    port1.onmessage = () => seen.clicks.push(performance.now() - timeStamp);
    port2.postMessage(0);
  }), true);
  const look = () => {
    if (!document.querySelector(".board a.row")) return requestAnimationFrame(look);
    seen.usable = performance.now();
    return setTimeout(there, 500);
  };
  look();
}"""
ROWS = """() => [...document.querySelectorAll(".live .tile")].map((row) => {
  const [first, second] = row.querySelectorAll(".words");
  return { sid: row.dataset.sid, kept: row.kept === row.dataset.sid, last: second.textContent, step: row.querySelector(".step").textContent };
})"""
MARK = """() => { for (const row of document.querySelectorAll(".live .tile")) row.kept = row.dataset.sid; }"""
IN_SIGHT = """() => { // not by the place of each row: to ask for it would lay out rows that the browser rightly leaves alone
  const { left, top } = document.querySelector(".live .rows").getBoundingClientRect();
  const found = [];
  for (let y = Math.max(top, 80) + 16; y < innerHeight - 20; y += 32) {
    const row = document.elementFromPoint(left + 20, y)?.closest(".live .tile");
    if (row) found.push([row.dataset.sid, left + 20, y]);
  }
  return found;
}"""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .filter(({ entryType, name }) => entryType === "navigation" || name.includes("/console/"))
  .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)"""
PATIENCE_S = 120.0


class Load(NamedTuple):
    """Loading the page: bytes on the line, and milliseconds until it could be used."""

    weight: int
    usable_ms: float


class Spell(NamedTuple):
    """A while of looking on, or of clicking."""

    script: float
    """Shares of one core: of script; of all that the page's thread did; of its whole process, the shared worker with it."""
    thread: float
    process: float
    thread_ms: float
    longest_ms: float
    """By the clock; 0: no task was longer than LONG_MS."""
    dearest_ms: float
    """What the longest task of the page's thread took of the CPU."""


class Crowd:
    """Calls that go on in the store of a running service."""

    def __init__(self, store: CallStore) -> None:
        self._store = store
        self._dice = random.Random(7)
        self.stories: dict[str, Story] = {}
        self.last: dict[str, str] = {}
        """The last line of each call."""
        self._before: dict[str, tuple[str, bool]] = {}
        """Who spoke last, and whether it was understood."""
        self.told = 0

    async def grow(self, count: int) -> None:
        """Until there are so many."""
        began = datetime.now(UTC) - timedelta(minutes=5)
        while len(self.stories) < count:
            numbers = range(len(self.stories), min(count, len(self.stories) + 50))
            made = {
                f"CK-{number:04}": Story(self._store, f"CK-{number:04}", f"{began + timedelta(seconds=number / 10):%Y-%m-%dT%H:%M:%SZ}")
                for number in numbers
            }
            self.stories |= made
            await asyncio.gather(*(self._begin(sid, number) for number, sid in zip(numbers, made, strict=True)))

    async def _begin(self, sid: str, number: int) -> None:
        story = self.stories[sid]
        await self._say(sid, "AI", "Thanks for calling. May I have your name?")
        await self._say(sid, "customer", f"it's Caller {number}")
        await story.fill("name", f"Caller {number}")
        await self._say(sid, "AI", "Thank you. Which number is best?")
        if number % WAITING == WAITING - 1:
            await story.become("waiting_agent")

    async def _say(self, sid: str, speaker: str, message: str) -> None:
        await self.stories[sid].say(speaker, message)
        self.last[sid] = message

    async def rain(self, rate: float, over: asyncio.Event) -> None:
        """So many events a second, until it is over."""
        began, before = time.monotonic(), self.told
        while not over.is_set():
            due = int((time.monotonic() - began) * rate) - (self.told - before)
            sids = self._dice.sample(list(self.stories), min(due, 50))
            await asyncio.gather(*(self._go_on(sid) for sid in sids))
            self.told += len(sids)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.02):
                    await over.wait()

    async def _go_on(self, sid: str) -> None:
        """The next thing that happens in a call: what a caller said, what was understood of it, the answer."""
        story = self.stories[sid]
        spoke, understood = self._before.get(sid, ("AI", True))
        slot = next((slot for slot in VALUES if story.call.slot(slot).status != "filled"), "")
        if spoke == "AI":
            self._before[sid] = ("customer", not slot)
            await self._say(sid, "customer", self._dice.choice(LINES).format(sid))
        elif not understood:
            self._before[sid] = ("customer", True)
            does = story.fill if story.call.slot(slot).status == "pending" else story.pend
            await does(slot, VALUES[slot])
        else:
            self._before[sid] = ("AI", True)
            await self._say(sid, "AI", self._dice.choice(SAID))


@asynccontextmanager
async def shop() -> AsyncIterator[tuple[str, Crowd]]:
    """The address of a service with no calls yet, and those that will ring."""
    redis = RedisServer()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder, answering(Path(folder), REDIS_URL=redis.url) as running:
            store = await connect(redis.url, channel_prefix="sse:", ttl=Ttl())
            yield running.url, Crowd(store)
            await store.close()
    finally:
        redis.close()


@asynccontextmanager
async def page(browser: Browser, url: str, slowed: int = 1) -> AsyncIterator[tuple[Page, CDPSession]]:
    """The board in a browser that knows nothing yet, once the first row is there."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    tab = await context.new_page()
    tab.set_default_timeout(PATIENCE_S * 1000)
    await tab.add_init_script(f"({WATCH})()")
    tools = await context.new_cdp_session(tab)
    await tools.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU time of the thread, also on a busy machine
    if slowed > 1:
        await tools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    await tab.goto(f"{url}/?token={ANN}", wait_until="commit")
    # Not by Playwright's own way, which puts a script of its own into the page while that loads.
    await tools.send("Runtime.evaluate", {"expression": "seen.there", "awaitPromise": True})
    yield tab, tools
    await context.close()


async def until(tab: Page, holds: str) -> None:
    """Wait for an expression to hold. (Playwright's own way evaluates a text in the page, which its policy forbids.)"""
    async with asyncio.timeout(PATIENCE_S):
        while not await tab.evaluate(f"() => {holds}"):  # noqa: ASYNC110 - the page tells nobody
            await asyncio.sleep(0.01)


async def load(browser: Browser, url: str, slowed: int) -> Load:
    async with page(browser, url, slowed) as (tab, _):
        seen = await tab.evaluate("({ ...seen, there: 0 })")
        ends = [start + took for start, took in seen["tasks"] if start < seen["usable"] + 100]
        return Load(await tab.evaluate(WEIGHT), max([seen["usable"], *ends]))


class Meter:
    """What the page costs from now on."""

    def __init__(self, browser: Browser, tab: Page, tools: CDPSession) -> None:
        self._browser, self._tab, self._tools = browser, tab, tools
        self._traced: list[dict[str, Any]] = []
        self._done = asyncio.Event()
        tools.on("Tracing.dataCollected", lambda found: self._traced.extend(found["value"]))
        tools.on("Tracing.tracingComplete", lambda _: self._done.set())

    async def begin(self) -> None:
        self._traced.clear()
        await self._tools.send("Tracing.start", {"transferMode": "ReportEvents", "traceConfig": {"includedCategories": ["toplevel"]}})
        self._before = await self._read()

    async def end(self) -> Spell:
        before, after = self._before, await self._read()
        self._done.clear()
        await self._tools.send("Tracing.end")
        await self._done.wait()
        *spent, took_ms = (now - then for now, then in zip(after, before, strict=True))
        tasks = [duration for start, duration in await self._tab.evaluate("seen.tasks") if start > before[-1]]
        script, thread, process = (each * 1000 / took_ms for each in spent)
        return Spell(script, thread, process, spent[1] * 1000, max(tasks, default=0.0), self._dearest_ms())

    def _dearest_ms(self) -> float:
        names = {(one["pid"], one["tid"]): one["args"]["name"] for one in self._traced if one["name"] == "thread_name"}
        tasks = (one for one in self._traced if "tdur" in one and names.get((one["pid"], one["tid"])) == "CrRendererMain")
        return max((one["tdur"] / 1000 for one in tasks), default=0.0)

    async def _read(self) -> tuple[float, float, float, float]:
        """Seconds of script, of the thread, of the process so far; milliseconds on the page's clock."""
        metrics = {each["name"]: each["value"] for each in (await self._tools.send("Performance.getMetrics"))["metrics"]}
        browser = await self._browser.new_browser_cdp_session()
        processes = (await browser.send("SystemInfo.getProcessInfo"))["processInfo"]
        await browser.detach()
        spent = max(each["cpuTime"] for each in processes if each["type"] == "renderer")
        return metrics["ScriptDuration"], metrics["TaskDuration"], spent, await self._tab.evaluate("performance.now()")


async def click(tab: Page, count: int, dice: random.Random) -> int:
    """Open so many calls by the mouse and leave each again; how many of them were the ones clicked at."""
    landed = 0
    for _ in range(count):
        sid, x, y = dice.choice(await tab.evaluate(IN_SIGHT))
        await tab.mouse.move(x + 9, y + 9)  # as a hand comes: one that rests where a row has just changed is held back
        await tab.mouse.click(x, y)
        opened = await tab.evaluate("() => new Promise((seen) => requestAnimationFrame(() => setTimeout(() => seen(location.hash))))")
        landed += opened == f"#/call/{sid}"
        if not opened.startswith("#/call/"):
            continue
        await tab.wait_for_selector("article.call .transcript")
        await tab.keyboard.press("Escape")
        await until(tab, "!location.hash.startsWith('#/call')")
    return landed


async def looked_at(browser: Browser, url: str, crowd: Crowd, options: argparse.Namespace) -> bool:
    """Look on, then click, while events come. Whether nothing was lost."""
    live = len(crowd.stories) - len(crowd.stories) // WAITING
    async with page(browser, url) as (tab, tools):
        await until(tab, f"document.querySelectorAll('.live .tile').length === {live}")
        await tab.wait_for_timeout(1000)
        coming = max([duration for _, duration in await tab.evaluate("seen.tasks")], default=0.0)
        await tab.evaluate(MARK)
        over = asyncio.Event()
        meter = Meter(browser, tab, tools)
        told, began = crowd.told, time.monotonic()
        raining = asyncio.create_task(crowd.rain(options.rate, over))
        await meter.begin()
        await asyncio.sleep(options.seconds)
        on = await meter.end()
        await meter.begin()
        landed = await click(tab, options.clicks, random.Random(11))
        clicking = await meter.end()
        rate = (crowd.told - told) / (time.monotonic() - began)
        over.set()
        await raining
        clicks = sorted(await tab.evaluate("seen.clicks"))
        missing = await caught_up(tab, crowd)
        kept = sum(row["kept"] for row in await tab.evaluate(ROWS))
    print(f"{len(crowd.stories)} open calls, {rate:.0f} events a second, {os.cpu_count()} cores")
    print(f"{'':24}{'script':>10}{'thread':>10}{'process':>10}{'longest task':>16}{'of the CPU':>12}")
    print(f"{'until all are there':54}{_longest(coming):>16}")
    for name, spell in (("looking on", on), ("opening and leaving", clicking)):
        print(f"{name:24}{spell.script:>10.1%}{spell.thread:>10.1%}{spell.process:>10.1%}{_longest(spell.longest_ms):>16}{spell.dearest_ms:>9.0f} ms")
    own_ms = clicking.thread_ms * (1 - on.thread / clicking.thread) if clicking.thread else 0.0
    each = max(options.clicks, 1)
    meanwhile_ms = clicking.thread_ms - own_ms
    print(f"CPU of the page's thread for one call opened and left: {own_ms / each:.0f} ms, and {meanwhile_ms / each:.0f} ms of events meanwhile")
    print(f"click to next frame: p50 {at(clicks, 0.5):.0f} ms, p95 {at(clicks, 0.95):.0f} ms, longest {at(clicks, 1):.0f} ms")
    print(f"rows that kept their nodes: {kept} of {live}; clicks that landed: {landed} of {options.clicks}; rows that miss a line: {missing}")
    return kept == live and landed == options.clicks and not missing


def _longest(ms: float) -> str:
    return f"{ms:.0f} ms" if ms else f"none over {LONG_MS}"


async def caught_up(tab: Page, crowd: Crowd) -> int:
    """How many rows have another last line than their calls, once there is nothing more to come."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        rows = {row["sid"]: row["last"] for row in await tab.evaluate(ROWS)}
        wrong = sum(last != crowd.last[sid] for sid, last in rows.items())
        if not wrong or time.monotonic() > deadline:
            return wrong
        await asyncio.sleep(0.1)


def at(found: Sequence[float], share: float) -> float:
    return found[min(len(found) - 1, int(len(found) * share))] if found else 0.0


async def run(options: argparse.Namespace) -> int:
    async with shop() as (url, crowd), async_playwright() as playwright:
        # A container has no namespaces for the sandbox of a browser that runs as root.
        browser: Any = await playwright.chromium.launch(executable_path=chromium(playwright), args=["--no-sandbox"])
        await crowd.grow(FEW)
        loads = [await load(browser, url, SLOWED) for _ in range(options.loads)]
        weight = max(each.weight for each in loads)
        usable = statistics.median(each.usable_ms for each in loads)
        print(f"the page weighs {weight / 1024:.1f} KB; on a CPU slowed {SLOWED} times, with {FEW} calls, it can be used after {usable:.0f} ms")
        await crowd.grow(options.calls)
        whole = await looked_at(browser, url, crowd, options)
        await browser.close()
    return int(not whole or weight > LIGHT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=50.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long it is looked at")
    parser.add_argument("--clicks", type=int, default=100)
    parser.add_argument("--loads", type=int, default=LOADS, help="how often the page is loaded")
    parser.add_argument("--short", action="store_true", help="what CI runs: 300 calls, 5 seconds, 20 clicks, one load")
    options = parser.parse_args()
    if options.short:
        options.calls, options.seconds, options.clicks, options.loads = 300, 5.0, 20, 1
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
