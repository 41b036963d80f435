"""Name: whom the booking is for, as the person writes it.

Heard      "my name is Mary O'Neill", a bare name between fillers, first and last name apart, spelled names; 我叫王宝强, 免贵姓王, 弓长张.
Held       "Mary-Anne O'Neill", "王宝强".
Read back  the name; slowly: each word with its letters, each character with a word that has it.
Sources    lists of names: the head of `languages/<lang>/names.toml` says whence; everything else is grammar over `languages/<lang>/name.toml`.

en.py and zh.py listen; words.py judges which words may be of an English name and phrase.py reads one where it stands, zh_reader.py a Mandarin
one; edits.py and told.py put single letters and characters right; joining.py puts what was said apart together, replacing.py sets a part
against the held one, naming.py hears under whose name a booking stands; writing.py gives a name its capitals.
"""

from collections.abc import Mapping, Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.spelling.letters import spoken_letters
from agent.nlu.utterance import Utterance
from agent.record.characters import one_line
from agent.record.reasons import Reason
from agent.slots.descriptor import Slot
from agent.slots.name.characters import han_parts, is_refused, is_written_in_han, spoken_characters
from agent.slots.name.en import hear_english
from agent.slots.name.lists import lexicon
from agent.slots.name.writing import as_typed, is_name_like, latin_parts
from agent.slots.name.zh import hear_mandarin
from agent.slots.name.zh_pauses import with_pauses

_MAX_CHARS = 80


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every name the utterance may hold, the caller's own first; somebody else's ("my mum, Joan") with the rule "other_person" and low
    `confidence`."""
    if not utterance.has_han:
        return [_said_once(heard) for heard in hear_english(utterance, context)]
    paused = with_pauses(utterance)
    if paused is None:
        return hear_mandarin(utterance, context)
    return [msgspec.structs.replace(heard, span=(0, len(utterance.text))) for heard in hear_mandarin(paused, context)]


def _said_once(candidate: Candidate) -> Candidate:
    """The name without the word that was said again before it was spelled: "ethan cooper cooper is spelled c o o p e r"."""
    *before, last = candidate.value.split() or [""]
    return msgspec.structs.replace(candidate, value=" ".join(before)) if before and before[-1].casefold() == last.casefold() else candidate


def validate(value: str, context: Context) -> Reason | None:
    """NOT_A_NAME for digits, marks of no name and placeholders ("null"), TOO_SHORT and TOO_LONG; else None."""
    letters = sum(character.isalpha() for character in value)
    if not is_name_like(value.strip()) or value.strip().lower() in lexicon().refused or is_refused(value.strip()):
        return Reason.NOT_A_NAME
    if len(value) > _MAX_CHARS:
        return Reason.TOO_LONG
    return Reason.TOO_SHORT if letters == 1 and not is_written_in_han(value) else None


def written(value: str, context: Context) -> str | Reason:
    """The name as it was written; in a single case, with the capitals a person would give it."""
    form = as_typed(one_line(value))
    return validate(form, context) or form


def present(value: str, context: Context, slow: bool) -> str:
    """The name; slowly: "Mary, M, A, R, Y. Smyth, S, M, Y, T, H", or "王宝强，国王的王，宝贝的宝，强大的强"."""
    if not slow:
        return value
    if is_written_in_han(value):
        return spoken_characters(value)
    comma, stop = ("，", "。") if context.language == "zh" else (", ", ". ")
    return stop.join(comma.join((word, spoken_letters(word, context.language, False))) if len(word) > 1 else word for word in value.split())


def parts(value: str, context: Context) -> Mapping[str, str]:
    """Given and family name, where they can be told apart; a name of one word is the given name, behind a title the family name."""
    if is_written_in_han(value):
        return han_parts(value)
    return latin_parts(value)


NAME = Slot(name="name", extract=extract, validate=validate, present=present, written=written, parts=parts)
