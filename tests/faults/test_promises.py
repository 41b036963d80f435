"""A service or its Redis that is killed while a booking is made and told: some of the points that `tests.faults.promises` goes through."""

from pathlib import Path

from tests.faults.promises import Kill, played


def test_killed_anywhere_a_booking_is_told_once_and_nothing_else_is(tmp_path: Path) -> None:
    assert {Kill(number).place for number in range(12)} == {"command", "mail", "webhook"}
    calls, kills, wrong = played(tmp_path, kills=12)
    assert (kills >= 12, calls >= kills, wrong) == (True, True, [])
