"""A value that a supervisor set stays until the caller was asked and said yes."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.graph.people_at_calls import CALLS, Calls

pytestmark = pytest.mark.anyio


async def played(
    edit: dict[str, str | None], before: Sequence[str], after: Sequence[str], lock: Sequence[str] = ()
) -> tuple[list[dict[str, Any]], Any]:
    """The answers after an edit, and the document at the end."""
    calls = Calls()
    for words in before:
        await calls.say(words)
    await calls.workers[1].edit("CA1", edit, lock, (), calls.now, "ann")
    answers = [await calls.say(words) for words in after]
    return answers, await calls.document()


async def test_what_was_said_to_the_old_question_is_no_answer_to_it() -> None:
    answers, document = await played({"name": "Ann Lee"}, ("",), ("toothache", "202 555 0143"))
    assert document["user"]["userInfo"]["name"] == "Ann Lee"
    assert "Ann Lee" in answers[0]["aiResponse"]["message"]
    assert answers[0]["progress"]["step"] == "phone"
    assert document["misses"] == 0
    assert "Ann Lee" not in answers[1]["aiResponse"]["message"], "it is said once"
    assert answers[1]["progress"]["pending"] == {"phone": "+12025550143"}


@pytest.mark.parametrize("correction", ["no, it's Anne Leigh", "my name is Anne Leigh", "no my name is Anne Leigh"])
@pytest.mark.parametrize(("answer", "name"), [("yes", "Anne Leigh"), ("no", "Ann Lee")])
@pytest.mark.parametrize("late", [False, True])
async def test_a_caller_is_asked_before_a_supervisors_value_goes(correction: str, answer: str, name: str, late: bool) -> None:
    answers, document = await played({"name": "Ann Lee"}, ("",), (*(("okay",) if late else ()), correction, answer))
    asked, done = answers[-2:]
    assert asked["progress"]["filled"] == {"name": "Ann Lee"}
    assert asked["progress"]["pending"] == {"name": "Anne Leigh"}
    assert done["progress"]["filled"] == {"name": name}
    assert done["progress"]["pending"] == {}
    assert document["user"]["userInfo"]["name"] == name
    assert document["provenance"]["name"]["confirmed"] == ("explicit" if answer == "yes" else "supervisor")
    assert done["progress"]["step"] == "phone"


@pytest.mark.parametrize(
    "words",
    ["no", "that's wrong", "forget the email", "let's start over", "I don't have an email", "go back", "my email is wrong", "no no"],
)
async def test_no_words_alone_take_a_supervisors_value_away(words: str) -> None:
    _, document = await played({"email": "ann@example.com"}, CALLS["en"], ("okay", words, words))
    assert document["user"]["userInfo"]["email"] == "ann@example.com"


async def test_a_supervisors_time_stays_until_another_is_confirmed() -> None:
    before = (*CALLS["en"], "yes", "mary@example.com", "yes", "my drain is clogged")
    held = "2026-03-03T14:00:00-05:00"
    for words in ("I can't make Tuesday", "anything after four?", "Wednesday at ten", "what about Wednesday"):
        _, document = await played({"time": "2026-03-03T14:00"}, before, ("okay", words))
        assert document["user"]["serviceBookedTime"] == held, words
    _, document = await played({"time": "2026-03-03T14:00"}, before, ("okay", "Wednesday at ten", "yes"))
    assert document["user"]["serviceBookedTime"] == "2026-03-04T10:00:00-05:00"


async def test_a_yes_to_a_summary_that_changed_meanwhile_books_nothing() -> None:
    before = (*CALLS["en"], "yes", "mary@example.com", "yes", "my drain is clogged", "tomorrow at 2 pm")
    answers, _ = await played({"name": "Ann Lee"}, before, ("yes",))
    assert answers[0]["progress"]["status"] == "active"
    assert "Ann Lee" in answers[0]["aiResponse"]["message"]


async def test_a_locked_question_is_left_to_people() -> None:
    answers, document = await played({}, ("",), ("toothache",), lock=("name",))
    assert answers[0]["progress"]["step"] == "phone"
    assert answers[0]["aiResponse"]["message"].startswith("My colleague will see to your name.")
    assert "name" not in document["progress"]["filled"]


@pytest.mark.parametrize(
    ("locked", "status", "slot"), [("address", "waiting_agent", "address"), ("time", "waiting_agent", "time"), ("email", "booked", "")]
)
async def test_a_yes_to_what_lacks_a_locked_field_goes_to_people_or_does_without(locked: str, status: str, slot: str) -> None:
    said = {
        "phone": ("two oh two five five five oh one four three", "yes"),
        "address": ("12 High Street, Springfield, New Jersey 07081", "yes"),
        "email": ("no email",),
        "service": ("my drain is clogged",),
        "time": ("tomorrow at 2 pm",),
    }
    rest = [words for name, some in said.items() if name != locked for words in some]
    answers, document = await played({}, ("", "it's Mary O'Neill"), (*rest, "yes"), lock=(locked,))
    assert answers[-2]["progress"]["step"] == "confirm"
    assert answers[-1]["progress"]["status"] == status
    assert answers[-1]["shouldTransfer"] == (status == "waiting_agent")
    assert document.get("packet", {}).get("slot", "") == slot
    assert document["servicebooked"] == (status == "booked")


async def test_what_awaited_a_yes_is_put_aside_when_it_is_locked() -> None:
    before = ("", "it's Mary O'Neill", "two oh two five five five oh one four three")
    answers, document = await played({}, before, ("okay", "12 High Street, Springfield, New Jersey 07081", "yes", "yes"), lock=("phone",))
    assert answers[0]["aiResponse"]["message"].startswith("My colleague will see to your phone number.")
    assert [answer["progress"]["pending"].get("phone") for answer in answers] == [None] * 4
    assert "phone" not in document["progress"]["filled"]
    assert document["progress"]["filled"]["address"]


async def test_a_choice_that_is_locked_is_not_offered_any_more() -> None:
    before = (*CALLS["en"], "yes", "no email", "my drain is clogged", "which times are free tomorrow")
    answers, document = await played({}, before, ("the first one",), lock=("time",))
    assert answers[0]["progress"]["expecting"] == "confirmation"
    assert "time" not in {**document["progress"]["filled"], **document["progress"]["pending"]}
