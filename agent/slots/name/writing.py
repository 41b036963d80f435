"""How an English name is written: capitals, particles, and where a run of spelled letters falls into words."""

from agent.slots.name.en_lexicon import lexicon

_VOWELS = frozenset("aeiouy")
_MIN_PART = 3
"""Letters that a part of a spelled run must have to be cut off as a name."""


def capitalised(name: str) -> str:
    """`name` with the capitals a person would give it. Capitals inside a word stay ("DeShawn", "McKenzie"), shouting does not ("SMITH")."""
    parts = name.split()
    return " ".join(_word(part, place, parts) for place, part in enumerate(parts))


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
    led = ""
    while (cut := word.partition("'"))[0] in lists.elided and cut[2]:
        led, word = f"{led}{cut[0].capitalize()}'", cut[2]
    if word.startswith("mc") and len(word) > 4 and any(letter in _VOWELS for letter in word[2:]):
        return f"{led}Mc{word[2:].capitalize()}"
    if word.startswith("mac") and word[3:] in lists.mac and word not in lists.given:
        return f"{led}Mac{word[3:].capitalize()}"
    if word.startswith("o") and word[1:] in lists.glued_o:
        return f"{led}O'{word[1:].capitalize()}"
    return led + word[:1].upper() + word[1:]
