"""Name: whom the booking is for, as the person writes it.

Extracted  "my name is Mary O'Neill", a bare name between fillers, first and last name apart, spelled names; 我叫王宝强, 免贵姓王, 弓长张.
Held       "Mary-Anne O'Neill", "王宝强".
Said       the name; slowly: each word with its letters, each character with a word that has it.
Sources    lists of names: the head of `languages/<lang>/names.toml` says whence; everything else is grammar over `languages/<lang>/name.toml`.

extracting.py opens with the way from words to a name.
"""

from agent.record.reasons import Reason
from agent.record.skeleton import Place
from agent.slots.descriptor import Grounding, Listening, Slot
from agent.slots.name.extracting import extract
from agent.slots.name.presenting import addressed, parts, present
from agent.slots.name.validating import validate, written

NAME = Slot(
    name="name",
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    parts=parts,
    grounding=Grounding(implicit=True),
    always_patched=True,
    listening=Listening(patience_ms=1200),
    addressed=addressed,
    place=Place(within="userInfo", blank=True),
    vouched=frozenset({Reason.TOO_SHORT}),
)
