"""What a caller wants of an appointment that he has: to hear of it, to have it moved or cancelled, or what it was booked with put right.

Read off three things: what names the appointment ("my booking", "I have an appointment", 我的预约), what is wanted of it, and what says that it is
not meant so: denied ("I don't want to cancel"), only imagined ("if I need to move it"), told of others ("they cancelled"), or somebody else's
("with the dentist"). All of them are lists of `appointment.toml`. Whoever has no appointment speaks of one that is to be made.
"""

import re
from collections.abc import Sequence
from functools import cache

from agent.languages import words
from agent.nlu.acts.words import written_out
from agent.nlu.effort import spend
from agent.nlu.lexicon import Listed, by_first, end_of
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
_WANTS: tuple[Want, ...] = ("cancel", "correct", "move", "hear")
_ENDS = re.compile(r"[.?!;,](?!\w)|[。？！；，]", re.ASCII)
"""What ends a reason."""
_STOPS = frozenset(".?!;。？！；")


def wanted(utterance: Utterance) -> Want | None:
    """What the caller wants of an appointment he has; None where he speaks of none."""
    text = Spoken(utterance)
    own = text.own()
    alone = text.of("alone") if own is None else []
    if (own is None and not alone) or text.is_not_meant():
        return None
    if own is None:
        return None if text.denied_at(alone[0][0]) else "move"
    wants = [want for want in _WANTS for at, end in text.all_of(want, own[1]) if text.reaches(want, at, end, own)]
    return wants[0] if wants else None


def may_name_one(utterance: Utterance) -> bool:
    """Whether a word is said that appointments are called by: what can be asked of every turn."""
    return not _listed("zh" if utterance.has_han else "en", "nouns").keys().isdisjoint(utterance.words)


def stops_it(utterance: Utterance, start: int, end: int) -> bool:
    """Whether what is to stop, by the words from `start` to `end` of the text, is an appointment of the caller's: "scratch my appointment"."""
    text = Spoken(utterance)
    own = text.own()
    if own is None or not own[2] or text.is_not_meant():
        return False
    said = [place for place, token in enumerate(utterance.tokens[: len(text.words)]) if start <= token.start < end]
    return bool(said) and text.reaches("cancel", said[0], said[-1] + 1, own)


def wanted_of_it(utterance: Utterance) -> Want | None:
    """The same where it is clear which appointment is spoken of: "move it to Friday", "cancel", 取消吧."""
    text = Spoken(utterance)
    if text.says("supposed"):
        return None
    return next((want for want in ("cancel", "correct", "move") for at, _ in text.of(want) if not text.denied_at(at)), None)


def counts_from_it(utterance: Utterance) -> bool:
    """Whether a time is told as later or earlier than that of the appointment, or as its own: "an hour later", "the next day, same time"."""
    return Spoken(utterance).says("from_it")


def moves_within(utterance: Utterance) -> bool:
    """Whether it is told as a day of the week that the appointment is in: "from Wednesday to Friday"."""
    return Spoken(utterance).says("from_day")


def keeps(utterance: Utterance) -> bool:
    """Whether nothing is to be done with it."""
    return Spoken(utterance).says("keep")


def has_none(utterance: Utterance) -> bool:
    """Whether the caller has no reference at hand."""
    return Spoken(utterance).says("none")


def points(utterance: Utterance) -> bool:
    """Whether something is pointed at that was spoken of before: "cancel that"."""
    return Spoken(utterance).says("it")


def behind(utterance: Utterance, kind: str) -> str:
    """The words behind the first phrase of a list; "" for none."""
    found = Spoken(utterance).of(kind)
    return utterance.text[utterance.tokens[found[0][1] - 1].end :].strip() if found else ""


def moved_to(utterance: Utterance) -> str:
    """The words behind what says where it is to be moved: "from Tuesday to Thursday at three"; "" for none."""
    text = Spoken(utterance)
    verbs = text.of("move")
    onto = [end for at, end in text.of("onto") if at >= verbs[0][0]] if verbs else []
    return utterance.text[utterance.tokens[onto[0] - 1].end :].strip() if onto else ""


def reason(utterance: Utterance) -> str:
    """Why, as the caller says it, to the end of that sentence or part of one; "" where no reason is given."""
    return _ENDS.split(behind(utterance, "because").lstrip(" ,，"))[0].strip()


def wants_another(utterance: Utterance) -> bool:
    """Whether the caller has none, or wants one more."""
    return Spoken(utterance).says("another")


