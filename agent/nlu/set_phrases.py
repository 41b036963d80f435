"""Set phrases: the business's emergency words, the questions it answers, and what machines say."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from agent.languages import words
from agent.nlu.acts.recognition import own_questions, said_phrase
from agent.nlu.utterance import Utterance
from agent.record.business import Business, in_language

SAME_QUESTION = 88.0
"""rapidfuzz partial_ratio, 0 to 100, from which two wordings are one question."""
LEAST_WORDS = 2
_MOST_OF = 0.66
"""Of a listed question's words of meaning, how many must be asked for."""
_NOT_BESIDE = 0.3
"""Of what the caller asks, how much must be what the listed question asks: a long tale that names a word of it asks something else."""
_HALF = 0.5
"""As `_MOST_OF`, in Chinese characters: a longer word shares but a part ("停车位", "停车")."""
_STEM = 4
"""Letters from which a word may be the beginning of another ("park", "parking")."""
_ROOT = 5
"""Letters that two longer forms of one word share ("insured", "insurance")."""


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Words (or Chinese characters) with single spaces around each, marks left out."""
    return " " + " ".join(token.norm for token in Utterance(text).tokens if token.is_word or token.is_number) + " "


def _phrases(table: list[str] | dict[str, list[str]]) -> list[str]:
    return table if isinstance(table, list) else [phrase for phrases in table.values() for phrase in phrases]


def urgent(utterance: Utterance, business: Business) -> bool:
    """Whether one of the business's emergency words was said, as whole words, and not denied ("there's no gas leak")."""
    return said_phrase(utterance, _phrases(business.emergency_words))


def is_machine(utterance: Utterance, language: str) -> bool:
    """Whether a machine is talking: voicemail, a queue, an operator's announcement."""
    heard = _plain(utterance.text)
    return any(_plain(phrase) in heard for phrase in words(language, "machines")["phrases"])


def answer(utterance: Utterance, business: Business, language: str) -> str:
    """The business's answer to a question it expects, or "".

    In its own wording, or, where the caller asks something, by the words that carry the meaning: "is your work guaranteed" is "do you guarantee
    your work". Two answers that fit alike are none.
    """
    mine = _plain(utterance.text).strip()
    if len(mine.split()) < LEAST_WORDS or not business.questions:
        return ""
    best, found = SAME_QUESTION, ""
    for question in business.questions:
        for phrase in _phrases(question.asks):
            score = (
                fuzz.token_sort_ratio(_plain(phrase).strip(), mine)
                if len(phrase) > len(utterance.text)
                else fuzz.partial_ratio(_plain(phrase), _plain(utterance.text))
            )
            if score > best:
                best, found = score, in_language(question.answer, language)
    return found or _by_meaning(own_questions(utterance), business, language)


def asks_who(utterance: Utterance, name: str, *, opening: bool) -> bool:
    """Whether it asks which business this is: by its `name`, or, at the beginning of a call, by any other ("is that the garage")."""
    leads = [_plain(phrase) for phrase in words("zh" if utterance.has_han else "en", "choosing")["reached"]]
    mine = _plain(utterance.text)
    lead = next((phrase for phrase in leads if mine.startswith(phrase) or (utterance.has_han and phrase in mine)), "")
    rest = meaning(mine[mine.find(lead) + len(lead) :]) if lead else ()
    return bool(rest) and (opening or share(rest, meaning(name)))


def share(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether two phrases have a word of meaning in common, or two Chinese characters in a row."""
    if mine and theirs and not mine[0].isascii():
        pairs = {first + second for first, second in pairwise(mine)}
        return any(first + second in pairs for first, second in pairwise(theirs))
    known = _by_letter(tuple(mine))
    return any(_is_form(word, other) for word in theirs for other in known.get(word[0], ()))


def _by_meaning(asked: str, business: Business, language: str) -> str:
    mine = meaning(asked)
    if not mine:
        return ""
    scores = [max((likeness(mine, meaning(phrase)) for phrase in _phrases(question.asks)), default=0.0) for question in business.questions]
    best = max(scores)
    return in_language(business.questions[scores.index(best)].answer, language) if best and scores.count(best) == 1 else ""


@lru_cache(maxsize=4096)
def meaning(text: str) -> tuple[str, ...]:
    """The words that carry a question's meaning, or its Chinese characters."""
    utterance = Utterance(text)
    idle = _idle("zh" if utterance.has_han else "en")
    shown = "".join(utterance.words) if utterance.has_han else ""
    for phrase in sorted(idle if utterance.has_han else (), key=len, reverse=True):
        shown = shown.replace(phrase, " ")
    if utterance.has_han:
        return tuple(letter for letter in shown if letter.isalnum())
    return tuple(dict.fromkeys(word.removesuffix("'s") for word in utterance.words if word[0].isalnum() and word.removesuffix("'s") not in idle))


@lru_cache(maxsize=8)
def _idle(language: str) -> frozenset[str]:
    return frozenset(words(language, "choosing")["idle"])


def likeness(mine: Sequence[str], theirs: Sequence[str]) -> float:
    """From 0 to 1: how much of the listed question is asked, when that is most of it, and little else is."""
    if not theirs:
        return 0.0
    if not theirs[0].isascii():
        shared = LCSseq.similarity("".join(mine), "".join(theirs))
        return shared / len(theirs) if shared >= LEAST_WORDS and shared >= _HALF * len(theirs) else 0.0
    if len(theirs) < _NOT_BESIDE * len(mine):  # too little of it, whatever is met
        return 0.0
    known = _by_letter(tuple(mine))
    met = sum(any(_is_form(word, other) for other in known.get(word[0], ())) for word in theirs)
    return met / len(theirs) if met >= _MOST_OF * len(theirs) and met >= _NOT_BESIDE * len(mine) else 0.0


@lru_cache(maxsize=16)
def _by_letter(some: tuple[str, ...]) -> Mapping[str, Sequence[str]]:
    """Words by their first letter, each once: forms of one word begin alike."""
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(some):
        found.setdefault(word[0], []).append(word)
    return found


def _is_form(word: str, other: str) -> bool:
    """Whether two words that begin alike are forms of one: "park" and "parking", "licence" and "licensed"."""
    shorter, longer = sorted((word, other), key=len)
    if shorter == longer or (longer.startswith(shorter) and (len(shorter) >= _STEM or longer == shorter + "s")):
        return True
    shared = next((place for place in range(len(shorter)) if shorter[place] != longer[place]), len(shorter))
    return shared >= _ROOT and len(longer) - shared <= _ROOT - 1
