"""From runs of digits to candidates: corrections folded in, what earlier turns held put before, the likely ones ranked."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from agent.nlu.candidates import Candidate, Context
from agent.nlu.edits import Patch
from agent.nlu.utterance import Utterance
from agent.slots.phone import weights
from agent.slots.phone.cutting import Groups, Shape, digits_of, is_shaped
from agent.slots.phone.edits import amend, apply
from agent.slots.phone.numbering import LEAST_WITHOUT_AREA, MOST_DIGITS, MOST_DIGITS_E164, Fit, completed, figures, groups, table, without_prefix
from agent.slots.phone.reading import Reading, Run
from agent.slots.phone.rules import Cue, most_digits

_SURE = {Cue.PHONE: weights.CALLED_PHONE, Cue.NUMBER: weights.CALLED_NUMBER}
"""How plainly a number in use is one, by what it is called."""


class Piece(NamedTuple):
    """Digits that stand for one number."""

    digits: str
    parts: tuple[str, ...]
    fit: Fit
    value: str
    run: Run
    amended: bool = False
    """The number held, with a part of it said anew."""


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every number the utterance may hold, best first; with `options` when it holds several.

    Digits go on from `context.held.partial`; words that name a part of `context.held.value` patch it.
    """
    open_to_parts = "phone" in context.asked or context.held.value or context.held.partial
    if not open_to_parts and most_digits(utterance, context.language) <= weights.FEWEST_ASKED:
        return ()  # a day or a clock, and no chart is made of it
    reading = Reading(utterance, context)
    part = reading.chart.has("part")
    if edited := _edited(reading) if context.held.value or part else None:
        return (edited,)
    likely = (piece for piece in _pieces(reading) if _is_likely(piece, reading))
    kept = sorted(likely, key=lambda it: (it.fit is not Fit.VALID, it.fit is Fit.SHORT, it.run.cue is not Cue.PHONE))
    if not kept or (kept[0].fit is Fit.SHORT and not context.held.partial and part):
        return ()  # none, or the end of a number that nobody has
    valid = tuple(dict.fromkeys(piece.value for piece in kept[: weights.MOST_CANDIDATES] if piece.fit is Fit.VALID))
    found = [_candidate(piece, reading, valid if len(valid) > 1 and piece is kept[0] else ()) for piece in kept[: weights.MOST_CANDIDATES]]
    if not found[0].whole and not context.held.partial and (local := completed(found[0].value, context.home, context.region)):
        return (Candidate(value=local, rule="local", span=found[0].span, confidence=found[0].confidence),)
    return found


def _edited(reading: Reading) -> Candidate | None:
    """The number held with the edit that fits it; or one just said: "0491 570 110, no, it ends one five six"."""
    context, plan, held = reading.context, reading.plan, reading.context.held.value
    run = next((run for run in reading.runs if run.cue < Cue.OTHER), None)
    value = held or (plan.judge(digits_of(reading.cut(run.groups)[0])).value if run else "")
    since = 0 if held or not run else run.groups[-1].end
    if not value.startswith("+") or not plan.is_valid(value):
        return _ended(reading)
    parts = groups(value, context.region)
    for edit in reading.chart.every("edit", since, past="string"):
        if digits := apply(edit.value, [part.removeprefix("+") for part in parts]):
            fit, value = plan.judge(("+" if parts[0].startswith("+") else "") + digits)
            if not held and fit is not Fit.VALID:
                return None
            start = edit.start if held or not run else run.start
            confidence = weights.EDIT if held and not reading.chart.has("cue") else weights.EDIT_OF_PHONE
            return Candidate(value=value, rule=edit.rule, span=_span(reading, start, edit.end), confidence=confidence, patch=bool(held))
    return None


def _ended(reading: Reading) -> Candidate | None:
    """What earlier turns held, with the end that the caller names: "138 0013", and then "the last four are 8006"."""
    partial = figures(reading.context.held.partial) if reading.asked else ""
    for edit in reading.chart.every("edit", past="string") if partial else ():
        if isinstance(edit.value, Patch) and edit.value.place.is_end and reading.plan.is_valid(partial + edit.value.new):
            value = reading.plan.judge(partial + edit.value.new).value
            return Candidate(value=value, rule=edit.rule, span=_span(reading, edit.start, edit.end), confidence=weights.ENDED)
    return None


