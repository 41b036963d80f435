"""What the dialogue asks of the words around an address: which part the caller calls wrong, and which of two readings of a number was meant."""

from collections.abc import Sequence

from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.slots.address.corrections import told
from agent.slots.address.edits import parse
from agent.slots.address.line import Line
from agent.slots.address.model import Parts
from agent.slots.address.number import house
from agent.slots.address.part_words import part_words
from agent.slots.address.unit import unit
from agent.slots.address.words import lexicon


def named_part(utterance: Utterance, context: Context) -> str:
    """The first part of the address that is spoken of and not said anew: "number", "street", "town", "postcode", "unit", "state"; "" for none.

    "The suburb's wrong", "just the number", "it's the zip code"; not "the suburb is Kew", and not "the suburb is fine".
    """
    known = lexicon(context.region)
    candidate = told(utterance, Line(utterance, known), parse(context.current or context.partial, known), context.part)
    return candidate.named[0] if candidate and candidate.named and not candidate.parts and not candidate.strange else ""


def readings_meant(utterance: Utterance, options: Sequence[str], context: Context) -> tuple[int, ...]:
    """The places of those `options` that the number said may mean; () when it says nothing of their numbers.

    "One hundred and eighteen", and figures said one by one, are 118 and not 1/18; "one slash eighteen" and "unit one" are 1/18; "one eighteen" may be
    either, however often it is said.
    """
    if not options:
        return ()
    known = lexicon(context.region)
    line = Line(utterance, known)
    numbers = [_number(parse(option, known)) for option in options]
    for at in range(line.size):
        for reading in _readings(line, at):
            if meant := tuple(place for place, number in enumerate(numbers) if number in reading):
                return meant
    return _by_unit(line, numbers)


def _number(parts: Parts) -> tuple[str, str]:
    """The figures of the unit, and the house number."""
    return parts.unit.rpartition(" ")[2], parts.street_number


def _readings(line: Line, at: int) -> Sequence[set[tuple[str, str]]]:
    """The (unit, number) that the words at `at` may say."""
    text, end, runs_on = unit(line, at, before_number=True)
    if text or runs_on:
        after = end + (line.norm(end) in (",", "/", "slash", "at"))
        after = line.phrase(after, line.lexicon.number_cue)[1]
        number = None if runs_on else house(line, after)
        if number:
            return [{(text.rpartition(" ")[2], number.number)}]
        number = house(line, at + 1, unit_said=True)  # "unit one eighteen"
        return [{(number.unit, number.number)}] if number else []
    number = house(line, at) if line.number_starts(at) else None
    return [{(number.unit, number.number), *([number.other] if number.other else [])}] if number else []


def _by_unit(line: Line, numbers: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """What is meant by "it's a unit", "with a slash", "there's no unit"."""
    words = part_words()
    units = [at for at in range(line.size) if line.norms[at] in line.lexicon.units or line.phrase(at, line.lexicon.slash)[1] > at]
    if not units:
        return ()
    flat_said = house(line, units[0] + 1)
    if flat_said:
        return tuple(place for place, (flat, _) in enumerate(numbers) if flat == flat_said.number)
    none = any(line.phrase(at, words.none)[1] == units[0] for at in range(units[0]))
    meant = tuple(place for place, (flat, _) in enumerate(numbers) if bool(flat) is not none)
    return meant if len(meant) < len(numbers) else ()
