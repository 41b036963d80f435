"""How callers correct an address that is held, as rules, and which of their corrections is carried out (edits.py).

Kinds   given   what is right or wrong: a domain, or part of an address, with "it's" before it or not
        over    nothing more is said of an address
        edit    a typed correction that begins with words of its own: "the domain is gmail"
        told    one that begins with what is right, and so where the caller begins to say it: "tim, not tom"
        placed  the same, also behind an article or a comma: "a 7 at the end"
        again   a part said again by itself
"""

from typing import Any, NamedTuple

from agent.nlu.chart import Chunk, Grammar, Rule
from agent.nlu.edits import Deny, Patch, Replace
from agent.slots.email import weights
from agent.slots.email.addresses import AddressReader
from agent.slots.email.domains import domains, is_ending
from agent.slots.email.edits import Place, Spell, apply
from agent.slots.email.pieces import written
from agent.slots.email.rules import DOMAINS, PARTS, PROVIDED, Pieces


class Edited(NamedTuple):
    value: str
    rule: str
    start: int
    end: int


def text(said: Chunk) -> str:
    """What a chunk writes."""
    if isinstance(said.value, Chunk):
        return text(said.value)
    return written(said.value) if said.kind == "part" else str(getattr(said.value, "text", said.value))


def _patch(where: str, said: int = 0, *beside: int, added: bool = False) -> Any:
    """Makes a patch of the chunk `said` of a pattern; `beside`: which chunks stand beside it."""
    return lambda *chunks: Patch(Place(where, tuple(text(chunks[at]) for at in beside), added), text(chunks[said]))


def _replace(wrong: int, right: int) -> Any:
    return lambda *chunks: Replace(text(chunks[wrong]), text(chunks[right]))


def _corrected(_: Chunk, old: Chunk, passed: Pieces, new: Chunk, *__: Any) -> Replace[str] | None:
    return Replace(text(old), text(new)) if passed else None


def _alone(domain: Chunk, _: Chunk) -> Patch[Place] | None:
    """A domain that many have, or the name of a big provider, says by itself what it is."""
    said = text(domain)
    return Patch(Place("domain"), said) if said in domains().known or said in domains().big_names else None


def _ending_alone(ending: Chunk, _: Chunk) -> Patch[Place] | None:
    said = text(ending)
    dotted = ending.kind == "tail" and is_ending(said)
    return Patch(Place("ending"), said) if dotted or said.partition(".")[0] in domains().before_country else None


def _letters(letters: Chunk) -> Spell | None:
    """ "Double l"."""
    return Spell(letters.value, doubled=True) if len(letters.value) == 2 and len(set(letters.value)) == 1 else None


def _counted(count: Chunk, letter: Chunk) -> Spell | None:
    """ "Two l's", "one n"."""
    plural = letter.value
    told = count.value in ("1", "2") and plural[1:] in ("", "s") and plural[0].isalpha()
    return Spell(plural[0] * int(count.value), doubled=True) if told else None


def _named(provider: Chunk) -> Patch[Place] | None:
    """A provider that should be; of one in figures (139) it is not plain what they are of."""
    said = text(provider)
    return None if said.isdecimal() else Patch(Place("domain"), said)


def _single(wrong: Chunk, _: Chunk, __: Pieces, right: Chunk, ___: Chunk) -> Replace[str] | None:
    """ "Y is an i": one letter, digit or mark in the place of another."""
    one = len(str(wrong.value)) == len(str(right.value)) == 1
    return Replace(str(wrong.value), str(right.value)) if one else None


def _deny(word: Chunk, wrong: Chunk, *_: Any) -> Deny | None:
    """ "No dot", "without the au": not "no, au"."""
    plainly = word.kind == "take" or word.end > word.start + 1 or not any(map(str.isalnum, text(wrong)))
    return Deny(text(wrong)) if plainly else None


