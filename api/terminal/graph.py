"""`slotline graph`: the machine that walks a turn, as Mermaid, drawn from the compiled graph.

From any node the way leads to any later one, past those that have nothing to do. Drawn is what is left when a way that others add up to is taken
for granted: from each node to the next.
"""

import argparse
from collections.abc import Iterator

from langgraph.graph import END, START

from graph.build import build

ENDS = {START: "turn((turn))", END: "answer((answer))"}
"""How the two ends are drawn; "end" is a word of Mermaid's own."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`slotline graph` takes nothing."""


def run(_: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    print("\n".join(mermaid()))  # noqa: T201 - what the command is for
    return 0


def mermaid() -> Iterator[str]:
    """The lines of the picture. Dotted: taken when there is work, else passed over."""
    drawable = build().get_graph()
    order = list(drawable.nodes)
    ways = {(edge.source, edge.target): edge.conditional for edge in drawable.edges}
    yield "flowchart LR"
    for source, target in sorted(ways, key=lambda way: (order.index(way[0]), order.index(way[1]))):
        if not any((source, between) in ways and (between, target) in ways for between in order):
            yield f"    {ENDS.get(source, source)} {'-.->' if ways[source, target] else '-->'} {ENDS.get(target, target)}"
