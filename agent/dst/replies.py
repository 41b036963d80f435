"""What an utterance means as a reply to the open question: one table, and what its rows come to.

Each row is named by an example; tests/dst/replies.toml has one at least for every row, and what comes of it. The first row that fits under the
question says what is meant; without one the values and the caller's own questions, which stand beside a reply, are all.
"""

from collections.abc import Callable, Sequence

from agent.dst.facts import ASIDES, Facts, fact
from agent.nlu.acts import ActKind
from agent.nlu.acts.meaning import Row, Table
from agent.nlu.candidates import OpenQuestion
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoMatch, UserAct, ValueKind
from agent.record.slot_names import NAMES
from agent.slots.time.partial_time import parse

_WORDED = frozenset({Act.ASK_PRICE, Act.ASK_LENGTH, Act.ASK_HOURS})
"""Questions that may name a service or a day anywhere in the utterance."""
CONFIRMING = ("read_back", "summary", "leave", "resume", "errand")
"""The questions that a yes or a no answers."""

Means = Callable[[Facts], Sequence[UserAct]]


def _says(*acts: UserAct) -> Means:
    return lambda it: acts


def _does(act: Act, about: Callable[[Facts], Sequence[str]] = lambda it: it.slots) -> Means:
    """The act, about what the question is about, if nothing else is named."""
    return lambda it: [DialogueAct(act=act, slots=tuple(about(it)))]


def _yes(it: Facts) -> Sequence[UserAct]:
    """Yes to each value read back that was not said again; and to the question, where it is about more than the values."""
    again = {inform.slot for inform in it.informs}
    each = [DialogueAct(act=Act.AFFIRM, slots=(slot,)) for slot in it.slots if slot not in again]
    only_values = it.kind is OpenQuestion.READ_BACK or (it.informs and it.kind is not OpenQuestion.RESUME)
    return each if only_values else [*each, DialogueAct(act=Act.AFFIRM)]


def _but(act: Act) -> Means:
    """Yes to what was read back, but not to the slot that is named."""
    return lambda it: [
        *(DialogueAct(act=Act.AFFIRM, slots=(slot,)) for slot in it.slots if slot != it.named),
        DialogueAct(act=act, slots=(it.named,)),
    ]


def _part(act: Act) -> Means:
    """The act, about what the question is about, or the part of it that is called wrong."""
    return lambda it: [DialogueAct(act=act, slots=it.slots, detail=it.part(*it.slots) if len(it.slots) == 1 else "")]


def _reopened(it: Facts) -> Sequence[UserAct]:
    """The slot that is named is to be changed, or a part of it."""
    return [DialogueAct(act=Act.CORRECTION, slots=(it.named,), detail=it.part(it.named))]


def _restored(it: Facts) -> Sequence[UserAct]:
    """What was held before is right."""
    before = [slot for slot in NAMES if it.call.slot(slot).pending and it.call.slot(slot).value]
    return [DialogueAct(act=Act.CORRECTION, slots=(slot,), kind=DialogueActKind.RESTORE) for slot in before] or [NoMatch()]


def _first_option(it: Facts) -> Sequence[UserAct]:
    slot = it.slots[0]
    value = it.call.slot(slot).options[0]
    whole = not it.is_time() or parse(value).at is not None
    return [Inform(slot=slot, value=value, rule="choice", words=it.utterance.text, whole=whole, confidence=1.0)]


def _own_number(it: Facts) -> Sequence[UserAct]:
    number, kind = it.call.brief.caller, ValueKind.CALLERS_NUMBER
    return [Inform(slot=caller_id.SLOT, value=number, rule="caller_id", kind=kind, words=it.utterance.text, confidence=1.0)]


