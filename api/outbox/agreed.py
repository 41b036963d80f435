"""What a delivery says of a booking, read strictly, and as a mail words it: dates, clock times and prices in the language and the zone."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import phonenumbers
from babel.dates import format_date, format_time, get_timezone_name
from babel.localedata import exists

import prompts
from agent.record.business import Business, Service, in_language
from agent.record.characters import one_line, readable
from agent.record.delivery import Delivery, Occasion
from agent.slots.presenting import price

Change = Literal["created", "changed", "cancelled", "not_free"]
CHANGES: Mapping[Occasion, Change] = {
    "booking.created": "created",
    "booking.changed": "changed",
    "booking.cancelled": "cancelled",
    "booking.not_free": "not_free",
}
"""The occasions that a mail is written on."""
MOST_OF_A_VALUE = 500
"""Characters of one in a mail; the rest of it stands in the record."""


class Company(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    email: str = ""


class Agreed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a delivery about a booking, as far as mails tell it."""

    reference: str
    call_sid: str
    company: Company = Company()
    language: str = ""
    sequence: int = 0
    """How often the booking has changed since it was made (RFC 5545)."""
    service: Service
    start: datetime
    end: datetime
    """Both aware."""
    time_zone: str = msgspec.field(name="time_zone")
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    changed: tuple[str, ...] = ()
    """What of it is otherwise now, by slot."""


def agreed(delivery: Delivery) -> Agreed:
    """Raises ValueError when the body is none about a booking."""
    found = msgspec.convert(delivery.body, Agreed)
    zone = ZoneInfo(found.time_zone)
    if found.start.tzinfo is None or found.end.tzinfo is None:
        raise ValueError("times without a zone")
    return msgspec.structs.replace(found, start=found.start.astimezone(zone), end=found.end.astimezone(zone))


def on_one_line(text: str) -> str:
    """The text without what ends a line or steers a screen; signs stay as they are, also the full-width ones."""
    return " ".join(readable(text).split())


def is_its_own(found: Agreed, business: Business) -> bool:
    """Whether the booking is the firm's whose file it is, and not that of another one whose document came with the call."""
    return one_line(found.company.name).casefold() in ("", one_line(business.name).casefold())


def language_of(found: Agreed, business: Business) -> str:
    """The language to write in: the call's, else the business's own, as far as there is wording ("en")."""
    wished = (tag.partition("-")[0] for tag in (found.language, *business.languages))
    return next((language for language in wished if language in prompts.known()), prompts.FIRST)


def values(found: Agreed, change: Change, business: Business, office: str) -> dict[str, Any]:
    """All that a template may use; docs/mail.md says what each is. `office`: where an answer to the mail goes, "" for nowhere."""
    language = language_of(found, business)
    book: Mapping[str, Any] = prompts.phrasebook(language)["mail"]
    told = {key: on_one_line(text)[:MOST_OF_A_VALUE] for key, text in _told(found, business, language, book).items()}
    labels = book["label"].items()
    words = {
        "subject": book["subject"][change],
        "hello": book["hello" if told["name"] else "hello_nameless"],
        "lead": _lead(found, change, book),
        "attached": book["attached"][change],
        **{key: book[key] for key in ("colon", "number", "answer", "stranger", "summary", "booked")},
    }
    return {
        **told,
        "change": change,
        "language": language,
        "office": office,
        "words": {key: wording.format_map(told) for key, wording in words.items()},
        "details": [{"label": label, "value": told[key]} for key, label in labels if told[key]],
    }


def _lead(found: Agreed, change: Change, book: Mapping[str, Any]) -> str:
    """What has become of the booking; of one that is otherwise now, also what is."""
    new = [book["label"][name] for name in found.changed if name in book["label"]]
    lead = str(book["lead"][change])
    return lead + book["new"].format(labels=book["and"].join(new)) if new and change == "changed" else lead


def _told(found: Agreed, business: Business, language: str, book: Mapping[str, Any]) -> dict[str, str]:
    locale = _locale(language, business.country)
    start, end = found.start, found.end
    own = is_its_own(found, business)
    ends = _clock(end, locale) if end.date() == start.date() else f"{_day(end, locale)} {_clock(end, locale)}"
    zone = get_timezone_name(start, width="long", locale=locale)
    return {
        "reference": found.reference,
        "company": found.company.name or business.name,
        "name": found.name,
        "phone": _number(found.phone, business.country),
        "address": found.address,
        "service": in_language(found.service.name, language),
        "price": price(found.service, business.country, language),
        "date": _day(start, locale),
        "time": book["span"].format(start=_clock(start, locale), end=ends, zone=zone),
        "number": _number(business.numbers[0], business.country) if own and business.numbers else "",
    }


@lru_cache(maxsize=64)
def _locale(language: str, country: str) -> str:
    """The country's own form of the language, where it has one: "en_AU", "en", "zh"."""
    return f"{language}_{country}" if exists(f"{language}_{country}") else language


def _day(moment: datetime, locale: str) -> str:
    return str(format_date(moment, "full", locale=locale))


def _clock(moment: datetime, locale: str) -> str:
    return str(format_time(moment, "short", tzinfo=moment.tzinfo, locale=locale))


def _number(number: str, country: str) -> str:
    """As the country writes it, or with its own country's code where that is another."""
    try:
        found = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.country_code_for_region(country) == found.country_code
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL)
