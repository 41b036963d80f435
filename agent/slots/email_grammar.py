"""E-mail addresses in what was said: typed ("john.doe@gmail.com"), spoken ("john dot doe at gmail dot com") and both mixed.

An "at" with a domain behind it anchors an address; its local part is read from the words before, back to where the caller began to say it. Words,
letters and digits run together, marks are said by name. Every anchor looks at a bounded number of tokens.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from agent.languages.letters import spell
from agent.languages.numbers import digit_group, only_inside
from agent.slots.email_words import Vocabulary, domains, vocabulary
from agent.text import Said, Token

_LONGEST_LOCAL = 40
_LONGEST_LABEL = 14
_MOST_WORDS = 5
_MOST_ANCHORS = 12
"""Nobody says "at" more often and still gives an address."""
_LOCAL_MARKS = frozenset("._-+'")
_PASSED_OVER = frozenset(',;:"，。')
_SPELLED = 2
"""Edits between a word as it was heard and as it was then spelled."""


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


class Piece(NamedTuple):
    """Part of an address: what it writes, and how it was said."""

    text: str
    kind: str
    """"word", "letters", "digits" or "mark"."""
    end: int


class Grammar(NamedTuple):
    said: Said
    tokens: Sequence[Token]
    language: str
    words: Vocabulary

    @classmethod
    def of(cls, said: Said, language: str) -> "Grammar":
        return cls(said, said.tokens, "zh" if said.has_han else language, vocabulary(said, language))

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
            domain, end = self.domain(at + taken)
            if not domain or self._leads_to_another(end, typed=self.tokens[at].norm == "@"):
                continue
            found = self._address(at, domain, end, before)
            if found is not None:
                yield found
                before = end

    def _leads_to_another(self, end: int, *, typed: bool) -> bool:
        """Whether a further "at" with a domain follows: of "me at john dot smith at gmail dot com" that is the one."""
        following = 0 if typed else self.words.at.at(self.tokens, end)
        return following > 0 and bool(self.domain(end + following)[0])

    def domain(self, at: int) -> tuple[str, int]:
        """The domain said from token `at` on: ("gmail.com", end); ("gmail", end) when no ending was said; ("", at) for none."""
        label, here = self._first_label(at)
        if not label:
            return "", at
        labels, bare = [label], here
        while True:
            dot = self._dot(here, complete=len(labels) > 1)
            if not dot:
                if len(labels) == 1 and label in domains().names and self._word(here) in domains().endings:
                    dot = here  # "gmail com"
                else:
                    break
            if labels[-1].isdecimal() and self._dot(dot, complete=False):
                return "", at
            text, here_after = self._label(dot)
            if not text:
                if self._dot(dot, complete=False):
                    return "", at  # two dots
                break
            labels += text.split(".")
            here = here_after
        if here < len(self.tokens) and self.tokens[here].norm in "-_@" and self.tokens[here].start == self.tokens[here - 1].end:
            return "", at
        if len(labels) == 1:
            label, ending = self._unjoined(label)
            return (f"{label}.{ending}", bare) if ending else self._name_only(at, label, bare)
        return ".".join(labels), here

    def pieces(self, start: int, end: int) -> Iterator[Piece]:
        """What the tokens from `start` to `end` write, piece by piece; an empty piece where they write nothing an address can hold."""
        at = start
        while at < end:
            silent = max(self.words.silent.at(self.tokens, at), self.words.joined.at(self.tokens, at))
            mark = self.words.mark_phrases.at(self.tokens, at)
            if silent and silent >= mark:
                at += silent
            elif mark:
                yield Piece(self.words.marks[" ".join(token.norm for token in self.tokens[at : at + mark])], "mark", at + mark)
                at += mark
            elif self.tokens[at].norm in _PASSED_OVER:
                at += 1
            else:
                announced = self.words.announcing.at(self.tokens, at)
                piece = self.piece(at + announced) if announced else None
                if piece is None or piece.kind == "word" or piece.end > end:
                    piece = self.piece(at)
                if piece is None or piece.end > end:
                    yield Piece("", "none", at + 1)
                    return
                yield piece
                at = piece.end

    def piece(self, at: int) -> Piece | None:
        """The word, letters or digits at token `at`."""
        if at >= len(self.tokens):
            return None
        if taken := self.words.sound_phrases.at(self.tokens, at):
            return Piece(self.words.sounds[" ".join(token.norm for token in self.tokens[at : at + taken])], "word", at + taken)
        digits, end = self._digits(at)
        if digits:
            return Piece(digits, "digits", end)
        letters, end = self._letters(at, at + _LONGEST_LOCAL)
        if letters and (past := self._spells_past(at, end)):
            letters, end = self._letters(at, past)
        if letters and (len(letters) > 1 or len(self.tokens[at].norm) == 1):
            return Piece(letters, "letters", end)
        norm = self.tokens[at].norm
        if not self.tokens[at].is_word or not norm.isascii():
            return None
        return Piece(norm.replace("'", ""), "letters" if len(norm) == 1 else "word", at + 1)

    def write(self, start: int, end: int) -> str:
        """What the tokens write together, "" when it is nothing an address can hold. A word that is then spelled is written once."""
        written, last_word = "", ""
        for piece in self.pieces(start, end):
            if not piece.text:
                return ""
            if piece.kind == "letters" and last_word and written.endswith(last_word) and is_spelling(last_word, piece.text):
                written = written[: -len(last_word)]
            last_word = (last_word + piece.text if piece.kind == "word" else "") if written else piece.text * (piece.kind == "word")
            written += piece.text
        return written

    def has_cue(self) -> bool:
        """Whether an address for mail was spoken of."""
        return any(self.words.cues.at(self.tokens, at) for at in range(len(self.tokens)))

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
        at, known = start, (self.words.leads, self.words.weak_leads, self.words.silent, self.words.joined, self.words.others)
        while at < stop:
            taken = max(phrases.at(self.tokens, at) for phrases in known)
            if not taken and (self.tokens[at].is_word or self.tokens[at].is_number or self.tokens[at].norm in self.words.marks):
                break
            at += taken or 1
        return at

    def is_unlikely(self, address: Address, *, asked: bool) -> bool:
        """Whether the word before a spoken "at" is one that rather tells where something is, or what stands there only tells of an address."""
        if address.typed:
            return False
        if self.refers(max(0, address.start - _MOST_WORDS), address.at):
            return True
        begins = address.led or (asked and address.start == 0)
        return not begins and address.at - address.start == 1 and len(address.local) > 1 and self.words.never_local.at(self.tokens, address.start) > 0

    def refers(self, start: int, end: int) -> bool:
        """Whether an address is not said but told of: "my name at gmail"."""
        return any(self.words.references.at(self.tokens, at) for at in range(start, end))

    def ending(self, at: int) -> tuple[str, int]:
        """An ending by itself at token `at`: ("com.au", end) for "dot com dot au"; ("", at) for none."""
        labels: list[str] = []
        here = self._dot(at, complete=False) or at
        while True:
            text, after = self._label(here)
            if not text or (not labels and text.split(".")[0] not in domains().endings | domains().countries):
                break
            labels.append(text)
            here = after
            dot = self._dot(here, complete=True)
            if not dot:
                return ".".join(labels), here
            here = dot
        return (".".join(labels), here) if labels else ("", at)

    def _letters(self, at: int, stop: int) -> tuple[str, int]:
        letters, length = spell(self.tokens[at:stop], 0, self.language)
        return letters, at + length

    def _spells_past(self, at: int, end: int) -> int:
        """Where letters ran into an "at" or a mark that is no hyphen: "j o plus n"; 0 when they did not."""
        for here in range(at + 1, end):
            if self.words.at.at(self.tokens, here) or self.words.marks.get(self.tokens[here].norm, "-") != "-":
                return here
        return 0

    def _digits(self, at: int) -> tuple[str, int]:
        """Digits at `at`. "Oh" is one between digits only; "o" is a letter unless digits touch it on both sides."""
        said = ""
        while at < len(self.tokens):
            group, after = digit_group(self.tokens, at, self.language)
            if not group or (only_inside(self.tokens[at], self.language) and not (said and digit_group(self.tokens, after, self.language)[0])):
                break
            said, at = said + group, after
        return said, at

    def _word(self, at: int) -> str:
        norm = self.tokens[at].norm if at < len(self.tokens) else ""
        return self.words.endings.get(norm, norm)

    def _dot(self, at: int, *, complete: bool) -> int:
        """The index past a dot, also one that stands in "dotcom"; 0 when there is none. A full stop after a `complete` domain ends the sentence."""
        if at < len(self.tokens) and self.tokens[at].norm == "," and self.words.marks.get(self._word(at + 1)) == ".":
            at += 1
        if at >= len(self.tokens):
            return 0
        token = self.tokens[at]
        if token.norm == ".":
            glued = at + 1 < len(self.tokens) and self.tokens[at + 1].start == token.end
            apart = self.tokens[at - 1].end < token.start
            return at + 1 if glued or ((apart or not complete) and self._word(at + 1) in domains().endings | domains().countries) else 0
        if self.words.endings.get(token.norm, "").startswith("."):
            return at
        taken = self.words.mark_phrases.at(self.tokens, at)
        phrase = " ".join(token.norm for token in self.tokens[at : at + taken])
        return at + taken if taken and self.words.marks[phrase] == "." else 0

    def _first_label(self, at: int) -> tuple[str, int]:
        """The words up to the first dot, run together."""
        here, end = at, at
        while here < len(self.tokens) and here - at < _LONGEST_LABEL and not self._dot(here, complete=False):
            if self.words.at.at(self.tokens, here) and here > at:
                break
            mark = self.words.marks.get(self.tokens[here].norm, "")
            if mark == "-":
                here += 1
                continue
            if self.tokens[here].norm == "," and not self._is_beside_letter(here):
                break
            if here > at and self.write(at, here) in domains().names and self._word(here) in domains().endings:
                break
            silent = self.words.silent.at(self.tokens, here)
            piece = None if silent or self.tokens[here].norm in _PASSED_OVER else self.piece(here)
            if piece is not None and piece.end > here:
                here = end = piece.end
            elif silent or self.tokens[here].norm in _PASSED_OVER:
                here += max(silent, 1)
            else:
                break
        return self.write(at, end).strip("-"), end

    def _is_beside_letter(self, at: int) -> bool:
        return at > 0 and len(self.tokens[at - 1].norm) == 1 and at + 1 < len(self.tokens)

    def _label(self, at: int) -> tuple[str, int]:
        """The label after a dot, with a country said without its dot: "com.au"."""
        word = self._word(at)
        if word.startswith("."):
            return word[1:], at + 1
        text, end = word, at + 1
        piece = self.piece(at)
        if piece is None:
            return "", at
        if piece.kind == "letters":
            text, end = piece.text, piece.end
            for length in range(len(text) - 1, 1, -1):  # "c o m a u"
                if text[:length] in domains().before_country and text[length:] in domains().countries:
                    return f"{text[:length]}.{text[length:]}", end
            if text not in domains().endings | domains().countries:
                known = [length for length in (3, 2) if text[:length] in domains().endings | domains().countries]
                if known and end - at == len(text):
                    text, end = text[: known[0]], at + known[0]
        elif piece.kind == "digits":
            text, end = piece.text, piece.end
            if not self._dot(end, complete=False):
                return "", at
        else:
            if not word.isascii() or not word.isalpha():
                return "", at
            while self._dash(end) and (more := self.piece(end + 1)) is not None and more.kind == "word":
                text, end = f"{text}-{more.text}", more.end
            if not self._dot(end, complete=False) and text not in domains().endings and (joined := self._joined_label(text, end)):
                return joined
        if text in domains().before_country and not self._dot(end, complete=False):
            country = self.piece(end)
            if country is not None and country.text in domains().countries:
                return f"{text}.{country.text}", country.end
        return text, end

    def _joined_label(self, text: str, end: int) -> tuple[str, int] | None:
        """A label of two words before a further dot: "mail dot big pond dot com"."""
        more = self.piece(end)
        if more is not None and more.kind == "word" and self._dot(more.end, complete=False):
            return text + more.text, more.end
        return None

    def _dash(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].norm == "-"

    def _unjoined(self, label: str) -> tuple[str, str]:
        """ "gmailcom" is gmail and com: nothing with a provider's name can end otherwise."""
        for ending in ("com", "net"):
            if label.endswith(ending) and f"{label.removesuffix(ending)}.{ending}" in domains().known:
                return label.removesuffix(ending), ending
        return label, ""

    def _name_only(self, at: int, label: str, end: int) -> tuple[str, int]:
        """A domain whose ending was not said: the provider's name, or the first word, of what follows the "at"."""
        here = at
        while here < end:
            piece = self.piece(here)
            if piece is None:
                here += 1
                continue
            here = piece.end
            if self.write(at, here) in domains().names:
                return self.write(at, here), here
        first = self.piece(at)
        return (first.text, first.end) if first is not None and first.kind != "digits" else ("", at)

    def _address(self, at: int, domain: str, end: int, before: int) -> Address | None:
        """The address whose "at" stands at token `at`."""
        typed = self.tokens[at].norm == "@"
        glued = at
        while typed and glued > before and self.tokens[glued - 1].end == self.tokens[glued].start and self._may_be_typed(self.tokens[glued - 1]):
            glued -= 1
        if glued < at:
            local = self.said.text[self.tokens[glued].start : self.tokens[at].start].lower().lstrip("'")
            start = self._near(glued, before) if glued > before and self._goes_on(glued) else glued
            if start < glued:
                local = self.write(start, glued) + local
            return Address(local, domain, start, at, end, True, self._led(start)) if local else None
        start, led = self._begin(at, before)
        local = self.write(start, at)
        return Address(local, domain, start, at, end, typed, led)

    def _may_be_typed(self, token: Token) -> bool:
        return (token.is_word or token.is_number or token.norm in _LOCAL_MARKS) and not "㐀" <= token.norm[0] <= "鿿"

    def _goes_on(self, at: int) -> bool:
        """Whether what stands before typed figures or letters belongs to them: a mark by name, or single letters before a single letter."""
        mark = self.words.marks.get(self.tokens[at - 1].norm, "")
        single = len(self.tokens[at - 1].norm) == 1 and self.tokens[at - 1].is_word and len(self.tokens[at].norm) == 1 and self.tokens[at].is_word
        return (mark != "" and self.tokens[at - 1].is_word) or single

    def _begin(self, at: int, before: int) -> tuple[int, bool]:
        """Where the local part before the "at" at token `at` begins, and whether words that announce an address stand there."""
        here, lead, weak, other, told, together = before, before, before, before, False, False
        while here < at:
            if (spelled := self._spelled(here)) > here + 1:
                taken = min(spelled, at) - here
            elif self._is_beside_mark(here):
                taken = 1
            elif (taken := self.words.leads.at(self.tokens, here)) and here + taken < at:
                lead, told = here + taken, True
            elif taken := self.words.joined.at(self.tokens, here):
                together = True
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
        before, after = (self.tokens[here] if 0 <= here < len(self.tokens) else None for here in (at - 1, at + 1))
        joins = [token for token in (before, after) if token is not None and self.words.marks.get(token.norm)]
        return any(mark.is_word or mark.start == self.tokens[at].end or mark.end == self.tokens[at].start for mark in joins) and not (
            before in joins and before is not None and before.norm == "." and before.end < self.tokens[at].start
        )

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
        if len(self.tokens[at].norm) == 1 and at + 1 < len(self.tokens):
            following = self.tokens[at + 1]
            if len(following.norm) == 1 or self.words.marks.get(following.norm) or self._is_small(at + 1) or self.words.at.at(self.tokens, at + 1):
                return 0
        return self.words.others.at(self.tokens, at)

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
            if not linked and not (self._is_small(here) and (self._is_small(here - 1) or previous.is_word)):
                break
            here -= 1
        while here < at - 1 and (self.words.marks.get(self.tokens[here].norm) or self._other(here)):
            here += 1
        return max(here, before)

    def _is_small(self, at: int) -> bool:
        token = self.tokens[at]
        return len(token.norm) == 1 or token.is_number or bool(digit_group(self.tokens, at, self.language)[0])

    def _led(self, start: int) -> bool:
        return any(first + self.words.leads.at(self.tokens, first) == start for first in range(max(0, start - 5), start))


def is_spelling(word: str, letters: str) -> bool:
    """Whether `letters` spell `word`, which may have been misheard."""
    if word == letters:
        return True
    return len(letters) > _SPELLED and word[0] == letters[0] and Levenshtein.distance(word, letters, score_cutoff=_SPELLED) <= _SPELLED
