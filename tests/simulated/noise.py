"""What a recogniser does to an utterance: case and marks go, fillers come, a few words turn into others that sound alike."""

import re
from collections.abc import Mapping
from random import Random

import msgspec

_ALIKE: Mapping[str, tuple[str, ...]] = {
    "five": ("nine",), "nine": ("five",), "fifteen": ("fifty",), "fifty": ("fifteen",), "thirteen": ("thirty",), "thirty": ("thirteen",),
    "fourteen": ("forty",), "forty": ("fourteen",), "m": ("n",), "n": ("m",), "b": ("d", "p"), "d": ("b",), "p": ("t",), "s": ("f",), "f": ("s",),
    "six": ("sick",), "seven": ("eleven",), "tuesday": ("thursday",), "thursday": ("tuesday",), "am": ("pm",),
}  # fmt: skip
_HOMOPHONES: Mapping[str, tuple[str, ...]] = {
    "two": ("to", "too"), "four": ("for",), "eight": ("ate",), "one": ("won",), "oh": ("o",), "dot": (".",), "road": ("rd",), "street": ("st",),
}  # fmt: skip
_ALIKE_ZH: Mapping[str, str] = {"七": "一", "六": "九", "九": "六", "四": "十", "1": "7", "6": "9"}
_DIGITS = {word: str(figure) for figure, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])} | {
    "oh": "0"
}
_FILLERS = ("um", "uh", "like", "er")
_FILLERS_ZH = ("嗯", "那个", "呃")
_RUN = 3
"""Digits in a row from which recognisers write figures."""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    alternatives: tuple[str, ...] = ()
    confidence: float | None = None


def noisy(text: str, rng: Random) -> Heard:
    """One utterance as recognised: sometimes wrong, then mostly with the truth among the hypotheses and little confidence."""
    if not text:
        return Heard(text="")
    return _noisy_zh(text, rng) if any("㐀" <= letter <= "鿿" for letter in text) else _noisy_en(text, rng)


def _noisy_en(text: str, rng: Random) -> Heard:
    plain = re.sub(r"[,?!;]|\.(?=\s|$)", " ", text) if "@" not in text else text
    words = plain.lower().split()
    if rng.random() < 0.5:
        words = _in_figures(words)
    kept = [rng.choice(_HOMOPHONES[word]) if word in _HOMOPHONES and rng.random() < 0.04 else word for word in words]
    if len(kept) > 2 and rng.random() < 0.3:
        kept.insert(rng.randrange(len(kept)), rng.choice(_FILLERS))
    places = [place for place, word in enumerate(kept) if word in _ALIKE]
    right = " ".join(kept)
    if not places or rng.random() > 0.08:
        return Heard(text=right, confidence=round(rng.uniform(0.6, 0.97), 2))
    place = rng.choice(places)
    wrong = " ".join([*kept[:place], rng.choice(_ALIKE[kept[place]]), *kept[place + 1 :]])
    return Heard(text=wrong, alternatives=(right,) if rng.random() < 0.7 else (), confidence=round(rng.uniform(0.3, 0.6), 2))


def _in_figures(words: list[str]) -> list[str]:
    """Digits in a row written together, as recognisers do."""
    found: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if word in _DIGITS:
            run.append(word)
            continue
        found += ["".join(_DIGITS[one] for one in run)] if len(run) >= _RUN else run
        run = []
        found += [word] if word else []
    return found


def _noisy_zh(text: str, rng: Random) -> Heard:
    right = re.sub(r"[，。？！]", "", text)
    if rng.random() < 0.2:
        right = rng.choice(_FILLERS_ZH) + right
    places = [place for place, letter in enumerate(right) if letter in _ALIKE_ZH]
    if not places or rng.random() > 0.08:
        return Heard(text=right, confidence=round(rng.uniform(0.6, 0.97), 2))
    place = rng.choice(places)
    wrong = right[:place] + _ALIKE_ZH[right[place]] + right[place + 1 :]
    return Heard(text=wrong, alternatives=(right,) if rng.random() < 0.7 else (), confidence=round(rng.uniform(0.3, 0.6), 2))
