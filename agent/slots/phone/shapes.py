"""The shapes of digits: where one number ends and the next begins, and shapes that are no phone number's (days, sums, internet addresses)."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from agent.slots.phone.groups import Group
from agent.slots.phone.numbering import MOST_DIGITS, Fit, fit
from agent.slots.phone.runs import Run

_MOST_WINDOWS = 12
_MOST_GROUPS = 40
"""Longer runs are a list, and no number is sought in one."""
_FEWEST_TO_CUT = 10
"""Digits, their "+" counted, that may be more than one number."""
_FEWEST_IN_WINDOW = 6
"""Digits of the shortest number that others may stand beside."""
_FEWEST_LEFT_OVER = 3
"""Digits of a written group that is no slip of the number beside it."""
_NUMBER_BY_ITSELF = 7
_PLAINLY_ONE = 9
"""Digits written without a gap that are one number, in use or not."""
_FEWEST_BEGUN = 2
_MOST_BEGUN = 9
"""Digits of a number that was begun, and begun again."""
_YEARS = range(1900, 2100)
_BOOK_DIGITS = 13
"""Digits of an ISBN, which begins with 978 or 979 (ISO 2108)."""


def cut(run: Run, region: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The numbers of a run, each with its groups: usually one; more where written groups stand apart ("46617 1 574 631 8995") or words part them."""
    if _is_sum(run) or _is_internet_address(run):
        return
    groups = _in_order(run, region)
    yield from _cut(groups[_begun_again(groups, run.plus, region) :], run.plus, region, followed=run.followed)


def _begun_again(groups: Sequence[Group], plus: bool, region: str) -> int:
    """How many groups were only a false start: "three one two, three one two five five five ...", where the rest is a number; 0 for none."""
    mark = "+" if plus else ""
    parts = [group.digits for group in groups[:_MOST_GROUPS]]
    if len(parts) < 2 or len(groups) > _MOST_GROUPS or fit(mark + "".join(parts), region) is not Fit.LONG:
        return 0
    for first in range(1, len(parts)):
        start, rest = "".join(parts[:first]), mark + "".join(parts[first:])
        if not _FEWEST_BEGUN <= len(start) <= _MOST_BEGUN:
            continue
        if rest.removeprefix("+").startswith(start) and fit(rest, region) is Fit.VALID:
            return first
    return 0


def is_other_shape(run: Run) -> bool:
    """Whether digits with nothing around them are rather a day ("24 06 1953", "2018-04-18"), years, a range ("1000-2000") or a decimal fraction."""
    lengths = tuple(len(group.digits) for group in run.groups)
    digits = "".join(group.digits for group in run.groups)
    if len(run.groups) > 1 and run.groups[0].written and all(group.digits.endswith("00") for group in run.groups):
        return True
    if len(run.groups) == 2 and (run.groups[1].joint == "." or all(len(group.digits) == 4 and int(group.digits) in _YEARS for group in run.groups)):
        return True
    if len(digits) == _BOOK_DIGITS and digits[:3] in ("978", "979") and "-" in (group.joint for group in run.groups):
        return True
    if not 5 <= len(digits) <= 8:
        return False
    if int(digits[:4]) in _YEARS and _is_day(digits[4:]) and (len(lengths) == 1 or lengths[0] == 4):
        return True
    in_order = len(lengths) == 1 or lengths[-1] == 4 or not run.groups[0].written
    return int(digits[-4:]) in _YEARS and in_order and _is_day(digits[:-4])


def is_written_day(run: Run) -> bool:
    """Whether figures are a day as it is written: "24/6/1940", "2024-05-06"."""
    lengths = tuple(len(group.digits) for group in run.groups[:3])
    joints = {group.joint for group in run.groups[1:3]}
    by_year = len(lengths) == 3 and lengths[0] == 4 and max(lengths[1:]) <= 2 and joints == {"-"} and int(run.groups[0].digits) in _YEARS
    return by_year or any("/" in group.joint for group in run.groups)


def _is_day(digits: str) -> bool:
    """Whether digits are a day and a month in either order, with or without leading zeros."""
    pairs = ((digits[:at], digits[at:]) for at in range(1, len(digits)))
    for first, second in pairs:
        if len(first) <= 2 and len(second) <= 2:
            low, high = sorted((int(first), int(second)))
            if 1 <= low <= 12 and 1 <= high <= 31:
                return True
    return len(digits) == 1 and digits != "0"


