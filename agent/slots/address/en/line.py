"""The words of an utterance as the address grammar reads them: full stops resolved, spelled words mended, look-ups by position."""

from collections.abc import Sequence
from functools import cached_property

from agent.nlu.effort import spend
from agent.nlu.numerals.numbers import digit_group, ordinal
from agent.nlu.utterance import Token, Utterance
from agent.slots.address.en.lexicon import Lexicon, Phrases, phrase_at
from agent.slots.address.places import agree

_TOKEN = 3
"""Units of effort that a token takes."""
_SHORT = 4
"""A full stop after a word this short, or shorter, marks a short form ("St.", "N.S.W.")."""
_SPELLED = 2
_MOST_LETTERS = 24
_LOOK_BACK = 8
_SPELLING = frozenset({",", "that's", "thats", "spelled", "spelt", "it's", "its", "spelling", "is"})
_MARKS = frozenset('"()[]{}*_')
_SCALES = frozenset({"hundred", "thousand"})
_EXCLAIMED = frozenset({"oh"})
_BESIDE_FIGURES = frozenset({"double", "triple", "treble", "slash", "stroke", "dash", "hyphen", "number"})
_SUFFIXES = ("st", "nd", "rd", "th")


class Line:
    """Tokens with what the grammar asks of them; indices past the end read as ""."""

    def __init__(self, utterance: Utterance, lexicon: Lexicon) -> None:
        spend(_TOKEN * len(utterance.tokens))
        self.lexicon = lexicon
        self.tokens: Sequence[Token] = _mend_spelled(
            _without_asides(_exclamations_read(_without_stops(utterance.tokens, lexicon), lexicon), lexicon), lexicon
        )
        self.norms: Sequence[str] = [token.norm for token in self.tokens]
        self.size = len(self.tokens)
        self.splits = 0
        """How often a statistical parser was asked where the town begins."""
        self.postcodes: dict[int, tuple[str, int]] = {}
        self.sounds: dict[int, tuple[list[str], int]] = {}
        """What postcode begins at an index, and what a word may stand for in one: kept once looked for, since several rules ask."""

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