class Spoken:
    """An utterance's words, with what is listed in its language."""

    def __init__(self, utterance: Utterance) -> None:
        self.language = "zh" if utterance.has_han else "en"
        self.words = utterance.words[:_MOST]

    def of(self, kind: str) -> list[tuple[int, int]]:
        """Where the phrases of a list stand."""
        spend(_READING + len(self.words))
        listed = _listed(self.language, kind)
        return [(at, end) for at, word in enumerate(self.words) if word in listed and (end := end_of(self.words, at, listed))]

    def all_of(self, want: Want, stop: int) -> list[tuple[int, int]]:
        """Where it is said what is wanted of the appointment whose name ends at word `stop`."""
        return self.of(want) + ([one for one in self.of("whether_it_is") if self._of_its_being(max(one[1], stop))] if want == "hear" else [])

    def _of_its_being(self, since: int) -> bool:
        """Whether what is said behind is of the appointment's being or its time, or nothing is."""
        at = next((at for at in range(since, len(self.words)) if self.words[at].isalnum()), len(self.words))
        return at == len(self.words) or self.words[at].isdigit() or bool(end_of(self.words, at, _listed(self.language, "of_its_being")))

    def is_not_meant(self) -> bool:
        """Whether none of the caller's is meant, or not now; "an hour later" is how far."""
        far = {place for at, end in self.of("from_it") for place in range(at, end)}
        return self.says("elsewhere") or self.says("supposed") or any(at not in far for at, _ in self.of("later"))

    def says(self, kind: str) -> bool:
        return bool(self.of(kind))

    def end_of(self, kind: str, at: int) -> int:
        """The end of the phrase of a list that stands at word `at`; 0 for none."""
        spend(1)
        return end_of(self.words, at, _listed(self.language, kind))

    def is_stopped(self, since: int, until: int) -> bool:
        """Whether a part of the sentence ends between two words."""
        between = set(self.words[since:until])
        return "," in between or "，" in between or bool(_STOPS & between)

    def own(self) -> tuple[int, int, bool] | None:
        """Where an appointment of the caller's is named, and whether beyond doubt: "the appointment" may be one that is to be made."""
        if whole := self.of("have"):
            return (*whole[0], True)
        nouns = [(at, end) for at, end in self.of("nouns") if not end_of(self.words, end, _listed(self.language, "no_noun"))]
        for kind, certain in (("mine", True), ("having", True), ("the", False)):
            apart = _listed(self.language, "apart")
            for at, end in self.of(kind):
                noun = next((noun for noun in nouns if end <= noun[0] and sum(map(str.isalnum, self.words[end : noun[0]])) <= _OWN), None)
                if noun is not None and not any(word in apart for word in self.words[end : noun[0]]):
                    return at, noun[1], certain
        bare = [noun for noun in nouns if self.language == "zh" and noun[1] - noun[0] > 1 and not self._is_to_be_made(*noun)]
        return (*bare[0], False) if bare else None  # 取消预约 needs no "my"

    def _is_to_be_made(self, at: int, end: int) -> bool:
        """Whether right before the name stands what makes a verb of it, and behind it what is to be done: 想预约修空调, but not 要预约改到周五."""
        wants = (end_of(self.words, end, _listed(self.language, want)) for want in ("cancel", "move"))
        told = any(stop - end > 1 for stop in wants)
        return not told and any(end_of(self.words, place, _listed(self.language, "to_book")) == at for place in range(max(0, at - _BEFORE), at))

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
        takes = end_of(self.words, at, _listed(self.language, "takes_object" if behind else "beforehand")) == end
        return takes and goes_on

    def denied_at(self, at: int) -> bool:
        """Whether what begins at word `at` is denied."""
        asked = {place for start, end in self.of("whether") for place in range(start, end)}
        near = [place for place in range(max(0, at - _FARTHEST), at) if place not in asked]
        ends = [end for place in near if (end := end_of(self.words, place, _listed(self.language, "denied"))) and at - _BEFORE < end <= at]
        return any(not self.is_stopped(end, at) for end in ends)

    def _told(self, at: int, since: int) -> bool:
        """Whether it is told of what others did: "they cancelled my last booking". `since`: where the appointment, or the verb, is named."""
        past = end_of(self.words, at, _listed(self.language, "told_verbs"))
        others = _listed(self.language, "told")
        return bool(past) and any(end_of(self.words, place, others) for place in range(max(0, since - _BEFORE), since))


@cache
def _listed(language: str, kind: str) -> Listed:
    return by_first(_written(words(language, "appointment")[kind], language))


def _written(phrases: Sequence[str], language: str) -> list[str]:
    return [plain for phrase in phrases for plain in written_out(phrase)]
