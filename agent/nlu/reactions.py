"""How callers react to what was said: they turn it down, restore it, leave it out, ask why, or say that the line was cut off (`reactions.toml`)."""

from agent.nlu.lexicon import Spoken, end_of
from agent.nlu.mentions import names_of
from agent.nlu.utterance import Utterance

_BEHIND = 2
"""Words between what leaves a slot out and the slot's name at most, "the" and "my"."""


def says_any(utterance: Utterance, kind: str) -> bool:
    """Whether any phrase of one list was said: "identity", "cut_off", "none_of_it", "restores"."""
    return Spoken(utterance, "reactions").says(kind)


def declined(utterance: Utterance, slot: str) -> bool:
    """Whether the slot is to be left out: "forget the email", "can you leave the email off"."""
    text, names = Spoken(utterance, "reactions"), names_of(slot, utterance.has_han)
    return any(end_of(text.words, at, names) for _, end in text.of("declines") for at in range(end, end + _BEHIND + 1))


def denies(utterance: Utterance) -> bool:
    """Whether it begins as what turns something down does: "no, it's", "not quite", 不是; "no worries" does not."""
    text = Spoken(utterance, "reactions")
    return bool(text.end_of("no", 0)) and not text.end_of("harmless", 1)


def asks_why(utterance: Utterance) -> bool:
    """Whether a "why" asks for a reason, and is not the end of a name ("Dee Why"): it begins the utterance, or a clause of a question follows it."""
    text = Spoken(utterance, "reactions")
    places = [at for at, _ in text.of("why")]
    return utterance.has_han or not places or any(at == 0 or at == len(text.words) - 1 > 2 or text.end_of("asks_why", at + 1) for at in places)
