"""What a caller puts right while saying it, as rules over pieces: the same in every language.

Kinds   edit   a Replace of pieces      fix   what says that a piece is put right: "no", "I mean", "so", and "to" behind a verb of moving
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from agent.nlu.chart import Chart, Chunk, Grammar, Rule
from agent.nlu.edits import Replace
from agent.slots.time.edits import replaced
from agent.slots.time.pieces import Kind, Mark, Piece
from agent.slots.time.reading import together

_FIXES = (Mark.FIX, Mark.SO)


def _of(kind: Kind, name: str) -> Rule:
    """What is said of a kind behind a fix takes the place of all that was said of it before; "or" parts the two, but not right behind the fix."""
    return Rule(name, "edit", f"{kind}|whole_{kind} {_beside(kind)}|fix|or* fix or? {_beside(kind)}|fix* {kind}", _replace)


def _two(kind: Kind, name: str) -> Rule:
    return Rule(name, f"whole_{kind}", f"{kind} {_beside(kind)}* {kind}|whole_{kind}", _whole)


def _beside(kind: Kind) -> str:
    return "|".join(("not", "to", Mark.CHANGE, *(other for other in Kind if other is not kind)))


def _whole(one: Chunk, _: Any, other: Chunk) -> Piece | None:
    """Two pieces that say one thing."""
    both = together(one.value.kind, one.value.value, other.value.value)
    return None if both is None else msgspec.structs.replace(one.value, value=both)


def _replace(old: Chunk, *chunks: Any) -> Replace[Chunk]:
    return Replace(old, chunks[-1])


EDITS = (
    _two(Kind.DAY, "Wednesday of next week"),
    _two(Kind.CLOCK, "3 pm, 15:00"),
    _of(Kind.DAY, "Thursday, I mean Friday"),
    Rule("no, Thursday", "edit", f"fix {_beside(Kind.DAY)}|fix* day", _replace),
    _of(Kind.CLOCK, "four, no, five"),
    _of(Kind.PART, "in the morning, no, in the afternoon"),
    _of(Kind.MINUTE, "quarter past, no, half past"),
    _of(Kind.SHIFT, "an hour later, no, two hours later"),
    _of(Kind.LATER, "in an hour, no, in two hours"),
)
GRAMMAR = Grammar(EDITS)


def edited(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces that stand: what was put right is as it was put last, in the place of the first."""
    laid = list(laid_of(pieces))
    standing = dict(enumerate(piece for _, piece in laid))
    places: dict[int, int] = {}
    for edit in _edits(laid):
        old, new, kind = edit.old.start, edit.new.start, edit.new.kind
        place = places[new] = places.get(old, old)
        was = standing[place] if old in places else edit.old.value
        for at in range(old, new):
            if laid[at][0] in (kind, "to") and laid[at][1].kind == kind:
                standing.pop(at, None)
        standing[place] = replaced(Replace(was, standing.pop(new)))
    return [standing[at] for at in sorted(standing)]


def chart_of(laid: Sequence[tuple[str, Piece]]) -> Chart:
    return GRAMMAR.parse([*([Chunk(kind, at, at + 1, piece, 1.0)] for at, (kind, piece) in enumerate(laid)), []])


def _edits(laid: Sequence[tuple[str, Piece]]) -> Iterator[Replace[Chunk]]:
    """What is put right, in order: by each new piece all that was said of its kind before."""
    if not any(kind == "fix" for kind, _ in laid):
        return
    found: dict[int, Replace[Chunk]] = {}
    edits = (chunk.value for chunk in chart_of(laid).chunks() if chunk.kind == "edit")
    for edit in sorted(edits, key=lambda edit: (edit.new.start, edit.old.start, -edit.old.end)):
        found.setdefault(edit.new.start, edit)
    yield from found.values()


def laid_of(pieces: Sequence[Piece]) -> Iterator[tuple[str, Piece]]:
    """What each piece is to the rules: its kind, or how it stands to the others."""
    moving = False
    for piece in pieces:
        moving = moving or piece.value is Mark.CHANGE
        if piece.kind is Kind.MARK:
            yield "fix" if piece.value in _FIXES else str(piece.value), piece
        elif piece.relation is Mark.NOT or piece.kind is Kind.OTHER:
            yield "not", piece
        elif piece.relation is Mark.TO and not moving:
            yield "to", piece
        else:
            if piece.relation is Mark.TO:
                yield "fix", Piece(kind=Kind.MARK, value=Mark.FIX, first=piece.first, last=piece.first)
            yield str(piece.kind), piece
