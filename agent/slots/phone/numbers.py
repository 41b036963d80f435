"""From runs of digits to phone numbers: cut apart, corrected, put together, judged, and told from other numbers.

"202 555 1, no, 555 0143" is two runs and one number; "0412, hang on, 345 678" is three runs and one; "my account is 12345678" is none.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.phone.joining import continued, corrected
from agent.slots.phone.numbering import LEAST_WITHOUT_AREA, MOST_DIGITS, MOST_DIGITS_E164, Fit, figures, fit, groups, judge, plan, without_prefix
from agent.slots.phone.runs import Cue, Link, Run, find_runs, is_bare, stands_apart
from agent.slots.phone.shapes import cut, is_other_shape, is_written_day

_FEWEST_ASKED = 2
"""Digits that are a beginning when the number was asked for."""
_FEWEST_JOINED = 3
"""Digits of a part that goes on after other words: "0412, hang on, 345"."""
_MOST_BETWEEN = 3
"""Words between such parts, if they are words that say something of their own: "0412 345, let me check, 678"."""
_LONGEST_DOUBTFUL = 9
"""Characters of a number in use that may be something else; a longer one is a phone number with no word that says so."""
_MOST_AT_END = 4
"""Digits that are rather the end of the number held than a beginning of another."""
_MOST = 3
"""Candidates: nobody is asked to choose among more."""
_MOST_RUNS = 12
"""Further ones are a list of something else."""
_BARE = 8
"""Digits that are a number with nothing around them, said in words, or where the region does not say."""
_SURE = {Cue.PHONE: 0.95, Cue.NUMBER: 0.9}
"""How plainly a number in use is one, by what it is called."""


class Number(NamedTuple):
    """Digits that stand for one number."""

    digits: str
    parts: tuple[str, ...]
    fit: Fit
    value: str
    cue: Cue
    run: Run


def read(utterance: Utterance, context: Context, *, homophones: bool = False, round_only: bool = False) -> tuple[Candidate, ...]:
    """The numbers of an utterance, best first; the first with `options` when several are in use."""
    runs = find_runs(utterance, context.language, homophones=homophones, round_only=round_only)
    if not runs:
        return ()
    asked = "phone" in context.asked
    bare = is_bare(utterance, runs, context.language)
    numbers, patch = _assembled([run for run in runs if run.cue is not Cue.OTHER], context, asked=asked, bare=bare)
    expected = asked or (context.asks("phone") and utterance.has_han)
    if expected and len(numbers) > 1 and all(number.fit is Fit.SHORT for number in numbers):
        joined = _joined(numbers, utterance, context, bare=bare)
        if joined is not None and (asked or joined.fit is Fit.VALID):
            numbers = [joined]
    kept = [number for number in numbers if _is_likely(number, utterance, context, bare=bare, asked=asked)]
    kept.sort(key=lambda number: (number.fit is not Fit.VALID, number.fit is Fit.SHORT, number.cue is not Cue.PHONE))
    found = [_candidate(number, utterance, bare=bare, patch=patch) for number in kept[:_MOST]]
    valid = list(dict.fromkeys(candidate.value for candidate, number in zip(found, kept, strict=False) if number.fit is Fit.VALID))
    if len(valid) > 1:
        found[0] = Candidate(value=found[0].value, rule="several", span=found[0].span, confidence=found[0].confidence, options=tuple(valid))
    return tuple(found)


def _assembled(runs: Sequence[Run], context: Context, *, asked: bool, bare: bool) -> tuple[list[Number], bool]:
    """The runs cut into numbers, with corrections carried out and what earlier turns held put before them; whether the value held was patched."""
    numbers: list[Number] = []
    patch, region = False, context.region
    for place, run in enumerate(runs[:_MOST_RUNS]):
        for index, (digits, parts) in enumerate(cut(run, region)):
            if index == 0 and numbers:
                run, digits, parts, replaces = _after(numbers[-1], run, digits, parts, region)
                if replaces:
                    numbers.pop()
            elif index == 0 and place == 0 and context.held.partial and asked:
                digits = continued(figures(context.held.partial), digits, run, region)
                parts = (digits,)
            elif index == 0 and place == 0 and context.held.value and asked and bare and fit(digits, region) is Fit.SHORT:
                held = groups(figures(context.held.value), region).removeprefix("+").split()
                whole = corrected(held, digits, region, just_said=False)
                patch = whole != digits
                digits, parts = (whole, (whole,)) if patch else (digits, parts)
            numbers.append(Number(digits, parts, *judge(digits, region), run.cue, run))
    return numbers, patch


def _after(before: Number, run: Run, digits: str, parts: tuple[str, ...], region: str) -> tuple[Run, str, tuple[str, ...], bool]:
    """The first digits of a run behind another number: corrected into it where words said so, and whether they take its place."""
    link = run.link
    if link is Link.CORRECTION and run.followed and len(digits) == 1:
        link = Link.NONE  # "..., sorry, one thing more": a digit among other words corrects no number
    if link is Link.CORRECTION:
        whole = corrected(before.parts, digits, region)
        if whole == digits and fit(digits, region) is Fit.SHORT and before.fit is not Fit.SHORT:
            link = Link.NONE
        digits, parts = (whole, (whole,)) if whole != digits else (digits, parts)
    if link is Link.NONE:
        return run, digits, parts, False
    return run._replace(start=before.run.start, cue=before.cue if run.cue is Cue.NONE else run.cue), digits, parts, True


def _joined(numbers: Sequence[Number], utterance: Utterance, context: Context, *, bare: bool) -> Number | None:
    """Several beginnings as one number: when that is a number and little was said between, or when nothing but digits was said."""
    digits = "".join(number.digits for number in numbers)
    first, last = numbers[0], numbers[-1]
    if any(number.digits.startswith("+") for number in numbers[1:]):
        return None
    whole = judge(digits, context.region)
    between = (utterance.tokens[before.run.end : after.run.start] for before, after in pairwise(numbers))
    near = all(sum(token.is_word for token in tokens) <= _MOST_BETWEEN for tokens in between)
    going_on = bare and all(len(number.digits) >= _FEWEST_JOINED for number in numbers)
    if not going_on and not (near and whole.fit is Fit.VALID):
        return None
    cue = next((number.cue for number in numbers if number.cue is not Cue.NONE), Cue.NONE)
    parts = tuple(part for number in numbers for part in number.parts)
    return Number(digits, parts, *whole, cue, first.run._replace(end=last.run.end, groups=first.run.groups + last.run.groups))


def _is_likely(number: Number, utterance: Utterance, context: Context, *, bare: bool, asked: bool) -> bool:
    """Whether digits may be a phone number at all, by how many they are and what stands beside them."""
    count = len(number.digits.removeprefix("+"))
    if count > (MOST_DIGITS if without_prefix(number.digits, context.region) else MOST_DIGITS_E164):
        return False
    if asked:
        return _is_likely_answer(number, count, utterance, context, bare=bare)
    if number.cue is Cue.PHONE and context.in_call and count > (_MOST_AT_END if context.held.value else _FEWEST_ASKED):
        return True
    if number.cue in (Cue.PHONE, Cue.NUMBER) or number.digits.startswith("+"):
        return count >= LEAST_WITHOUT_AREA
    written = all(group.written for group in number.run.groups)
    return count >= (plan(context.region).get("bare", _BARE) if written else _BARE) and not is_other_shape(number.run)


def _is_likely_answer(number: Number, count: int, utterance: Utterance, context: Context, *, bare: bool) -> bool:
    """The same of `count` digits where we have asked for the number."""
    if number.fit is Fit.SHORT and number.cue is not Cue.PHONE and is_written_day(number.run):
        return False
    own = sum(len(group.digits) for group in number.run.groups)
    if context.held.partial and not bare and own < LEAST_WITHOUT_AREA and number.cue is not Cue.PHONE:
        # What goes on a number begun is said for itself: a street's number or a day adds nothing to it.
        return number.fit is Fit.VALID and own >= _FEWEST_JOINED and stands_apart(utterance, number.run, context.language)
    if count >= LEAST_WITHOUT_AREA or number.fit is Fit.VALID:
        return True
    return (bare and (count >= _FEWEST_ASKED or bool(context.held.partial))) or (number.cue is Cue.PHONE and count > _FEWEST_ASKED)


def _candidate(number: Number, utterance: Utterance, *, bare: bool, patch: bool) -> Candidate:
    whole = number.fit is not Fit.SHORT
    if number.fit is Fit.VALID:
        confidence = _SURE.get(number.cue, 0.85 if len(number.value) > _LONGEST_DOUBTFUL else 0.5)
    else:
        confidence = 0.8 if number.cue is Cue.PHONE or (number.cue is Cue.NUMBER and (whole or bare)) else 0.5
    rule = "mended" if patch else "cue" if number.cue is not Cue.NONE else "digits"
    span = (utterance.tokens[number.run.start].start, utterance.tokens[number.run.end - 1].end)
    return Candidate(value=number.value, rule=rule, span=span, confidence=confidence, whole=whole, patch=patch)