def _pieces(reading: Reading) -> list[Piece]:
    """The numbers said, with corrections carried out and what earlier turns held put before them."""
    found: list[Piece] = []
    end, denied = 0, -1
    for run in reading.runs[: weights.MOST_RUNS]:
        windows, link = reading.cut(run.groups), reading.link(end, run.start)
        start = denied if denied >= 0 and reading.is_quiet(end, run.start) else run.start
        run, end, denied = run._replace(start=start), run.end, -1
        if run.cue is Cue.OTHER:
            continue
        if run.cue is Cue.DENIED:  # "not 555 0143, it's 555 0144"
            being = next((at for at in range(run.groups[0].end, run.groups[-1].start) if reading.chart.at(at, "being")), None)
            windows = reading.cut(tuple(group for group in run.groups if group.start > being)) if being is not None else []
            run, link, denied = run._replace(cue=Cue.NONE), "", -1 if windows else run.start
        for window in windows:
            _add(found, run, window, link, reading)
            link = ""
    return [joined] if (joined := _joined(found, reading)) else found


def _add(found: list[Piece], run: Run, window: Groups, link: str, reading: Reading) -> None:
    """Put digits with the numbers found: in the place of the last if the words between take it back, else beside them."""
    held, plan, digits, amended = reading.context.held, reading.plan, digits_of(window), False
    whole = digits
    if link == "correct" and run.followed and len(digits) == 1:
        link = ""  # "..., sorry, one thing more": a digit among other words corrects no number
    if found and link:
        last = found[-1]
        whole = amend(last.parts, digits, plan) if link == "correct" else digits
        if link == "restart" or whole != digits or plan.fit(digits) is not Fit.SHORT or last.fit is Fit.SHORT:
            amended = last.amended and whole != digits
            said = last.run.groups + run.groups if whole != digits else run.groups
            run = run._replace(start=last.run.start, cue=run.cue or last.run.cue, groups=said)
            found.pop()
    elif not found and held.partial and reading.asked:
        whole = _continued(figures(held.partial), digits, link, reading, area=window[0].area)
    elif not found and held.value and reading.asked and reading.bare and plan.fit(digits) is Fit.SHORT:
        parts = [part.removeprefix("+") for part in groups(figures(held.value), reading.context.region)]
        whole = amend(parts, digits, plan, just_said=False)
        amended = whole != digits
    found.append(Piece(whole, (whole,) if whole != digits else tuple(group.digits for group in window), *plan.judge(whole), run, amended))


def _continued(before: str, digits: str, link: str, reading: Reading, *, area: bool) -> str:
    """What earlier turns heard, with what was said now: after it, in its place, or as a correction of its end."""
    plan = reading.plan
    if link == "restart" or digits.startswith("+") or (LEAST_WITHOUT_AREA > len(digits) >= weights.FEWEST_BEGUN and before.startswith(digits)):
        return digits  # begun once more
    if link == "correct":
        return amend((before,), digits, plan)
    local = len(before) >= LEAST_WITHOUT_AREA > len(digits)  # a local number, and then its area code
    tries = [digits + before] * area + [before + digits] + [digits + before] * local
    if valid := next(filter(plan.is_valid, tries), ""):
        return valid
    if plan.fit(digits) is not Fit.SHORT or digits.startswith(before):
        return digits
    for shared in range(min(len(before), len(digits)) - 1, weights.FEWEST_JOINED - 1, -1):  # the last group said again: "312 555", "555 0198"
        if before.endswith(digits[:shared]) and plan.is_valid(before + digits[shared:]):
            return before + digits[shared:]
    return before + digits if plan.fit(before + digits) is not Fit.LONG else amend((before,), digits, plan)


