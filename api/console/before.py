"""The page before this one, served until `page/main.js` stands: live calls, one call with its fields and transcript, and the means to set a field.

One page, complete in itself: `page.html` with `style.css`, `script.js` and the slots put in place when the process starts. It loads in one request,
needs nothing from anywhere else, so that a content policy can name exactly the one style and the one script that may run. It holds no data of
any call; what it shows it asks for with the token that its reader gave it, by the same paths as everyone.
"""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files

import msgspec
from starlette.responses import Response

from agent.slots import SLOTS


@cache
def page() -> tuple[bytes, str]:
    """The page, and the content policy that fits it."""
    here = files(__package__ or __name__)
    style, script = ((here / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    slots = {name: {"title": slot.title, "example": slot.example, "categorical": slot.categorical} for name, slot in SLOTS.items()}
    script = script.replace("/* slots */ {}", msgspec.json.encode(slots).decode())
    whole = (here / "page.html").read_text(encoding="utf-8").replace("/* style */", style).replace("/* script */", script)
    policy = (
        f"default-src 'none'; style-src {_named(style)}; script-src {_named(script)}; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return whole.encode(), policy


def _named(text: str) -> str:
    """An inline text as a content policy names it."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


async def console() -> Response:
    body, policy = page()
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-cache",
        # The address may hold a token: it must not travel to another site.
        "Referrer-Policy": "no-referrer",
    }
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)
