"""Which values an utterance tells: of what every slot hears in it, the best of each, no two from the same words.

The slots listen one by one, the asked ones with all that the recogniser may have heard. A slot whose words another one
hears as well adds what it hears beside them. Of all these candidates those are taken that together are likeliest (`disjoint`).
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from agent.dst.choosing import choose, choose_time
from agent.dst.disjoint import SlotCandidate, best_disjoint
from agent.dst.hearing import CORRECTING, UNMISTAKABLE, Hearing
from agent.dst.informing import inform
from agent.dst.replies import CONFIRMING
from agent.nlu.candidates import Candidate, Context
from agent.nlu.disfluency import put_right
from agent.nlu.reactions import denies
from agent.nlu.utterance import Utterance
from agent.record.acts import Act, Inform
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from agent.slots.phone import PHONE
from agent.slots.time import TIME
from agent.slots.time.partial_time import parse

_FROM_ALTERNATIVE = 0.35
"""How sure a value is at most that only another hypothesis of the recogniser has."""
_GLUED = 3
"""Words that nobody took, from which a number may have stood among them."""


def values_told(hearing: Hearing) -> list[Inform]:
    """Every value the utterance tells, in the order of the slots."""
    if _answers_only(hearing):
        return []
    told = [one for one in _values(hearing) if SLOTS[one.slot].asked_about.isdisjoint(hearing.acts)]
    agreed = hearing.question.kind in ("summary", "read_back") and Act.AFFIRM in hearing.acts and not hearing.correcting
    return [one for one in _to_the_point(hearing, told) if not (agreed and _is_held(hearing, one))]


def _answers_only(hearing: Hearing) -> bool:
    """Whether every word belongs to a yes or a no that was asked for: then no slot needs to listen."""
    if hearing.question.kind not in CONFIRMING:
        return False
    kinds = set(hearing.acts)
    plain_yes = Act.AFFIRM in kinds and not kinds & {Act.DENY, Act.CORRECTION}
    plain_no = Act.DENY in kinds and not any(SLOTS[slot].begins_with_no for slot in hearing.question.slots)
    if (plain_yes or plain_no) and hearing.talk:
        return True
    spans = [act.span for act in hearing.acts.values() if act.act in (Act.AFFIRM, Act.DENY)]
    words = [token for token in hearing.utterance.tokens if token.is_word or token.is_number]
    return all(any(start <= token.start and token.end <= end for start, end in spans) for token in words)


def _values(hearing: Hearing) -> list[Inform]:
    """Values, no two from the same words."""
    best = [SlotCandidate(slot, heard, slot in hearing.asked, said) for slot in NAMES for heard, said in [_best(hearing, slot)] if heard is not None]
    rivals = {one.slot: [other for other in best if other is not one and other.excludes(one)] for one in best}
    candidates = [*best, *(beside for slot, others in rivals.items() for beside in _beside(hearing, slot, others))]
    taken = best_disjoint(candidates)
    if not hearing.call.slot(PHONE.name).settled and not any(one.slot == PHONE.name for one in taken):
        left = sum(not any(one.covers(token) for one in taken) for token in hearing.utterance.tokens)
        taken += _beside(hearing, PHONE.name, taken) if left >= _GLUED else ()  # "202 555 0143, 12 High Street": run on into another's
    against = _is_against(hearing)
    found = [inform(one.slot, one.candidate, hearing.utterance, asked=one.asked, evidence=one.evidence, against=against) for one in taken]
    return sorted(found, key=lambda one: NAMES.index(one.slot))


def _is_against(hearing: Hearing) -> bool:
    """Whether a value is told with a "no"."""
    acts = hearing.acts
    return Act.DENY in acts or (Act.AFFIRM not in acts and (Act.CORRECTION in acts or denies(hearing.utterance)))


def _beside(hearing: Hearing, slot: str, others: Sequence[SlotCandidate]) -> tuple[SlotCandidate, ...]:
    """What a slot hears in the words that others do not take: a number right behind a postcode is none of its digits."""
    if not others:
        return ()
    text = hearing.utterance.text
    for start, end in (other.candidate.span for other in others):
        text = text[:start] + "," * (end - start) + text[end:]
    rest, asked = Utterance(text), slot in hearing.asked
    heard = hearing.extract(slot, rest, hearing.listening(slot, rest))
    return tuple(SlotCandidate(slot, one, asked) for one in heard[:1] if asked or one.confidence >= UNMISTAKABLE)


def _to_the_point(hearing: Hearing, informs: list[Inform]) -> list[Inform]:
    """Beside an answer to what was asked, another slot takes only what is unmistakable, or what it was named for."""
    if not any(one.asked for one in informs):
        return informs
    named = {_corrected(hearing), *hearing.assignment.slots}
    return [one for one in informs if one.asked or one.confidence >= UNMISTAKABLE or one.slot in named]


def _corrected(hearing: Hearing) -> str:
    """The slot that is said to be wrong, or ""."""
    return hearing.acts[Act.CORRECTION].detail if Act.CORRECTION in hearing.acts else ""


def _is_held(hearing: Hearing, told: Inform) -> bool:
    """Whether it says again what is held: "great, tomorrow at two" is a yes and nothing new."""
    state = hearing.call.slot(told.slot)
    held = state.pending or state.said
    return bool(held) and told.value == SLOTS[told.slot].local(held)


# The best of one slot


def _best(hearing: Hearing, slot: str) -> tuple[Candidate | None, tuple[str, ...]]:
    """The slot's best value with all that the hypotheses may have meant, or None when none may be taken."""
    asked = slot in hearing.asked
    if hearing.call.slot(slot).locked or (hearing.talk and not asked):
        return None, ()
    own = hearing.assignment.own_words(slot)
    context = hearing.listening(slot, own)
    if hearing.question.kind == "choice" and asked and (chosen := _chosen(hearing, slot, context)):
        return chosen, ()
    listen = partial(hearing.extract, slot)
    repaired = put_right(listen, own, context) if asked and not SLOTS[slot].repairs_itself else ()
    first = repaired or listen(own, context)
    if asked and not first:
        first = _after_the_answer(hearing, slot, own, context)
    first = [one for one in first if not _another_has(hearing, slot, one)]
    return _best_asked(hearing, slot, first, context) if asked else (_best_unasked(hearing, slot, first), ())


