"""Yes and no: the sign of a judgement, several answers in one breath, and what kind of question they answer."""

from collections.abc import Sequence
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from agent.nlu.acts import JUDGEMENTS, ActKind
from agent.nlu.acts.fitting import ends, mask, only_filler
from agent.nlu.acts.words import Unit, table
from agent.nlu.candidates import Context, OpenQuestion
from agent.nlu.utterance import Utterance


class Answer(NamedTuple):
    sign: int
    """1 for yes, -1 for no."""
    kind: ActKind
    first: int
    last: int


_LONG = 9
"""Units from which a negated clause that judges nothing tells a story."""
_SHORT = 2
"""Units up to which a clause with a word such as 要 (yes; to want) answers."""
_SHORT_CLAUSE = 4
"""Units up to which a clause may be a short yes ("it is")."""


class Prompt(Enum):
    """What our last sentence invites."""

    UNKNOWN = "unknown"
    YES_NO = "yes_no"
    CONFIRM = "confirm"
    """It reads something back: whatever is answered but a yes edits it."""
    ELSE = "else"
    """"Anything else?": a no, "that's all" among its answers."""
    VALUE = "value"
    STATEMENT = "statement"


_INVITES = {
    OpenQuestion.NONE: Prompt.STATEMENT,
    OpenQuestion.ASK: Prompt.VALUE,
    OpenQuestion.CHANGE: Prompt.VALUE,
    OpenQuestion.READ_BACK: Prompt.CONFIRM,
    OpenQuestion.SUMMARY: Prompt.CONFIRM,
    OpenQuestion.CHOICE: Prompt.YES_NO,
    OpenQuestion.OFFER: Prompt.YES_NO,
    OpenQuestion.LEAVE: Prompt.YES_NO,
    OpenQuestion.RESUME: Prompt.STATEMENT,
    OpenQuestion.WHICH: Prompt.VALUE,
    OpenQuestion.WHAT: Prompt.YES_NO,
    OpenQuestion.ERRAND: Prompt.CONFIRM,
}


def prompt_kind(context: Context) -> Prompt:
    """What our question invites, by its kind; outside a call by the words of our last sentence."""
    return _INVITES.get(context.question) or _kind_of(context.prompt)


@lru_cache(maxsize=512)
def _kind_of(prompt: str) -> Prompt:
    """By the last question of a sentence, else by words that ask to be confirmed."""
    if not prompt.strip():
        return Prompt.UNKNOWN
    utterance = Utterance(prompt)
    questions, plain = table("questions"), f" {' '.join(utterance.words)} "
    last = _last_sentence(utterance)
    if any(_holds(plain if "?" in plain else "", phrase) for phrase in questions["else"]):
        return Prompt.ELSE
    if "?" in last:
        if any(_holds(last, phrase) for phrase in questions["confirm"]):
            return Prompt.CONFIRM
        if any(_holds(last, phrase) for phrase in questions["yes_no"]):
            return Prompt.YES_NO
        if any(_begins(last, phrase) for phrase in questions["value"]):
            return Prompt.VALUE
        return Prompt.YES_NO
    return Prompt.STATEMENT


def _last_sentence(utterance: Utterance) -> str:
    """The words after the last full stop that something follows, between blanks."""
    tokens = list(utterance.words)
    ends = [place for place, word in enumerate(tokens[:-1]) if word in (".", "!", "?", "。")]
    return f" {' '.join(tokens[ends[-1] + 1 if ends else 0 :])} ".replace("'s ", " is ").replace("'re ", " are ")


@cache
def _in_words(phrase: str) -> str:
    return f" {' '.join(Utterance(phrase).words)} "


def _holds(words: str, phrase: str) -> bool:
    return _in_words(phrase) in words


def _begins(words: str, phrase: str) -> bool:
    """Whether the question begins so; a Mandarin question word may stand anywhere."""
    return words.startswith(f" {phrase} ") if phrase.isascii() else _holds(words, phrase)


def particle(units: Sequence[Unit], at: int, *, asked: bool) -> Answer | None:
    """A yes, a no or an okay that stands for itself at the beginning of a clause. `asked`: a question mark ends what was said."""
    unit = units[at]
    if not unit.marks & mask("yes", "no", "ok"):
        return None
    following = units[at + 1] if at + 1 < len(units) else None
    if following is None:
        if asked and unit.marks & mask("ok"):  # "right?"
            return None
    elif _goes_on(units, at, following):
        return None
    if unit.marks & mask("yes", "no") and not (unit.marks & mask("ok") and unit.marks & mask("bare") and following is not None):
        return Answer(1 if unit.marks & mask("yes") else -1, ActKind.WORD, unit.first, unit.last)
    return Answer(1, ActKind.OK, unit.first, unit.last)


def _goes_on(units: Sequence[Unit], at: int, following: Unit) -> bool:
    """Whether what would be an answer by itself is but the beginning of something: 是什么, "no 4"."""
    unit = units[at]
    if (following.marks & mask("wh") and unit.marks & mask("bare")) or _asks_whether(units, at):
        return True
    if unit.marks & mask("not", "bare") and not following.marks & mask(
        "opens", "clause", "yes", "no", "ok", "thanks", "bye", "all_done", "filler", "hold_on"
    ):
        return True
    return " ".join(unit.words) in table("single")["noes"] and following.words[0].isdigit()


