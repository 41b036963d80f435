"""The slots, in the order in which a caller is asked for them."""

from agent.record.slot_names import NAMES
from agent.slots.address import ADDRESS
from agent.slots.descriptor import Slot
from agent.slots.email import EMAIL
from agent.slots.name import NAME
from agent.slots.phone import PHONE
from agent.slots.service import SERVICE
from agent.slots.time import TIME

SLOTS: dict[str, Slot] = {slot.name: slot for slot in (NAME, PHONE, ADDRESS, EMAIL, SERVICE, TIME)}

__all__ = ["NAMES", "SLOTS"]
