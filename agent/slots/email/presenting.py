"""E-mail addresses as we say them."""

from itertools import groupby

from agent.languages import words
from agent.nlu.candidates import Context
from agent.nlu.spelling.letters import spoken_letters
from agent.nlu.utterance import Utterance
from agent.slots.email.domains import domains
from agent.slots.email.extracting import extract

_VOWELS = frozenset("aeiouy")


def present(value: str, context: Context, slow: bool) -> str:
    """The address as spoken: "john dot doe at gmail dot com"; slow: "J, O, H, N, dot, D, O, E, at gmail dot com"."""
    spoken = _say(value, context.language, spelled=slow)
    if slow or _hears(spoken, value, context):
        return spoken
    return _say(value, context.language, spelled=True)


def _hears(spoken: str, value: str, context: Context) -> bool:
    """Whether our own words would be understood as the value."""
    listening = Context(language=context.language, region=context.region, now=context.now, asked=frozenset({"email"}))
    found = extract(Utterance(spoken), listening)
    return bool(found) and found[0].value == value


def _say(address: str, language: str, *, spelled: bool) -> str:
    """The address in words: "john dot doe at gmail dot com"; `spelled`: "J, O, H, N, dot, D, O, E, at gmail dot com"."""
    data = words(language, "email")["say"]
    local, at, domain = address.rpartition("@") if "@" in address else (address, "", "")
    known = domain in domains().known
    pause = data["pause"]
    before = (pause if spelled else " ").join(_said(local, language, spelled=spelled))
    if not at:
        return before
    labels = (_said(label, language, spelled=spelled and not known, domain=True) for label in domain.split("."))
    parting = pause if spelled and not known else " "
    after = f" {data['marks']['.']} ".join(parting.join(said) for said in labels)
    return f"{before}{pause if spelled else ' '}{data['at']} {after}".strip()


def _said(text: str, language: str, *, spelled: bool, domain: bool = False) -> list[str]:
    """Words, letters, digits and marks of one side of the "at", in order."""
    data = words(language, "email")["say"]
    spoken: list[str] = []
    for kind, group in groupby(text, key=_kind):
        run = "".join(group)
        if kind == "mark":
            spoken += [data["marks"].get(mark, mark) for mark in run]
        elif kind == "digit":
            spoken += [data["digits"][int(digit)] for digit in run]
        elif (not spelled or (domain and run == text and run in domains().endings)) and _is_word(run, last=domain and run == text):
            spoken.append(run)
        else:
            spoken.append(spoken_letters(run, language, False) if spelled else " ".join(run.upper()))
    return spoken


def _kind(character: str) -> str:
    if character.isascii() and character.isdecimal():
        return "digit"
    return "letter" if character.isalpha() else "mark"


def _is_word(run: str, *, last: bool = False) -> bool:
    """Whether letters are said as a word: what has a vowel, and is no name that everybody spells."""
    if run in domains().spelled:
        return False
    return last or (bool(_VOWELS.intersection(run)) and len(run) > 1) or run in domains().endings
