"""Digits said at different times as one number: a correction in the place it corrects, an end behind its beginning, an area code said last."""

from collections.abc import Sequence

from agent.slots.phone.numbering import LEAST_WITHOUT_AREA, Fit, fit
from agent.slots.phone.runs import Link, Run

_FEWEST_BEGUN = 4
"""Digits of a beginning that, said once more, are the beginning again and no later part."""
_FEWEST_SHARED = 3
"""Digits of a group that was said again before the number goes on: "312 555", "555 0198"."""


def continued(before: str, digits: str, run: Run, region: str) -> str:
    """What was heard in earlier turns, with the digits that `run` says now: behind it, in its place, or as a correction of its end."""
    if run.link is Link.RESTART or (LEAST_WITHOUT_AREA > len(digits) >= _FEWEST_BEGUN and before.startswith(digits)):
        return digits  # begun once more
    if run.groups[0].area and fit(digits + before, region) is Fit.VALID:
        return digits + before
    if run.link is Link.CORRECTION:
        return corrected((before,), digits, region)
    if fit(before + digits, region) is Fit.VALID:
        return before + digits
    if len(before) >= LEAST_WITHOUT_AREA > len(digits) and fit(digits + before, region) is Fit.VALID:
        return digits + before  # a local number, and then its area code
    if fit(digits, region) is not Fit.SHORT or digits.startswith(before):
        return digits
    for shared in range(min(len(before), len(digits)) - 1, _FEWEST_SHARED - 1, -1):
        if before.endswith(digits[:shared]) and fit(before + digits[shared:], region) is Fit.VALID:
            return before + digits[shared:]
    return before + digits if fit(before + digits, region) is not Fit.LONG else corrected((before,), digits, region)


def corrected(before: Sequence[str], said: str, region: str, *, just_said: bool = True) -> str:
    """The digits of the groups `before` with `said` in the place it corrects: "202 555 1", then "555 2143", is 202 555 2143.

    What was `just_said` is rather corrected at its end, what was read back in one of its groups. A number that is whole by itself takes the place of
    all. Where several places are as likely, or none is, `said` stands alone.
    """
    if fit(said, region) is not Fit.SHORT:
        return said
    whole = "".join(before)
    boundaries = {sum(len(group) for group in before[:index]) for index in range(len(before) + 1)}
    likely: list[tuple[tuple[bool, bool, float, bool, int], str]] = []
    for at in range(len(whole) + 1):
        overlap = min(len(whole) - at, len(said))
        changed = sum(old != new for old, new in zip(whole[at:], said, strict=False))
        if overlap and (not changed or changed > max(1, overlap // 2)):
            continue
        put = whole[:at] + said + whole[at + len(said) :]
        complete = fit(put, region) is Fit.VALID
        if not complete and (at + len(said) < len(whole) or not overlap or at not in boundaries):
            continue
        at_end = just_said and at + len(said) == len(whole)
        likely.append(((not complete, not at_end, changed / overlap if overlap else 1.0, at not in boundaries, -overlap), put))
    likely.sort(key=lambda found: found[0])
    if not likely or (len(likely) > 1 and likely[0][0] == likely[1][0] and likely[0][1] != likely[1][1]):
        return said
    return likely[0][1]
