"""A service or its Redis that is killed while a booking is made and told: each kind of point that `tests.faults.promises` goes through, once."""

from pathlib import Path

from tests.faults.promises import Kill, played

FIRST, KILLS = 4, 5


def test_killed_anywhere_a_booking_is_told_once_and_nothing_else_is(tmp_path: Path) -> None:
    points = [Kill(number) for number in range(FIRST, FIRST + KILLS + 1)]
    assert {point.place for point in points} == {"command", "mail", "webhook"}
    assert {(point.victim, point.rings_off) for point in points} == {("service", False), ("redis", False), ("service", True)}
    assert {point.when for point in points} == {"before", "after"}
    calls, kills, wrong = played(tmp_path, KILLS, FIRST)
    assert (kills, calls, wrong) == (KILLS, len(points), [])
