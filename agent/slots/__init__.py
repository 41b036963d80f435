"""The slots, in the order in which a caller is asked for them."""

from importlib import import_module

from agent.hearing import Slot
from agent.slots.names import NAMES


def _load() -> dict[str, Slot]:
    found = {}
    for name in NAMES:
        try:
            found[name] = getattr(import_module(f"agent.slots.{name}"), name.upper())
        except ModuleNotFoundError as missing:
            if missing.name != f"agent.slots.{name}":
                raise
    return found


SLOTS: dict[str, Slot] = _load()
