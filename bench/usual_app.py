"""The usual way: LangGraph with `interrupt()` and a durable SQLite checkpointer, the record as one JSON value in Redis, a trivial understanding."""

import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypedDict

import redis.asyncio as redis
from fastapi import FastAPI
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from bench.floor_app import Answer, Conversation, Spoken

STEPS = ("name", "phone", "address", "email", "service", "time")


class State(TypedDict, total=False):
    sid: str
    fields: dict[str, str]
    messages: list[str]


def step(name: str, store: redis.Redis) -> Any:
    async def node(state: State) -> State:
        heard = interrupt(f"What is your {name}?")
        fields = {**state.get("fields", {}), name: heard}
        key = f"usual:{state['sid']}"
        record = json.loads(await store.get(key) or "{}")
        record["fields"] = fields
        record["history"] = [*record.get("history", []), heard]
        await store.set(key, json.dumps(record), ex=1800)
        return {"fields": fields, "messages": [*state.get("messages", []), heard]}

    return node


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    store = redis.from_url(os.environ["REDIS_URL"])
    graph = StateGraph(State)
    for name in STEPS:
        graph.add_node(name, step(name, store))
    for here, following in zip((START, *STEPS), (*STEPS, END), strict=True):
        graph.add_edge(here, following)
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncSqliteSaver.from_conn_string(str(Path(folder) / "checkpoints.sqlite")) as saver:
            app.state.graph = graph.compile(checkpointer=saver)
            yield
    await store.aclose()


app = FastAPI(lifespan=running)


@app.post("/ai/conversation")
async def conversation(posted: Conversation) -> Answer:
    config = {"configurable": {"thread_id": posted.callSid}}
    known = (await app.state.graph.aget_state(config)).next
    given: Any = Command(resume=posted.customerMessage.message) if known else {"sid": posted.callSid}
    state = await app.state.graph.ainvoke(given, config)
    asked = state.get("__interrupt__")
    return Answer(aiResponse=Spoken(speaker="AI", message=asked[0].value if asked else "You're booked."))
