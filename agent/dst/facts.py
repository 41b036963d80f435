"""What holds of an utterance as a reply to the open question: the facts by which `replies` tells what it means."""

from collections.abc import Mapping, Sequence

from agent.dst.choosing import neither
from agent.dst.hearing import Hearing
from agent.languages import words
from agent.nlu import set_phrases
from agent.nlu.acts import ActKind
from agent.nlu.acts.meaning import Fact, act_and_kind
from agent.nlu.acts.recognition import content, finds_fault, named_slot
from agent.nlu.candidates import Context, Held, OpenQuestion
from agent.nlu.reactions import declined, denies, says_any
from agent.nlu.utterance import Utterance
from agent.record import caller_id
from agent.record.acts import Act, Inform
from agent.record.slot_names import NAMES
from agent.slots import SLOTS

ASIDES = (Act.REPEAT, Act.HELP, Act.WHY, Act.ASK_SERVICES, Act.ASK_PRICE, Act.ASK_LENGTH, Act.ASK_HOURS, Act.ASK_HELD, Act.ASK)
"""Questions of the caller: answered, then back to the open question."""
MORE = 2
"""Words with a meaning of their own beside a yes from which it is not all that was said; one less in a statement: "and it's Isabella"."""
MORE_HAN = 7
"""The same in Chinese characters."""


class Facts:
    """One utterance with its acts, beside the values that were heard in it (`informs`)."""

    def __init__(self, hearing: Hearing, informs: Sequence[Inform]) -> None:
        self.call, self.question, self.acts, self.informs = hearing.call, hearing.question, hearing.acts, informs
        self.utterance, self.business, self.language, self.now = hearing.utterance, hearing.business, hearing.language, hearing.now
        self.kind = OpenQuestion.OFFER if caller_id.offered(self.call) else OpenQuestion(self.question.kind)
        self.slots = self.question.slots
        """Those that the question is about."""
        detail = self.acts[Act.CORRECTION].detail if Act.CORRECTION in self.acts else ""
        self.named = detail if detail in NAMES else ""
        """The slot that is said to be wrong; "" for none."""

    def spoken_of(self) -> str:
        """The first slot that is named, right or wrong; "" for none."""
        return named_slot(self.utterance)

    def part(self, *slots: str) -> str:
        """The part that is called wrong of a value that these slots hold, without saying what is right; "" for none."""
        held = {slot: state.pending or state.disputed or state.said for slot in slots for state in [self.call.slot(slot)]}
        region = self.call.brief.region
        parts = (
            SLOTS[slot].named_part(self.utterance, Context(region=region, now=self.now, asked=frozenset({slot}), held=Held(value=value)))
            for slot, value in held.items()
            if value and not self.utterance.has_han
        )
        return next((part for part in parts if part), "")

    def left_out(self) -> str:
        """What the business can do without and the caller wants left out, also when it was said before; "" for nothing."""
        asked = self.slots if self.kind is OpenQuestion.ASK and says_any(self.utterance, "none_of_it") else ()
        may = (slot for slot in self.business.may_skip if slot in NAMES)
        return next((slot for slot in may if slot in asked or declined(self.utterance, slot)), "")

    def is_time(self) -> bool:
        return SLOTS[self.slots[0]].calendar == "start"

    def answer(self) -> str:
        """The business's answer to what the caller asks; "" for none."""
        return set_phrases.answer(self.utterance, self.business, self.language)

    def tells_more(self) -> bool:
        """Whether much was said beside the yes that nobody took: "lock it in, and it's Isabella on the booking"."""
        start, end = self.acts[Act.AFFIRM].span
        least = MORE_HAN if self.utterance.has_han else MORE - says_any(self.utterance, "states")
        return not (any(act in self.acts for act in ASIDES) or self.answer()) and content(self.utterance, start, end) >= least

    def only_remarks(self) -> bool:
        """Whether what follows the yes names nothing and finds no fault: "yes, but text me, don't ring"."""
        plain = Act.AFFIRM in self.acts and self.did(Act.CORRECTION, ActKind.BEHIND_BUT) and not self.acts[Act.CORRECTION].detail
        return plain and not (self.informs or self.spoken_of() or self.part(*NAMES) or finds_fault(self.utterance))

    def names_nothing_held(self) -> bool:
        """Whether what is asked for is named, and there is nothing of it yet that could be wrong."""
        state = self.call.slot(self.named) if self.named in self.slots else None
        return state is not None and not (state.value or state.pending or state.partial or state.disputed)

    def has_none(self) -> bool:
        """ "No email", said to the question for one."""
        first, *rest = self.utterance.tokens
        none = rest and first.norm in self.listed("choosing", "none")
        return bool(none) and named_slot(Utterance(self.utterance.text[first.end :])) in self.slots

    def did(self, act: Act, kind: ActKind) -> bool:
        return act in self.acts and self.acts[act].kind is kind

    def listed(self, file: str, kind: str) -> Sequence[str]:
        found: Sequence[str] = words(self.language, file)[kind]
        return found


FACTS: Mapping[str, Fact[Facts]] = {
    "values": lambda it: it.informs,
    "named": lambda it: it.named,
    "names_another": lambda it: it.named and it.named not in it.slots,
    "names_one_of_several": lambda it: it.named in it.slots and len(it.slots) > 1,
    "names_nothing_held": Facts.names_nothing_held,
    "names_part": lambda it: it.part(*it.slots),
    "spoken_of": Facts.spoken_of,
    "only_remarks": Facts.only_remarks,
    "tells_more": Facts.tells_more,
    # What the words say beside the acts
    "finds_fault": lambda it: finds_fault(it.utterance),
    "begins_with_no": lambda it: denies(it.utterance),
    "restores": lambda it: says_any(it.utterance, "restores"),
    "only_hums": lambda it: set(it.utterance.words) <= set(it.listed("reactions", "hums")),
    "both": lambda it: SLOTS[it.slots[0]].categorical and not set(it.utterance.words).isdisjoint(it.listed("reactions", "both")),
    "neither": lambda it: neither(it.utterance, it.language),
    "left_out": Facts.left_out,
    "has_none": Facts.has_none,
    # The call
    "may_be_skipped": lambda it: len(it.slots) == 1 and it.slots[0] in it.business.may_skip,
    "one_option": lambda it: len(it.call.slot(it.slots[0]).options) == 1,
    "is_time": Facts.is_time,
    "implied": lambda it: it.question.implied,
    "something_held": lambda it: any(it.call.slot(name).value for name in NAMES),
    "shows_number": lambda it: it.call.brief.caller,
}


def fact(name: str) -> Fact[Facts]:
    """One of `FACTS`, or an act, also by how it was done: "ask:check". Raises ValueError where there is none."""
    act, kind = act_and_kind(name) if name not in FACTS else (None, None)
    return FACTS[name] if act is None else lambda it: act in it.acts and kind in (None, it.acts[act].kind)