def _best_unasked(hearing: Hearing, slot: str, first: Sequence[Candidate]) -> Candidate | None:
    """The best value of a slot that was not asked for, where it is plain enough."""
    if not first:
        return None
    if slot in hearing.assignment.slots and SLOTS[slot].too_short and hearing.call.slot(slot).value and not first[0].whole:
        return msgspec.structs.replace(first[0], whole=True)  # refused as too short, and the good one stays
    return first[0] if first[0].confidence >= least_unasked(hearing, slot) else None


def least_unasked(hearing: Hearing, slot: str) -> float:
    """How plain a value has to be, from 0 to 1, for a slot that was not asked for."""
    state = hearing.call.slot(slot)
    edits = hearing.correcting and hearing.question.kind != "read_back" and _corrected(hearing) in ("", slot) and (state.value or state.pending)
    return 0.0 if slot in hearing.assignment.slots else CORRECTING if edits else UNMISTAKABLE


def _best_asked(hearing: Hearing, slot: str, first: Sequence[Candidate], context: Context) -> tuple[Candidate | None, tuple[str, ...]]:
    """The best value over all hypotheses of the recogniser: one that is acceptable, not the one just denied, and heard before if any was."""
    state, assignment = hearing.call.slot(slot), hearing.assignment
    hypotheses = () if assignment.mentions or assignment.amended else hearing.others()  # their words stand elsewhere
    others = [other[0] for one in hypotheses if (other := hearing.extract(slot, one, context))]
    found = [*first[:1], *others]
    evidence = tuple(dict.fromkeys(candidate.value for candidate in found))
    good = [candidate for candidate in found if not candidate.whole or SLOTS[slot].validate(candidate.value, context) is None]
    if good and good[0] not in first[:1]:  # not what the recogniser thinks likeliest: asked, never taken at its word
        good[0] = msgspec.structs.replace(good[0], confidence=min(good[0].confidence, _FROM_ALTERNATIVE))
    good.sort(key=lambda candidate: not candidate.whole)  # of what the recogniser may have heard, a whole value before a part of one
    fresh = [candidate for candidate in good or found if candidate.value != state.disputed]
    again = [candidate for candidate in fresh if candidate.value in state.evidence]
    return next(iter([*again, *fresh, *good, *found]), None), evidence


def _another_has(hearing: Hearing, slot: str, candidate: Candidate) -> bool:
    """Whether it stands under the label of another slot that made nothing of it: "the phone should end 124" is no time."""
    answers_for_service = SLOTS[slot].categorical and hearing.question.kind == "ask" and slot in hearing.asked
    return not answers_for_service and hearing.assignment.another_has(slot, candidate.span, certain=candidate.confidence >= UNMISTAKABLE)


def _after_the_answer(hearing: Hearing, slot: str, utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """What the slot hears behind a leading yes or no: "yes, but it's unit four"."""
    until = 0
    for start, end in sorted(act.span for act in hearing.acts.values() if act.act in (Act.AFFIRM, Act.DENY, Act.CORRECTION)):
        if start <= until or not any(letter.isalnum() for letter in hearing.utterance.text[until:start]):
            until = max(until, end)
    rest = Utterance(utterance.text[until:])
    if not until or not rest:
        return ()
    offset = len(utterance.text) - len(rest.text)
    return [
        msgspec.structs.replace(candidate, span=(candidate.span[0] + offset, candidate.span[1] + offset))
        for candidate in hearing.extract(slot, rest, context)
    ]


def _chosen(hearing: Hearing, slot: str, context: Context) -> Candidate | None:
    """The option picked by its place or by a word of its own."""
    utterance, options, chosen_of = hearing.utterance, hearing.call.slot(slot).options, SLOTS[slot]
    named = hearing.extract(slot, utterance, context)[:1] if chosen_of.categorical else ()
    if any(one.whole and not one.options and one.confidence >= UNMISTAKABLE and one.value not in options for one in named):
        return None  # another, by its own name
    speak = msgspec.structs.replace(context, language=hearing.call.language)
    spoken = [chosen_of.present(option, speak, False) for option in options]
    if meant := chosen_of.options_meant(utterance, options, context):
        index = meant[0] if len(meant) == 1 else None
    elif chosen_of is TIME:
        index = choose_time(utterance, hearing.extract(slot, utterance, context), context.held.options, spoken, hearing.language)
    else:
        index = choose(utterance, spoken, hearing.language)
    if index is None:
        return None
    whole = parse(options[index]).at is not None if chosen_of is TIME else chosen_of.validate(options[index], context) is None
    return Candidate(value=options[index], rule="choice", confidence=1.0, whole=whole, span=(0, len(utterance.text)))
