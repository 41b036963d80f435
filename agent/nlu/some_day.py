"""Whether what was agreed could still be cancelled or changed some day: "can I cancel later", "can I reschedule if something comes up", 以后能改吗.

It is asked so by whoever books, and nothing is to be cancelled or changed now. Its "later" is no time either: it stands alone at the end of what is
asked, where that of a wish stands behind how much ("an hour later"), before a day ("later on Friday"), or behind what only moves ("push it later").
"""

from agent.nlu.effort import spend
from agent.nlu.lexicon import Spoken
from agent.nlu.utterance import Utterance

_READING = 10
"""Units of effort that it takes to read one question."""
_VERBS = ("cancel", "move", "changing")
_BETWEEN = 6
"""Characters at most between the time spoken of and what is done then, in Mandarin."""


def asks_of_some_day(utterance: Utterance) -> bool:
    """Whether the caller asks what he could still do with his appointment later."""
    text = Spoken(utterance, "appointment")
    return _mandarin(text) if utterance.has_han else any(_english(text, *one) for one in text.of("may_i"))


def _english(text: Spoken, opens: int, at: int) -> bool:
    """Whether it is asked from word `opens` on: what opens the question, what is done, what it is done to, and then: later, or in which case."""
    spend(_READING)
    verb = text.past(at, "meanwhile", "then")
    timed = any(text.end_of("then", place) for place in range(at, verb))
    end = _verb(text, verb)
    if not end:
        return False
    at = text.past(end, "changed")
    if timed or any(text.end_of("in_case", before) for before in range(opens)):  # "if something comes up, can I cancel"
        return _ends(text, at)
    if text.end_of("in_case", at):
        return True
    then = text.end_of("then", at)
    return bool(then) and _ends(text, then) and not (text.words[verb] in text.listed("shifts") and text.words[at] in text.listed("how_far"))


def _verb(text: Spoken, at: int) -> int:
    return max(text.end_of(kind, at) for kind in _VERBS)


def _ends(text: Spoken, at: int) -> bool:
    """Whether the question ends here, or goes on with the case in which, or as questions end: "please", "or is it too late"."""
    return at >= len(text.words) or not text.words[at].isalnum() or any(text.end_of(kind, at) for kind in ("in_case", "question_ends"))


def _mandarin(text: Spoken) -> bool:
    """以后能改预约吗, 到时候可以取消吗, 临时有事能不能改期: then, and behind it what is done, in a question that says not to what."""
    if not (text.says("may_i") or any(word in text.listed("question_ends") for word in text.words)):
        return False
    spend(_READING)
    for at in range(len(text.words)):
        then = text.end_of("then", at) or text.end_of("in_case", at)
        if then and (at == 0 or text.words[at - 1] not in text.listed("behind_number")):
            done = next((end for place in range(then, min(then + _BETWEEN, len(text.words))) if (end := _verb(text, place))), 0)
            if done and not _says_what(text, done):
                return True
    return False


def _says_what(text: Spoken, at: int) -> bool:
    """Whether from word `at` on it is said what to, or of what but the appointment: 改到周五, 换个灯."""
    while at < len(text.words):
        end = max(text.end_of(kind, at) for kind in ("changed", "may_i", "question_ends", "in_case"))
        if not end and text.words[at].isalnum():
            return True
        at = max(end, at + 1)
    return False
