"""What a caller does about an appointment that he has: what he wants of it, which one it is, and what it is to be.

A new call that books nothing yet may turn out to be about one ("I'd like to move my appointment"). Once something of a booking is held, "my
appointment" may as well be the one that this call makes: then it is about one only if the caller has one.
"""

from collections.abc import Sequence

import msgspec

from agent.dst.hearing import Hearing
from agent.dst.informing import inform
from agent.nlu import errands, references, set_phrases
from agent.nlu.acts import ActKind
from agent.nlu.lexicon import says
from agent.nlu.mentions import names_of
from agent.nlu.reactions import denies
from agent.nlu.utterance import Utterance
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, UserAct
from agent.record.appointment import PERSONAL
from agent.record.call import Call
from agent.record.cancellation import MOST
from agent.record.errand import Want
from agent.record.slot_state import SlotState
from agent.slots import SLOTS
from agent.slots.time import TIME

_OF_THE_JOB = frozenset({Act.ASK_PRICE, Act.ASK_LENGTH, Act.ASK_SERVICES})
"""Questions that are answered as they always are, also where they are about "my appointment"."""
_HERE = ("explicit", "implicit", "keyed")
"""How what the caller says in this call is confirmed."""


def errand_acts(hearing: Hearing, informs: Sequence[Inform]) -> list[UserAct]:
    """What the turn does about an appointment; nothing where it is about none, or a danger or a person comes first."""
    wish = hearing.acts.get(Act.HANDOFF)
    if (wish and wish.kind is not ActKind.EXISTING) or set_phrases.urgent(hearing.utterance, hearing.business):
        return []
    errand, kind = hearing.call.errand, hearing.question.kind
    if errand is not None and errand.sid:
        if kind == "change":
            return _to_change(hearing, informs)
        return _of_it(hearing, informs) if kind in ("what", "errand") else _to_cancel(hearing)
    if kind == "which":
        return _which(hearing, informs)
    return _begun(hearing, informs) if is_fresh(hearing.call) else _midway(hearing)


def is_fresh(call: Call) -> bool:
    """Whether nothing of a booking was said in this call yet, but perhaps a name."""
    others = [state for name, state in call.slots.items() if name != caller_id.NAME_SLOT]
    return call.question.kind in ("none", "ask", "read_back", "resume", "leave") and not any(map(_is_begun, others))


def _is_begun(state: SlotState) -> bool:
    said = bool(state.value) and state.provenance is not None and state.provenance.confirmed in _HERE
    return said or bool(state.pending or state.partial or state.options)


def _begun(hearing: Hearing, informs: Sequence[Inform]) -> list[UserAct]:
    """A call that turns out to be about an appointment; by its reference alone, to hear of it."""
    want, code = errands.wanted(hearing.utterance), references.reference(hearing.utterance, asked=False)
    if want == "hear" and not _OF_THE_JOB.isdisjoint(hearing.acts):
        want = None
    if want or code:
        known = [DialogueAct(act=Act.REFERENCE, detail=code)] if code else []
        wrong = _named(hearing) if want == "correct" else ()
        when = _moved_to(hearing) if want == "move" else []
        return [_wish(hearing, want or "hear", wrong), *_names(informs), *when, *known]
    stop = hearing.acts.get(Act.CANCEL)
    if stop is None or stop.kind is not ActKind.PLAIN or not hearing.call.brief.caller:
        return []
    elsewhere = informs or errands.says(hearing.utterance, "it") or hearing.question.kind == "leave" or hearing.call.errand is not None
    if not elsewhere and errands.wanted_of_it(hearing.utterance) == "cancel":  # "stop" and "quit" are about this call
        return [msgspec.structs.replace(_wish(hearing, "cancel"), kind=DialogueActKind.PERHAPS)]
    return []


def _midway(hearing: Hearing) -> list[UserAct]:
    """The same where something of a booking is held: to be moved is no appointment of this call's that has no time yet, nor is it asked after."""
    call = hearing.call
    if call.errand is not None or not errands.may_name_one(hearing.utterance):
        return []
    want = errands.wanted(hearing.utterance)
    if want is None or want == "correct" or (want != "cancel" and _is_begun(call.slot(TIME.name))):
        return []
    certain = Act.HANDOFF in hearing.acts or (hearing.question.kind == "leave" and denies(hearing.utterance))
    if not certain and (not call.brief.caller or Act.AFFIRM in hearing.acts or not _OF_THE_JOB.isdisjoint(hearing.acts)):
        return []
    wish = _wish(hearing, want)
    when = _moved_to(hearing) if want == "move" else []
    return [wish if certain else msgspec.structs.replace(wish, kind=DialogueActKind.PERHAPS), *when]


def _wish(hearing: Hearing, want: Want, wrong: tuple[str, ...] = ()) -> DialogueAct:
    """What is wanted of an appointment; `wrong`: what of it is not right."""
    reason = errands.reason(hearing.utterance)[:MOST] if want == "cancel" else ""
    return DialogueAct(act=Act.APPOINTMENT, slots=wrong, detail=want, reason=reason or msgspec.UNSET)


