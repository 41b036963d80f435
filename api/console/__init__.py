"""The console: `GET /` is its shell, `/console/<hash>/…` its files, `/console/client.js` the event client for pages of others.

Nobody needs a token for these: they hold no data of any call, and the page asks for what it shows with the token that its reader gave it, by the
same paths as everyone. What may run is what is served here: the policy lets nothing in from elsewhere, no inline script or style, and no text become
markup (Trusted Types; the one policy there is lets the event client's own worker begin).
"""

from collections.abc import Mapping
from functools import cache

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.console.assets import Asset, asset, assets
from api.console.negotiation import knows, takes_gzip
from api.console.shell import language, shells
from api.errors import Problem
from api.query import query_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types slotline"
)
SHELL = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    # To speak as a caller is all that the page may ever ask for.
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    # The address may hold a token: it must not travel to another site.
    "Referrer-Policy": "no-referrer",
}
FILE = {
    # A worker is under the policy of its own file, not under that of the page.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'",
    # A site that isolates itself (COEP) may load the client too; who may read an answer of the service is told elsewhere (api/cors.py).
    "Cross-Origin-Resource-Policy": "cross-origin",
}
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
"""A browser keeps it and asks, each time, whether it is still the same."""
NEVER = "no-store"
"""For what stands at an address of another release: it is not what that address means."""

router = APIRouter()


@cache
def _client() -> Asset:
    """The event client at an address that stays: one line that names where it is now."""
    return asset(b'export * from "./%s/client/slotline.js";\n' % assets().hash.encode(), "text/javascript; charset=utf-8")


@cache
def _shells() -> Mapping[str, tuple[Asset, str]]:
    return shells(assets())


@router.get("/", include_in_schema=False)
async def shell(request: Request) -> Response:
    chosen = language(query_of(request.scope).get("lang", ""), request.headers.get("accept-language", ""))
    page, etag = _shells()[chosen]
    headers = {**SHELL, "Cache-Control": ASK_AGAIN, "Content-Language": chosen}
    return _answer(request, page, etag, headers, "Accept-Encoding, Accept-Language")


@router.get("/console/client.js", include_in_schema=False)
async def client(request: Request) -> Response:
    return _answer(request, _client(), assets().hash, {**FILE, "Cache-Control": ASK_AGAIN})


@router.get("/console/{hash}/{file:path}", include_in_schema=False)
async def file(request: Request) -> Response:
    path = "{hash}/{file}".format(**request.path_params)
    if found := assets().at(path):
        return _answer(request, found, assets().hash, {**FILE, "Cache-Control": FOR_GOOD})
    if found := assets().instead(path):
        return _answer(request, found, assets().hash, {**FILE, "Cache-Control": NEVER})
    raise Problem("not_found")  # `api/routing.py` lets nobody in who asks for what is not there


def _answer(request: Request, found: Asset, etag: str, headers: Mapping[str, str], vary: str = "Accept-Encoding") -> Response:
    """200 with the asset, by gzip where the reader takes it, or 304 where it is known."""
    packed = bool(found.packed) and takes_gzip(request.headers.get("accept-encoding", ""))
    tag = f"{etag}-gzip" if packed else etag  # what is not the same octets must not have the same name
    told = {**headers, "ETag": f'"{tag}"', "Vary": vary}
    if knows(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=told)
    if packed:
        told["Content-Encoding"] = "gzip"
    return Response(found.packed if packed else found.body, headers=told, media_type=found.media_type)
