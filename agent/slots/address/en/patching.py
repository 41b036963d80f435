"""An address over several turns: what a turn adds to one begun before, and the part that it edits in one we hold.

"Richmond, three one two one"; "unit four, not fourteen"; "no, it's Smyth Street"; "Smyth with a y"; "there's no apartment".
"""

import msgspec
from rapidfuzz.fuzz import ratio

from agent.nlu.edits import Replace
from agent.nlu.utterance import Utterance
from agent.slots.address.en.characters import spelled
from agent.slots.address.en.corrections import Told, told
from agent.slots.address.en.line import Line
from agent.slots.address.en.number import house
from agent.slots.address.en.parts import Parts
from agent.slots.address.en.pieces import Pieces, affirmed, pieces
from agent.slots.address.en.postcode import numeric
from agent.slots.address.en.street_words import written
from agent.slots.address.en.talk import Talk
from agent.slots.address.places import agree
from agent.slots.address.weights import ALIKE, MOST_TOWN_WORDS

_SPELLED = 3
"""Letters that spell a word, and that a word has which may be another one's."""


def continued(before: Parts, utterance: Utterance, line: Line, part: str = "") -> tuple[Parts, Pieces] | None:
    """The address begun as `before`, with what this turn adds to it; None when the turn adds nothing. `part`: the part that was asked for."""
    if typed := _street_type(before, line):
        whole = msgspec.structs.replace(before, street_name=f"{before.street_name} {line.lexicon.types[line.norms[typed - 1]]}")
        rest = Utterance(utterance.text[line.tokens[typed - 1].end :])
        added = continued(whole, rest, Line(rest, line.lexicon), part) if typed < line.size else None
        return (added[0] if added else whole), Pieces(Parts(), typed - 1, line.size if added else typed, True)
    candidate = told(utterance, line, before, part)
    if candidate and candidate.parts and candidate.plain and not (candidate.strange and not candidate.confidence):
        after = _with(before, candidate, line.lexicon.region)
        return (after, Pieces(Parts(), candidate.start, candidate.end, True)) if after != before else None
    more = pieces(line, begun=True)
    if more is None:
        return None
    announced = any(line.isa(at, "in") or norm in line.lexicon.phrases["suburb_cue"] for at, norm in enumerate(line.norms))
    if more.parts == Parts(suburb=more.parts.suburb) and not announced and not Talk(utterance, line).is_content(more.start, more.end):
        return None  # "no complaints"
    new, old = more.parts.said(), before.said()
    again = new.keys() & old.keys()
    only_again = again == new.keys() and again != {"postcode"} and not more.labelled
    if only_again or all(old.get(name) == value for name, value in new.items()) or more.parts == Parts(postcode=before.street_number):
        return None
    return more.parts.filled_from(unslashed(before, more.parts)), more


def _street_type(before: Parts, line: Line) -> int:
    """The index after a street type, said in full, that begins the turn and completes a street without one: "Lygon" and then "street, Carlton".

    0 for none; a type goes with the words behind it when they are a name of their own ("Lane Cove", "Grove City") or say what it is ("street is").
    """
    known = line.lexicon
    street = before.street_name.casefold()
    bare = (
        bool(street) and street not in known.words["typeless"] and not any(word in known.types or word in known.weak_types for word in street.split())
    )
    at = 0
    while at < line.size and line.norms[at] not in known.types and (line.isa(at, "lead_in") or not line.norms[at][0].isalnum()):
        at += 1
    in_full = at < line.size and known.types.get(line.norm(at), "").casefold() == line.norm(at)
    if not bare or not in_full or not known.words["the"].isdisjoint(line.norms[:at]):
        return 0
    following = line.norm(at + 1)
    belongs = following in known.weak_types or following in known.types or line.isa(at + 1, "after_type")
    return 0 if belongs or (line.number_starts(at + 1) and not numeric(line, at + 1)[0]) else at + 1


def edited(current: Parts, utterance: Utterance, line: Line, part: str = "") -> tuple[Parts, Pieces] | None:
    """`current` with the part that this turn corrects; None when it corrects none. `part`: the part that was asked for."""
    candidate = told(utterance, line, current, part)
    if candidate is None:
        return None
    anew = _with(current, candidate, line.lexicon.region)
    if candidate.parts and candidate.plain:
        return anew, Pieces(Parts(), candidate.start, candidate.end, candidate.confidence)
    # "Fourteen, not ten" may as well edit a time; "Smith Road, not Smith Street" edits nothing else.
    named = any(norm in line.lexicon.types or norm in line.lexicon.units for norm in line.norms)
    for replace, labelled in ((_put_for(line, candidate.talk), named), (_respelled(current, line, candidate.talk), False)):
        if replace and (put := apply(replace, current)):
            return put, Pieces(put, 0, line.size, labelled)
    if not candidate.parts or candidate.strange or any(_is_elsewhere(current, line, candidate.talk, *denied) for denied in candidate.denied):
        return None
    return anew, Pieces(Parts(), candidate.start, candidate.end, False)


def apply(edit: Replace[str], current: Parts) -> Parts | None:
    """`current` with words put in the place of those that stand in one of its parts; None when they stand in none."""
    old = edit.old.casefold().split()
    for name in ("unit", "street_number", "street_name", "suburb"):
        said: list[str] = getattr(current, name).split()
        for at in range(len(said) - len(old) + 1):
            if [word.casefold() for word in said[at : at + len(old)]] == old:
                return msgspec.structs.replace(current, **{name: " ".join((*said[:at], edit.new, *said[at + len(old) :]))})
    return None


