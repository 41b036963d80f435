"""Whether a service is on offer, and what somebody wrote down as one."""

from agent.nlu.candidates import Context
from agent.record.business import Service
from agent.record.characters import one_line
from agent.record.reasons import Reason


def validate(value: str, context: Context) -> Reason | None:
    """Reason.NOT_OFFERED for an id that no service on offer has."""
    return None if offered_as(value, context) else Reason.NOT_OFFERED


def written(value: str, context: Context) -> str | Reason:
    """The id of the service that has this id, or else this name, or else this other word: the whole of it, and no other service."""
    if validate(value, context) is None:
        return value
    typed = _folded(value)
    for known in (lambda service: (service.id,), Service.all_names, Service.all_words):
        found = [service.id for service in context.services if typed in map(_folded, known(service))]
        if found:
            return found[0] if len(found) == 1 else Reason.NOT_OFFERED
    return Reason.NOT_OFFERED


def _folded(text: str) -> str:
    return one_line(text).casefold()


def offered_as(value: str, context: Context) -> Service | None:
    """The service on offer that has this id."""
    return next((service for service in context.services if service.id == value), None)