def _is_sum(run: Run) -> bool:
    """1,250,000."""
    groups = run.groups
    return (
        len(groups) > 2
        and all(group.written for group in groups)
        and len(groups[0].digits) <= 3
        and all(len(group.digits) == 3 for group in groups[1:])
        and all(group.joint == "," for group in groups[1:])
    )


def _is_internet_address(run: Run) -> bool:
    """192.168.0.1, also in words: four numbers below 256 with dots between."""
    numbers = [run.groups[0].digits]
    for group in run.groups[1:]:
        if group.joint == ".":
            numbers.append(group.digits)
        else:
            numbers[-1] += group.digits
    return len(numbers) == 4 and all(len(number) <= 3 and int(number) < 256 for number in numbers)


def _in_order(run: Run, region: str) -> tuple[Group, ...]:
    """The groups as they are dialled: without the "(0)" of "+44 (0) 20", and with an area code first that was said last."""
    groups = run.groups
    if run.plus:
        bracketed = [left for left, right in pairwise(groups) if left.digits == "0" and left.joint.endswith("(") and right.joint.startswith(")")]
        groups = tuple(group for group in groups if group not in bracketed)
    area = next((index for index, group in enumerate(groups) if group.area and index), 0)
    if area:
        turned = groups[area:] + groups[:area]
        if fit("".join(group.digits for group in turned), region) is Fit.VALID:
            return turned
    return groups


def _cut(groups: Sequence[Group], plus: bool, region: str, *, followed: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    mark = "+" if plus else ""
    digits = mark + "".join(group.digits for group in groups)
    parts = tuple(group.digits for group in groups)
    if 1 < len(groups) <= _MOST_GROUPS and len(digits) >= _FEWEST_TO_CUT and fit(digits, region) is Fit.LONG:
        window = _window(groups, mark, region, followed=followed)
        if window is not None:
            first, last = window
            if first:
                yield from _cut(groups[:first], plus, region, followed=False)
            yield ("" if first else mark) + "".join(parts[first:last]), parts[first:last]
            if last < len(groups):
                yield from _cut(groups[last:], False, region, followed=followed)
            return
    yield digits, parts


def _window(groups: Sequence[Group], mark: str, region: str, *, followed: bool) -> tuple[int, int] | None:
    """The first stretch of groups that is a number in use, or else as long as one, and may stand apart from the groups around it."""
    found = None
    commas = any(group.joint.startswith(",") for group in groups[1:])
    ends = [at for at in range(min(len(groups), _MOST_WINDOWS) + 1) if _parted(groups, at, commas=commas)]
    for index, first in enumerate(ends):
        for last in reversed(ends[index + 1 : index + 2] if commas else ends[index + 1 :]):
            window = groups[first:last]
            if not _FEWEST_IN_WINDOW <= sum(len(group.digits) for group in window) <= MOST_DIGITS:
                continue
            plainly_one = any(len(group.digits) >= _PLAINLY_ONE for group in window)
            if len(window) == len(groups) or not _may_be_left(groups[:first]):
                continue
            if not (_may_be_left(groups[last:]) or (followed and plainly_one and last == len(groups) - 1)):
                continue
            here = fit(("" if first else mark) + "".join(group.digits for group in window), region)
            if here is Fit.VALID:
                return first, last
            if here is Fit.WHOLE and found is None and plainly_one:
                found = first, last
    return found


def _parted(groups: Sequence[Group], at: int, *, commas: bool) -> bool:
    """Whether one number may end and another begin before group `at`: words part them, or a comma, or else a space between figures."""
    if at in (0, len(groups)) or groups[at].apart:
        return True
    return groups[at].joint.startswith(",") if commas else groups[at - 1].written and groups[at].written and groups[at].joint == " "


def _may_be_left(groups: Sequence[Group]) -> bool:
    """Whether the groups beside a number may be something else: another number, or written groups too long to be a slip of it."""
    count = sum(len(group.digits) for group in groups)
    return not count or count >= _NUMBER_BY_ITSELF or all(group.written and len(group.digits) >= _FEWEST_LEFT_OVER for group in groups)
