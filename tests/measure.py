"""A thin door to the understanding of a turn, for measuring single utterances (tests/scoreboard)."""

from datetime import datetime

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.record.acts import Act
from agent.record.business import Service
from agent.slots import SLOTS

_ASKED = {"first_name": "name", "last_name": "name", "date": "time", "postcode": "address"}
_OPTIONS = "Options:"
_MEASURED = frozenset(Act) - {
    *(
        Act.EMERGENCY,
        Act.REFUSE,
        Act.WHY,
        Act.ASK_SERVICES,
        Act.ASK_PRICE,
        Act.ASK_HOURS,
        Act.ASK_LENGTH,
        Act.ASK,
        Act.ASK_HELD,
        Act.SAME_NUMBER,
        Act.LANGUAGE,
        Act.BACKCHANNEL,
    ),
}
"""The acts that measurements know; the others are ours alone, and count as none there."""


def read_value(slot: str, utterance: str, asked: str | None, locale: str, reference_time: str | None) -> str | None:
    """What one slot hears in one utterance, in the form of the slot's value; for "act" the label of the first act measured; None for nothing.

    `asked`: our last sentence, or the name of the slot asked for, or names joined by commas; for "service" the options stand behind
    "Options:", joined by ";".
    `reference_time`: the caller's "now", ISO 8601, local.
    """
    language, _, country = locale.partition("-")
    prompt, _, options = (asked or "").partition(_OPTIONS)
    services = tuple(Service(id=name.strip(), name=name.strip()) for name in options.split(";") if name.strip())
    context = Context(
        language=language,
        region=country or "US",
        now=datetime.fromisoformat(reference_time or "2026-03-02T09:00"),
        asked=_asked(asked),
        prompt=prompt.strip(),
        services=services,
    )
    said = Utterance(utterance)
    if slot == "act":
        from agent.nlu.acts.recognition import recognise_acts

        return next((heard.act.value for heard in recognise_acts(said, context) if heard.act in _MEASURED), None)
    found = SLOTS[slot].extract(said, context)
    return found[0].value if found else None


def _asked(asked: str | None) -> frozenset[str]:
    """The slots that `asked` names, when it names slots; none, which is unknown, when it is a sentence or nothing was said."""
    names = (asked or "").split(",")
    if all(name.replace("_", "").isalpha() and name.islower() for name in names):
        return frozenset(_ASKED.get(name, name) for name in names)
    return frozenset()
