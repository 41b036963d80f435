"""What a step owes the outside: read off the call before it and after it, so that whoever takes the step need not think of it.

    nothing booked -> a place              booking.created     a mail to the caller, a webhook
    a place -> none                        booking.cancelled   a mail to the address of the booking, a webhook
    a place, and other values              booking.changed     a webhook, and a mail, to the address that is another now if that is what changed
    noted, and not free any more           booking.not_free    a mail to the caller, a webhook
    the call is over                       call.ended          a webhook
    a person is wanted who was not         handoff.wanted      a webhook

How the place came to be is all the same: by the caller's yes, the office's, a person's, or by taking back a turn that had given it up. A turn that
is taken back (`agent.policy.revising`) and had booked a place gives that up, which is a cancellation. What is owed goes by the step's revision, so a
step that is tried again owes the same once more, under the same ids, and nothing that was owed before it.

A mail is of no use any more once the appointment that it is about has begun, and is not sent then; a webhook always is.

What a body says is what holds after the step; of a place that is given up, or was not free, what held before. `sequence` is that of `Confirmation`;
`revision` grows with every step of the call, for receivers that something reaches out of turn.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent.dst.opening import clock_of
from agent.record.appointment import PERSONAL, Appointment
from agent.record.booking_reference import booking_reference
from agent.record.business import in_language
from agent.record.call import Booking, Call
from agent.record.cancellation import Cancellation
from agent.record.confirmation import Confirmation
from agent.record.delivery import Delivery, DeliveryKind, Occasion, delivery_id
from agent.record.packet import packet
from agent.record.progress import progress
from agent.slots.address import ADDRESS
from agent.slots.email import EMAIL
from agent.slots.name import NAME
from agent.slots.phone import PHONE
from agent.slots.service import SERVICE
from agent.slots.time import TIME

replace = msgspec.structs.replace

_OVER = ("booked", "ended")
NOT_SAID = Cancellation()
_GIVEN_UP: Mapping[Occasion, str] = {"booking.cancelled": "cancelled", "booking.not_free": "not_free"}
"""Occasions on which what stood before is told, and what is said of it."""


class Wants(msgspec.Struct, frozen=True, kw_only=True):
    """What of all this a business wants, as it is set up."""

    mail: bool = False
    hooks: frozenset[Occasion] = frozenset()
    """The occasions its hook is told of."""

    @property
    def confirms(self) -> frozenset[str]:
        """As `TurnContext.confirms`."""
        kinds = {"mail": self.mail, "webhook": "booking.created" in self.hooks}
        return frozenset(kind for kind, is_told in kinds.items() if is_told)


def owed(before: Call | None, after: Call, wants: Wants, now: int, given_up: Cancellation = NOT_SAID) -> tuple[Delivery, ...]:
    """What the step from `before` (None: the call began) to `after` owes. `after`: as `reckoned` gives it; `now`: Unix seconds.

    `given_up`: why a booking was, if the step does that.
    """
    occasions = _occasions(before, after)
    hooks = [("webhook", one) for one in occasions if one in wants.hooks]
    mail = _mail(before, after) if wants.mail else None
    revision = _revision(before)
    # Under a callSid that was erased another call may begin: its revisions are not that one's.
    who = f"{after.sid} {after.created_at}"
    due: list[tuple[DeliveryKind, Occasion]] = [*([("mail", mail)] if mail else []), *hooks]  # type: ignore[list-item]
    return tuple(
        Delivery(
            id=delivery_id(who, kind, occasion, revision),
            kind=kind,
            occasion=occasion,
            sid=after.sid,
            business=after.brief.business,
            made=now,
            until=_until(before, after, now) if kind == "mail" else 0,
            body=_body(before, after, occasion, revision) | (msgspec.structs.asdict(given_up) if occasion == "booking.cancelled" else {}),
        )
        for kind, occasion in due
    )


def reckoned(before: Call | None, after: Call, wants: Wants) -> Call:
    """The call after a step, with how it stands with the mail about its booking: the one thing about it that is reckoned and not decided."""
    occasion = _shown(before, after)
    if occasion is None and not _moved(before, after) and not (wants.mail and _changed(before, after)):
        return after
    sequence = after.confirmation.sequence + (occasion is not None)
    is_due = wants.mail and _mail(before, after) is not None
    revision = _revision(before) if is_due else 0
    return replace(after, confirmation=Confirmation(sequence=sequence, revision=revision, mail="due" if is_due else "none"))


def _revision(before: Call | None) -> int:
    """Of the step from there."""
    return (before.rev if before else 0) + 1


def concerns(call: Call, body: Mapping[str, Any]) -> bool:
    """Whether a mail with this body still tells how it stands with the call's booking, and goes where its mails go; otherwise a later one does."""
    return body["sequence"] == call.confirmation.sequence and (call.booked is None or address_of(call) == body["email"])


def tells(appointment: Appointment, body: Mapping[str, Any]) -> bool:
    """The same of what a call booked that is no longer kept."""
    moved = appointment.state == "booked" and appointment.email != body["email"]
    return body["sequence"] == appointment.sequence and not moved


def address_of(call: Call) -> str:
    """Where mails about the booking go; "" where the caller gave no address."""
    state = call.slot(EMAIL.name)
    return state.value if state.status != "skipped" else ""


def _until(before: Call | None, after: Call, now: int) -> int:
    """When the appointment begins, or would have: by the service's clock, also where the call's turns are played at another time."""
    place = after.booked or (before.booked if before is not None else None)
    here = clock_of(after, datetime.fromtimestamp(now, UTC)).timestamp()
    return int(now + place.start - here) if place is not None else 0


