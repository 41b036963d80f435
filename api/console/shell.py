"""The first answer of the console: the page's frame in the reader's language, so that nothing jumps when the modules have come.

It names all that the page needs at first, so that a browser fetches it at once. Its addresses are relative: the page works at `/`, at `/api/` and
behind a proxy that puts it elsewhere. It holds no data of any call.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from api.console.assets import BEGIN, CLIENT, EARLY, MAIN, STYLES, Asset, Assets, asset
from api.console.negotiation import weighed

FIRST = "en"
"""The language of whoever asks for none that we have."""


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """What the frame says, by language."""
    return tomllib.loads((files(__package__ or __name__) / "shell.toml").read_text(encoding="utf-8"))


def shells(found: Assets) -> Mapping[str, tuple[Asset, str]]:
    """The page in each language, with its ETag."""
    template = Template((files(__package__ or __name__) / "shell.html").read_text(encoding="utf-8"))
    base = f"console/{found.hash}"
    named = {"main": MAIN, "begin": BEGIN, "client": CLIENT, "styles": STYLES, "early": EARLY}
    parts = {"page": f"{base}/page", **{name: f"{base}/{file}" for name, file in named.items()}}
    made = {}
    for language, said in words().items():
        body = template.substitute(parts, **{name: escape(text) for name, text in said.items()}).encode()
        made[language] = asset(body, "text/html; charset=utf-8"), sha256(body).hexdigest()[:16]
    return made


def language(wanted: str, accepted: str) -> str:
    """The language to answer in: the one that is `wanted`, else the best of an Accept-Language, of those we have.

    A region is not told apart: "zh-TW" is answered in Chinese.
    """
    ours = words()
    if (asked := _primary(wanted)) in ours:
        return asked
    found = [(weight, _primary(tag)) for tag, weight in weighed(accepted) if weight > 0 and _primary(tag) in ours]
    return max(found, key=lambda each: each[0])[1] if found else FIRST


def _primary(tag: str) -> str:
    return tag.strip().lower().partition("-")[0]
