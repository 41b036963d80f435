"""*Be the caller*: a call played in the page by somebody who types, presses keys, speaks or listens, against a running service."""

import json
import shlex
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.api.processes import serving
from tests.console.conftest import Opens, Plays
from tests.console.pages import CALLER, MARY, Console
from tests.console.panels import Panel
from tests.patience import until

SPEECH = """(() => {
  window.spoken = [];
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, "speechSynthesis", { value: {
    speak(utterance) { window.spoken.push([utterance.text, utterance.lang]); window.utterance = utterance; },
    cancel() { window.utterance?.onend?.(); },
  } });
  window.SpeechRecognition = class {
    start() { window.ear = this; }
    stop() { this.onend?.(); }
    abort() { this.onend?.(); }
  };
})()"""
"""A browser that speaks and listens as the Web Speech API has it: what it says stands in `spoken`, `ear` hears what it is told."""


@pytest.fixture
def panel(plays: Plays) -> Panel:
    return plays()


def test_a_newcomer_books_a_visit_by_typing(panel: Panel) -> None:
    panel.dial("+12025550110")
    expect(panel.panel.get_by_label("What you say")).to_be_focused()
    expect(panel.heard.first).to_contain_text("Thanks for calling Acme Home Services.")
    panel.say(*MARY)
    panel.over("Booked. The line is closed.")
    expect(panel.heard.last).to_contain_text("You're booked: Drain cleaning")
    panel.panel.get_by_role("link", name="Watch this call").click()
    panel.tab.get_by_role("tab", name="Fields").click()
    expect(panel.tab.get_by_role("region", name="Booking")).to_contain_text("Drain cleaning")


def test_keys_are_one_answer_once_as_many_came_as_are_waited_for(panel: Panel) -> None:
    panel.dial("+12025550111")
    panel.say("Mary O'Neill", "no")
    expect(panel.panel.get_by_text("10 keys may be pressed")).to_be_visible()
    for key in "2025550133":
        panel.press(f"Key {key}")
    panel.answered(7)
    expect(panel.heard.nth(5)).to_contain_text("Keys 2025550133")
    progress = panel.record()["progress"]
    assert {**progress["filled"], **progress["pending"]}["phone"] == "+12025550133"


def test_after_a_hint_or_keys_one_goes_on_typing_in_the_same_place(panel: Panel) -> None:
    panel.dial("+12025550121")
    box = panel.panel.get_by_label("What you say")
    panel.say("Mary O'Neill")
    place = box.bounding_box()
    panel.panel.get_by_role("button", name="no", exact=True).click()
    panel.answered(5)
    expect(panel.panel.get_by_text("10 keys may be pressed")).to_be_visible()
    expect(panel.panel.get_by_role("button", name="Key 1", exact=True)).to_be_in_viewport()
    expect(box).to_be_focused()
    assert box.bounding_box() == place
    for key in "2025550133":
        panel.press(f"Key {key}")
    panel.answered(7)
    panel.panel.get_by_role("button", name="yes", exact=True).click()
    panel.answered(9)
    expect(panel.panel.get_by_role("button", name="Key 1", exact=True)).to_be_hidden()
    expect(box).to_be_focused()
    assert box.bounding_box() == place
    panel.tab.keyboard.type("24 Clinton Avenue, Albany, NY 12207\n")
    expect(panel.heard.nth(9)).to_contain_text("24 Clinton Avenue")


def test_silence_is_a_turn_of_its_own(panel: Panel) -> None:
    panel.dial("+12025550112")
    panel.press("Say nothing")
    panel.answered(2)
    expect(panel.heard.last).not_to_contain_text("Acme")


def test_whoever_rings_off_and_calls_back_goes_on(panel: Panel) -> None:
    panel.dial("+12025550113")
    panel.say("Mary O'Neill", "yes")
    first = panel.sid
    panel.press("Ring off")
    panel.over("You rang off.")
    until(lambda: panel.record()["progress"]["status"] == "ended")
    panel.press("Call back")
    panel.answered(1)
    expect(panel.panel.get_by_label("What you say")).to_be_focused()
    assert panel.sid != first
    panel.say("Mary O'Neill", "yes")
    assert panel.record()["resumedFrom"] == first


def test_the_service_is_told_of_whoever_rings_off_and_the_board_says_so(panel: Panel) -> None:
    panel.dial("+12025550119")
    panel.say("Ruth Lang", "yes")
    panel.panel.get_by_role("link", name="Watch this call").click()
    talk = panel.tab.get_by_role("log", name="Conversation")
    panel.press("Ring off")
    expect(talk).to_contain_text("Ended: Line dropped")
    assert panel.home.http.get(f"/calls/{panel.sid}?events=1").json()["events"][-1]["payload"]["reason"] == "line_dropped"
    panel.home.say("hello?", panel.sid)
    expect(talk).to_contain_text("The caller is back; the call goes on")


def test_whoever_leaves_the_page_has_rung_off(panel: Panel) -> None:
    panel.dial("+12025550120")
    panel.say("Ruth Lang")
    sid = panel.sid
    panel.tab.goto("about:blank")
    until(lambda: panel.home.http.get(f"/calls/{sid}").json()["progress"]["status"] == "ended")


