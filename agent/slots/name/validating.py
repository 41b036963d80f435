"""Whether something is a name, and the form it is held in."""

import unicodedata

from agent.nlu.candidates import Context
from agent.record.characters import one_line
from agent.record.reasons import Reason
from agent.slots.name.en_lexicon import lexicon
from agent.slots.name.writing import capitalised
from agent.slots.name.zh_characters import characters, is_written_in_han

_MAX_CHARS = 80
"""Longer texts are a sentence, or a joke."""
_MARKS = frozenset(" '-.,·&()\"\u200c\u200d")
"""What stands in a name beside its letters: "Robert (Bob) O'Neill-Smith, Jr.", "玛丽·安"."""
_MOST_ON_A_LETTER = 4
"""Signs on one letter that some script writes; more are piled up to be seen."""


def validate(value: str, context: Context) -> Reason | None:
    """NOT_A_NAME for digits, marks of no name and placeholders ("null"), TOO_SHORT and TOO_LONG; else None."""
    letters = sum(character.isalpha() for character in value)
    if not _is_name_like(value.strip()) or value.strip().lower() in lexicon().refused or value.strip() in characters().refused:
        return Reason.NOT_A_NAME
    if len(value) > _MAX_CHARS:
        return Reason.TOO_LONG
    return Reason.TOO_SHORT if letters == 1 and not is_written_in_han(value) else None


def written(value: str, context: Context) -> str | Reason:
    """The name as it was written; in a single case, with the capitals a person would give it."""
    form = _as_typed(one_line(value))
    return validate(form, context) or form


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
