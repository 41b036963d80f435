"""Saying a service back."""

from agent.nlu.candidates import Context
from agent.record.business import in_language
from agent.slots.service.validating import offered_as


def present(value: str, context: Context, slow: bool) -> str:
    """The service's name in the call's language; the id itself when it is not offered."""
    service = offered_as(value, context)
    return in_language(service.name, context.language) if service else value
