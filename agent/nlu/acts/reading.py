"""One pass over an utterance: which frames its clauses fit, what they answer, and what in it is content."""

from collections.abc import Sequence

from agent.languages import known
from agent.nlu.acts import ActKind
from agent.nlu.acts.answers import begins_question, judgement, particle
from agent.nlu.acts.fitting import Alone, fits, mask, only_filler
from agent.nlu.acts.found import Found, Reading
from agent.nlu.acts.grammar import slot_marks
from agent.nlu.acts.questions import find
from agent.nlu.acts.words import Segment, Unit, table
from agent.nlu.utterance import Utterance
from agent.record.acts import Act

_TAILED = 3
"""Units from which a negator at the end asks."""
_MAX_STARTS = 80
"""Clauses after which nobody listens for acts any more: what steers a call is said in a sentence or two."""
_CHECKS = {"right": Act.ASK_HELD, "value": Act.ASK, "tag": Act.BACKCHANNEL}
_WISH = 2
"""What a wish for something else counts as content, though no word of it is: "could we do it a bit later"."""


def read(segment: Segment, reading: Reading, utterance: Utterance, only: bool, last: bool) -> None:
    """Read one segment from left to right: at each place the longest thing that can begin there. `only`, `last`: of the utterance's segments."""
    units = _with_tail(segment.units)
    content, acts, heard = reading.content, len(reading.found), len(reading.found) + len(reading.answers)
    _note(units, reading)
    _Clauses(units, reading, utterance, asked=segment.asked, only=only, last=last).read()
    asked = _ask(units, reading, acts, utterance)
    reading.beside += 0 if asked else reading.content - content
    if heard == len(reading.found) + len(reading.answers) and any(unit.marks & mask("wh", "tail") for unit in units):
        reading.content += len(units)  # a question of the caller's own


def _note(units: Sequence[Unit], reading: Reading) -> None:
    """Note what single words of a segment say, whatever clauses they stand in."""
    reading.asks = reading.asks or _requests(units)
    for place, unit in enumerate(units):
        reading.content += unit.marks == 0
        if unit.marks & mask("but"):
            reading.places.setdefault("but", unit.first)
        if unit.marks & mask("instead") or (unit.marks & mask("actually") and only_filler(units[:place])):
            reading.places.setdefault("turned", unit.first)
        if unit.marks & mask("remake"):
            reading.places.setdefault("remade", unit.first)
        if not reading.slot and not _is_number_of(units, place):
            reading.slot = slot_of(unit)
    if "swapped" not in reading.places and (swap := _swap(units)):
        reading.places["swapped"] = swap.first


class _Clauses:
    """Reads the clauses of one segment. A reader takes the unit at which something may begin, and gives the one where it ends; 0 when it does not."""

    def __init__(self, units: Sequence[Unit], reading: Reading, utterance: Utterance, *, asked: bool, only: bool, last: bool) -> None:
        self.units, self.reading, self.utterance = units, reading, utterance
        self.asked, self.only, self.last = asked, only, last
        self.vocative = False
        """A name began it: "Bob can you hear me" answers nothing."""

    def read(self) -> None:
        at = 0
        while at < len(self.units) and self.reading.starts < _MAX_STARTS:
            self.reading.starts += 1
            at = next(end for reader in _READERS if (end := reader(self, at)))

    def found(self, act: Act, rule: str, first: int, end: int, detail: str = "", kind: ActKind = ActKind.PLAIN) -> None:
        self.reading.found.append(Found(act, rule, self.units[first].first, self.units[end - 1].last, detail, kind))

    def thanks(self, at: int) -> int:
        """Thanks, and what they are for, which is no act and no content."""
        units, stops = self.units, mask("opens", "bye", "all_done", "thanks", "yes", "no")
        if not units[at].marks & mask("thanks"):
            return 0
        end = at + 1
        while end < len(units) and units[end].marks and not units[end].marks & stops:
            if units[end].marks & mask("for"):
                stop = next((place for place in range(end + 2, len(units)) if units[place].marks & stops), len(units))
                self.reading.content -= sum(later.marks == 0 for later in units[end:stop])
                end = stop
                break
            end += 1
        self.found(Act.THANKS, "thanks", at, at + 1)
        return end

    def goodbye(self, at: int) -> int:
        """ "That's all" and "bye"; "that's all right" is none."""
        marks, following = self.units[at].marks, self.units[at + 1 : at + 2]
        if marks & mask("all_done") and not (following and following[0].marks & mask("truth", "quality", "wrong")):
            self.found(Act.GOODBYE, "all_done", at, at + 1, kind=ActKind.ALL_DONE)
        elif marks & mask("bye"):
            self.found(Act.GOODBYE, "bye", at, at + 1, kind=ActKind.FAREWELL)
        else:
            return 0
        return at + 1

    def greeting(self, at: int) -> int:
        unit = self.units[at]
        lone = unit.words[0] if len(unit.words) == 1 else ""
        half_a_word = len(lone) == 1 and not lone.isascii() and any(not later.marks for later in self.units[at + 1 : at + 2])  # 早餐
        if not unit.marks & mask("greet") or half_a_word or (unit.marks & mask("quality") and len(self.units) > 1):
            return 0
        self.found(Act.GREET, "greet", at, at + 1)
        return at + 1

    def story(self, at: int) -> int:
        """What others did is a story."""
        return _next_start(self.units, at) if self.units[at].marks & mask("third") else 0

    def particle(self, at: int) -> int:
        answer = None if self.vocative else particle(self.units, at, asked=self.asked)
        if answer is None:
            return 0
        self.reading.answers.append(answer)
        return at + 1

    def wait(self, at: int) -> int:
        if not self.units[at].marks & mask("hold_on"):
            return 0
        self.found(Act.HOLD_ON, "hold_on", at, at + 1)
        return at + 1

    def frame(self, at: int) -> int:
        units = self.units
        fit = fits(units, at, _alone(units[:at], self.reading, self.only, self.last))
        if fit is None:
            return 0
        frame, end = fit
        detail = _detail(frame.act, units, at, end, self.utterance)
        if frame.act is Act.LANGUAGE and _wants_speaker(units[at:end], detail):
            self.found(Act.HANDOFF, "person_speaking", at, end)
        self.found(frame.act, frame.rule, at, end, detail, frame.kind)
        return end

    def filler(self, at: int) -> int:
        return at + 1 if self.units[at].marks & mask("filler") else 0

    def judgement(self, at: int) -> int:
        judged = None if self.vocative else judgement(self.units, at, asked=self.asked, only=self.only)
        if judged is None:
            return 0
        answer, end = judged
        if answer.kind is ActKind.PRAISE:
            self.reading.found.append(Found(Act.THANKS, "praise", answer.first, answer.last))
        else:
            self.reading.answers.append(answer)
        return end

    def name(self, at: int) -> int:
        """A word that speaks of nothing here, and begins: a name."""
        if at or self.units[0].marks or not self.units[0].words[0].isalpha():
            return 0
        self.vocative = True
        return 1

    def rest(self, at: int) -> int:
        """Nothing known: up to where the next clause may begin."""
        end = _next_start(self.units, at)
        self.reading.idle += end - at if any(unit.marks & mask("pick", "give") for unit in self.units[at:end]) else 0
        return end


