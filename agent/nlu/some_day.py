"""Whether what was agreed could still be cancelled or changed some day: "can I cancel later", "can I reschedule if something comes up", 以后能改吗.

It is asked so by whoever books, and nothing is to be cancelled or changed now. Its "later" is no time either: it stands alone at the end of what is
asked, where that of a wish stands behind how much ("an hour later"), before a day ("later on Friday"), or behind what only moves ("push it later").
"""

from collections.abc import Sequence

from agent.nlu.effort import spend
from agent.nlu.errands import listed
from agent.nlu.lexicon import end_of
from agent.nlu.utterance import Utterance

_READING = 10
"""Units of effort that it takes to read one question."""
_VERBS = ("cancel", "move", "changing")
_BETWEEN = 6
"""Characters at most between the time spoken of and what is done then, in Mandarin."""


def asks_of_some_day(utterance: Utterance) -> bool:
    """Whether the caller asks what he could still do with his appointment later."""
    return _mandarin(utterance.words) if utterance.has_han else any(_english(utterance.words, at) for at in _opening(utterance.words, "en"))


def _opening(spoken: Sequence[str], language: str) -> list[int]:
    opens = listed(language, "may_i")
    return [at for at, word in enumerate(spoken) if word in opens and end_of(spoken, at, opens)]


def _english(spoken: Sequence[str], opens: int) -> bool:
    """Whether it is asked from word `opens` on: what opens the question, what is done, what it is done to, and then: later, or in which case."""
    spend(_READING)
    at = end_of(spoken, opens, listed("en", "may_i"))
    verb, timed = _past(spoken, at, ("meanwhile", "then"))
    end = _verb(spoken, verb, "en")
    if not end:
        return False
    if timed or any(end_of(spoken, before, listed("en", "in_case")) for before in range(opens)):  # "if something comes up, can I cancel"
        return _ends(spoken, _past(spoken, end, ("changed",))[0])
    at = _past(spoken, end, ("changed",))[0]
    if end_of(spoken, at, listed("en", "in_case")):
        return True
    then = end_of(spoken, at, listed("en", "then"))
    return bool(then) and _ends(spoken, then) and not (spoken[verb] in listed("en", "shifts") and spoken[at] in listed("en", "how_far"))


def _past(spoken: Sequence[str], at: int, kinds: Sequence[str]) -> tuple[int, bool]:
    """Behind all words of the lists; whether any of the last list's was among them."""
    found = False
    while end := next((end for kind in kinds if (end := end_of(spoken, at, listed("en", kind)))), 0):
        found = found or bool(end_of(spoken, at, listed("en", kinds[-1])))
        at = end
    return at, found


def _verb(spoken: Sequence[str], at: int, language: str) -> int:
    return max(end_of(spoken, at, listed(language, kind)) for kind in _VERBS)


def _ends(spoken: Sequence[str], at: int) -> bool:
    """Whether the question ends here, or goes on with the case in which, or as questions end: "please", "or is it too late"."""
    return at >= len(spoken) or not spoken[at].isalnum() or any(end_of(spoken, at, listed("en", kind)) for kind in ("in_case", "question_ends"))


def _mandarin(spoken: Sequence[str]) -> bool:
    """以后能改预约吗, 到时候可以取消吗, 临时有事能不能改期: then, and behind it what is done, in a question that says not to what."""
    asked = [*_opening(spoken, "zh"), *(at for at, word in enumerate(spoken) if word in listed("zh", "question_ends"))]
    if not asked:
        return False
    spend(_READING)
    behind = listed("zh", "behind_number")
    for at, word in enumerate(spoken):
        then = next((end for kind in ("then", "in_case") if word in listed("zh", kind) and (end := end_of(spoken, at, listed("zh", kind)))), 0)
        if then and (at == 0 or spoken[at - 1] not in behind):
            done = next((end for place in range(then, min(then + _BETWEEN, len(spoken))) if (end := _verb(spoken, place, "zh"))), 0)
            if done and not _says_what(spoken, done):
                return True
    return False


def _says_what(spoken: Sequence[str], at: int) -> bool:
    """Whether from word `at` on it is said what to, or of what but the appointment: 改到周五, 换个灯."""
    known = ("changed", "may_i", "question_ends", "in_case")
    while at < len(spoken):
        end = max(end_of(spoken, at, listed("zh", kind)) for kind in known)
        if not end and spoken[at].isalnum():
            return True
        at = max(end, at + 1)
    return False
