"""The floor of a turn: FastAPI, pydantic, the same two Redis round trips with values of the same size, and no agent."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis
from fastapi import FastAPI
from pydantic import BaseModel

OPEN = "return {redis.call('HGET', KEYS[2], ARGV[1]), redis.call('HGETALL', KEYS[1])}"
COMMIT = """
redis.call('HSET', KEYS[1], 'rev', ARGV[1], 'state', ARGV[2], 'name', ARGV[3])
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
redis.call('SET', KEYS[3], ARGV[6])
redis.call('APPEND', KEYS[4], ARGV[7])
for i = 8, 10 do
    local id = redis.call('XADD', KEYS[6], '*', 'sid', ARGV[4], 'data', ARGV[i])
    redis.call('XADD', KEYS[5], id, 'data', ARGV[i])
end
for i = 1, 5 do redis.call('EXPIRE', KEYS[i], 1800) end
return 1
"""
STATE, SLOT, ANSWER, DOCUMENT, LINES, EVENT = "s" * 1200, "n" * 250, "a" * 700, "d" * 1600, "l" * 250, "e" * 330


class Message(BaseModel):
    speaker: str = "customer"
    message: str
    startedAt: str | None = None  # noqa: N815


class Conversation(BaseModel):
    callSid: str  # noqa: N815
    customerMessage: Message  # noqa: N815
    turnId: str | None = None  # noqa: N815


class Spoken(BaseModel):
    speaker: str
    message: str


class Answer(BaseModel):
    aiResponse: Spoken  # noqa: N815
    shouldHangup: bool = False  # noqa: N815
    shouldTransfer: bool = False  # noqa: N815


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    app.state.redis = redis.from_url(os.environ["REDIS_URL"])
    app.state.open, app.state.commit = app.state.redis.register_script(OPEN), app.state.redis.register_script(COMMIT)
    yield
    await app.state.redis.aclose()


app = FastAPI(lifespan=running)


@app.post("/ai/conversation")
async def conversation(posted: Conversation) -> Answer:
    return await take_turn(app, posted)


async def take_turn(app: FastAPI, posted: Conversation) -> Answer:
    sid, turn = posted.callSid, posted.turnId or ""
    keys = [f"floor:{sid}:{part}" for part in ("record", "turns", "document", "history", "events")]
    await app.state.open(keys=keys[:2], args=[turn])
    await app.state.commit(keys=[*keys, "floor:log"], args=[1, STATE, SLOT, turn, ANSWER, DOCUMENT, LINES, EVENT, EVENT, EVENT])
    return Answer(aiResponse=Spoken(speaker="AI", message="Thanks. What's the best number to reach you on?"))
