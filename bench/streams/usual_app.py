"""The usual way: FastAPI and sse-starlette, with a queue for each reader (`/queue`), or a Redis subscription for each (`/subscription`)."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

CHANNEL = "bench"
queues: set[asyncio.Queue[str]] = set()


async def listen(client: redis.Redis) -> None:
    async with client.pubsub() as subscribed:
        await subscribed.subscribe(CHANNEL)
        async for message in subscribed.listen():
            if message["type"] == "message":
                for queue in queues:
                    if not queue.full():
                        queue.put_nowait(message["data"])


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    app.state.redis = redis.from_url(os.environ["REDIS_URL"], decode_responses=True, max_connections=20_000)
    listening = asyncio.create_task(listen(app.state.redis))
    yield
    listening.cancel()
    await app.state.redis.aclose()


app = FastAPI(lifespan=running)


@app.get("/queue")
async def by_queue() -> EventSourceResponse:
    async def told() -> AsyncIterator[dict[str, str]]:
        queue: asyncio.Queue[str] = asyncio.Queue(100)
        queues.add(queue)
        try:
            while True:
                yield {"data": await queue.get()}
        finally:
            queues.discard(queue)

    return EventSourceResponse(told())


@app.get("/subscription")
async def by_subscription() -> EventSourceResponse:
    async def told() -> AsyncIterator[dict[str, str]]:
        async with app.state.redis.pubsub() as subscribed:
            await subscribed.subscribe(CHANNEL)
            async for message in subscribed.listen():
                if message["type"] == "message":
                    yield {"data": message["data"]}

    return EventSourceResponse(told())
