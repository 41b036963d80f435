"""Business files: TOML to `agent.record.business.Business`, strictly, since a slip in one would be heard by every caller.

What is checked here is what types cannot say: time zone, country, hours, dates, numbers, ids, slots. Every refusal is one line with file and key.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import phonenumbers

from agent import languages
from agent.record import webhook
from agent.record.business import AFTER_HOURS, DAYS, DEAREST, EVERY, FIRST_TIME_CALLER, OUTSIDE_AREA, PRICE_ABOVE, Business, Question, Service
from agent.record.businesses import Businesses
from agent.record.calendar import public_holidays
from agent.record.characters import readable
from agent.record.outgoing import Outgoing
from agent.record.slot_names import NAMES
from api import mail_addresses
from api.files import KIB, content

EXAMPLE = "acme.toml"
MOST_BYTES = 256 * KIB
MOST_CHARACTERS = 2000
LONGEST_NAME, LONGEST_WHY = 120, 240
"""Characters of a message: it is one line on a screen."""
MOST_CANNED, LONGEST_CANNED = 9, 300
"""Lines, one for each key from 1 to 9; characters of one."""
_WINDOW = re.compile(r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PRICE_ABOVE = re.compile(rf"{PRICE_ABOVE}:\d{{1,9}}(\.\d{{1,2}})?")
_PLAIN_RULES = (AFTER_HOURS, OUTSIDE_AREA, FIRST_TIME_CALLER, EVERY)
_POSTCODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{0,9}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def load(path: Path | None) -> Businesses:
    """The businesses of a file, of a folder of *.toml in order of their names, or the packaged example. Raises ValueError with one line."""
    if path is None:
        return Businesses([read(EXAMPLE, (resources.files("api") / "businesses" / EXAMPLE).read_bytes())])
    files = sorted(path.glob("*.toml")) if os.path.isdir(path) else [path]  # is False, also for what cannot be a path
    found = [_with_templates(file, read(str(file), _bytes(file))) for file in files]
    try:
        return Businesses(found)
    except ValueError as error:
        raise ValueError(_line(path, error)) from None


def check_webhooks(businesses: Businesses, private: bool) -> None:
    """Raises ValueError where nothing may be posted to the webhook of one. `private`: as SLOTLINE_WEBHOOK_PRIVATE says."""
    for business in businesses.all:
        if refused := webhook.refused(business.outgoing.webhook_url, private):
            raise ValueError(_line(business.id, f"outgoing.webhook_url: {refused}"))


def read(name: str, text: bytes) -> Business:
    """One business file. `name` is what the message of the ValueError begins with."""
    try:
        table = tomllib.loads(text.decode("utf-8-sig"))  # editors on Windows begin a file with a byte order mark
    except RecursionError:
        raise ValueError(_line(name, "not TOML: nested too deep")) from None
    except ValueError as error:  # of TOML, of UTF-8, of a number with thousands of figures
        raise ValueError(_line(name, f"not TOML: {error}")) from None
    try:
        _check_texts(table)
        _no_unknown_keys(table)
        business = msgspec.convert(table, Business)
        _check(business)
    except (msgspec.ValidationError, _Refused) as error:
        raise ValueError(_line(name, error)) from None
    return msgspec.structs.replace(business, languages=[_written(tag) for tag in business.languages])


def _with_templates(file: Path, business: Business) -> Business:
    """The business with the texts of its templates instead of the name of their folder."""
    folder = business.outgoing.mail_templates
    if not folder:
        return business
    from api.outbox import templates  # here, since Jinja2 takes a while to load and few businesses have some

    try:
        texts = templates.read(file.parent / str(folder))
        templates.check(business, texts)
    except (ValueError, OSError) as error:
        raise ValueError(_line(file, f"outgoing.mail_templates: {error}")) from None
    return msgspec.structs.replace(business, outgoing=msgspec.structs.replace(business.outgoing, mail_templates=texts))


def _bytes(file: Path) -> bytes:
    try:
        return content(file, MOST_BYTES)
    except ValueError as error:
        raise ValueError(_line(file, error)) from None


def _line(name: object, why: object) -> str:
    """What is wrong, on one line, whatever stands in a path or a key."""
    return " ".join(readable(f"{str(name)[-LONGEST_NAME:]}: {str(why)[:LONGEST_WHY]}").split())


class _Refused(ValueError):
    """A value that no business can have; the message begins with its key."""


def _no_unknown_keys(table: Mapping[str, Any]) -> None:
    # `Service` takes unknown keys, since other systems put their own into the document; a file has nobody else's.
    for key, kind in (("services", Service), ("questions", Question)):
        entries = table.get(key, [])
        for entry in entries if isinstance(entries, list) else ():
            unknown = set(entry) - set(kind.__struct_fields__) if isinstance(entry, dict) else ()
            for name in sorted(unknown):
                raise _Refused(f'{key}: unknown key "{name}"')


def _check_texts(table: Mapping[str, Any]) -> None:
    """Every key and text can be spoken and shown, and is no book."""
    left: list[tuple[str, Any]] = [("", table)]
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{key}.{name}".lstrip("."), part) for name, part in value.items()]
            left += [(key or "a key", name) for name in value]
        elif isinstance(value, list):
            left += [(key, part) for part in value]
        elif isinstance(value, str):
            _need(len(value) <= MOST_CHARACTERS, key, f"at most {MOST_CHARACTERS} characters long")
            _need(readable(value) == value, key, "text without control characters")


def _check(business: Business) -> None:
    _need(bool(_ID.fullmatch(business.id)), "id", "letters, digits, dots and dashes")
    _need(bool(business.name.strip()), "name", "a name")
    _need(business.country in phonenumbers.SUPPORTED_REGIONS, "country", 'an ISO 3166 code such as "US"')
    _need(_is_zone(business.time_zone), "time_zone", 'a name of the IANA data base such as "America/New_York"')
    _check_languages(business.languages)
    for key, numbers in (("numbers", business.numbers), ("hand_off_number", [business.handoff_number] if business.handoff_number else [])):
        for number in numbers:
            _need(bool(_NUMBER.fullmatch(number)), key, 'numbers in E.164 such as "+12025550100"')
    _need(not business.email or bool(_EMAIL.fullmatch(business.email)), "email", "an e-mail address")
    for name in business.may_skip:
        _need(name in NAMES, "may_skip", f"some of {', '.join(NAMES)}")
    for day in business.holidays:
        _need(_is_date(day), "holidays", 'dates such as "2026-03-13"')
    _need(_is_subdivision(business.country, business.subdivision), "subdivision", f"a state or province of {business.country}")
    _check_hours("opening_hours", business.opening_hours)
    _check_hours("on_request_hours", business.on_request_hours)
    _check_approvals(business)
    _check_canned(business)
    _check_webhook(business.outgoing)
    _check_outgoing(business)
    _no_doubles("services", (service.id for service in business.services))
    for service in business.services:
        _need(bool(_ID.fullmatch(service.id)), "services.id", "letters, digits, dots and dashes")
        _need(bool(service.all_names()) and all(name.strip() for name in service.all_names()), "services.name", "a name")
        _need(all(word.strip() for word in service.all_words()), "services.words", "words")
        _need(service.minutes > 0, "services.minutes", "at least 1")
        _need(service.price is None or 0 <= service.price < DEAREST, "services.price", f"from 0 to less than {DEAREST}")


def _check_hours(key: str, hours: Mapping[str, list[str]]) -> None:
    for day, spans in hours.items():
        _need(day in DAYS, key, f"some of {', '.join(DAYS)}")
        ends = ""
        for span in spans:
            _need(bool(_WINDOW.fullmatch(span)), f"{key}.{day}", 'windows such as "07:00-12:00"')
            start, _, end = span.partition("-")
            _need(start < end, f"{key}.{day}", "windows that end after they begin")
            _need(start >= ends, f"{key}.{day}", "windows in order that do not overlap")
            ends = end


def _check_approvals(business: Business) -> None:
    rules = business.needs_approval
    for rule in rules:
        wanted = f"{PRICE_ABOVE} with a price, such as {PRICE_ABOVE}:500" if rule.partition(":")[0] == PRICE_ABOVE else ""
        known = rule in _PLAIN_RULES or bool(_PRICE_ABOVE.fullmatch(rule))
        _need(known, "needs_approval", wanted or f"some of {', '.join((*_PLAIN_RULES, f'{PRICE_ABOVE}:500'))}")
    for postcode in business.area:
        _need(bool(_POSTCODE.fullmatch(postcode)), "area", 'postcodes or their beginnings such as "60611", "SW1A"')
    _need(OUTSIDE_AREA not in rules or bool(business.area), "area", f"given where needs_approval has {OUTSIDE_AREA}")


def _check_webhook(outgoing: Outgoing) -> None:
    """Nothing of what is refused is in the message: an address may be a secret as well."""
    url, secrets = outgoing.webhook_url, outgoing.secrets
    _need(not url or webhook.is_address(url), "outgoing.webhook_url", webhook.ADDRESS_WANTED)
    good = len(secrets) <= webhook.MOST_SECRETS and all(map(webhook.is_secret, secrets))
    _need(good, "outgoing.webhook_secret", f"1 to {webhook.MOST_SECRETS} secrets with commas between, {webhook.KEY_WANTED}")
    _need(bool(url) is bool(secrets), "outgoing.webhook_secret" if url else "outgoing.webhook_url", "given with the other one")
    _need(bool(url) or not outgoing.webhook_events, "outgoing.webhook_url", "given with webhook_events")


def _check_canned(business: Business) -> None:
    """As many as there are keys for, in the languages that callers are spoken to in."""
    by_language = business.canned if isinstance(business.canned, dict) else {"": business.canned}
    known = languages.known()
    for language, lines in by_language.items():
        _need(not language or language in known, "canned", f"lines, or lines by language: {', '.join(known)}")
        _need(len(lines) <= MOST_CANNED, "canned", f"at most {MOST_CANNED} lines")
        _need(all(line.strip() and len(line) <= LONGEST_CANNED for line in lines), "canned", f"lines of 1 to {LONGEST_CANNED} characters")


def _check_outgoing(business: Business) -> None:
    outgoing = business.outgoing
    _need(isinstance(outgoing.mail_templates, str), "outgoing.mail_templates", "a folder beside the file")
    try:
        if outgoing.mail_from:
            mail_addresses.sender_of(outgoing.mail_from)
    except ValueError as error:
        raise _Refused(f"outgoing.mail_from: {error}") from None


def _check_languages(tags: list[str]) -> None:
    known = languages.known()
    _need(bool(tags), "languages", "at least one")
    for tag in tags:
        _need(_written(tag).partition("-")[0] in known, "languages", f'tags such as "en-US" of the languages {", ".join(known)}')


def _written(tag: str) -> str:
    """A language tag as BCP 47 writes it: "en-US" for "en_us"."""
    language, *more = tag.replace("_", "-").split("-")
    return "-".join([language.lower(), *(part.upper() if len(part) == 2 else part.capitalize() for part in more)])


def _need(holds: bool, key: str, wanted: str) -> None:
    if not holds:
        raise _Refused(f"{key}: must be {wanted}")


def _no_doubles(key: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise _Refused(f'{key}: the id "{one}" is there twice')
        seen.add(one)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # unknown, a folder of the data base, not a relative path
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-03-13")


def _is_subdivision(country: str, subdivision: str) -> bool:
    return not subdivision or public_holidays(country, subdivision) is not None
