"""One pass over an utterance: which frames its clauses fit, what they answer, and what in it is content."""

from collections.abc import Sequence

import msgspec

from agent.languages import known
from agent.nlu.acts import ActKind
from agent.nlu.acts.answers import Answer, begins_question, judge
from agent.nlu.acts.fitting import Alone, ends, fits, mask, only_filler
from agent.nlu.acts.grammar import SLOT_MARKS
from agent.nlu.acts.questions import find
from agent.nlu.acts.words import Segment, Unit, table
from agent.nlu.utterance import Utterance
from agent.record.acts import Act

_TAILED = 3
_PREFIXES = (("不",), ("没",), ("非",), ("无",))
"""Negators that may be the first half of a word: 不锈钢."""
_ASKING = frozenset(("吗", "么"))
"""The Mandarin particles that make a question of any sentence they end."""
_MAX_STARTS = 80
"""Clauses after which nobody listens for acts any more: what steers a call is said in a sentence or two."""
_WISH = 2
"""What a wish for something else counts as content, though no word of it is: "could we do it a bit later"."""
_SHORT_CLAUSE = 4
"""Units up to which a clause may be a short yes ("it is")."""


class Found(msgspec.Struct, frozen=True):
    act: Act
    rule: str
    first: int
    last: int
    detail: str = ""
    kind: ActKind = ActKind.PLAIN


class Reading(msgspec.Struct):
    """What one pass has come upon."""

    found: list[Found]
    answers: list[Answer]
    content: int = 0
    """Units that no act speaks of."""
    beside: int = 0
    """As `content`, without those of the caller's own questions."""
    but: int = -1
    """The token of the first "but", or -1."""
    turned: int = -1
    """The token of the first "actually" or "instead", or -1."""
    remade: int = -1
    """The token of the first "make it", or -1."""
    swapped: int = -1
    """The token of the "not" in "not Monday, Tuesday", or -1."""
    idle: int = 0
    """Units of clauses that ask for something, and do nothing known: "give me the last one"."""
    starts: int = 0
    """Clauses tried so far."""
    asks: bool = False
    """It begins as requests do: "I need it for two", "could you make it four"."""
    slot: str = ""
    """The first of our slots that the caller named."""


def read(segment: Segment, reading: Reading, utterance: Utterance, only: bool, last: bool) -> None:
    """Read one segment from left to right: at each place the longest thing that can begin there. `only`, `last`: of the utterance's segments."""
    units, at = _with_tail(segment.units), 0
    vocative = False
    reading.asks = reading.asks or _requests(units)
    for place, unit in enumerate(units):
        reading.content += unit.marks == 0
        if reading.but < 0 and unit.marks & mask("but"):
            reading.but = unit.first
        if reading.turned < 0 and (unit.marks & mask("instead") or (unit.marks & mask("actually") and only_filler(units[:place]))):
            reading.turned = unit.first
        if reading.remade < 0 and unit.marks & mask("remake"):
            reading.remade = unit.first
        if not reading.slot and not _is_number_of(units, place):
            reading.slot = slot_of(unit)
    if reading.swapped < 0 and (swap := _swap(units)):
        reading.swapped = swap.first
    heard, before = len(reading.found) + len(reading.answers), reading.content - sum(unit.marks == 0 for unit in units)
    so_far = len(reading.found)
    while at < len(units) and reading.starts < _MAX_STARTS:
        reading.starts += 1
        if step := _manners(units, at, reading):
            at += step
        elif units[at].marks & mask("third"):  # what others did is a story
            at = _next_start(units, at)
        elif not vocative and (answer := _particle(units, at, asked=segment.asked)):
            reading.answers.append(answer)
            at += 1
        elif units[at].marks & mask("hold_on"):
            reading.found.append(Found(Act.HOLD_ON, "hold_on", units[at].first, units[at].last))
            at += 1
        elif fit := fits(units, at, _alone(units[:at], reading, only, last)):
            frame, end = fit
            if frame.act is Act.LANGUAGE and _wants_speaker(units[at:end], _detail(Act.LANGUAGE, units, at, end, utterance)):
                reading.found.append(Found(Act.HANDOFF, "person_speaking", units[at].first, units[end - 1].last))
            if frame.act is not None:
                reading.found.append(
                    Found(frame.act, frame.rule, units[at].first, units[end - 1].last, _detail(frame.act, units, at, end, utterance), frame.kind)
                )
            at = end
        elif units[at].marks & mask("filler"):
            at += 1
        elif not vocative and (judged := _judged(units, at, asked=segment.asked, only=only)):
            answer, end = judged
            if answer.kind is ActKind.PRAISE:
                reading.found.append(Found(Act.THANKS, "praise", answer.first, answer.last))
            else:
                reading.answers.append(answer)
            at = end
        elif at == 0 and units[0].marks & mask("wrong"):  # "wrong you silly billy, I want ..."
            reading.answers.append(Answer(-1, ActKind.TRUTH, units[0].first, units[0].last))
            at = 1
        elif at == 0 and units[0].marks == 0 and units[0].words[0].isalpha():
            vocative = True
            at = 1
        else:
            start, at = at, _next_start(units, at)
            reading.idle += at - start if any(unit.marks & mask("pick", "give") for unit in units[start:at]) else 0
    asked = _ask(units, reading, so_far, utterance)
    reading.beside += 0 if asked else reading.content - before
    if heard == len(reading.found) + len(reading.answers) and any(unit.marks & mask("wh", "tail") for unit in units):
        reading.content += len(units)  # a question of the caller's own


