"""Set phrases: the business's emergency words, the questions it answers, and what machines say."""

from functools import lru_cache

from rapidfuzz import fuzz

from agent.acts.hearing import said_phrase
from agent.business import Business, in_language
from agent.languages import words
from agent.text import Said

SAME_QUESTION = 88.0
"""rapidfuzz token_set_ratio, 0 to 100, from which two wordings are one question."""
LEAST_WORDS = 2


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """Words (or Chinese characters) with single spaces around each, marks left out."""
    return " " + " ".join(token.norm for token in Said(text).tokens if token.is_word or token.is_number) + " "


def _phrases(table: list[str] | dict[str, list[str]]) -> list[str]:
    return table if isinstance(table, list) else [phrase for phrases in table.values() for phrase in phrases]


def urgent(said: Said, business: Business) -> bool:
    """Whether one of the business's emergency words was said, as whole words, and not denied ("there's no gas leak")."""
    return said_phrase(said, _phrases(business.emergency_words))


def is_machine(said: Said, language: str) -> bool:
    """Whether a machine is talking: voicemail, a queue, an operator's announcement."""
    heard = _plain(said.text)
    return any(_plain(phrase) in heard for phrase in words(language, "machines")["phrases"])


def answer(said: Said, business: Business, language: str) -> str:
    """The business's answer to a question it expects, or ""."""
    mine = _plain(said.text).strip()
    if len(mine.split()) < LEAST_WORDS:
        return ""
    best, found = SAME_QUESTION, ""
    for question in business.questions:
        for phrase in _phrases(question.asks):
            score = (
                fuzz.token_sort_ratio(_plain(phrase).strip(), mine)
                if len(phrase) > len(said.text)
                else fuzz.partial_ratio(_plain(phrase), _plain(said.text))
            )
            if score > best:
                best, found = score, in_language(question.answer, language)
    return found
