"""What is heard at the beginning while something else is asked, too weakly to be taken: kept, and offered when its slot's turn comes.

Most callers begin with what they ring for ("I get headaches when I read", to an optician), before they are asked. Such words are listened to as if
the service had been asked for; what they may mean is never taken, only asked: "is it an eye test?". Later in a call the same words are mostly about
something else ("hold on", "what do you need my address for").
"""

from collections.abc import Sequence

import msgspec

from agent.dst.hearing import Hearing
from agent.dst.informing import inform
from agent.nlu.effort import to_spare
from agent.nlu.lexicon import Spoken
from agent.nlu.utterance import Utterance
from agent.record.acts import Inform, ValueKind
from agent.record.call import Call, Question
from agent.slots import SLOTS

_OFFERED = 0.5
"""How sure a value is, from 0 to 1, that is only offered: less than any that is taken without a yes."""
_LEAST = 0.33
"""How sure one has to be to be kept. Tuned on `tests/meaning/tune.jsonl` and on talk at the beginning of calls."""
_TALK = ("greetings", "waits", "apologies", "courtesies", "thanks", "vocatives")
"""Classes of `discourse.toml` that tell nothing."""
_OPEN = ("none", "ask")
"""The questions beside which somebody tells what he rings for."""


def overheard(hearing: Hearing, told: Sequence[Inform]) -> list[Inform]:
    """What the words that nobody took may mean for a slot that is still to be asked for, while the call holds nothing yet."""
    begun = any(state.settled or state.pending for state in hearing.call.slots.values())
    if begun or hearing.question.kind not in _OPEN or hearing.talk or hearing.correcting:
        return []
    slots = [name for name, slot in SLOTS.items() if slot.overheard and _is_open(hearing, name, told)]
    return [given for name in slots if to_spare() and (given := _best(hearing, name, told)) is not None]


def offered_now(call: Call, question: Question) -> Inform | None:
    """What was overheard of the slot that `question` asks for, as it is offered."""
    if question.kind != "ask" or (given := call.slot(question.slots[0]).overheard) is None:
        return None
    return msgspec.structs.replace(given, kind=msgspec.UNSET, asked=False, confidence=min(given.confidence, _OFFERED))


def _is_open(hearing: Hearing, name: str, told: Sequence[Inform]) -> bool:
    state = hearing.call.slot(name)
    known = state.settled or state.locked or state.pending or state.options or state.partial or state.disputed
    return not (known or name in hearing.asked or any(one.slot == name for one in told))


def _best(hearing: Hearing, name: str, told: Sequence[Inform]) -> Inform | None:
    rest, context = _telling(hearing, told), hearing.asking_only(name)
    found = next(iter(hearing.extract(name, rest, context)), None)
    if found is not None and not found.options and found.confidence <= _OFFERED:
        found = None  # one weak word
    guess = SLOTS[name].guess
    if guess is not None and not told:
        found = guess(rest, context, found)
    if found is None or not found.whole or found.confidence < _LEAST:
        return None
    return msgspec.structs.replace(inform(name, found, rest, asked=False), kind=ValueKind.OVERHEARD)


def _telling(hearing: Hearing, told: Sequence[Inform]) -> Utterance:
    """The words that tell something and that nobody took: a mark stands in the place of values, greetings and courtesies."""
    said, text = Spoken(hearing.utterance, "discourse"), hearing.utterance.text
    tokens = hearing.utterance.tokens
    for first, last in (span for kind in _TALK for span in said.of(kind)):
        start, end = tokens[first].start, tokens[last - 1].end
        text = text[:start] + "," * (end - start) + text[end:]
    for words in (one.words for one in told):
        text = text.replace(words, "," * len(words))
    return Utterance(text)
