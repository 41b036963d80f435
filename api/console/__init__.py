"""The console at `GET /`: a shell, and the ES modules and styles that it is made of, as they lie in `page/` and `client/`."""

from importlib.resources import files
from mimetypes import guess_type

from fastapi import APIRouter
from starlette.responses import Response

from api.errors import Problem

router = APIRouter()
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types slotline"
)
STYLES = ("tokens", "base", "frame", "board", "call", "panels", "narrow")


@router.get("/", include_in_schema=False)
async def console() -> Response:
    styles = "".join(f'<link rel="stylesheet" href="console/0/page/styles/{name}.css">' for name in STYLES)
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><meta name="color-scheme" content="light dark">'
        f'<title>Slotline</title><link rel="icon" href="console/0/page/favicon.svg" id="favicon">{styles}'
        '<script type="module" src="console/0/page/main.js"></script></head><body><div id="app"></div></body></html>'
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


@router.get("/console/{version}/{tree}/{name}", include_in_schema=False)
async def top(tree: str, name: str) -> Response:
    return _file(tree, name)


@router.get("/console/{version}/{tree}/{folder}/{name}", include_in_schema=False)
async def below(tree: str, folder: str, name: str) -> Response:
    return _file(tree, folder, name)


def _file(*parts: str) -> Response:
    found = files(__package__ or __name__).joinpath(*parts)
    if not found.is_file() or parts[0] not in ("page", "client"):
        raise Problem("not_found")
    return Response(found.read_bytes(), media_type=guess_type(parts[-1])[0], headers={"Cache-Control": "no-cache"})