def _alone(before: Sequence[Unit], reading: Reading, only: bool, last: bool) -> Alone:
    if reading.content or not only_filler(before):
        return Alone.NO
    if all(found.act is Act.HOLD_ON for found in reading.found) and (only or (last and reading.found)):
        return Alone.YES
    return Alone.UNKNOWN if last and reading.found and all(found.act is Act.DONT_KNOW for found in reading.found) else Alone.NO


def _ask(units: Sequence[Unit], reading: Reading, so_far: int, utterance: Utterance) -> bool:
    """Hear a question of the caller's own, where none of the acts found from `so_far` on has read it; whether its content is but the question's."""
    question = find(units)
    if question is None:
        return False
    first, last = units[question.first].first, units[question.last - 1].last
    if any(found.first < last and first < found.last for found in reading.found[so_far:]):
        return False
    reading.answers[:] = [answer for answer in reading.answers if answer.first < first]
    if question.kind == "request":
        reading.beside += _WISH
        return False
    kind = ActKind.BEHIND_BUT if 0 <= reading.but < first else ActKind.REQUEST if question.kind == "leave" else ActKind.PLAIN
    rule = "but" if kind is ActKind.BEHIND_BUT else question.kind
    reading.found.append(Found(Act.ASK, rule, first, last, utterance.between(first, last), kind))
    return question.kind == "ask"


