"""Patching an e-mail address by its places: "the bit after the at is gmail dot com", "a seven at the end", "a dot between tom and baker".

Every rule gives the whole address patched, or None where the caller names no place, or the place is not sure.
"""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases
from agent.slots.email.addresses import AddressReader
from agent.slots.email.domains import domains
from agent.slots.email.likeness import plain, put, said_again, without_marks
from agent.slots.email.vocabulary import spoken_forms

_MOST_SKIPPED = 6
"""Articles, commas and lead-ins passed over before what is said."""
_MOST_WORDS = 5
"""Words of a stretch; more are a sentence."""


class Patched(NamedTuple):
    value: str
    rule: str
    start: int
    end: int


class Stretch(NamedTuple):
    """Part of an address that was said: what it writes, and the tokens it takes."""

    text: str
    start: int
    end: int
    several: bool
    """It is more than one word, run of letters or digits, or mark."""


@cache
def patching_phrases(languages: tuple[str, ...]) -> Mapping[str, Phrases]:
    """The phrases of `[patching]`; the subjects of it ("the first part") with a verb of being."""
    listed: dict[str, list[str]] = {}
    for table in (words(language, "email") for language in languages):
        for key, phrases in table["patching"].items():
            listed.setdefault(key, []).extend(phrases)
            if key.endswith("_part"):
                listed.setdefault(f"{key[:-5]}_is", []).extend(spoken_forms(phrases, table.get("being", ())))
    return {key: Phrases(phrases) for key, phrases in listed.items()}


