"""The description of the API to be read by people: `GET /docs`, made of what `GET /openapi.json` says.

A page without scripts, complete in itself: FastAPI's own loads a program from another site, which would run beside whatever a reader is let in to.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem } code { font-family: ui-monospace, monospace } p { margin: .25rem 0; white-space: pre-line }
table { border-collapse: collapse } td { padding: .1rem 1rem .1rem 0; vertical-align: top }
"""
_POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def reference(request: Request) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache", "Referrer-Policy": "no-referrer"}
    return Response("".join(_page(request.app.openapi())), media_type="text/html; charset=utf-8", headers=headers)


def _page(described: Mapping[str, Any]) -> Iterator[str]:
    title = escape(f"{described['info']['title']} {described['info']['version']}")
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    yield f"<style>{_STYLE}</style><h1>{title}</h1><p>For programs: <code>/openapi.json</code></p>"
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield from _operation(f"{method.upper()} {path}", operation)
    yield "<h1>Webhooks</h1><p>What the service posts itself.</p>"
    for occasion, methods in described["webhooks"].items():
        yield from _operation(occasion, methods["post"])


def _operation(name: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{escape(name)}</code> {escape(operation.get('summary', ''))}</h2>"
    yield f"<p>{escape(operation.get('description', ''))}</p><table>{''.join(_rows(operation))}</table>"


def _rows(operation: Mapping[str, Any]) -> Iterator[str]:
    """A row for each parameter, and for each field of the body."""
    for one in operation.get("parameters", ()):
        yield _row(one["name"], f"{one['in']}, {_type(one['schema'])}", one.get("required", False))
    for body in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(body["schema"])


def _fields(schema: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """A row for each field of an object, and of the objects in it: "data.company.name"."""
    for name, part in schema.get("properties", {}).items():
        yield _row(within + name, f"body, {_type(part)}", name in schema.get("required", ()))
        yield from _fields(part, f"{within}{name}.")


def _row(name: str, kind: str, required: bool) -> str:
    return f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td>{'required' if required else ''}</tr>"


def _type(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("anyOf", [schema])
    return " or ".join(str(kind.get("type", "any")) for kind in kinds)