def _with_tail(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """A negator that ends a clause after its verb asks, and negates nothing: "你们周末开门不"."""
    if len(units) < _TAILED or units[-1].words not in (("不",), ("没",), ("没有",)) or any(unit.marks & mask("no", "yes") for unit in units[:-1]):
        return units
    return (*units[:-1], units[-1]._replace(marks=mask("tail")))


def _requests(units: Sequence[Unit]) -> bool:
    """Whether a sentence begins as requests do: "I need it for two", "could you make it four"."""
    wishes = units[0].marks & mask("i") and any(unit.marks & mask("need", "pick") or unit.words == ("will",) for unit in units[1:3])
    return bool(wishes or units[0].marks & mask("able", "remake"))


def _swap(units: Sequence[Unit]) -> Unit | None:
    """The first negator that puts one value aside for another, before any content and outside a story: "it's not Monday it's Tuesday"."""
    for place, unit in enumerate(units):
        if unit.marks & mask("not") and unit.words not in _PREFIXES:
            after = next((later for later in units[place + 1 :] if not later.marks & mask("dangling")), None)
            if after is not None and after.marks == 0 and not _asks_or_tells_apart(units, place):
                return unit
        if not unit.marks or unit.marks & mask("third"):
            break
    return None


def _asks_or_tells_apart(units: Sequence[Unit], place: int) -> bool:
    """Whether a Mandarin negator belongs to a question (有没有没开的) or to a noun that it tells from others (不用排队的餐厅)."""
    if units[place].words[0].isascii():
        return False
    rest = [unit.words[0] for unit in units[place + 1 :]]
    apart = "的" in rest[1:-1] and not any(word.startswith(("是", "要", "改", "换")) for word in rest)
    return apart or any(unit.marks & mask("aux", "tail") for unit in units)


def _manners(units: Sequence[Unit], at: int, reading: Reading) -> int:
    """How many units of thanks, goodbye or greeting stand here."""
    unit = units[at]
    if unit.marks & mask("thanks"):
        end = at + 1
        while end < len(units) and not units[end].marks & mask("opens", "bye", "all_done", "thanks", "yes", "no"):
            if units[end].marks & mask("for"):  # what the thanks are for is no act and no content
                stop = next(
                    (place for place in range(end + 2, len(units)) if units[place].marks & mask("opens", "bye", "all_done", "thanks", "yes", "no")),
                    len(units),
                )
                reading.content -= sum(later.marks == 0 for later in units[end:stop])
                end = stop
                break
            if units[end].marks == 0:
                break
            end += 1
        reading.found.append(Found(Act.THANKS, "thanks", unit.first, unit.last))
        return end - at
    for mark, kind in (("all_done", ActKind.ALL_DONE), ("bye", ActKind.FAREWELL)):
        if unit.marks & mask(mark) and not (
            mark == "all_done" and units[at + 1 : at + 2] and units[at + 1].marks & mask("truth", "quality", "wrong")
        ):
            reading.found.append(Found(Act.GOODBYE, mark, unit.first, unit.last, kind=kind))
            return 1
    lone = unit.words[0] if len(unit.words) == 1 else ""
    half_a_word = len(lone) == 1 and not lone.isascii() and any(not later.marks for later in units[at + 1 : at + 2])
    if unit.marks & mask("greet") and not half_a_word and not (unit.marks & mask("quality") and len(units) > 1):  # 早餐
        reading.found.append(Found(Act.GREET, "greet", unit.first, unit.last))
        return 1
    return 0


def _particle(units: Sequence[Unit], at: int, *, asked: bool) -> Answer | None:
    """A yes, a no or an okay that stands for itself at the beginning of a clause."""
    unit = units[at]
    if not unit.marks & mask("yes", "no", "ok"):
        return None
    following = units[at + 1] if at + 1 < len(units) else None
    if asked and following is None and unit.marks & mask("ok"):  # "right?"
        return None
    if following is not None and following.marks & mask("wh") and unit.marks & mask("bare"):  # "是什么"
        return None
    if following is not None and _asks_whether(units, at):
        return None
    ends_here = following is None or following.marks & mask("opens", "clause", "yes", "no", "ok", "thanks", "bye", "all_done", "filler", "hold_on")
    if unit.marks & mask("not", "bare") and not ends_here:
        return None
    if unit.marks & mask("no") and following is not None and following.words[0].isdigit() and unit.words == ("no",):
        return None  # "no 4" is a number
    if unit.marks & mask("yes", "no") and not (unit.marks & mask("ok") and unit.marks & mask("bare") and following is not None):
        return Answer(1 if unit.marks & mask("yes") else -1, ActKind.WORD, unit.first, unit.last)
    return Answer(1, ActKind.OK, unit.first, unit.last)


def _asks_whether(units: Sequence[Unit], at: int) -> bool:
    """ "可以帮我查一下吗", "没有别的酒店了吗": what begins as leave given, or as a no, ends as a question."""
    if units[-1].words[0] in _ASKING and any(unit.marks == 0 for unit in units[at:]):
        return True
    return bool(units[at].marks & mask("able") and units[-1].marks & mask("tail"))


def _judged(units: Sequence[Unit], at: int, *, asked: bool, only: bool) -> tuple[Answer, int] | None:
    """The judgement that begins here, and where it ends."""
    closings = ends(units, at, mask("opens", "clause"))
    if not closings or not (
        len(units) - at <= _SHORT_CLAUSE
        or any(unit.marks & mask("truth", "quality", "wrong", "yes", "no", "not", "assent", "unfit") for unit in units[at : closings[0][0]])
    ):
        return None
    if begins_question(units[at : closings[0][0]]) or _asks_whether(units, at):
        return None
    for end, closed in closings:
        if closed and (answer := judge(units[at:end], asked=asked, whole=only and end == len(units) and only_filler(units[:at]))):
            return answer, end
    return None


def _next_start(units: Sequence[Unit], at: int) -> int:
    """Where the next clause may begin; no thanks are meant inside a question ("how do I say thank you in French")."""
    thanks = 0 if begins_question(units) else mask("thanks")
    at += 1
    while at < len(units):
        marks = units[at].marks
        if marks & (mask("opens", "wh", "but") | thanks) or (
            units[at - 1].marks & mask("let_go")
            or (
                not units[at - 1].marks & mask("article")
                and (units[at - 1].marks == 0 or len(units[at].words) > 1)
                and marks & mask("bye", "hold_on", "all_done", "transfer", "greet", "how_much", "how_long", "hours_ask")
            )
        ):
            break
        at += 1
    return at


def _is_number_of(units: Sequence[Unit], place: int) -> bool:
    """ "Number 1428" is a house's."""
    return units[place].words == ("number",) and units[place + 1 : place + 2] != () and units[place + 1].words[0].isdigit()


def _wants_speaker(units: Sequence[Unit], language: str) -> bool:
    """ "Speak to someone in Spanish": a person, since we do not speak it."""
    talks = next((place for place, unit in enumerate(units) if unit.marks & mask("talk")), len(units))
    return language not in known() and any(unit.marks & mask("someone", "person") for unit in units[talks:])


def slot_of(unit: Unit) -> str:
    """The slot that a word names, or ""."""
    return next((mark.removeprefix("slot_") for mark in SLOT_MARKS if unit.marks & mask(mark)), "")


def _detail(act: Act, units: Sequence[Unit], at: int, end: int, utterance: Utterance) -> str:
    if act is Act.LANGUAGE:
        spoken = {" ".join(unit.words) for unit in units[at:end]} | {"".join(unit.words) for unit in units[at:end]}
        return next((code for code, names in table("languages").items() if spoken & set(names)), "")
    if act is Act.ASK_HOURS:
        return utterance.between(units[at].first, units[-1].last)
    if act in (Act.CORRECTION, Act.WHY):
        return next((slot for unit in units[at:end] if (slot := slot_of(unit))), "")
    return ""
