"""Whether a phone number can be rung, and the form it is held in."""

from agent.nlu.candidates import Context
from agent.record.reasons import Reason
from agent.slots.phone.numbering import Fit, Plan, e164, typed


def validate(value: str, context: Context) -> Reason | None:
    """TOO_SHORT, TOO_LONG or NOT_IN_USE; None for a number in use and nothing beside it."""
    digits = typed(value)
    if not digits and any(map(str.isdecimal, value)):
        return Reason.NOT_IN_USE
    match Plan(context.region).fit(digits):
        case Fit.VALID:
            return None
        case Fit.SHORT:
            return Reason.TOO_SHORT
        case Fit.LONG:
            return Reason.TOO_LONG
        case Fit.WHOLE:
            return Reason.NOT_IN_USE


def written(value: str, context: Context) -> str | Reason:
    """The number in E.164."""
    return validate(value, context) or e164(typed(value), context.region)
