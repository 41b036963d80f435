"""The keys of the console: what they do, where they do nothing, and where the focus is afterwards."""

from playwright.sync_api import Locator, expect

from tests.api.processes import Running
from tests.console.conftest import Opens
from tests.console.pages import Caller, Console


def focused(console: Console) -> Locator:
    return console.tab.locator(":focus")


def keyed(console: Console, *keys: str) -> None:
    for key in keys:
        console.tab.keyboard.press(key)


def test_a_call_is_found_opened_taken_and_handed_back_by_keys(opens: Opens, service: Running) -> None:
    for at, name in enumerate(("Walter Keys", "Nancy Keys"), 6):
        Caller(service, f"CA-keys-row-{at}", f"+1202555016{at}").say("", name)
    console = opens()
    console.row("Walter Keys").focus()
    keyed(console, "j")
    expect(console.row("Nancy Keys")).to_be_focused()
    keyed(console, "k")
    expect(console.row("Walter Keys")).to_be_focused()
    keyed(console, "Enter")
    expect(console.tab.get_by_role("heading", name="Walter Keys")).to_be_focused()
    keyed(console, "t")
    field = console.tab.get_by_role("textbox", name="What the caller hears next")
    expect(field).to_be_focused()
    console.tab.keyboard.type("rjkte/?")
    expect(field).to_have_value("rjkte/?")
    keyed(console, "Escape")
    expect(console.tab.get_by_role("heading", name="Walter Keys")).to_be_focused()
    keyed(console, "r")
    expect(console.tab.get_by_role("button", name="Take over")).to_be_visible()
    expect(focused(console)).to_have_count(1)
    keyed(console, "Escape")
    expect(console.row("Walter Keys")).to_be_focused()


def test_a_field_is_edited_by_keys_and_the_focus_comes_back(opens: Opens, service: Running) -> None:
    Caller(service, "CA-keys-edit", "+12025550163").say("", "Edith Key")
    console = opens("CA-keys-edit")
    expect(console.tab.get_by_role("heading", name="Edith Key")).to_be_focused()
    keyed(console, "e")
    entry = console.field("phone").get_by_role("textbox")
    expect(entry).to_be_focused()
    console.tab.keyboard.type("t")
    expect(console.tab.get_by_role("button", name="Take over")).to_be_visible()
    entry.fill("+12025550199")
    keyed(console, "Enter")
    expect(console.field("phone")).to_contain_text("+1 202 555 0199")
    expect(console.field("phone").get_by_role("button", name="Edit the phone")).to_be_focused()


def test_characters_typed_in_a_run_beside_a_field_do_nothing(opens: Opens, service: Running) -> None:
    for sid, number, name in (("CA-keys-run", "+12025550166", "Rhoda Run"), ("CA-keys-other", "+12025550167", "Otto Run")):
        Caller(service, sid, number).say("", name)
    console = opens()
    console.tab.clock.install()
    console.tab.reload()
    console.row("Rhoda Run").click()
    console.press("Take over")
    field = console.tab.get_by_role("textbox", name="What the caller hears next")
    expect(field).to_be_focused()
    keyed(console, "Escape")
    console.tab.clock.pause_at(console.tab.evaluate("Date.now() + 1000"))
    for typed in ("202 555 0143", "e5 Elm Street", "r55", "t and jkjk"):
        console.tab.keyboard.type(typed)
        console.tab.clock.run_for(1000)
    keyed(console, "r")
    console.tab.mouse.click(700, 300)  # a press of the pointer takes the key back
    console.tab.clock.run_for(1000)
    console.tab.clock.resume()
    expect(console.tab.get_by_role("heading", name="Rhoda Run")).to_be_visible()
    expect(console.tab.get_by_role("button", name="Hand back")).to_be_visible()
    expect(console.tab.locator("form.edit")).to_have_count(0)
    expect(field).to_have_value("")
    assert "agent" not in {line["speaker"] for line in Caller(service, "CA-keys-run").record()["history"]}


def test_a_press_of_the_pointer_ends_a_run(opens: Opens) -> None:
    """Whoever typed, and then turned to the page with the pointer, means the key that comes next, however soon."""
    console = opens()
    console.tab.clock.install()
    console.tab.reload()
    expect(console.line).to_contain_text("Live")
    console.tab.clock.pause_at(console.tab.evaluate("Date.now() + 1000"))
    keyed(console, "x")
    console.tab.mouse.click(700, 300)
    keyed(console, "?")
    console.tab.clock.resume()
    expect(console.tab.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_figure_puts_a_ready_line_into_the_box_and_enter_says_it(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-keys-line", "+12025550168")
    caller.say("", "Lena Line")
    caller.asked("POST", "/calls/CA-keys-line/takeover", body={"agentId": "ann"})
    console = opens("CA-keys-line")
    field = console.tab.get_by_role("textbox", name="What the caller hears next")
    field.fill("Hello Lena.")
    keyed(console, "Escape")
    keyed(console, "2")
    expect(field).to_have_value("Hello Lena. Let me check that for you, one moment.")
    expect(field).to_be_focused()
    keyed(console, "Enter")
    expect(console.said.last).to_contain_text("Hello Lena. Let me check that for you, one moment.")
    assert [line["speaker"] for line in caller.record()["history"]].count("agent") == 1


def test_the_keys_are_told_and_can_be_turned_off(opens: Opens) -> None:
    console = opens()
    expect(console.line).to_contain_text("Live")
    keyed(console, "/")
    search = console.tab.get_by_role("searchbox")
    expect(search).to_be_focused()
    keyed(console, "?")
    expect(search).to_have_value("?")
    search.fill("")
    console.tab.get_by_role("heading", name="Closed").click()
    keyed(console, "?")
    sheet = console.tab.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_visible()
    sheet.get_by_role("checkbox", name="Single keys are on").uncheck()
    keyed(console, "Escape")
    expect(sheet).to_have_count(0)
    keyed(console, "?", "/")
    expect(sheet).to_have_count(0)
    expect(search).not_to_be_focused()


def test_whatever_is_pressed_the_focus_has_a_place(opens: Opens, service: Running) -> None:
    caller = Caller(service, "CA-keys-focus", "+12025550164")
    caller.say("", "Faye Dunn", "can I talk to a person please")
    console = opens()
    console.tab.get_by_role("button", name="Take the call of Faye Dunn").focus()
    keyed(console, "Enter")
    expect(console.tab.get_by_role("textbox", name="What the caller hears next")).to_be_focused()
    console.tab.get_by_role("button", name="Hand back").focus()
    keyed(console, "Enter")
    expect(console.tab.get_by_role("button", name="Take over")).to_be_focused()
    console.tab.get_by_role("button", name="End call").focus()
    keyed(console, "Enter")
    expect(console.tab.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_focused()
    keyed(console, "Tab", "Enter")
    expect(console.tab.get_by_role("button", name="End call")).to_have_count(0)
    expect(focused(console)).to_have_count(1)


def test_every_action_on_a_call_is_reached_by_tab(opens: Opens, service: Running) -> None:
    Caller(service, "CA-keys-tab", "+12025550165").say("", "Tabitha Row")
    console = opens("CA-keys-tab")
    expect(console.tab.get_by_role("heading", name="Tabitha Row")).to_be_focused()
    wanted = {"Take over", "End call", "Edit the name", "Lock the name", "Edit the time", "Erase this caller…"}
    found: set[str] = set()
    for _ in range(60):
        keyed(console, "Tab")
        name: str = console.tab.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()")
        found |= {one for one in wanted if name.startswith(one)}
    assert found == wanted