def opening(utterance: Utterance, line: Line) -> int:
    """The index after the words of the talk, and those before an address, that the line begins with."""
    talk, at = Talk(utterance, line), 0
    while at < line.size:
        norm = line.norms[at]
        passed = not norm[0].isalnum() or norm in line.lexicon.words["lead_in"] or norm in line.lexicon.words["leads"]
        after = max(talk.firm(at), at + passed)
        if after == at:
            break
        at = after
    return at


def _with(current: Parts, candidate: Told, region: str) -> Parts:
    """`current` with what was said; a postcode that is none of the new town's state goes with the old town."""
    after = msgspec.structs.replace(current, **candidate.parts)
    moved_away = {"suburb", "state"} <= candidate.parts.keys() and "postcode" not in candidate.parts
    return msgspec.structs.replace(after, postcode="") if moved_away and not agree(after.postcode, after.state, region) else after


def _is_elsewhere(current: Parts, line: Line, talk: Talk, first: int, last: int) -> bool:
    """Whether what is denied stands nowhere in the address: it is about something else."""
    if current.state and line.phrase(first, "states")[0] == current.state:
        return False
    old = {word.casefold() for word in _plain_words(line, first, last, talk)}
    return bool(old) and not old & {word.casefold().strip(",") for value in current.said().values() for word in value.split()}


def _put_for(line: Line, talk: Talk) -> Replace[str] | None:
    """ "X not Y": "fourteen not forty", "Fitzroy not Richmond", "road not street", "west not east"."""
    start, stop = affirmed(line)
    at, after = line.find("denial")
    new = _plain_words(line, start, stop, talk) if at >= 0 else []
    old = _plain_words(line, after, line.size if start == 0 else start, talk) if new else []
    stands = old and len(new) <= MOST_TOWN_WORDS and not all(_names_part(word, line) for word in new)
    return Replace(" ".join(old), " ".join(new)) if stands else None


def _names_part(word: str, line: Line) -> bool:
    """Whether the word only names a part, and is no street type: "not the street, the town"."""
    return word.casefold() in line.lexicon.phrases["names"] and word.casefold() not in line.lexicon.types


def _plain_words(line: Line, start: int, stop: int, talk: Talk) -> list[str]:
    """The words from `start` to `stop` as an address writes them, words of courtesy dropped: numbers as figures, types and directions in full."""
    said: list[str] = []
    at = start
    while at < stop:
        norm = line.norms[at]
        if line.is_word(at) and (after := talk.firm(at)) > at and norm not in line.lexicon.types:
            at = after
            continue
        number = house(line, at)
        if number and number.end <= stop and not number.unit:
            said.append(number.number)
            at = number.end
            continue
        if line.is_word(at) and norm not in line.lexicon.words["courtesy"] and norm not in line.lexicon.words["lead_in"] - line.lexicon.types.keys():
            tables = (line.lexicon.types, line.lexicon.weak_types, line.lexicon.directions, line.lexicon.units)
            said.append(next((table[norm] for table in tables if norm in table), "") or written(line, at))
        at += 1
    return said


def _respelled(current: Parts, line: Line, talk: Talk) -> Replace[str] | None:
    """A word said or spelled that sounds like one in the street or the town: "it's Smyth", "Smyth with a y", "it's S M Y T H"."""
    at, says, before = 0, False, line.lexicon.words["saying"] | line.lexicon.words["before_spelled"]
    while at < line.size and (line.norms[at] in before or talk.firm(at) > at or not line.tokens[at].norm[0].isalnum()):
        idiom = max(talk.any(at), at + 1)
        says = says or (idiom == at + 1 and line.isa(at, "saying"))
        at = idiom
    letters, end = spelled(line, at, line.size)
    word = letters.capitalize() if len(letters) >= _SPELLED and letters.isalpha() else ""
    if not word and line.is_word(at) and len(line.norms[at]) > _SPELLED and talk.is_content(at, at + 1):
        end = at + 1
        if line.isa(end, "with") and line.letter(end + 2) and line.letter(end + 2) in line.norms[at]:
            end, says = end + 3, True
        word = written(line, at) if says else ""
    held = [old for old in f"{current.suburb} {current.street_name}".split() if old.casefold() not in line.lexicon.types]
    alike, old = max(((_alike(word, old), old) for old in held), default=(0.0, "")) if word and line.only_courtesy(end) else (0.0, "")
    return Replace(old, word) if alike >= ALIKE and old.casefold() != word.casefold() else None


def _alike(one: str, other: str) -> float:
    return ratio(one.casefold(), other.casefold()) if one[0].casefold() == other[0].casefold() else 0.0


def moved(current: Parts, new: Parts) -> Parts:
    """A number and a street said to edit `current`: the town stays when none was said or the same again, and the unit when the street is the same."""
    same_town = not new.suburb or new.suburb.casefold() == current.suburb.casefold()
    if new.postcode or not same_town or (new.state and new.state != current.state):
        return new
    kept = Parts(suburb=current.suburb, state=current.state, postcode=current.postcode, country=current.country)
    if new.street_name == current.street_name:
        kept = msgspec.structs.replace(kept, unit=unslashed(current, new).unit)
    return new.filled_from(kept)


def unslashed(before: Parts, new: Parts) -> Parts:
    """`before` without a unit that is only the beginning of the number said now: "four hundred and twenty three" where 4/23 was understood."""
    run_together = before.unit.isdigit() and not new.unit and new.street_number == before.unit + before.street_number
    return msgspec.structs.replace(before, unit="") if run_together else before
