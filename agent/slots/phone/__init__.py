"""Phone: the number to ring back on.

Heard      digits in figures and words, "oh", "double four", "eight hundred", 幺 and 洞, with pauses and fillers between them; over several turns
           (`context.partial`); corrected on the way ("no, five five five two") or afterwards ("the last two digits are four two").
Not heard  what is said to be something else (an account, a card), what counts something (a price, a party), days, clocks, and too few digits among
           other words.
Held       E.164, e.g. "+61412345678"; digits as said where they are no number in use, so that the check can say why.
Read back  digit by digit, in the groups the region writes.
Sources    ITU-T E.164 (11/2010); numbering plans from libphonenumber; lengths from `agent/regions`.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from agent.languages import words
from agent.nlu.candidates import Candidate, Context
from agent.nlu.numerals.numbers import has_homophone, has_scale, is_homophone, say_digits
from agent.nlu.utterance import Utterance
from agent.record.reasons import Reason
from agent.slots.descriptor import Slot
from agent.slots.phone.edits import amend, mend, named_end, names_part
from agent.slots.phone.numbering import MOST_DIGITS, MOST_DIGITS_E164, Fit, completed, e164, fit, groups, judge, plan, refused, typed, without_prefix
from agent.slots.phone.phrasing import vocabulary
from agent.slots.phone.runs import Cue, Link, Run, find_runs, is_bare, stands_apart
from agent.slots.phone.shapes import cut, is_other_shape, is_written_day

_FEWEST_ASKED = 2
"""Digits that are a beginning when the number was asked for."""
_FEWEST_JOINED = 3
"""Digits of a part that goes on after other words: "0412, hang on, 345"."""
_MOST_BETWEEN = 3
"""Words between such parts, if they are words that say something of their own: "0412 345, let me check, 678"."""
_FEWEST_CUED = 7
_FEWEST_SURE = 9
_FEWEST_BEGUN = 4
"""Digits of a beginning that, said once more, are the beginning again and no later part."""
_MOST_AT_END = 4
"""Digits that are rather the end of the number held than a beginning of another."""
_MOST = 3
_MOST_RUNS = 12
_BARE = 8
"""Digits that are a number with nothing around them, said in words, or where the region does not say."""


class _Piece(NamedTuple):
    """Digits that stand for one number."""

    digits: str
    parts: tuple[str, ...]
    fit: Fit
    value: str
    cue: Cue
    run: Run


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every number the utterance may hold, best first; with `options` when it holds several.

    Digits go on from `context.partial`; words that name a part of `context.current` mend it.
    """
    if mended := _mended(utterance, context) if context.current else _ended_otherwise(utterance, context):
        return (mended,)
    if context.partial and context.asks("phone") and (whole := _completed(utterance, context)):
        return (whole,)
    found = _hear(utterance, context)
    if (
        found
        and not found[0].whole
        and not context.partial
        and names_part(utterance.tokens, context.language, vocabulary(utterance, context.language))
    ):
        return ()  # the end of a number that nobody has
    if any(candidate.value.startswith("+") and candidate.whole for candidate in found):
        return _with_first_sound(utterance, context) or found
    for homophones, round_only in ((False, True), (True, False)):  # readings that count only when they make a number in use
        if has_homophone(utterance.tokens, context.language) if homophones else has_scale(utterance.tokens, context.language):
            other = _hear(utterance, context, homophones=homophones, round_only=round_only)
            if other and other[0].value.startswith("+") and fit(other[0].value, context.region) is Fit.VALID:
                return other
            if homophones and found and other and _goes_further(found[0], other[0], utterance, context):
                return other
    if found and not found[0].whole and not context.partial and (local := completed(found[0].value, context.home, context.region)):
        return (msgspec.structs.replace(found[0], value=local, whole=True, rule="local"),)
    return found


def _goes_further(found: Candidate, other: Candidate, utterance: Utterance, context: Context) -> bool:
    """Whether a beginning read with "to" as a digit is all that was said, and ends in a digit: "oh four double five to nine seven"."""
    last = next((at for at in reversed(range(len(utterance.tokens))) if utterance.tokens[at].end == other.span[1]), 0)
    bare = is_bare(utterance, find_runs(utterance, context.language, homophones=True), context.language)
    return not (found.whole or other.whole or is_homophone(utterance.tokens, last, context.language)) and bare and len(other.value) > len(found.value)