_CONFIRMED, _WHOLE, _OPEN, _OTHER = "|".join(CONFIRMING), "summary|errand", "none|ask|which|what", "none|ask|which|what|offer|choice"
REPLIES = Table[Facts, Means](
    OpenQuestion,
    fact,
    # A yes or a no is asked for. What is asked comes before any yes to it, and a booking needs a yes that does not begin with a no, and beside it
    # nothing that we did not understand
    Row("was that right", _CONFIRMED, "repeat !deny !correction", _says()),
    Row("yes, but is the address right", _WHOLE, "ask_held|ask:check !deny !correction", _says()),
    Row("no wait, it was right the first time", _WHOLE, "restores !values", _restored),
    Row("no, I want to carry on", "leave", "begins_with_no", _says(DialogueAct(act=Act.DENY))),
    Row("I'd rather not", _CONFIRMED, "refuse may_be_skipped !values", _does(Act.REFUSE)),
    Row("yes, but is there parking", _WHOLE, "ask:but", _says()),
    Row("ta", _WHOLE, "affirm:thanks", _says(DialogueAct(act=Act.THANKS))),
    Row("mm-hm", _WHOLE, "affirm only_hums", _says(NoMatch())),
    Row("no, that's great", _WHOLE, "affirm !affirm:word begins_with_no !values", _says(NoMatch())),
    Row("forget the email", _CONFIRMED, "left_out !values", _does(Act.REFUSE, lambda it: [it.left_out()])),
    Row("yes, but text me, don't ring", _WHOLE, "affirm only_remarks", _says(NoMatch())),
    Row("yes, and it's Isabella on the booking", _WHOLE, "affirm !values tells_more", _says(NoMatch())),
    Row("yes", _CONFIRMED, "affirm !deny|only_remarks values|!correction|only_remarks", _yes),
    Row("yes, but my phone number is wrong", "read_back", "affirm names_another !values", _but(Act.CORRECTION)),
    Row("no, my phone number is wrong", _CONFIRMED, "names_another !values", _does(Act.CORRECTION, lambda it: [it.named])),
    Row("of the two, the phone is wrong", _CONFIRMED, "names_one_of_several !values", _but(Act.DENY)),
    Row("the street is wrong", "summary", "named !values", _reopened),
    Row("no", _CONFIRMED, "correction|deny !values", _part(Act.DENY)),
    # A value is asked for, or which of several
    Row("that's the wrong street", "ask", "names_part !values", _part(Act.CORRECTION)),
    Row("I don't want emails", "ask", "names_nothing_held deny !finds_fault !values", _does(Act.REFUSE)),
    Row("leave the email off", f"{_OPEN}|change", "left_out !values", _does(Act.REFUSE, lambda it: [it.left_out()])),
    Row("both", "choice", "both !values", _says(DialogueAct(act=Act.HELP, kind=DialogueActKind.BOTH))),
    Row("neither", "choice", "deny|neither !values", _does(Act.DENY, lambda it: it.slots[:1])),
    Row("yes, that one", "choice", "affirm one_option !values", _first_option),
    Row("either is fine", "choice", "dont_care is_time !values", _first_option),
    # What was said before is spoken of
    Row("my phone number is wrong", f"{_OTHER}|change", "named !values", _reopened),
    Row("the phone number", "change", "spoken_of !values", _does(Act.CORRECTION, lambda it: [it.spoken_of()])),
    Row("nothing after all", "change", "affirm|cancel|deny affirm|cancel|!refuse !values", _says(DialogueAct(act=Act.DENY))),
    Row("no, that's not me", _OTHER, "deny !refuse implied !values", _does(Act.DENY, lambda it: it.question.implied)),
    Row("actually, that was something else", _OTHER, "correction something_held !values", _says(DialogueAct(act=Act.CORRECTION))),
    Row("that's wrong", _OTHER, "deny !refuse finds_fault something_held !values", _says(DialogueAct(act=Act.CORRECTION))),
    # The number that is rung from was offered, or one thing to choose
    Row("no, another one", "offer", "deny !values", _does(Act.DENY)),
    Row("yes, this one", "offer", "affirm|same_number !values", _own_number),
    Row("okay", "choice", "affirm !values", _says(NoMatch())),
)
ALONE = Table[Facts, Means](
    OpenQuestion,
    fact,
    Row("the number I'm ringing from", "", "same_number shows_number", _own_number),
    Row("the same number", "", "same_number", _says(DialogueAct(act=Act.SAME_NUMBER))),
    Row("no email", "ask|offer", "has_none", _does(Act.REFUSE)),
    Row("hang on", "", "hold_on", _does(Act.HOLD_ON)),
    Row("I'd rather not say", "", "refuse", _does(Act.REFUSE)),
    Row("no idea", "", "dont_know", _does(Act.DONT_KNOW)),
    Row("whatever suits", "", "dont_care", _does(Act.DONT_CARE)),
    Row("thanks", "", "thanks", _does(Act.THANKS)),
    Row("hello", "", "greet", _does(Act.GREET)),
    Row("uh-huh", "", "backchannel", _does(Act.BACKCHANNEL)),
    Row("yep", "", "affirm", _does(Act.AFFIRM)),
    Row("nope", "ask|offer", "deny", _does(Act.DENY)),
    Row("that's all", "", "goodbye", _says(DialogueAct(act=Act.BACKCHANNEL))),
)
"""What counts only when nothing else was said: at last the courtesies, no answer and no failed attempt either."""


def meant(table: Table[Facts, Means], it: Facts) -> Sequence[UserAct]:
    """What the acts are as a reply; nothing where the values say it all."""
    row = table.first(it.kind, it)
    return () if row is None else row.means(it)


def asides(it: Facts) -> Sequence[UserAct]:
    """The caller's own questions."""
    checks = it.did(Act.ASK_HELD, ActKind.CHECK) or it.did(Act.REPEAT, ActKind.CHECK)
    if not checks and (answer := it.answer()):  # "are you sure" is not "are you insured"
        return [DialogueAct(act=Act.HELP, detail=answer)]
    found = [act for act in ASIDES if act in it.acts and not _is_told(act, it)]
    return [] if it.informs and found[:1] == [Act.REPEAT] else [_aside(act, it) for act in found[:1]]


def _is_told(act: Act, it: Facts) -> bool:
    """Whether a value says what is asked: "what is the soonest", "is Tuesday at ten free"."""
    if act is Act.ASK_SERVICES:
        return any(inform.kind is ValueKind.SOONEST for inform in it.informs)
    return act is Act.ASK and any(inform.words in it.acts[act].detail for inform in it.informs)


def _aside(act: Act, it: Facts) -> DialogueAct:
    """A question of the caller with the words, or the slot, that it is about."""
    heard = it.acts[act]
    if act is Act.WHY and heard.detail in NAMES:
        return DialogueAct(act=act, slots=(heard.detail,))
    detail = it.utterance.text if act in _WORDED else heard.detail if act in (Act.ASK, Act.ASK_HELD) else ""
    return DialogueAct(act=act, slots=it.slots, detail=detail)
