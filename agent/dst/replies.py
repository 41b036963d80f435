"""What the caller's acts mean as an answer to the question that is open: a yes to a read-back, a no to what was taken before, an aside."""

from collections.abc import Sequence

from agent.dst.choosing import neither
from agent.dst.hearing import Hearing
from agent.languages import words
from agent.nlu import set_phrases
from agent.nlu.acts import ActCandidate, ActKind
from agent.nlu.acts.recognition import content, finds_fault, named_slot
from agent.nlu.candidates import Context, Held
from agent.nlu.reactions import declined, denies, restores, says_any
from agent.nlu.utterance import Utterance
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoMatch, UserAct, ValueKind
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from agent.slots.time.partial_time import parse

ASIDES = (Act.REPEAT, Act.HELP, Act.WHY, Act.ASK_SERVICES, Act.ASK_PRICE, Act.ASK_LENGTH, Act.ASK_HOURS, Act.ASK_HELD, Act.ASK)
"""Questions of the caller: answered, then back to the open question."""
_WORDED = frozenset({Act.ASK_PRICE, Act.ASK_LENGTH, Act.ASK_HOURS})
"""Those that may name a service or a day anywhere in the utterance."""
MORE = 2
"""Words with a meaning of their own beside a yes from which it is not all that was said; one less in a statement: "and it's Isabella"."""
MORE_HAN = 7
"""The same in Chinese characters."""
COURTESIES = (Act.THANKS, Act.GREET, Act.BACKCHANNEL, Act.AFFIRM)
"""What is no answer and no failed attempt either when it stands alone and nothing was to be confirmed."""
CONFIRMING = ("read_back", "summary", "leave", "resume", "errand")
"""The questions that a yes or a no answers."""


