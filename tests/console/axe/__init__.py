"""What axe-core finds on a screen.

`axe.min.js` is axe-core 4.14.1 from npm, unchanged (MPL-2.0: LICENSE; what it holds of others: LICENSE-3RD-PARTY.txt). Renew: `npm pack axe-core`.
"""

from collections.abc import Sequence
from pathlib import Path

from tests.console.looks import WAYS, Look, Way, each_way, see
from tests.console.pages import Console

AXE = (Path(__file__).parent / "axe.min.js").read_text("utf-8")
RUN = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`))"""


def found(console: Console, ways: tuple[Way, ...] = WAYS) -> dict[str, list[str]]:
    """What is wrong with the screen as it stands, by the way of looking at it."""
    if not console.tab.evaluate("() => 'axe' in window"):
        console.tab.evaluate(AXE)
    return {way: wrong for way in each_way(console, ways) if (wrong := console.tab.evaluate(RUN))}


def found_on_all(console: Console, looks: Sequence[Look], ways: tuple[Way, ...] = WAYS) -> dict[str, list[str]]:
    """The same for every one of these screens, from the board on."""
    everything: dict[str, list[str]] = {}
    for look in looks:
        see(console, look)
        everything |= {f"{look.name} {way}": wrong for way, wrong in found(console, ways).items()}
        look.leave(console)
    return everything
