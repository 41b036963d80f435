"""Which of a few spoken options the caller chose: by its place ("the second"), or by a word that only one of them has ("evening")."""

from collections.abc import Sequence

from agent.languages import words
from agent.languages.numbers import cardinal, ordinal
from agent.text import Said


def choose(said: Said, options: Sequence[str], language: str) -> int | None:
    """The index of the option that `said` picks out of `options` (each as it was spoken), or None when it picks none or several."""
    table = words(language, "choosing")
    mine = set(said.words)
    if mine & set(table["neither"]):
        return None
    spoken = [set(Said(option).words) for option in options]
    only = [own - set().union(*(other for other in spoken if other is not own)) for own in spoken]
    picked = {index for index, distinct in enumerate(only) if distinct & mine}
    if len(picked) == 1:
        return picked.pop()
    return None if picked else _by_place(said, len(options), language, table)


def _by_place(said: Said, count: int, language: str, table: dict[str, list[str]]) -> int | None:
    if any(phrase in said.lower for phrase in table["last"]):
        return count - 1
    for start in range(len(said.tokens)):
        place, _ = ordinal(said.tokens, start, language)
        if place is None and any(word in said.words for word in table["number"]):
            place, _ = cardinal(said.tokens, start, language)
        if place is not None and 1 <= place <= count:
            return place - 1
    return next(
        (
            index
            for index, phrases in enumerate((table["first"], table["second"], table["third"]))
            if index < count and any(p in said.lower for p in phrases)
        ),
        None,
    )
