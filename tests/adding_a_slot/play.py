"""A whole call over HTTP in this process, as JSON: what was said and answered, and what every reader finds. Run in the tree it is to test."""

import asyncio
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

import prompts
from api.app import create_app
from api.settings import Settings

TURNS = (
    "",
    "it's Mary O'Neill",
    "two oh two triple five oh one four three",
    "yes",
    "twelve High Street, Springfield, New Jersey, oh seven oh eight one",
    "yes",
    "mary at gmail dot com",
    "yes",
    "two hundred",
    "there are four of us",
    "drain cleaning",
    "tomorrow at ten in the morning",
    "yes",
)
BEGAN = datetime.fromisoformat("2026-03-02T09:00:00-05:00")
TURN = timedelta(seconds=10)
SUPERVISOR, VIEWER, TELEPHONY = "a-supervisors-token-00001", "a-viewers-token-000000001", "telephonys-token-00000001"


async def played() -> dict[str, Any]:
    tokens = f"{SUPERVISOR}:supervisor,{VIEWER}:viewer,{TELEPHONY}:integration"
    service = create_app(Settings(_env_file=None, tokens=tokens, redis_url="", business=None))
    transport = httpx.ASGITransport(service)
    async with service.api.router.lifespan_context(service.api), httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:

        async def ask(method: str, path: str, token: str, **more: Any) -> httpx.Response:
            return await http.request(method, path, headers={"Authorization": f"Bearer {token}"}, **more)

        answers = []
        for number, said in enumerate(TURNS):
            message = {"message": said, "startedAt": (BEGAN + number * TURN).isoformat()}
            answer = await ask("POST", "/ai/conversation", TELEPHONY, json={"callSid": "CA1", "customerMessage": message})
            answers.append(answer.json())
        refused = await ask("PATCH", "/calls/CA1", SUPERVISOR, json={"party_size": "many"})
        page = await service.api.state.parts.store.events("CA1", "0", 1000)
        return {
            "tree": str(Path(prompts.__file__).parent.parent),
            "answers": [[answer["aiResponse"]["message"], answer["progress"]["step"]] for answer in answers],
            "refused": [refused.status_code, refused.json()],
            "document": (await ask("GET", "/calls/CA1", SUPERVISOR)).json(),
            "masked": (await ask("GET", "/calls/CA1", VIEWER)).json(),
            "summary": (await ask("POST", "/ai/summary", TELEPHONY, json={"callSid": "CA1"})).json(),
            "events": [json.loads(entry.data) for entry in page.entries],
            "desk": (await ask("GET", "/desk", SUPERVISOR)).json(),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(played())))
