"""Runs of digits read off the chart: which digits belong together, and what the words beside them say they are."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import msgspec

from agent.nlu.candidates import Context
from agent.nlu.chart import Item
from agent.nlu.utterance import Utterance
from agent.slots.phone import weights
from agent.slots.phone.cutting import Groups, cut, digits_of
from agent.slots.phone.numbering import LEAST_WITHOUT_AREA, MOST_DIGITS, Fit, Plan
from agent.slots.phone.rules import Cue, chart_of

QUIET = ["filler", "neutral", "cue", "number", "correct", "restart", "mark"]
"""Words that say nothing of their own beside a number."""
_PAUSES, _BEING = Item.of("filler|joint*"), Item.of("being|neutral|filler|joint*")
_BEFORE = 5
"""Words of the longest phrase that may stand beside digits: "let me say that again"."""


class Run(NamedTuple):
    """Digits with nothing but pauses between them."""

    groups: Groups
    cue: Cue
    start: int
    """Of the words that name the digits, when they stand before them; `end` is past an extension, too."""
    end: int
    followed: bool
    """A word that says something of its own comes next."""


class Reading:
    """One utterance, read for phone numbers."""

    def __init__(self, utterance: Utterance, context: Context) -> None:
        self.utterance, self.context, self.plan, self.size = utterance, context, Plan(context.region), len(utterance.tokens)
        self.asked = "phone" in context.asked
        self.loose = not context.in_call and utterance.has_han
        self.chart = chart_of(utterance, context.language)
        self.runs = tuple(self._runs())
        edges = [0, *(edge for run in self.runs for edge in (run.start, run.end)), self.size]
        self.bare = bool(self.runs) and all(self.is_quiet(edges[at], edges[at + 1]) for at in range(0, len(edges), 2))
        """Nothing was said but digits and words that commonly stand around them."""

    def is_quiet(self, start: int, end: int) -> bool:
        return self.chart.walk(start, end, QUIET) is not None

    def is_more(self, at: int) -> bool:
        """Whether a word that says something of its own stands there."""
        return at < self.size and self.utterance.tokens[at].is_word and self.chart.step(at, QUIET) is None

    def stands_apart(self, run: Run) -> bool:
        """Whether the words right before and behind a run say nothing of their own."""
        first = run.groups[0].start
        return not run.followed and (first == 0 or any(self.chart.walk(at, first, QUIET) for at in range(max(0, first - _BEFORE), first)))

    def cut(self, groups: Groups) -> list[Groups]:
        return cut(groups, self.plan, followed=self.is_more(groups[-1].end))

    def link(self, before: int, at: int) -> str:
        """ "restart" or "correct" when the words between take back the digits before them, and nothing else was said; else ""."""
        between = self.chart.walk(before, at, ("restart", "correct", *QUIET)) or ()
        kinds = {chunk.kind for chunk in between if not (self.chart.at(chunk.start, "number") and self.chart.at(chunk.end, "figures"))}  # "no 45"
        return "restart" if "restart" in kinds else "correct" if "correct" in kinds else ""

    def _runs(self) -> Iterator[Run]:
        at, last = 0, None
        while at < self.size:
            here = self.chart.after(at)
            if "digits" not in here and "named" not in here and "sounded" not in here:
                at += 1
                continue
            cue, start, groups = self._named(at)
            if not groups:
                at = start if start > at else at + 1 if self._is_thing(at) else max(at + 1, self.chart.end(at, "digits"))
                continue
            cue, end = self._behind(groups[-1].end if len(groups) <= weights.MOST_GROUPS else self.chart.end(start, "digits"), cue)
            if not cue and last and last.cue is Cue.OTHER and self.chart.walk(last.end, start, ("code", "joint")):
                cue = Cue.OTHER  # "1Z 999 AA1 0123 4567" is one code
            last = Run(groups, Cue.PHONE if groups[0].area else cue, start if cue in (Cue.NUMBER, Cue.DENIED) else at, end, self.is_more(end))
            yield last
            at = end

    def _named(self, at: int) -> tuple[Cue, int, Groups]:
        """The digits that are named from a token on, or begin there, and what they are called; none where they are no digits after all."""
        nearest = at
        for cue, start in sorted((chunk.value for chunk in self.chart.at(at, "named")), key=lambda named: named[1]):
            if groups := self._groups(start):
                denied = any(chunk.value == (Cue.DENIED, start) for before in range(at, start) for chunk in self.chart.at(before, "named"))
                return Cue.DENIED if denied else cue, start, groups
            nearest = max(nearest, start)
        return Cue.NONE, nearest, () if nearest > at else self._groups(at)

    def _behind(self, end: int, cue: Cue) -> tuple[Cue, int]:
        """What the words behind digits say they are, and where those end: "..., extension 12", "... is my mobile"."""
        beside = next((self.chart.end(at, "beside") for _, at in self.chart.onward(end, _PAUSES) if self.chart.at(at, "beside")), end)
        for passed, at in self.chart.onward(beside, _BEING) if cue < Cue.PHONE else ():
            called = self.chart.end(at, "cue", "other", "other_number")
            if called > at and any(chunk.kind == "being" for chunk in passed):
                return Cue.PHONE if self.chart.end(at, "cue") == called else Cue.OTHER, called
        return cue, beside

    def _groups(self, start: int) -> Groups:
        """The likeliest digits at a token: the heaviest reading that is a number in use, words that sound like digits last; else the heaviest."""
        if self._is_thing(start):
            return ()
        plain = [fine for chunk in self.chart.longest(start, "digits") if (fine := self._trimmed(chunk.value))]
        for groups in plain:
            if any(self._is_whole(one) for one in self.cut(groups)):
                return groups
        sounded = [self._joined(chunk.value) for chunk in self.chart.longest(start, "sounded") if self._is_firm(chunk.value)]
        for groups in sounded:
            if self._is_whole(groups) or self._is_begun(groups):
                return groups
        return plain[0] if plain else ()

    def _is_begun(self, groups: Groups) -> bool:
        """Whether digits with words that sound like some are the beginning of a number and all that was said: "oh four double five to nine seven"."""
        if self.context.held.partial or self.context.held.value or groups[-1].sound:
            return False
        quiet = self.is_quiet(0, groups[0].start) and self.is_quiet(groups[-1].end, self.size)
        return quiet and self.plan.fit(digits_of(groups)) is Fit.SHORT

    def _is_thing(self, at: int) -> bool:
        """Whether a word is no digit: "that's my old one"."""
        return at > 0 and bool(self.chart.at(at - 1, "thing"))

    def _is_whole(self, groups: Groups) -> bool:
        """Whether the digits are a number in use, or make one of what earlier turns held."""
        digits, partial = digits_of(groups), self.context.held.partial if self.asked else ""
        return self.plan.is_valid(digits) or bool(partial and self.plan.is_valid(partial + digits))

    def _trimmed(self, groups: Groups) -> Groups:
        """Without a sigh before ("oh, it's nought four") and without what only seems to go on ("... and one thing more", "six, er, oh wait")."""
        if groups[0].weak and self.chart.at(groups[0].end, "sigh"):
            groups = groups[1:]
        last = groups[-1] if groups else None
        if len(groups) > 1 and last:
            more = last.apart and self.chart.at(last.start, "pronoun") and self.is_more(last.end)
            sigh = last.weak and self.chart.at(last.end, "correct") and (last.apart or self._is_whole(groups[:-1]))
            groups = groups[:-1] if more or sigh else groups
        while groups and self._counts(groups):
            groups = groups[:-1]
        return () if all(group.weak for group in groups) else self._joined(groups)

    def _counts(self, groups: Groups) -> bool:
        """Whether a word behind a few digits says that the last of them number something else: 88号, and not 88号码."""
        end = groups[-1].end
        unit = self.chart.end(end, "weak_unit") if len(digits_of(groups)) < LEAST_WITHOUT_AREA else end
        return unit > end and unit >= self.chart.end(end, "number")

    def _joined(self, groups: Groups) -> Groups:
        """The groups with what stands between them."""
        text, tokens = self.utterance.text, self.utterance.tokens
        found = list(groups[:1])
        for left, right in pairwise(groups):
            dot = self.chart.end(left.end, "dot") == right.start > left.end
            found.append(msgspec.structs.replace(right, joint="." if dot else text[tokens[left.end - 1].end : tokens[right.start].start]))
        return tuple(found)

    def _is_firm(self, groups: Groups) -> bool:
        """Whether enough digits are said as such beside words that sound like one; none begins with an English one, or a wish (我要)."""
        if len(groups) > MOST_DIGITS:
            return False
        first, firm = groups[0], sum(len(group.digits) for group in groups if not group.sound)
        wished = first.sound and (self.utterance.tokens[first.start].norm.isascii() or (first.start and self.chart.at(first.start - 1, "wish")))
        return not wished and firm >= weights.FEWEST_FIRM
