"""Phone: the number to ring back on.

Extracted  digits in figures and words, "oh", "double four", "eight hundred", 幺 and 洞, with pauses and fillers between them; over several turns
           (`context.held.partial`); corrected on the way ("no, five five five two") or afterwards ("the last two digits are four two"). Not what is
           said to be something else (an account, a card), what counts something (a price, a party), days, clocks, and too few digits among words.
Held       E.164, e.g. "+61412345678"; digits as said where they are no number in use, so that validating can say why.
Said       digit by digit, in the groups the region writes.
Sources    ITU-T E.164 (11/2010); numbering plans from libphonenumber; lengths from `agent/regions`.

rules.py     what callers say around and inside numbers, and how they correct them, over the words of `agent/languages/<lang>/phone.toml`
reading.py   runs of digits read off the chart: of several readings the heaviest that is a number in use (cutting.py, numbering.py)
extracting.py  the first edit that fits (edits.py), else the numbers said, corrected, put together and ranked
"""

from agent.record.skeleton import Place
from agent.slots.descriptor import Listening, Slot
from agent.slots.phone.extracting import extract
from agent.slots.phone.numbering import keys
from agent.slots.phone.presenting import present
from agent.slots.phone.rules import chart_of
from agent.slots.phone.validating import validate, written

PHONE = Slot(
    name="phone",
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    chunks=lambda utterance, context: chart_of(utterance, context.language).chunks(),
    too_short=True,
    listening=Listening(patience_ms=2000, keys=lambda brief: keys(brief.region)),
    slow_rest=True,
    place=Place(within="userInfo", blank=True),
    example="+12025550123",
)
