"""Whether an e-mail address can be written to, and the form it is held in (RFC 5321 and RFC 5322, by way of email-validator)."""

from email_validator import EmailNotValidError, validate_email

from agent.nlu.candidates import Context
from agent.record.characters import readable
from agent.record.reasons import Reason

_LONGEST = 254
"""Characters of an address: a path of 256 octets without its brackets (RFC 5321, 4.5.3.1.3)."""


def validate(value: str, context: Context) -> Reason | None:
    """NO_DOMAIN for an address without an ending, NOT_AN_EMAIL for what is none; TOO_LONG past 254 characters."""
    if len(value) > _LONGEST:
        return Reason.TOO_LONG
    if normal(value):
        return None
    local, at, domain = value.rpartition("@")
    plain = local and at and "." not in domain and all(c.isalnum() or c in "-" for c in domain)
    return Reason.NO_DOMAIN if plain else Reason.NOT_AN_EMAIL


def written(value: str, context: Context) -> str | Reason:
    """The address as email-validator normalises it, in lower case."""
    typed = readable(value).strip()
    form = normal(typed)
    return form if form and normal(form) == form else validate(typed, context) or Reason.NOT_AN_EMAIL


def normal(address: str) -> str:
    """The address as email-validator normalises it, in lower case; "" when it is none. Reserved domains ("example.com") may be used."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return ""
