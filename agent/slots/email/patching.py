"""Patching an e-mail address: a caller who names the part that is wrong, or says a part again.

"It's dot net, not dot com", "the domain is gmail", "with two l's", "no dot", "a seven at the end", "S-M-Y-T-H". First the places that are named
count, then the contrast of what is right with what is wrong, then likeness. What fits in more than one place fits in none: then the caller is asked.
"""

from agent.nlu.numerals.numbers import cardinal
from agent.slots.email.addresses import AddressReader
from agent.slots.email.domains import domains
from agent.slots.email.likeness import put, said_again
from agent.slots.email.places import Patched, Placer, Stretch, patching_phrases

_WITHIN = 40
"""Tokens within which a part is named: who patches an address does not go on for long."""
_LONGEST_FIRST = 6
"""Tokens of what "should be" something else."""


def patched(reader: AddressReader, current: str) -> Patched | None:
    """`current` with the part patched that the caller names, or None when no part is named, or it is not plain which."""
    start = reader.past_talk(0)
    patcher = _Patcher(reader, current, patching_phrases(("zh", "en") if reader.language == "zh" else (reader.language,)), start)
    within = range(min(len(reader.tokens), _WITHIN))
    for rule in (patcher.side, patcher.exchange, patcher.placed, patcher.letters, patcher.removed):
        for at in within:
            found = rule(at)
            if found is not None:
                return found
    return patcher.alone()


def respelled(reader: AddressReader, value: str, at: int) -> str:
    """`value` with a word of it as the caller spells it afterwards, from token `at` on: "smith at gmail dot com, that's s m y t h"."""
    start = reader.past_leads(at)
    if start >= len(reader.tokens):
        return value
    found = _Patcher(reader, value, {}, start).spelled(start)
    return found.value if found else value


