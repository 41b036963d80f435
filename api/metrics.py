"""`GET /metrics`: the figures of the service, for Prometheus; and the task that carries them over every second."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response

from api import logs
from api.away import is_away
from api.journal_standing import JournalStanding
from api.parts import Parts, parts
from api.registry import STATUSES, Standing
from storage.errors import StoreUnavailable
from storage.patience import patience
from storage.store import CallStore

KEEP_S = 1.0
"""How far what another worker tells may lie behind, and how much is lost with one that is killed."""
ASKING_S = 1.0
"""How long the store may take to answer a scrape."""

router = APIRouter(tags=["health"])


@router.get("/metrics", summary="Figures for Prometheus, of all workers", response_class=Response)
async def metrics(request: Request) -> Response:
    running = parts(request)
    standing = await _standing(running.store, running.journal)
    running.registry.take(_levels(running))
    text = await asyncio.to_thread(running.registry.text, standing)
    return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4, headers={"Cache-Control": "no-store"})


async def keep(running: Parts) -> None:
    """Carry the figures over, as long as the process serves; whatever becomes of them, it goes on."""
    told = logs.Sparing()
    while True:
        try:
            running.registry.take(_levels(running))
        except Exception as error:
            if told.due(type(error).__name__):
                logs.failure("figures_lost", error)
        await asyncio.sleep(KEEP_S)


async def _standing(store: CallStore, journal: JournalStanding | None) -> Standing:
    noted = await journal.look() if journal is not None else None
    try:
        async with patience(ASKING_S):
            outbox, numbers = await asyncio.gather(store.outbox(), asyncio.gather(*(store.how_many(status) for status in STATUSES)))
    except (StoreUnavailable, TimeoutError):
        return Standing(up=False, journal=noted)
    return Standing(up=True, journal=noted, calls=dict(zip(STATUSES, numbers, strict=True)), outbox=outbox)


def _levels(running: Parts) -> Mapping[str, float]:
    figures = running.hub.figures()
    return {
        "workers": 1,
        "workers_wanted": running.settings.workers,
        "turns_busy": running.gate.busy,
        "readers": figures["readers"],
        "readers_live": figures["live"],
        "reader_queue_events": figures["queued"],
        "log_ring_events": figures["ring"],
        "store_away_seconds": figures["awayS"],
        "store_breaker_open": float(is_away(running)),
    }