def _without_stops(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """Full stops of short forms are dropped, others part like commas; quotes, brackets and sounds of hesitation are dropped."""
    found: list[Token] = []
    skipped = 0
    for at, token in enumerate(tokens):
        if at >= skipped and token.norm in lexicon.filling:
            skipped = phrase_at([each.norm for each in tokens[at : at + _SHORT]], 0, lexicon.filling)[1] + at
        if at < skipped:
            continue
        if token.norm in _MARKS or token.norm in lexicon.fillers:
            continue
        if token.norm in (".", ";", "\u2022"):
            before = tokens[at - 1] if at else token
            if not (before.is_word and len(before.norm) <= _SHORT):
                found.append(token._replace(norm=","))
            continue
        if token.norm == "comma":  # the mark, dictated
            found.append(token._replace(norm=","))
            continue
        is_one = token.norm == "a" and at + 1 < len(tokens) and tokens[at + 1].norm in _SCALES
        if token.norm in _SCALES and (not found or not (found[-1].is_number or digit_group(found, len(found) - 1, "en")[0])):
            found.append(Token("", "one", token.start, token.start))  # "hundred and ten" is said without its "one"
        found.append(token._replace(norm="one") if is_one else token)
    return found


def _exclamations_read(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """A word that is a figure and an exclamation as well as a state's abbreviation ("oh"): the state's name for the abbreviation in capitals where
    a state stands; left out where it is neither a state nor beside a figure or a letter."""
    found: list[Token] = []
    for at, token in enumerate(tokens):
        code = token.norm.upper()
        if token.norm not in _EXCLAIMED or code not in lexicon.state_names:
            found.append(token)
        elif token.text == code and _is_abbreviation(tokens, at, lexicon):
            found.append(token._replace(norm=lexicon.state_names[code].lower()))
        elif _is_figure(tokens, at):
            found.append(token)
    return found


def _is_abbreviation(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Whether a town stands right before, and behind nothing, another sentence or the state's own postcode."""
    before = at - 2 if at and tokens[at - 1].norm == "," else at - 1
    if before < 0 or not tokens[before].is_word or tokens[before].norm in lexicon.units or digit_group(tokens, before, "en")[0]:
        return False
    after = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].norm == ",")
    figures, end = "", after
    while len(figures) < lexicon.postcode_digits and (more := digit_group(tokens, end, "en"))[0]:
        figures, end = figures + more[0], more[1]
    if figures:
        return agree(figures, tokens[at].text, lexicon.region)
    norms = [token.norm for token in tokens[after : after + _SHORT]]
    return (
        after > at + 1
        or not norms
        or norms[0] in lexicon.stop
        or phrase_at(norms, 0, lexicon.countries)[1] > 0
        or phrase_at(norms, 0, lexicon.postcode_cue)[1] > 0
    )


def _is_figure(tokens: Sequence[Token], at: int) -> bool:
    """Whether a figure, a letter or a sign stands beside it; figures that are a whole number by themselves need no nought before them."""
    if at and _is_character(tokens, at - 1):
        return True
    if at + 1 >= len(tokens):
        return False
    after = tokens[at + 1]
    return not (after.is_number and len(after.norm) > 1) and _is_character(tokens, at + 1)


def _is_character(tokens: Sequence[Token], at: int) -> bool:
    norm = tokens[at].norm
    return norm in _BESIDE_FIGURES or (len(norm) == 1 and norm not in ",ai") or bool(digit_group(tokens, at, "en")[0])


def _without_asides(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Words about how a word is written, and the word they say again, are no part of the address: "Whiteladies Road, that's all one word,
    Whiteladies, Bristol"."""
    norms = [token.norm for token in tokens]
    if lexicon.aside.keys().isdisjoint(norms):
        return tokens
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        end = phrase_at(norms, at, lexicon.aside)[1]
        if end == at or not found:
            found.append(tokens[at])
            at += 1
            continue
        near = {token.norm for token in found[-_LOOK_BACK:] if token.is_word}
        again = end + (end < len(norms) and norms[end] == ",")
        while again < len(norms) and norms[again] in near and norms[again] not in lexicon.types:
            again += 1
            end = again
        found.append(tokens[at]._replace(norm=","))
        at = end
    return found


def _mend_spelled(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """A word followed by its letters means the letters: "Smith Street, that's S M Y T H" is Smyth Street.

    Letters that spell no word said just before stay, since they may be a postcode's.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        run, end = _letters(tokens, at)
        back, letters = _word_spelled(run, found, lexicon) if run else (-1, "")
        if back < 0:
            end = max(end, at + 1)
            found.extend(tokens[at:end])
            at = end
            continue
        word = found[back]
        end = _after_letters(tokens, at, len(letters)) if len(letters) < len(run) else end
        found[back] = word if letters == _plain(word) else word._replace(text=letters.capitalize(), norm=letters)
        while len(found) > back + 1 and found[-1].norm in _SPELLING:
            found.pop()
        at = end + 1 if end + 1 < len(tokens) and tokens[end].norm == "," and tokens[end + 1].norm in lexicon.types else end
    return found


def _plain(word: Token) -> str:
    return "".join(c for c in word.norm if c.isalpha())


def _letters(tokens: Sequence[Token], at: int) -> tuple[str, int]:
    """The single letters from `at` on, and the index after them; ("", at) for fewer than two."""
    run, end = "", at
    while end < len(tokens) and len(run) < _MOST_LETTERS:
        if tokens[end].is_word and len(tokens[end].norm) == 1:
            run, end = run + tokens[end].norm, end + 1
        elif tokens[end].norm in "-," and run and end + 1 < len(tokens) and tokens[end + 1].is_word and len(tokens[end + 1].norm) == 1:
            end += 1
        else:
            break
    return (run, end) if len(run) >= _SPELLED else ("", at)


def _word_spelled(run: str, found: Sequence[Token], lexicon: Lexicon) -> tuple[int, str]:
    """Which of the last words the run of letters spells, and the letters that do: the word just as it was heard, or one that begins alike and is
    about as long, which no street type is; (-1, "") for none."""
    near = [at for at in range(len(found) - 1, max(-1, len(found) - _LOOK_BACK), -1) if found[at].is_word and len(found[at].norm) >= _SPELLED]
    for at in near:
        if run.startswith(plain := _plain(found[at])):
            return at, plain
    for at in near:
        plain = _plain(found[at])
        alike = len(run) > _SPELLED and run[0] == plain[0] and abs(len(run) - len(plain)) <= _SPELLED
        if alike and plain not in lexicon.types and len(set(run) & set(plain)) * 2 >= len(set(plain)):
            return at, run
    return -1, ""


def _after_letters(tokens: Sequence[Token], at: int, count: int) -> int:
    while count:
        count -= tokens[at].is_word
        at += 1
    return at
