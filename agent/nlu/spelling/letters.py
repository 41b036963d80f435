"""Spelled letters: what a caller spells, heard; and how we spell back.

Heard      single letters, letter names ("aitch", "double u", "zed"), "double l", "two t's", "capital b", "s for sugar", "b as in boy", the
           ITU-R alphabet ("kilo"), groups that a recogniser glued together ("k i ci e n"), a hyphen or an apostrophe by name.
Not heard  digits, a dot, an at: they end the letters; and a word that merely may be a letter ("are", "you", "Mike") with no letter beside it.

A run is read greedily into elements, then cut where an element is not borne out by its neighbours. Every element takes at least one token and looks
at a bounded number of them, so the cost is linear in the tokens read; of runs that begin one behind the other, each element is read once.
"""

from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import NamedTuple

from agent.languages import words
from agent.nlu.effort import spend
from agent.nlu.spelling.words import Table, phrase_at
from agent.nlu.spelling.words import table as letter_words
from agent.nlu.utterance import Token

_SEPARATORS = frozenset("-,.;/·、。_")
_STOPS = frozenset(".;。")
"""They end a run whose letters had commas or hyphens between them."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MAX_GLUED = 4
_OPENING_GLUED = 3
_MAX_ELEMENTS = 60
_NEAR = 6
_MAX_DOUBTFUL = 3
"""Doubtful elements in a row that end a run: no name is spelled in them alone."""


class _Kind(Enum):
    PLAIN = auto()
    """A letter for certain: "k", "s for sugar", "double l"."""
    NAMED = auto()
    """A letter name that is hardly a word: "aitch"."""
    WEAK = auto()
    """A word that may be a letter: "why"."""
    CODE = auto()
    """A word of the spelling alphabet: "kilo"."""
    GLUED = auto()
    """A short word that may be letters run together."""
    MARK = auto()


class _Element(NamedTuple):
    text: str
    kind: _Kind
    start: int
    end: int


class _Step(NamedTuple):
    """What stands at a place of a run."""

    marks: frozenset[str]
    """Separators before it."""
    element: _Element | None


_Steps = dict[tuple[int, bool], _Step]
"""By the token, and whether separators before it may be passed over."""


def spell(tokens: Sequence[Token], start: int, language: str) -> tuple[str, int]:
    """The letters that stand from token `start` on, and the index after the last; ("", start) if none.

    Lower case, with "-" and "'" where a hyphen or an apostrophe was named. How many letters make a word is the caller's business.
    """
    return _spell(tokens, start, letter_words(language), {})


def _spell(tokens: Sequence[Token], start: int, table: Table, steps: _Steps) -> tuple[str, int]:
    first = _step(tokens, start, table, steps, inside=False).element
    if first is None or first.kind is _Kind.MARK or (first.kind is _Kind.WEAK and tokens[first.start].norm not in table.opening):
        return "", start  # no run opens so
    elements = _elements(tokens, start, table, steps)
    plain = sum(e.kind is _Kind.PLAIN for e in elements)
    coded = sum(e.kind is _Kind.CODE for e in elements) >= max(3, plain)
    kept: list[_Element] = []
    for at, element in enumerate(elements):
        if not _borne_out(at, elements, tokens, table, plain=plain, coded=coded):
            break
        kept.append(element)
    while kept and kept[-1].kind is _Kind.MARK:
        kept.pop()
    if not kept or (len(kept) == 1 and kept[0].kind is not _Kind.PLAIN):
        return "", start
    return "".join(e.text for e in kept), kept[-1].end


def spelled_runs(tokens: Sequence[Token], language: str) -> Mapping[int, tuple[str, int]]:
    """Every run of letters in the utterance, by the index of its first token: what `spell` says of it."""
    table, steps = letter_words(language), _Steps()
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
    one = _element(tokens, start, letter_words(language))
    return (one.text, one.end) if one and one.kind in (_Kind.NAMED, _Kind.WEAK) else ("", start)


def is_code_word(word: str) -> bool:
    """Whether the word, in lower case, stands for a letter in the English spelling alphabet."""
    return any(len(parts) == 1 for parts, _ in letter_words("en").code.get(word, ()))


def spoken_letters(text: str, language: str, slow: bool) -> str:
    """`text` as we spell it aloud: "J, O, H, N"; slow: "J as in juliet, O as in oscar". What is neither a letter nor a named mark stands as it is."""
    say = words(language, "letters")["say"]
    by_letter = dict(zip(_LETTERS, say["slow_words"].split(), strict=True))
    spoken = []
    for character in text:
        word = by_letter.get(character.lower(), "")
        form = say["slow"] if slow and word else say["letter"]
        spoken.append(say["marks"].get(character) or form.format(letter=character.upper(), word=word))
    return str(say["between"]).join(spoken)


def _elements(tokens: Sequence[Token], start: int, table: Table, steps: _Steps) -> list[_Element]:
    """Everything from `start` on that may be a letter, separators and fillers between passed over."""
    found: list[_Element] = []
    at = start
    doubtful = 0
    marked = False
    while at < len(tokens) and len(found) < _MAX_ELEMENTS and doubtful < _MAX_DOUBTFUL:
        marks, element = _step(tokens, at, table, steps, inside=bool(found))
        if element is None or (marked and marks & _STOPS):
            break
        if (marks and element.kind is _Kind.GLUED) or (marks & _STOPS and element.kind is not _Kind.PLAIN):
            break
        marked = marked or bool(marks - _STOPS)
        doubtful = doubtful + 1 if element.kind in (_Kind.WEAK, _Kind.GLUED, _Kind.MARK) else 0
        found.append(element)
        at = element.end
    return found


def _step(tokens: Sequence[Token], at: int, table: Table, steps: _Steps, *, inside: bool) -> _Step:
    """What stands at `at`; `inside` a run, behind separators and fillers."""
    spend(1)
    step = steps.get((at, inside))
    if step is None:
        spend(5)
        begin = _past(tokens, at, table) if inside else at
        marks = frozenset(token.norm for token in tokens[at:begin]) & _SEPARATORS
        step = steps[at, inside] = _Step(marks, _element(tokens, begin, table))
    return step


def _past(tokens: Sequence[Token], at: int, table: Table) -> int:
    """The index of the first token from `at` on that is neither a separator nor a filler; at most six are passed over."""
    for _ in range(6):
        if at >= len(tokens):
            return at
        if tokens[at].norm in _SEPARATORS:
            at += 1
        else:
            _, end = phrase_at(tokens, at, table.filler)
            if end == at:
                return at
            at = end
    return at


def _element(tokens: Sequence[Token], start: int, table: Table) -> _Element | None:
    if start >= len(tokens):
        return None
    word = tokens[start].norm
    if 2 <= len(word) <= _MAX_GLUED and tokens[start].text[0].isupper() and _among_small_letters(tokens, start):
        return _Element(word, _Kind.GLUED, start, start + 1)
    if word in table.starters:
        return _prefixed(tokens, start, table)
    one = _letter(tokens, start, table)
    return one if one is not None or (len(word) == 1 and word.isascii()) else _unsure(tokens, start, table)


def _among_small_letters(tokens: Sequence[Token], at: int) -> bool:
    """Whether a group with a capital is letters as they stand, whatever word it would be.

    It is when it is all capitals with a small letter near, or has a small letter on either side.
    """
    near = _NEAR if tokens[at].text.isupper() else 1
    around = (tokens[max(0, at - near) : at], tokens[at + 1 : at + 1 + near])
    small = [any(len(token.norm) == 1 and token.text.islower() for token in side) for side in around]
    return any(small) if near > 1 else all(small)


def _prefixed(tokens: Sequence[Token], start: int, table: Table) -> _Element | None:
    """An element that may open with "double", "two" or "capital"."""
    _, at = phrase_at(tokens, start, table.before)
    _, wide = phrase_at(tokens, at, table.double_u)
    if wide > at:
        return _linked(tokens, _Element("w", _Kind.PLAIN, start, wide), table)
    times, after = phrase_at(tokens, at, table.repeat)
    if after > at:
        one = _letter(tokens, after, table)
        return None if one is None else _Element(one.text * int(times), _Kind.PLAIN, start, one.end)
    plural = table.counted.get(tokens[at].norm, 0) if at < len(tokens) else 0
    if plural and at + 1 < len(tokens) and (letter := _plural(tokens[at + 1].norm, table)):
        return _Element(letter * plural, _Kind.PLAIN, start, at + 2)
    one = _letter(tokens, at, table)
    if one is not None:
        return _Element(one.text, _Kind.PLAIN if at > start and one.kind is _Kind.NAMED else one.kind, start, one.end)
    return None if at > start else _unsure(tokens, start, table)


def _unsure(tokens: Sequence[Token], start: int, table: Table) -> _Element | None:
    """A mark by name, or a short word that may be letters run together."""
    mark, end = phrase_at(tokens, start, table.marks)
    if mark:
        return _Element(mark, _Kind.MARK, start, end)
    word = tokens[start].norm
    if 2 <= len(word) <= _MAX_GLUED and word.isascii() and word.isalpha() and word not in table.stop:
        return _Element(word, _Kind.GLUED, start, start + 1)
    return None


def _letter(tokens: Sequence[Token], at: int, table: Table) -> _Element | None:
    """One letter by itself, by name or by a word of the alphabet, with the word that it is said to stand for."""
    if at >= len(tokens):
        return None
    word = tokens[at].norm
    code, end = phrase_at(tokens, at, table.code)
    if end > at + 1:
        return _Element(code, _Kind.CODE, at, end)
    if len(word) == 1 and word.isalpha() and not "぀" <= word <= "鿿":
        return _linked(tokens, _Element(word, _Kind.PLAIN, at, at + 1), table)
    for phrases, kind in ((table.named, _Kind.NAMED), (table.weak, _Kind.WEAK)):
        letter, after = phrase_at(tokens, at, phrases)
        if letter:
            return _linked(tokens, _Element(letter, kind, at, after), table)
    if word.isascii() and word.isalpha() and (again := _again(tokens, at + 1, word[0], table)) > at + 1:
        return _Element(word[0], _Kind.PLAIN, at, again)
    return _Element(code, _Kind.CODE, at, end) if code else None


def _linked(tokens: Sequence[Token], one: _Element, table: Table) -> _Element:
    """`one`, and the word it stands for where one follows: "for sugar", "as in boy", "kilo"."""
    at = one.end
    while at < len(tokens) and tokens[at].norm in "-," and at < one.end + 2:
        at += 1
    _, after = phrase_at(tokens, one.end, table.link)
    code, end = phrase_at(tokens, at, table.code)
    if after > one.end:
        at = after
        code, end = phrase_at(tokens, at, table.code)
    elif code != one.text and not (table.again and _stands_for(tokens, at, one.text, table)):
        return one
    if code == one.text:
        return one._replace(kind=_Kind.PLAIN, end=_again(tokens, end, one.text, table))
    if not _stands_for(tokens, at, one.text, table):
        return one
    end = _again(tokens, at + 1, one.text, table)
    return one._replace(kind=_Kind.PLAIN, end=end) if after > one.end or end > at + 1 else one


def _stands_for(tokens: Sequence[Token], at: int, letter: str, table: Table) -> bool:
    if at >= len(tokens) or len(tokens[at].norm) < 2 or not tokens[at].is_word:
        return False
    return tokens[at].norm[0] == letter or tokens[at].norm in table.sounds.get(letter, ())


def _again(tokens: Sequence[Token], at: int, letter: str, table: Table) -> int:
    """The index after "的 J" when the letter is said again in that way, else `at`."""
    said_again = table.again and at + 1 < len(tokens) and tokens[at].norm == table.again and tokens[at + 1].norm == letter
    return at + 2 if said_again else at


def _plural(word: str, table: Table) -> str:
    """The letter of "l's", "ls" or "ells", or ""."""
    if not word.endswith("s") or len(word) < 2:
        return ""
    single = word[:-1].rstrip("'")
    return single if single in _LETTERS and len(single) == 1 else next((to for of, to in table.named.get(single, ()) if len(of) == 1), "")


def _borne_out(at: int, elements: Sequence[_Element], tokens: Sequence[Token], table: Table, *, plain: int, coded: bool) -> bool:
    """Whether the element at `at` is a letter, seeing those beside it; all before it are."""
    element = elements[at]
    following = elements[at + 1 : at + 3]
    firm = [e for e in following if e.kind in (_Kind.PLAIN, _Kind.NAMED) or (coded and e.kind is _Kind.CODE)]
    match element.kind:
        case _Kind.PLAIN:
            return True
        case _Kind.CODE:
            return coded
        case _Kind.MARK:
            return at > 0 and bool(following)
        case _Kind.NAMED:
            return at > 0 or (bool(firm) and firm[0].text != element.text)
        case _Kind.WEAK:
            word = tokens[element.start].norm
            if at == 0:
                return word in table.opening and len(firm) == 2
            sure = sum(e.kind in (_Kind.PLAIN, _Kind.NAMED) for e in elements)
            return bool(firm) or (at >= 2 and sure >= 2 and _closed(tokens, element.end))
        case _Kind.GLUED:
            glued = sum(e.kind is _Kind.GLUED for e in elements)
            if plain < 3 or glued > plain:
                return False
            if at == 0:
                opens = len(element.text) <= _OPENING_GLUED and len(firm) == 2 and firm[0].text != element.text[0]
                return opens and all(e.kind is _Kind.PLAIN for e in firm)
            if not following:
                return len(element.text) < _MAX_GLUED and _closed(tokens, element.end)
            return elements[at - 1].kind is not _Kind.GLUED or following[0].kind is _Kind.PLAIN


def _closed(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing, or a mark, follows."""
    return at >= len(tokens) or not tokens[at].is_word
