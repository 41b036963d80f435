"""What a caller wants of an appointment that he has: to hear of it, to have it moved or cancelled, or what it was booked with put right.

Read off three things: what names the appointment ("my booking", "I have an appointment", 我的预约), what is wanted of it, and what says that it is
not meant so: denied ("I don't want to cancel"), only imagined ("if I need to move it"), told of others ("they cancelled"), or somebody else's
("with the dentist"). All of them are lists of `appointment.toml`. Whoever has no appointment speaks of one that is to be made.
"""

import re
from itertools import chain

from agent.nlu import lexicon
from agent.nlu.effort import spend
from agent.nlu.lexicon import listed
from agent.nlu.utterance import Utterance
from agent.record.errand import Want

_READING = 20
"""Units of effort that it takes to read what stands at one place."""
_MOST = 80
"""Words behind which nobody says any more what he rings about."""
_WITHIN = 6
"""Words at most between what is wanted and what it is wanted of."""
_DOUBTED = 1
"""The same, where the appointment may be one that is to be made."""
_OWN = 2
"""Words between "my" and "appointment"."""
_BEFORE = 3
"""Words before a verb in which it is denied."""
_FARTHEST = 6
"""Words before it in which a denial of several words begins."""
_NEAR = 4
"""Words at most between a detail and what is wrong with it."""
_TIMED = 6
"""Words at most of a time that is said to suit."""
_WANTS: tuple[Want, ...] = ("cancel", "correct", "move", "hear")
_ENDS = re.compile(r"[.?!;,](?!\w)|[。？！；，]", re.ASCII)
"""What ends a reason."""
_STOPS = frozenset(".?!;。？！；")


def wanted(utterance: Utterance) -> Want | None:
    """What the caller wants of an appointment he has; None where he speaks of none."""
    text = Spoken(utterance)
    own = text.own()
    if text.is_not_meant():
        return None
    if own is None:
        return "move" if any(not text.denied_at(at) for at, _ in text.of("alone")[:1]) else None
    return next((want for want in _WANTS for at, end in text.all_of(want, own) if text.reaches(want, at, end, own)), None)


def may_name_one(utterance: Utterance) -> bool:
    """Whether a word is said that appointments are called by: what can be asked of every turn."""
    return not listed("zh" if utterance.has_han else "en", "appointment", "nouns").keys().isdisjoint(utterance.words)


def wanted_of_it(utterance: Utterance) -> Want | None:
    """The same where it is clear which appointment is spoken of: "move it to Friday", "cancel", 取消吧; "make it Friday"."""
    text = Spoken(utterance)
    if text.says("supposed"):
        return None
    if text.is_called_off():
        return "cancel"
    for want in _WANTS[:-1]:
        if any(not text.denied_at(at) for at, _ in text.of(want)):
            return want
    if text.says("plainly") or any(text.is_to_be(*one) for one in text.of("should_be")):
        return "correct"
    return "move" if text.says("another_time") or text.put_forward() else None


def joins_details(utterance: Utterance) -> bool:
    """Whether two details are named together: "my phone and my e-mail"."""
    text = Spoken(utterance)
    joints = [joint for _, end in text.of("details") if (joint := text.end_of("and_then", end))]
    return any(text.end_of("details", text.end_of("determiners", joint) or joint) for joint in joints)


def says(utterance: Utterance, kind: str) -> bool:
    """Whether a phrase of a list of `appointment.toml` is said: that a time is told from the one it has, that nothing is to be done with it."""
    return Spoken(utterance).says(kind)


def behind(utterance: Utterance, kind: str) -> str:
    """The words behind the first phrase of a list; "" for none."""
    found = Spoken(utterance).of(kind)
    return utterance.text[utterance.tokens[found[0][1] - 1].end :].strip() if found else ""


def moved_to(utterance: Utterance) -> str:
    """The words behind what says where it is to be moved: "from Tuesday to Thursday at three"; the time that is put forward; "" for neither."""
    text = Spoken(utterance)
    verbs = text.of("move")
    onto = [end for at, end in text.of("onto") if at >= verbs[0][0]] if verbs else []
    if onto:
        return utterance.text[utterance.tokens[onto[0] - 1].end :].strip()
    put = text.put_forward()
    return utterance.text[utterance.tokens[put[0]].start : utterance.tokens[put[1] - 1].end] if put else ""


