"""The one place where the parts of the service are chosen and joined.

`create_app(settings)` gives the ASGI application. From the outside in: `Limits` (what is asked for, pages of other sites, the end of the service,
the last net under errors), `Access` (tokens and roles), `Sized` (bodies), then `Streams` for event streams, which write straight to the connection,
and FastAPI for the rest.
What needs a running event loop (store, hub, graph) is made when the application starts and let go when it stops.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

import msgspec
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

import prompts
from agent.reader import RulesAlone
from api import (
    approvals,
    bookings,
    business_files,
    calls,
    completions,
    console,
    conversation,
    dead_letters,
    desk,
    export,
    feeds,
    health,
    logs,
    metrics,
    people,
    reference,
    shared_figures,
    storing,
    summary,
    tickets,
)
from api.access import Access
from api.answers import answer, trouble
from api.bound import binding, whose
from api.channels import Channels
from api.cors import Cors
from api.counted_store import CountedStore
from api.degraded import Degraded
from api.errors import Problem, add_handlers
from api.gate import Drain, Gate, Seats
from api.hub import Hub
from api.journal_standing import JournalStanding
from api.limits import Limits
from api.masking import Masking
from api.outbox import described
from api.outbox.carriers import Hook, carriers, hooks, wanted
from api.outbox.post import Post
from api.outbox.running import Carrier, Runner
from api.own_events import OwnEvents
from api.parts import Parts
from api.registry import Registry
from api.routing import Asked
from api.settings import Settings, read_settings
from api.sizes import Sized
from api.stream_tickets import Tickets
from api.streams import Streams
from api.tallies import Tallies, part_took
from api.telephony.relay import Relay
from api.telephony.relay_parts import Parts as RelayParts
from api.telephony.relay_parts import Timing
from api.telephony.replies import Replies
from api.telephony.switchboard import Switchboard
from api.telephony.turning import Turning
from api.tokens import Identity, Tokens
from api.turn_keys import TurnKeys
from api.turns import Turns
from api.version import version
from api.warming import warm_up
from api.watching import Watching
from graph.build import Walker
from graph.owing import OwingStore
from graph.plan import PLAN
from graph.settling import Settling
from graph.state import Deps, News, NoNews
from storage.away.spare import Spare
from storage.errors import StoreUnavailable
from storage.store import CallStore

ROUTERS = tuple(
    part.router
    for part in (
        conversation,
        completions,
        summary,
        calls,
        export,
        feeds,
        bookings,
        people,
        approvals,
        dead_letters,
        tickets,
        desk,
        health,
        metrics,
        console,
        reference,
    )
)
ENDPOINTS = {**conversation.ENDPOINTS, **completions.ENDPOINTS}
"""What is served past FastAPI."""


class Service:
    """The ASGI application, and what whoever runs it needs to stop it gently."""

    def __init__(self, settings: Settings, embedded: str = "") -> None:
        """`embedded`: URL of an embedded Redis, used when the settings name none; without either, calls are kept in memory.

        Raises ValueError when a business file, the wording or the tokens cannot be used.
        """
        # LangGraph's tracing would send a caller's words to a third party if the environment asked for it.
        os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = "false"
        self.settings = settings
        self.tallies = Tallies()
        self._registry = Registry(self.tallies, shared_figures.folder())
        self.gate = Gate(settings.turn_queue, settings.turns_at_once)
        self.drain = Drain()
        self.businesses = business_files.load(settings.business)
        business_files.check_webhooks(self.businesses, settings.webhook_private)
        self._phrasebooks = {language: prompts.phrasebook(language) for language in prompts.known()}
        self._embedded = embedded
        self._sized = Sized(self._route)
        self._streams: Streams | None = None
        self._spare: Spare | None = None
        self.switchboard: Switchboard | None = None
        self.relay: Relay | None = None
        self._tickets: Tickets | None = None
        self.post: Carrier | None = Post(settings)
        self.hooks: Hook | None = hooks(settings, self.businesses)
        self._news: News = NoNews()
        self._wants = wanted(self.businesses, None, None)
        self.api = FastAPI(
            title="Slotline",
            version=version(),
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=self._running,
            webhooks=described.router,
        )
        add_handlers(self.api, lambda: self._spare is not None and self._spare.breaker.away)
        for router in ROUTERS:
            self.api.include_router(router)
        self.tokens = Tokens(settings.tokens, settings.tokens_file, [business.id for business in self.businesses.all], settings.filed_tokens)
        access = Access(self._by_kind, self.tokens, self._redeemed, settings.cors_origins)
        cors = Cors(settings.cors_origins)
        self._app: ASGIApp = Limits(access, self.drain, cors, tells_https=not settings.public_https, tallies=self.tallies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _by_kind(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked: Asked | None = scope.get("asked")
        telephony: ASGIApp | None = self.relay if scope["type"] == "websocket" else self.switchboard
        if telephony is not None and asked is not None and asked.route is not None and asked.route.kind == "telephony":
            await telephony(scope, receive, send)
        else:
            await self._sized(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and (endpoint := ENDPOINTS.get(scope["path"])):
            # Straight to the endpoint: the way through FastAPI takes longer than reading the turn, and adds nothing to it.
            scope["app"] = self.api
            await endpoint(scope, receive, send)
        elif self._streams is not None and self._streams.wants(scope):
            await self._streams(scope, receive, send)
        else:
            await self.api(scope, receive, send)

    async def _redeemed(self, ticket: str) -> Identity:
        if self._tickets is None:
            raise Problem("store_unavailable")
        return await self._tickets.redeemed(ticket)

    @asynccontextmanager
    async def _running(self, app: FastAPI) -> AsyncIterator[None]:
        settings = self.settings
        woken = asyncio.Event()

        def publishing(found: CallStore) -> CallStore:
            return found if settings.use_redis_sse else OwnEvents(found, lambda told: hub.publish(told))

        def owing(found: CallStore) -> CallStore:
            return OwingStore(CountedStore(found, self.tallies), self._wants, woken.set)

        stores = await storing.begun(settings, self._embedded, self.businesses, self.tallies, publishing)
        self._spare = stores.spare
        hub = Hub(
            stores.front,
            heartbeat_s=settings.heartbeat_s,
            queue=settings.reader_queue,
            follows=settings.use_redis_sse,
            zone=self.businesses.default.time_zone,
            zones={business.id: business.time_zone for business in self.businesses.all},
            tallies=self.tallies,
            spare=stores.spare,
        )
        self._wants = wanted(self.businesses, self.post, self.hooks)
        store = owing(stores.front)
        self._news = hub.news
        stores.spared(hub.host.told if hub.host else hub.tell_aside, Settling(self._deps(owing(stores.asked))))
        walker = self.walker(store)
        runner = Runner(store, carriers(self.post, self.hooks), walker.told, self.businesses, self.tallies, woken)
        self.drain.when_begun(runner.stop)
        away = Watching(store, walker, settings.supervisor_away_s)
        masking = Masking(self.businesses, self.tokens.is_name)
        keys = TurnKeys(store, settings.secret)
        self._tickets = Tickets(self.tokens, keys, store)
        channels = Channels(store, self.tokens.business_of)
        deps = self._deps(store)
        turns = Turns(walker, self.gate, keys, Degraded(partial(trouble, deps), hub, partial(whose, self.businesses)), self.tallies)
        replies = Replies(self.businesses, self._phrasebooks, settings.public_url)
        turning = Turning(turns, keys, store)
        self.switchboard = switchboard = Switchboard(settings, replies, turning, walker, self.drain, self.tallies)
        relayed = RelayParts(replies, turning, walker, store, hub.news, Timing(drain_s=settings.drain_s / 2))
        self.relay = Relay(settings.public_url, switchboard, relayed, self.drain)
        app.state.parts = running = Parts(
            settings=settings,
            store=store,
            businesses=self.businesses,
            walker=walker,
            turns=turns,
            hub=hub,
            gate=self.gate,
            drain=self.drain,
            masking=masking,
            tokens=self.tokens,
            keys=keys,
            tickets=self._tickets,
            registry=self._registry,
            channels=channels,
            woken=woken,
            spare=stores.spare,
            journal=JournalStanding(stores.spare) if stores.spare else None,
            bound=binding(lambda: running, deps, self.tallies),
        )
        self._streams = Streams(hub, self.drain, masking, Seats(settings.readers_per_token, settings.readers), away)
        self.tokens.when_revoked(self._streams.end_those_of)
        beside = (self.tokens.watch(), keys.keep(), metrics.keep(running), away.keep(), channels.listen(), runner.keep(), stores.keep())
        watching = [asyncio.ensure_future(one) for one in beside]
        await warm_up(self._deps(store))
        with suppress(StoreUnavailable):
            await keys.share()
        await hub.start()
        logs.event("started", pid=os.getpid(), status="redis" if store.survives_restart else "memory")
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            for failed in await asyncio.gather(*watching, return_exceptions=True):
                if isinstance(failed, Exception):  # the rest is let go whatever became of it
                    logs.failure("ended", failed)
            await switchboard.close()
            await hub.close()
            await store.close()
            self._registry.take({})
            logs.event("stopped", pid=os.getpid())

    def walker(self, store: CallStore) -> Walker:
        """What takes the turns, and does what people do."""
        return Walker(self._deps(store))

    def _deps(self, store: CallStore) -> Deps:
        return Deps(
            store=store,
            businesses=self.businesses,
            reader=RulesAlone(),
            phrasebooks=self._phrasebooks,
            plan=msgspec.structs.replace(PLAN, handoff_s=self.settings.handoff_wait_s, away_s=self.settings.supervisor_away_s),
            render=answer,
            wants=self._wants,
            took=part_took,
            news=self._news,
        )


def create_app(settings: Settings | None = None, embedded: str = "") -> Service:
    """The application, for any ASGI server that takes a factory. Without `settings` they are read from the environment."""
    return Service(settings or read_settings(), embedded)
