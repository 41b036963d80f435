"""The floor of a turn with three empty LangGraph steps in it, that go on from one to the other as ours do: by a command."""

from typing import TypedDict

from fastapi import FastAPI
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from bench.floor_app import Answer, Conversation, running, take_turn


class State(TypedDict, total=False):
    posted: Conversation
    answer: Answer


async def understand(state: State) -> Command[str]:
    return Command(goto="step", update={"posted": state["posted"]})


async def step(state: State) -> Command[str]:
    return Command(goto="respond", update={"posted": state["posted"]})


async def respond(state: State) -> Command[str]:
    return Command(goto=END, update={"answer": await take_turn(app, state["posted"])})


graph = StateGraph(State)
graph.add_node("understand", understand, destinations=("step",))
graph.add_node("step", step, destinations=("respond",))
graph.add_node("respond", respond, destinations=(END,))
graph.add_edge(START, "understand")
compiled = graph.compile()
app = FastAPI(lifespan=running)


@app.post("/ai/conversation")
async def conversation(posted: Conversation) -> Answer:
    output = await compiled.ainvoke({"posted": posted}, version="v2")
    answer: Answer = output.value["answer"]
    return answer
