"""The words around names, as classes: what stands where in an utterance, in both languages.

A class is a list of `languages/<lang>/name.toml`, under the name it has there. The name itself is open: what may be one is sought among the words
behind a cue (en.py, zh.py).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from agent.languages import written_out
from agent.nlu.lexicon import Sizes
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.lists import lists

_SINGLE = ("articles", "kin", "owners", "under", "apart")
"""Lists in one text, of single words, that are classes, too."""
_HYPHENED = ("before", "greeting", "politeness")
"""Lists whose phrases may be written with hyphens for the blanks: "uh-huh"."""
_ENDINGS = ("word_endings", "contractions", "endings", "homophones")
MARKS = frozenset(",.!?;:-\"'()。、“”…~")
SENTENCE = frozenset(",.!?;。、")
_NOTHING: Mapping[str, int] = {}


class Spoken:
    """One utterance: its words, and the classes that stand there."""

    def __init__(self, utterance: Utterance, language: str) -> None:
        self.utterance, self.tokens = utterance, utterance.tokens
        self.sizes = utterance.once(_reader(language))
        """The classes at each token, with the number of tokens that the longest phrase of each takes."""

    def here(self, at: int) -> Mapping[str, int]:
        """The classes at a token, with the number of tokens that the longest phrase of each takes."""
        return self.sizes[at] if 0 <= at < len(self.sizes) else _NOTHING

    def size(self, at: int, *kinds: str) -> int:
        """How many tokens the longest phrase of these classes at a token takes; 0 when none stands there."""
        here = self.here(at)
        if not here:
            return 0
        return here.get(kinds[0], 0) if len(kinds) == 1 else max([here.get(kind, 0) for kind in kinds])

    def past(self, at: int, *kinds: str, most: int = weights.MOST_LEAD) -> int:
        """Where marks and phrases of these classes end that stand at a token."""
        for _ in range(most):
            step = int(at < len(self.tokens) and self.tokens[at].norm in MARKS) or (self.size(at, *kinds) if kinds else 0)
            if not step:
                break
            at += step
        return at

    def through(self, at: int, *kinds: str) -> int:
        """Where phrases of these classes, one after the other ("a?": at most one), end that stand at a token; the token itself when they do not."""
        end = at
        for kind in kinds:
            size = self.size(end, kind.rstrip("?"))
            if not size and kind[-1] != "?":
                return at
            end += size
        return end


@cache
def _reader(language: str) -> Callable[[Utterance], Sequence[Mapping[str, int]]]:
    table = lists(language)
    lists_of_phrases = {kind: phrases for kind, phrases in table.items() if isinstance(phrases, list) and kind not in _ENDINGS}
    listed = {kind: [plain for phrase in phrases for plain in written_out(phrase)] for kind, phrases in lists_of_phrases.items()}
    listed |= {kind: [*listed[kind], *(phrase.replace(" ", "-") for phrase in listed[kind])] for kind in _HYPHENED if kind in listed}
    single = {kind: table[kind].split() for kind in _SINGLE if isinstance(table.get(kind), str)}
    return Sizes({**listed, **single}).of
