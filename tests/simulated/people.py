"""Who rings: a truth for every slot, a country with its business, a language, and a way of going about it. Drawn from a seed, always the same."""

import tomllib
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from agent.record.business import Business, Service
from agent.record.slot_names import NAMES
from api.business_files import load
from tests.simulated.truths import Place, Truth, e164, plain

HERE = Path(__file__).parent
BUSINESSES = HERE.parent / "businesses"
COUNTRIES = ("US", "AU", "GB", "CN")
Style = Literal["clean", "noisy", "repairs"]
STYLES: tuple[Style, ...] = ("clean", "noisy", "repairs")
_PINYIN = ("wang", "lili", "xiaoming", "zhangwei", "chen", "liuyang", "sunny", "happy", "maomao", "feng")


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    style: Style
    country: str
    language: str
    truth: Truth
    slips: dict[str, Truth]
    """Slots said wrong at first, and noticed at the read-back: the truth that is said instead."""
    minds: dict[str, tuple[str, Truth]]
    """Slots changed later: at which step, and to what."""
    groups: tuple[tuple[str, ...], ...]
    """Slots told in one breath, in order."""
    asides: dict[str, str]
    """At which step something else is said, and what kind."""
    caller: str
    """The number rung from, E.164, "" when withheld."""
    now: datetime


@cache
def lists(country: str) -> dict[str, Any]:
    return tomllib.loads((HERE / "lists" / f"{country.lower()}.toml").read_text("utf-8"))


@cache
def business(country: str) -> Business:
    return load(BUSINESSES / f"{country.lower()}.toml").default


def persona(seed: int, style: Style, number: int) -> Persona:
    """The caller of this number."""
    rng = Random(f"{seed} {style} {number}")
    country = COUNTRIES[number % len(COUNTRIES)]
    firm = business(country)
    now = datetime(2026, 3, 2, tzinfo=ZoneInfo(firm.time_zone)) + timedelta(
        days=rng.choice((0, 1, 2, 3, 7)), hours=rng.randint(8, 16), minutes=rng.randint(0, 59)
    )
    truth = _truth(rng, country, firm, now)
    slips: dict[str, Truth] = {}
    minds: dict[str, tuple[str, Truth]] = {}
    asides: dict[str, str] = {}
    kinds = ("repeat", "why", "price", "hours", "hold", "who", "services", "insured", "silence", "hello", "held", "thanks", "backchannel")
    if style == "repairs":
        for slot in rng.sample(NAMES, rng.choice((0, 1, 1, 2))):
            slips[slot] = _other(rng, slot, truth, country, firm, now)
        for slot in rng.sample(NAMES, rng.choice((0, 1, 1, 2))):
            later = [*NAMES[NAMES.index(slot) + 1 :], "confirm"]
            minds[slot] = (rng.choice(later), _other(rng, slot, truth, country, firm, now))
        for step in rng.sample((*NAMES, "confirm"), rng.choice((1, 2, 3))):
            asides[step] = rng.choice(kinds)
    elif rng.random() < 0.15:
        asides[rng.choice(NAMES)] = rng.choice(kinds)
    own = rng.random()
    caller = e164(truth.phone, country) if own < 0.3 else e164(rng.choice(lists(country)["phones"]), country) if own < 0.45 else ""
    return Persona(
        number=number, style=style, country=country, language="zh" if country == "CN" else "en", truth=truth, slips=slips, minds=minds,
        groups=_groups(rng), asides=asides, caller=caller, now=now,
    )  # fmt: skip


def _groups(rng: Random) -> tuple[tuple[str, ...], ...]:
    """Mostly one at a time; some tell two together, a few nearly all."""
    way = rng.random()
    if way < 0.7:
        return tuple((name,) for name in NAMES)
    if way < 0.8:
        return (("name", "phone"), ("address",), ("email",), ("service",), ("time",))
    if way < 0.9:
        return (("name",), ("phone",), ("address",), ("email",), ("service", "time"))
    if way < 0.95:
        return (("name", "service"), ("phone",), ("address",), ("email",), ("time",))
    return (("name", "phone", "email"), ("address",), ("service", "time"))


