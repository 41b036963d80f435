"""The street after a house number: past what a sentence puts between them, as the caller puts it right, and read the other way."""

from agent.slots.address.en.houses import past_commas
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import House
from agent.slots.address.en.number_words import ordinal_name
from agent.slots.address.en.roads import Street
from agent.slots.address.en.street import street


def street_after(line: Line, at: int, *, labelled: bool) -> Street | None:
    """The street after a house number, past what a sentence puts between them: "27, the street is Mill Lane"; `labelled`: "number 27 on it"."""
    here = past_commas(line, at)
    if labelled and line.norm(here) in ("on", "in", "at"):
        way = street(line, here + 2) if line.norm(here + 1) == "the" else None  # "on the High Street"; but "on The Street"
        way = way if way and way.kind == "typed" else street(line, here + 1)
    else:
        way = street(line, _past_street_label(line, here) or at)
    return _repaired(line, way) if way else None


def _past_street_label(line: Line, at: int) -> int:
    """The index after "the street is", "street name"; 0 where no such words stand: "27 The Street" has none."""
    here = line.past_linking(at)
    label, after = line.phrase(here, line.lexicon.street_cue)
    if line.norm(after) in ("is", ":"):
        return after + 1 if label else 0
    holds_is = bool(label) and line.norm(after - 1) != label.rpartition(" ")[2]
    return after if holds_is or " " in label else 0


def _repaired(line: Line, way: Street) -> Street:
    """The street as the caller puts it right in the same breath: "Acacia Street, no, Acacia Court"."""
    here = past_commas(line, way.end)
    if line.norm(here) not in line.lexicon.repairing:
        return way
    while line.norm(here) in line.lexicon.repairing or line.norm(here) in line.lexicon.linking or line.norm(here) == ",":
        here += 1
    other = None if line.number_starts(here) else street(line, here)
    return other if other and other.kind == "typed" and not line.lexicon.talk & {word.casefold() for word in other.name.split()} else way


def parted_ordinal(line: Line, number: House) -> tuple[str, str] | None:
    """Number and street read the other way: "three fifty fifth avenue" is 3 on 55th, or 350 on Fifth. None where only one reading is heard."""
    at = number.end
    if len(number.number) != 1 or line.is_written(at - 1) or number.unit:
        return None
    tens, end = line.figures(at)
    unit_of, whole = line.ordinal(at + 1, after_number=True)[0], line.ordinal(at, after_number=True)[0]
    both = end == at + 1 and len(tens) == 2 and tens[1] == "0" and 0 < unit_of < 10 and whole == int(tens) + unit_of
    return (number.number + tens, ordinal_name(unit_of)) if both else None