def _with_first_sound(utterance: Utterance, context: Context) -> tuple[Candidate, ...]:
    """The number whose first digit a recogniser wrote as a word: 要三九 is 139, though 39 and the rest were a number, too. () for none."""
    if not utterance.has_han:
        return ()
    runs = find_runs(utterance, context.language)
    first = runs[0].groups[0].start if runs else 0
    sound = is_homophone(utterance.tokens, first - 1, context.language) if first else ""
    if not sound or utterance.tokens[first - 1].norm.isascii() or vocabulary(utterance, context.language).wishes.at(utterance.tokens, first - 2):
        return ()
    found = _hear(utterance, context, homophones=True)
    begins = bool(found) and fit(found[0].value, context.region) is Fit.VALID
    return found if begins and found[0].value.endswith("".join(group.digits for group in runs[0].groups)) else ()


def validate(value: str, context: Context) -> Reason | None:
    """TOO_SHORT, TOO_LONG or NOT_IN_USE; None for a number in use and nothing beside it."""
    digits = typed(value)
    return refused(digits, context.region) if digits or not any(map(str.isdecimal, value)) else Reason.NOT_IN_USE


def written(value: str, context: Context) -> str | Reason:
    """The number in E.164."""
    return validate(value, context) or e164(typed(value), context.region)


def present(value: str, context: Context, slow: bool) -> str:
    """The number as spoken: "two oh two, five five five, oh one four three"; slow: a pause after every digit, a longer one after a group."""
    written = groups(_plain(value), context.region)
    parts = written.removeprefix("+").split()
    table = words(context.language, "phone")
    if slow and (pause := table.get("pause_said")):
        spoken = pause.join(say_digits(" ".join(part), context.language) for part in parts)
    else:
        spoken = say_digits(" ".join("".join(parts) if slow else parts), context.language)
    plus = table["plus_said"] if written.startswith("+") else ""
    return f"{plus} {spoken}" if plus.isascii() and plus else plus + spoken


def parts(value: str, context: Context) -> Mapping[str, str]:
    """A number has no parts of its own in the record."""
    return {}


def _plain(value: str) -> str:
    """The value's figures, with its "+"."""
    digits = "".join(c for c in value if c.isascii() and c.isdecimal())
    return "+" + digits if value.startswith("+") else digits


def _ended_otherwise(utterance: Utterance, context: Context) -> Candidate | None:
    """A number whose end is corrected in the same breath: "0491 570 110, no, it ends one five six"."""
    vocabulary_ = vocabulary(utterance, context.language)
    if not names_part(utterance.tokens, context.language, vocabulary_):
        return None
    run = next(iter(find_runs(utterance, context.language)), None)
    if run is None or run.cue is Cue.OTHER:
        return None
    digits, _ = next(cut(run, context.region), ("", ()))
    value = e164(digits, context.region)
    return _mended(utterance, context, value, run) if value else None


def _mended(utterance: Utterance, context: Context, current: str = "", run: Run | None = None) -> Candidate | None:
    """`context.current`, or a number just said in `run`, with the part mended that the caller names."""
    written = groups(_plain(current or context.current), context.region).split()
    plus = "+" if written and written[0].startswith("+") else ""
    vocabulary_ = vocabulary(utterance, context.language)
    first = run.end if run else 0
    mended = mend(utterance.tokens[first:], context.language, vocabulary_, [part.removeprefix("+") for part in written])
    if mended is None:
        return None
    digits = plus + mended.digits
    if run is not None:
        whole = e164(digits, context.region)
        span = (utterance.tokens[run.start].start, utterance.tokens[first + mended.end - 1].end)
        return Candidate(value=whole, rule=mended.rule, span=span, confidence=0.85) if whole else None
    named = any(vocabulary_.cues.at(utterance.tokens, at) for at in range(len(utterance.tokens)))
    return Candidate(
        value=e164(digits, context.region) or digits,
        rule=mended.rule,
        span=(utterance.tokens[mended.start].start, utterance.tokens[mended.end - 1].end),
        confidence=0.85 if named else 0.6,
        patch=True,
    )


