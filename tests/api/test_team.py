"""Who of the workers is started, told to end and killed, and when. No process here, and no clock."""

import pytest

from api.team import PAUSES_S, STEADY_S, Team

GRACE_S = 15.0


class Told:
    """A worker that does what a test says."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.alive, self.serves, self.leaves = True, False, False
        self.ending = 0

    def end(self) -> None:
        self.ending += 1

    def kill(self) -> None:
        self.alive = False

    def gone(self) -> str:
        assert not self.alive
        return "0" if self.leaves else "-9"


class Story:
    """A team of two, the time, and everyone who was ever started, in that order."""

    def __init__(self) -> None:
        self.now = 100.0
        self.started: list[Told] = []
        self.full = False
        """Whether no process can be started."""
        self.team = Team(2, self._start, GRACE_S)

    def _start(self) -> Told:
        if self.full:
            raise BlockingIOError("no processes left")
        self.started.append(Told(len(self.started)))
        return self.started[-1]

    def look(self, after: float = 0.0) -> list[int]:
        """Let time pass and have the team look; who is there then."""
        self.now += after
        self.team.look(self.now)
        return sorted(worker.pid for worker in self.team.everyone())

    def serving(self) -> "Story":
        self.look()
        for worker in self.started:
            worker.serves = True
        self.look()
        return self


def test_a_first_start_that_never_worked_is_given_up() -> None:
    story = Story()
    assert story.look() == [0, 1]
    story.started[0].alive = False
    assert story.look() == [1, 2], "one that died may have been killed by chance"
    assert not story.team.lost
    story.started[1].alive = False
    assert story.look() == [2]
    assert story.team.lost


def test_a_place_that_cannot_be_filled_is_tried_ever_more_rarely_while_the_other_serves() -> None:
    story = Story().serving()
    waited = []
    for _ in range(len(PAUSES_S) + 2):
        story.started[-1].alive = False
        story.look()
        begun = story.now
        while (due := story.team.due()) is not None:
            assert story.look((due - story.now) / 2) == [0], "not before it is due"
            story.look(due - story.now)
        waited.append(story.now - begun)
    assert waited == pytest.approx([*PAUSES_S, PAUSES_S[-1], PAUSES_S[-1]])
    assert not story.team.lost


def test_one_that_served_for_long_is_replaced_at_once() -> None:
    story = Story().serving()
    for _ in range(4):
        story.started[-1].serves = True
        story.look()
        story.now += STEADY_S
        story.started[-1].alive = False
        story.look()
        assert story.team.due() is None


def test_one_that_leaves_is_replaced_at_once_and_finishes_what_it_has() -> None:
    story = Story().serving()
    for _ in range(3):
        leaving = story.started[-1]
        leaving.serves = leaving.leaves = True
        assert story.look() == [0, leaving.pid, leaving.pid + 1]
        leaving.alive = False
        assert story.look() == [0, leaving.pid + 1]
    assert not any(worker.ending for worker in story.started), "it had been told by somebody else"


def test_one_that_does_not_end_is_killed_in_the_end() -> None:
    story = Story().serving()
    stuck = story.started[1]
    stuck.leaves = True
    assert story.look() == [0, 1, 2]
    assert story.team.due() == story.now + GRACE_S
    story.look(GRACE_S)
    assert not stuck.alive
    assert story.look() == [0, 2]


def test_all_are_renewed_one_after_the_other_and_nobody_ends_before_another_serves() -> None:
    story = Story().serving()
    story.team.renew(story.now)
    assert story.look() == [0, 1, 2]
    assert story.look(3600) == [0, 1, 2], "the new one takes its time"
    story.started[2].serves = True
    assert story.look() == [0, 1, 2, 3]
    assert [worker.ending for worker in story.started] == [1, 0, 0, 0]
    story.started[0].leaves, story.started[0].alive = True, False
    story.started[3].serves = True
    assert story.look() == [1, 2, 3]
    assert [worker.ending for worker in story.started] == [1, 1, 0, 0]
    story.started[1].leaves, story.started[1].alive = True, False
    assert story.look(3600) == [2, 3]
    assert story.team.due() is None


def test_a_renewal_that_is_asked_for_meanwhile_reaches_everyone() -> None:
    story = Story().serving()
    story.team.renew(story.now)
    story.look()
    story.team.renew(story.now)
    for _ in range(8):
        for worker in story.started:
            worker.serves = True
            worker.leaves = worker.ending > 0
            worker.alive = not worker.leaves
        story.look()
    assert story.look() == [3, 4], "the one that was started between the two is replaced as well"


def test_when_a_new_one_fails_the_old_ones_stay() -> None:
    story = Story().serving()
    story.team.renew(story.now)
    story.look()
    story.started[2].alive = False
    assert story.look() == [0, 1]
    assert story.look(3600) == [0, 1]
    assert [worker.ending for worker in story.started] == [0, 0, 0]
    story.team.renew(story.now)
    assert story.look() == [0, 1, 3], "asked again, it is tried again"


def test_a_renewal_does_not_wait_for_a_place_that_waits() -> None:
    story = Story().serving()
    for _ in range(4):
        story.started[-1].alive = False
        story.look(PAUSES_S[3])
    story.started[-1].alive = False
    assert story.look() == [0]
    story.team.renew(story.now)
    fresh = len(story.started)
    assert story.look() == [0, fresh, fresh + 1]


def test_one_that_dies_while_its_successor_starts_is_followed_by_it() -> None:
    story = Story().serving()
    story.team.renew(story.now)
    assert story.look() == [0, 1, 2]
    story.started[0].alive = False
    assert story.look() == [1, 2, 3]
    story.started[2].serves = story.started[3].serves = True
    assert story.look() == [1, 2, 3]
    assert [worker.ending for worker in story.started] == [0, 1, 0, 0]


def test_a_process_that_cannot_be_started_is_a_failure_like_any_other() -> None:
    story = Story().serving()
    story.full = True
    story.team.renew(story.now)
    assert story.look() == [0, 1]
    story.started[1].alive = False
    assert story.look() == [0]
    assert story.look(PAUSES_S[1]) == [0]
    story.full = False
    assert story.look(PAUSES_S[2]) == [0, 2]
    assert not story.team.lost
