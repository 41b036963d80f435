"""What is made of an utterance's acts under the question that was open: what an answer comes to, what corrects, what is none beside something else.

A table in three parts, gone through from its first row to its last: each that fits takes the acts a step further. Rows are named by examples;
tests/nlu/meanings.toml has one at least for each, with what it comes to. A fact is an act, "ask", a way of doing any, ":but", or
one of `FACTS`.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter

import msgspec

from agent.nlu.acts import ActKind
from agent.nlu.acts.answers import Prompt, fold
from agent.nlu.acts.found import Found, Reading
from agent.nlu.acts.meaning import Fact, Row, Table, act_and_kind
from agent.nlu.acts.words import table
from agent.nlu.candidates import Context, OpenQuestion
from agent.nlu.utterance import Utterance
from agent.record.acts import Act

LUKEWARM = (ActKind.OK, ActKind.QUALITY)
"""An "okay", a "great": worth a yes only where one was asked for."""
RANK = {
    Act.HANDOFF: 0, Act.EMERGENCY: 0, Act.LANGUAGE: 1, Act.START_OVER: 1, Act.CANCEL: 1, Act.GO_BACK: 1, Act.REFUSE: 2, Act.WHY: 2, Act.ASK_HELD: 2,
    Act.REPEAT: 2, Act.SAME_NUMBER: 2, Act.HELP: 2, Act.ASK_HOURS: 2, Act.ASK_PRICE: 2, Act.ASK_SERVICES: 2, Act.ASK_LENGTH: 2, Act.ASK: 2,
    Act.DENY: 3, Act.AFFIRM: 3, Act.DONT_CARE: 3, Act.DONT_KNOW: 3, Act.CORRECTION: 4, Act.HOLD_ON: 5, Act.THANKS: 6, Act.GOODBYE: 6,
    Act.GREET: 8, Act.BACKCHANNEL: 9,
}  # fmt: skip
"""The main act first: what stops or turns the call, then questions, then answers, then manners."""
_ASKING = frozenset(act for act, rank in RANK.items() if rank == RANK[Act.ASK])
"""What wants to be answered, or goes round the question."""
_TURNING = frozenset({Act.CORRECTION, Act.HANDOFF, Act.CANCEL, Act.START_OVER, Act.GO_BACK, Act.REPEAT})
"""Beside these nothing else is a correction."""
_CHATTER = 2
"""Content words from which an utterance is more than manners: "hello, it's Ella" greets, "hi, I need a plumber" asks."""
_REQUEST = 4
"""Units of clauses without an act from which thanks are but its manners: "I'll take the last one, thanks"."""


class Meaning:
    """What one utterance comes to: `found`, its acts so far, and its `answer`, if it gives one, which is `open` until a row has settled it."""

    def __init__(self, reading: Reading, prompt: Prompt, utterance: Utterance, context: Context) -> None:
        self.reading, self.utterance, self.context, self.found = reading, utterance, context, reading.found
        self.answer = fold(reading.answers, reading.but)
        self.kind = self.answer.kind if self.answer else None
        self.open = self.answer is not None
        self.rows: list[str] = []
        """The names of the rows that fitted."""
        for part, is_there in ((ANSWERS, self.open), (CORRECTIONS, reading.beside or reading.places), (BESIDE, self.found)):
            for row in part.fitting(prompt.value, self) if is_there else ():
                self.rows.append(row.name)
                row.means(self)

    def does(self, acts: frozenset[Act]) -> bool:
        return any(one.act in acts for one in self.found)

    def is_weak(self) -> bool:
        """Whether the answer is but a judgement, and no consent to what is asked with it: "sure, how much is it"."""
        if self.answer is None or self.kind not in LUKEWARM:
            return False
        return not (self.does(_ASKING) and self.utterance.between(self.answer.first, self.answer.last) in table("answers")["consent"])


def _fact(name: str) -> Fact[Meaning]:
    """What `Reading` says by that name, one of `FACTS`, or whether an act was found, or one done so. Raises ValueError for what is none of them."""
    if name in ("but", "turned", "remade", "swapped"):
        return lambda it: name in it.reading.places
    if name in FACTS or name in Reading.__struct_fields__:
        return FACTS.get(name) or attrgetter(f"reading.{name}")
    act, kind = act_and_kind(name)
    return (lambda it: kind in [one.kind for one in it.found]) if act is None else (lambda it: act in [one.act for one in it.found])


FACTS: Mapping[str, Fact[Meaning]] = {
    # The answer
    "open": attrgetter("open"),
    "settled": lambda it: it.answer and not it.open,
    "positive": lambda it: it.answer and it.answer.sign > 0,
    "negation": lambda it: it.kind is ActKind.NEGATION,
    "okay": lambda it: it.kind is ActKind.OK,
    "weak": Meaning.is_weak,
    "wrong": lambda it: any(one.sign < 0 and one.kind in (ActKind.TRUTH, ActKind.NEGATION) for one in it.reading.answers),
    # What else is said
    "more": lambda it: it.does(_ASKING) or it.reading.content >= (1 if it.kind is ActKind.QUALITY else _CHATTER),
    "much": lambda it: it.reading.content >= _CHATTER or it.reading.idle >= _REQUEST,
    "much_beside": lambda it: it.reading.beside >= _CHATTER,
    "no_behind_but": lambda it: any(one.sign < 0 and one.first >= it.reading.but for one in it.reading.answers),
    "yes_before_but": lambda it: it.answer and it.answer.sign > 0 and it.answer.first < it.reading.but,
    "turning": lambda it: it.does(_TURNING),
    # What was asked for
    "thing_asked": lambda it: it.context.asked & {"name", "service", "time"},
    "time_asked": lambda it: it.context.asked == {"time"},
    "read_back": lambda it: it.context.question is OpenQuestion.READ_BACK,
}
_Step = Callable[[Meaning], None]


def _is(act: Act | None, *, more: bool = True) -> _Step:
    """The answer is this act, or none; without `more` nothing else hangs on it."""

    def step(it: Meaning) -> None:
        answer, it.open = it.answer, False
        if answer and act:
            it.found.append(Found(act, answer.kind.value, answer.first, answer.last, kind=answer.kind if more else ActKind.PLAIN))
        it.answer = answer if act and more else None

    return step


def _corrects(rule: str, span: Callable[[Meaning], tuple[int, int]] | None = None, kind: ActKind = ActKind.PLAIN) -> _Step:
    """Something is to be otherwise, the slot that was named if any: said at `span`, or by the word that the rule is called after."""

    def step(it: Meaning) -> None:
        first, last = span(it) if span else (it.reading.places[rule], it.reading.places[rule] + 1)
        it.found.append(Found(Act.CORRECTION, rule, first, last, it.reading.slot, kind))

    return step


def _denies_behind_but(it: Meaning) -> None:
    it.found.append(Found(Act.DENY, "but", it.reading.but, it.reading.but + 1, kind=ActKind.BEHIND_BUT))


def _which(name: str) -> Callable[[Found], bool]:
    act, kind = act_and_kind(name)
    return lambda one: act in (None, one.act) and kind in (None, one.kind)


def _less(name: str, also: Callable[[Found, Meaning], bool] = lambda one, it: True) -> _Step:
    """Without the acts of this name."""

    def step(it: Meaning) -> None:
        it.found[:] = [one for one in it.found if not (which(one) and also(one, it))]

    which = _which(name)
    return step


def _turned(name: str, act: Act, kind: ActKind | None = None, also: Callable[[Found, Meaning], bool] = lambda one, it: True) -> _Step:
    """These acts are others."""

    def step(it: Meaning) -> None:
        for place, one in enumerate(it.found):
            if which(one) and also(one, it):
                rule, of = (kind.value, kind) if kind else (one.rule, one.kind)
                it.found[place] = msgspec.structs.replace(one, act=act, rule=rule, kind=of)

    which = _which(name)
    return step


def _denies(name: str, kind: ActKind) -> _Step:
    """An act is a no as well."""

    def step(it: Meaning) -> None:
        it.found.append(msgspec.structs.replace(next(filter(which, it.found)), act=Act.DENY, kind=kind))

    which = _which(name)
    return step


def _ends_so(one: Found, it: Meaning) -> bool:
    return it.utterance.words[one.last - 1] in table("answers")["that_is_it"]


def _is_weak_bye(one: Found, it: Meaning) -> bool:
    """Whether it is a goodbye only by itself: 礼拜六 is no 拜, 88 is often a number, and "I'm off diving" goes on."""
    said, words = it.utterance.between(one.first, one.last), it.utterance.words
    goes_on = words[one.last - 1] in table("answers")["leaving"] and one.last < len(words) and words[one.last].isalnum()
    return goes_on or said.isdigit() or (len(said) == 1 and not said.isascii())


def _is_short(one: Found, it: Meaning) -> bool:
    return one.last - one.first == 1


_PROMPTS = [prompt.value for prompt in Prompt]
_NOT_VALUE = "unknown|yes_no|confirm|else|statement"
ANSWERS = Table[Meaning, _Step](
    _PROMPTS,
    _fact,
    Row("not the second one", "", "negation open content|thanks|goodbye", _is(None)),
    Row("okay, seven thirty", "yes_no|confirm", "open weak more okay", _is(Act.BACKCHANNEL, more=False)),
    Row("great, half past four", "", "open weak more", _is(None)),
    Row("it doesn't work", "value|statement|else", "open weak !positive", _is(None)),
    Row("okay", "value|statement|else", "open weak okay", _is(Act.BACKCHANNEL)),
    Row("yes", "", "open positive", _is(Act.AFFIRM)),
    Row("no", "", "open", _is(Act.DENY)),
    Row("yes, but the postcode is wrong", "", "settled yes_before_but no_behind_but", _denies_behind_but),
    Row("the phone number is wrong", "", "settled !positive slot wrong", _corrects("wrong_slot", lambda it: (it.found[-1].first, it.found[-1].last))),
)
"""What an answer comes to."""
CORRECTIONS = Table[Meaning, _Step](
    _PROMPTS,
    _fact,
    Row("yes, but not before nine", "", "but !turning !ask|!affirm affirm|deny beside|no_behind_but", _corrects("but", kind=ActKind.BEHIND_BUT)),
    Row("actually, Friday", "", "turned beside !turning !affirm", _corrects("turned")),
    Row("make it Friday", _NOT_VALUE, "remade beside !turning !affirm", _corrects("remade")),
    Row("not Monday, Tuesday morning", _NOT_VALUE, "swapped much_beside !turning !ask|!affirm", _corrects("swapped")),
    Row("I'll go back on Saturday the fourteenth", "confirm", "asks much_beside !found", _corrects("instead_of_yes", lambda it: (0, 1))),
    Row("no, Smith", "confirm|yes_no|unknown", "beside deny !turning !ask|!affirm", _corrects("no_and_value", lambda it: it.reading.answers[0][2:])),
)
"""What else says that something is to be otherwise, if nothing did yet; "yes, but is there parking" does not."""
BESIDE = Table[Meaning, _Step](
    _PROMPTS,
    _fact,
    Row("can I have a new tap", "value", "thing_asked :leave", _less(":leave")),
    Row("what are my options", "", "time_asked :services_ask", _turned(":services_ask", Act.DONT_CARE)),
    Row("I don't know, whenever", "", "dont_care dont_know", _less("dont_know")),
    Row("88 Smith Street", "", "content :bye", _less(":bye", also=_is_weak_bye)),
    Row("that's all", "else", ":all_done !deny", _denies(":all_done", ActKind.PLAIN)),
    Row("that'll do", "yes_no|confirm", ":all_done", _turned(":all_done", Act.AFFIRM, ActKind.THAT_IS_IT, _ends_so)),
    Row("nah, that's it", "yes_no|confirm", "read_back :that_is_it deny", _less("deny")),
    Row("help, my kitchen is flooding", "", "content :help", _less(":help")),
    Row("hello, my sink is blocked", "", "much greet", _less("greet")),
    Row("thanks, my kitchen sink is blocked", "", "much thanks", _less("thanks")),
    Row("cancel that, start over", "", "start_over cancel", _less("cancel")),
    Row("wait, no", "", "hold_on affirm|deny|correction", _less("hold_on", also=_is_short)),
    Row("I'd rather not", "", ":withheld", _denies(":withheld", ActKind.WITHHELD)),
)
"""What is another act under this question, or beside what else is said, or none."""
