"""Whether something is a name, and the form it is held in."""

import unicodedata

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.record.characters import one_line
from agent.record.reasons import Reason
from agent.slots.name.extracting import extract
from agent.slots.name.lists import is_known, is_written_in_han, stands_in
from agent.slots.name.writing import capitalised

_MAX_CHARS = 80
"""Longer texts are a sentence, or a joke."""
_MARKS = frozenset(" '-.,·&()\"\u200c\u200d")
"""What stands in a name beside its letters: "Robert (Bob) O'Neill-Smith, Jr.", "玛丽·安"."""
_MOST_ON_A_LETTER = 4
"""Signs on one letter that some script writes; more are piled up to be seen."""


def validate(value: str, context: Context) -> Reason | None:
    """NOT_A_NAME for digits, marks of no name and placeholders ("null"), TOO_SHORT and TOO_LONG; else None."""
    letters = sum(character.isalpha() for character in value)
    if not _is_name_like(value.strip()) or stands_in(value.strip().lower(), "refused"):
        return Reason.NOT_A_NAME
    if len(value) > _MAX_CHARS:
        return Reason.TOO_LONG
    return Reason.TOO_SHORT if letters == 1 and not is_written_in_han(value) else None


def written(value: str, context: Context) -> str | Reason:
    """The name as it was written; in a single case, with the capitals a person would give it."""
    line = one_line(value)
    form = _as_typed(line)
    return validate(form, context) or (Reason.NOT_A_NAME if _is_sentence(line, context) else form)


def _is_sentence(line: str, context: Context) -> bool:
    """Whether it says a name as a caller does, "it's Bob Stone", 我叫王宝强: by words that no list of names has, not written as names are."""
    found = next(iter(extract(Utterance(line), context)), None)
    if found is None:
        return False
    if is_written_in_han(found.value):
        return found.value != line.replace(" ", "")
    name = found.value.casefold().split()
    single = line in (line.lower(), line.upper())
    around = [word for word in line.replace(",", " ").split() if word.casefold() not in name]
    if any(is_known(word.casefold()) for word in around):
        return False
    # Where all is in one case, one such word may be a name that no list has: "IM KIM".
    return any("'" in word for word in around) or (len(around) > 1 if single else any(map(str.islower, around)))


def _is_name_like(name: str) -> bool:
    """Whether it begins with a letter, and is made of letters of any script with their signs, and the marks of names."""
    signs = 0
    for character in name:
        signs = signs + 1 if unicodedata.category(character)[0] == "M" else 0
        if signs > _MOST_ON_A_LETTER or not (signs or character.isalpha() or character in _MARKS):
            return False
    return name[:1].isalpha()


def _as_typed(name: str) -> str:
    """A name on one line as its writer typed it; with a person's capitals where it is in a single case, and without spaces between characters."""
    if is_written_in_han(name):
        together = name.replace(" ", "")
        return together if all(map(is_written_in_han, together)) else name
    form = capitalised(name.lower()) if name in (name.lower(), name.upper()) else name
    return form if form not in (form.lower(), form.upper()) or capitalised(form.lower()) == form else name  # "ß" has two capitals
