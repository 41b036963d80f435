"""Every screen on the narrowest of phones: nothing is wider than it, and nothing that can be pressed or read stands outside."""

from collections.abc import Sequence

import pytest

from tests.api.processes import Running
from tests.console.conftest import Opens
from tests.console.looks import EMPTY, LOOKS, NARROWEST, Look, Way, each_way, see
from tests.console.pages import Console

OUTSIDE = """() => {
  const BARS = ".board, .scroll, .side, .caller, .heard"; // they scroll up and down, and should not sideways
  const slides = (each) => each && !each.matches(BARS) && /auto|scroll/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth;
  const within = (each) => { for (let one = each.parentElement; one; one = one.parentElement) if (slides(one)) return true; return false; };
  const seen = (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !each.closest(".unseen, .skip");
  const beyond = (each) => {
    const { left, right, width } = each.getBoundingClientRect();
    return width && (left < -1 || right > innerWidth + 1) && !within(each);
  };
  const all = [...document.querySelectorAll("a, button, input, select, textarea, h1, h2, h3, dt, dd, td, label, p")];
  const found = all.filter(seen).filter(beyond).map((each) => `${each.tagName} ${each.className} ${each.textContent.slice(0, 40)}`);
  if (document.documentElement.scrollWidth > innerWidth) found.push(`${document.documentElement.scrollWidth} wide`);
  return found;
}"""
WAYS = tuple(Way(lang, NARROWEST, "light") for lang in ("en", "zh"))


@pytest.mark.parametrize("token", LOOKS, ids=("supervisor", "viewer", "program", "nameless", "door"))
def test_nothing_is_wider_than_the_narrowest_phone(opens: Opens, played: Running, token: str) -> None:
    assert too_wide(opens(token=token), LOOKS[token]) == {}


def test_nor_is_an_empty_board(opens: Opens, quiet: Running) -> None:
    assert too_wide(opens(over=quiet), EMPTY) == {}


def too_wide(console: Console, looks: Sequence[Look]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for look in looks:
        see(console, look)
        found |= {f"{look.name} {way}": wrong for way in each_way(console, WAYS) if (wrong := console.tab.evaluate(OUTSIDE))}
        look.leave(console)
    return found
