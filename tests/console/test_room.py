"""Board and call beside the caller's panel: their form follows the room that is left, and nothing lies under anything."""

import pytest
from playwright.sync_api import expect

from tests.console.conftest import Plays

COVERED = """() => {
  const room = document.querySelector(".room");
  const edge = document.querySelector(".caller").getBoundingClientRect().left;
  const sees = (each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !each.closest(".unseen, .canned");
  const all = [...room.querySelectorAll("a, button, input, textarea, h2, .clock, .sid, .said p")].filter(sees);
  const said = (each) => `${each.tagName} ${each.className} ${each.textContent.slice(0, 30)}`;
  const beyond = all.filter((each) => each.getBoundingClientRect().right > edge + 1).map(said);
  const covered = [...room.querySelectorAll("button")].filter(sees).filter((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    const at = document.elementFromPoint(x + width / 2, y + height / 2);
    return !at || !(each.contains(at) || at.contains(each));
  }).map(said);
  const parts = [...room.querySelectorAll(".head :is(h2, .clock, .sid, .speaks, button)")].filter(sees);
  const over = parts.flatMap((one, at) => parts.slice(at + 1).filter((other) => {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  }).map((other) => `${said(one)} over ${said(other)}`));
  return [...beyond, ...covered, ...over];
}"""


@pytest.mark.parametrize("width", [1024, 1280, 1440])
def test_a_watched_call_has_room_beside_the_callers_panel(plays: Plays, width: int) -> None:
    panel = plays(width=width)
    panel.dial(f"+1202555{width:04}")
    panel.say("Mary O'Neill", "yes", "24 Clinton Avenue, Albany, NY 12207", "yes")
    panel.panel.get_by_role("link", name="Watch this call").click()
    talk = panel.tab.get_by_role("log", name="Conversation")
    expect(talk).to_contain_text("24 Clinton Avenue")
    assert panel.tab.evaluate(COVERED) == []
    assert talk.evaluate("talk => talk.clientWidth") >= 400
    if panel.tab.get_by_role("tab").count():
        panel.tab.get_by_role("tab", name="Fields").click()
    expect(panel.tab.get_by_role("button", name="Lock the name")).to_be_visible()
    assert panel.tab.evaluate(COVERED) == []
    panel.press("Take over")
    expect(panel.tab.get_by_role("button", name="Hand back")).to_be_visible()
    panel.press("End call")
    expect(panel.tab.get_by_role("dialog")).to_be_visible()


def test_the_form_follows_the_room_and_not_the_window(plays: Plays) -> None:
    panel = plays(width=1280)
    panel.dial("+12025550161")
    panel.say("Ruth Lang")
    panel.panel.get_by_role("link", name="Watch this call").click()
    expect(panel.tab.get_by_role("tab", name="Fields")).to_be_visible()
    expect(panel.tab.get_by_role("region", name="Calls", exact=True)).to_be_hidden()
    panel.press("Be the caller")
    expect(panel.tab.get_by_role("tab")).to_have_count(0)
    expect(panel.tab.get_by_role("region", name="Calls", exact=True)).to_be_visible()
    expect(panel.tab.get_by_role("region", name="Fields")).to_be_visible()