def _which(hearing: Hearing, informs: Sequence[Inform]) -> list[UserAct]:
    """Which appointment it is: its reference, or the name it is booked under; what is wanted of it may be said once more."""
    want = errands.wanted(hearing.utterance) or errands.wanted_of_it(hearing.utterance)
    wrong = _named(hearing) if want == "correct" else ()
    wants = [_wish(hearing, want, wrong), *(_moved_to(hearing) if want == "move" else ())] if want else []
    names = [] if caller_id.NAME_SLOT in wrong else _names(informs) or _booked_under(hearing)
    for utterance in (hearing.utterance, *hearing.others()):
        code = references.reference(utterance, asked=True)
        if code and not (names and code.casefold() in utterance.words):  # "Baker, B A K E R" is a name
            return [*wants, DialogueAct(act=Act.REFERENCE, detail=code)]
    if errands.says(hearing.utterance, "another"):
        return [DialogueAct(act=Act.DENY)]
    if errands.says(hearing.utterance, "none") and not names:
        return [DialogueAct(act=Act.DONT_KNOW)]
    return [*wants, *names] or ([DialogueAct(act=Act.DENY)] if Act.DENY in hearing.acts and hearing.talk and not informs else [])


def _moved_to(hearing: Hearing) -> list[Inform]:
    """The time that it is to be moved to, which is not the one that it has: "move my Tuesday appointment to Thursday at three"."""
    rest = Utterance(errands.moved_to(hearing.utterance))
    found = hearing.extract(TIME.name, rest, hearing.asking(TIME.name, rest)) if rest else ()
    return [inform(TIME.name, found[0], rest, asked=True)] if found else []


def _counted(hearing: Hearing) -> list[Inform]:
    """The time that is told from the one it has: "move it an hour later"."""
    if not errands.says(hearing.utterance, "from_it"):
        return []
    found = hearing.extract(TIME.name, hearing.utterance, hearing.asking(TIME.name, hearing.utterance))
    return [inform(TIME.name, found[0], hearing.utterance, asked=True)] if found else []


def _booked_under(hearing: Hearing) -> list[Inform]:
    """The name behind words for it that stand nowhere else: "it's under Ann Lee"."""
    rest = Utterance(errands.behind(hearing.utterance, "under"))
    found = hearing.extract(caller_id.NAME_SLOT, rest, hearing.asking(caller_id.NAME_SLOT, rest)) if rest else ()
    return [inform(caller_id.NAME_SLOT, found[0], rest, asked=True)] if found else []


def _to_change(hearing: Hearing, informs: Sequence[Inform]) -> list[UserAct]:
    """What of the appointment is to be put right, by its name, whatever else its words are like."""
    told = [one for one in informs if one.slot in PERSONAL or SLOTS[one.slot].calendar == "start"]
    named = _named(hearing)
    return [DialogueAct(act=Act.CORRECTION, slots=named)] if named and not told else []


def _to_cancel(hearing: Hearing) -> list[UserAct]:
    """The appointment is to be cancelled, while something of its change is asked for; "never mind" is about that change."""
    said = Act.CANCEL in hearing.acts and errands.wanted_of_it(hearing.utterance) == "cancel"
    return [_wish(hearing, "cancel")] if said else []


def _of_it(hearing: Hearing, informs: Sequence[Inform]) -> list[UserAct]:
    """What is to be done with the appointment, once it is known which one it is; what is asked of its details is asked."""
    if errands.says(hearing.utterance, "whether_right") and not informs:
        return [DialogueAct(act=Act.ASK, detail=hearing.utterance.text)]
    want = errands.wanted_of_it(hearing.utterance)
    told = list(informs) or (_counted(hearing) if want == "move" else [])
    named = _named(hearing) if want in ("move", "correct") and not told else ()
    if named and hearing.call.errand and named[0] not in hearing.call.errand.changes:  # "change my phone number", "add my email as well"
        return [DialogueAct(act=Act.CORRECTION, slots=named)]
    if want == "move" and any(SLOTS[one.slot].calendar != "start" for one in told):  # "change the address to ..."
        want = "correct"
    if hearing.question.kind == "errand" and (Act.AFFIRM in hearing.acts or (hearing.call.errand and want == hearing.call.errand.want)):
        return []
    if named:
        return [DialogueAct(act=Act.CORRECTION, slots=named)]
    if want:
        return [_wish(hearing, want), *(told if want in ("move", "correct") else ())]
    declines = errands.says(hearing.utterance, "keep") or (Act.DENY in hearing.acts and hearing.talk)
    return [DialogueAct(act=Act.DENY)] if hearing.question.kind == "what" and declines and not told else []


def _named(hearing: Hearing) -> tuple[str, ...]:
    """What of the appointment is said to be wrong: "my phone number is wrong on my booking", "my phone and my e-mail are wrong"."""
    spoken, han = hearing.utterance, hearing.utterance.has_han
    named = tuple(slot for slot in PERSONAL if says(spoken, names_of(slot, han)))
    return named if errands.joins_details(spoken) else named[:1]


def _names(informs: Sequence[Inform]) -> list[Inform]:
    return [one for one in informs if one.slot == caller_id.NAME_SLOT]
