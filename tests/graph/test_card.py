"""The graph is the card: as README.md draws it, forward only, and each turn at the nodes where its work is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest

from agent.record.call import Turn
from api.cli import main
from graph.build import build
from graph.plan import STEPS
from graph.state import Deps, TurnRequest, Walk
from tests.graph.walkers import deps

README = Path(__file__).parents[2] / "README.md"
NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
ORDER = ("understand", "control", *STEPS, "confirm", "approve", "respond")


def test_the_readme_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph"]) == 0
    shown = README.read_text("utf-8").partition("```mermaid\n")[2].partition("```")[0]
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize("steps", [STEPS, ("name", "time"), ("service", "time", "phone")])
def test_the_way_leads_forward_only_and_past_any_step(steps: tuple[str, ...]) -> None:
    order = ["__start__", "understand", "control", *steps, "confirm", "approve", "respond", "__end__"]
    drawn = build(steps).get_graph()
    assert list(drawn.nodes) == order
    ways = {(edge.source, edge.target) for edge in drawn.edges}
    assert ways == {("__start__", "understand"), ("understand", "__end__"), ("respond", "__end__"), *combinations(order[1:-1], 2)}


def test_one_graph_serves_all_who_walk_the_same_steps() -> None:
    assert build(STEPS) is build(tuple(STEPS)) is not build(STEPS[:-1])


async def walked(parts: Deps, number: int, said: str) -> list[list[str]]:
    """The nodes at which a turn's work is done, walk by walk."""
    turn = Turn(key=str(number), text=said, started_at=(NOW + timedelta(seconds=20 * number)).isoformat())
    state: Walk = {"request": TurnRequest(sid="CA1", turn=turn), "now": NOW}
    walks: list[list[str]] = []
    while "answer" not in state:
        walks.append([])
        async for steps in build().astream(state, context=parts, stream_mode="updates"):
            walks[-1] += steps
            for update in steps.values():
                state.update(update or {})
    return walks


CALL: Sequence[tuple[str, list[list[str]]]] = (
    ("", [["understand", "control", "respond"]]),
    ("it's Mary O'Neill", [["understand", "name", "respond"]]),
    ("what do you charge", [["understand", "respond"]]),
    ("I don't know", [["understand", "phone", "respond"]]),
    ("two oh two five five five oh one four three", [["understand", "phone", "respond"]]),
    ("yes, but my name is wrong", [["understand", "phone", "respond"], ["understand", "name", "respond"]]),
    ("Mary Smith, and my drain is clogged", [["understand", "name", "service", "respond"]]),
    ("12 High Street, Springfield, New Jersey 07081", [["understand", "address", "respond"]]),
    ("yes, and my email is mary dot oneill at gmail dot com", [["understand", "address", "email", "respond"]]),
    ("yes", [["understand", "email", "respond"]]),
    ("tomorrow at 2 pm please, how long does it take", [["understand", "time", "respond"]]),
    ("yes", [["understand", "time", "confirm", "respond"]]),
)


@pytest.mark.anyio
async def test_work_is_done_where_it_belongs_and_nowhere_else() -> None:
    parts = deps()
    assert [(said, await walked(parts, number, said)) for number, (said, _) in enumerate(CALL)] == list(CALL)
