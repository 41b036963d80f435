"""Under which name calls are taken, where the token does not say it: the sheet that asks for it, at a phone's width too."""

import pytest
from playwright.sync_api import expect

from tests.api.processes import Running
from tests.console.conftest import Opens
from tests.console.pages import NAMELESS, Caller

INSIDE = """(sheet) => {
  const within = ({ left, right, top, bottom }) => left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
  return [sheet, ...sheet.querySelectorAll("input, button, h2, p")].every((each) => within(each.getBoundingClientRect()))
    && sheet.scrollWidth <= sheet.clientWidth && document.documentElement.scrollWidth <= innerWidth;
}"""


@pytest.mark.parametrize("width", [360, 1280])
def test_a_name_is_given_and_others_see_it(opens: Opens, service: Running, width: int) -> None:
    caller = Caller(service, f"CA-name-{width}", f"+1202555{width:04}")
    caller.say("", "Nina Hale")
    console = opens(token=NAMELESS, width=width)
    expect(console.line).to_contain_text("Live")
    console.tab.get_by_role("button", name="Change the name").click()
    sheet = console.tab.get_by_role("dialog", name="Your name")
    field = sheet.get_by_role("textbox", name="Name")
    expect(field).to_be_focused()
    assert sheet.evaluate(INSIDE)
    field.fill("Sam / desk 4")
    field.press("Enter")
    expect(sheet.get_by_role("alert")).to_have_text("Letters, figures, dots and dashes only.")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert sheet.evaluate(INSIDE)
    field.fill("sam")
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_have_count(0)
    expect(console.tab.get_by_role("button", name="You are Sam. Change the name")).to_be_focused()
    expect(console.line).to_contain_text("Live")
    console.tab.evaluate("(sid) => { location.hash = `#/call/${sid}`; }", caller.sid)
    console.press("Take over")
    expect(console.tab.get_by_role("button", name="Hand back")).to_be_visible()
    assert caller.record()["heldBy"] == "sam"
    console.tab.reload()
    expect(console.tab.get_by_role("button", name="You are Sam. Change the name")).to_be_visible()
    console.press("Hand back")
    expect(console.tab.get_by_role("button", name="Take over")).to_be_visible()


def test_escape_leaves_the_name_as_it_was(opens: Opens, service: Running) -> None:
    console = opens(token=NAMELESS, width=360)
    button = console.tab.get_by_role("button", name="Change the name")
    before = button.get_attribute("aria-label")
    button.click()
    console.tab.get_by_role("textbox", name="Name").fill("another")
    console.tab.keyboard.press("Escape")
    expect(console.tab.get_by_role("dialog")).to_have_count(0)
    assert button.get_attribute("aria-label") == before
    expect(button).to_be_focused()