_READERS = (
    _Clauses.thanks, _Clauses.goodbye, _Clauses.greeting, _Clauses.story, _Clauses.particle, _Clauses.wait, _Clauses.frame, _Clauses.filler,
    _Clauses.judgement, _Clauses.name, _Clauses.rest,
)  # fmt: skip
"""What may stand at a place, in the order in which it is looked for; `rest` always does."""


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
    check = _CHECKS.get(question.kind)
    read = [found for found in reading.found[so_far:] if found.first < last and first < found.last]
    until = last if check else min((found.first for found in read), default=last)  # "is the address right and how much is it" agrees to nothing
    reading.answers[:] = [answer for answer in reading.answers if not first <= answer.first < until]
    if any(found.act not in (Act.CORRECTION, Act.ASK_HELD, Act.THANKS) or check is not Act.ASK_HELD for found in read):
        return False
    reading.found[so_far:] = [found for found in reading.found[so_far:] if found not in read]
    if question.kind == "request":
        reading.beside += _WISH
        return False
    kind = ActKind.BEHIND_BUT if 0 <= reading.but < first else ActKind.REQUEST if question.kind == "leave" else ActKind.PLAIN
    rule = "but" if kind is ActKind.BEHIND_BUT and not check else question.kind
    detail = _detail(Act.ASK_HELD, units, question.first, question.last, utterance) if check is Act.ASK_HELD else utterance.between(first, last)
    reading.found.append(Found(check or Act.ASK, rule, first, last, detail, ActKind.CHECK if check else kind))
    return question.kind in ("ask", "value", "right")


def _with_tail(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """A negator that ends a clause after its verb asks, and negates nothing: "你们周末开门不"."""
    if (
        len(units) < _TAILED
        or "".join(units[-1].words) not in table("single")["asking_not"]
        or any(unit.marks & mask("no", "yes") for unit in units[:-1])
    ):
        return units
    return (*units[:-1], units[-1]._replace(marks=mask("tail")))


def _requests(units: Sequence[Unit]) -> bool:
    """Whether a sentence begins as requests do: "I need it for two", "could you make it four"."""
    wishes = units[0].marks & mask("i") and any(
        unit.marks & mask("need", "pick") or unit.words[0] in table("single")["wishing"] for unit in units[1:3]
    )
    return bool(wishes or units[0].marks & mask("able", "remake"))


def _swap(units: Sequence[Unit]) -> Unit | None:
    """The first negator that puts one value aside for another, before any content and outside a story: "it's not Monday it's Tuesday"."""
    for place, unit in enumerate(units):
        if unit.marks & mask("not") and "".join(unit.words) not in table("single")["half_not"]:
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
    single = table("single")
    apart = any(word in single["noun_links"] for word in rest[1:-1]) and not any(word.startswith(single["changing"]) for word in rest)
    return apart or any(unit.marks & mask("aux", "tail") for unit in units)


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
    return " ".join(units[place].words) in table("single")["number"] and units[place + 1 : place + 2] != () and units[place + 1].words[0].isdigit()


def _wants_speaker(units: Sequence[Unit], language: str) -> bool:
    """ "Speak to someone in Spanish": a person, since we do not speak it."""
    talks = next((place for place, unit in enumerate(units) if unit.marks & mask("talk")), len(units))
    return language not in known() and any(unit.marks & mask("someone", "person") for unit in units[talks:])


def slot_of(unit: Unit) -> str:
    """The slot that a word names, or ""."""
    return next((mark.removeprefix("slot_") for mark in slot_marks() if unit.marks & mask(mark)), "")


def _detail(act: Act, units: Sequence[Unit], at: int, end: int, utterance: Utterance) -> str:
    if act is Act.LANGUAGE:
        spoken = {" ".join(unit.words) for unit in units[at:end]} | {"".join(unit.words) for unit in units[at:end]}
        return next((code for code, names in table("languages").items() if spoken & set(names)), "")
    if act is Act.ASK_HOURS:
        return utterance.between(units[at].first, units[-1].last)
    if act in (Act.CORRECTION, Act.WHY, Act.ASK_HELD):
        return next((slot for unit in units[at:end] if (slot := slot_of(unit))), "")
    return ""
