"""The words of an utterance as the address grammar reads them, with what it asks of them by position."""

from collections.abc import Sequence
from functools import cached_property

from agent.nlu.effort import spend
from agent.nlu.lexicon import meaning_at
from agent.nlu.numerals.numbers import digit_group, ordinal
from agent.nlu.utterance import Tokens, Utterance
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.number_words import suffix_of
from agent.slots.address.en.tokens import cleaned
from agent.slots.address.weights import MOST_LINKING

_TOKEN, _ORDINAL = 3, 2
"""Units of effort that a token takes, and looking for an ordinal."""
_NONE = frozenset[str]()
_MOST_FIGURES = 4
"""Of an ordinal."""


class Line:
    """Tokens with what the grammar asks of them; indices past the end read as ""."""

    def __init__(self, utterance: Utterance, lexicon: Lexicon) -> None:
        spend(_TOKEN * len(utterance.tokens))
        self.lexicon = lexicon
        self.tokens = Tokens(cleaned(utterance.tokens, lexicon))
        self.norms: Sequence[str] = [token.norm for token in self.tokens]
        self.size = len(self.tokens)
        self._is_word, self._is_number = [norm[0].isalpha() for norm in self.norms], [norm[0].isdigit() for norm in self.norms]
        self._kinds = [lexicon.kinds.get(norm, _NONE) for norm in self.norms]
        self.splits = 0
        """How often a statistical parser was asked where the town begins."""
        self.postcodes: dict[int, tuple[str, int]] = {}
        self.sounds: dict[int, tuple[Sequence[str], int]] = {}
        """What postcode begins at an index, and what a word may stand for in one: kept once looked for, since several rules ask."""
        self._figures: dict[int, tuple[str, int]] = {}
        self._ordinals: dict[tuple[int, bool], tuple[int, int]] = {}
        """The same for the figures and the ordinal at an index: of a row of numbers each is asked for by all that may begin before it."""

    def norm(self, at: int) -> str:
        return self.norms[at] if 0 <= at < self.size else ""

    def isa(self, at: int, kind: str) -> bool:
        """Whether the word at `at` is of a class."""
        return 0 <= at < self.size and kind in self._kinds[at]

    def phrase(self, at: int, kind: str) -> tuple[str, int]:
        """What the longest phrase of a class at `at` stands for, and the index after it; ("", at) when none stands there."""
        spend(1)
        return meaning_at(self.tokens, at, self.lexicon.phrases[kind])

    def find(self, kind: str) -> tuple[int, int]:
        """Where the first of the phrases stands, and the index after it; (-1, 0) when none does."""
        return next(((at, end) for at in range(self.size) if (end := self.phrase(at, kind)[1]) > at), (-1, 0))

    def letter(self, at: int) -> str:
        """The single letter at `at`; "" for anything else."""
        norm = self.norm(at)
        return norm if len(norm) == 1 and norm.isascii() and norm.isalpha() else ""

    def told_letter(self, at: int) -> tuple[str, int]:
        """The letter at `at` that is told by a word, or called one, "b for bravo", "capital b", and the index after it; ("", at) for none."""
        start = at + (self.norm(at) == ",") if self.phrase(at + 2, "stands_for")[1] > at + 2 else at
        start += self.isa(start, "letter_lead")
        letter = self.letter(start)
        _, after = self.phrase(start + 1, "stands_for")
        if letter and after > start + 1 and self.norm(after)[:1] == letter and len(self.norm(after)) > 1:
            return letter, after + 1
        return (letter, start + 1) if letter and self.isa(start - 1, "letter_lead") and start > at else ("", at)

    def is_word(self, at: int) -> bool:
        return at < self.size and self._is_word[at]

    def is_written(self, at: int) -> bool:
        return at < self.size and self._is_number[at]

    def glued(self, at: int) -> bool:
        """Whether nothing stands between this token and the one before it."""
        return 0 < at < self.size and self.tokens[at].start == self.tokens[at - 1].end

    def ends(self, at: int) -> bool:
        """Whether a part of the address may end before `at`: nothing follows, a comma, or a word that goes on about something else."""
        return at >= self.size or self.norms[at] == "," or self.isa(at, "stop")

    def states_end(self, at: int) -> bool:
        """Whether a state stands at `at` that ends what is said, or that its postcode follows."""
        _, end = self.phrase(at, "states")
        return end > at and (self.ends(end) or self.number_starts(end))

    def number_starts(self, at: int) -> bool:
        return at < self.size and (self._is_number[at] or bool(self.figures(at)[0]))

    def figures(self, at: int) -> tuple[str, int]:
        """One group of figures at `at` and the index after it, ("", at) for none."""
        if at not in self._figures:
            self._figures[at] = digit_group(self.tokens, at, "en")
        return self._figures[at]

    def ordinal(self, at: int, *, after_number: bool) -> tuple[int, int]:
        """An ordinal at `at` and the index after it, (0, at) for none. Figures and suffix may stand apart, as recognisers leave them: "45 th street".

        "21 st kilda road" is no ordinal: "st" apart from its figures counts only after a house number.
        """
        asked = (at, after_number)
        if asked not in self._ordinals:
            self._ordinals[asked] = self._ordinal(at, after_number=after_number)
        return self._ordinals[asked]

    def _ordinal(self, at: int, *, after_number: bool) -> tuple[int, int]:
        spend(_ORDINAL)
        if self.is_written(at):
            suffix = self.norm(at + 1)
            fits = len(self.norms[at]) <= _MOST_FIGURES and suffix == suffix_of(int(self.norms[at]))
            apart = fits and not self.glued(at + 1)
            if not fits or (apart and self.isa(at + 1, "st") and not after_number):
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
        return self.past_lead(0, self.size)

    def past_lead(self, at: int, until: int) -> int:
        """The index after the words before an address, and the marks, that stand from `at` on."""
        while at < until and (self.isa(at, "lead_in") or not self.norms[at][0].isalnum()):
            at += 1
        return at

    def past_commas(self, at: int) -> int:
        while self.norm(at) == ",":
            at += 1
        return at

    def past_linking(self, at: int) -> int:
        """The index after the words between two parts: "and it's the"."""
        end = at
        while end - at < MOST_LINKING and self.isa(end, "linking"):
            end += 1
        return end

    def only_courtesy(self, at: int, until: int | None = None) -> bool:
        """Whether nothing but words of courtesy and marks stand from `at` on."""
        return all(norm in self.lexicon.words["courtesy"] or not norm[0].isalnum() for norm in self.norms[at:until])
