"""Alive and ready: `GET /health` with what is degraded, `GET /ready`, and two older names that monitors still ask for."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.away import away_since
from api.errors import Problem
from api.journal_standing import JournalStanding
from api.parts import Parts, parts
from api.version import version
from storage.errors import StoreUnavailable

router = APIRouter(tags=["health"])


@router.head("/health", include_in_schema=False)
@router.get("/health", summary="Alive, and which parts are degraded")
async def health(request: Request) -> Response:
    """Always 200 while the process lives: {"status": "ok" | "degraded" | "draining", "parts": {name: {"status", ...}}, "version"}.

    A store that is away has "since", ISO 8601, by what this process saw of it.
    """
    running = parts(request)
    found = {"store": await _store(running), "keys": await _keys(running), "events": _events(running)}
    if running.journal is not None:
        found["journal"] = await _journal(running.journal)
    degraded = any(part["status"] != "ok" for part in found.values())
    status = "draining" if running.drain.begun else "degraded" if degraded else "ok"
    return JSONResponse({"status": status, "parts": found, "turns": running.gate.busy, "version": version()})


@router.head("/health/redis", include_in_schema=False)
@router.get("/health/redis", summary="Whether the store answers")
async def health_redis(request: Request) -> Response:
    return JSONResponse(await _store(parts(request)))


@router.head("/health/ping", include_in_schema=False)
@router.get("/health/ping", summary="Alive")
async def ping() -> Response:
    return JSONResponse({"status": "ok"})


@router.head("/ready", include_in_schema=False)
@router.get("/ready", summary="Whether turns can be taken here")
async def ready(request: Request) -> Response:
    """200 when the store answers or the journal stands in for it, turns can be known again, and the service is not stopping, else 503."""
    running = parts(request)
    if running.drain.begun:
        raise Problem("draining")
    is_kept = (await _store(running))["status"] == "ok" or (running.journal is not None and not (await running.journal.look()).why)
    if not is_kept or (await _keys(running))["status"] != "ok":
        raise Problem("store_unavailable")
    return JSONResponse({"status": "ready"})


async def _store(running: Parts) -> dict[str, Any]:
    kind = "redis" if running.store.survives_restart else "memory"
    try:
        seconds = await running.store.ping()
    except StoreUnavailable:
        since = away_since(running)
        return {"status": "unavailable", "kind": kind, **({"since": since} if since else {})}
    return {"status": "ok", "kind": kind, "ms": round(seconds * 1000, 2), "survivesRestart": running.store.survives_restart}


async def _keys(running: Parts) -> dict[str, Any]:
    """Of turns; without them, one that is sent twice would be taken twice, so it is not taken at all."""
    return {"status": "ok" if await running.keys.ready() else "unavailable"}


async def _journal(journal: JournalStanding) -> dict[str, Any]:
    """ "waiting" while Redis has not seen all of it."""
    found = await journal.look()
    if found.why:
        return {"status": "unavailable", "why": found.why}
    status = "waiting" if found.steps or found.erasures else "ok"
    return {"status": status, "calls": found.calls, "steps": found.steps, "erasures": found.erasures, "sinceS": round(found.waits_s, 1)}


def _events(running: Parts) -> dict[str, Any]:
    figures = running.hub.figures()
    return {"status": figures["mode"], "readers": figures["readers"], "lastId": figures["lastId"], "channels": running.channels.figures()}
