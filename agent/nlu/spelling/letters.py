"""Spelled letters: what a caller spells, heard; and how we spell back.

Heard      single letters, letter names ("aitch", "double u", "zed"), "double l", "two t's", "capital b", "s for sugar", "b as in boy", the
           ITU-R alphabet ("kilo"), groups that a recogniser glued together ("k i ci e n"), a hyphen or an apostrophe by name.
Not heard  digits, a dot, an at: they end the letters; and a word that merely may be a letter ("are", "you", "Mike") with no letter beside it.

A run is read greedily into elements, then cut where an element is not borne out by its neighbours. Every element takes at least one token and looks
at a bounded number of them, so the cost is linear in the tokens read; of runs that begin one behind the other, each element is read once.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent.languages import words
from agent.nlu.effort import spend
from agent.nlu.lexicon import meaning_at
from agent.nlu.spelling.elements import LETTERS, MAX_GLUED, Element, Kind, element_at
from agent.nlu.spelling.words import Table
from agent.nlu.spelling.words import table as letter_words
from agent.nlu.utterance import MAX_TOKENS, Token

_SEPARATORS = frozenset("-,.;/·、。_")
_READING = 7
"""Units of effort that it takes to read what stands at one place."""
_STOPS = frozenset(".;。")
"""They end a run whose letters had commas or hyphens between them."""
_OPENING_GLUED = 3
"""Letters of a group that may open a run."""
_MAX_ELEMENTS = 60
"""Of one run: no name is longer."""
_DOUBTFUL = frozenset((Kind.WEAK, Kind.GLUED, Kind.MARK))
_MAX_DOUBTFUL = 3
"""Doubtful elements in a row that end a run: no name is spelled in them alone."""


class _Step(NamedTuple):
    """What stands at a place of a run. It is asked for from every place that a run may begin at, so what follows from it is read off once."""

    element: Element | None
    """None: nothing that goes on with the run, whatever came before."""
    stopped: bool
    """Whether a stop stands before it."""
    marked: bool
    """Whether another separator does."""
    doubtful: bool


class _Steps(NamedTuple):
    """By the token."""

    first: dict[int, _Step]
    inside: dict[int, _Step]
    """Separators and fillers before it are passed over."""


def spell(tokens: Sequence[Token], start: int, language: str) -> tuple[str, int]:
    """The letters that stand from token `start` on, and the index after the last; ("", start) if none.

    Lower case, with "-" and "'" where a hyphen or an apostrophe was named. How many letters make a word is the caller's business.
    """
    return _spell(tokens, start, letter_words(language), _Steps({}, {}))


class Speller(NamedTuple):
    """The letters of one utterance, for who asks at many places: what stands at each is read once."""

    tokens: Sequence[Token]
    table: Table
    steps: _Steps

    @classmethod
    def of(cls, tokens: Sequence[Token], language: str) -> "Speller":
        return cls(tokens, letter_words(language), _Steps({}, {}))

    def spell(self, start: int, stop: int) -> tuple[str, int]:
        """As `spell`, of the tokens before `stop`."""
        return _spell(self.tokens, start, self.table, self.steps, stop)


def _spell(tokens: Sequence[Token], start: int, table: Table, steps: _Steps, stop: int = MAX_TOKENS) -> tuple[str, int]:
    first = _step(tokens, start, table, steps.first).element
    if first is None or first.kind is Kind.MARK or (first.kind is Kind.WEAK and tokens[first.start].norm not in table.opening):
        return "", start  # no run opens so
    elements = _elements(tokens, start, table, steps, stop)
    kinds = [element.kind for element in elements]
    plain = kinds.count(Kind.PLAIN)
    coded = kinds.count(Kind.CODE) >= max(3, plain)
    kept: list[Element] = []
    for at, element in enumerate(elements):
        if not _borne_out(at, elements, tokens, table, plain=plain, coded=coded):
            break
        kept.append(element)
    while kept and kept[-1].kind is Kind.MARK:
        kept.pop()
    if not kept or (len(kept) == 1 and kept[0].kind is not Kind.PLAIN):
        return "", start
    return "".join(e.text for e in kept), kept[-1].end


def spelled_runs(tokens: Sequence[Token], language: str) -> Mapping[int, tuple[str, int]]:
    """Every run of letters in the utterance, by the index of its first token: what `spell` says of it."""
    table, steps = letter_words(language), _Steps({}, {})
    runs: dict[int, tuple[str, int]] = {}
    at = 0
    while at < len(tokens):
        end = at
        glued = at + 1 < len(tokens) and len(tokens[at + 1].norm) == 1 and len(tokens[at].norm) <= _OPENING_GLUED
        if glued or len(tokens[at].norm) == 1 or tokens[at].norm in table.starters:
            letters, end = _spell(tokens, at, table, steps)
            if letters:
                runs[at] = letters, end
        at = max(end, at + 1)
    return runs


def letter_at(tokens: Sequence[Token], start: int, language: str) -> tuple[str, int]:
    """The one letter named at `start`, where only a letter can stand ("with a why"): (letters, index after), or ("", start)."""
    letters, end = spell(tokens, start, language)
    if letters:
        return letters, end
    one = element_at(tokens, start, letter_words(language))
    return (one.text, one.end) if one and one.kind in (Kind.NAMED, Kind.WEAK) else ("", start)


def is_code_word(word: str) -> bool:
    """Whether the word, in lower case, stands for a letter in the English spelling alphabet."""
    return any(len(parts) == 1 for parts, _ in letter_words("en").code.get(word, ()))


def spoken_letters(text: str, language: str, slow: bool) -> str:
    """`text` as we spell it aloud: "J, O, H, N"; slow: "J as in juliet, O as in oscar". What is neither a letter nor a named mark stands as it is."""
    say = words(language, "letters")["say"]
    by_letter = dict(zip(LETTERS, say["slow_words"].split(), strict=True))
    spoken = []
    for character in text:
        word = by_letter.get(character.lower(), "")
        form = say["slow"] if slow and word else say["letter"]
        spoken.append(say["marks"].get(character) or form.format(letter=character.upper(), word=word))
    return str(say["between"]).join(spoken)


def _elements(tokens: Sequence[Token], start: int, table: Table, steps: _Steps, stop: int) -> list[Element]:
    """Everything from `start` on that may be a letter, separators and fillers between passed over."""
    found: list[Element] = []
    at, doubtful, marked = start, 0, False
    known = steps.first
    while at < len(tokens) and len(found) < _MAX_ELEMENTS and doubtful < _MAX_DOUBTFUL:
        step = _step(tokens, at, table, known, inside=known is steps.inside)
        element = step.element
        if element is None or (marked and step.stopped) or element.end > stop:
            break
        marked = marked or step.marked
        doubtful = doubtful + 1 if step.doubtful else 0
        found.append(element)
        at, known = element.end, steps.inside
    return found


def _step(tokens: Sequence[Token], at: int, table: Table, known: dict[int, _Step], *, inside: bool = False) -> _Step:
    """What stands at `at`; `inside` a run, behind separators and fillers."""
    spend(1)
    step = known.get(at)
    if step is None:
        spend(_READING)
        begin = _past(tokens, at, table) if inside else at
        marks = frozenset(token.norm for token in tokens[at:begin]) & _SEPARATORS
        element, stopped = element_at(tokens, begin, table), bool(marks & _STOPS)
        if element is not None and ((marks and element.kind is Kind.GLUED) or (stopped and element.kind is not Kind.PLAIN)):
            element = None
        doubtful = element is not None and element.kind in _DOUBTFUL
        step = known[at] = _Step(element, stopped, bool(marks - _STOPS), doubtful)
    return step


def _past(tokens: Sequence[Token], at: int, table: Table) -> int:
    """The index of the first token from `at` on that is neither a separator nor a filler; at most six are passed over."""
    for _ in range(6):
        if at >= len(tokens):
            return at
        if tokens[at].norm in _SEPARATORS:
            at += 1
        else:
            _, end = meaning_at(tokens, at, table.filler)
            if end == at:
                return at
            at = end
    return at


def _borne_out(at: int, elements: Sequence[Element], tokens: Sequence[Token], table: Table, *, plain: int, coded: bool) -> bool:
    """Whether the element at `at` is a letter, seeing those beside it; all before it are."""
    element = elements[at]
    following = elements[at + 1 : at + 3]
    firm = [e for e in following if e.kind in (Kind.PLAIN, Kind.NAMED) or (coded and e.kind is Kind.CODE)]
    match element.kind:
        case Kind.PLAIN:
            return True
        case Kind.CODE:
            return coded
        case Kind.MARK:
            return at > 0 and bool(following)
        case Kind.NAMED:
            return at > 0 or (bool(firm) and firm[0].text != element.text)
        case Kind.WEAK:
            word = tokens[element.start].norm
            if at == 0:
                return word in table.opening and len(firm) == 2
            sure = sum(e.kind in (Kind.PLAIN, Kind.NAMED) for e in elements)
            return bool(firm) or (at >= 2 and sure >= 2 and _closed(tokens, element.end))
        case Kind.GLUED:
            glued = sum(e.kind is Kind.GLUED for e in elements)
            if plain < 3 or glued > plain:
                return False
            if at == 0:
                opens = len(element.text) <= _OPENING_GLUED and len(firm) == 2 and firm[0].text != element.text[0]
                return opens and all(e.kind is Kind.PLAIN for e in firm)
            if not following:
                return len(element.text) < MAX_GLUED and _closed(tokens, element.end)
            return elements[at - 1].kind is not Kind.GLUED or following[0].kind is Kind.PLAIN


def _closed(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing, or a mark, follows."""
    return at >= len(tokens) or not tokens[at].is_word
