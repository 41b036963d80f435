"""The grammar of dialogue acts: which marks in one clause make which act.

A frame is a clause that holds one unit of each of its needs, none of what it lacks, and else only words that are no content. Order of the words is
free, as speakers' is. The frames, and what is said of each, are in `frames.toml`.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import NamedTuple

from agent.nlu.acts import ActKind
from agent.nlu.acts.words import bits, marks
from agent.record.acts import Act
from agent.record.slot_names import NAMES

_ANY_SLOT = "slot"


class Frame(NamedTuple):
    """One line of `frames.toml`, its marks as masks: 0 for none."""

    act: Act
    rule: str
    needs: tuple[int, ...]
    lacks: int
    only: int
    open: bool
    alone: bool
    single: bool
    kind: ActKind


@cache
def slot_marks() -> tuple[str, ...]:
    """The marks of words that name a slot, in the order of the slots; without those of slots that no language has a word for."""
    return tuple(mark for name in NAMES if (mark := f"slot_{name}") in marks())


def _bits(choice: str) -> int:
    """The mask of a choice of marks."""
    names = choice.split("|") if choice else []
    return bits(*(mark for name in names for mark in (slot_marks() if name == _ANY_SLOT else (name,))))


@cache
def frames() -> tuple[Frame, ...]:
    """Every frame, the special before the general. Raises KeyError for a mark that no language lists, ValueError for an act there is not."""
    table = tomllib.loads((resources.files(__package__) / "frames.toml").read_text("utf-8"))
    return tuple(
        Frame(
            Act(one["act"]),
            one["rule"],
            tuple(map(_bits, one["needs"])),
            _bits(one.get("lacks", "")),
            _bits(one.get("only", "")),
            open=one.get("open", False),
            alone=one.get("alone", False),
            single=one.get("single", False),
            kind=ActKind(one.get("kind", ActKind.PLAIN)),
        )
        for one in table["frames"]
    )
