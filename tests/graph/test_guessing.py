"""Who guesses references or names gets nowhere: not by other words in between, not by ringing again and again, not by "I want to cancel"."""

from typing import Any

import pytest

from agent.record.booking_reference import ALPHABET
from graph.looking import AT_ONE_BUSINESS, FROM_ONE_NUMBER, WITHOUT_A_NUMBER
from storage.errors import StaleCall
from storage.passing_store import PassingStore
from storage.store import CallStore, Change, Committed
from tests.callers import SAID
from tests.graph.office import Caller, words
from tests.graph.ringing import CANCEL, CODE, HIS, MOVE, NAME, OTHERS, appointment, booked, caller

pytestmark = pytest.mark.anyio
WISH, ANOTHER = {"en": CANCEL, "zh": "我要取消我的预约"}, {"en": "no, a new one", "zh": "不是，要一个新的"}
LEAVE = {"en": "I want to cancel", "zh": "我要取消"}
NAMES = {"en": ["it's Ann Lee", "it's Bob Stone", "it's Carl Young"], "zh": ["我叫李小龙", "我叫张学友", "我叫刘德华"]}
BOTH = pytest.mark.parametrize("language", ["en", "zh"])


def guesses(many: int) -> list[str]:
    """References that nobody has, each another, as they are spelled."""
    return [" ".join(f"QQ{ALPHABET[one % 31]}{ALPHABET[one // 31]}7".replace("Q", "X")) for one in range(many)]


def stranger(store: CallStore, sid: str, number: str = OTHERS, language: str = "en") -> Caller:
    one = caller(store, sid, number, languages=["en-US", "zh-CN"])
    one.language = {"en": "en-US", "zh": "zh-CN"}[language]
    return one


async def is_taken_over(one: Caller, *said: str) -> bool:
    return bool((await one.say(*said))["shouldTransfer"])


@BOTH
async def test_tries_are_counted_whatever_is_said_between(store: CallStore, language: str) -> None:
    await booked(store)
    one = stranger(store, "X1", language=language)
    first, second, third = guesses(3)
    await one.say("", WISH[language])
    assert not await is_taken_over(one, first, ANOTHER[language], WISH[language], second, ANOTHER[language], WISH[language])
    assert await is_taken_over(one, third)


async def test_a_call_that_is_opened_again_has_no_more_tries(store: CallStore) -> None:
    await booked(store)
    one = stranger(store, "X1")
    first, second, third = guesses(3)
    await one.say("", CANCEL, first, second, "goodbye")
    assert await is_taken_over(one, CANCEL, third)


@BOTH
async def test_i_want_to_cancel_is_a_try_as_well(store: CallStore, language: str) -> None:
    """Where no appointment is found it is asked whether to end the call: twice."""
    one = stranger(store, "X1", language=language)
    await one.say("", LEAVE[language])
    assert not await is_taken_over(one, NAMES[language][0])
    assert (await one.say("no" if language == "en" else "不是"))["progress"]["status"] == "active"
    assert not await is_taken_over(one, LEAVE[language])
    await one.say("no" if language == "en" else "不是")
    assert await is_taken_over(one, LEAVE[language])


@BOTH
async def test_who_rings_again_and_again_is_handed_to_a_person(store: CallStore, language: str) -> None:
    """Also with a reference that somebody has, from then on."""
    await booked(store)
    guessed = guesses(FROM_ONE_NUMBER)
    for number, (first, second) in enumerate(zip(guessed[::2], guessed[1::2], strict=True)):
        assert not await is_taken_over(stranger(store, f"X{number}", language=language), "", WISH[language], first, second)
    assert await is_taken_over(stranger(store, "X9", language=language), "", WISH[language], CODE)
    assert (await appointment(store)).state == "booked"
    assert "shall I cancel" in words(await stranger(store, "X10", "+12025550177").say("", CANCEL, CODE)), "nobody else is concerned"