def _completed(utterance: Utterance, context: Context) -> Candidate | None:
    """`context.partial` with the end that the caller names, when that makes it whole: "138 0013", and then "the last four are 8006"."""
    end = named_end(utterance.tokens, context.language, vocabulary(utterance, context.language))
    if end is None:
        return None
    part, start, stop = end
    value = e164(_plain(context.partial) + part, context.region)
    return (
        Candidate(value=value, rule="continued", span=(utterance.tokens[start].start, utterance.tokens[stop - 1].end), confidence=0.8)
        if value
        else None
    )


def _hear(utterance: Utterance, context: Context, *, homophones: bool = False, round_only: bool = False) -> tuple[Candidate, ...]:
    runs = find_runs(utterance, context.language, homophones=homophones, round_only=round_only)
    if not runs:
        return ()
    asked = context.asked is not None and "phone" in context.asked
    bare = is_bare(utterance, runs, context.language)
    pieces, mended = _assemble([run for run in runs if run.cue is not Cue.OTHER], context, asked=asked, bare=bare)
    told = asked or (context.asks("phone") and utterance.has_han)
    if told and len(pieces) > 1 and all(piece.fit is Fit.SHORT for piece in pieces) and (joined := _joined(pieces, utterance, context, bare=bare)):
        pieces = [joined] if asked or joined.fit is Fit.VALID else pieces
    kept = [piece for piece in pieces if _is_likely(piece, utterance, context, bare=bare, asked=asked)]
    kept.sort(key=lambda piece: (piece.fit is not Fit.VALID, piece.fit is Fit.SHORT, piece.cue is not Cue.PHONE))
    found = [_heard(piece, utterance, context, bare=bare, patch=mended) for piece in kept[:_MOST]]
    valid = list(dict.fromkeys(candidate.value for candidate, piece in zip(found, kept, strict=False) if piece.fit is Fit.VALID))
    if len(valid) > 1:
        found[0] = Candidate(value=found[0].value, rule="several", span=found[0].span, confidence=found[0].confidence, options=tuple(valid))
    return tuple(found)


def _assemble(runs: Sequence[Run], context: Context, *, asked: bool, bare: bool) -> tuple[list[_Piece], bool]:
    """The runs cut into numbers, with corrections carried out and what earlier turns held put before them; whether `context.current` was mended."""
    pieces: list[_Piece] = []
    mended = False
    for number, run in enumerate(runs[:_MOST_RUNS]):
        for index, (digits, parts_) in enumerate(cut(run, context.region)):
            link = run.link if index == 0 else Link.NONE
            if link is Link.CORRECTION and run.followed and len(digits) == 1:
                link = Link.NONE  # "..., sorry, one thing more": a digit among other words mends no number
            if index == 0 and number and pieces and link is Link.CORRECTION:
                whole = amend(pieces[-1].parts, digits, context.region)
                if whole == digits and fit(digits, context.region) is Fit.SHORT and pieces[-1].fit is not Fit.SHORT:
                    link = Link.NONE
                digits, parts_ = (whole, (whole,)) if whole != digits else (digits, parts_)
            if index == 0 and number and pieces and link is not Link.NONE:
                run = run._replace(start=pieces[-1].run.start, cue=pieces[-1].cue if run.cue is Cue.NONE else run.cue)
                pieces.pop()
            elif index == 0 and not number and context.partial and asked:
                digits = _continued(_plain(context.partial), digits, run, context.region)
                parts_ = (digits,)
            elif index == 0 and not number and context.current and asked and bare and fit(digits, context.region) is Fit.SHORT:
                written = groups(_plain(context.current), context.region).removeprefix("+").split()
                whole = amend(written, digits, context.region, just_said=False)
                mended = whole != digits
                digits, parts_ = (whole, (whole,)) if mended else (digits, parts_)
            pieces.append(_Piece(digits, parts_, *judge(digits, context.region), run.cue, run))
    return pieces, mended


def _continued(before: str, digits: str, run: Run, region: str) -> str:
    """What was heard in earlier turns, with what was said now: after it, in its place, or as a correction of its end."""
    if run.link is Link.RESTART or (_FEWEST_CUED > len(digits) >= _FEWEST_BEGUN and before.startswith(digits)):
        return digits  # begun once more
    if run.groups[0].area and fit(digits + before, region) is Fit.VALID:
        return digits + before
    if run.link is Link.CORRECTION:
        return amend((before,), digits, region)
    if fit(before + digits, region) is Fit.VALID:
        return before + digits
    if len(before) >= _FEWEST_CUED > len(digits) and fit(digits + before, region) is Fit.VALID:
        return digits + before  # a local number, and then its area code
    if fit(digits, region) is not Fit.SHORT or digits.startswith(before):
        return digits
    for shared in range(min(len(before), len(digits)) - 1, _FEWEST_ASKED, -1):  # the last group was said again: "312 555", "555 0198"
        if before.endswith(digits[:shared]) and fit(before + digits[shared:], region) is Fit.VALID:
            return before + digits[shared:]
    return before + digits if fit(before + digits, region) is not Fit.LONG else amend((before,), digits, region)


