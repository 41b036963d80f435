"""Where one number ends and the next begins in a chain of groups, and shapes of digits that are no phone number's."""

import re
from collections.abc import Sequence
from enum import Enum
from itertools import accumulate, pairwise

from agent.nlu.numerals.rules import Group
from agent.slots.phone import weights
from agent.slots.phone.numbering import MOST_DIGITS, Fit, Plan

Groups = tuple[Group, ...]


class Shape(Enum):
    """What figures may be besides, as they are written."""

    NEVER = re.compile(
        r"\d{1,3}(,\d{3}){2,}"  # 1,250,000
        r"|\d{1,3}( ?\. ?\d{1,3}){3}"  # 192.168.0.1
        r"|(\d{1,2}/){1,2}\d{2,4}"  # 24/6/1940
        r"|97[89]-[\d-]{10,}"  # an ISBN (ISO 2108)
    )
    DAY = re.compile(r"(19|20)\d\d-\d\d?-\d\d?\b.*|.*\d/.*")
    """2024-05-06 14:30."""
    ALONE = re.compile(
        r"(19|20)\d\d\W*(0?[1-9]|[12]\d|3[01])\W*(0?[1-9]|[12]\d|3[01])( .*)?"
        r"|(0?[1-9]|[12]\d|3[01])\W*(0?[1-9]|[12]\d|3[01])\W*(19|20)\d\d"
        r"|(19|20)\d\d \D*(19|20)\d\d"  # in 2024 and 2025
        r"|\d+\.\d+"
        r"|\d*00(\D+\d*00)+"  # 1000-2000
    )
    """Where the number was not asked for."""


def digits_of(groups: Sequence[Group]) -> str:
    return "".join([group.digits for group in groups])


def is_shaped(groups: Groups, shape: Shape) -> bool:
    """Whether the digits, as they would be written, have a shape; "192.168.0.1" also in words."""
    return shape.value.fullmatch("".join(group.joint * (group.joint != " " or group.written) + group.digits for group in groups)) is not None


def cut(groups: Groups, plan: Plan, *, followed: bool) -> list[Groups]:
    """The numbers of a chain: usually one; more where a number in use stands apart from the groups around it ("46617 1 574 631 8995").

    `followed`: a word that says something of its own comes next, so that the last group may be its ("... 45 High Street").
    """
    groups = _in_order(groups, plan)
    if not 1 < len(groups) <= weights.MOST_GROUPS or plan.fit(digits_of(groups)) is not Fit.LONG:
        return [groups]
    for first in range(1, len(groups)):  # begun, and begun again: "three one two, three one two five five five ..."
        begun, rest = digits_of(groups[:first]).removeprefix("+"), digits_of(groups[first:])
        if len(begun) in weights.BEGUN_AGAIN and rest.startswith(begun) and plan.is_valid(rest):
            return [groups[first:]]
    window = _window(groups, plan, followed=followed)
    if window is None:
        return [groups]
    first, last = window
    others = cut(groups[last:], plan, followed=followed) if last < len(groups) else []
    return [*([groups[:first]] if first else []), groups[first:last], *others]


def _in_order(groups: Groups, plan: Plan) -> Groups:
    """As dialled: without the "(0)" of "+44 (0) 20", and with an area code first that was said last."""
    if groups[0].digits.startswith("+"):
        bracketed = {left for left, right in pairwise(groups) if left.digits == "0" and left.joint.endswith("(") and right.joint.startswith(")")}
        groups = tuple(group for group in groups if group not in bracketed)
    area = next((index for index, group in enumerate(groups) if group.area and index), 0)
    turned = groups[area:] + groups[:area]
    return turned if area and plan.is_valid(digits_of(turned)) else groups


def _window(groups: Groups, plan: Plan, *, followed: bool) -> tuple[int, int] | None:
    """The first stretch that is a number in use, or else plainly one, and may stand apart from the groups around it."""
    plainly, digits, count = None, digits_of(groups), len(groups)
    commas = any(group.joint.startswith(",") for group in groups[1:])
    edges = [0, *(at for at in range(1, count) if _is_edge(groups[at - 1], groups[at], commas=commas)), count][: weights.MOST_EDGES]
    begins = [0, *accumulate(len(group.digits) for group in groups)]
    leaves = [_may_be_left(groups[edge:]) for edge in edges]
    for index, first in enumerate(edges):
        if not _may_be_left(groups[:first]):
            continue
        for place in range(index + 1, min(index + 2, len(edges))) if commas else range(len(edges) - 1, index, -1):
            last = edges[place]
            if last - first == count or not weights.FEWEST_IN_WINDOW <= begins[last] - begins[first] <= MOST_DIGITS:
                continue
            one = any(len(group.digits) >= weights.PLAINLY_ONE for group in groups[first:last])
            if not (leaves[place] or (followed and one and last == count - 1)):
                continue
            fit = plan.fit(digits[begins[first] : begins[last]])
            if fit is Fit.VALID:
                return first, last
            plainly = plainly or ((first, last) if fit is Fit.WHOLE and one else None)
    return plainly


def _is_edge(left: Group, right: Group, *, commas: bool) -> bool:
    """Whether one number may end and another begin between two groups: words part them, or a comma, or else a space between figures."""
    return right.apart or (right.joint.startswith(",") if commas else left.written and right.written and right.joint == " ")


def _may_be_left(side: Groups) -> bool:
    """Whether groups beside a number may be something else: another number, or figures too long to be a slip of it."""
    return len(digits_of(side)) >= weights.NUMBER_BY_ITSELF or all(group.written and len(group.digits) >= weights.FEWEST_LEFT_OVER for group in side)
