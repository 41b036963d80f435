"""Saying an address for the caller to confirm, so that it is heard as the same address again.

Figures of 100 and above, and every postcode, are said one by one; ordinals as words; short forms in full. Slow: numbers figure by figure, and the
words of street and town followed by their letters.
"""

import re
from functools import cache

from agent.nlu.numerals.numbers import say_digits
from agent.slots.address.en.lexicon import Lexicon
from agent.slots.address.en.number_words import cardinal, cardinals, ordinals, spoken_ordinal, wording
from agent.slots.address.en.parts import Parts, line_of

_SHORT = 2
"""Letters up to which a word can be written in one way only."""


def spoken(value: str, parts: Parts, lexicon: Lexicon, slow: bool) -> str:
    """The address as we say it: "Unit four, twelve High Street, Richmond, Victoria, three one two one"."""
    if not _all_said(value, parts, lexicon):
        return value
    pieces = [_street(parts, lexicon, slow)]
    if parts.unit and not _slashed(parts):
        unit = ", ".join(_unit(each, slow, lexicon) for each in parts.unit.split(", "))
        pieces.insert(0 if lexicon.unit_before or not parts.street_name else 1, unit)
    pieces.append(", ".join(_names(segment, lexicon, slow) for segment in parts.suburb.split(", ")) if parts.suburb else "")
    pieces.append(_state(parts, lexicon))
    pieces.append(_postcode(parts.postcode))
    if parts.country:
        pieces.append(wording()["country"].get(parts.country, lexicon.country_names.get(parts.country, parts.country)))
    return ", ".join(piece for piece in pieces if piece)


def _all_said(value: str, parts: Parts, lexicon: Lexicon) -> bool:
    """Whether the parts hold every word of the value, be it as a short form: what is kept is what is read back."""
    if value == line_of(parts, lexicon):
        return True
    held = _words(line_of(parts, lexicon))
    names = _words(" ".join(lexicon.state_names.values()))
    short = (lexicon.types, lexicon.weak_types, lexicon.directions, lexicon.units, lexicon.country_names)
    run = "".join(held)
    known = {*held, *names}
    return bool(held) and all(
        word in known or any(word in table for table in short) or (any(c.isdigit() for c in word) and word in run) for word in _words(value)
    )


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _slashed(parts: Parts) -> bool:
    """Whether the unit is a bare number before a slash."""
    return parts.unit.isalnum() and parts.unit[:1].isdigit() and bool(parts.street_number)


def _street(parts: Parts, lexicon: Lexicon, slow: bool) -> str:
    number = _number(parts.street_number, slow, lexicon)
    if number and not parts.street_name and (parts.suburb or parts.postcode or parts.state):
        number = f"{wording()['house_number']} {number}"
    if _slashed(parts):
        number = f"{_number(parts.unit, slow, lexicon)} {wording()['slash']} {number}"
    name = _names(parts.street_name, lexicon, slow)
    if not number or not name:
        return number or name
    # A pause keeps the number from running into a name that begins like one, or a letter from being taken for a direction.
    first = name.split()[0]
    joins = first.lower() in _number_words() or first[0].isdigit() or len(first) == 1
    runs_on = joins or number[-1].isupper() or parts.street_number.startswith("Lot")
    return f"{number}, {name}" if runs_on else f"{number} {name}"


@cache
def _number_words() -> frozenset[str]:
    numbers, firsts = set(cardinals().values()), set(ordinals().values())
    joined = {f"{cardinals()[ten]}-{ordinals()[one]}" for ten in range(20, 100, 10) for one in range(1, 10)}
    return frozenset(numbers | firsts | joined | {*wording()["beside_numbers"].split()})


