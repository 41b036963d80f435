"""The words of an utterance as the address grammar reads them: full stops resolved, spelled words mended, look-ups by position."""

from collections.abc import Sequence
from functools import cached_property

from agent.languages.numbers import digit_group, ordinal
from agent.slots.address_words import Lexicon, Phrases, phrase_at
from agent.text import Said, Token

_SHORT = 4
"""A full stop after a word this short, or shorter, marks a short form ("St.", "N.S.W.")."""
_SPELLED = 2
_MARKS = frozenset('"()[]{}*_')
_SUFFIXES = ("st", "nd", "rd", "th")


class Line:
    """Tokens with what the grammar asks of them; indices past the end read as ""."""

    def __init__(self, said: Said, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.tokens: Sequence[Token] = _mend_spelled(_without_stops(said.tokens))
        self.norms: Sequence[str] = [token.norm for token in self.tokens]
        self.size = len(self.tokens)

    def norm(self, at: int) -> str:
        return self.norms[at] if 0 <= at < self.size else ""

    def phrase(self, at: int, table: Phrases) -> tuple[str, int]:
        return phrase_at(self.norms, at, table)

    def is_word(self, at: int) -> bool:
        return at < self.size and self.tokens[at].is_word

    def is_written(self, at: int) -> bool:
        return at < self.size and self.tokens[at].is_number

    def glued(self, at: int) -> bool:
        """Whether nothing stands between this token and the one before it."""
        return 0 < at < self.size and self.tokens[at].start == self.tokens[at - 1].end

    def ends(self, at: int) -> bool:
        """Whether a part of the address may end before `at`: nothing follows, a comma, or a word that goes on about something else."""
        return at >= self.size or self.norms[at] == "," or self.norms[at] in self.lexicon.stop

    def number_starts(self, at: int) -> bool:
        return at < self.size and (self.tokens[at].is_number or bool(digit_group(self.tokens, at, "en")[0]))

    def ordinal(self, at: int, *, after_number: bool) -> tuple[int, int]:
        """An ordinal at `at` and the index after it, (0, at) for none. Figures and suffix may stand apart, as recognisers leave them: "45 th street".

        "21 st kilda road" is no ordinal: "st" apart from its figures counts only after a house number.
        """
        if self.is_written(at):
            suffix = self.norm(at + 1)
            fits = suffix in _SUFFIXES and len(self.norms[at]) <= _SHORT and suffix == _suffix(int(self.norms[at]))
            apart = fits and not self.glued(at + 1)
            if not fits or (apart and suffix == "st" and not after_number):
                return 0, at
            return int(self.norms[at]), at + 2
        if not self.is_word(at):
            return 0, at
        value, end = ordinal(self.tokens, at, "en")
        return (value, end) if value is not None else (0, at)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Where tokens `first` up to `last` stand in the text."""
        return (self.tokens[first].start, self.tokens[last - 1].end) if first < last else (0, 0)

    @cached_property
    def skip_to(self) -> int:
        """The index after every lead-in word the utterance begins with."""
        at = 0
        while at < self.size and (self.norms[at] in self.lexicon.lead_in or not self.tokens[at].norm[0].isalnum()):
            at += 1
        return at


def _suffix(number: int) -> str:
    return "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def with_suffix(number: int) -> str:
    """ "42nd"."""
    return f"{number}{_suffix(number)}"


def _without_stops(tokens: Sequence[Token]) -> list[Token]:
    """Full stops of short forms are dropped, others part like commas; quotes and brackets are dropped."""
    found: list[Token] = []
    for at, token in enumerate(tokens):
        if token.norm in _MARKS:
            continue
        if token.norm in (".", ";", "\u2022"):
            before = tokens[at - 1] if at else token
            if not (before.is_word and len(before.norm) <= _SHORT):
                found.append(token._replace(norm=","))
            continue
        found.append(token)
    return found


def _mend_spelled(tokens: Sequence[Token]) -> list[Token]:
    """A word followed by its letters means the letters: "Smith, S M Y T H" is one word, Smyth."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        letters, end = _letters(tokens, at + 1, token) if token.is_word and len(token.norm) > 1 else ("", at)
        if letters:
            plain = "".join(c for c in token.norm if c.isalpha())
            text = token.text if plain == letters.lower() else letters.capitalize()
            found.append(Token(text, text.casefold(), token.start, tokens[end - 1].end))
            at = end + 1 if plain == letters and end + 1 < len(tokens) and tokens[end].norm == "," else end
        else:
            found.append(token)
            at += 1
    return found


def _letters(tokens: Sequence[Token], at: int, word: Token) -> tuple[str, int]:
    """The single letters from `at` on that spell something like `word`, and the index after them."""
    if at < len(tokens) and tokens[at].norm == ",":
        at += 1
    found, end = "", at
    plain = "".join(c for c in word.norm if c.isalpha())
    while at < len(tokens):
        token = tokens[at]
        if len(token.norm) == 1 and token.is_word:
            found, at = found + token.norm, at + 1
            end = at
            if found == plain:
                break
        elif token.norm in "-," and found and at + 1 < len(tokens) and len(tokens[at + 1].norm) == 1 and tokens[at + 1].is_word:
            at += 1
        else:
            break
    alike = len(found) >= _SPELLED and (
        found == plain or (len(found) > _SPELLED and found[0] == plain[0] and abs(len(found) - len(plain)) <= _SPELLED)
    )
    return (found, end) if alike else ("", at)
