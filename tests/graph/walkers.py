"""A real walker over the in-memory store, for tests of conversations."""

from functools import cache
from pathlib import Path

import prompts
from agent.reader import RulesAlone
from agent.record.businesses import Businesses
from api.answers import answer
from api.business_files import load
from graph.build import Walker
from graph.plan import PLAN
from graph.state import Deps
from storage.memory_store import MemoryStore
from storage.store import CallStore

BUSINESSES = Path(__file__).parent.parent / "businesses"


@cache
def businesses(name: str = "") -> Businesses:
    """The business file tests/businesses/<name>.toml, or the packaged example."""
    return load(BUSINESSES / f"{name}.toml" if name else None)


def walker(business: str = "", store: CallStore | None = None) -> Walker:
    """A walker of its own store, unless one is given."""
    return Walker(deps(business, store))


def deps(business: str = "", store: CallStore | None = None) -> Deps:
    """What such a walker is given."""
    books = {language: prompts.phrasebook(language) for language in prompts.known()}
    return Deps(store=store or MemoryStore(), businesses=businesses(business), reader=RulesAlone(), phrasebooks=books, plan=PLAN, render=answer)
