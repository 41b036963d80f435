"""How callers react to what was said: they turn it down, restore it, leave it out, ask why, or say that the line was cut off."""

from functools import cache

from agent.languages import words
from agent.nlu.lexicon import Listed, by_first, end_of, says
from agent.nlu.mentions import names_of
from agent.nlu.utterance import Utterance

_BEHIND = 2
"""Words between what leaves a slot out and the slot's name at most, "the" and "my"."""


@cache
def _listed(kind: str, han: bool) -> Listed:
    """One list of `reactions.toml`: a turn with a Chinese character is Mandarin."""
    return by_first(words("zh" if han else "en", "reactions")[kind])


def says_any(utterance: Utterance, kind: str) -> bool:
    """Whether any phrase of one list was said: "identity", "cut_off", "none_of_it"."""
    return says(utterance, _listed(kind, utterance.has_han))


def declined(utterance: Utterance, slot: str) -> bool:
    """Whether the slot is to be left out: "forget the email", "can you leave the email off"."""
    spoken, names, declines = utterance.words, names_of(slot, utterance.has_han), _listed("declines", utterance.has_han)
    refused = [end for at in range(len(spoken)) if (end := end_of(spoken, at, declines))]
    return any(end_of(spoken, at, names) for end in refused for at in range(end, end + _BEHIND + 1))


def restores(utterance: Utterance) -> bool:
    """Whether what was held before is said to have been right: "no wait, it was right the first time"."""
    return says_any(utterance, "restores")


def denies(utterance: Utterance) -> bool:
    """Whether it begins as what turns something down does: "no, it's", "not quite", 不是; "no worries" does not."""
    spoken, han = utterance.words, utterance.has_han
    return bool(end_of(spoken, 0, _listed("no", han))) and not end_of(spoken, 1, _listed("harmless", han))


def asks_why(utterance: Utterance) -> bool:
    """Whether a "why" asks for a reason, and is not the end of a name ("Dee Why"): it begins the utterance, or a clause of a question follows it."""
    spoken, follows = utterance.words, _listed("asks_why", False)
    places = [at for at, word in enumerate(spoken) if word == "why"]
    return utterance.has_han or not places or any(at == 0 or at == len(spoken) - 1 > 2 or end_of(spoken, at + 1, follows) for at in places)
