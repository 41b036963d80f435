"""What a simulated caller wants kept, and when a kept value is that."""

import unicodedata
from datetime import datetime

import msgspec
import phonenumbers

_UNIT_WORDS = frozenset({"unit", "apt", "apartment", "flat", "suite", "ste", "no"})


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An address in its parts; in Mandarin `suburb` holds city and district, and `number` is said with 号."""

    unit_word: str = ""
    unit: str = ""
    number: str
    street: str
    suburb: str
    state: str = ""
    postcode: str = ""


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    phone: str
    """National digits."""
    address: Place
    email: str
    service: str
    """Its id."""
    time: datetime
    """Aware, in the business's zone."""


def same(slot: str, kept: str, truth: Truth, country: str) -> bool:
    """Whether a value in the form of the contract is the caller's: E.164, an instant, an id, else words without case and marks."""
    if not kept:
        return False
    match slot:
        case "phone":
            return kept == e164(truth.phone, country)
        case "time":
            return datetime.fromisoformat(kept) == truth.time
        case "service":
            return kept == truth.service
        case "email":
            return kept.casefold() == truth.email.casefold()
        case "address":
            return _same_place(kept, truth.address)
        case _:
            return plain(kept) == plain(truth.name)


def e164(digits: str, country: str) -> str:
    return phonenumbers.format_number(phonenumbers.parse(digits, country), phonenumbers.PhoneNumberFormat.E164)


def plain(text: str) -> str:
    """Letters and digits only, without case and accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text).casefold() if letter.isalnum())


def _words(text: str) -> list[str]:
    spaced = "".join(letter if letter.isalnum() else " " if letter != "'" else "" for letter in text.casefold())
    return sorted(word for word in spaced.split() if word not in _UNIT_WORDS)


def _same_place(kept: str, place: Place) -> bool:
    """The same words in any order; a state that goes without saying beside a postcode may be there or not."""
    if any("㐀" <= letter <= "鿿" for letter in kept):
        room = f"{place.unit}室" if place.unit else ""
        return plain(kept) == plain(f"{place.suburb}{place.street}{place.number}号{room}")
    parts = [place.unit, place.number, place.street, place.suburb, place.postcode]
    wanted = " ".join(part for part in parts if part)
    return _words(kept) in (_words(wanted), _words(f"{wanted} {place.state}"))