async def test_a_name_that_is_guessed_is_counted_too(store: CallStore) -> None:
    """From the number that it was booked from, which anybody may show."""
    await booked(store)
    for number, (first, second) in enumerate([NAMES["en"][:2]] * (FROM_ONE_NUMBER // 2)):
        assert not await is_taken_over(stranger(store, f"X{number}", HIS), "", CANCEL, first, second)
    assert await is_taken_over(stranger(store, "X9", HIS), "", CANCEL, NAME)


async def test_references_are_limited_for_all_of_a_business(store: CallStore) -> None:
    """Whoever shows a number, which may be made up, each time another."""
    await booked(store)
    for tried, reference in enumerate(guesses(AT_ONE_BUSINESS)):
        assert not await is_taken_over(stranger(store, f"X{tried}", f"+120255501{tried:02}"), "", MOVE, reference)
    assert await is_taken_over(stranger(store, "Y1", "+12025550199"), "", MOVE, CODE)
    assert "shall I cancel" in words(await stranger(store, "Y2", HIS).say("", CANCEL, NAME)), "he has guessed nothing"
    assert "shall I cancel" in words(await stranger(store, "Y3", "").say("", CANCEL, CODE)), "without a number they have their own"


async def test_who_booked_from_the_number_he_shows_is_never_shut_out_by_strangers(store: CallStore) -> None:
    """Nor does it tell whether a number has booked: in vain it is answered as any other."""
    await booked(store)
    await booked(store, "CA2", "tomorrow at 5 pm", OTHERS)
    await store.tally("sought acme", AT_ONE_BUSINESS, 60)
    assert "shall I cancel" in words(await stranger(store, "X1", HIS).say("", CANCEL, CODE))
    assert await store.tally("sought acme", 0, 60) == AT_ONE_BUSINESS
    said = [await stranger(store, f"Y{at}", number).say("", CANCEL, guesses(1)[0]) for at, number in enumerate((HIS, "+12025550177"))]
    assert [(words(one), one["shouldTransfer"]) for one in said] == [(words(said[0]), True)] * 2
    assert await is_taken_over(stranger(store, "Z1", OTHERS), "", CANCEL, CODE), "another's, from a number that has one"


async def test_who_withholds_the_number_shuts_out_nobody_who_shows_it(store: CallStore) -> None:
    await booked(store)
    for tried, reference in enumerate(guesses(WITHOUT_A_NUMBER)):
        assert not await is_taken_over(stranger(store, f"X{tried}", ""), "", MOVE, reference)
    assert await store.tally("sought acme", 0, 60) == 0
    assert await is_taken_over(stranger(store, "Y1", ""), "", MOVE, CODE)
    assert "shall I cancel" in words(await stranger(store, "Y2", "+12025550177").say("", CANCEL, CODE))


async def test_what_is_found_counts_for_nothing(store: CallStore) -> None:
    await booked(store)
    for number in range(FROM_ONE_NUMBER + 3):
        answer = await stranger(store, f"X{number}", HIS).say("", "when is my appointment", (NAME, CODE)[number % 2], "no")
        assert not answer["shouldTransfer"]
    assert await store.tally("sought acme", 0, 60) == 0


async def test_other_calls_are_as_free_as_ever(store: CallStore) -> None:
    await store.tally(f"sought acme {OTHERS}", 50, 60)
    booking: dict[str, Any] = await stranger(store, "X1").say("", *(SAID["en"][slot] for slot in ("name", "service")))
    assert not booking["shouldTransfer"]


async def test_one_number_uses_up_no_more_than_its_own(store: CallStore) -> None:
    await booked(store)
    for tried, reference in enumerate(guesses(FROM_ONE_NUMBER + 5)):
        assert await is_taken_over(stranger(store, f"X{tried}"), "", MOVE, reference) == (tried >= FROM_ONE_NUMBER)
    assert await store.tally("sought acme", 0, 60) == FROM_ONE_NUMBER


class Meddled(PassingStore):
    """Where somebody else is faster with every first step that would end a turn."""

    refused = 0

    async def commit(self, change: Change) -> Committed:
        if change.answer and self.refused % 2 == 0:
            self.refused += 1
            raise StaleCall("somebody was faster")
        self.refused += 1 if change.answer else 0
        return await self._store.commit(change)


@pytest.mark.parametrize(("said", "many"), [(guesses(1)[0], 1), (CODE, 0)])
async def test_a_turn_that_is_taken_up_again_is_counted_once(store: CallStore, said: str, many: int) -> None:
    await booked(store)
    meddled = Meddled(store)
    await stranger(meddled, "X1").say("", MOVE, said)
    assert meddled.refused == 6
    assert [await store.tally(name, 0, 60) for name in (f"sought acme {OTHERS}", "sought acme")] == [many, many]
