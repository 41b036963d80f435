"""Who has a reference and rings from anywhere may change the appointment; he hears nothing he did not say, and whoever booked it is written to."""

from typing import Any

import pytest

from agent.policy.owed import Wants
from graph.owing import OwingStore
from storage.store import CallStore
from tests.callers import SAID, TO_THE_SUMMARY
from tests.graph.office import Caller, words
from tests.graph.ringing import CODE, OTHERS, appointment, caller

pytestmark = pytest.mark.anyio
ALL = Wants(mail=True, hooks=frozenset({"booking.changed", "booking.cancelled"}))
PRIVATE = ("Mary", "O'Neill", "0143", "one four three", "High Street", "Springfield", "07081", "gmail")


def owing(store: CallStore) -> OwingStore:
    return OwingStore(store, lambda _: ALL, lambda: None)


async def booked(store: CallStore) -> None:
    said = SAID["en"]
    one = caller(owing(store), "CA1")
    answer = await one.say(*TO_THE_SUMMARY[:6], said["email"], "yes", said["service"], said["time"], "yes")
    assert answer["progress"]["status"] == "booked"


def stranger(store: CallStore, number: str = OTHERS) -> Caller:
    return caller(owing(store), "CA2", number)


async def written(store: CallStore) -> dict[str, Any]:
    """The last mail about the appointment."""
    mails = [debt.delivery for debt in await store.owed("CA1") if debt.delivery.kind == "mail"]
    last = max(mails, key=lambda mail: mail.body["revision"])
    return {"occasion": last.occasion, "to": last.body["email"], "changed": last.body.get("changed", [])}


@pytest.mark.parametrize("number", ["", OTHERS])
@pytest.mark.parametrize(
    ("said", "changed"),
    [
        (("I'd like to move my appointment", CODE, "tomorrow at 5 pm", "yes"), ["time"]),
        (("my phone number is wrong on my booking", CODE, "202 555 0188", "yes"), ["phone"]),
        (("the name is wrong on my booking", CODE, "it's Ann Lee", "yes"), ["name"]),
        (("my address is wrong on my booking", CODE, "9 Low Road, Newark, New Jersey 07102", "yes"), ["address"]),
    ],
)
async def test_whoever_booked_is_written_to_and_told_what_has_changed(
    store: CallStore, number: str, said: tuple[str, ...], changed: list[str]
) -> None:
    await booked(store)
    one = stranger(store, number)
    answers = [await one.say(words_) for words_ in ("", *said)]
    assert answers[-1]["progress"]["status"] == "ended", words(answers[-1])
    assert await written(store) == {"occasion": "booking.changed", "to": "mary@gmail.com", "changed": changed}
    for private in PRIVATE:
        assert private not in str(answers)
        assert private not in str(await one.document())


async def test_whoever_booked_is_written_to_when_it_is_cancelled(store: CallStore) -> None:
    await booked(store)
    one = stranger(store)
    await one.say("", "I want to cancel my appointment", CODE, "yes")
    assert await written(store) == {"occasion": "booking.cancelled", "to": "mary@gmail.com", "changed": []}


async def test_the_mails_go_nowhere_else(store: CallStore) -> None:
    await booked(store)
    one = stranger(store)
    answer = await one.say("", "I'd like to move my appointment", CODE, "tomorrow at 5 pm", "and add my email to it")
    assert answer["shouldTransfer"]
    assert (await appointment(store)).email == "mary@gmail.com"


HELD = ("what's my phone number", "what's the name on it", "which address do you have", "what email do you have", "what do you have so far")


@pytest.mark.parametrize("asked", HELD)
async def test_nothing_is_read_out_that_was_not_said(store: CallStore, asked: str) -> None:
    await booked(store)
    one = stranger(store)
    answers = [await one.say(words_) for words_ in ("", "when is my appointment", CODE, asked, "change something", asked, "the phone", asked)]
    for private in PRIVATE:
        assert private not in str(answers)
