"""Which words of one utterance belong to which slot, by what the caller calls them; the other slots do not hear them."""

from collections.abc import Callable, Sequence

import msgspec

from agent.dst.extraction import Extraction
from agent.nlu.candidates import Candidate, Context
from agent.nlu.mentions import Mention, covering, mentions
from agent.nlu.utterance import Utterance
from agent.record.call import Call
from agent.record.slot_names import NAMES
from agent.slots import SLOTS


class Assignment:
    """The labels of one utterance, heard by their slots. `asking` gives what a slot listens with as if it had been asked for."""

    def __init__(
        self, call: Call, utterance: Utterance, asked: frozenset[str], asking: Callable[[str, Utterance], Context], extraction: Extraction
    ) -> None:
        self._said = utterance
        self._own: dict[str, Utterance] = {}
        self.mentions: list[Mention] = []
        """Over words that their slots made something of."""
        self.amended: list[Mention] = []
        """Of slots that hold something and heard nothing new there: "my name is wrong"."""
        found = mentions(
            utterance, asked, lambda: {name: _held(call, name, asking) for name in NAMES if call.slot(name).pending or call.slot(name).said}
        )
        self.approved = frozenset(mention.slot for mention in found if mention.approves)
        """Slots of which it is said that they are right."""
        heard_by: dict[str, Sequence[Candidate]] = {}
        for mention in found:
            if mention.approves:
                continue
            state = call.slot(mention.slot)
            if mention.slot not in heard_by:
                own = _without(utterance, [other for other in found if other.slot != mention.slot and not other.denial])
                heard_by[mention.slot] = () if state.locked else extraction.extract(mention.slot, own, asking(mention.slot, own))
            candidates = heard_by[mention.slot]
            refused = SLOTS[mention.slot].too_short and candidates and not candidates[0].whole  # too short to be one: said so, and the good one stays
            if candidates and (
                candidates[0].whole or mention.slot in asked or not state.value or refused
            ):  # a part of a value takes no good one's place
                self.mentions.append(covering(utterance, mention, candidates[0].span))
            elif _holds(call, mention.slot) and not state.locked:
                self.amended.append(mention)
        self.slots = frozenset(mention.slot for mention in self.mentions)

    def own_words(self, slot: str) -> Utterance:
        """The utterance without what was said about other slots; every word stays where it stood."""
        if slot not in self._own:
            self._own[slot] = _without(self._said, [mention for mention in self.mentions if mention.slot != slot])
        return self._own[slot]

    def another_has(self, slot: str, span: tuple[int, int], *, certain: bool) -> bool:
        """Whether the words at `span` stand under another slot's label that it made nothing of; `certain`: they can be nothing but this slot's."""
        there = [mention for mention in self.amended if mention.slot != slot and mention.start < span[1] and span[0] < mention.end]
        return any(mention.amends or not certain for mention in there)


def _holds(call: Call, slot: str) -> bool:
    return bool(call.slot(slot).value or call.slot(slot).pending)


def _held(call: Call, slot: str, asking: Callable[[str, Utterance], Context]) -> str:
    """What a slot holds, as it is written and as it was said back."""
    state = call.slot(slot)
    value = SLOTS[slot].local(state.pending or state.said)
    speak = msgspec.structs.replace(asking(slot, Utterance("")), language=call.language)
    return f"{value} , {SLOTS[slot].present(value, speak, False)}"


def _without(utterance: Utterance, labelled: Sequence[Mention]) -> Utterance:
    """The utterance with marks in the place of the words under these labels."""
    if not labelled:
        return utterance
    text = utterance.text
    for mention in labelled:
        text = text[: mention.start] + "," * (mention.end - mention.start) + text[mention.end :]
    return Utterance(text)
