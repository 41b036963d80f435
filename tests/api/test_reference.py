"""The page that describes the API: all of it, and nothing from anywhere else."""

import re

import pytest

from tests.api.doors import IDENTITIES, TOKENS
from tests.api.services import running

pytestmark = pytest.mark.anyio


async def test_the_page_names_every_path_and_parameter_and_loads_nothing() -> None:
    async with running(tokens=TOKENS) as caller:
        viewer = {"Authorization": f"Bearer {IDENTITIES['viewer']}"}
        described = (await caller.http.get("/openapi.json", headers=viewer)).json()
        answer = await caller.http.get("/docs", headers=viewer)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in answer.text
            for parameter in operation.get("parameters", ()):
                assert f"<code>{parameter['name']}</code>" in answer.text
    assert "<tr><td><code>customerMessage</code><td>body, object<td>required</tr>" in answer.text
    assert "<tr><td><code>turnId</code><td>body, string or null<td></tr>" in answer.text
    assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import|https?:", answer.text)
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
