"""Yes and no: the sign of a judgement, several answers in one breath, and what kind of question they answer."""

from collections.abc import Sequence
from enum import Enum
from functools import cache, lru_cache
from typing import NamedTuple

from agent.nlu.acts import JUDGEMENTS, ActKind
from agent.nlu.acts.words import Unit, bits, table
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


class Prompt(Enum):
    """What our last sentence invites."""

    UNKNOWN = "unknown"
    YES_NO = "yes_no"
    CONFIRM = "confirm"
    """It reads something back: whatever is answered but a yes mends it."""
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
    if any(_begins(last, phrase) for phrase in questions["value"] if phrase.isascii()):
        return Prompt.VALUE
    if any(_holds(plain, phrase) for phrase in questions["said"]):
        return Prompt.CONFIRM
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


def judge(units: Sequence[Unit], *, asked: bool, whole: bool) -> Answer | None:
    """The sign of a clause that judges what was said, or None when it does not, or asks.

    Every negator turns what follows it; "wrong" and its like turn too. A clause with a negator and nothing to turn denies ("not that").
    """
    masks = _masks()
    first, last = units[0], units[-1]
    if any(unit.marks & (masks["tail"] | masks["wh"]) for unit in units) or begins_question(units):
        return None
    words = tuple(word for unit in units for word in unit.words)
    if whole and words in _short_yes():
        return Answer(1, ActKind.WORD, first.first, last.last)
    sign, negated = 1, False
    kind: ActKind | None = None
    last_polar = max((place for place, unit in enumerate(units) if unit.marks & masks["polar"]), default=-1)
    for place, unit in enumerate(units):
        polar = unit.marks & (masks["polar"])
        later = place < last_polar
        if unit.marks & (masks["not"] | masks["no"]) and not unit.marks & masks["wrong"]:
            if later or unit.marks & masks["not"]:
                negated, sign = True, -sign
            else:
                sign, kind = -sign if not negated else -1, ActKind.TRUTH
        elif unit.marks & masks["unfit"]:
            sign, kind = -sign, kind or ActKind.QUALITY
        elif unit.marks & masks["wrong"]:
            sign, kind = -sign, ActKind.TRUTH
        elif polar and not (
            unit.marks & masks["bare"] and unit.marks & masks["yes"] and not unit.marks & masks["quality_truth"] and len(units) > _SHORT
        ):
            true = unit.marks & (masks["truth"] | masks["yes"] | masks["assent"]) or kind is ActKind.TRUTH
            kind = ActKind.TRUTH if true else ActKind.QUALITY
    if kind is None:
        return Answer(-1, ActKind.NEGATION, first.first, last.last) if negated and len(units) <= _LONG else None
    if len(units) == 1 and first.marks & masks["ok"]:
        kind = ActKind.OK
    of_us = first.marks & masks["you"] and len(units) > 1 and any(unit.marks & masks["copula"] for unit in units[1:3])
    if of_us and kind is ActKind.QUALITY and sign > 0:
        kind = ActKind.PRAISE
    return None if asked and kind in JUDGEMENTS and len(units) <= 2 else Answer(sign, kind, first.first, last.last)


def begins_question(units: Sequence[Unit]) -> bool:
    """Whether a clause begins as questions do: "what ...", "is that ...", "isn't that ..."."""
    masks = _masks()
    subject = next((unit for unit in units[1:3] if not unit.marks & masks["not"]), None)
    inverted = units[0].marks & masks["aux"] and subject is not None and subject.marks & masks["pronoun"]
    return bool(units[0].marks & (masks["wh"] | masks["there_is"]) or inverted)


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


_MARKS = (
    "not", "no", "yes", "ok", "wrong", "unfit", "truth", "quality", "aux",
    "pronoun", "wh", "tail", "bare", "assent", "you", "copula", "there_is",
)  # fmt: skip


@lru_cache(maxsize=1)
def _masks() -> dict[str, int]:
    single = {name: bits(name) for name in _MARKS}
    return {**single, "quality_truth": bits("truth", "quality"), "polar": bits("truth", "quality", "wrong", "yes", "no", "assent", "unfit")}


@lru_cache(maxsize=1)
def _short_yes() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(phrase.split()) for phrase in table("answers").get("short_yes", ()))