def _joined(pieces: Sequence[_Piece], utterance: Utterance, context: Context, *, bare: bool) -> _Piece | None:
    """Several beginnings as one number: when that is a number and little was said between, or when nothing but digits was said."""
    digits = "".join(piece.digits for piece in pieces)
    first, last = pieces[0], pieces[-1]
    if any(piece.digits.startswith("+") for piece in pieces[1:]):
        return None
    whole = judge(digits, context.region)
    between = (utterance.tokens[before.run.end : after.run.start] for before, after in pairwise(pieces))
    near = all(sum(token.is_word for token in tokens) <= _MOST_BETWEEN for tokens in between)
    going_on = bare and all(len(piece.digits) >= _FEWEST_JOINED for piece in pieces)
    if not going_on and not (near and whole.fit is Fit.VALID):
        return None
    cue = next((piece.cue for piece in pieces if piece.cue is not Cue.NONE), Cue.NONE)
    parts_ = tuple(part for piece in pieces for part in piece.parts)
    return _Piece(digits, parts_, *whole, cue, first.run._replace(end=last.run.end, groups=first.run.groups + last.run.groups))


def _is_likely(piece: _Piece, utterance: Utterance, context: Context, *, bare: bool, asked: bool) -> bool:
    """Whether digits may be a phone number at all, by how many they are and what stands beside them."""
    count = len(piece.digits.removeprefix("+"))
    if count > (MOST_DIGITS if without_prefix(piece.digits, context.region) else MOST_DIGITS_E164):
        return False
    if asked:
        if piece.fit is Fit.SHORT and piece.cue is not Cue.PHONE and is_written_day(piece.run):
            return False
        own = sum(len(group.digits) for group in piece.run.groups)
        if context.partial and not bare and own < _FEWEST_CUED and piece.cue is not Cue.PHONE:
            # What goes on a number begun is said for itself: a street's number or a day adds nothing to it.
            return piece.fit is Fit.VALID and own >= _FEWEST_JOINED and stands_apart(utterance, piece.run, context.language)
        if count >= _FEWEST_CUED or piece.fit is Fit.VALID:
            return True
        return (bare and (count >= _FEWEST_ASKED or bool(context.partial))) or (piece.cue is Cue.PHONE and count > _FEWEST_ASKED)
    if piece.cue is Cue.PHONE and context.asked is not None and count > (_MOST_AT_END if context.current else _FEWEST_ASKED):
        return True
    if piece.cue in (Cue.PHONE, Cue.NUMBER) or piece.digits.startswith("+"):
        return count >= _FEWEST_CUED
    written = all(group.written for group in piece.run.groups)
    return count >= (plan(context.region).get("bare", _BARE) if written else _BARE) and not is_other_shape(piece.run)


def _heard(piece: _Piece, utterance: Utterance, context: Context, *, bare: bool, patch: bool) -> Candidate:
    whole = piece.fit is not Fit.SHORT
    value = piece.value
    if piece.fit is Fit.VALID:
        confidence = {Cue.PHONE: 0.95, Cue.NUMBER: 0.9}.get(piece.cue, 0.85 if len(value) > _FEWEST_SURE else 0.5)
    elif piece.cue in (Cue.PHONE, Cue.NUMBER) and (whole or bare or piece.cue is Cue.PHONE):
        confidence = 0.8
    else:
        confidence = 0.5
    rule = "mended" if patch else "cue" if piece.cue is not Cue.NONE else "digits"
    tokens = utterance.tokens
    return Candidate(
        value=value, rule=rule, span=(tokens[piece.run.start].start, tokens[piece.run.end - 1].end), confidence=confidence, whole=whole, patch=patch
    )


PHONE = Slot(name="phone", extract=extract, validate=validate, present=present, written=written, parts=parts)
