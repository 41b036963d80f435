"""What the caller did with a turn, by rules alone: words in, acts and values out.

Every slot listens to the utterance, the one being asked first. What it takes no other slot hears again; another slot takes only what is
unmistakable by its own words. The dialogue acts are heard beside them, and what they mean depends on the question that is open: a "yes" is about
what was read back, an "okay" on the way is nothing. Nothing is decided about values here: that is `dialogue`.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from agent.dst.acts_in_context import in_context
from agent.dst.assignment import Assignment
from agent.dst.choosing import choose, choose_time
from agent.dst.contexts import context_for, local
from agent.dst.extraction import Extraction
from agent.dst.informing import inform, keyed_acts
from agent.dst.replies import CONFIRMING, Reply
from agent.nlu import set_phrases
from agent.nlu.acts import JUDGEMENTS, ActCandidate, ActKind
from agent.nlu.acts.recognition import asks, is_all_acts, named_slot, recognise_acts
from agent.nlu.candidates import Candidate, Context
from agent.nlu.disfluency import put_right
from agent.nlu.effort import TooMuch, limited, to_spare
from agent.nlu.mentions import denies
from agent.nlu.utterance import Utterance
from agent.record import caller_id
from agent.record.acts import Act, DialogueAct, DialogueActKind, Inform, NoInput, NoMatch, UserAct
from agent.record.business import Business
from agent.record.call import Call, Turn
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from agent.slots.address import readings_meant

UNMISTAKABLE = 0.8
"""A slot that was not asked is taken from here on."""
CORRECTING = 0.5
"""... or from here on, when the caller says that something is to be changed."""
CONTROL = (Act.EMERGENCY, Act.HANDOFF, Act.CANCEL, Act.START_OVER, Act.GO_BACK, Act.GOODBYE)
"""Acts that steer the whole call; the first one heard wins."""
_NEGATORS = frozenset({"not", "instead", "rather", "不", "改", "换", "别"})
"""Words beside which a value held may be mended, whatever was asked."""
_FROM_ALTERNATIVE = 0.35
"""How sure a value is at most that only another hypothesis of the recogniser has."""
_LONGEST_LAST_NAME = 2
"""Words of a last name said by itself."""
_MUSING = 3
"""Words up to which one who only hums and haws is thinking: "uh", "well, let's see"."""
_GLUED = 3
"""Words that nobody took, from which a number may have stood among them."""


def understand(call: Call, turn: Turn, business: Business, now: datetime) -> tuple[UserAct, ...]:
    """What the turn does, in the order in which it is to be carried out; (NoInput,) for silence, (NoMatch,) when nothing could be used.

    `now`: aware, in the business's zone.
    """
    if keyed := keyed_acts(call, turn, business, now):
        return keyed
    utterance = Utterance(turn.text)
    if not utterance or set_phrases.is_machine(utterance, "zh" if utterance.has_han else "en"):
        return (NoInput(),)
    reading = _Reading(call, turn, business, now, utterance)
    try:
        with limited():
            reading.listen()
            return reading.user_acts()
    except TooMuch:
        return reading.too_long()


def speaks(utterance: Utterance, language: str) -> str:
    """The language of an utterance: Mandarin with any Chinese character, English with a sentence of Latin words, else the call's own."""
    if utterance.has_han:
        return "zh"
    latin = [token for token in utterance.tokens if token.is_word and len(token.norm) > 1]
    return "en" if len(latin) >= 3 and "@" not in utterance.text else language


