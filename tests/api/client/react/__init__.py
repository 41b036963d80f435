"""React in a page of a test.

`react.production.min.js` and `react-dom.production.min.js` are the `umd/` builds of react and react-dom 18.3.1 from npm, unchanged (MIT: LICENSE).
They are the last that run in a page without a build step; the hooks that are used here are the same in React 19. Renew: `npm pack react@18
react-dom@18`.
"""

import json
from pathlib import Path

from playwright.sync_api import Page

_HERE = Path(__file__).parent
_BUILDS = ("react.production.min.js", "react-dom.production.min.js")
_MODULE = "data:text/javascript,export const { createElement, useEffect, useReducer, useRef, useState } = React;"
"""What `import ... from "react"` finds, as a bundler would give it."""


def load(page: Page, **others: str) -> None:
    """React in an empty page: the globals `React` and `ReactDOM`, and the module "react". `others`: where other modules are, by their addresses."""
    page.add_script_tag(type="importmap", content=json.dumps({"imports": {"react": _MODULE, **others}}))
    for build in _BUILDS:
        page.add_script_tag(content=(_HERE / build).read_text("utf-8"))
