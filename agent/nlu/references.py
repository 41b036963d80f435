"""The reference of a booking as callers say it: "C eight two L C", "charlie 8 2 lima charlie", "C82LC", "C as in cat, eighty-two, L C".

Heard only where it was asked for, or behind a word for it ("my reference is ..."); there figures alone are another's number, since one of ours in a
thousand has no letter. What is heard has all of its characters, and none but those that
references are made of: nothing is guessed, since a guess may be another caller's.
"""

from collections.abc import Sequence
from functools import cache

from agent.languages import known, words
from agent.nlu.effort import spend
from agent.nlu.lexicon import Listed, by_first, end_of, listed
from agent.nlu.numerals.numbers import digit_group
from agent.nlu.spelling.elements import Kind, element_at
from agent.nlu.spelling.words import table as letter_words
from agent.nlu.utterance import Token, Utterance
from agent.record.booking_reference import ALPHABET, CHARACTERS

_READING = 12
"""Units of effort that it takes to read what stands at one place."""
_MOST = 60
"""Tokens behind which nobody says a reference any more."""
_FILLING = frozenset("-,./、，。#:")


def reference(utterance: Utterance, *, asked: bool) -> str:
    """The reference that was said, such as "C82LC"; "" for none. `asked`: without a word for it before."""
    code = _said(utterance, asked=asked)
    return code if asked or not code.isdigit() else ""


def _said(utterance: Utterance, *, asked: bool) -> str:
    tokens = utterance.tokens[:_MOST]
    spoken = utterance.words[:_MOST]
    named = [end for at in range(len(spoken)) if (end := end_of(spoken, at, _listed("reference")))]
    since = named[0] if named else 0
    if (asked or named) and (code := _written(tokens[since:])):
        return code
    starts = [*named, *(range(len(tokens)) if asked and not named else ())]
    at = 0
    for start in starts:
        if start < at:
            continue
        for begin in range(start, min(start + 4, len(tokens)) if named else start + 1):
            found, at = _run(tokens, begin, utterance.language("en"), asked=asked or bool(named))
            if len(found) == CHARACTERS and set(found) <= set(ALPHABET):
                return found
    return ""


def keyed(keys: str) -> str:
    """The reference that was keyed; "" where the keys are none."""
    return keys if len(keys) == CHARACTERS and set(keys) <= set(ALPHABET) else ""


def _written(tokens: Sequence[Token]) -> str:
    """The first that is written as one: "C82LC"; without a figure in it, it may be a word."""
    chunk = ""
    for place, token in enumerate(tokens):
        joined = bool(chunk) and tokens[place - 1].end == token.start
        chunk = (chunk if joined else "") + (token.norm.upper() if token.norm.isalnum() else "")
        goes_on = place + 1 < len(tokens) and tokens[place + 1].start == token.end and tokens[place + 1].norm.isalnum()
        if not goes_on and len(chunk) == CHARACTERS and set(chunk) <= set(ALPHABET) and any(one.isdigit() for one in chunk) and not chunk.isdigit():
            return chunk
    return ""


def _run(tokens: Sequence[Token], start: int, language: str, *, asked: bool) -> tuple[str, int]:
    """The characters that stand from `start` on, with no other word between, and where they end."""
    found, at = "", start
    while at < len(tokens):
        spend(_READING)
        if found and (end := _passed(tokens, at)) > at:
            at = end
            continue
        one, end = _characters(tokens, at, language, begun=bool(found), asked=asked)
        if not one or (len(found) == CHARACTERS and not set(one) <= set(ALPHABET)):  # "C 8 2 L C, I want to move it"
            break
        found, at = found + one, end
    return found, max(at, start + 1)


def _passed(tokens: Sequence[Token], at: int) -> int:
    """Behind what is said between two characters."""
    if tokens[at].norm in _FILLING:
        return at + 1
    return end_of([token.norm for token in tokens[at : at + 3]], 0, _listed("between")) + at


def _characters(tokens: Sequence[Token], at: int, language: str, *, begun: bool, asked: bool) -> tuple[str, int]:
    """What stands for characters at `at`, in capitals, and where it ends."""
    token = tokens[at]
    if _stands_alone(tokens, at):
        return token.norm.upper(), at + 1
    group, end = digit_group(tokens, at, language)
    if group and end > at:
        return group, end
    element = element_at(tokens, at, letter_words("zh" if language == "zh" else "en")) or element_at(tokens, at, letter_words("en"))
    if element is not None and element.kind in (Kind.PLAIN, Kind.NAMED, Kind.CODE):
        return element.text.upper(), element.end
    if (figure := _figures().get(token.norm)) and begun:
        return figure, at + 1
    if element is not None and element.kind is Kind.WEAK and (begun or asked):
        return element.text.upper(), element.end
    glued = token.norm.upper()
    if 1 < len(glued) <= CHARACTERS and set(glued) <= set(ALPHABET) and (token.text.isupper() or _beside_figures(tokens, at)):
        return glued, at + 1
    return "", at


def _stands_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether a letter is followed by a four that is no "for": "H 4 H K"."""
    letter, *after = (token.norm for token in tokens[at : at + 3])
    stands_for = len(after) == 2 and len(after[1]) > 1 and after[1].startswith(letter)
    return len(letter) == 1 and letter.isascii() and letter.isalpha() and bool(after) and after[0] == "4" and not stands_for


def _beside_figures(tokens: Sequence[Token], at: int) -> bool:
    """Whether the letters are written together with figures: "c82lc"."""
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    mine = tokens[at]
    return bool((before and before.is_number and before.end == mine.start) or (after and after.is_number and after.start == mine.end))


@cache
def _listed(kind: str) -> Listed:
    """One list of `appointment.toml`, of all languages, since references are said in English letters everywhere."""
    return by_first(" ".join(phrase) for language in known() for phrases in listed(language, "appointment", kind).values() for phrase in phrases)


@cache
def _figures() -> dict[str, str]:
    return {word: figure for language in known() for word, figure in words(language, "appointment")["figures"].items()}