class Placer(NamedTuple):
    """What is said about `current`, and where."""

    reader: AddressReader
    current: str
    phrases: Mapping[str, Phrases]
    beginning: int
    """The first token that is no lead-in."""

    @property
    def local(self) -> str:
        return self.current.rpartition("@")[0]

    @property
    def host(self) -> str:
        """The domain."""
        return self.current.rpartition("@")[2]

    def side(self, at: int) -> Patched | None:
        """ "The first part is X", "the bit after the at is X", "the domain is X", "it ends in dot net"."""
        if taken := self.at("local_is", at):
            said = self.stretch(self.skip(at + taken))
            return self.with_local(said.text, at, said.end) if said and self.ends(said.end) else None
        if taken := self.at("domain_is", at):
            return self.domain_said(at, self.skip(at + taken))
        if taken := self.at("ending_is", at):
            return self.with_ending(at, self.skip(at + taken))
        return None

    def placed(self, at: int) -> Patched | None:
        """ "A 7 at the end", "elena dot at the front", "a dot after tom", "a dot between dean and church", "jane dot smith before the at"."""
        back, front, beside = self.at("back", at), self.at("front", at), self.reader.words.beside_at.at(self.reader.tokens, at)
        place = back or front or beside
        if place:
            before_at = beside > 0 or self.beside_at(at + place)
            said, added = self.before(at)
            return self._at_end(said, front=front > 0, added=added, before_at=before_at, whole=not (back or front)) if said else None
        between, after = self.at("between", at), self.at("after", at)
        said = self.before(at)[0] if between or after else None
        if not said or len(plain(said.text)) > len(self.local):
            return None
        if between:
            tokens, linking = self.reader.tokens, self.reader.words.linking
            joint = next((here for here in range(at + between + 1, len(tokens)) if linking.at(tokens, here)), len(tokens))
            first, second = self.stretch(self.skip(at + between), joint), self.stretch(self.skip(joint + 1))
            return self._between(said, first, second) if first and second and first.end == joint else None
        neighbour = self.stretch(self.skip(at + after))
        if neighbour and self.ends(neighbour.end):
            moved = put(self.local, said.text, "") if not plain(said.text) else ""  # it may stand elsewhere by mistake
            return self.with_local(put(moved or self.local, neighbour.text, neighbour.text + said.text), said.start, neighbour.end)
        return None

    def removed(self, at: int) -> Patched | None:
        """ "No dot", "without the au", "take the dot out", "it's all one word"."""
        reader = self.reader
        if (taken := reader.words.joined.at(reader.tokens, at)) and not self.at("without", at) and self.ends(at + taken):
            before = reader.past_leads(0, at, asked=True) >= at
            return self.with_local(without_marks(self.local), at, at + taken) if before else None
        taken = self.at("without", at) or self.at("take", at)
        said = self.stretch(self.skip(at + taken)) if taken else None
        if not said or (self.at("take", at) and not self.at("out", said.end)):
            return None
        mark = not plain(said.text)
        if mark or self.at("without", at) > 1 or self.at("take", at):
            end = said.end + self.at("out", said.end)
            shorter = put(self.local, said.text, "") or (put(self.local, "." + said.text, "") if not mark else "")
            ending = self.host.removesuffix("." + said.text.lstrip("."))
            if not mark and ending != self.host and "." in ending:
                return Patched(f"{self.local}@{ending}", "part", at, end)
            again = self.stretch(self.skip(end)) if shorter else None
            if shorter and (self.ends(end) or (again and plain(again.text) == plain(shorter))):
                return self.with_local(shorter, at, end)
        return None

    def domain_said(self, start: int, at: int) -> Patched | None:
        """A domain, or the name of a provider, or an ending, from token `at` on, and nothing else."""
        reader = self.reader
        anchor = reader.words.at.at(reader.tokens, at)
        said, end = reader.domain(at + anchor)
        only_ending = not anchor and said.partition(".")[0] in domains().before_country
        if not said or only_ending or not self.ends(end):
            return self.with_ending(start, at)
        if whole := self.completed(said):
            return Patched(f"{self.local}@{whole}", "domain", start, end)
        return self.with_ending(start, at)

    def completed(self, said: str) -> str:
        """A domain with its ending: of a provider's name alone, the one that it is known with; "" for none."""
        if "." in said:
            return said
        known = [other for other in (f"{said}.{self.host.partition('.')[2]}", f"{said}.com") if other in domains().known]
        return known[0] if said in domains().names and known else ""

    def with_ending(self, start: int, at: int) -> Patched | None:
        """The address with the ending said at token `at`."""
        ending, end = self.reader.ending(at)
        if not ending or not self.ends(end):
            return None
        return Patched(f"{self.local}@{self.host.partition('.')[0]}.{ending}", "ending", start, end)

    def with_local(self, local: str, start: int, end: int) -> Patched | None:
        """The address with another local part, which must not be empty."""
        return Patched(f"{local}@{self.host}", "part", start, end) if local and local != self.local else None

    def stretch(self, at: int, end: int | None = None) -> Stretch | None:
        """The longest stretch from token `at` that writes part of an address, up to `end`, a comma or words that say something of their own."""
        reader = self.reader
        here, count = at, 0
        stop = len(reader.tokens) if end is None else end
        while here < stop and count <= _MOST_WORDS:
            mark = reader.words.mark_phrases.at(reader.tokens, here)
            silent = reader.words.silent.at(reader.tokens, here)
            if reader.tokens[here].norm in ",?!;:" or (here > at and self.is_talk(here)):
                break
            piece = None if mark or silent else reader.piece(here)
            if not mark and not silent and piece is None:
                break
            count += piece is not None and piece.kind == "word"
            here = here + (mark or silent) if piece is None else piece.end
        text = reader.write(at, here) if here <= stop and count <= _MOST_WORDS else ""
        several = sum(1 for _ in reader.pieces(at, here)) > 1
        return Stretch(text, at, here, several) if text else None

    def is_talk(self, at: int) -> bool:
        """Whether words about the address begin at token `at`."""
        reader = self.reader
        keys = ("instead_of", "should_be", "into", "after", "between", "back", "front", "out", "tail")
        words = reader.words
        return any(self.at(key, at) for key in keys) or bool(words.beside_at.at(reader.tokens, at) or words.joined.at(reader.tokens, at))

    def before(self, at: int) -> tuple[Stretch | None, bool]:
        """The stretch that ends at token `at`, and whether it was said to be missing: "there's a seven", "you forgot the dot"."""
        reader = self.reader
        start, added = self.beginning, False
        here = start
        while here < at:
            add = self.at("add", here)
            taken = add or self.at("articles", here) or reader.words.telling.at(reader.tokens, here) or int(reader.tokens[here].norm == ",")
            if taken and here + taken < at:
                start, added = here + taken, added or add > 0
            here += taken or 1
        verb = next((first for first in range(max(start, at - 3), at) if first + self.at("goes", first) == at), at)
        at = verb if verb > start else at
        said = self.stretch(start, at)
        return (said, added) if said and said.end == at and not reader.tells(start, at) else (None, False)

    def ends(self, at: int) -> bool:
        """Whether nothing is said of the address from token `at` on."""
        reader = self.reader
        if at < len(reader.tokens) and self.at("tail", at):
            return True
        comma = int(at < len(reader.tokens) and reader.tokens[at].norm in ",.")
        return bool(comma and self.at("tail", at + comma)) or reader.is_quiet(at, len(reader.tokens))

    def at(self, key: str, at: int) -> int:
        phrases = self.phrases.get(key)
        return phrases.at(self.reader.tokens, at) if phrases else 0

    def beside_at(self, at: int) -> bool:
        """Whether "before the at", or the like, stands at token `at`, or behind a word or two of the place."""
        return any(self.reader.words.beside_at.at(self.reader.tokens, here) for here in range(at, at + 4))

    def skip(self, at: int) -> int:
        """Past articles, commas, hesitation, and words that lead in."""
        reader = self.reader
        for _ in range(_MOST_SKIPPED):
            taken = self.at("articles", at) or reader.words.silent.at(reader.tokens, at) or reader.words.telling.at(reader.tokens, at)
            if not taken and at < len(reader.tokens) and reader.tokens[at].norm == ",":
                taken = 1
            if not taken or at + taken >= len(reader.tokens):
                break
            at += taken
        return at

    def _at_end(self, said: Stretch, *, front: bool, added: bool, before_at: bool, whole: bool) -> Patched | None:
        """What stands at the front or the end of one side, or is all that stands before the "at"."""
        text, local = said.text, self.local
        if whole:
            alike = said_again(local, text, several=True)
            if not added or alike:
                return self.with_local(alike or text, said.start, said.end)
        elif not front and not before_at and (ending := self.with_ending_of(said)):
            return ending
        if local.startswith(text) if front else local.endswith(text):
            return None
        if front:
            return self.with_local(text + local, said.start, said.end) if added or text[-1] in "._-" else None
        figures = text.isdecimal() and not added and local[-len(text) :].isdecimal() and len(local) > len(text)
        return self.with_local((local[: -len(text)] if figures else local) + text, said.start, said.end)

    def with_ending_of(self, said: Stretch) -> Patched | None:
        """The address with the ending that a stretch is, when it is one."""
        ending, end = self.reader.ending(said.start)
        if not ending or end != said.end or ending.isdecimal():
            return None
        return Patched(f"{self.local}@{self.host.partition('.')[0]}.{ending}", "ending", said.start, end)

    def _between(self, said: Stretch, first: Stretch, second: Stretch) -> Patched | None:
        joints = [mark for mark in ("", ".", "_", "-") if mark != said.text and self.local.count(first.text + mark + second.text) == 1]
        if len(joints) != 1:
            return None
        local = put(self.local, first.text + joints[0] + second.text, first.text + said.text + second.text)
        return self.with_local(local, said.start, second.end)
