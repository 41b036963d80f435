"""Where a spoken local part begins and ends: behind the words that lead in, before the notes and asides that come ahead of the "at"."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import NamedTuple

from agent.nlu.lexicon import Phrases
from agent.nlu.numerals.words import is_han
from agent.slots.email.spoken_domain import DomainReader

_LONGEST_LOCAL = 132
"""Tokens: 64 letters, the most that RFC 5321 allows, with commas between."""
_WITHIN = 140
"""Tokens before an "at" within which its address begins: 64 letters with commas between, and words that lead in."""
_MOST_WORDS = 5
"""Words of a local part; of more only the last is one."""
_MOST_AFTER_OTHERS = 3
"""Words behind a clause that tells of something else, which are an address when one was asked for: "I've got tom baker"."""
_LONGEST_NOTE = 6
"""Words of the longest note: "that's all one word"."""


class _Role(Enum):
    """What words before an "at" are."""

    PART = auto()
    LETTERS = auto()
    LEAD = auto()
    TALK = auto()
    JOINED = auto()
    WEAK = auto()
    PAUSE = auto()
    OTHER = auto()
    NOTE = auto()


class Beginning(NamedTuple):
    """A local part as it was said."""

    start: int
    end: int
    led: bool
    """Words that announce an address stand before it."""


class LeadReader(DomainReader):
    """What leads in to an address, and what is said around it."""

    def begin(self, at: int, before: int, *, asked: bool) -> Beginning:
        """The local part before the "at" at token `at`; `asked`: whatever follows the words that lead in belongs to it."""
        before = max(before, at - _WITHIN)
        stop, together = self._end(before, at, asked=asked)
        here, lead, weak, other, pause, told, heading, lettered = before, before, before, before, before, False, True, False
        while here < stop:
            role, taken = self._role(here, stop, asked=asked, heading=heading, told=told and here == lead, lettered=lettered)
            after = here + taken
            match role:
                case _Role.LEAD:
                    lead, told = after, True
                case _Role.TALK:
                    lead = after
                case _Role.JOINED:
                    together = True
                case _Role.WEAK:
                    lead, weak = (after if told and here == lead else lead), after
                case _Role.OTHER:
                    other = after
                case _Role.PAUSE:
                    pause = after
            heading = role in (_Role.LEAD, _Role.TALK, _Role.PAUSE, _Role.NOTE) and (heading or role is not _Role.NOTE)
            lettered = role is _Role.LETTERS
            here = after
        if pause > lead and not self._is_surname_first(lead, stop, together=together):
            lead = pause
        start = lead if told else max(lead, weak)
        if other > start:
            few = asked and other > weak and self._count(other, stop) <= _MOST_AFTER_OTHERS
            start = weak if weak > other else other if few else self.near(stop, other)
        start = start if together or self._is_short(start, stop) else self.near(stop, before)
        led = told and start == lead
        while start < stop - 1 and self.tokens[start].norm in ",;:":
            start += 1
        return Beginning(start, stop, led)

    def past_leads(self, start: int, end: int | None = None, *, asked: bool = False) -> int:
        """Past the words that come before an address."""
        stop = len(self.tokens) if end is None else end
        known = (self.words.leads, self.words.weak_leads, self.words.silent, self.words.joined, *((self.words.talk,) if asked else ()))
        at = start
        while at < stop:
            taken = max(self.other(at), *(phrases.at(self.tokens, at) for phrases in known))
            if not taken and (self.tokens[at].is_word or self.tokens[at].is_number or self.tokens[at].norm in self.words.marks):
                break
            at += taken or 1
        return at

    def past_talk(self, at: int) -> int:
        """Past talk at the beginning of a turn ("oh sorry, not quite, it's"), and no word of anything else."""
        known = (self.words.leads, self.words.talk, self.words.asides, self.words.silent)
        while at < len(self.tokens):
            token = self.tokens[at]
            stopped = token.norm in ",!?" or (token.norm == "." and at + 1 < len(self.tokens) and self.tokens[at + 1].start > token.end)
            taken = self._longest(at, known) or int(stopped)
            if not taken or (self.words.mailboxes.at(self.tokens, at) and at + 1 < len(self.tokens) and self.tokens[at + 1].norm not in ",!"):
                break
            at += taken
        return at

    def past_repairs(self, at: int) -> int:
        """Past words that take back what was said before `at`, and lead in to what stands in its place: ", no sorry, it's"; `at` for none."""
        here, repaired = at, False
        while here < len(self.tokens):
            if self.words.joined.at(self.tokens, here):
                break
            repair = self.words.repairs.at(self.tokens, here)
            repaired = repaired or repair > 0
            taken = repair or self._longest(here, (self.words.silent, self.words.telling, self.words.asides)) or int(self.tokens[here].norm in ",.")
            if not taken:
                break
            here += taken
        return here if repaired else at

    def other(self, at: int) -> int:
        """How many tokens at `at` tell of something else; "a" and "i" are letters beside letters, digits and marks."""
        taken = self.words.others.at(self.tokens, at)
        if taken == 1 and len(self.tokens[at].norm) == 1 and at + 1 < len(self.tokens):
            following = self.tokens[at + 1]
            if len(following.norm) == 1 or self.words.marks.get(following.norm) or self.is_small(at + 1) or self.words.at.at(self.tokens, at + 1):
                return 0
        return taken

    def is_no_part(self, at: int) -> bool:
        """Whether a Chinese character at `at` writes nothing of an address: what stands before it is something else, "1806室 lihua"."""
        return is_han(self.tokens[at].norm) and self.piece(at) is None and not self.words.mark_phrases.at(self.tokens, at)

    def near(self, at: int, before: int) -> int:
        """The beginning of the one word before token `at`, with the letters, digits and marks that it hangs together with."""
        here = at - 1
        while here > before:
            previous = self.tokens[here - 1]
            linked = self.words.marks.get(self.tokens[here].norm) or self.words.marks.get(previous.norm)
            if not linked and not (self.is_small(here) and (self.is_small(here - 1) or previous.is_word)):
                break
            here -= 1
        while here < at - 1 and (self.words.marks.get(self.tokens[here].norm) or self.other(here)):
            here += 1
        return max(here, before)

    def _end(self, before: int, at: int, *, asked: bool) -> tuple[int, bool]:
        """Where the local part ends, behind it notes on how it is written and asides; and whether a note says that it is one word."""
        end, together = at, False
        notes = (self.words.joined, self.words.silent, *((self.words.asides,) if asked else ()))
        while end > before:
            taken = int(self.tokens[end - 1].norm == ",")
            for length in range(min(_LONGEST_NOTE, end - before), 0, -1):
                if any(phrases.at(self.tokens, end - length) == length for phrases in notes):
                    together = together or self.words.joined.at(self.tokens, end - length) > 0
                    taken = length
                    break
            if not taken:
                break
            end -= taken
        return (end, together) if end > before else (at, False)

    def _role(self, here: int, stop: int, *, asked: bool, heading: bool, told: bool, lettered: bool) -> tuple[_Role, int]:
        """What the words at token `here` are, and how many; `heading`: nothing of an address was said yet, `told`: a lead stands right before."""
        if (part := self._plain_part(here, stop)) is not None:
            return part
        tokens, words = self.tokens, self.words
        joined, lead = words.joined.at(tokens, here), words.leads.at(tokens, here)
        if joined > lead:
            return _Role.JOINED, joined
        last = here + lead == stop
        if lead and not self._explains_word(here, here + lead) and (not last or (asked and not words.mailboxes.at(tokens, here))):
            return _Role.LEAD, lead
        if asked and heading and (talk := self._longest(here, (words.talk, words.asides))):
            return _Role.TALK, talk
        if note := self._announcing(here) or words.silent.at(tokens, here):
            return _Role.NOTE, note
        weak = words.weak_leads.at(tokens, here) or (0 if told else words.linking.at(tokens, here))
        if weak and here + weak < stop:
            return _Role.WEAK, weak
        if told and (article := words.article.at(tokens, here)):
            return _Role.PART, article
        other = 0 if asked and words.small.at(tokens, here) else self.other(here)
        if other and here + other < stop:
            return _Role.OTHER, other
        if (not lettered and self._is_pause(here, stop)) or self.is_no_part(here):
            return _Role.PAUSE, 1
        return _Role.PART, max(self._size(here), other)

    def _plain_part(self, here: int, stop: int) -> tuple[_Role, int] | None:
        """What at token `here` is part of an address, or a note on it, whatever its words mean elsewhere; None where that is not plain."""
        if (spelled := self._spelled(here)) > here + 1:
            return _Role.LETTERS, min(spelled, stop) - here
        if (mark := self.words.mark_phrases.at(self.tokens, here)) > 1:  # "under score"
            return _Role.PART, mark
        if (note := self.words.silent.at(self.tokens, here)) > 1:
            return _Role.NOTE, note
        return (_Role.PART, self._size(here)) if self._is_beside_mark(here) else None

    def _size(self, at: int) -> int:
        """How many tokens the part at `at` takes: a number in characters is one part."""
        number = self.piece(at) if is_han(self.tokens[at].norm) else None
        return number.end - at if number is not None else 1

    def _longest(self, at: int, several: Sequence[Phrases]) -> int:
        return max(phrases.at(self.tokens, at) for phrases in several)

    def _explains_word(self, here: int, at: int) -> bool:
        """Whether letters at `at` only spell the word before `here` once more: "papadopoulos, that's p a p a …"."""
        piece = self.piece(at)
        last = next((token.norm for token in reversed(self.tokens[max(0, here - 2) : here]) if token.is_word), "")
        return piece is not None and piece.kind == "letters" and len(piece.text) > 1 and len(last) > 1 and piece.text.startswith(last[0])

    def _is_surname_first(self, start: int, stop: int, *, together: bool) -> bool:
        """ "Mcbride, caitlin, all one word": two single words that a note joins across the comma."""
        kinds = [token.is_word for token in self.tokens[start:stop]]
        return together and kinds == [True, False, True]

    def _is_beside_mark(self, at: int) -> bool:
        """Whether a mark joins the word at `at` to others, so that it is part of the address whatever it is: "support dot us"."""
        here = self.tokens[at]
        if at + 1 < len(self.tokens) and self.words.marks.get((after := self.tokens[at + 1]).norm) and (after.is_word or after.start == here.end):
            return True
        return at > 0 and bool(self.words.marks.get((before := self.tokens[at - 1]).norm)) and (before.is_word or before.end == here.start)

    def _spelled(self, at: int) -> int:
        """The index past letters spelled from token `at` on, with the words they stand for."""
        if len(self.tokens[at].norm) > 1 and (self.words.leads.at(self.tokens, at) or self.words.weak_leads.at(self.tokens, at)):
            return at
        piece = self.piece(at)
        return piece.end if piece is not None and piece.kind == "letters" else at

    def _announcing(self, at: int) -> int:
        """How many tokens at `at` announce letters or digits that follow: "the number 5"."""
        taken = self.words.announcing.at(self.tokens, at)
        piece = self.piece(at + taken) if taken else None
        return taken if piece is not None and piece.kind != "word" else 0

    def _count(self, start: int, stop: int) -> int:
        return sum(piece.kind == "word" for piece in self.pieces(start, stop))

    def _is_short(self, start: int, stop: int) -> bool:
        return stop - start <= _LONGEST_LOCAL and self._count(start, stop) <= _MOST_WORDS

    def _is_initial(self, at: int, anchor: int) -> bool:
        """Whether a single letter at `at` begins what is said: "m dot otto", "m otto"."""
        if len(self.tokens[at].norm) > 1 or not self.tokens[at].is_word or at + 2 >= anchor:
            return False
        return self._spelled(at) == at + 1 and self.tokens[at + 1].is_word and len(self.tokens[at + 1].norm) > 1

    def _is_pause(self, at: int, anchor: int) -> bool:
        """Whether a mark at `at` ends what was said before it: a comma not between letters, digits or marks, a full stop with a space."""
        norm = self.tokens[at].norm
        if norm in "?!;:":
            return True
        if norm == "." and at + 1 < len(self.tokens):
            return self.tokens[at + 1].start > self.tokens[at].end
        if norm != "," or at == 0 or at + 1 >= anchor:
            return False
        after = self.piece(at + 1)
        if after is None or self.words.mark_phrases.at(self.tokens, at + 1) or self.words.joined.at(self.tokens, at + 1):
            return False
        if after.kind != "word" and not self._is_initial(at + 1, anchor):
            return False
        previous = self.tokens[at - 1]
        return len(previous.norm) > 1 and not previous.is_number and previous.norm not in self.words.marks