class _Patcher(Placer):
    """What is said against what is held."""

    def exchange(self, at: int) -> Patched | None:
        """ "X, not Y", "not Y, X", "change Y to X", "Y should be X": X where Y stands."""
        reader = self.reader
        if taken := self.at("change", at):
            return self._changed(at, self.skip(at + taken))
        if taken := self.at("instead_of", at):
            wrong = self._said(self.skip(at + taken), len(reader.tokens))
            if not wrong or reader.words.talk.at(reader.tokens, at) > taken:
                return None  # "not quite"
            right = self._said(self._start_before(at), at) if at > self.beginning else None
            if right:
                return self._put(right.start, wrong, right)
            after = self._said(self.skip(reader.past_talk(wrong.end)), len(reader.tokens))
            return self._put(at, wrong, after) if after and after.start > wrong.end else None
        if at and (taken := self.at("should_be", at)):
            firsts = range(max(0, at - _LONGEST_FIRST), at)
            wrong = next((said for first in firsts if (said := self.stretch(self.skip(first), at)) and said.end == at), None)
            right = self._said(self.skip(at + taken), len(reader.tokens))
            return self._put(wrong.start, wrong, right) if wrong and right else None
        return None

    def letters(self, at: int) -> Patched | None:
        """ "With two l's", "only one n": a letter doubled, or single, in the one place where it is not."""
        tokens = self.reader.tokens
        taken = self.at("with", at)
        if not taken and at != self.beginning:
            return None
        count, here = cardinal(tokens, at + taken, self.reader.language)
        if count in (1, 2) and here < len(tokens):
            plural = tokens[here].norm.replace("'", "")
            letter = plural[0] if plural[1:] in ("", "s") and plural.isascii() and plural.isalpha() else ""
            old, new = (letter, letter * 2) if count == 2 else (letter * 2, letter)
            return self._doubled(at, old, new, here + 1) if letter else None
        said = self.stretch(self.skip(at + taken))
        if said and len(said.text) == 2 and said.text[0] == said.text[1]:  # "with a double l"
            return self._doubled(at, said.text[0], said.text, said.end)
        return None

    def alone(self) -> Patched | None:
        """A domain, or words of the local part, said again by themselves."""
        reader = self.reader
        start = self._start_before(len(reader.tokens))
        for at in dict.fromkeys((start, self.beginning)):
            anchor = reader.words.at.at(reader.tokens, at)
            said, _ = reader.domain(at + anchor)
            ending = said.partition(".")[0] in domains().before_country or reader.dot(at, complete=False)
            if (anchor or ending or said in domains().known or said in domains().big_names) and (found := self.domain_said(at, at)):
                return found
        return self._again(start) or self.spelled(self.beginning)

    def spelled(self, at: int) -> Patched | None:
        """Letters, or one word, and nothing else: the word of the local part that they spell otherwise."""
        reader = self.reader
        letters = reader.write(at, len(reader.tokens))
        pieces = list(reader.pieces(at, len(reader.tokens)))
        said_so = len(pieces) == 1 or any(piece.kind == "letters" and len(piece.text) > 1 for piece in pieces)
        if not letters.isalpha() or not said_so:
            return None
        return self.with_local(said_again(self.local, letters, several=False), at, len(reader.tokens))

    def _again(self, start: int) -> Patched | None:
        """Part of the local part, or all of it, said again: "no, bobby dot hart seven", "tom with an h, t h o m"."""
        reader = self.reader
        here = start
        while here < min(len(reader.tokens), _WITHIN):
            said = self.stretch(here)
            if said and not reader.tells(said.start, said.end):
                whole = self.stretch(here, len(reader.tokens)) if self.ends(said.end) else said
                local = said_again(self.local, said.text, several=said.several) if whole else ""
                if local:
                    return self.with_local(local, here, said.end)
            following = next((at + 1 for at in range(max(here, said.end if said else here), len(reader.tokens)) if reader.tokens[at].norm == ","), 0)
            if not following or not said:
                return None
            here = self.skip(following)
        return None

    def _changed(self, start: int, at: int) -> Patched | None:
        """ "Change Y to X", "change the email to hotmail"."""
        reader = self.reader
        named = reader.words.cues.at(reader.tokens, at)
        if named and (into := self.at("into", at + named)):
            return self.domain_said(start, self.skip(at + named + into))
        wrong = self.stretch(at)
        into = self.at("into", wrong.end) if wrong else 0
        right = self._said(self.skip(wrong.end + into), len(reader.tokens)) if wrong and into else None
        return self._put(start, wrong, right) if wrong and right else None

    def _start_before(self, end: int) -> int:
        """Behind the last words before token `end` that say "it is": there the value begins; else behind the talk at the beginning."""
        reader = self.reader
        starts = [at + taken for at in range(min(end, _WITHIN)) if (taken := reader.words.telling.at(reader.tokens, at)) and at + taken < end]
        return self.skip(max([self.beginning, *starts]))

    def _said(self, at: int, end: int) -> Stretch | None:
        """What is said from token `at` on, with or without its "at": a domain as it is written, or part of the local part."""
        reader = self.reader
        anchor = reader.words.at.at(reader.tokens, at)
        said, after = reader.domain(at + anchor)
        if said and after <= end and ("." in said or anchor or said in domains().names) and not reader.dot(at, complete=False):
            return Stretch(said, at, after, False)
        return self.stretch(at, end)

    def _put(self, start: int, wrong: Stretch, right: Stretch) -> Patched | None:
        """What is right where the wrong stands, which must be one place; a domain in the place of a domain, an ending of an ending."""
        old, new, end = wrong.text, right.text, max(wrong.end, right.end)
        host = self.host
        if old == host or ("." in new and old in (host.partition(".")[0], "@" + host)) or (old in domains().known and new in domains().known):
            whole = self.completed(new)
            return Patched(f"{self.local}@{whole}", "exchange", start, end) if whole and whole != host else None
        if old in domains().names and new in domains().names and old == host.partition(".")[0]:
            return Patched(f"{self.local}@{self.completed(new)}", "exchange", start, end) if self.completed(new) else None
        ending = old.lstrip(".")
        if ending == host.partition(".")[2] or (old[:1] == "." and host.endswith(old)):
            return self.with_ending_of(right)
        return self._in_local(start, old, new, end)

    def _in_local(self, start: int, old: str, new: str, end: int) -> Patched | None:
        local = put(self.local, old, new)
        if local:
            return Patched(f"{local}@{self.host}", "exchange", start, end)
        host = put(self.host, old, new) if old not in self.local and len(old) > 1 else ""
        return Patched(f"{self.local}@{host}", "exchange", start, end) if host else None

    def _doubled(self, start: int, old: str, new: str, end: int) -> Patched | None:
        """A letter for two, or two for one, in the one place; a letter must stand alone and be none of two."""
        local = self.local
        places = [
            at
            for at in range(len(local))
            if local.startswith(old, at) and old[0] not in (local[at - 1 : at], local[at + len(old) : at + len(old) + 1])
        ]
        if len(places) != 1 or old == new:
            return None
        return self.with_local(local[: places[0]] + new + local[places[0] + len(old) :], start, end)
