"""Corrections that the words alone do not show to be any: a yes that has an exception, and a value that edits one said before.

`settle_acts` goes before the values are heard: "all right, except the email" is a yes by its words, and a correction in this call. `edited` comes
last: what no question and no slot could use ("it's Smith", when a number was asked) may be about a value that is held.
"""

from collections.abc import Sequence

import msgspec

from agent.dst.hearing import CORRECTING, Hearing
from agent.dst.informing import inform
from agent.nlu.acts import JUDGEMENTS, ActCandidate, ActKind
from agent.nlu.candidates import Candidate
from agent.record.acts import Act, Inform
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from agent.slots.name import NAME
from agent.slots.time import TIME

_LONGEST_LAST_NAME = 2
"""Words of a last name said by itself."""


def settle_acts(hearing: Hearing) -> None:
    """Take out of the acts a yes that is none here."""
    _take_back_the_yes(hearing)
    _wish_for_a_time(hearing)


def _take_back_the_yes(hearing: Hearing) -> None:
    """ "All right, except the email", "the name's right but the street is wrong": a correction, of what is said to be wrong."""
    acts, assignment, question = hearing.acts, hearing.assignment, hearing.question
    at_stake = NAMES if question.kind == "summary" else question.slots
    mention = next((mention for mention in assignment.amended if mention.amends and mention.slot in at_stake), None)
    named = acts.get(Act.CORRECTION)
    if mention and (acts.pop(Act.AFFIRM, None) or named):
        acts[Act.CORRECTION] = ActCandidate(act=Act.CORRECTION, rule="label", span=(mention.start, mention.end), detail=mention.slot)
        hearing.correcting = True
    elif named and named.detail in assignment.approved:
        acts[Act.CORRECTION] = msgspec.structs.replace(named, detail="")
    yes = acts.get(Act.AFFIRM)
    if yes and yes.kind in JUDGEMENTS and assignment.approved and question.kind == "summary":  # "the name's fine" is not yet all
        del acts[Act.AFFIRM]


def _wish_for_a_time(hearing: Hearing) -> None:
    """ "In the morning would be better" praises another time than the one held: it is no yes to that."""
    state, yes = hearing.call.slot(TIME.name), hearing.acts.get(Act.AFFIRM)
    if not (state.pending or state.value) or yes is None or yes.kind not in JUDGEMENTS or hearing.question.kind not in ("summary", "read_back"):
        return
    candidates = hearing.extract(TIME.name, hearing.utterance, hearing.asking(TIME.name, hearing.utterance))
    if candidates and candidates[0].value != TIME.local(state.pending or state.said):
        del hearing.acts[Act.AFFIRM]
        hearing.acts[Act.CORRECTION] = ActCandidate(act=Act.CORRECTION, rule="another_time", span=candidates[0].span, detail=TIME.name)
        hearing.correcting, hearing.asked = True, hearing.asked | {TIME.name}


def checked(hearing: Hearing, informs: list[Inform]) -> list[Inform]:
    """Without what is named only to ask whether it is so, "is it at two", "it's oh one four three, right": what is held is told instead."""
    acts, read_back = hearing.acts, hearing.question.slots if hearing.question.kind == "read_back" else ()
    asked = next((one for one in acts.values() if one.kind is ActKind.CHECK or (one.act is Act.ASK_HELD and one.detail)), None)
    again = [one for one in informs if asked and asked.kind is ActKind.CHECK and _says_again(hearing, one)]
    if asked and (again or asked.act in (Act.ASK_HELD, Act.BACKCHANNEL)):
        del acts[asked.act]  # a tag behind what is not held is none
    if asked and (again or asked.act is Act.ASK_HELD):
        slot = again[0].slot if again else asked.detail
        act = Act.REPEAT if read_back and slot in ("", *read_back) else Act.ASK_HELD
        acts[act] = msgspec.structs.replace(asked, act=act, detail=slot)
    return [one for one in informs if one not in again]


def _says_again(hearing: Hearing, told: Inform) -> bool:
    """Whether it is held, or a part of what is, or is but named of what was read back."""
    state, question = hearing.call.slot(told.slot), hearing.question
    held, value = ("".join(filter(str.isalnum, one.casefold())) for one in (SLOTS[told.slot].local(state.pending or state.said), told.value))
    return bool(held) and (value in held or (question.kind in ("summary", "read_back") and told.slot in question.slots and not hearing.correcting))


def edited(hearing: Hearing) -> Inform | None:
    """A value said before, edited by an utterance that nothing else could use; taken weakly, so it is read back. None when it edits none."""
    kind = hearing.question.kind
    if hearing.talk or kind not in ("ask", "read_back", "summary") or (kind == "summary" and not hearing.correcting):
        return None
    if last_name := _last_name(hearing):
        return last_name
    call = hearing.call
    held = [name for name in NAMES if name not in hearing.question.slots and (call.slot(name).value or call.slot(name).pending)]
    for slot in held if kind == "ask" else [name for name in held if SLOTS[name].always_patched]:
        candidates = _editing(hearing, slot)
        if candidates and candidates[0].confidence >= CORRECTING and not call.slot(slot).locked:
            return inform(slot, candidates[0], hearing.utterance, asked=False)
    return None


def _editing(hearing: Hearing, slot: str) -> Sequence[Candidate]:
    """What a slot that holds something hears, though another was asked for."""
    candidates = hearing.extract_own(slot)
    if not candidates and SLOTS[slot].always_patched:  # "Meg with two Gs", while the number is asked for
        again = hearing.extract(slot, hearing.utterance, hearing.asking(slot, hearing.utterance))
        candidates = [one for one in again if one.patch]
    if not candidates and hearing.correcting and _is_unconfirmed(hearing, slot):
        candidates = hearing.extract(slot, hearing.utterance, hearing.asking_only(slot))
    return candidates


def _last_name(hearing: Hearing) -> Inform | None:
    """ "John", and after a pause "Smith": both are the name."""
    first = hearing.call.slot(NAME.name).value
    if NAME.name not in hearing.question.implied or not first.isascii() or " " in first or len(hearing.utterance.tokens) > _LONGEST_LAST_NAME:
        return None
    candidates = hearing.extract(NAME.name, hearing.utterance, hearing.asking_only(NAME.name, editing=False))
    if not candidates or candidates[0].value.casefold() == first.casefold() or " " in candidates[0].value:
        return None
    whole = msgspec.structs.replace(candidates[0], value=f"{first} {candidates[0].value}", rule="last_name")
    return inform(NAME.name, whole, hearing.utterance, asked=False)


def _is_unconfirmed(hearing: Hearing, slot: str) -> bool:
    """Whether its value was taken without a yes: then "no, Carlos" may be about it long after."""
    origin = hearing.call.slot(slot).provenance
    return origin is not None and origin.confirmed == "implicit"
