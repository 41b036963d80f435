"""`GET /desk`: what a page for supervisors knows before the first call."""

import pytest

from tests.api.doors import IDENTITIES, TOKENS
from tests.api.services import running

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("role", "may"),
    [("viewer", []), ("supervisor", ["edit", "people"]), ("integration", ["edit", "call"])],
    ids=["viewer", "supervisor", "integration"],
)
async def test_whoever_asks_learns_who_they_are_and_what_they_may(role: str, may: list[str]) -> None:
    async with running(tokens=TOKENS) as caller:
        answer = await caller.http.get("/desk", headers={"Authorization": f"Bearer {IDENTITIES[role]}"})
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json()["me"] == {"name": f"{role}-1", "role": role, "named": False, "may": may, "business": ""}


async def test_without_tokens_whoever_is_there_may_do_everything() -> None:
    async with running() as caller:
        assert (await caller.http.get("/desk")).json()["me"] == {
            "name": "local",
            "role": "supervisor",
            "named": False,
            "may": ["edit", "people", "call"],
            "business": "",
        }


async def test_the_businesses_with_what_a_supervisor_sees_and_says() -> None:
    async with running(tokens=f"{IDENTITIES['viewer']}:viewer:vera") as caller:
        found = (await caller.http.get("/desk", headers={"Authorization": f"Bearer {IDENTITIES['viewer']}"})).json()
        assert (found["me"]["name"], found["me"]["named"]) == ("vera", True)
        [acme] = found["businesses"]
        assert (acme["id"], acme["name"], acme["timeZone"], acme["country"], acme["currency"]) == (
            *("acme", "Acme Home Services", "America/New_York"),
            *("US", "USD"),
        )
        assert acme["services"][0] == {"id": "drain-cleaning", "name": {"en": "Drain cleaning", "zh": "疏通下水道"}, "price": 149, "minutes": 60}
        assert set(acme["canned"]) == {"en", "zh"}
        assert acme.keys() == {"id", "name", "timeZone", "country", "currency", "languages", "numbers", "handOffNumber", "services", "canned"}