_SKIP = "articles|silent|telling|comma* !articles !telling"
_TALK = "leads|talk|asides|silent|telling|articles|-trailing|comma|stopped*"
EDITS = (
    Rule("the end", "over", "stop"),
    Rule("thanks", "over", "quiet over"),
    Rule("in the middle", "over", "trailing"),
    Rule("and that's it", "over", "closing over"),
    Rule(". thanks", "over", "stopped over"),
    Rule("at gmail", "given", "at domain|provider", lambda _, it: it, weights.DOMAIN),
    Rule("gmail com", "given", "domain", lambda it: it, weights.DOMAIN),
    Rule("tom", "given", "part", lambda it: it),
    Rule("it's, um, <given>", "given", "articles|silent|telling|comma given", lambda _, it: it.value, weights.PASSED),
    Rule("the first part is tom", "edit", "local_is !blamed given !blamed over", _patch("local", 1)),
    Rule("the domain is gmail", "edit", f"domain_is {_SKIP} at? domain|provider over", _patch("domain", -2)),
    Rule("ends in dot net", "edit", f"domain_is|ending_is {_SKIP} suffix over", _patch("ending", -2)),
    Rule("change the email to hotmail", "edit", f"change {_SKIP} cues into {_SKIP} at? domain|provider over", _patch("domain", -2)),
    Rule("change the email to dot net", "edit", f"change {_SKIP} cues into {_SKIP} suffix over", _patch("ending", -2)),
    Rule("change tom to tim", "edit", "change given into given !into", _replace(1, 3)),
    Rule("tim, not tom", "told", "given comma|silent|stopped* instead_of given", _replace(3, 0)),
    Rule("not tom, tim", "edit", f"instead_of given {_TALK} !over given", _corrected),
    Rule("not tom, hello", "edit", f"instead_of given {_TALK} mailboxes over", _corrected),
    Rule("tom should be tim", "edit", "given should_be given", _replace(0, 2)),
    Rule("y is an i", "edit", f"letters|digits|sign truly {_SKIP} letters|digits|sign over", _single),
    Rule("should be gmail", "edit", f"should_be {_SKIP} at? domain|provider !blamed over", lambda *it: _named(it[-2])),
    Rule("there's a 7 at the end", "edit", "add given goes? back", _patch("back", 1, added=True)),
    Rule("最后加个7", "edit", "add_back given over", _patch("back", 1, added=True)),
    Rule("wang后面加个7", "placed", "part add_after given over", _patch("after", 2, 0)),
    Rule("a 7 at the end before the at", "placed", "part goes? back articles* beside_at", _patch("back_of_local")),
    Rule("a 7 at the end", "placed", "part goes? back", _patch("back")),
    Rule("there's tom at the front", "edit", "add given goes? front", _patch("front", 1, added=True)),
    Rule("a dot at the front", "placed", "part goes? front", _patch("front")),
    Rule("there's a 7 before the at", "edit", "add given goes? beside_at", _patch("whole", 1, added=True)),
    Rule("tom baker before the at", "placed", "part goes? beside_at", _patch("whole")),
    Rule("a dot after tom", "placed", "part goes? after given over", _patch("after", 0, 3)),
    Rule("tom and", "ahead", "word|letters|digits linking", lambda piece, _: str(piece.value)),
    Rule("tom baker and", "ahead", "word|letters|digits|sign ahead", lambda piece, rest: f"{piece.value}{rest.value}"),
    Rule("a dot between tom and baker", "placed", "part goes? between ahead given", _patch("between", 0, 3, 4)),
    Rule("with two l's", "edit", "with digits word|letters", lambda _, count, letter: _counted(count, letter)),
    Rule("with a double l", "edit", f"with {_SKIP} letters", lambda *it: _letters(it[-1])),
    Rule("two l's", "told", "digits word|letters", _counted),
    Rule("double l", "told", "letters", _letters),
    Rule("all one word", "edit", "one_word over", lambda *_: Deny("")),
    Rule("no dot", "edit", "without sign|given out? over", _deny),
    Rule("take the dot out", "edit", "take given out over", _deny),
    Rule("no dot, tombaker", "edit", "without sign out? given", lambda _, sign, __, left: Deny(text(sign), text(left))),
    Rule("at gmail", "told", "at domain|provider !blamed over", _patch("domain", -2)),
    Rule("gmail", "told", "domain|provider !blamed over", _alone),
    Rule("dot net", "told", "suffix|tail !blamed over", _ending_alone),
    Rule("at gmail", "hosted", "at domain|provider"),
    Rule("tom at gmail", "again", "part at provider over", lambda it, _, host, __: Spell(text(it), provider=text(host))),
    Rule("tom again", "again", "part !blamed !hosted", lambda it: Spell(text(it), several=len(it.value) > 1)),
)
_ORDER = {rule.name: place for place, rule in enumerate(EDITS)}
GRAMMAR = Grammar((*DOMAINS, *PARTS, *PROVIDED, *EDITS))


def edited(reader: AddressReader, current: str) -> Edited | None:
    """`current` with the part edited that the caller names or says again; None when none is named, or it is not plain which."""
    chart, within = reader.chart, range(min(reader.count, weights.MOST_BEFORE_EDIT))
    found = [chunk for at in within for chunk in chart.at(at, "edit") if not (isinstance(chunk.value, Replace) and reader.size(at, "telling"))]
    for kind, leads in (("told", ("telling",)), ("placed", ("telling", "add", "comma", "articles")), ("again", ("telling", "comma"))):
        starts, told = {reader.past_talk(0)}, dict[tuple[str, int], Chunk]()
        for at in within:
            passed = ("articles", "silent", "telling", "comma") if at in starts else leads
            starts |= {at + size for lead in passed if (size := reader.size(at, lead))}
            if at not in starts or not chart.at(at, kind) or (kind == "again" and _is_talk(reader, at, current)):
                continue
            named = chart.end(at + reader.size(at, "at"), "provider")  # "g mail" tells of nothing else
            if not reader.any_of(named, chart.end(at, "part"), "elsewhere"):
                told |= {(chunk.rule, at if kind == "again" else 0): chunk for chunk in reversed(chart.at(at, kind))}
        found += told.values()
    for chunk in sorted(found, key=lambda it: (_ORDER[it.rule], it.start, -it.weight)):
        if chunk.value == Deny("") and not reader.is_quiet(0, chunk.start):
            continue
        if value := apply(chunk.value, current):
            return Edited(value, chunk.rule, chunk.start, chunk.end)
    return None


def _is_talk(reader: AddressReader, at: int, current: str) -> bool:
    """Whether a word at `at` is none of what is said again: an article that the address does not begin with, talk behind a comma."""
    talk = at != reader.past_talk(0) and reader.size(at, "leads", "talk") > 0
    return (talk or reader.is_article(at)) and not current.startswith(reader.norm(at))


def respelled(reader: AddressReader, value: str, at: int) -> str:
    """`value` with a word of it as the caller spells it afterwards, from token `at` on: "smith at gmail dot com, that's s m y t h"."""
    start = reader.past_quiet(at)
    letters, pieces = reader.write(start, reader.count), [*reader.pieces(start, reader.count)]
    said_so = len(pieces) == 1 or any(piece and piece.kind == "letters" and len(piece.value) > 1 for piece in pieces)
    return (apply(Spell(letters), value) if letters.isalpha() and said_so else "") or value
