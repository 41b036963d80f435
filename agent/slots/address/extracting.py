"""Which reader an utterance is for: Mandarin where it has Chinese characters, else English."""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.characters import one_line
from agent.record.reasons import Reason
from agent.slots.address.en import extracting as english
from agent.slots.address.validating import is_address_like, validate
from agent.slots.address.weights import UNMISTAKABLE
from agent.slots.address.zh import extracting as mandarin
from agent.slots.address.zh.grammar import is_chinese

NAME = "address"


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every address the hypothesis may hold, best first. A part of one is heard when the address was asked for, begun, or is being edited."""
    if not utterance:
        return ()
    asked = NAME in context.asked
    found: Sequence[Candidate] = ()
    if utterance.has_han:
        found = mandarin.extract(utterance, context, asked=asked)
        utterance = _latin(utterance)
    chinese = {name: "" for name in ("partial", "value") if is_chinese(getattr(context.held, name))}
    if chinese and not found:
        context = msgspec.structs.replace(context, held=msgspec.structs.replace(context.held, **chinese))
    if not found and utterance:
        found = english.extract(utterance, context, asked=asked)
    return [candidate for candidate in found if candidate.confidence >= UNMISTAKABLE or context.asks(NAME)]


def written(value: str, context: Context) -> str | Reason:
    """One line, as the country writes it; as it was typed, where reading it would leave something out."""
    line = one_line(value)
    form = _read(line, context) if is_address_like(line) else line
    form = form if _read(form, context) == form and validate(form, context) is None else line
    return validate(form, context) or form


def _read(line: str, context: Context) -> str:
    """The address that the whole of the line is; the line itself when it is read as less, or as several."""
    best = next(iter(extract(Utterance(line), context)), None)
    whole = best is not None and best.whole and not best.options
    left = line[: best.span[0]] + line[best.span[1] :] if best else line
    return best.value if best and whole and not any(character.isalnum() for character in left) else line


def _latin(utterance: Utterance) -> Utterance:
    """What is left for English when a Mandarin turn names no address: each Chinese character parts like a comma, and places stay."""
    text = "".join("," if is_chinese(c) else c for c in utterance.text)
    return Utterance(text if any(c.isalpha() for c in text) else "")