def _number(text: str, slow: bool, lexicon: Lexicon) -> str:
    """ "12A" is "twelve A", "401" "four oh one", "12-14" "twelve to fourteen", but a dash where units stand before it."""
    if text.endswith(" 1/2"):
        return f"{_number(text.removesuffix(' 1/2'), slow, lexicon)} {wording()['half']}"
    first, _, last = text.partition("-")
    upwards = lexicon.unit_before and first.isdigit() and last.isdigit() and int(first) < int(last)
    signs = {"-": wording()["to" if upwards else "dash"], "/": wording()["slash"], "#": wording()["number_sign"]}
    return " ".join(_figures(run, slow) if run.isdigit() else signs.get(run, run.strip()) for run in _runs(text) if run.strip())


def _runs(text: str) -> list[str]:
    """Figures, letters, and every sign by itself."""
    return re.findall(r"[0-9]+|[^\W\d_]+|.", text)


def _figures(run: str, slow: bool) -> str:
    if slow or len(run) > 2 or run[0] == "0":
        return say_digits(run, "en")
    return cardinal(int(run))


def _unit(unit: str, slow: bool, lexicon: Lexicon) -> str:
    """ "Apt 4B" is "Apartment four B", "3rd Floor" "third Floor"; a house's name is said as names are."""
    if unit.split()[0].lower() not in lexicon.units and not any(c.isdigit() for c in unit) and not any(word.isupper() for word in unit.split()):
        return _names(unit, lexicon, slow)
    said = []
    for word in unit.split():
        if (ordinal := spoken_ordinal(word)) and word[0].isdigit():
            said.append(ordinal)
        elif word.isupper() and word.isalpha() and len(word) > 1:  # "PO", "RR"
            said.append(" ".join(word))
        else:
            said.append(wording()["units"].get(word) or (_number(word, slow, lexicon) if not word.isalpha() or len(word) == 1 else word))
    return " ".join(said)


def _names(text: str, lexicon: Lexicon, slow: bool) -> str:
    """Words of a name, short forms in full; slow: then the letters of those that may be written otherwise: "Smyth Street, S M Y T H"."""
    said: list[str] = []
    for word in text.split():
        lower = word.lower()
        if ordinal := spoken_ordinal(word) if word[0].isdigit() else "":
            said.append(ordinal)
        elif word[0].isdigit():
            said.append(_number(word, slow, lexicon))
        elif lower in lexicon.words["st"] and said[-1:] != [wording()["saint"]]:
            said.append(wording()["saint"])
        elif len(word) == 2 and lower in lexicon.directions and word.isupper():
            said.append(wording()["quadrants"][word])
        else:
            said.append(word)
    name = " ".join(said)
    letters = [" ".join(c.upper() for c in word if c.isalpha()) for word in text.split() if slow and _is_spelled(word.lower(), lexicon)]
    return ", ".join((name, *letters))


def _is_spelled(word: str, lexicon: Lexicon) -> bool:
    """Whether a caller may write the word in more than one way: no everyday word, no well-known city."""
    kinds = (lexicon.directions, lexicon.words["link"], lexicon.types, lexicon.weak_types, _number_words(), _everyday())
    return word.replace("'", "").isalpha() and len(word) > _SHORT and all(word not in kind for kind in kinds)


@cache
def _everyday() -> frozenset[str]:
    return frozenset(wording()["everyday"].split())


def _state(parts: Parts, lexicon: Lexicon) -> str:
    name = lexicon.state_names.get(parts.state, parts.state)
    if name.lower() in lexicon.city_states and not parts.suburb:
        return " ".join(parts.state)
    return " ".join(word.lower() if word.lower() in wording()["small"] else word for word in name.split())


def _postcode(postcode: str) -> str:
    """ "3121" is "three one two one", "SW1A 2AA" "S W one A, two A A"."""
    if postcode.replace("-", "").isdigit():
        return " dash ".join(say_digits(run, "en") for run in postcode.split("-"))
    return ", ".join(" ".join(cardinals()[int(c)] if c.isdigit() else c for c in half) for half in postcode.split())
