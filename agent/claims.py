"""Which words of one utterance belong to which slot, by what the caller calls them; the other slots do not hear them."""

from collections.abc import Callable, Sequence

import msgspec

from agent.call import Call
from agent.ears import Ears
from agent.hearing import Context, Heard
from agent.labels import Label, claimed, labels
from agent.slots import SLOTS
from agent.slots.names import NAMES
from agent.text import Said


class Claims:
    """The labels of one utterance, heard by their slots. `asking` gives what a slot listens with as if it had been asked for."""

    def __init__(self, call: Call, said: Said, asked: frozenset[str], asking: Callable[[str, Said], Context], ears: Ears) -> None:
        self._said = said
        self._own: dict[str, Said] = {}
        self.labels: list[Label] = []
        """Over words that their slots made something of."""
        self.amended: list[Label] = []
        """Of slots that hold something and heard nothing new there: "my name is wrong"."""
        found = labels(said, asked, lambda: {name: _held(call, name, asking) for name in NAMES if call.slot(name).pending or call.slot(name).said})
        self.approved = frozenset(label.slot for label in found if label.approves)
        """Slots of which it is said that they are right."""
        heard_by: dict[str, Sequence[Heard]] = {}
        for label in found:
            if label.approves:
                continue
            state = call.slot(label.slot)
            if label.slot not in heard_by:
                own = _without(said, [other for other in found if other.slot != label.slot and not other.contrast])
                heard_by[label.slot] = () if state.locked else ears.hear(label.slot, own, asking(label.slot, own))
            heard = heard_by[label.slot]
            refused = label.slot == "phone" and heard and not heard[0].whole  # too short to be one: said so, and the good one stays
            if heard and (heard[0].whole or label.slot in asked or not state.value or refused):  # a part of a value takes no good one's place
                self.labels.append(claimed(said, label, heard[0].span))
            elif _holds(call, label.slot) and not state.locked:
                self.amended.append(label)
        self.slots = frozenset(label.slot for label in self.labels)

    def own_words(self, slot: str) -> Said:
        """The utterance without what was said about other slots; every word stays where it stood."""
        if slot not in self._own:
            self._own[slot] = _without(self._said, [label for label in self.labels if label.slot != slot])
        return self._own[slot]

    def another_has(self, slot: str, span: tuple[int, int], *, certain: bool) -> bool:
        """Whether the words at `span` stand under another slot's label that it made nothing of; `certain`: they can be nothing but this slot's."""
        there = [label for label in self.amended if label.slot != slot and label.start < span[1] and span[0] < label.end]
        return any(label.amends or not certain for label in there)


def _holds(call: Call, slot: str) -> bool:
    return bool(call.slot(slot).value or call.slot(slot).pending)


def _held(call: Call, slot: str, asking: Callable[[str, Said], Context]) -> str:
    """What a slot holds, as it is written and as it was said back."""
    state = call.slot(slot)
    value = (state.pending or state.said)[: 16 if slot == "time" else None]
    speak = msgspec.structs.replace(asking(slot, Said("")), language=call.language)
    return f"{value} , {SLOTS[slot].read_back(value, speak, False)}"


def _without(said: Said, labelled: Sequence[Label]) -> Said:
    """The utterance with marks in the place of the words under these labels."""
    if not labelled:
        return said
    text = said.text
    for label in labelled:
        text = text[: label.start] + "," * (label.end - label.start) + text[label.end :]
    return Said(text)
