"""E-mail addresses in what was said: typed ("john.doe@gmail.com"), spoken ("john dot doe at gmail dot com") and both mixed.

An "at" with a domain behind it anchors an address; its local part is read from the words before, back to where the caller began to say it. Words,
letters and digits run together, marks are said by name. Every anchor looks at a bounded number of tokens.
"""

import re
from typing import NamedTuple

from agent.slots.email import weights
from agent.slots.email.domains import domains
from agent.slots.email.reading import Reader

_TYPED = re.compile(r"'*((?:[^\W_㐀-鿿]|[._\-+'])+)$")
"""What is written in one up to an "@"."""


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


class AddressReader(Reader):
    """Whole addresses, and what is said around them."""

    def addresses(self, *, asked: bool) -> list[Address]:
        """Every address, in order, but for those taken back; those whose domain has no ending too. `asked`: an address was asked for."""
        found: list[Address] = []
        before = 0
        anchors = [at for at in range(self.count) if self.size(at, "at") and not self._is_spoken_of(at)]
        for at in anchors[: weights.MOST_ANCHORS]:
            domain, end = self.host(at + self.size(at, "at")) if at >= before else ("", at)
            typed = self.norm(at) == "@"
            if not domain or (not typed and self.size(end, "at") and self.host(end + self.size(end, "at"))[0]):
                continue  # of "me at john dot smith at gmail dot com" the second is the one
            address = self._address(at, domain, end, before, asked=asked)
            if address is not None:
                if found and address.local and found[-1].end < address.start <= found[-1].end + self.size(found[-1].end, "repaired"):
                    found.pop()  # "..., no wait, ...": said in its place
                found.append(address)
                before = end
        return found

    def _is_spoken_of(self, at: int) -> bool:
        """Whether the "at" at token `at` is only spoken of: "the bit after the at"."""
        return any(first + self.size(first, "beside_at") > at for first in range(max(0, at - weights.LONGEST_PLACE), at))

    def _address(self, at: int, domain: str, end: int, before: int, *, asked: bool) -> Address | None:
        """The address whose "at" stands at token `at`."""
        typed = self.norm(at) == "@"
        if typed and ((self.norm(at - 1) == "@" and self.touches(at)) or (self.norm(at + 1)[:1] in (*"-.@",) and self.touches(at + 1))):
            return None  # "a@b@c.com", "a@-b.com"
        begun = self.tokens[before].start
        glued = _TYPED.search(self.utterance.text, begun, self.tokens[at].start) if typed and before < at else None
        if glued:
            first = next(index for index in range(before, at) if self.tokens[index].end > glued.start(1))
            start = self.near(first, before) if first > before and self._goes_on(first) else first
            return Address(self.write(start, first) + glued[1].lower(), domain, start, at, end, True, self.follows(start, "leads"))
        start, stop, led = self.begin(at, before, asked=asked)
        return Address(self.write(start, stop), domain, start, at, end, typed, led)

    def _goes_on(self, at: int) -> bool:
        """Whether what stands before typed figures or letters belongs to them: a mark by name, or single letters before a single letter."""
        before = self.tokens[at - 1]
        single = len(before.norm) == 1 and len(self.norm(at)) == 1 and self.tokens[at].is_word
        return before.is_word and (single or self.sign(at - 1) != "")

    def says_so(self, address: Address) -> bool:
        """Whether the words before an address say that it is one: "my email is john at acme", and not "email marketing at scale"."""
        return not self.size(address.start - 1, "cues") or self.norm(address.start - 1).endswith("'s")

    def told_after(self, at: int) -> tuple[str, int]:
        """The local part said behind the domain: "at gmail, it's jsmith": ("jsmith", end); ("", at) for none."""
        here = at + (not self.size(at, "telling"))
        start = here + self.size(here, "telling")
        if start == here or self.any_of(start, self.count, "elsewhere") or self.any_of(start, self.count, "at"):
            return "", at
        written = self.write(start, self.count) if self.count_words(start, self.count) <= weights.MOST_WORDS else ""
        return (written, self.count) if written else ("", at)

    def is_mailbox(self, start: int, end: int) -> bool:
        """Whether the tokens by themselves are what only a mailbox is called: "accounts", "l chen", "kim b 85", "cmcbride84"."""
        pieces = [piece for piece in self.pieces(start, end) if piece]
        kinds, first = [piece.kind for piece in pieces], str(pieces[0].value)
        if len(pieces) == 1:
            return self.size(start, "mailboxes") == end - start
        if kinds == ["word", "digits"]:  # of a Mandarin turn, a Latin word and figures
            glued = self.tokens[end - 1].is_number and self.touches(end - 1)
            return len(first) > 2 and (glued or (self.utterance.has_han and not self.size(start, "cues")))
        if kinds == ["word", "letters", "digits"]:
            return self.tokens[start].is_word and not self.size(start, "others")
        initial = kinds[:2] == ["letters", "word"] and kinds[2:] in ([], ["digits"]) and first not in ("a", "i")
        return initial and not self.size(start + 1, "leads", "talk", "never_local", "asides")

    def is_unlikely(self, address: Address, *, asked: bool) -> bool:
        """Whether the word before a spoken "at" is one that rather tells where something is, or what stands there only tells of an address."""
        start, led, stands = address.start, address.led, self._stands_for_letters(address)
        if stands or address.typed:
            return stands
        if self.any_of(start if led else max(0, start - weights.MOST_WORDS), address.at, "references"):
            return True  # "my name at gmail"
        if not led and address.domain not in domains().known and self._tells_where(start, address.at):
            return True  # "we met at walmart.com"
        begins = led or (asked and start == 0)
        return not begins and address.at - start == 1 and len(address.local) > 1 and self.size(start, "never_local") > 0

    def _stands_for_letters(self, address: Address) -> bool:
        """Whether the letters before a number or a mark were not said, but told of: "王建国的全拼八八", "王建国八八"."""
        start = address.start
        if address.local[:1].isalpha() or address.led or address.typed:
            return not address.local[:1].isalpha() and self.follows(start, "spellings")
        right_behind = start > 0 and self.is_no_part(start - 1) and not self.size(start - 1, "quiet")
        return self.follows(start, "spellings") or (right_behind and len(address.local) < weights.FEWEST_ALONE)

    def _tells_where(self, start: int, at: int) -> bool:
        """Whether words before an "at" are a clause that tells what somebody does at a place: "we stopped", "i had a look"."""
        if at - start < 2 or not self.tokens[start + 1].is_word or any(map(self.sign, range(start, at))):
            return False
        return self.size(start, "pronouns") == 1 or self.size(at - 1, "never_local") == 1
