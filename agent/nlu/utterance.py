"""What the caller's words look like before anybody understands them.

An utterance is normalised once and cut into tokens once; every slot and every act reads the same `Utterance`.
A token knows where it stood, so that what was heard can be shown, and taken out before the next slot listens.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, cached_property
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from agent.languages import known, words

MAX_CHARS = 2000
MAX_TOKENS = 300
"""Longer utterances are cut here: recognisers end one after a minute, and nobody says more words in it. Every rule's cost is bounded by it."""

_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-"})
_CURLY = re.compile(f"[{''.join(map(chr, _STRAIGHT))}]")
_LETTER = r"[^\W\d_㐀-鿿豈-﫿]"
_TOKEN = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)*'?|\d+|[㐀-鿿豈-﫿]|[^\s]")
_HAN = re.compile(r"[㐀-鿿豈-﫿]")
LONGEST_WORD = 100
"""Letters of a word; behind them nothing is heard of it. The longest name of a place has 85, the local part of an e-mail 64 (RFC 5321)."""
_TOO_LONG = re.compile(rf"(?<!{_LETTER})({_LETTER}{{{LONGEST_WORD}}}){_LETTER}+")  # looked for where a word begins, not at each of its letters
_SPACE = re.compile(r"\s+")
_Reading = TypeVar("_Reading")


class Token(NamedTuple):
    """One word, one run of digits, one Chinese character, or one mark."""

    text: str
    """As it was said, e.g. "O'Neill"."""
    norm: str
    """Case-folded, e.g. "o'neill": what rules compare."""
    start: int
    end: int
    """Where it stands: `utterance.text[start:end] == text`."""

    @property
    def is_word(self) -> bool:
        return self.norm[0].isalpha()

    @property
    def is_number(self) -> bool:
        return self.norm[0].isdigit()


class Tokens(tuple[Token, ...]):
    """The tokens of an utterance; what many ask for is read of them once (`numerals.numbers`)."""

    @cached_property
    def read(self) -> dict[object, Any]:
        return {}


class Utterance:
    """One hypothesis of what the caller said, read once, at most `MAX_CHARS` and `MAX_TOKENS` of it.

    NFKC, plain quotes and dashes, figures of any script as 0 to 9, single spaces, words of `LONGEST_WORD` letters at most, and whole the words that a
    tokeniser wrote in two.
    """

    def __init__(self, text: str) -> None:
        plain = _plain(text)
        if len(plain) > LONGEST_WORD:
            plain = _TOO_LONG.sub(r"\1", plain)
        self.text = plain if len(plain) <= MAX_TOKENS else _cut(plain)

    @cached_property
    def tokens(self) -> Tokens:
        return Tokens(Token(m[0], m[0].casefold(), m.start(), m.end()) for m in _TOKEN.finditer(self.text))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The tokens' norms, in order."""
        if "tokens" in self.__dict__:
            return tuple([token.norm for token in self.tokens])
        return tuple([found.casefold() for found in _TOKEN.findall(self.text)])  # of the phrases in our tables nobody asks where they stand

    @cached_property
    def lower(self) -> str:
        """The text, lower-cased character by character, so that positions in it are positions in `text`."""
        if self.text.isascii():
            return self.text.lower()
        lowered = self.text.lower()
        return lowered if len(lowered) == len(self.text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in self.text)

    @cached_property
    def has_han(self) -> bool:
        """Whether any Chinese character was said: a turn with one is a Mandarin turn, also when mixed."""
        return _HAN.search(self.text) is not None

    def language(self, expected: str) -> str:
        """The language it is read in: Mandarin with any Chinese character, English with Latin words where Mandarin was expected, else what was."""
        if self.has_han:
            return "zh"
        return "en" if expected == "zh" and any(token.is_word for token in self.tokens) else expected

    def languages(self, expected: str) -> tuple[str, ...]:
        """The languages whose words it may hold: a Mandarin utterance English words, too."""
        return ("zh", "en") if self.has_han or expected == "zh" else (expected,)

    def once(self, read: Callable[["Utterance"], _Reading]) -> _Reading:
        """What `read` makes of the utterance, read when first asked for: for what many ask."""
        if read not in self._readings:
            self._readings[read] = read(self)
        found: _Reading = self._readings[read]
        return found

    @cached_property
    def _readings(self) -> dict[Callable[["Utterance"], Any], Any]:
        return {}

    def between(self, first: int, last: int) -> str:
        """The words as said from token `first` up to, not including, token `last`."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end] if first < last else ""

    def __bool__(self) -> bool:
        return bool(self.text)


def _plain(text: str) -> str:
    if text.isascii() and text.isprintable() and "`" not in text and len(text) <= MAX_CHARS:  # nothing to normalise: nearly every utterance
        return _rejoined(" ".join(text.split()) if "  " in text else text.strip())
    straight = _straightened(unicodedata.normalize("NFKC", _straightened(text[:MAX_CHARS])))
    written = {ord(c): as_read for c in set(straight) if (as_read := _as_read(c)) != c}
    return _rejoined(_SPACE.sub(" ", straight.translate(written) if written else straight).strip()[:MAX_CHARS])


def _as_read(character: str) -> str:
    """A figure of any script as one of ours, and a space for what cannot be seen."""
    if character.isdigit() and not character.isascii():
        return str(unicodedata.digit(character))
    return character if character.isprintable() or character.isspace() else " "


def _straightened(text: str) -> str:
    return text.translate(_STRAIGHT) if _CURLY.search(text) else text


def _rejoined(plain: str) -> str:
    """With the words whole that a tokeniser wrote in two: "do n't", "it 's", "gon na"."""
    if " " not in plain:
        return plain
    clitics, halves, seconds = _parted()
    if "'" in plain:
        plain = clitics.sub(_without_spaces, plain)
    return halves.sub(_without_spaces, plain) if any(second in plain for second in seconds) else plain


def _without_spaces(parted: re.Match[str]) -> str:
    return parted[0].replace(" ", "")


@cache
def _parted() -> tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]]:
    """What finds a clitic by itself behind a word, what finds two halves of a word, and how the second half of one begins."""
    tables = [words(language, "tokens") for language in known()]
    clitics = "|".join(clitic.replace("'", " ?' ?") for table in tables for clitic in table["clitics"])
    halves = [half for table in tables for half in table["halves"]]
    seconds = dict.fromkeys(f" {half.split()[1]}" for half in halves)
    return re.compile(rf"(?<=[^\W\d_]) (?:{clitics})(?![\w'])", re.IGNORECASE), re.compile(rf"\b(?:{'|'.join(halves)})\b"), tuple(seconds)


def _cut(plain: str) -> str:
    """The first `MAX_TOKENS` tokens."""
    last = next(islice(_TOKEN.finditer(plain), MAX_TOKENS - 1, None), None)
    return plain if last is None else plain[: last.end()]
