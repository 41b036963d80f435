"""The tokens of an utterance as an e-mail address: what they write, where an address begins, and what is said around one."""

from collections.abc import Iterator

from agent.nlu.chart import Chunk, Grammar
from agent.nlu.numerals.words import is_han
from agent.nlu.utterance import Utterance
from agent.slots.email import weights
from agent.slots.email.pieces import PIECES, is_small, written
from agent.slots.email.rules import chart_of

_PASSED_OVER = frozenset(',;:"。')


class Reader:
    """What is said at a token, and from it on."""

    def __init__(self, utterance: Utterance, language: str, grammar: Grammar | None = None) -> None:
        self.utterance, self.tokens, self.count = utterance, utterance.tokens, len(utterance.tokens)
        self.language = "zh" if utterance.has_han else language
        self.chart = chart_of(utterance, language, grammar)

    def size(self, at: int, *kinds: str) -> int:
        """How many tokens the longest chunk of these kinds takes at a token; 0 for none."""
        return self.chart.end(at, *kinds) - at if 0 <= at < self.count else 0

    def norm(self, at: int) -> str:
        return self.tokens[at].norm if 0 <= at < self.count else ""

    def touches(self, at: int) -> bool:
        """Whether the token stands right behind the one before it."""
        return 0 < at < self.count and self.tokens[at].start == self.tokens[at - 1].end

    def any_of(self, start: int, end: int, *kinds: str) -> bool:
        """Whether a chunk of these kinds begins at any of the tokens."""
        return any(not self.chart.after(at).keys().isdisjoint(kinds) for at in range(start, end))

    def follows(self, at: int, *kinds: str) -> bool:
        """Whether a chunk of these kinds ends right before a token."""
        return any(self.size(first, *kinds) == at - first for first in range(max(0, at - weights.LONGEST_PLACE), at))

    def piece(self, at: int) -> Chunk | None:
        """The word, letters or digits at a token."""
        return self.chart.step(at, PIECES) if at < self.count else None

    def sign(self, at: int) -> str:
        """The mark at a token, by name in one word or as it is written; "" for none."""
        found = self.chart.at(at, "signs") if 0 <= at < self.count else ()
        return str(found[0].value) if found and found[0].end == at + 1 else ""

    def is_small(self, at: int) -> bool:
        return is_small(self.tokens, at, self.language)

    def is_article(self, at: int) -> bool:
        """Whether a word of several letters at a token stands before what is said and is, as a rule, none of it: "the"."""
        return len(self.norm(at)) > 1 and self.size(at, "articles") > 0

    def pieces(self, start: int, end: int) -> Iterator[Chunk | None]:
        """What the tokens from `start` to `end` write, piece by piece; None, at last, where they write nothing an address can hold."""
        at = start
        while at < end:
            silent, sign = self.size(at, "silent", "joined"), self.size(at, "signs")
            if silent and silent >= sign:
                at += silent
            elif (sign and self._ends_sentence(at)) or (not sign and self.norm(at) in _PASSED_OVER):
                at += 1
            elif not sign and (word := self._capital(at, end)):
                at = word
            else:
                piece = self.chart.at(at, "signs")[0] if sign else self._announced(at, end) or self.piece(at)
                if piece is None or piece.end > end:
                    yield None
                    return
                yield piece
                at = piece.end

    def write(self, start: int, end: int) -> str:
        """What the tokens write together, "" when it is nothing an address can hold."""
        pieces = [*self.pieces(start, end)]
        return written([piece for piece in pieces if piece]) if None not in pieces else ""

    def count_words(self, start: int, end: int) -> int:
        return sum(piece is not None and piece.kind == "word" for piece in self.pieces(start, end))

    def host(self, at: int) -> tuple[str, int]:
        """The domain said from token `at` on: ("gmail.com", end); ("gmail", end) when no ending was said; ("", at) for none."""
        found = self.chart.longest(at, "host") if at < self.count else ()
        return (str(found[0].value), found[0].end) if found else ("", at)

    def past_quiet(self, start: int, end: int | None = None) -> int:
        """Past the words that come before an address, and say nothing of it."""
        at, stop = start, self.count if end is None else end
        while at < stop and (taken := self.size(at, "quiet")):
            at += taken
        return at

    def is_quiet(self, start: int, end: int) -> bool:
        """Whether the tokens say nothing of an address, or nothing at all."""
        return self.past_quiet(start, end) >= end

    def past_talk(self, at: int) -> int:
        """Past talk at the beginning of a turn ("oh sorry, not quite, it's"), and no word of anything else."""
        while at < self.count:
            stopped = self.norm(at) in ",!?" or (self.norm(at) == "." and at + 1 < self.count and not self.touches(at + 1))
            taken = self.size(at, "leads", "talk", "asides", "silent") or int(stopped)
            if not taken or (self.size(at, "mailboxes") and self.norm(at + 1) not in ",!"):
                break
            at += taken
        return at

    def is_no_part(self, at: int) -> bool:
        """Whether a Chinese character at `at` writes nothing of an address: what stands before it is something else, "1806室 lihua"."""
        return is_han(self.tokens[at].norm) and not self.size(at, "signs", *PIECES)

    def near(self, at: int, before: int) -> int:
        """The beginning of the one word before token `at`, with the letters, digits and marks that it hangs together with."""
        here = at - 1
        while here > before:
            linked = self.sign(here) or self.sign(here - 1)
            if not linked and not (self.is_small(here) and (self.is_small(here - 1) or self.tokens[here - 1].is_word)):
                break
            here -= 1
        while here < at - 1 and (self.sign(here) or self.size(here, "others")):
            here += 1
        return max(here, before)

    def begin(self, at: int, before: int, *, asked: bool) -> tuple[int, int, bool]:
        """Where the local part before the "at" at token `at` begins and ends, and whether words that announce an address stand before it.

        `asked`: whatever follows those words belongs to it.
        """
        before = max(before, at - weights.WITHIN)
        stop, together = self._end(before, at, asked=asked)
        here = lead = weak = other = pause = before
        told, heading, role = False, True, ""
        while here < stop:
            right_behind = told and here == lead
            role, taken = self._role(here, stop, asked, (heading, right_behind, role == "letters"))
            here += taken
            lead = here if role in ("leads", "talk") or (role == "weak_leads" and right_behind) else lead
            weak, other, pause = (here if role == kind else past for kind, past in (("weak_leads", weak), ("others", other), ("comma", pause)))
            told, together = told or role == "leads", together or role == "joined"
            heading = role in ("leads", "talk", "comma") or (role == "silent" and heading)
        surname_first = together and [token.is_word for token in self.tokens[lead:stop]] == [True, False, True]  # "mcbride, caitlin, all one word"
        if pause > lead and not surname_first:
            lead = pause
        start = lead if told else max(lead, weak)
        if other > start:
            few = asked and other > weak and self.count_words(other, stop) <= weights.MOST_AFTER_OTHERS
            start = weak if weak > other else other if few else self.near(stop, other)
        if not together and (stop - start > weights.LONGEST_LOCAL or self.count_words(start, stop) > weights.MOST_WORDS):
            start = self.near(stop, before)
        led = told and start == lead
        while start < stop - 1 and self.norm(start) in ",;:":
            start += 1
        return start, stop, led

    def _role(self, here: int, stop: int, asked: bool, before: tuple[bool, bool, bool]) -> tuple[str, int]:
        """What the words at token `here` are, by their class, and how many; "part", "letters", and "comma" for a pause.

        `before`: whether nothing of an address was said yet, whether a lead stands right before, whether letters do.
        """
        heading, led, lettered = before
        if part := self._plain_part(here, stop):
            return part
        joined, lead, weak = self.size(here, "joined"), self.size(here, "leads"), self.size(here, "weak_leads", *(() if led else ("linking",)))
        other = 0 if asked and self.size(here, "small") else self.size(here, "others")
        roles = (
            ("joined", joined if joined > lead else 0),
            ("leads", lead if here + lead < stop or (asked and not self.size(here, "mailboxes")) else 0),
            ("talk", self.size(here, "talk", "asides") if asked and heading else 0),
            ("silent", self.size(here, "announcing") if self._announced(here, self.count) else self.size(here, "silent")),
            ("weak_leads", weak if here + weak < stop else 0),
            ("part", self.size(here, "article") if led else 0),
            ("others", other if here + other < stop else 0),
            ("comma", int((not lettered and self._is_pause(here, stop)) or self.is_no_part(here))),
            ("part", max(self._part_size(here), other)),
        )
        return next((role, taken) for role, taken in roles if taken and not (role == "leads" and self._explains_word(here, here + taken)))

    def _plain_part(self, here: int, stop: int) -> tuple[str, int] | None:
        """What at token `here` is part of an address, or a note on it, whatever its words mean elsewhere; None where that is not plain."""
        if (spelled := self._spelled(here)) > here + 1:
            return "letters", min(spelled, stop) - here
        for role, kind in (("part", "signs"), ("silent", "silent")):
            if (taken := self.size(here, kind)) > 1:
                return role, taken  # "under score"
        beside = any(self.sign(at) and (self.tokens[at].is_word or self.touches(max(at, here))) for at in (here + 1, here - 1))
        return ("part", self._part_size(here)) if beside else None  # "support dot us"

    def _end(self, before: int, at: int, *, asked: bool) -> tuple[int, bool]:
        """Where the local part ends, behind it notes on how it is written and asides; and whether a note says that it is one word."""
        end, together = at, False
        notes = ("joined", "silent", "asides") if asked else ("joined", "silent")
        while end > before:
            firsts = range(max(before, end - weights.LONGEST_NOTE), end)
            first = next((first for first in firsts if any(self.chart.end(first, kind) == end for kind in notes)), -1)
            if first < 0 and self.norm(end - 1) != ",":
                break
            together = together or self.size(first, "joined") > 0
            end = first if first >= 0 else end - 1
        return (end, together) if end > before else (at, False)

    def _part_size(self, at: int) -> int:
        """How many tokens the part at `at` takes: a number in characters is one part."""
        return max(1, self.size(at, *PIECES)) if is_han(self.tokens[at].norm) else 1

    def _spelled(self, at: int) -> int:
        """The index past letters spelled from token `at` on, with the words they stand for."""
        led = len(self.norm(at)) > 1 and self.size(at, "leads", "weak_leads")
        return at if led else at + self.size(at, "letters")

    def _announced(self, at: int, end: int) -> Chunk | None:
        """The letters or digits that words at `at` announce: "the number 5"."""
        taken = self.size(at, "announcing")
        piece = self.piece(at + taken) if taken else None
        return piece if piece and piece.kind != "word" and piece.end <= end else None

    def _capital(self, at: int, end: int) -> int:
        """Past "capital g" where the word that follows begins with that letter, else 0: it tells only how the word is written."""
        taken = self.size(at, "capitals")
        letter = self.norm(at + taken) if taken else ""
        word = at + taken + 1 + (self.norm(at + taken + 1) == ",")
        return word if len(letter) == 1 and word < end and len(self.norm(word)) > 1 and self.norm(word)[0] == letter else 0

    def _ends_sentence(self, at: int) -> bool:
        """Whether the mark at `at` is a full stop: glued to the word before, and not to one after."""
        return self.norm(at) == "." and self.touches(at) and not self.touches(at + 1)

    def _explains_word(self, here: int, at: int) -> bool:
        """Whether letters at `at` only spell the word before `here` once more: "papadopoulos, that's p a p a …"."""
        piece = self.piece(at)
        last = next((token.norm for token in reversed(self.tokens[max(0, here - 2) : here]) if token.is_word), "")
        return piece is not None and piece.kind == "letters" and len(piece.value) > 1 and len(last) > 1 and piece.value.startswith(last[0])

    def _is_pause(self, at: int, anchor: int) -> bool:
        """Whether a mark at `at` ends what was said before it: a comma not between letters, digits or marks, a full stop with a space."""
        norm = self.norm(at)
        if norm in "?!;:":
            return True
        if norm == "." and at + 1 < self.count:
            return not self.touches(at + 1)
        if norm != "," or at == 0 or at + 1 >= anchor:
            return False
        after = self.piece(at + 1)
        if self.size(at + 1, "joined") or (after and after.kind != "word" and not self._is_initial(at + 1, anchor)):
            return False
        if after is None and not self.size(at + 1, "silent"):
            return False
        return len(self.norm(at - 1)) > 1 and not self.tokens[at - 1].is_number and not self.sign(at - 1)

    def _is_initial(self, at: int, anchor: int) -> bool:
        """Whether a single letter at `at` begins what is said: "m dot otto", "m otto"."""
        single = len(self.norm(at)) == 1 and self.tokens[at].is_word and at + 2 < anchor
        return single and self._spelled(at) == at + 1 and self.tokens[at + 1].is_word and len(self.norm(at + 1)) > 1