def test_an_emergency_is_put_through_and_whoever_stays_hears_the_person_who_takes_it(panel: Panel) -> None:
    panel.dial("+12025550114")
    panel.say("I smell gas")
    panel.over("You are put through.")
    expect(panel.panel).to_contain_text("+1 202 555 0101")
    panel.tab.get_by_role("link", name="Watch this call").click()
    panel.press("Take over")
    line = panel.tab.get_by_role("textbox", name="What the caller hears next")
    line.fill("Leave the house, please.")
    line.press("Enter")
    panel.press("Stay on the line")
    expect(panel.heard.last).to_contain_text("Leave the house, please.")
    expect(panel.heard.last).to_contain_text("Supervisor")


def test_what_was_not_taken_is_said_again(panel: Panel) -> None:
    panel.dial("+12025550115")
    panel.tab.route("**/ai/conversation", lambda route: route.abort())
    panel.panel.get_by_label("What you say").fill("Mary O'Neill")
    panel.press("Say it")
    expect(panel.panel.get_by_role("alert")).to_contain_text("The service did not answer.")
    panel.tab.unroute("**/ai/conversation")
    panel.press("Say it again")
    panel.answered(3)
    expect(panel.heard.last).to_contain_text("Mary")


def test_it_is_spoken_and_listened_to(plays: Plays) -> None:
    panel = plays(script=SPEECH)
    panel.dial("+12025550116")
    panel.panel.get_by_label("Read answers aloud").check()
    panel.press("Speak")
    panel.tab.wait_for_function("window.ear")
    assert panel.tab.evaluate("[ear.lang, ear.continuous]") == ["en-US", True]
    results = [[{"transcript": "it's Mary O'Neill", "confidence": 0.9}, {"transcript": "its merry o'neill", "confidence": 0.4}]]
    with panel.tab.expect_request("**/ai/conversation") as asked:
        panel.tab.evaluate("(results) => ear.onresult({ results })", results)
    sent = asked.value.post_data_json
    assert sent
    assert sent["customerMessage"]["message"] == "it's Mary O'Neill"
    assert (sent["alternatives"], sent["confidence"]) == (["its merry o'neill"], 0.9)
    panel.answered(3)
    said, language = panel.tab.evaluate("spoken.at(-1)")
    expect(panel.heard.last).to_contain_text(said)
    assert language == "en-US"
    panel.tab.evaluate("window.ear = null; utterance.onend()")  # the agent has said it: the caller is listened to again
    panel.tab.wait_for_function("window.ear")
    panel.tab.evaluate("ear.onerror({ error: 'not-allowed' })")
    expect(panel.panel.get_by_text("The microphone cannot be used here.")).to_be_visible()


def test_at_a_phones_width_it_has_the_screen_and_gives_it_back(plays: Plays) -> None:
    panel = plays(width=390)
    panel.dial("+12025550117")
    panel.say("Mary O'Neill")
    assert panel.tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(panel.tab.get_by_role("region", name="Calls", exact=True)).to_be_hidden()
    expect(panel.panel.get_by_role("button", name="Ring off")).to_be_in_viewport()
    panel.tab.keyboard.press("Escape")
    expect(panel.panel).to_have_count(0)
    expect(panel.tab.get_by_role("button", name="Be the caller")).to_be_focused()
    panel.press("Be the caller")
    expect(panel.heard).to_have_count(3)
    panel.panel.get_by_role("link", name="Watch this call").click()
    expect(panel.tab.get_by_role("heading", name="Mary O'Neill")).to_be_visible()


def test_the_language_is_chosen_with_the_call(panel: Panel) -> None:
    panel.panel.get_by_label("Language").select_option("zh-CN")
    panel.dial("+12025550118")
    expect(panel.heard.first).to_contain_text("您好")


def test_a_supervisors_token_is_told_that_it_places_no_calls(opens: Opens) -> None:
    console = opens()
    console.tab.get_by_role("button", name="Be the caller").first.click()
    panel = console.tab.get_by_role("complementary", name="Be the caller")
    expect(panel).to_contain_text("Your token may not place calls")
    expect(panel.get_by_role("button", name="Call", exact=True)).to_have_count(0)
    expect(panel.get_by_text("Authorization: Bearer $SLOTLINE_TOKEN")).to_be_visible()


def test_telephonys_own_token_plays_a_call(opens: Opens) -> None:
    console = opens(token=CALLER)
    console.tab.get_by_role("button", name="Be the caller").first.click()
    panel = console.tab.get_by_role("complementary", name="Be the caller")
    panel.get_by_role("button", name="Call", exact=True).click()
    expect(panel.get_by_role("log").get_by_role("listitem")).to_have_count(1)


def test_nobody_calling_says_how_with_this_very_address(browser: Browser, tmp_path: Path, redis_url: str) -> None:
    with serving(tmp_path, REDIS_URL=redis_url) as running:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], locale="en-US")
        console = Console(context.new_page(), running)
        console.tab.goto(running.url)
        expect(console.tab.get_by_role("heading", name="Nobody is calling.")).to_be_visible()
        console.press("Copy")
        expect(console.tab.get_by_text("Copied")).to_be_visible()
        curl, silent, url, data, body = shlex.split(console.tab.evaluate("navigator.clipboard.readText()"))
        assert (curl, silent, data) == ("curl", "-s", "-d")
        answer = httpx.post(url, json=json.loads(body), trust_env=False)
        assert "Acme" in answer.json()["aiResponse"]["message"]
        expect(console.board.get_by_role("link", name="first")).to_be_visible()
        context.close()
        assert console.errors == []
