"""How an English name is written: capitals, particles, and where a run of spelled letters falls into words."""

from agent.languages import words
from agent.slots.name.lists import is_known, lists, stands_in

_VOWELS = frozenset("aeiouy")
_MIN_PART = 3
"""Letters that a part of a spelled run must have to be cut off as a name."""
_MIN_GLUED = 8
"""Letters above which a spelled run is cut behind a first name, though no list has what follows."""


def titles() -> dict[str, str]:
    """The titles that are written, by the word that is said."""
    found: dict[str, str] = words("en", "name")["titles"]
    return found


def capitalised(name: str) -> str:
    """`name` with the capitals a person would give it. Capitals inside a word stay ("DeShawn", "McKenzie"), shouting does not ("SMITH")."""
    parts = name.split()
    return " ".join(_word(part, place, parts) for place, part in enumerate(parts))


def split_letters(letters: str) -> str:
    """Letters spelled in one run as words: "dannywilkins" becomes "danny wilkins" where a list has both; else the one word."""
    if "-" in letters or "'" in letters or is_known(letters):
        return letters
    cuts = [at for at in range(len(letters) - _MIN_PART, _MIN_PART - 1, -1) if stands_in(letters[:at], "given")]
    whole = [at for at in cuts if stands_in(letters[at:], "family")]
    likely = [at for at in cuts if len(letters) - at > _MIN_PART < at and not stands_in(letters[at:], "given") and len(letters) > _MIN_GLUED]
    cut = (whole or likely or [0])[0]
    return f"{letters[:cut]} {letters[cut:]}" if cut else letters


def initials(letters: str) -> str:
    """Two letters as a name: "Jo" where a list has it or it has a vowel after a consonant, else "JR"."""
    return letters if stands_in(letters, "given") and _VOWELS & set(letters) else letters.upper()


def _word(word: str, place: int, parts: list[str]) -> str:
    if "-" in word:
        return "-".join(_word(part, place, parts) if part else "" for part in word.split("-"))
    lower, suffixes, last = word.lower(), lists("en")["suffixes"], place == len(parts) - 1
    if lower in suffixes and place and last:
        return str(suffixes[lower])
    if place == 0 and not last and lower in titles():
        return titles()[lower]
    if (len(word) <= 2 and word.isupper()) or (not word.islower() and not word.isupper() and word[0].isupper()):
        return word
    if len(word) == 2 and word.isalpha() and not _VOWELS & set(lower) and not stands_in(lower, "family"):
        return word.upper()
    if stands_in(lower, "small") and not last and not (place and stands_in(parts[0].lower(), "no_particle_after")):
        opens = place == 0 and (stands_in(lower, "given") or not (stands_in(lower, "never_opens") or stands_in(parts[1].lower(), "small")))
        return word.capitalize() if opens else lower
    return _capital(lower)


def _capital(word: str) -> str:
    """One word in lower case, given its capitals."""
    led = ""
    while stands_in((cut := word.partition("'"))[0], "elided") and cut[2]:
        led, word = f"{led}{cut[0].capitalize()}'", cut[2]
    if word.startswith("mc") and len(word) > 4 and any(letter in _VOWELS for letter in word[2:]):
        return f"{led}Mc{word[2:].capitalize()}"
    if word.startswith("mac") and stands_in(word[3:], "mac") and not stands_in(word, "given"):
        return f"{led}Mac{word[3:].capitalize()}"
    if word.startswith("o") and stands_in(word[1:], "glued_o"):
        return f"{led}O'{word[1:].capitalize()}"
    return led + word[:1].upper() + word[1:]
