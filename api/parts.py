"""The parts that a running service is made of, as `api/app.py` joined them; handlers find them at the app."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from agent.record.businesses import Businesses
from api.channels import Channels
from api.gate import Drain, Gate
from api.hub import Hub
from api.journal_standing import JournalStanding
from api.masking import Masking
from api.registry import Registry
from api.settings import Settings
from api.stream_tickets import Tickets
from api.tokens import Tokens
from api.turn_keys import TurnKeys
from api.turns import Turns
from graph.build import Walker
from storage.away.spare import Spare
from storage.store import CallStore


@dataclass(frozen=True, kw_only=True)
class Parts:
    settings: Settings
    store: CallStore
    businesses: Businesses
    walker: Walker
    turns: Turns
    hub: Hub
    gate: Gate
    drain: Drain
    masking: Masking
    tokens: Tokens
    keys: TurnKeys
    tickets: Tickets
    registry: Registry
    channels: Channels
    woken: asyncio.Event
    """Set when something is due to the outside."""
    spare: Spare | None
    """What goes on while Redis is away; None where nothing does."""
    journal: JournalStanding | None
    """How it stands with that."""
    bound: Callable[[str], "Parts"]
    """The parts that know the calls of one business alone, by its id."""


def parts(request: HTTPConnection) -> Parts:
    """The parts of the app that a request came to: of one that is bound to a business, those that know no other's calls.

    This is the one door to them, so whoever serves a new path cannot forget whom it is for.
    """
    whole = cast(Parts, request.app.state.parts)
    business: str = request.scope["business"]
    return whole.bound(business) if business else whole
