"""Phrases of one or several words, looked for at a place in an utterance."""

from collections.abc import Iterable, Sequence

from agent.text import Said, Token


class Phrases:
    """A set of phrases, told apart by their first word: finding one costs a look-up, not a walk over all of them.

    A phrase of one word is also found with "'s" at its end ("my mobile's").
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            spelt = Said(phrase).words
            if spelt:
                self._by_first.setdefault(spelt[0], []).append(spelt)
        for several in self._by_first.values():
            several.sort(key=len, reverse=True)

    def at(self, tokens: Sequence[Token], start: int) -> int:
        """How many tokens the longest phrase at token `start` takes; 0 when none stands there."""
        if not 0 <= start < len(tokens):
            return 0
        norm = tokens[start].norm
        phrases = self._by_first.get(norm)
        if phrases is None:
            return int((norm[:-2],) in self._by_first.get(norm[:-2], ())) if norm.endswith("'s") else 0
        for phrase in phrases:
            if len(phrase) == 1 or tuple(token.norm for token in tokens[start : start + len(phrase)]) == phrase:
                return len(phrase)
        return 0