def _truth(rng: Random, country: str, firm: Business, now: datetime) -> Truth:
    data = lists(country)
    full = rng.choice(data["names"])
    service = rng.choice(firm.services)
    return Truth(
        name=full,
        phone=rng.choice(data["phones"]),
        address=_place(rng, country, data),
        email=_mail(rng, full, data["mails"], country),
        service=service.id,
        time=_time(rng, firm, max(one.minutes for one in firm.services), now),
    )


def _place(rng: Random, country: str, data: dict[str, Any]) -> Place:
    suburb, state, postcode = rng.choice(data["places"])
    number = str(rng.choice((rng.randint(2, 40), rng.randint(41, 199), rng.randint(200, 990))))
    unit = rng.random() < 0.35
    flat = f"{rng.randint(1, 9)}0{rng.randint(1, 9)}" if country == "CN" else str(rng.randint(2, 29))
    return Place(
        unit_word=rng.choice(data["units"]) if unit else "", unit=flat if unit else "", number=number, street=rng.choice(data["streets"]),
        suburb=suburb, state=state, postcode=postcode,
    )  # fmt: skip


def _mail(rng: Random, full: str, domains: list[str], country: str) -> str:
    if country == "CN":
        local = rng.choice(_PINYIN) + rng.choice(("", str(rng.randint(10, 99)), str(rng.randint(1980, 2005))))
    else:
        first, last = plain(full.split()[0]), plain(full.split()[-1])
        local = rng.choice(
            (
                f"{first}.{last}",
                f"{first}{last}",
                f"{first}_{last}",
                f"{first}{rng.randint(10, 99)}",
                f"{first[0]}{last}",
                f"{last}.{first}{rng.randint(1, 9)}",
            )
        )
    return f"{local}@{rng.choice(domains)}"


def _time(rng: Random, firm: Business, minutes: int, now: datetime) -> datetime:
    """A half hour at which the business works, from tomorrow on."""
    while True:
        day = (now + timedelta(days=rng.choice((1, 1, 2, 3, 4, 5, 6, 8, 9, 12)))).replace(hour=0, minute=0)
        windows = firm.opening_hours.get(("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()], [])
        if not windows or day.date().isoformat() in firm.holidays:
            continue
        opens, closes = (int(edge[:2]) for edge in windows[0].split("-"))
        at = day.replace(hour=rng.randrange(opens, closes - minutes // 60), minute=rng.choice((0, 0, 30)))
        if at.hour * 60 + at.minute + minutes <= closes * 60:
            return at


def _other(rng: Random, slot: str, truth: Truth, country: str, firm: Business, now: datetime) -> Truth:
    """The truth with another value in one slot; near the first one, as slips and changes of mind are."""
    data = lists(country)
    place = truth.address
    if slot == "phone":
        last = str((int(truth.phone[-2:]) + rng.randint(1, 98)) % 100).zfill(2)
        value: Any = truth.phone[:-2] + last
    elif slot == "address":
        changed = {"unit": str(int(place.unit) + 10)} if place.unit and country != "CN" else {"number": str(int(place.number) + 10)}
        value = msgspec.structs.replace(place, **changed) if rng.random() < 0.6 else _place(rng, country, data)
    elif slot == "email":
        value = _mail(rng, truth.name, data["mails"], country)
    elif slot == "service":
        value = rng.choice([one.id for one in firm.services if one.id != truth.service])
    elif slot == "time":
        value = _time(rng, firm, max(one.minutes for one in firm.services), now)
    else:
        value = rng.choice([one for one in data["names"] if one != truth.name])
    return msgspec.structs.replace(truth, **{slot: value})


def service_of(firm: Business, wanted: str) -> Service:
    return next(one for one in firm.services if one.id == wanted)
