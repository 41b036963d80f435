"""E-mail addresses in what was said: typed ("john.doe@gmail.com"), spoken ("john dot doe at gmail dot com") and both mixed.

An "at" with a domain behind it anchors an address; its local part is read from the words before, back to where the caller began to say it. Words,
letters and digits run together, marks are said by name. Every anchor looks at a bounded number of tokens.
"""

from collections.abc import Iterator
from typing import NamedTuple

from agent.slots.email.domain import DomainReader
from agent.text import Token

_LONGEST_LOCAL = 132
_WITHIN = 140
"""Tokens before an "at" within which its address begins: 64 letters with commas between, and words that lead in."""
_MOST_WORDS = 5
_MOST_ANCHORS = 12
"""Nobody says "at" more often and still gives an address."""
_LOCAL_MARKS = frozenset("._-+'")


class Address(NamedTuple):
    """One address, or the beginning of one."""

    local: str
    domain: str
    """"gmail.com"; without an ending ("gmail") when none was said; "" when nothing was."""
    start: int
    at: int
    """The token of the "at"."""
    end: int
    typed: bool
    led: bool
    """Words that announce an address stand before it."""


class Grammar(DomainReader):
    """Whole addresses, and what is said around them."""

    def addresses(self) -> Iterator[Address]:
        """Every address, in order; those whose domain has no ending too."""
        before = tried = 0
        for at in range(len(self.tokens)):
            taken = self.words.at.at(self.tokens, at)
            if not taken or at < before:
                continue
            tried += 1
            if tried > _MOST_ANCHORS:
                return
            domain, end = self._put_right(*self.domain(at + taken))
            if not domain or self._leads_to_another(end, typed=self.tokens[at].norm == "@"):
                continue
            found = self._address(at, domain, end, before)
            if found is not None:
                yield found
                before = end

    def _put_right(self, domain: str, end: int) -> tuple[str, int]:
        """The domain with the ending that was said after it once more: "foundry dot com, sorry, dot net"."""
        at = self.past_leads(end) if "." in domain else end
        if at == end or not self.dot(at, complete=False):
            return domain, end
        ending, after = self.ending(at)
        return (f"{domain.partition('.')[0]}.{ending}", after) if ending else (domain, end)

    def _leads_to_another(self, end: int, *, typed: bool) -> bool:
        """Whether a further "at" with a domain follows: of "me at john dot smith at gmail dot com" that is the one."""
        following = 0 if typed else self.words.at.at(self.tokens, end)
        return following > 0 and bool(self.domain(end + following)[0])

    def has_cue(self) -> bool:
        """Whether an address for mail was spoken of."""
        return any(self.words.cues.at(self.tokens, at) for at in range(len(self.tokens)))

    def says_so(self, address: Address) -> bool:
        """Whether the words before an address say that it is one: "my email is john at acme", and not "email marketing at scale"."""
        return not self.words.cues.at(self.tokens, address.start - 1) or self.tokens[address.start - 1].norm.endswith("'s")

    def has_at(self, start: int, end: int) -> bool:
        """Whether an "at" was said."""
        return any(self.words.at.at(self.tokens, at) for at in range(start, end))

    def has_others(self, start: int) -> bool:
        """Whether words from token `start` on tell of something else than an address."""
        return any(self._other(at) for at in range(start, len(self.tokens)))

    def is_quiet(self, start: int, end: int) -> bool:
        """Whether the tokens say nothing of an address, or nothing at all."""
        return self.past_leads(start, end) >= end

    def past_leads(self, start: int, end: int | None = None) -> int:
        """Past the words that come before an address."""
        stop = len(self.tokens) if end is None else end
        at, known = start, (self.words.leads, self.words.weak_leads, self.words.silent, self.words.joined)
        while at < stop:
            taken = max(self._other(at), *(phrases.at(self.tokens, at) for phrases in known))
            if not taken and (self.tokens[at].is_word or self.tokens[at].is_number or self.tokens[at].norm in self.words.marks):
                break
            at += taken or 1
        return at

    def is_unlikely(self, address: Address, *, asked: bool) -> bool:
        """Whether the word before a spoken "at" is one that rather tells where something is, or what stands there only tells of an address."""
        if address.typed:
            return False
        if self.refers(address.start if address.led else max(0, address.start - _MOST_WORDS), address.at):
            return True
        begins = address.led or (asked and address.start == 0)
        return not begins and address.at - address.start == 1 and len(address.local) > 1 and self.words.never_local.at(self.tokens, address.start) > 0

    def refers(self, start: int, end: int) -> bool:
        """Whether an address is not said but told of: "my name at gmail"."""
        return any(self.words.references.at(self.tokens, at) for at in range(start, end))

    def _address(self, at: int, domain: str, end: int, before: int) -> Address | None:
        """The address whose "at" stands at token `at`."""
        typed = self.tokens[at].norm == "@"
        glued = at
        while typed and glued > before and self.tokens[glued - 1].end == self.tokens[glued].start and self._may_be_typed(self.tokens[glued - 1]):
            glued -= 1
        if typed and self._is_torn(at, glued):
            return None
        if glued < at:
            local = self.said.text[self.tokens[glued].start : self.tokens[at].start].lower().lstrip("'")
            start = self._near(glued, before) if glued > before and self._goes_on(glued) else glued
            if start < glued:
                local = self.write(start, glued) + local
            return Address(local, domain, start, at, end, True, self._led(start)) if local else None
        start, led = self._begin(at, before)
        local = self.write(start, at)
        return Address(local, domain, start, at, end, typed, led)

    def _is_torn(self, at: int, start: int) -> bool:
        """Whether a typed "@" stands in what is no address: "a@b@c.com", "a@-b.com"."""
        again = start > 0 and self.tokens[start - 1].norm == "@" and self.tokens[start - 1].end == self.tokens[start].start
        return again or (at + 1 < len(self.tokens) and self.tokens[at + 1].norm in "-.@" and self.tokens[at + 1].start == self.tokens[at].end)

    def _may_be_typed(self, token: Token) -> bool:
        return (token.is_word or token.is_number or token.norm in _LOCAL_MARKS) and not "㐀" <= token.norm[0] <= "鿿"

    def _goes_on(self, at: int) -> bool:
        """Whether what stands before typed figures or letters belongs to them: a mark by name, or single letters before a single letter."""
        mark = self.words.marks.get(self.tokens[at - 1].norm, "")
        single = len(self.tokens[at - 1].norm) == 1 and self.tokens[at - 1].is_word and len(self.tokens[at].norm) == 1 and self.tokens[at].is_word
        return (mark != "" and self.tokens[at - 1].is_word) or single

    def _begin(self, at: int, before: int) -> tuple[int, bool]:
        """Where the local part before the "at" at token `at` begins, and whether words that announce an address stand there."""
        before = max(before, at - _WITHIN)
        here, lead, weak, other, told, together = before, before, before, before, False, False
        while here < at:
            if (spelled := self._spelled(here)) > here + 1:
                taken = min(spelled, at) - here
            elif (taken := self.words.mark_phrases.at(self.tokens, here)) > 1:
                pass  # "under score"
            elif self._is_beside_mark(here):
                taken = 1
            elif (taken := self.words.joined.at(self.tokens, here)) > (announced := self.words.leads.at(self.tokens, here)):
                together = True
            elif (taken := announced) and here + taken < at:
                lead, told = here + taken, True
            elif (taken := self._announcing(here)) or (taken := self.words.silent.at(self.tokens, here)):
                pass
            elif (taken := self._weak_lead(here, told=told)) and here + taken < at:
                lead, weak = (here + taken if told and here == lead else lead), here + taken
            elif told and here == lead and (taken := self.words.article.at(self.tokens, here)):
                pass
            elif (taken := self._other(here)) and here + taken < at:
                other = here + taken
            elif self._is_pause(here, at):
                lead, taken = here + 1, 1
            here += taken or 1
        start = lead if told else max(lead, weak)
        if other > start:
            start = weak if weak > other else self._near(at, other)
        start = start if self._is_short(start, at) or together else self._near(at, before)
        return start, told and start == lead

    def _weak_lead(self, at: int, *, told: bool) -> int:
        """How many tokens at `at` may come before an address; "and" does when none was announced: "smith and sons" otherwise."""
        return self.words.weak_leads.at(self.tokens, at) or (0 if told else self.words.linking.at(self.tokens, at))

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

    def _other(self, at: int) -> int:
        """How many tokens at `at` tell of something else; "a" and "i" are letters beside letters, digits and marks."""
        taken = self.words.others.at(self.tokens, at)
        if taken == 1 and len(self.tokens[at].norm) == 1 and at + 1 < len(self.tokens):
            following = self.tokens[at + 1]
            if len(following.norm) == 1 or self.words.marks.get(following.norm) or self.is_small(at + 1) or self.words.at.at(self.tokens, at + 1):
                return 0
        return taken

    def _is_short(self, start: int, at: int) -> bool:
        return at - start <= _LONGEST_LOCAL and sum(piece.kind == "word" for piece in self.pieces(start, at)) <= _MOST_WORDS

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
        if after is None or after.kind != "word" or self.words.mark_phrases.at(self.tokens, at + 1) or self.words.joined.at(self.tokens, at + 1):
            return False
        previous = self.tokens[at - 1]
        return len(previous.norm) > 1 and not previous.is_number and previous.norm not in self.words.marks

    def _near(self, at: int, before: int) -> int:
        """The beginning of the one word before token `at`, with the letters, digits and marks that it hangs together with."""
        here = at - 1
        while here > before:
            previous = self.tokens[here - 1]
            linked = self.words.marks.get(self.tokens[here].norm) or self.words.marks.get(previous.norm)
            if not linked and not (self.is_small(here) and (self.is_small(here - 1) or previous.is_word)):
                break
            here -= 1
        while here < at - 1 and (self.words.marks.get(self.tokens[here].norm) or self._other(here)):
            here += 1
        return max(here, before)

    def _led(self, start: int) -> bool:
        return any(first + self.words.leads.at(self.tokens, first) == start for first in range(max(0, start - 5), start))
