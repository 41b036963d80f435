"""The tokens of an utterance as the address grammar reads them: full stops resolved, asides left out, spelled words edited."""

from collections.abc import Sequence
from functools import cache

from agent.languages import words
from agent.nlu.lexicon import meaning_at
from agent.nlu.numerals.numbers import digit_group
from agent.nlu.utterance import Token
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.places import agree

_SHORT_FORM = 4
"""A full stop after a word of so many characters, or fewer, marks a short form ("St.", "N.S.W.")."""
_FEWEST_LETTERS = 2
_MOST_LETTERS = 24
"""Of a run of letters that may spell a word."""
_AS_LONG = 2
"""A word misheard has so many letters more or fewer than its spelling, at most."""
_LOOK_BACK = 8
"""How many tokens back the word stands whose letters are said, or that is said again."""
_MILLION = 1_000_000
_MARKS = frozenset('"()[]{}*_')
_STOPS = frozenset({".", ";", "\u2022", "comma"})
"""Stops, and the comma dictated."""
_EXCLAIMED = frozenset({"oh"})


def cleaned(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """The tokens that may belong to an address, each with its place in the utterance; a token that was not said has no text."""
    return _edit_spelled(_without_asides(_exclamations_read(_without_stops(tokens, lexicon), lexicon), lexicon), lexicon)


def _without_stops(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """Full stops of short forms are dropped, others part like commas; quotes, brackets and sounds of hesitation are dropped."""
    found: list[Token] = []
    skipped, scales, filling = 0, _scales(), lexicon.phrases["filling"]
    for at, token in enumerate(tokens):
        if at >= skipped and token.norm in filling:
            skipped = meaning_at(tokens, at, filling)[1]
        if at < skipped or token.norm in _MARKS or (token.norm in lexicon.words["fillers"] and not _is_written_on(tokens, at)):
            continue
        if token.norm in _STOPS:
            is_short = at > 0 and tokens[at - 1].is_word and len(tokens[at - 1].norm) <= _SHORT_FORM
            if token.is_word or not is_short:
                found.append(token._replace(norm=","))
            continue
        if token.norm in scales and not (found and digit_group(found, len(found) - 1, "en")[0]):
            found.append(Token("", "one", token.start, token.start))  # "hundred and ten" is said without its "one"
        is_one = token.norm in lexicon.words["one_of"] and at + 1 < len(tokens) and tokens[at + 1].norm in scales
        found.append(token._replace(norm="one") if is_one else token)
    return found


def _is_written_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is written right behind a figure, as the letters of a postcode are: "9AH" is no hesitation."""
    return at > 0 and tokens[at - 1].is_number and tokens[at - 1].end == tokens[at].start


@cache
def _scales() -> frozenset[str]:
    """ "hundred", "thousand": no street has a million houses."""
    return frozenset(word for word, value in words("en", "numbers")["scales"].items() if value < _MILLION)


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
        elif _is_figure(tokens, at, lexicon):
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
    following = tokens[after].norm if after < len(tokens) else ""
    named = any(meaning_at(tokens, after, lexicon.phrases[kind])[0] for kind in ("countries", "postcode_cue"))
    return after > at + 1 or not following or following in lexicon.words["stop"] or named


def _is_figure(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Whether a figure, a letter or a sign stands beside it; figures that are a whole number by themselves need no nought before them."""
    whole = at + 1 < len(tokens) and tokens[at + 1].is_number and len(tokens[at + 1].norm) > 1
    return (at > 0 and _is_character(tokens, at - 1, lexicon)) or (not whole and _is_character(tokens, at + 1, lexicon))


def _is_character(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    norm = tokens[at].norm if at < len(tokens) else ","
    single = len(norm) == 1 and norm != "," and norm not in lexicon.words["letter_words"]
    return single or norm in lexicon.words["beside_figures"] or bool(digit_group(tokens, at, "en")[0])


def _without_asides(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """Words about how a word is written, and the word they say again, are no part of the address: "Whiteladies Road, that's all one word,
    Whiteladies, Bristol"."""
    norms = [token.norm for token in tokens]
    if lexicon.phrases["aside"].keys().isdisjoint(norms):
        return tokens
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        end = meaning_at(tokens, at, lexicon.phrases["aside"])[1]
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


def _edit_spelled(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
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
        while len(found) > back + 1 and (found[-1].norm == "," or found[-1].norm in lexicon.words["spelling"]):
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
    return (run, end) if len(run) >= _FEWEST_LETTERS else ("", at)


def _word_spelled(run: str, found: Sequence[Token], lexicon: Lexicon) -> tuple[int, str]:
    """Which of the last words the run of letters spells, and the letters that do: the word just as it was heard, or one that begins alike and is
    about as long, which no street type is; (-1, "") for none."""
    near = [at for at in range(len(found) - 1, max(-1, len(found) - _LOOK_BACK), -1) if found[at].is_word and len(found[at].norm) >= _FEWEST_LETTERS]
    for at in near:
        if run.startswith(plain := _plain(found[at])):
            return at, plain
    for at in near:
        plain = _plain(found[at])
        alike = len(run) > _FEWEST_LETTERS and run[0] == plain[0] and abs(len(run) - len(plain)) <= _AS_LONG
        if alike and plain not in lexicon.types and len(set(run) & set(plain)) * 2 >= len(set(plain)):
            return at, run
    return -1, ""


def _after_letters(tokens: Sequence[Token], at: int, count: int) -> int:
    while count:
        count -= tokens[at].is_word
        at += 1
    return at
