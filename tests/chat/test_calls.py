"""Whole calls that come over voice platforms, read by the real client: to booked, revised, to a person and back."""

import json
from collections.abc import Iterator

import openai
import pytest

from tests.callers import TO_BOOKED
from tests.chat.platforms import KINDS, PERSON, SUE, House, Kind, answering, tools_of

NOT_YES = TO_BOOKED[:-1]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with answering() as found:
        yield found


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_call_to_booked(house: House, kind: Kind, stream: bool) -> None:
    platform = house.rings(kind, f"CA-{kind}-{stream}", stream=stream)
    heard = platform.all_said(*NOT_YES)
    assert (heard.finish, heard.tool) == ("stop", "")
    heard = platform.say("yes")
    assert (heard.finish, heard.tool) == ("tool_calls", "endCall" if kind == "vapi" else "end_call")
    assert "booked" in heard.text.lower()
    assert heard.arguments == ({} if kind == "vapi" else {"reason": "booked"})
    record = house.record(platform.sid)
    assert (record["servicebooked"], record["progress"]["status"]) == (True, "booked")
    assert record["user"]["userInfo"]["name"] == "Mary O'Neill"
    assert house.lines(platform.sid)[0::2] == list(TO_BOOKED)
    assert house.lines(platform.sid)[1::2] == [one["content"] for one in platform.messages[3::2]]
    assert record["from"] == ("" if kind == "livekit" else "+12025550143")


def test_the_platforms_own_words_are_not_heard(house: House) -> None:
    platform = house.rings(sid="CA-own-words")
    platform.messages[0]["content"] = "The caller is John Smith, who lives at 1 Main Street."
    platform.say("hello")
    assert house.record(platform.sid)["progress"]["filled"] == {}


def test_a_call_without_a_greeting_of_the_platforms_is_greeted(house: House) -> None:
    platform = house.rings(sid="CA-greeting")
    del platform.messages[1:]
    greeting = platform.ask(platform.messages)
    assert greeting.text.startswith("Thanks for calling Harbour Plumbing.")
    assert platform.ask(platform.messages) == greeting
    platform.messages.append({"role": "assistant", "content": greeting.text})
    assert platform.say("Mary O'Neill").text
    assert house.lines(platform.sid)[0] == greeting.text


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("wordings", "booked"),
    [(("yes", "no"), False), (("yes", "yes"), True), (("yes", "yes please"), True), (("no", "yes"), True), (("yes", "no", "yes"), True)],
)
def test_the_newest_words_book_or_do_not(house: House, wordings: tuple[str, ...], booked: bool, stream: bool) -> None:
    platform = house.rings(sid=f"CA-newest-{'-'.join(wordings).replace(' ', '')}-{stream}", stream=stream)
    platform.all_said(*NOT_YES)
    heard = platform.say(*wordings)
    record = house.record(platform.sid)
    assert record["servicebooked"] is booked
    assert (heard.tool == "end_call") is booked
    assert house.lines(platform.sid)[-2:] == [wordings[-1], heard.text]
    assert len(house.lines(platform.sid)) == 2 * len(TO_BOOKED)
    if booked:
        assert platform.say("thank you").tool == "end_call"


def test_a_time_in_other_words_is_booked_as_it_was_said_last(house: House) -> None:
    platform = house.rings(sid="CA-time")
    platform.all_said(*TO_BOOKED[:-2])
    platform.say("tomorrow at 2 pm", "tomorrow at 4 pm")
    assert platform.say("yes", "yes please").tool == "end_call"
    assert "T16:00" in house.record(platform.sid)["user"]["serviceBookedTime"]
    taken = [event for event in house.told(platform.sid) if event["type"] == "taken_back"]
    assert [event["payload"]["lines"] for event in taken] == [2, 2]


def test_an_eager_platform_asks_at_every_word(house: House) -> None:
    platform = house.rings(sid="CA-eager")
    for said in TO_BOOKED:
        every = said.split()
        heard = platform.say(*(" ".join(every[:count]) for count in range(1, len(every) + 1)))
    assert heard.tool == "end_call"
    assert house.record(platform.sid)["user"]["userInfo"]["name"] == "Mary O'Neill"
    assert house.lines(platform.sid)[0::2] == list(TO_BOOKED)


def test_the_same_turn_again_is_the_same_answer(house: House) -> None:
    platform = house.rings(sid="CA-again")
    platform.all_said(*TO_BOOKED)
    before = house.record(platform.sid)
    for end in (3, 5, len(platform.messages) - 1):
        said = platform.messages[end]
        again = platform.ask(platform.messages[:end])
        assert again.text == said["content"]
        assert again.tool_id == (said["tool_calls"][0]["id"] if "tool_calls" in said else "")
    assert house.record(platform.sid) == before


