"""Deliveries about a booking, as the outbox has them."""

from typing import Any

import msgspec

from agent.record.business import Business
from agent.record.delivery import Delivery, Occasion
from api.business_files import load

ACME = load(None).default


def booking(occasion: Occasion = "booking.created", *, language: str = "en", made: int = 1_772_413_200, **other: Any) -> Delivery:
    """Drain cleaning on Tuesday, March 3rd 2026 at 14:30 in New York; `other`: fields of the body."""
    body = {
        "reference": "C82LC",
        "callSid": "CA1",
        "business": ACME.id,
        "company": {"name": ACME.name, "email": ACME.email, "id": ACME.id},
        "language": language,
        "state": {"booking.cancelled": "cancelled", "booking.not_free": "not_free"}.get(occasion, "booked"),
        "sequence": {"booking.created": 0, "booking.changed": 1}.get(occasion, 2),
        "service": {"id": "drain-cleaning", "name": {"en": "Drain cleaning", "zh": "疏通下水道"}, "price": 149, "minutes": 60},
        "start": "2026-03-03T14:30:00-05:00",
        "end": "2026-03-03T15:30:00-05:00",
        "time_zone": "America/New_York",
        "name": "Ann Lee",
        "phone": "+12025550143",
        "email": "ann@example.com",
        "address": "12 Main St, New York, NY 10001",
    }
    return Delivery(id=f"msg_{occasion[8:]}", kind="mail", occasion=occasion, sid="CA1", business=ACME.id, made=made, body={**body, **other})


def with_templates(**texts: str) -> Business:
    """The example with templates of its own; "__" in a name stands for a dot."""
    own = {name.replace("__", "."): text for name, text in texts.items()}
    return msgspec.structs.replace(ACME, outgoing=msgspec.structs.replace(ACME.outgoing, mail_templates=own))
