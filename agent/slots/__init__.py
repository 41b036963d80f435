"""The slots, in the order in which a caller is asked for them: each is found in the folder of its name."""

from collections.abc import Mapping
from importlib import import_module

from agent.record.skeleton import Place
from agent.record.slot_names import NAMES
from agent.slots.descriptor import Slot


def _found(name: str) -> Slot:
    slot: Slot = getattr(import_module(f"agent.slots.{name}"), name.upper())
    return slot


SLOTS: Mapping[str, Slot] = {name: _found(name) for name in NAMES}
PLACES: Mapping[str, Place] = {name: slot.place for name, slot in SLOTS.items()}
"""Where the slots' values lie in the CallSkeleton."""

__all__ = ["NAMES", "PLACES", "SLOTS"]