class _Reading:
    """One utterance being read against one call."""

    def __init__(self, call: Call, turn: Turn, business: Business, now: datetime, utterance: Utterance) -> None:
        self.call, self.turn, self.business, self.now, self.utterance = call, turn, business, now, utterance
        self.question = call.question
        asked = frozenset(NAMES) if self.question.kind == "change" else frozenset(self.question.slots)
        context = context_for(call, "name", utterance, business, now, asked)
        self.language = context.language
        heard = recognise_acts(utterance, context)
        self.acts = in_context({act.act: act for act in reversed(heard)}, utterance, self.question, business)
        self.correcting = Act.DENY in self.acts or Act.CORRECTION in self.acts
        self.named = named_slot(utterance)
        if self.correcting:
            asked |= frozenset(self.question.implied)
        self.asked = asked
        self.talk = is_all_acts(utterance)
        """Nothing but talk about this conversation: "no, that doesn't work" tells of no tap."""
        self.extraction = Extraction()

    def listen(self) -> None:
        """Hear the values. Raises TooMuch when they cost more than a turn may."""
        self.assignment = Assignment(self.call, self.utterance, self.asked, self._asking, self.extraction)
        self._take_back_the_yes()
        self._wish_for_a_time()
        told = [] if self._nothing_else() else [inform for inform in self._informs() if not self._only_asked_about(inform)]
        agreed = self.question.kind in ("summary", "read_back") and Act.AFFIRM in self.acts and not self.correcting
        self.informs = [inform for inform in self._to_the_point(told) if not (agreed and self._is_held(inform))]

    def _wish_for_a_time(self) -> None:
        """ "In the morning would be better" praises another time than the one held: it is no yes to that."""
        state, yes = self.call.slot("time"), self.acts.get(Act.AFFIRM)
        if not (state.pending or state.value) or yes is None or yes.kind not in JUDGEMENTS or self.question.kind not in ("summary", "read_back"):
            return
        candidates = self.extraction.extract("time", self.utterance, self._asking("time", self.utterance))
        if candidates and candidates[0].value != local(state.pending or state.said):
            del self.acts[Act.AFFIRM]
            self.acts[Act.CORRECTION] = ActCandidate(act=Act.CORRECTION, rule="another_time", span=candidates[0].span, detail="time")
            self.correcting, self.asked = True, self.asked | {"time"}

    def _take_back_the_yes(self) -> None:
        """ "All right, except the email", "the name's right but the street is wrong": a correction, of what is said to be wrong."""
        at_stake = NAMES if self.question.kind == "summary" else self.question.slots
        mention = next((mention for mention in self.assignment.amended if mention.amends and mention.slot in at_stake), None)
        named = self.acts.get(Act.CORRECTION)
        if mention and (self.acts.pop(Act.AFFIRM, None) or named):
            self.acts[Act.CORRECTION] = ActCandidate(act=Act.CORRECTION, rule="label", span=(mention.start, mention.end), detail=mention.slot)
            self.correcting = True
        elif named and named.detail in self.assignment.approved:
            self.acts[Act.CORRECTION] = msgspec.structs.replace(named, detail="")
        yes = self.acts.get(Act.AFFIRM)
        if yes and yes.kind in JUDGEMENTS and self.assignment.approved and self.question.kind == "summary":  # "the name's fine" is not yet all
            del self.acts[Act.AFFIRM]

    def _asking(self, slot: str, utterance: Utterance) -> Context:
        """What a slot listens with that the caller speaks of: as if it had been asked for."""
        return context_for(self.call, slot, utterance, self.business, self.now, self.asked | {slot})

    def _listening(self, slot: str, utterance: Utterance) -> Context:
        """What a slot listens with. It mends what it holds when that is in question, or something is said to be otherwise."""
        if slot in self.assignment.slots:
            return self._asking(slot, utterance)
        mending = slot in ("name", *self.asked) or self.correcting or self.named == slot or not _NEGATORS.isdisjoint(utterance.words)
        return context_for(self.call, slot, utterance, self.business, self.now, self.asked, mending=mending)

    def user_acts(self) -> tuple[UserAct, ...]:
        """The acts and values, in order."""
        switch = self._language()
        if set_phrases.urgent(self.utterance, self.business):
            return (*switch, DialogueAct(act=Act.EMERGENCY))
        asked_yes = self.question.kind in CONFIRMING or caller_id.offered(self.call)
        meant = bool(self.informs) or (asked_yes and Act.AFFIRM in self.acts)
        control = next((act for act in CONTROL if self._steers(act)), None)
        if control and not (meant and control in (Act.GOODBYE, Act.GO_BACK, Act.CANCEL)):
            return (*switch, DialogueAct(act=control))
        reply = Reply(self.call, self.acts, self.informs, self.utterance, self.business, self.language, self.now)
        mended = self._mended() if self.correcting and self.question.kind == "summary" and not self.informs else []
        done: list[UserAct] = mended or [*reply.to_the_question(), *self.informs, *reply.asides()]
        if not done and self.correcting:
            done = self._mended()
        done = done or reply.alone()
        if not done:
            done = [*self._mended()]
        if not done and not asks(self.utterance):
            done = [DialogueAct(act=Act.CORRECTION, slots=(mention.slot,)) for mention in self.assignment.amended[:1] if mention.amends]
        if not done and self.talk and not self.acts and not self.named and len(self.utterance.words) <= _MUSING:
            done = [DialogueAct(act=Act.HOLD_ON)]
        return (*switch, *done) if done else (*switch, NoMatch())

    def too_long(self) -> tuple[UserAct, ...]:
        """What is heard of an utterance that would take too long to read: a danger, the wish for a person, else nothing."""
        spoken = speaks(self.utterance, self.call.language)
        switch = [DialogueAct(act=Act.LANGUAGE, detail=spoken)] if spoken != self.call.language else []
        if set_phrases.urgent(self.utterance, self.business):
            return (*switch, DialogueAct(act=Act.EMERGENCY))
        return (*switch, DialogueAct(act=Act.HANDOFF) if Act.HANDOFF in self.acts else NoMatch(long=True))

    def _steers(self, act: Act) -> bool:
        """Whether the act turns the whole call; "that's all" ends none in which something is still to be asked, only a farewell does."""
        candidate = self.acts.get(act)
        if act is Act.CANCEL and self.question.kind == "change":  # "never mind": nothing is to be changed after all
            return False
        return candidate is not None and not (act is Act.GOODBYE and candidate.kind is ActKind.ALL_DONE)

    def _mended(self) -> list[UserAct]:
        """What could not be used otherwise may mend a value said before ("it's Smith", when a number was asked): weakly, so it is read back."""
        if self.talk or self.question.kind not in ("ask", "read_back", "summary") or (self.question.kind == "summary" and not self.correcting):
            return []
        if last_name := self._last_name():
            return [last_name]
        held = [name for name in NAMES if name not in self.question.slots and (self.call.slot(name).value or self.call.slot(name).pending)]
        for slot in held if self.question.kind == "ask" else [name for name in held if name == "name"]:
            candidates = self._hear(slot)
            if not candidates and slot == "name":  # "Meg with two Gs", while the number is asked for
                again = self.extraction.extract(slot, self.utterance, self._asking(slot, self.utterance))
                candidates = [one for one in again if one.patch]
            if not candidates and self.correcting and self._is_unconfirmed(slot):
                candidates = self.extraction.extract(
                    slot, self.utterance, context_for(self.call, slot, self.utterance, self.business, self.now, frozenset({slot}))
                )
            if candidates and candidates[0].confidence >= CORRECTING and not self.call.slot(slot).locked:
                return [inform(slot, candidates[0], self.utterance, asked=False)]
        return []

    def _last_name(self) -> Inform | None:
        """ "John", and after a pause "Smith": both are the name."""
        first = self.call.slot("name").value
        if "name" not in self.question.implied or not first.isascii() or " " in first or len(self.utterance.tokens) > _LONGEST_LAST_NAME:
            return None
        candidates = self.extraction.extract(
            "name", self.utterance, context_for(self.call, "name", self.utterance, self.business, self.now, frozenset({"name"}), mending=False)
        )
        if not candidates or candidates[0].value.casefold() == first.casefold() or " " in candidates[0].value:
            return None
        whole = msgspec.structs.replace(candidates[0], value=f"{first} {candidates[0].value}", rule="last_name")
        return inform("name", whole, self.utterance, asked=False)

    def _is_unconfirmed(self, slot: str) -> bool:
        """Whether its value was taken without a yes: then "no, Carlos" may be about it long after."""
        origin = self.call.slot(slot).provenance
        return origin is not None and origin.confirmed == "implicit"

    def _hear(self, slot: str) -> Sequence[Candidate]:
        said = self.assignment.own_words(slot)
        return self.extraction.extract(slot, said, self._listening(slot, said))

    def _another_has(self, slot: str, candidate: Candidate) -> bool:
        """Whether it stands under the label of another slot that made nothing of it: "the phone should end 124" is no time."""
        answers_for_service = slot == "service" and self.question.kind == "ask" and slot in self.asked
        return not answers_for_service and self.assignment.another_has(slot, candidate.span, certain=candidate.confidence >= UNMISTAKABLE)

    def _is_held(self, inform: Inform) -> bool:
        """Whether it says again what is held: "great, tomorrow at two" is a yes and nothing new."""
        state = self.call.slot(inform.slot)
        held = state.pending or state.said
        return bool(held) and inform.value == (local(held) if inform.slot == "time" else held)

    def _nothing_else(self) -> bool:
        """Whether every word belongs to a yes or a no that was asked for: then no slot needs to listen."""
        if self.question.kind not in CONFIRMING:
            return False
        kinds = set(self.acts)
        plain_yes = Act.AFFIRM in kinds and not kinds & {Act.DENY, Act.CORRECTION}
        plain_no = Act.DENY in kinds and "time" not in self.question.slots  # "no, today" is a time
        if (plain_yes or plain_no) and self.talk:
            return True
        spans = [act.span for act in self.acts.values() if act.act in (Act.AFFIRM, Act.DENY)]
        words = [token for token in self.utterance.tokens if token.is_word or token.is_number]
        return all(any(start <= token.start and token.end <= end for start, end in spans) for token in words)

    def _informs(self) -> list[Inform]:
        """Values, the asked slots' first; no two from the same words."""
        found: list[Inform] = []
        spans: list[tuple[int, int]] = []
        offers = [(slot, heard, evidence) for slot in NAMES for heard, evidence in [self._best(slot)] if heard is not None]
        for slot, candidate, evidence in sorted(offers, key=lambda offer: self._rank(offer[0], offer[1])):
            if any(start < candidate.span[1] and candidate.span[0] < end for start, end in spans):
                if (rest := self._beside(slot, spans)) is not None:
                    found.append(rest)
                continue
            spans.append(candidate.span)
            against = Act.DENY in self.acts or (Act.AFFIRM not in self.acts and (Act.CORRECTION in self.acts or denies(self.utterance)))
            found.append(inform(slot, candidate, self.utterance, asked=slot in self.asked, evidence=evidence, against=against))
        if spans and not self.call.slot("phone").settled and not any(inform.slot == "phone" for inform in found):
            left = sum(not any(start <= token.start < end for start, end in spans) for token in self.utterance.tokens)
            if left >= _GLUED and (rest := self._beside("phone", spans)) is not None:  # "202 555 0143, 12 High Street": digits run on into another's
                found.append(rest)
        return sorted(found, key=lambda inform: NAMES.index(inform.slot))

    def _beside(self, slot: str, taken: list[tuple[int, int]]) -> Inform | None:
        """What a slot hears in the words that others have not taken: a number right behind a postcode is none of its digits."""
        text = self.utterance.text
        for start, end in sorted(taken, reverse=True):
            text = f"{text[:start]} , {text[end:]}"
        rest = Utterance(text)
        candidates = self.extraction.extract(slot, rest, self._listening(slot, rest))
        if not candidates or (candidates[0].confidence < UNMISTAKABLE and slot not in self.asked):
            return None
        return inform(slot, candidates[0], rest, asked=slot in self.asked)

    def _to_the_point(self, informs: list[Inform]) -> list[Inform]:
        """Beside an answer to what was asked, another slot takes only what is unmistakable, or what it was named for."""
        if not any(inform.asked for inform in informs):
            return informs
        named = self.acts[Act.CORRECTION].detail if Act.CORRECTION in self.acts else ""
        return [
            inform
            for inform in informs
            if inform.asked or inform.confidence >= UNMISTAKABLE or inform.slot == named or inform.slot in self.assignment.slots
        ]

    def _only_asked_about(self, inform: Inform) -> bool:
        """ "How much is a drain cleaning" names a service and chooses none; "are you open on Sunday" names a day."""
        about = {"service": {Act.ASK_PRICE, Act.ASK_SERVICES, Act.ASK_LENGTH}, "time": {Act.ASK_HOURS}}.get(inform.slot, set())
        return not about.isdisjoint(self.acts)

    def _rank(self, slot: str, candidate: Candidate) -> tuple[bool, float, float]:
        """Unmistakable values come first, the surest of them before all; then what is only an answer because it was asked for."""
        other = float(slot not in self.asked)
        return (False, -candidate.confidence, other) if candidate.confidence >= UNMISTAKABLE else (True, other, -candidate.confidence)

    def _best(self, slot: str) -> tuple[Candidate | None, tuple[str, ...]]:
        """The slot's best value with all that the hypotheses may have meant, or None when none may be taken."""
        state = self.call.slot(slot)
        asked = slot in self.asked
        if state.locked or (self.talk and not asked):
            return None, ()
        said = self.assignment.own_words(slot)
        context = self._listening(slot, said)
        if self.question.kind == "choice" and asked and (chosen := self._chosen(slot, context)):
            return chosen, ()
        listen = partial(self.extraction.extract, slot)
        repaired = put_right(listen, said, context) if asked and slot != "time" else ()  # a time puts itself right, over days and clocks
        first = repaired or listen(said, context)
        if asked and not first:
            first = self._after_the_answer(slot, said, context)
        first = [heard for heard in first if not self._another_has(slot, heard)]
        if not asked:
            about = self.acts[Act.CORRECTION].detail if Act.CORRECTION in self.acts else ""
            mends = self.correcting and self.question.kind != "read_back" and about in ("", slot) and (state.value or state.pending)
            if slot in self.assignment.slots and slot == "phone" and state.value and first and not first[0].whole:
                first = [msgspec.structs.replace(first[0], whole=True)]  # refused as too short, and the good one stays
            least = 0.0 if slot in self.assignment.slots else CORRECTING if mends else UNMISTAKABLE
            return (first[0] if first and first[0].confidence >= least and not self._another_has(slot, first[0]) else None), ()
        hypotheses = () if self.assignment.mentions or self.assignment.amended else self.turn.alternatives  # their words stand elsewhere
        found = list(first[:1]) + [other[0] for text in hypotheses if to_spare() and (other := listen(Utterance(text), context))]
        evidence = tuple(dict.fromkeys(candidate.value for candidate in found))
        good = [candidate for candidate in found if not candidate.whole or SLOTS[slot].validate(candidate.value, context) is None]
        if good and good[0] not in first[:1]:  # not what the recogniser thinks likeliest: asked, never taken at its word
            good[0] = msgspec.structs.replace(good[0], confidence=min(good[0].confidence, _FROM_ALTERNATIVE))
        good.sort(key=lambda candidate: not candidate.whole)  # of what the recogniser may have heard, a whole value before a part of one
        fresh = [candidate for candidate in good or found if candidate.value != state.disputed]
        again = [candidate for candidate in fresh if candidate.value in state.evidence]
        return next(iter([*again, *fresh, *good, *found]), None), evidence

    def _after_the_answer(self, slot: str, utterance: Utterance, context: Context) -> Sequence[Candidate]:
        """What the slot hears behind a leading yes or no: "yes, but it's unit four"."""
        until = 0
        for start, end in sorted(act.span for act in self.acts.values() if act.act in (Act.AFFIRM, Act.DENY, Act.CORRECTION)):
            if start <= until or not any(letter.isalnum() for letter in self.utterance.text[until:start]):
                until = max(until, end)
        rest = Utterance(utterance.text[until:])
        if not until or not rest:
            return ()
        offset = len(utterance.text) - len(rest.text)
        return [
            msgspec.structs.replace(candidate, span=(candidate.span[0] + offset, candidate.span[1] + offset))
            for candidate in self.extraction.extract(slot, rest, context)
        ]

    def _chosen(self, slot: str, context: Context) -> Candidate | None:
        """The option picked by its place or by a word of its own."""
        options = self.call.slot(slot).options
        speak = msgspec.structs.replace(context, language=self.call.language)
        spoken = [SLOTS[slot].present(local(option) if slot == "time" else option, speak, False) for option in options]
        if slot == "address" and (meant := readings_meant(self.utterance, options, context)):
            index = meant[0] if len(meant) == 1 else None
        elif slot == "time":
            index = choose_time(
                self.utterance, self.extraction.extract(slot, self.utterance, context), [local(option) for option in options], spoken, self.language
            )
        else:
            index = choose(self.utterance, spoken, self.language)
        if index is None:
            return None
        whole = len(options[index]) >= len("2026-03-08T14:30") if slot == "time" else SLOTS[slot].validate(options[index], context) is None
        return Candidate(value=options[index], rule="choice", confidence=1.0, whole=whole, span=(0, len(self.utterance.text)))

    def _language(self) -> Sequence[UserAct]:
        """A change of language, asked for or simply done."""
        if (asked := self.acts.get(Act.LANGUAGE)) and asked.detail:
            return [DialogueAct(act=Act.LANGUAGE, detail=asked.detail, kind=DialogueActKind.ASKED_FOR)]
        beside = self.utterance.text
        for told in self.informs:  # a name or an e-mail address in Latin letters is no English
            beside = beside.replace(told.words, " ")
        spoken = "zh" if self.utterance.has_han else speaks(Utterance(beside), self.call.language)
        return [DialogueAct(act=Act.LANGUAGE, detail=spoken)] if spoken != self.call.language else []
