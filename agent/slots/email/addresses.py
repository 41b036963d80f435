"""E-mail addresses in what was said: typed ("john.doe@gmail.com"), spoken ("john dot doe at gmail dot com") and both mixed.

An "at" with a domain behind it anchors an address; its local part is read from the words before, back to where the caller began to say it. Words,
letters and digits run together, marks are said by name. Every anchor looks at a bounded number of tokens.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.utterance import Token
from agent.slots.email.domains import domains
from agent.slots.email.local_part import LeadReader
from agent.slots.email.pieces import Piece

_MOST_WORDS = 5
"""Words of a local part, or before it, that are looked at."""
_MOST_REPAIRS = 3
"""Times that a domain is said in another's place."""
_LONGEST_PLACE = 5
"""Words of the longest phrase around an "at" that is spoken of: "in front of the at sign"."""
_FEWEST_ALONE = 5
"""Figures and marks that are a mailbox by themselves, whatever stands before them."""
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


class AddressReader(LeadReader):
    """Whole addresses, and what is said around them."""

    def addresses(self, *, asked: bool) -> list[Address]:
        """Every address, in order, but for those taken back; those whose domain has no ending too. `asked`: an address was asked for."""
        found: list[Address] = []
        before = tried = 0
        for at in range(len(self.tokens)):
            taken = self.words.at.at(self.tokens, at)
            if not taken or at < before or self.is_spoken_of(at):
                continue
            tried += 1
            if tried > _MOST_ANCHORS:
                break
            domain, end = self._put_right(*self.domain(at + taken))
            if not domain or self._leads_to_another(end, typed=self.tokens[at].norm == "@"):
                continue
            address = self._address(at, domain, end, before, asked=asked)
            if address is not None:
                if found and address.local and found[-1].end < address.start <= self.past_repairs(found[-1].end):
                    found.pop()  # "..., no wait, ...": said in its place
                found.append(address)
                before = end
        return found

    def is_spoken_of(self, at: int) -> bool:
        """Whether the "at" at token `at` is only spoken of: "the bit after the at"."""
        firsts = range(max(0, at - _LONGEST_PLACE), at)
        return any(first + self.words.beside_at.at(self.tokens, first) > at for first in firsts)

    def _put_right(self, domain: str, end: int) -> tuple[str, int]:
        """The domain as it was said once more: "at gmail, no sorry, at yahoo dot com", "foundry dot com, sorry, dot net"."""
        for _ in range(_MOST_REPAIRS):
            here = self.past_repairs(end) if domain else end
            at = here if here > end else self.past_leads(end) if "." in domain else end
            anchor = self.words.at.at(self.tokens, here) if here > end else 0
            said, after = self.domain(here + anchor) if here > end else ("", end)
            plain = said in domains().known or said.partition(".")[0] == domain.partition(".")[0]
            if said and (anchor or plain) and not self.words.at.at(self.tokens, after):
                domain, end = said, after
            elif at > end and self.dot(at, complete=False) and (ending := self.ending(at))[0]:
                domain, end = f"{domain.partition('.')[0]}.{ending[0]}", ending[1]
            else:
                break
        return domain, end

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
        return any(self.other(at) for at in range(start, len(self.tokens)))

    def is_quiet(self, start: int, end: int) -> bool:
        """Whether the tokens say nothing of an address, or nothing at all."""
        return self.past_leads(start, end, asked=True) >= end

    def is_part(self, at: int) -> bool:
        """Whether letters, digits or a mark of an address stand at token `at`."""
        return self.words.mark_phrases.at(self.tokens, at) > 0 or self.words.at.at(self.tokens, at) > 0 or self.piece(at) is not None

    def tells(self, start: int, end: int) -> bool:
        """Whether the tokens tell of something else, also when an address was asked for."""
        return any(self.other(at) and not self.words.small.at(self.tokens, at) for at in range(start, end))

    def told_after(self, at: int) -> tuple[str, int]:
        """The local part said behind the domain: "at gmail, it's jsmith": ("jsmith", end); ("", at) for none."""
        here = next((at + comma for comma in (0, 1) if self.words.telling.at(self.tokens, at + comma)), -1)
        start = here + self.words.telling.at(self.tokens, here) if here >= 0 else -1
        if start < 0 or self.tells(start, len(self.tokens)) or self.has_at(start, len(self.tokens)):
            return "", at
        count = sum(piece.kind == "word" for piece in self.pieces(start, len(self.tokens)))
        written = self.write(start, len(self.tokens)) if count <= _MOST_WORDS else ""
        return (written, len(self.tokens)) if written else ("", at)

    def is_mailbox(self, start: int, end: int, pieces: Sequence[Piece]) -> bool:
        """Whether the tokens by themselves are what only a mailbox is called: "accounts", "l chen", "kim b 85", "cmcbride84"."""
        words = self.words
        if len(pieces) == 1:
            return words.mailboxes.at(self.tokens, start) == end - start
        glued = self.tokens[end - 1].is_number and self.tokens[end - 1].start == self.tokens[end - 2].end and len(pieces[0].text) > 2
        kinds = [piece.kind for piece in pieces]
        if kinds == ["word", "digits"]:  # of a Mandarin turn, a Latin word and figures
            return glued or (self.utterance.has_han and len(pieces[0].text) > 2 and not words.cues.at(self.tokens, start))
        if kinds == ["word", "letters", "digits"]:
            return self.tokens[start].is_word and not self.other(start)
        initial = kinds[:2] == ["letters", "word"] and kinds[2:] in ([], ["digits"]) and pieces[0].text not in ("a", "i")
        return initial and not any(phrases.at(self.tokens, start + 1) for phrases in (words.leads, words.talk, words.never_local, words.asides))

    def is_unlikely(self, address: Address, *, asked: bool) -> bool:
        """Whether the word before a spoken "at" is one that rather tells where something is, or what stands there only tells of an address."""
        if self._stands_for_letters(address):
            return True
        if address.typed:
            return False
        if self.refers(address.start if address.led else max(0, address.start - _MOST_WORDS), address.at):
            return True
        begins = address.led or (asked and address.start == 0)
        if not address.led and address.domain not in domains().known and self.tells_where(address.start, address.at):
            return True  # "we met at walmart.com"
        return not begins and address.at - address.start == 1 and len(address.local) > 1 and self.words.never_local.at(self.tokens, address.start) > 0

    def _stands_for_letters(self, address: Address) -> bool:
        """Whether the letters before a number or a mark were not said, but told of: "王建国的全拼八八", "王建国八八"."""
        start = address.start
        if address.local[:1].isalpha():
            return False
        told = any(first + self.words.spellings.at(self.tokens, first) == start for first in range(max(0, start - _MOST_WORDS), start))
        right_behind = start > 0 and self.is_no_part(start - 1) and not self.is_quiet(start - 1, start) and len(address.local) < _FEWEST_ALONE
        return told or (not address.led and not address.typed and right_behind)

    def tells_where(self, start: int, at: int) -> bool:
        """Whether words before an "at" are a clause that tells what somebody does at a place: "we stopped", "i had a look"."""
        if at - start < 2 or not self.tokens[start + 1].is_word or any(self.words.marks.get(token.norm) for token in self.tokens[start:at]):
            return False
        return self.words.pronouns.at(self.tokens, start) == 1 or self.words.never_local.at(self.tokens, at - 1) == 1

    def refers(self, start: int, end: int) -> bool:
        """Whether an address is not said but told of: "my name at gmail"."""
        return any(self.words.references.at(self.tokens, at) for at in range(start, end))

    def _address(self, at: int, domain: str, end: int, before: int, *, asked: bool) -> Address | None:
        """The address whose "at" stands at token `at`."""
        typed = self.tokens[at].norm == "@"
        glued = at
        while typed and glued > before and self.tokens[glued - 1].end == self.tokens[glued].start and self._may_be_typed(self.tokens[glued - 1]):
            glued -= 1
        if typed and self._is_torn(at, glued):
            return None
        if glued < at:
            local = self.utterance.text[self.tokens[glued].start : self.tokens[at].start].lower().lstrip("'")
            start = self.near(glued, before) if glued > before and self._goes_on(glued) else glued
            if start < glued:
                local = self.write(start, glued) + local
            return Address(local, domain, start, at, end, True, self._led(start)) if local else None
        start, stop, led = self.begin(at, before, asked=asked)
        return Address(self.write(start, stop), domain, start, at, end, typed, led)

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

    def _led(self, start: int) -> bool:
        return any(first + self.words.leads.at(self.tokens, first) == start for first in range(max(0, start - 5), start))
