"""The clauses of a Mandarin utterance, and the stretch of them that is an address.

Marks part clauses, and so do blanks between characters, which stand for pauses where a recogniser writes no marks, and the words of a
self-repair (啊不对). An address begins where a clause names a division, a road or a number, and ends with its last number: what follows in a clause
of its own, or behind a room, is talk.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from agent.slots.address.zh.clause import bare, compact, cut, goes_on, is_level, lead_end, repair_clauses, without
from agent.slots.address.zh.grammar import MOST_CHARS, Split, figures_of, grammar_of, split_of

_MARK = re.compile(r"[。！!,，;；?？]")
_MOST_CLAUSES = 40
_SHORT = 4
"""Characters of a question that runs on from a clause: "怎么走"."""


class Stretch(NamedTuple):
    """An address, where it stands, and the clause after it."""

    text: str
    start: int
    end: int
    following: int
    begun: str = ""
    """What was said of an address before a repair took it back."""


class _Run:
    """The clauses of an address, as they are read."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.start = self.end = self.following = 0
        self.anchored = False
        """A number was said."""
        self.begun = ""

    def take(self, text: str, start: int, end: int, following: int, *, anchored: bool) -> None:
        self.start = self.start if self.said else start
        self.end, self.following = end, following
        self.anchored = self.anchored or anchored
        self.said.append(text)

    def let_go(self, *, repaired: bool) -> None:
        if self.said and repaired:
            self.begun = "".join(self.said)
        self.said.clear()


class Clauses:
    """One utterance, cut into clauses."""

    def __init__(self, text: str) -> None:
        glued = {match.start() for match in grammar_of().glue.finditer(text)} if " " in text else ()
        self.places = [at for at in range(len(text) + 1) if at not in glued]
        """Where each character of `text` stood in the utterance, and where that ended."""
        self.text = _as_meant("".join(text[at] for at in self.places[:-1]) if glued else text)

    @cached_property
    def spans(self) -> Sequence[tuple[int, int]]:
        """Where each clause begins and ends in `text`."""
        return _spans(self.text)

    def clause(self, index: int) -> str:
        """The words of a clause; "" past the last."""
        return self.text[slice(*self.spans[index])] if index < len(self.spans) else ""

    def address(self, first: int = 0) -> Stretch | None:
        """The first address from clause `first` on; None when there is none."""
        if not grammar_of().anchor.search(self.text):
            return None
        run = _Run()
        for index in range(first, len(self.spans)):
            if not self._read(index, run):
                break
        if not run.anchored:
            return None
        found = compact("".join(run.said))
        found = figures_of(found) if len(found) <= MOST_CHARS else ""
        return Stretch(found, self.places[run.start], self.places[run.end], run.following, compact(run.begun)) if _plausible(found) else None

    def _read(self, index: int, run: "_Run") -> bool:
        """Take a clause into the address, pass over it, or let go of what was said before; False where the address has ended."""
        (start, stop), opens = self.spans[index], not run.said
        if not opens and self._is_filler(index):
            return True
        at = lead_end(self.text, start, stop) if opens else start
        clause = self.text[at:stop]
        anchor = grammar_of().anchor.search(clause)
        if run.anchored and not (goes_on(clause, anchor, "".join(run.said)) or grammar_of().numeral.fullmatch(clause.strip())):
            return False
        if opens and anchor is None and self.denies(index):
            return True
        # A clause that asks tells us no address: "建国路88号怎么走".
        if self._asks(index) or not (anchor or run.anchored or is_level(clause, opens=opens)):
            if not run.anchored:
                run.let_go(repaired=self.repairs(index))
            return not run.anchored
        if anchor is not None:
            stop = at + cut(clause, anchor)
        run.take(self.text[at:stop], at, stop, index + 1, anchored=anchor is not None)
        return not run.anchored or stop == self.spans[index][1]

    def further(self, index: int, before: str) -> str:
        """What a clause adds to an address that has its number ("5号楼", "现代城3号楼"), as figures; "" when it says something else."""
        clause = self.clause(index)
        anchor = grammar_of().anchor.search(clause)
        if anchor is None or not goes_on(clause, anchor, before):
            return ""
        return figures_of(compact(clause[: cut(clause, anchor)]))

    def _is_filler(self, index: int) -> bool:
        """Whether a clause is nothing but words that lead in: "然后"."""
        return not without(compact(self.clause(index)), grammar_of().words["lead_in"]) and not self.repairs(index)

    def _asks(self, index: int) -> bool:
        """Whether a clause is a question, or a short one runs on from it: "建国路88号 怎么走"."""
        question = grammar_of().question
        start, stop = self.spans[index]
        following = self.spans[index + 1] if index + 1 < len(self.spans) else (stop, stop)
        runs_on = following[1] - following[0] <= _SHORT and not _MARK.search(self.text, stop, following[0])
        return question.search(self.text, start, stop + 1) is not None or (runs_on and question.search(self.text, *following) is not None)

    def repairs(self, index: int) -> bool:
        """Whether a clause takes back what stood before it: "啊不对", "说错了", or "不是" by itself."""
        clause = compact(self.clause(index))
        return clause in grammar_of().words["repair"] or bare(clause) in repair_clauses()

    def denies(self, index: int) -> bool:
        """Whether a clause tells what the address is not."""
        return bare(self.clause(index)).startswith(tuple(grammar_of().words["negation"]))


def _as_meant(text: str) -> str:
    """What a recogniser writes for words that sound alike, put right: 单员, and a room's 是 behind its number. Every character stays where it is."""
    for heard, meant in grammar_of().words["misheard"].items():
        text = text.replace(heard, meant)
    said = grammar_of().words
    return grammar_of().misheard_building.sub(said["building"], grammar_of().misheard_room.sub(said["rooms"][0], text))


def _spans(text: str) -> Sequence[tuple[int, int]]:
    repair = grammar_of().repair
    marks = {match.start(): match.end() for match in _MARK.finditer(text)}
    if " " in text:
        marks |= {match.start(): match.end() for match in grammar_of().pause.finditer(text)}
    for match in repair.finditer(text):
        marks.setdefault(match.start(), match.start())
        marks.setdefault(match.end(), match.end())
    found, start = [], 0
    for mark in sorted({**marks, len(text): len(text)}):
        if bare(text[start:mark]):
            found.append((start, mark))
        start = max(start, marks.get(mark, mark))
    return found[:_MOST_CLAUSES]


def _plausible(text: str) -> bool:
    """Whether a number stands after a road's name, or after any name with a division before it; dates and prices do not."""
    split: Split = split_of(text)
    if len(text) > MOST_CHARS or not split.road or not (split.number or split.rest):
        return False
    named = grammar_of().road_end.search(split.road) is not None and len(split.road) > 1
    if named and not split.number:
        named = grammar_of().estate.search(split.road) is not None
    return named or (split.divided and len(split.road) > 1)