class Reply:
    """One utterance as a reply: its acts, beside the values that were heard in it."""

    def __init__(self, hearing: Hearing, informs: Sequence[Inform]) -> None:
        self.call, self.question, self.acts, self.informs = hearing.call, hearing.question, hearing.acts, informs
        self.utterance, self.business, self.language, self.now = hearing.utterance, hearing.business, hearing.language, hearing.now

    def to_the_question(self) -> list[UserAct]:
        """What the acts are as a reply to the open question; nothing where the values say it all."""
        slots = self.question.slots
        if caller_id.offered(self.call):
            return [] if self.informs else self._offered()
        if self.question.kind == "ask" and not self.informs and (part := self._part(slots)):
            return [DialogueAct(act=Act.CORRECTION, slots=slots, detail=part)]
        if self.question.kind == "choice" and not self.informs:
            return self._settled_choice(slots[0])
        return self._confirmed() if self.question.kind in CONFIRMING else self._left_out() or self._reopened()

    def _confirmed(self) -> list[UserAct]:
        """A yes or no to what was read back, unless the value itself was said again."""
        slots, in_summary = self.question.slots, self.question.kind in ("summary", "errand")
        asks = Act.REPEAT in self.acts or (in_summary and (Act.ASK_HELD in self.acts or self._checks(Act.ASK)))
        if asks and not (Act.DENY in self.acts or self._amends()):  # "yes, but is the address right": what is asked comes before any yes to it
            return []
        if in_summary and not self.informs and restores(self.utterance):
            before = [slot for slot in NAMES if self.call.slot(slot).pending and self.call.slot(slot).value]
            return [DialogueAct(act=Act.CORRECTION, slots=(slot,), kind=DialogueActKind.RESTORE) for slot in before] or [NoMatch()]
        if self.question.kind == "leave" and denies(self.utterance):  # "no, I want to carry on", whatever else sounds like a yes
            return [DialogueAct(act=Act.DENY)]
        if Act.REFUSE in self.acts and not self.informs and len(slots) == 1 and slots[0] in self.business.may_skip:
            return [DialogueAct(act=Act.REFUSE, slots=slots)]
        if in_summary and (instead := self._instead_of_a_yes()) is not None:
            return instead
        if skipped := self._left_out():
            return skipped
        remarks = self._amends() and self._only_remarks()
        if Act.AFFIRM in self.acts and in_summary and not self.informs and (remarks or self._tells_more()):
            return [NoMatch()]  # a booking needs a yes and nothing beside it that we did not understand
        if Act.AFFIRM in self.acts and (Act.DENY not in self.acts or remarks) and (self.informs or remarks or not self._amends()):
            return self._yes()
        return self._denied() if not self.informs and (self._amends() or Act.DENY in self.acts) else []

    def _checks(self, act: Act) -> bool:
        return act in self.acts and self.acts[act].kind is ActKind.CHECK

    def _instead_of_a_yes(self) -> list[UserAct] | None:
        """What a yes to the summary is when it is none that books; None when it may be one."""
        if Act.ASK in self.acts and self.acts[Act.ASK].kind is ActKind.BEHIND_BUT:  # "yes, but is there parking"
            return []
        yes = self.acts.get(Act.AFFIRM)
        if yes and yes.kind is ActKind.THANKS:
            return [DialogueAct(act=Act.THANKS)]
        mild = yes and yes.kind is not ActKind.WORD and not self.informs
        if yes and (
            self._only_hums() or (mild and denies(self.utterance))
        ):  # "no, that's great": a booking needs a yes that does not begin with a no
            return [NoMatch()]
        return None

    def _yes(self) -> list[UserAct]:
        """Yes to each value read back that was not said again; and to the question, where it is about more than the values."""
        again = {inform.slot for inform in self.informs}
        yes: list[UserAct] = [DialogueAct(act=Act.AFFIRM, slots=(slot,)) for slot in self.question.slots if slot not in again]
        only_values = self.question.kind == "read_back" or (self.informs and self.question.kind != "resume")
        return yes if only_values else [*yes, DialogueAct(act=Act.AFFIRM)]

    def _only_hums(self) -> bool:
        """ "Mm-hm", 嗯: listening, and no answer to whether it is to be booked."""
        return set(self.utterance.words) <= set(words(self.language, "reactions")["hums"])

    def _left_out(self) -> list[UserAct]:
        """ "Forget the email": what the business can do without is left out, also when it was said before."""
        asked = self.question.slots if self.question.kind == "ask" and says_any(self.utterance, "none_of_it") else ()
        slots = [slot for slot in self.business.may_skip if slot in NAMES and not self.informs and (slot in asked or declined(self.utterance, slot))]
        return [DialogueAct(act=Act.REFUSE, slots=(slot,)) for slot in slots[:1]]

    def _only_remarks(self) -> bool:
        """ "Yes, but text me, don't ring": what follows the yes names nothing and finds no fault."""
        correction = self.acts[Act.CORRECTION]
        plain = Act.AFFIRM in self.acts and correction.kind is ActKind.BEHIND_BUT and not correction.detail
        return plain and not (self.informs or named_slot(self.utterance) or self._part(NAMES) or finds_fault(self.utterance))

    def _tells_more(self) -> bool:
        """Whether much was said beside the yes that nobody took: "lock it in, and it's Isabella on the booking"."""
        start, end = self.acts[Act.AFFIRM].span
        asked = any(act in self.acts for act in ASIDES) or set_phrases.answer(self.utterance, self.business, self.language)
        least = MORE_HAN if self.utterance.has_han else MORE - says_any(self.utterance, "states")
        return not asked and content(self.utterance, start, end) >= least

    def _amends(self) -> bool:
        return Act.CORRECTION in self.acts

    def _denied(self) -> list[UserAct]:
        """ "No", "yes, but the street is wrong": of one value read back its part is asked for; a slot named besides is opened."""
        slots = self.question.slots
        named = self.acts[Act.CORRECTION].detail if self._amends() else ""
        if named in NAMES and named not in slots:
            confidence = Act.AFFIRM in self.acts and self.question.kind == "read_back"
            return [*(DialogueAct(act=Act.AFFIRM, slots=(slot,)) for slot in slots if confidence), DialogueAct(act=Act.CORRECTION, slots=(named,))]
        if named in slots and len(slots) > 1:
            return [*(DialogueAct(act=Act.AFFIRM, slots=(slot,)) for slot in slots if slot != named), DialogueAct(act=Act.DENY, slots=(named,))]
        if self.question.kind == "summary" and named in NAMES:
            return [DialogueAct(act=Act.CORRECTION, slots=(named,), detail=self._part((named,)))]
        return [DialogueAct(act=Act.DENY, slots=slots, detail=self._part(slots) if len(slots) == 1 else "")]

    def _part(self, slots: Sequence[str]) -> str:
        """The part of a value held that is called wrong, without saying what is right; "" for none."""
        if self.utterance.has_han:
            return ""
        states = {slot: self.call.slot(slot) for slot in slots}
        held = {slot: value for slot, state in states.items() if (value := state.pending or state.disputed or state.said)}
        region = self.call.brief.region
        parts = (
            SLOTS[slot].named_part(self.utterance, Context(region=region, now=self.now, asked=frozenset({slot}), held=Held(value=value)))
            for slot, value in held.items()
        )
        return next((part for part in parts if part), "")

    def _offered(self) -> list[UserAct]:
        """The caller's own number: a yes takes it, a no asks for another; "no, my name is wrong" is about something else."""
        if reopened := self._reopened():
            return reopened
        if Act.DENY in self.acts:
            return [DialogueAct(act=Act.DENY, slots=self.question.slots)]
        return [self._own_number()] if Act.AFFIRM in self.acts or Act.SAME_NUMBER in self.acts else []

    def _settled_choice(self, slot: str) -> list[UserAct]:
        """A yes takes the only option there is; a no takes none; whoever does not care which time gets the first."""
        options = self.call.slot(slot).options
        if SLOTS[slot].categorical and not set(self.utterance.words).isdisjoint(words(self.language, "reactions")["both"]):
            return [DialogueAct(act=Act.HELP, kind=DialogueActKind.BOTH)]
        if Act.DENY in self.acts or neither(self.utterance, self.language):
            return [DialogueAct(act=Act.DENY, slots=(slot,))]
        if (Act.AFFIRM in self.acts and len(options) == 1) or (Act.DONT_CARE in self.acts and SLOTS[slot].calendar == "start"):
            return [
                Inform(
                    slot=slot,
                    value=options[0],
                    rule="choice",
                    words=self.utterance.text,
                    whole=SLOTS[slot].calendar != "start" or parse(options[0]).at is not None,
                    confidence=1.0,
                )
            ]
        return [*self._reopened()] or ([NoMatch()] if Act.AFFIRM in self.acts else [])

    def _reopened(self) -> list[UserAct]:
        """ "My phone number is wrong" names what is to be changed without saying how; a "no" after an implied value is about that.

        "That's wrong" says so of something said before, when a value was asked for and nothing read back.
        """
        if self.informs:
            return []
        correction = self.acts.get(Act.CORRECTION)
        if correction and correction.detail in NAMES:
            return [DialogueAct(act=Act.CORRECTION, slots=(correction.detail,), detail=self._part((correction.detail,)))]
        denial = self.acts.get(Act.DENY) if Act.REFUSE not in self.acts else None
        if self.question.kind == "change":
            return self._to_change(denial)
        if denial and self.question.implied:
            return [DialogueAct(act=Act.DENY, slots=self.question.implied)]
        something = any(self.call.slot(name).value for name in NAMES)
        return [DialogueAct(act=Act.CORRECTION)] if something and (correction or (denial and finds_fault(self.utterance))) else []

    def _to_change(self, denial: ActCandidate | None) -> list[UserAct]:
        """What is to be changed, by its name alone; or nothing after all."""
        if slot := named_slot(self.utterance):
            return [DialogueAct(act=Act.CORRECTION, slots=(slot,))]
        return [DialogueAct(act=Act.DENY)] if denial or Act.AFFIRM in self.acts or Act.CANCEL in self.acts else []

    def asides(self) -> list[UserAct]:
        """The caller's own questions."""
        again = self._checks(Act.ASK_HELD) or self._checks(Act.REPEAT)  # "are you sure" is not "are you insured"
        if not again and (answer := set_phrases.answer(self.utterance, self.business, self.language)):
            return [DialogueAct(act=Act.HELP, detail=answer)]
        found: list[UserAct] = [
            self._aside(act)
            for act in ASIDES
            if act in self.acts
            and not (act is Act.ASK_SERVICES and any(inform.kind is ValueKind.SOONEST for inform in self.informs))
            and not (act is Act.ASK and any(inform.words in self.acts[act].detail for inform in self.informs))  # "is Tuesday at ten free"
        ]
        return [] if self.informs and found and isinstance(found[0], DialogueAct) and found[0].act is Act.REPEAT else found[:1]

    def _aside(self, act: Act) -> DialogueAct:
        """A question of the caller with the words, or the slot, that it is about."""
        heard = self.acts[act]
        if act is Act.WHY and heard.detail in NAMES:
            return DialogueAct(act=act, slots=(heard.detail,))
        detail = self.utterance.text if act in _WORDED else heard.detail if act in (Act.ASK, Act.ASK_HELD) else ""
        return DialogueAct(act=act, slots=self.question.slots, detail=detail)

    def alone(self) -> list[UserAct]:
        """What counts only when nothing else was said."""
        if Act.SAME_NUMBER in self.acts:
            return [self._own_number()] if self.call.brief.caller else [DialogueAct(act=Act.SAME_NUMBER)]
        if self._has_none():
            return [DialogueAct(act=Act.REFUSE, slots=self.question.slots)]
        for act in (Act.HOLD_ON, Act.REFUSE, Act.DONT_KNOW, Act.DONT_CARE, *COURTESIES):
            if act in self.acts:
                return [DialogueAct(act=act, slots=self.question.slots)]
        if Act.DENY in self.acts and self.question.kind == "ask":
            return [DialogueAct(act=Act.DENY, slots=self.question.slots)]
        if Act.GOODBYE in self.acts:
            return [DialogueAct(act=Act.BACKCHANNEL)]
        return []

    def _has_none(self) -> bool:
        """ "No email", said to the question for one."""
        first, *rest = self.utterance.tokens
        if self.question.kind != "ask" or not rest or first.norm not in words(self.language, "choosing")["none"]:
            return False
        return named_slot(Utterance(self.utterance.text[first.end :])) in self.question.slots

    def _own_number(self) -> Inform:
        return Inform(
            slot=caller_id.SLOT,
            value=self.call.brief.caller,
            rule="caller_id",
            kind=ValueKind.CALLERS_NUMBER,
            words=self.utterance.text,
            confidence=1.0,
        )