def _asks_whether(units: Sequence[Unit], at: int) -> bool:
    """ "可以帮我查一下吗", "没有别的酒店了吗", "要这个干什么": what begins as leave given, as a no or as a yes, ends as a question."""
    if any(unit.marks & mask("wh", "why") and not unit.words[0].isascii() for unit in units[at + 1 :]) and not units[at].marks & mask("no", "not"):
        return True
    if units[-1].words[0] in table("single")["asking"] and any(unit.marks == 0 for unit in units[at:]):
        return True
    return bool(units[at].marks & mask("able") and units[-1].marks & mask("tail"))


def judgement(units: Sequence[Unit], at: int, *, asked: bool, only: bool) -> tuple[Answer, int] | None:
    """The judgement that begins here, and where it ends. `only`: nothing but this segment was said."""
    closings = ends(units, at, mask("opens", "clause"))
    if not closings or not (
        len(units) - at <= _SHORT_CLAUSE
        or any(unit.marks & mask("truth", "quality", "wrong", "yes", "no", "not", "assent", "unfit") for unit in units[at : closings[0][0]])
    ):
        return None
    if only and only_filler(units[:at]) and tuple(word for unit in units[at:] for word in unit.words) in _short_yes():
        return Answer(1, ActKind.WORD, units[at].first, units[-1].last), len(units)
    if begins_question(units[at : closings[0][0]]) or _asks_whether(units, at):
        return None
    for end, closed in closings:
        if closed and (answer := judge(units[at:end], asked=asked)):
            return answer, end
    return None


def judge(units: Sequence[Unit], *, asked: bool) -> Answer | None:
    """The sign of a clause that judges what was said, or None when it does not, or asks.

    Every negator turns what follows it; "wrong" and its like turn too. A clause with a negator and nothing to turn denies ("not that").
    """
    first, last = units[0], units[-1]
    asking = mask("tail", "wh")
    if any(unit.marks & asking for unit in units) or begins_question(units):
        return None
    sign, kind, negated = _sign(units)
    if kind is None:
        return Answer(-1, ActKind.NEGATION, first.first, last.last) if negated and len(units) <= _LONG else None
    of_us = first.marks & mask("you") and len(units) > 1 and any(unit.marks & mask("copula") for unit in units[1:3])
    if of_us and kind is ActKind.QUALITY and sign > 0:
        kind = ActKind.PRAISE
    return None if asked and kind in JUDGEMENTS and len(units) <= _SHORT else Answer(sign, kind, first.first, last.last)


def _sign(units: Sequence[Unit]) -> tuple[int, ActKind | None, bool]:
    """The product of the signs of a clause's words, what kind of judgement it makes (None for none), and whether a negator stands in it."""
    polar, negator, no, wrong, unfit = (
        mask("truth", "quality", "wrong", "yes", "no", "assent", "unfit"),
        mask("not"),
        mask("no"),
        mask("wrong"),
        mask("unfit"),
    )
    sign, negated = 1, False
    kind: ActKind | None = None
    last_polar = max((place for place, unit in enumerate(units) if unit.marks & polar), default=-1)
    for place, unit in enumerate(units):
        marks = unit.marks
        if marks & (negator | no) and not marks & wrong:
            if place < last_polar or marks & negator:
                negated, sign = True, -sign
            else:
                sign, kind = -sign if not negated else -1, ActKind.TRUTH
        elif marks & unfit:
            sign, kind = -sign, kind or ActKind.QUALITY
        elif marks & wrong:
            sign, kind = -sign, ActKind.TRUTH
        elif marks & polar and not (len(units) > _SHORT and _is_but_a_word(marks)):
            true = marks & mask("truth", "yes", "assent") or kind is ActKind.TRUTH
            kind = ActKind.TRUTH if true else ActKind.QUALITY
    return sign, kind, negated


def _is_but_a_word(marks: int) -> bool:
    """Whether a yes may be an ordinary word in a longer clause: 要 is "to want" too."""
    return bool(marks & mask("bare") and marks & mask("yes") and not marks & mask("truth", "quality"))


def begins_question(units: Sequence[Unit]) -> bool:
    """Whether a clause begins as questions do: "what ...", "is that ...", "isn't that ..."."""
    subject = next((unit for unit in units[1:3] if not unit.marks & mask("not")), None)
    inverted = units[0].marks & mask("aux") and subject is not None and subject.marks & mask("pronoun")
    return bool(units[0].marks & mask("wh", "there_is") or inverted)


def fold(answers: Sequence[Answer], but: int) -> Answer | None:
    """What several answers in one utterance come to.

    "yeah nah" is its last word; "no, that's right" is right, since right is what was asked; "no, that's fine" is a polite no;
    "yes, that's wrong" is wrong; after "but" the answer stands and the rest corrects it.
    """
    if not answers:
        return None
    result = answers[0]
    for answer in answers[1:]:
        if result.first < but <= answer.first:
            break
        beside = answer.first - result.last <= 1
        stronger = result.kind is ActKind.OK and answer.kind is not ActKind.OK
        last_word = result.kind is answer.kind is ActKind.WORD and beside
        set_right = result.sign < 0 and result.kind is ActKind.WORD and answer.sign > 0 and answer.kind is ActKind.TRUTH
        taken_back = result.sign > 0 and answer.sign < 0 and answer.kind in (ActKind.TRUTH, ActKind.NEGATION, ActKind.WORD)
        if stronger or last_word or set_right or taken_back:
            result = answer
    return result


@cache
def _short_yes() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in table("answers").get("short_yes", ()))