def _occasions(before: Call | None, after: Call) -> tuple[Occasion, ...]:
    """In the order in which they are told."""
    found: list[Occasion] = []
    shown = _shown(before, after)
    if shown is not None:
        found.append(shown)
    elif _changed(before, after):
        found.append("booking.changed")
    if _is_lost(before, after):
        found.append("booking.not_free")
    if after.status in _OVER and (before is None or before.status not in _OVER):
        found.append("call.ended")
    if _wants_a_person(after) and not (before is not None and _wants_a_person(before)):
        found.append("handoff.wanted")
    return tuple(found)


def _shown(before: Call | None, after: Call) -> Occasion | None:
    """What became of the booking as a calendar shows it."""
    was = before.booked if before is not None else None
    if was is None or after.booked is None:
        return None if was is after.booked else "booking.created" if was is None else "booking.cancelled"
    assert before is not None  # noqa: S101 - it has a booking
    return "booking.changed" if _entry(before, was) != _entry(after, after.booked) else None


def _mail(before: Call | None, after: Call) -> Occasion | None:
    """What a mail is owed about. To an address that is another now, all is news: whoever had the mails before is not the caller. Whatever else is
    changed, whoever booked hears of it: it may have been somebody who found the reference."""
    shown = _shown(before, after)
    if _is_lost(before, after):
        return "booking.not_free" if address_of(after) else None
    if shown == "booking.cancelled":
        return shown if before is not None and address_of(before) else None
    if after.booked is None or not address_of(after):
        return None
    if shown is None and _moved(before, after):
        return "booking.created"
    return "booking.changed" if shown is None and _changed(before, after) else shown


def _is_lost(before: Call | None, after: Call) -> bool:
    """Whether what was to be confirmed turned out to be another's, so that a person is wanted for it."""
    noted = before is not None and before.to_be_confirmed is not None and after.to_be_confirmed is None
    return noted and after.handoff is not None and after.handoff.why == "not_free"


def _moved(before: Call | None, after: Call) -> bool:
    """Whether the mails about one booking go elsewhere from now on."""
    return before is not None and before.booked is not None and after.booked is not None and address_of(before) != address_of(after)


def _changed(before: Call | None, after: Call) -> tuple[str, ...]:
    """The slots whose values are others than those of the booking that was there before."""
    if before is None or before.booked is None or after.booked is None:
        return ()
    was, now = before.booked, after.booked
    parts = {
        SERVICE.name: _service_id(before, was) != _service_id(after, now),
        TIME.name: (was.start, was.end) != (now.start, now.end),
        **{name: before.slot(name).value != after.slot(name).value for name in PERSONAL},
    }
    return tuple(name for name, differs in parts.items() if differs)


def _wants_a_person(call: Call) -> bool:
    """Whether one is wanted, and there is all to tell: in the midst of a turn there is not."""
    return call.status == "waiting_agent" and call.handoff is not None and (bool(call.handoff.sentence) or call.open_turn is None)


def _entry(call: Call, place: Booking) -> tuple[str | int, ...]:
    return (place.start, place.end, _service_id(call, place), call.slot(ADDRESS.name).value)


def _service_id(call: Call, place: Booking) -> str:
    return call.slot(SERVICE.name).value or place.service


def _body(before: Call | None, after: Call, occasion: Occasion, revision: int) -> dict[str, Any]:
    call = before if occasion in _GIVEN_UP and before is not None else after
    body = {**_of_the_booking(call), "sequence": after.confirmation.sequence, "revision": revision, **_of_the_call(call)}
    if occasion in _GIVEN_UP:
        body["state"] = _GIVEN_UP[occasion]
    if occasion == "booking.changed":
        body["changed"] = list(_changed(before, after))
    if occasion == "call.ended":
        body |= {"status": after.status, "outcome": _outcome(before, after), "filled": progress(after)["filled"]}
    return body | packet(after) if occasion == "handoff.wanted" else body


def _of_the_call(call: Call) -> dict[str, Any]:
    company = call.brief.company
    return {
        "callSid": call.sid,
        "business": call.brief.business,
        "company": {key: company[key] if isinstance(company.get(key), str) else "" for key in ("id", "name", "email")},
        "language": call.language,
        "time_zone": call.brief.time_zone,
        "name": call.slot(NAME.name).value,
        "phone": call.slot(PHONE.name).value,
        "email": address_of(call),
        "address": call.slot(ADDRESS.name).value,
    }


def _of_the_booking(call: Call) -> dict[str, Any]:
    """Where nothing is booked, "none" is, at no time."""
    place = call.booked or call.to_be_confirmed
    if place is None:
        return {"reference": "", "state": "none", "service": None, "start": "", "end": ""}
    start, end = (datetime.fromtimestamp(at, ZoneInfo(call.brief.time_zone)).isoformat() for at in (place.start, place.end))
    service = _service_of(call, _service_id(call, place), (place.end - place.start) // 60)
    state = "booked" if call.booked else "to_be_confirmed"
    return {"reference": booking_reference(call.sid), "state": state, "service": service, "start": start, "end": end}


def _service_of(call: Call, id_: str, minutes: int) -> dict[str, Any]:
    found = next((one for one in call.brief.services if one.id == id_), None)
    name = in_language(found.name, call.language) if found else id_
    return {"id": id_, "name": name, "price": found.price if found else None, "minutes": minutes}


def _outcome(before: Call | None, after: Call) -> str:
    """What a call that is over came to, in the words of the figures."""
    if after.booked is not None:
        return "booked"
    return "handed_off" if before is not None and before.status in ("waiting_agent", "with_agent") else "ended"
