"""Service: which of the things on offer the caller wants.

Extracted  its name, another word for it, what is wrong ("my drain is blocked"), its place in what was read out ("the second one"), its price.
           Two that fit equally, or that are both wanted, are asked about, never chosen between; what is not on the list is not heard. Where
           something else was asked for, only what no name, address or spelling says by the way is taken.
Held       `Service.id`.
Said       its name in the call's language.
Sources    the services of the call's brief; what words mean, `service.toml` of every language.
"""

from agent.record.acts import Act
from agent.record.business import in_language
from agent.record.skeleton import Place
from agent.slots.descriptor import Grounding, Listening, Slot
from agent.slots.service.extracting import extract
from agent.slots.service.guessing import guess
from agent.slots.service.presenting import present
from agent.slots.service.validating import validate, written

SERVICE = Slot(
    name="service",
    extract=extract,
    validate=validate,
    present=present,
    written=written,
    calendar="length",
    grounding=Grounding(implicit=True, unsure=0.55),  # up to there it is one word that others share
    guess=guess,
    overheard=True,
    asked_about=frozenset({Act.ASK_PRICE, Act.ASK_SERVICES, Act.ASK_LENGTH}),
    listening=Listening(hints=lambda brief, language: [in_language(service.name, language) for service in brief.services]),
    place=Place(of_service=True),
)