def test_what_is_no_turn_gets_no_words(house: House) -> None:
    platform = house.rings(sid="CA-no-turn")
    platform.say("Mary O'Neill")
    before = house.record(platform.sid)
    for tail in (
        [],
        [{"role": "tool", "tool_call_id": "call_1", "content": "ok"}],
        [{"role": "system", "content": "The caller has been silent. Say something."}],
        [{"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}],
    ):
        heard = platform.ask([*platform.messages, *tail])
        assert (heard.text, heard.tool, heard.finish) == ("", "", "stop")
    assert house.record(platform.sid) == before


def test_what_the_caller_spoke_over_is_kept_as_it_was_heard(house: House) -> None:
    platform = house.rings(sid="CA-spoken-over")
    platform.all_said(*TO_BOOKED[:2])
    platform.messages[-1]["content"] = "That's two oh two, five..."
    assert platform.say("yes").text
    assert house.lines(platform.sid)[3:5] == ["That's two oh two, five", "yes"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_is_put_through_to(house: House, kind: Kind) -> None:
    platform = house.rings(kind, f"CA-person-{kind}")
    platform.all_said(*TO_BOOKED[:2])
    heard = platform.say("I want to talk to a person")
    assert heard.finish == "tool_calls"
    sentence = house.record(platform.sid)["packet"]["sentence"]
    match kind:
        case "vapi":
            assert (heard.tool, heard.arguments) == ("transferCall", {"destination": PERSON})
        case "elevenlabs":
            said = heard.arguments.pop("client_message")
            assert (heard.tool, heard.text, said) == ("transfer_to_number", "", house.lines(platform.sid)[-1])
            assert heard.arguments == {"reason": "caller asked", "transfer_number": PERSON, "agent_message": sentence}
        case _:
            assert (heard.tool, heard.arguments) == ("transfer_call", {"destination": PERSON, "reason": "caller asked"})
            assert heard.text == house.lines(platform.sid)[-1]


def test_without_tools_there_are_words(house: House) -> None:
    platform = house.rings(sid="CA-no-tools", tools=[])
    platform.all_said(*TO_BOOKED[:2])
    heard = platform.say("I want to talk to a person")
    assert (heard.tool, heard.finish) == ("", "stop")
    assert heard.text
    assert house.record(platform.sid)["progress"]["status"] == "waiting_agent"


def test_only_what_is_offered_is_called(house: House) -> None:
    platform = house.rings(sid="CA-other-tools", tools=[tools_of("elevenlabs")[2]])
    assert platform.all_said(*TO_BOOKED).tool == ""


def test_to_a_supervisor_and_back(house: House) -> None:
    platform = house.rings("vapi", "CA-sue")
    platform.all_said(*TO_BOOKED[:2])
    house.do(platform.sid, "takeover")
    house.do(platform.sid, "messages", message="Hello, Sue here.")
    assert platform.say("yes").text == "Hello, Sue here."
    house.do(platform.sid, "messages", message="Go on, please.")
    assert platform.instead("yes it is").text == "Hello, Sue here. Go on, please."  # what answered the older words was not heard
    lines = house.lines(platform.sid)
    assert lines[-4:] == ["Hello, Sue here.", "yes", "Go on, please.", "yes it is"]
    house.do(platform.sid, "release")
    assert platform.say("yes").text
    assert platform.all_said(*TO_BOOKED[3:]).tool == "endCall"
    assert house.record(platform.sid)["servicebooked"]


def test_what_a_supervisor_sets_between_two_wordings_stays(house: House) -> None:
    platform = house.rings(sid="CA-set")
    platform.all_said(*TO_BOOKED[:5])
    platform.say("no email")
    house.edit(platform.sid, name="Maria O'Neill")
    platform.instead("could you repeat that?")
    assert house.record(platform.sid)["progress"]["filled"]["name"] == "Maria O'Neill"
    assert house.record(platform.sid)["progress"]["step"] == "email"


def test_the_call_that_supervisors_watch_follows(house: House) -> None:
    """What the stream tells adds up to what stands."""
    platform = house.rings(sid="CA-watched")
    for said in TO_BOOKED:
        platform.say("no", said)
    lines: list[str] = []
    for event in house.told(platform.sid):
        if event["type"] == "new_message":
            lines.append(event["payload"]["message"])
        if event["type"] == "taken_back":
            lines = lines[: len(lines) - event["payload"]["lines"]]
            assert event["payload"]["status"] == event["payload"]["progress"]["status"]
    assert lines == house.lines(platform.sid)


def test_the_key_is_a_token_that_may_take_turns(house: House) -> None:
    for token, kind in (("unknown-token-0123456789ab", openai.AuthenticationError), (SUE, openai.PermissionDeniedError)):
        with pytest.raises(kind) as refused:
            house.rings(token=token).say("hello")
        assert refused.value.body is not None


def test_words_in_parts(house: House) -> None:
    platform = house.rings(sid="CA-parts")
    platform.messages.append({"role": "user", "content": [{"type": "text", "text": "it's Mary"}, {"type": "text", "text": "O'Neill"}]})
    assert platform.ask(platform.messages).text
    assert json.dumps(house.record(platform.sid)["progress"]["filled"]) == '{"name": "Mary O\'Neill"}'