def _joined(pieces: Sequence[Piece], reading: Reading) -> Piece | None:
    """Several beginnings as one number: when they make one and little was said between, or when nothing but digits was said."""
    plan, digits = reading.plan, "".join(piece.digits for piece in pieces)
    beginnings = len(pieces) > 1 and all(piece.fit is Fit.SHORT for piece in pieces) and "+" not in digits[1:]
    if not beginnings or not (reading.asked or reading.loose):
        return None
    between = (reading.utterance.tokens[left.run.end : right.run.start] for left, right in pairwise(pieces))
    near = all(sum(token.is_word for token in tokens) <= weights.MOST_BETWEEN for tokens in between)
    going_on = reading.asked and reading.bare and all(len(piece.digits) >= weights.FEWEST_JOINED for piece in pieces)
    if not going_on and not (near and plan.is_valid(digits)):
        return None
    first, last = pieces[0].run, pieces[-1].run
    cue, every = max(piece.run.cue for piece in pieces), tuple(group for piece in pieces for group in piece.run.groups)
    run = first._replace(end=last.end, cue=cue, groups=every)
    return Piece(digits, tuple(part for piece in pieces for part in piece.parts), *plan.judge(digits), run)


def _is_likely(piece: Piece, reading: Reading) -> bool:
    """Whether digits may be a phone number at all, by how many they are and what stands beside them."""
    context, run = reading.context, piece.run
    count, phone = len(piece.digits.removeprefix("+")), run.cue is Cue.PHONE
    most = MOST_DIGITS if without_prefix(piece.digits, context.region) else MOST_DIGITS_E164
    if count > most or is_shaped(run.groups, Shape.NEVER):
        return False
    if reading.asked:
        return _is_likely_answer(piece, count, reading)
    if phone and context.in_call and count > (weights.MOST_AT_END if context.held.value else weights.FEWEST_ASKED):
        return True
    if run.cue or piece.digits.startswith("+"):
        return count >= LEAST_WITHOUT_AREA
    written = all(group.written for group in run.groups)
    return count >= (table(context.region).get("bare", weights.BARE) if written else weights.BARE) and not is_shaped(run.groups, Shape.ALONE)


def _is_likely_answer(piece: Piece, count: int, reading: Reading) -> bool:
    """The same of `count` digits where we have asked for the number."""
    partial, own = bool(reading.context.held.partial), len(digits_of(piece.run.groups))
    phone = piece.run.cue is Cue.PHONE
    if piece.fit is Fit.SHORT and not phone and is_shaped(piece.run.groups, Shape.DAY):
        return False
    if partial and not reading.bare and own < LEAST_WITHOUT_AREA and not phone:
        # What goes on a number begun is said for itself: a street's number or a day adds nothing to it.
        return piece.fit is Fit.VALID and own >= weights.FEWEST_JOINED and reading.stands_apart(piece.run)
    enough = count >= LEAST_WITHOUT_AREA or piece.fit is Fit.VALID or (phone and count > weights.FEWEST_ASKED)
    return enough or (reading.bare and (count >= weights.FEWEST_ASKED or partial))


def _candidate(piece: Piece, reading: Reading, options: tuple[str, ...]) -> Candidate:
    whole, cue, patch = piece.fit is not Fit.SHORT, piece.run.cue, piece.amended and not options
    if piece.fit is Fit.VALID:
        confidence = _SURE.get(cue, weights.PLAIN if len(piece.value) > weights.LONGEST_DOUBTFUL else weights.DOUBTFUL)
    else:
        confidence = weights.NAMED if cue is Cue.PHONE or (cue and (whole or reading.bare)) else weights.UNNAMED
    rule = "several" if options else "mended" if piece.amended else "cue" if cue else "digits"
    span = _span(reading, piece.run.start, piece.run.end)
    return Candidate(value=piece.value, rule=rule, span=span, confidence=confidence, whole=whole, patch=patch, options=options)


def _span(reading: Reading, start: int, end: int) -> tuple[int, int]:
    tokens = reading.utterance.tokens
    return tokens[start].start, tokens[min(end, len(tokens)) - 1].end
