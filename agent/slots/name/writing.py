"""How an English name is written: capitals, particles, and where a run of spelled letters falls into words."""

import unicodedata

from agent.slots.name.characters import is_written_in_han
from agent.slots.name.lists import lexicon

_VOWELS = frozenset("aeiouy")
_MARKS = frozenset(" '-.,·&()\"\u200c\u200d")
"""What stands in a name beside its letters: "Robert (Bob) O'Neill-Smith, Jr.", "玛丽·安"."""
_MOST_ON_A_LETTER = 4
"""Signs on one letter that some script writes; more are piled up to be seen."""
_MIN_PART = 3
"""Letters that a part of a spelled run must have to be cut off as a name."""


def written(name: str) -> str:
    """`name` with the capitals a person would give it. Capitals inside a word stay ("DeShawn", "McKenzie"), shouting does not ("SMITH")."""
    parts = name.split()
    return " ".join(_word(part, place, parts) for place, part in enumerate(parts))


def is_name_like(name: str) -> bool:
    """Whether it begins with a letter, and is made of letters of any script with their signs, and the marks of names."""
    signs = 0
    for character in name:
        signs = signs + 1 if unicodedata.category(character)[0] == "M" else 0
        if signs > _MOST_ON_A_LETTER or not (signs or character.isalpha() or character in _MARKS):
            return False
    return name[:1].isalpha()


def as_typed(name: str) -> str:
    """A name on one line as its writer typed it; with a person's capitals where it is in a single case, and without spaces between characters."""
    if is_written_in_han(name):
        together = name.replace(" ", "")
        return together if all(map(is_written_in_han, together)) else name
    form = written(name.lower()) if name in (name.lower(), name.upper()) else name
    return form if form not in (form.lower(), form.upper()) or written(form.lower()) == form else name  # "ß" has two capitals


def split_letters(letters: str) -> str:
    """Letters spelled in one run as words: "dannywilkins" becomes "danny wilkins" where a list has both; else the one word."""
    lists = lexicon()
    if "-" in letters or "'" in letters or lists.is_known(letters):
        return letters
    cuts = [at for at in range(len(letters) - _MIN_PART, _MIN_PART - 1, -1) if letters[:at] in lists.given]
    whole = [at for at in cuts if letters[at:] in lists.family]
    if whole:
        return f"{letters[: whole[0]]} {letters[whole[0] :]}"
    likely = [at for at in cuts if len(letters) - at > _MIN_PART and at > _MIN_PART and letters[at:] not in lists.given and len(letters) > 8]
    return f"{letters[: likely[0]]} {letters[likely[0] :]}" if likely else letters


def initials(letters: str) -> str:
    """Two letters as a name: "Jo" where a list has it or it has a vowel after a consonant, else "JR"."""
    return letters if letters in lexicon().given and _VOWELS & set(letters) else letters.upper()


def latin_parts(name: str) -> dict[str, str]:
    """Given and family name: the last word, with the particles before it and a "Jr" behind it, is the family name of two or more."""
    lists = lexicon()
    words = name.split()
    if words and words[0] in lists.written_titles.values():
        return {"family": " ".join(words[1:])}
    last = len(words) - (2 if words and words[-1] in lists.suffixes.values() else 1)
    while last > 1 and words[last - 1].islower() and words[last - 1] in lists.particles:
        last -= 1
    return {"given": " ".join(words[:last]), "family": " ".join(words[last:])} if last > 0 else {"given": name}


def _word(word: str, place: int, parts: list[str]) -> str:
    if "-" in word:
        return "-".join(_word(part, place, parts) if part else "" for part in word.split("-"))
    lists = lexicon()
    lower = word.lower()
    if lower in lists.suffixes and place and place == len(parts) - 1:
        return lists.suffixes[lower]
    if place == 0 and len(parts) > 1 and lower in lists.written_titles:
        return lists.written_titles[lower]
    if len(word) <= 2 and word.isupper():
        return word
    if not word.islower() and not word.isupper() and word[0].isupper():
        return word
    if len(word) == 2 and word.isalpha() and not _VOWELS & set(lower) and lower not in lists.family:
        return word.upper()
    if lower in lists.small and place < len(parts) - 1 and not (place and parts[0].lower() in lists.no_particle_after):
        opens = place == 0 and (lower in lists.given or not (lower == "de" or parts[1].lower() in lists.small))
        return word.capitalize() if opens else lower
    return _capital(lower)


def _capital(word: str) -> str:
    """One word in lower case, given its capitals."""
    lists = lexicon()
    head, mark, tail = word.partition("'")
    if mark and tail and head in ("o", "d", "l", "dell", "m", "n", "de"):
        return f"{head.capitalize()}'{_capital(tail)}"
    if word.startswith("mc") and len(word) > 4 and any(letter in _VOWELS for letter in word[2:]):
        return "Mc" + word[2:].capitalize()
    if word.startswith("mac") and word[3:] in lists.mac and word not in lists.given:
        return "Mac" + word[3:].capitalize()
    if word.startswith("o") and word[1:] in lists.glued_o:
        return "O'" + word[1:].capitalize()
    return word[:1].upper() + word[1:]
