"""From words to a phone number, step by step.

1. groups.py     the tokens that are digits: "oh", "four", "double four", "0412"
2. runs.py       groups that belong together, what they are called ("my mobile", "account"), and whether they take back what was said before
3. numbers.py    runs cut into numbers, corrected and put together, and held against the numbering plan (numbering.py)
4. here          which reading counts: a named part of the number held is patched (patching.py) before any other number is looked for, and words
                 that sound like digits, or quantities in pieces, count only where they make a number in use.
"""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.numerals.numbers import has_homophone, has_scale, is_homophone
from agent.nlu.utterance import Utterance
from agent.slots.phone.numbering import Fit, completed, e164, figures, fit, groups
from agent.slots.phone.numbers import read
from agent.slots.phone.patching import named_end, names_part, patched
from agent.slots.phone.runs import Cue, find_runs, is_bare
from agent.slots.phone.shapes import cut
from agent.slots.phone.vocabulary import vocabulary


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every number the utterance may hold, best first; with `options` when it holds several.

    Digits go on from `context.held.partial`; words that name a part of `context.held.value` patch it.
    """
    if patch := _patch_of_held(utterance, context) if context.held.value else _corrected_at_once(utterance, context):
        return (patch,)
    if context.held.partial and context.asks("phone") and (whole := _ended(utterance, context)):
        return (whole,)
    found = read(utterance, context)
    begun = bool(found) and not found[0].whole and not context.held.partial
    if begun and names_part(utterance.tokens, context.language, vocabulary(utterance, context.language)):
        return ()  # the end of a number that nobody has
    if any(candidate.value.startswith("+") and candidate.whole for candidate in found):
        return _with_first_sound(utterance, context) or found
    if other := _read_otherwise(found, utterance, context):
        return other
    if begun and (local := completed(found[0].value, context.home, context.region)):
        return (msgspec.structs.replace(found[0], value=local, whole=True, rule="local"),)
    return found


def _read_otherwise(found: Sequence[Candidate], utterance: Utterance, context: Context) -> tuple[Candidate, ...]:
    """The readings that count only when they make a number in use: "eight hundred sixty" as 800 60, "to" as a two; () when they make none."""
    for homophones in (False, True):
        if not (has_homophone if homophones else has_scale)(utterance.tokens, context.language):
            continue
        other = read(utterance, context, homophones=homophones, round_only=not homophones)
        if other and other[0].value.startswith("+") and fit(other[0].value, context.region) is Fit.VALID:
            return other
        if homophones and found and other and _goes_further(found[0], other[0], utterance, context):
            return other
    return ()


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
    found = read(utterance, context, homophones=True)
    begins = bool(found) and fit(found[0].value, context.region) is Fit.VALID
    return found if begins and found[0].value.endswith("".join(group.digits for group in runs[0].groups)) else ()


def _corrected_at_once(utterance: Utterance, context: Context) -> Candidate | None:
    """A number whose end is corrected in the same breath: "0491 570 110, no, it ends one five six"."""
    if not names_part(utterance.tokens, context.language, vocabulary(utterance, context.language)):
        return None
    run = next(iter(find_runs(utterance, context.language)), None)
    if run is None or run.cue is Cue.OTHER:
        return None
    digits, _ = next(cut(run, context.region), ("", ()))
    value = e164(digits, context.region)
    patch = _patch(value, utterance, context, run.end) if value else None
    whole = e164(patch.value, context.region) if patch else ""
    return msgspec.structs.replace(patch, value=whole, span=(utterance.tokens[run.start].start, patch.span[1])) if patch and whole else None


def _patch_of_held(utterance: Utterance, context: Context) -> Candidate | None:
    """`context.held.value` with the part patched that the caller names."""
    patch = _patch(context.held.value, utterance, context, 0)
    if patch is None:
        return None
    cues = vocabulary(utterance, context.language).cues
    named = any(cues.at(utterance.tokens, at) for at in range(len(utterance.tokens)))
    value = e164(patch.value, context.region) or patch.value
    return msgspec.structs.replace(patch, value=value, confidence=0.85 if named else 0.6, patch=True)


def _patch(value: str, utterance: Utterance, context: Context, start: int) -> Candidate | None:
    """The digits of `value` with the part patched that is named from token `start` on, as yet no E.164."""
    tokens = utterance.tokens[start:]
    held = groups(figures(value), context.region)
    found = patched(tokens, context.language, vocabulary(utterance, context.language), held.removeprefix("+").split())
    if found is None:
        return None
    digits = "+" + found.digits if held.startswith("+") else found.digits
    return Candidate(value=digits, rule=found.rule, span=(tokens[found.start].start, tokens[found.end - 1].end), confidence=0.85)


def _ended(utterance: Utterance, context: Context) -> Candidate | None:
    """`context.held.partial` with the end that the caller names, when that makes it whole: "138 0013", and then "the last four are 8006"."""
    end = named_end(utterance.tokens, context.language, vocabulary(utterance, context.language))
    if end is None:
        return None
    part, start, stop = end
    value = e164(figures(context.held.partial) + part, context.region)
    span = (utterance.tokens[start].start, utterance.tokens[stop - 1].end)
    return Candidate(value=value, rule="continued", span=span, confidence=0.8) if value else None
