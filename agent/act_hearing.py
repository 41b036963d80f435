"""The caller's dialogue acts: what an utterance does, beside giving a value.

Three readings of one pass over the units of `agent.act_words`:

answers     yes and no, and judgements. A judgement is a clause of words that speak of nothing but this conversation ("I don't think you got that
            right"); its sign is the product of its words' signs, so negation has the clause as its scope.
frames      clauses of `agent.act_grammar`.
manners     thanks, goodbye, hello: acts only where they are what the caller wanted to say.

What else was said is content. An act that content could contradict is heard only where there is none.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from operator import or_

import msgspec

from agent.act_answers import Answer, Prompt, fold, judge, prompt_kind
from agent.act_grammar import SLOT_MARKS, Frame, frames
from agent.act_words import Segment, Unit, bits, segments, table
from agent.acts import Act, HeardAct
from agent.hearing import Context
from agent.text import Said

_MAX_WINDOW = 30
_MAX_ENDS = 5
_SHORT_CLAUSE = 4
"""Units up to which a clause may be a short yes ("it is")."""
_CHATTER = 2
"""Content words from which an utterance is more than manners: "hello, it's Ella" greets, "hi, I need a plumber" asks."""

_RANK = {
    Act.HANDOFF: 0, Act.EMERGENCY: 0, Act.LANGUAGE: 1, Act.START_OVER: 1, Act.CANCEL: 1, Act.GO_BACK: 1, Act.REFUSE: 2, Act.WHY: 2, Act.ASK_HELD: 2,
    Act.REPEAT: 2, Act.SAME_NUMBER: 2, Act.HELP: 2, Act.ASK_HOURS: 2, Act.ASK_PRICE: 2, Act.ASK_SERVICES: 2, Act.DENY: 3, Act.AFFIRM: 3,
    Act.DONT_CARE: 3, Act.DONT_KNOW: 3, Act.CORRECTION: 4, Act.HOLD_ON: 5, Act.THANKS: 6, Act.GOODBYE: 6, Act.GREET: 8, Act.BACKCHANNEL: 9,
}  # fmt: skip
"""The main act first: what stops or turns the call, then questions, then answers, then manners."""
_AFTER_MANNERS = 7
"""Where "great, thanks" puts its "great": it answers nothing."""


class _Found(msgspec.Struct, frozen=True):
    act: Act
    rule: str
    first: int
    last: int
    detail: str = ""


class _Reading(msgspec.Struct):
    """What one pass has come upon."""

    found: list[_Found]
    answers: list[Answer]
    content: int = 0
    """Units that no act speaks of."""
    but: int = -1
    """The token of the first "but", or -1."""
    turned: int = -1
    """The token of the first "actually" or "instead", or -1."""
    remade: int = -1
    """The token of the first "make it", or -1."""
    asks: bool = False
    """It begins as requests do: "I need it for two", "could you make it four"."""
    slot: str = ""
    """The first of our slots that the caller named."""


@cache
def _mask(*names: str) -> int:
    return bits(*names)


def hear_acts(said: Said, context: Context) -> Sequence[HeardAct]:
    """Every act the utterance does, the main one first; empty when it only gives a value, asks for a service, or says nothing.

    "Yes, but the street is wrong" is an affirmation and a correction: who acts on it must look for a correction before storing anything.
    `context.prompt`, our last sentence, decides what a bare "okay" is worth: an answer to a yes-no question, else a back-channel.
    """
    if not said:
        return ()
    prompt = prompt_kind(context.prompt)
    reading = _Reading([], [])
    spoken = segments(said)
    for segment in spoken:
        _read(segment, reading, said, len(spoken) == 1)
    _answer(reading, prompt, said)
    _correct(reading, prompt)
    return _in_order(reading, prompt, said)


def said_phrase(said: Said, phrases: Sequence[str]) -> bool:
    """Whether any of the phrases was said as words ("gas leak", not "gas leakage") and not denied ("there's no gas leak", "没有漏气")."""
    spoken = said.words
    for phrase in phrases:
        wanted = Said(phrase).words
        size = len(wanted)
        for at in range(len(spoken) - size + 1 if size else 0):
            if spoken[at] == wanted[0] and _same_words(spoken[at : at + size], wanted) and not _denied(said, at):
                return True
    return False


def _same_words(spoken: Sequence[str], wanted: Sequence[str]) -> bool:
    return spoken[:-1] == wanted[:-1] and (spoken[-1] == wanted[-1] or (wanted[-1].isascii() and spoken[-1] in (wanted[-1] + "s", wanted[-1] + "es")))


def _denied(said: Said, at: int) -> bool:
    """Whether a negator stands shortly before token `at` in its clause; a "no" counts only right before it, since elsewhere it is an answer."""
    for segment in segments(said):
        before = [unit for unit in segment.units if unit.last <= at]
        if any(unit.first <= at < unit.last for unit in segment.units):
            near = before[-4:]
            return any(unit.marks & _mask("not") or unit.words[0] == "not" for unit in near) or bool(near and near[-1].marks & _mask("no"))
    return False


def _read(segment: Segment, reading: _Reading, said: Said, only: bool) -> None:
    """Read one segment from left to right: at each place the longest thing that can begin there."""
    units, at = segment.units, 0
    vocative = False
    reading.asks = reading.asks or bool(units[0].marks & _mask("i", "able", "remake"))
    for unit in units:
        reading.content += unit.marks == 0
        if reading.but < 0 and unit.marks & _mask("but"):
            reading.but = unit.first
        if reading.turned < 0 and unit.marks & _mask("actually", "instead"):
            reading.turned = unit.first
        if reading.remade < 0 and unit.marks & _mask("remake"):
            reading.remade = unit.first
        if not reading.slot:
            reading.slot = _slot(unit)
    while at < len(units):
        if step := _manners(units, at, reading):
            at += step
        elif answer := _particle(units, at):
            reading.answers.append(answer)
            at += 1
        elif fit := _fits(units, at, only and not reading.content and not reading.found and _only_filler(units[:at])):
            frame, end = fit
            if frame.act is not None:
                reading.found.append(_Found(frame.act, frame.rule, units[at].first, units[end - 1].last, _detail(frame.act, units, at, end, said)))
            at = end
        elif units[at].marks & _mask("filler"):
            at += 1
        elif units[at].marks & _mask("hold_on"):
            reading.found.append(_Found(Act.HOLD_ON, "hold_on", units[at].first, units[at].last))
            at += 1
        elif not vocative and (judged := _judged(units, at, segment.asked)):
            answer, end = judged
            if answer.kind == "praise":
                reading.found.append(_Found(Act.THANKS, "praise", answer.first, answer.last))
            else:
                reading.answers.append(answer)
            at = end
        elif at == 0 and units[0].marks & _mask("wrong"):  # "wrong you silly billy, I want ..."
            reading.answers.append(Answer(-1, "truth", units[0].first, units[0].last))
            at = 1
        elif at == 0 and units[0].marks == 0:
            vocative = True
            at = 1
        else:
            at = _next_start(units, at)


def _manners(units: Sequence[Unit], at: int, reading: _Reading) -> int:
    """How many units of thanks, goodbye or greeting stand here."""
    unit = units[at]
    if unit.marks & _mask("thanks"):
        end = at + 1
        while end < len(units) and not units[end].marks & _mask("opens", "bye", "all_done", "thanks", "yes", "no"):
            if units[end].marks & _mask("for"):  # what the thanks are for is no act and no content
                stop = next(
                    (place for place in range(end + 2, len(units)) if units[place].marks & _mask("opens", "bye", "all_done", "thanks", "yes", "no")),
                    len(units),
                )
                reading.content -= sum(later.marks == 0 for later in units[end:stop])
                end = stop
                break
            if units[end].marks == 0:
                break
            end += 1
        reading.found.append(_Found(Act.THANKS, "thanks", unit.first, unit.last))
        return end - at
    for mark, act in (("all_done", Act.GOODBYE), ("bye", Act.GOODBYE)):
        if unit.marks & _mask(mark):
            reading.found.append(_Found(act, mark, unit.first, unit.last))
            return 1
    if unit.marks & _mask("greet") and not (unit.marks & _mask("quality") and len(units) > 1):
        reading.found.append(_Found(Act.GREET, "greet", unit.first, unit.last))
        return 1
    return 0


def _particle(units: Sequence[Unit], at: int) -> Answer | None:
    """A yes, a no or an okay that stands for itself at the beginning of a clause."""
    unit = units[at]
    if not unit.marks & _mask("yes", "no", "ok"):
        return None
    following = units[at + 1] if at + 1 < len(units) else None
    ends_here = following is None or following.marks & _mask("opens", "clause", "yes", "no", "ok", "thanks", "bye", "all_done", "filler", "hold_on")
    if unit.marks & _mask("not", "bare") and not ends_here:
        return None
    if unit.marks & _mask("no") and following is not None and following.words[0].isdigit() and unit.words == ("no",):
        return None  # "no 4" is a number
    if unit.marks & _mask("yes", "no") and not (unit.marks & _mask("ok") and unit.marks & _mask("bare") and following is not None):
        return Answer(1 if unit.marks & _mask("yes") else -1, "word", unit.first, unit.last)
    return Answer(1, "ok", unit.first, unit.last)


def _ends(units: Sequence[Unit], at: int, boundary: int) -> list[tuple[int, bool]]:
    """Where a clause that begins here may end, longest first, and whether it is closed there (no content follows in it)."""
    limit = at
    while (
        limit < len(units)
        and limit - at < _MAX_WINDOW
        and units[limit].marks
        and not (limit > at and units[limit].marks & _mask("thanks", "bye", "all_done"))
    ):
        limit += 1
    if limit == at:
        return []
    closed = limit == len(units) or bool(units[limit].marks)
    inner = [(place, True) for place in range(limit - 1, at, -1) if units[place].marks & boundary]
    return [(limit, closed), *inner[:_MAX_ENDS]]


def _fits(units: Sequence[Unit], at: int, alone: bool) -> tuple[Frame, int] | None:
    """The frame that the longest clause beginning here fits, and where that clause ends."""
    ends = _ends(units, at, _mask("opens"))
    if not ends:
        return None
    marks = tuple(accumulate((unit.marks for unit in units[at : ends[0][0]]), or_))
    likely = [frame for frame in frames() if all(marks[-1] & need for need in frame.needs)]  # a shorter clause holds no more than this one
    for end, closed in ends if likely else ():
        every = marks[end - at - 1]
        for frame in likely:
            if (frame.alone and not (alone and end == len(units))) or (frame.single and end - at > 1):
                continue
            if every & frame.lacks or not all(every & need for need in frame.needs):
                continue
            if (closed or frame.open) and _apart(units[at:end], frame.needs):
                return frame, end
    return None


def _apart(units: Sequence[Unit], needs: Sequence[int]) -> bool:
    """Whether each need can be met by a unit of its own."""
    if len(needs) == 1:
        return True
    if len(needs) == 2:
        first, second = needs
        both = [(unit.marks & first != 0, unit.marks & second != 0) for unit in units]
        return any(a and b2 for i, (a, _) in enumerate(both) for j, (_, b2) in enumerate(both) if i != j)
    return sum(any(unit.marks & need for need in needs) for unit in units) >= len(needs)


def _judged(units: Sequence[Unit], at: int, asked: bool) -> tuple[Answer, int] | None:
    """The judgement that begins here, and where it ends."""
    ends = _ends(units, at, _mask("opens", "clause"))
    if not ends or not (
        len(units) - at <= _SHORT_CLAUSE
        or any(unit.marks & _mask("truth", "quality", "wrong", "yes", "no", "not", "assent") for unit in units[at : ends[0][0]])
    ):
        return None
    for end, closed in ends:
        if closed and (answer := judge(units[at:end], asked=asked, whole=at == 0 and end == len(units))):
            return answer, end
    return None


def _only_filler(units: Sequence[Unit]) -> bool:
    return all(unit.marks & _mask("filler", "yes", "no", "ok") for unit in units)


def _next_start(units: Sequence[Unit], at: int) -> int:
    """Where the next clause may begin."""
    at += 1
    while at < len(units):
        marks = units[at].marks
        if marks & _mask("opens", "wh", "thanks", "but") or (
            (units[at - 1].marks == 0 or len(units[at].words) > 1) and marks & _mask("bye", "hold_on", "all_done", "transfer", "greet")
        ):
            break
        at += 1
    return at


def _slot(unit: Unit) -> str:
    return next((mark.removeprefix("slot_") for mark in SLOT_MARKS if unit.marks & _mask(mark)), "")


def _detail(act: Act, units: Sequence[Unit], at: int, end: int, said: Said) -> str:
    if act is Act.LANGUAGE:
        spoken = {" ".join(unit.words) for unit in units[at:end]} | {"".join(unit.words) for unit in units[at:end]}
        return next((code for code, names in table("languages").items() if spoken & set(names)), "")
    if act is Act.ASK_HOURS:
        return said.between(units[at].first, units[-1].last)
    if act is Act.CORRECTION:
        return next((slot for unit in units[at:end] if (slot := _slot(unit))), "")
    return ""


def _answer(reading: _Reading, prompt: Prompt, said: Said) -> None:
    """Turn the answers into one act, or none."""
    answer = fold(reading.answers, reading.but)
    if answer is None:
        return
    weak = answer.kind in ("ok", "quality")
    act = Act.AFFIRM if answer.sign > 0 else Act.DENY
    if answer.kind == "not" and reading.content:
        return
    if answer.kind == "praise":
        reading.found.append(_Found(Act.THANKS, "praise", answer.first, answer.last))
        return
    if weak and prompt not in (Prompt.YES_NO, Prompt.CONFIRM):
        if reading.content >= _CHATTER:  # "okay, my number is ...": a way to begin
            return
        if prompt is not Prompt.UNKNOWN:
            if answer.sign < 0:  # "it doesn't work" tells of a tap, when nobody asked whether it does
                return
            act = Act.BACKCHANNEL if answer.kind == "ok" else act
    reading.found.append(_Found(act, answer.kind, answer.first, answer.last))
    if any(answer.sign > 0 and later.sign < 0 and answer.first < reading.but <= later.first for later in reading.answers):
        reading.found.append(_Found(Act.DENY, "but", reading.but, reading.but + 1))  # "yes, but the postcode is wrong"
    if answer.sign < 0 and answer.kind in ("truth", "not") and reading.slot:
        reading.found.append(_Found(Act.CORRECTION, "wrong_slot", answer.first, answer.last, reading.slot))


def _correct(reading: _Reading, prompt: Prompt) -> None:
    """Hear a correction in "actually ...", "... instead", "yes, but ...", and a "no" that content follows."""
    acts = {found.act for found in reading.found}
    if Act.CORRECTION in acts or acts & {Act.HANDOFF, Act.CANCEL, Act.START_OVER, Act.GO_BACK, Act.REPEAT}:
        return
    answered = acts & {Act.AFFIRM, Act.DENY}
    if reading.but >= 0 and answered and (reading.content or len(reading.answers) > 1):
        reading.found.append(_Found(Act.CORRECTION, "but", reading.but, reading.but + 1, reading.slot))
    elif reading.content and reading.turned >= 0 and Act.AFFIRM not in acts:
        reading.found.append(_Found(Act.CORRECTION, "turned", reading.turned, reading.turned + 1, reading.slot))
    elif reading.content and reading.remade >= 0 and Act.AFFIRM not in acts and prompt is not Prompt.VALUE:
        reading.found.append(_Found(Act.CORRECTION, "remade", reading.remade, reading.remade + 1, reading.slot))
    elif reading.content >= _CHATTER and prompt is Prompt.CONFIRM and not acts and reading.asks:
        reading.found.append(_Found(Act.CORRECTION, "instead_of_yes", 0, 1, reading.slot))
    elif reading.content and Act.DENY in acts and prompt in (Prompt.CONFIRM, Prompt.YES_NO, Prompt.UNKNOWN):
        reading.found.append(_Found(Act.CORRECTION, "no_and_value", reading.answers[0].first, reading.answers[0].last, reading.slot))


def _in_order(reading: _Reading, prompt: Prompt, said: Said) -> Sequence[HeardAct]:
    found = reading.found
    if prompt is Prompt.ELSE and any(act.rule == "all_done" for act in found) and not any(act.act is Act.DENY for act in found):
        done = next(act for act in found if act.rule == "all_done")
        found.append(_Found(Act.DENY, "all_done", done.first, done.last))
    if prompt in (Prompt.YES_NO, Prompt.CONFIRM):
        found = [
            _Found(Act.AFFIRM, "that_is_it", a.first, a.last) if a.rule == "all_done" and said.between(a.first, a.last).lower() in _THAT_IS_IT else a
            for a in found
        ]
    if reading.content:  # "I need help with my drain" asks for a service
        found = [act for act in found if act.rule != "help"]
    if reading.content >= _CHATTER:
        found = [act for act in found if act.act not in (Act.THANKS, Act.GREET)]
    settled = {act.act for act in found}
    if Act.HOLD_ON in settled and settled & {Act.AFFIRM, Act.DENY, Act.CORRECTION}:
        found = [act for act in found if act.act is not Act.HOLD_ON or act.last - act.first > 1]
    thanked = bool(settled & {Act.THANKS, Act.GOODBYE})

    def rank(act: _Found) -> tuple[int, int]:
        polite = (
            act.act is Act.AFFIRM
            and thanked
            and prompt not in (Prompt.YES_NO, Prompt.CONFIRM)
            and (act.rule in ("ok", "quality") or prompt is not Prompt.UNKNOWN)
        )
        return (_AFTER_MANNERS if polite else _RANK[act.act], act.first)

    if refused := next((act for act in found if act.rule in ("rather_not", "not_give")), None):
        found = [*found, _Found(Act.DENY, refused.rule, refused.first, refused.last)]
    acts: dict[Act, HeardAct] = {}
    for one in sorted(found, key=rank):
        span = (said.tokens[one.first].start, said.tokens[one.last - 1].end)
        acts.setdefault(one.act, HeardAct(act=one.act, rule=one.rule, span=span, detail=one.detail))
    return tuple(acts.values())


_THAT_IS_IT = ("that's it", "thats it", "that is it")