def reason(utterance: Utterance) -> str:
    """Why, as the caller says it, to the end of that sentence or part of one; "" where no reason is given."""
    return _ENDS.split(behind(utterance, "because").lstrip(" ,，"))[0].strip()


class Spoken(lexicon.Spoken):
    """An utterance's words, with what is listed in its language."""

    def __init__(self, utterance: Utterance) -> None:
        super().__init__(utterance, "appointment")
        self.words = self.words[:_MOST]

    def of(self, kind: str) -> list[tuple[int, int]]:
        spend(_READING + len(self.words))
        asked = self.of("whether_right") if kind in ("correct", "faulty") else ()  # 对不对 holds no 不对
        return [one for one in super().of(kind) if not any(start <= one[0] < stop for start, stop in asked)]

    def all_of(self, want: Want, own: tuple[int, int, bool]) -> list[tuple[int, int]]:
        """Where it is said what is wanted of the appointment that is named there."""
        start, stop, _ = own
        if want == "cancel":
            return self.of(want) + [one for one in self.of("strikes") if one[1] == start or one[0] == stop]
        return self.of(want) + ([one for one in self.of("whether_it_is") if self._of_its_being(max(one[1], stop))] if want == "hear" else [])

    def _of_its_being(self, since: int) -> bool:
        """Whether what is said behind is of the appointment's being or its time, or nothing is."""
        at = next((at for at in range(since, len(self.words)) if self.words[at].isalnum()), len(self.words))
        return at == len(self.words) or self.words[at].isdigit() or bool(self.end_of("of_its_being", at))

    def is_not_meant(self) -> bool:
        """Whether none of the caller's is meant, or not now; "an hour later" is how far."""
        far = {place for at, end in self.of("from_it") for place in range(at, end)}
        return self.says("elsewhere") or self.says("supposed") or any(at not in far for at, _ in self.of("later"))

    def end_of(self, kind: str, at: int) -> int:
        spend(1)
        return super().end_of(kind, at)

    def is_called_off(self) -> bool:
        """Whether nobody is to come any more: "you needn't come after all", 不用来了, and nothing more of the same thing behind it."""
        return any(end >= len(self.words) or not self.words[end].isalnum() for _, end in self.of("called_off"))

    def is_faulty(self, at: int, end: int) -> bool:
        near = (self._is_between(stop, at) or self._is_between(end, start) for start, stop in self.of("details"))
        return not self.end_of("absent", at - 1) and any(near)

    def is_to_be(self, at: int, end: int) -> bool:
        """Whether it is said what a detail has to be, and not where the thing itself is to be, or what it is like: "on the door", "right"."""
        return self.is_faulty(at, end) and not self.is_bounded(end) and not self.end_of("placed", end)

    def _is_between(self, since: int, until: int) -> bool:
        return since <= until <= since + _NEAR and not self.is_stopped(since, until)

    def put_forward(self) -> tuple[int, int] | None:
        """Where another time is said that would suit: "could it be on Saturday", "make it 3", "five would be better", "not tomorrow, Wednesday".

        A time alone is none, nor one in parting or in thanks ("see you on Saturday"), nor one of two asked between: 三点还是四点到.
        """
        others = ((at, self._time(self.past(end, "leads")) or len(self.words)) for at, end in self.of("not_then"))
        left_out = {place for at, end in self.of("stands_in") for place in range(at, end + _TIMED)}
        left_out |= {at for at, end in self.of("either") if self._timed(at) >= 0 and not self.end_of("settles", self._time(self.past(end, "leads")))}
        put = ((at, self.past(end, "leads")) for at, end in chain(self.of("puts"), others))
        bounded = ((at, start, stop, stop) for at, start in put if (stop := self._time(start)) and self.is_bounded(stop) and not self.denied_at(at))
        suits = ((at, self._timed(at), at, end) for kind in ("suits", "asks") for at, end in self.of(kind) if not self.end_of("not_then", at))
        said = (one for one in chain(bounded, suits) if one[0] not in left_out and one[1] >= 0)
        return next(((start, stop) for _, start, stop, behind in said if not self.counts(start, stop, behind)), None)

    def counts(self, start: int, stop: int, behind: int) -> bool:
        """Whether a bare figure counts what stands behind, or a day is one on which that may be done: 周六行不行停车."""
        asked = self.end_of("asks", stop) == behind
        while than := self.end_of("than", behind):
            behind = self._time(self.past(than, "leads")) or self.end_of("when", than) or than
        if behind >= len(self.words) or not self.words[behind].isalnum() or self.end_of("closes", behind):
            return False
        timely = start and self.end_of("timely", start - 1) == start and self.is_bounded(behind)
        return asked or (not timely and all(word in self.listed("figure") for word in self.words[start:stop]))

    def _timed(self, at: int) -> int:
        """Where the time begins that ends at word `at`; -1 for none."""
        return next((start for start in range(max(0, at - _TIMED), at) if self._time(start) == at), -1)

    def _time(self, at: int) -> int:
        """The end of the time that is said from word `at` on: "Friday at half past ten"; 0 for none, as for what may count anything: "one"."""
        stop = self.end_of("when", at) and self.past(at, "when", "goes_on")
        return 0 if self.end_of("no_time", at) == stop else stop

    def is_bounded(self, at: int) -> bool:
        """Whether nothing more of the same thing follows: "that", but not "that noise"."""
        return at >= len(self.words) or not self.words[at].isalnum() or bool(self.end_of("trails", at))

    def is_stopped(self, since: int, until: int) -> bool:
        """Whether a part of the sentence ends between two words."""
        between = set(self.words[since:until])
        return "," in between or "，" in between or bool(_STOPS & between)

    def own(self) -> tuple[int, int, bool] | None:
        """Where an appointment of the caller's is named, and whether beyond doubt: "the appointment" may be one that is to be made."""
        if whole := self.of("have"):
            return (*whole[0], True)
        nouns = [(at, end) for at, end in self.of("nouns") if not self.end_of("no_noun", end)]
        for kind, certain in (("mine", True), ("having", True), ("the", False)):
            for at, end in self.of(kind):
                noun = next((noun for noun in nouns if end <= noun[0] and sum(map(str.isalnum, self.words[end : noun[0]])) <= _OWN), None)
                if noun is not None and not any(word in self.listed("apart") for word in self.words[end : noun[0]]):
                    return at, noun[1], certain
        bare = [noun for noun in nouns if self.language == "zh" and noun[1] - noun[0] > 1 and not self._is_to_be_made(*noun)]
        return (*bare[0], False) if bare else None  # 取消预约 needs no "my"

    def _is_to_be_made(self, at: int, end: int) -> bool:
        """Whether right before the name stands what makes a verb of it, and behind it what is to be done: 想预约修空调, but not 要预约改到周五."""
        wants = (self.end_of(want, end) for want in ("cancel", "move"))
        told = any(stop - end > 1 for stop in wants)
        return not told and any(self.end_of("to_book", place) == at for place in range(max(0, at - _BEFORE), at))

    def reaches(self, want: Want, at: int, end: int, own: tuple[int, int, bool]) -> bool:
        """Whether what is wanted is wanted of the appointment."""
        start, stop, certain = own
        if self.denied_at(at) or self._told(at, min(at, start)) or (not certain and want not in ("cancel", "move")):
            return False
        if start <= at and end <= stop:  # a verb within its name: 约的时间
            return False
        between = self.words[end:start] if end <= start else self.words[stop:at]
        stopped = bool(_STOPS & set(between))
        if not certain:
            return not self._of_things(at, end, at >= stop) and sum(word.isalnum() for word in between) <= _DOUBTED and not stopped
        return len(between) <= _WITHIN and not stopped if end <= start else want != "hear" or not stopped

    def _of_things(self, at: int, end: int, behind: bool) -> bool:
        """Whether it may be done to what is to be repaired (预约换灯: such a verb takes an object), or before there is an appointment (提前预约)."""
        goes_on = any(word.isalnum() for word in self.words[end : end + 1])
        takes = self.end_of("takes_object" if behind else "beforehand", at) == end
        return takes and goes_on

    def denied_at(self, at: int) -> bool:
        """Whether what begins at word `at` is denied."""
        asked = {place for start, end in self.of("whether") for place in range(start, end)}
        near = [place for place in range(max(0, at - _FARTHEST), at) if place not in asked]
        ends = [end for place in near if (end := self.end_of("denied", place)) and at - _BEFORE < end <= at]
        return any(not self.is_stopped(end, at) for end in ends)

    def _told(self, at: int, since: int) -> bool:
        """Whether it is told of what others did: "they cancelled my last booking". `since`: where the appointment, or the verb, is named."""
        past = self.end_of("told_verbs", at)
        return bool(past) and any(self.end_of("told", place) for place in range(max(0, since - _BEFORE), since))
