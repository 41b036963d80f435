"""The mail about a booking: what was agreed, plain and as HTML, with the calendar file; or that what was to be confirmed is not free, without one.

Nothing a caller said comes into a header but on one line, without what steers a screen, and the addresses are judged again before they stand in one.
A delivery that is brought again has the same Message-ID and the same date.
"""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

import msgspec

from agent.record.business import Business
from agent.record.delivery import Delivery
from api.mail_addresses import MOST_OF_A_NAME, Sender, reachable
from api.outbox import templates
from api.outbox.agreed import CHANGES, Agreed, agreed, is_its_own, on_one_line, values
from api.outbox.calendar_file import Party, calendar_file, method

FILE = "appointment.ics"
_POLICY = SMTP.clone(cte_type="7bit")
"""So that every server on the way takes it: not all take 8BITMIME."""


class MailLook(NamedTuple):
    """What a mail looks like beside what it tells."""

    business: Business
    sender: Sender


class Unsendable(ValueError):
    """A delivery that no mail can be made of; the message is a code."""


def compose(delivery: Delivery, look: MailLook) -> EmailMessage:
    """The mail. Raises Unsendable, and `templates.BadTemplate` when the business's own templates cannot be used."""
    change = CHANGES.get(delivery.occasion)
    if change is None:
        raise Unsendable("occasion_not_mailed")
    try:
        found = agreed(delivery)
    except (ValueError, KeyError):  # of msgspec; a zone that is unknown here
        raise Unsendable("not_a_booking") from None
    recipient = reachable(found.email)
    if not recipient:
        raise Unsendable("address_invalid")
    own = look.business.outgoing.mail_templates
    office = _office(found, look.business)
    told = values(found, change, look.business, office)
    subject, text, html = templates.written(told, own if isinstance(own, dict) else {})
    mail = EmailMessage(policy=_POLICY.clone(utf8=not recipient.isascii()))  # such an address can only stand as it is (RFC 6532)
    mail["From"] = _address(look.sender.name or told["company"], look.sender.address)
    mail["To"] = _address(told["name"], recipient)
    if office:
        mail["Reply-To"] = _address(told["company"], office)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(delivery.made, UTC))
    mail["Message-ID"] = f"<{delivery.id}@{look.sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    if change != "not_free":  # then there is nothing for a calendar
        organiser = Party(told["company"], office or look.sender.address)
        file = calendar_file(found, change, delivery.made, organiser, look.sender.address, told)
        mail.add_alternative(file.decode(), subtype="calendar", params={"method": method(change)})
        mail.add_attachment(file, maintype="application", subtype="ics", filename=FILE)
    mail["Content-Language"] = told["language"]  # last, else it would go with the text into its part
    return mail


def _office(found: Agreed, business: Business) -> str:
    """Where an answer goes: to the firm that was rung; "" when nobody can answer there."""
    return reachable(found.company.email) or (reachable(business.email) if is_its_own(found, business) else "")


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(on_one_line(name)[:MOST_OF_A_NAME], user, domain)


def plain(business: Business) -> Business:
    """The business without templates of its own."""
    return msgspec.structs.replace(business, outgoing=msgspec.structs.replace(business.outgoing, mail_templates=""))
