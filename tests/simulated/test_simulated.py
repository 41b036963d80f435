"""The short form of the simulated callers: the floors hold, and a call is the same whenever it is played."""

from collections.abc import Iterator

import pytest

from tests.simulated.line import InProcess
from tests.simulated.people import STYLES, Style, persona
from tests.simulated.playing import play
from tests.simulated.scores import score
from tests.simulated.truths import Place, Truth, same

CALLS = 8
"""Of each style; `python -m tests.simulated` plays more, and CI 120."""


@pytest.fixture
def line() -> Iterator[InProcess]:
    found = InProcess()
    yield found
    found.close()


@pytest.mark.parametrize("style", STYLES)
def test_the_floors_hold(style: Style, line: InProcess) -> None:
    figures = score(style, [play(line, 1, style, number) for number in range(CALLS)])
    assert figures.shortfalls() == [], "\n".join(figures.lines())


@pytest.mark.parametrize("style", STYLES)
def test_the_same_call_twice_says_and_keeps_the_same(style: Style) -> None:
    def once() -> object:
        line = InProcess()
        try:
            played = play(line, 3, style, 1)
            record = line.record(played.sid)
        finally:
            line.close()
        kept = {key: value for key, value in record.items() if key in ("user", "servicebooked", "progress")}
        user = {key: value for key, value in kept["user"]["userInfo"].items() if not key.endswith("timestamp")}
        return played.transcript, {**kept, "user": user}

    assert once() == once()


def test_callers_are_the_same_for_a_seed_and_others_for_another() -> None:
    assert persona(1, "repairs", 5) == persona(1, "repairs", 5)
    assert persona(1, "repairs", 5) != persona(2, "repairs", 5)


def test_a_wrong_value_is_told_from_the_right_one() -> None:
    who = persona(1, "clean", 0)
    place = Place(unit_word="Unit", unit="4", number="12", street="High Street", suburb="Richmond", state="VIC", postcode="3121")
    truth = Truth(name="Mary O'Neill", phone="0412345678", address=place, email="mary@gmail.com", service="leak-repair", time=who.truth.time)
    right = {
        "name": "mary oneill", "phone": "+61412345678", "address": "Unit 4/12 High Street, Richmond 3121", "email": "Mary@gmail.com",
        "service": "leak-repair", "time": who.truth.time.isoformat(),
    }  # fmt: skip
    wrong = {
        "name": "Mary O'Neal", "phone": "+61412345679", "address": "Unit 14/12 High Street, Richmond 3121", "email": "mary@gmail.co",
        "service": "drain-cleaning", "time": who.now.isoformat(),
    }  # fmt: skip
    for slot in right:
        assert same(slot, right[slot], truth, "AU"), slot
        assert not same(slot, wrong[slot], truth, "AU"), slot
        assert not same(slot, "", truth, "AU"), slot
