"""Values as we say them: in the call's language, in the country's manner."""

from datetime import datetime
from functools import lru_cache

from babel.localedata import exists
from babel.numbers import format_currency, get_territory_currencies

from agent.languages import words
from agent.nlu.candidates import Context
from agent.record.business import Service, in_language
from agent.record.call import Call
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from agent.slots.service import SERVICE


def spoken(call: Call, slot: str, value: str, turn_context: TurnContext, *, slow: bool = False) -> str:
    """A value of a slot, read back."""
    return SLOTS[slot].present(value, context_of(call, turn_context.now), slow)


def context_of(call: Call, now: datetime) -> Context:
    """What a slot is given to judge and to say a value. `now`: aware, in the business's zone."""
    return Context(language=call.language, region=call.brief.region, now=now, services=call.brief.services)


def service_of(call: Call, *, aloud: bool = False) -> Service | None:
    """The service the call is about, once it is known; `aloud`: as far as it may be named."""
    state = call.slot(SERVICE.name)
    wanted = (state.said if aloud else state.value) or state.pending
    return next((service for service in call.brief.services if service.id == wanted), None)


def minutes_of(call: Call) -> int:
    """How long the job takes; while no service is known, the shortest there is."""
    service = service_of(call)
    return service.minutes if service else min((one.minutes for one in call.brief.services), default=60)


def named(service: Service, language: str) -> str:
    return in_language(service.name, language)


@lru_cache(maxsize=64)
def _currency(country: str) -> str:
    return (get_territory_currencies(country) or ["USD"])[0]


@lru_cache(maxsize=64)
def _locale(country: str) -> str:
    """The country's English, or English as such where it has none of its own: "en_AU", "en"."""
    return f"en_{country}" if exists(f"en_{country}") else "en"


def price(service: Service, country: str, language: str) -> str:
    """The price as said and written: "$149", "149元"; "" when there is none."""
    if service.price is None:
        return ""
    if form := words(language, "numbers")["say"].get("price", {}).get(country):
        return str(form).format(service.price)
    whole = float(service.price).is_integer()
    return format_currency(
        service.price, _currency(country), format="¤#,##0" if whole else "¤#,##0.00", locale=_locale(country), currency_digits=False
    )
