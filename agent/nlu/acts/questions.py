"""The caller's own questions: clauses in the form of one that no other act names ("is there parking", 可以停车吗).

Form alone makes a question, never its mark: recognisers strew those. English inverts ("does it hurt"), or asks with a word ("where are you"), or
leads in ("I was wondering if you take cash"); Mandarin ends in 吗, or holds a question word. A question about nothing but what was said and is held
("is that right", 地址对吗, "is it at two") asks to hear that again, and one that wants something changed ("can you make it Friday") is a request.
"""

from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.acts.fitting import mask
from agent.nlu.acts.grammar import slot_marks
from agent.nlu.acts.words import Unit, table


class Question(NamedTuple):
    first: int
    last: int
    """Units of the segment, `last` not included."""
    kind: str
    """"ask"; "leave", when it asks for something to be done ("can I have Thursday"); "request", when it wants something changed; "right", when it
    asks whether what is held is; "value", whether it is what is named; "tag", the same behind a statement."""


_LEAST = 3
"""English words from which a clause asks: "can you", "is it" are pieces of one."""
_REACH = 5
"""Units behind a question word within which its verb stands: "how many of your people are ..."."""
_LEAVE = "do"
"""What inverts and is leave given: "do it", "do that"."""


def find(units: Sequence[Unit]) -> Question | None:
    """The question that a segment holds, or None."""
    at = _after_leads(units)
    if at >= len(units):
        return None
    if not units[-1].words[0].isascii() or not units[at].words[0].isascii():
        return _check(units) or _mandarin(units, at)
    begins = at if _opens(units, at) else next((place for place in range(at + 1, len(units)) if _turns(units, place)), -1)
    if begins < 0 or sum(len(unit.words) for unit in units[at:]) < _LEAST:
        return _tag(units)
    if _is_request(units[begins:]):
        return Question(begins, len(units), "request")
    if judges := _judges(units[begins:]):
        if begins == at or all(unit.marks for unit in units[at:begins]):
            return Question(begins, len(units), judges) if judges != "fits" else None
        if judges == "right" and units[-1].marks & mask("truth"):  # "it's at two is that right"
            return Question(begins, len(units), "tag")
        begins = at  # "she's only ten weeks, is that ok" asks about her age
    if units[begins].marks & mask("states") and units[begins + 1].words[0] in table("single")["pointing"]:
        return Question(begins, len(units), "value")
    return Question(begins, len(units), "leave" if units[begins].marks & mask("able") else "ask")


def _after_leads(units: Sequence[Unit]) -> int:
    """Where the clause begins behind answers, fillers and greetings: "yes, but by the way ..."."""
    at = 0
    while at < len(units) and units[at].marks & mask("filler", "yes", "no", "ok", "but", "thanks", "greet", "hold_on", "quality"):
        if not units[at].words[0].isascii() and units[at].marks & mask("able"):  # 可以停车吗 begins with its verb
            break
        at += 1
    return at


def _opens(units: Sequence[Unit], at: int) -> bool:
    """Whether a question begins here."""
    unit = units[at]
    if len(unit.words) > 2 and unit.marks & mask("wh"):
        return unit.words[-1] in table("single")["checking"] and not any(later.marks & mask("not") for later in units[at:])  # "are you sure"
    if unit.marks & mask("there_is", "inquiry"):
        return True
    if unit.words[0] in table("inverting")["verbs"]:
        return _inverts(units, at)
    if not unit.marks & mask("wh") or len(unit.words) > 1:
        return False
    if unit.words[0] in table("single")["asks_alone"] and at + 1 < len(units) and not units[at + 1].marks & mask("pronoun", "i"):
        return True
    return any(
        later.words[0] in table("inverting")["verbs"] and _inverts(units, place)
        for place, later in list(enumerate(units))[at + 1 : at + _REACH]
        if not any(between.marks & mask("pronoun") for between in units[at + 1 : place])
    )


def _inverts(units: Sequence[Unit], at: int) -> bool:
    """Whether a verb stands before its subject here: "do you", "isn't that", "is your work"."""
    verb = units[at].words[0]
    if len(units[at].words) > 1:  # an idiom: "are you", "do I need to"
        return units[at].words[1] in table("inverting")["subjects"] and not _is_leave(verb, units[at].words[1])
    subject = next((place for place in range(at + 1, min(at + 3, len(units))) if not units[place].marks & mask("not")), -1)
    if subject < 0 or subject + 1 >= len(units) + (subject > at + 1):
        return False
    follows = units[subject]
    if follows.marks & mask("pronoun", "you", "i", "someone", "person") or follows.words[0] in table("inverting")["articles"]:
        return not _is_leave(verb, follows.words[0]) and (len(units) - at > 2 or len(follows.words) > 1)
    return verb in table("single")["before_nouns"] and not follows.marks and follows.words[0].isalpha() and len(units) - subject > 1


def _is_leave(verb: str, following: str) -> bool:
    return verb == _LEAVE and following in table("single")["pointing"]


def _turns(units: Sequence[Unit], place: int) -> bool:
    """Whether a question begins behind a statement: "my sink is blocked do you do sinks", "... but how long is it"."""
    before, unit = units[place - 1], units[place]
    if before.marks & mask("but") or before.words[0] in table("single")["joins_clauses"]:
        return _opens(units, place)
    ended = not before.marks or before.marks & mask("quality", "truth", "thanks")
    if unit.marks & mask("inquiry"):
        return True
    subject = units[place + 1] if place + 1 < len(units) else None
    verb = unit.words[0] in table("inverting")["verbs"]
    if verb and len(unit.words) > 1:
        return bool(ended and _inverts(units, place))
    return bool(ended and verb and subject and subject.marks & mask("pronoun") and _inverts(units, place))


def _is_request(units: Sequence[Unit]) -> bool:
    """Whether something is to be changed by it: "can you make it Friday", "could we do a bit later"."""
    asks_leave = any(unit.marks & mask("able") or unit.words[0] in table("single")["asks_leave"] for unit in units[:1])
    return asks_leave and any(unit.marks & mask("remake", "change", "instead", "actually", "shifted", "help") for unit in units)


def _judges(units: Sequence[Unit]) -> str:
    """ "right" when it asks no more than whether what is held is ("is that right", "are you sure"), "fits" when whether it suits, else ""."""
    first, single, fits = units[0], table("single"), mask("truth", "quality", "wrong", "unfit")
    checks = any(word in single["checking"] for unit in units for word in unit.words)
    named = sum(unit.marks == 0 and unit.words[0] not in single["checking"] for unit in units)
    other = first.marks & mask("there_is") or (first.marks & mask("wh") and not checks and first.words[0] not in table("inverting")["verbs"])
    if other or named > bool(units[-1].marks & mask("truth", "wrong")):  # "has the address come through right"
        return ""
    leave = any(unit.marks & mask("able", "bot", "change") and not unit.marks & mask("truth") for unit in units)
    right = checks or (not leave and first.words[0] not in single["asks_leave"] and any(unit.marks & fits for unit in units[1:]))
    return "right" if right else "fits" if any(unit.marks & (fits | mask("yes", "ok", "assent", "care")) for unit in units[1:]) else ""


def _tag(units: Sequence[Unit]) -> Question | None:
    """What a tag asks behind a statement: "the address is right isn't it", "it's all correct is it", "it's at two right"."""
    size = 3 if len(units) > 3 and any(word in table("single")["not"] for word in units[-2].words) else 2
    turned = len(units) > size and units[-size].marks & mask("aux") and units[-1].marks & mask("pronoun")
    before = units[:-size] if turned else units[:-1] if units[-1].words[-1] in table("single")["tags"] else ()
    if not before or not before[-1].marks:
        return Question(len(before), len(units), "tag") if before else None
    judged = before if turned else before[-1:] if any(unit.marks & mask("aux") for unit in before) else ()
    return Question(0, len(units), "right") if any(unit.marks & mask("truth", "quality", "wrong") for unit in judged) else None


def _check(units: Sequence[Unit]) -> Question | None:
    """Whether what is held is right, in Mandarin: 地址对不对, 你确定吗, 没错吧, 是两点吗."""
    truth, single = mask("truth", "wrong"), table("single")
    asks = any(unit.marks & mask("tail") for unit in units) or (
        units[-1].words[0] in single["tags"] and any(one.marks & truth for one in units[-2:-1])
    )
    judges = any(unit.marks & truth for unit in units)
    checks = judges or any("".join(unit.words) in single["checking"] for unit in units)
    if not asks or not (checks or units[0].marks & mask("states")) or any(unit.marks & mask("wh", "change", "shifted") for unit in units):
        return None
    named = sum(unit.marks == 0 for unit in units)
    return Question(0, len(units), "right" if checks and named <= judges else "value") if checks or named else None


def _mandarin(units: Sequence[Unit], at: int) -> Question | None:
    """可以停车吗, 你们在哪里, 要不要带钥匙: by its last word, or a question word in it; 改到五点可以吗 wants a change, 会提前打电话吗 does not."""
    rest = units[at:]
    last = next((place for place in range(len(rest) - 1, -1, -1) if rest[place].words[0] not in table("single")["trailing"]), -1)
    if last < 1:
        return None
    foretells = any("".join(unit.words) in table("single")["foretelling"] for unit in rest)
    form = rest[last].marks & mask("tail") or any(unit.marks & mask("wh", "why", "aux", "supposed") for unit in rest)
    if not form:
        return None
    if any(unit.marks & mask("change", "fix", "instead", "shifted") for unit in rest) and not foretells:
        return Question(at, len(units), "request")
    tells = any(unit.marks & mask("wh", "bot", "supposed") for unit in rest) or (foretells and any(unit.marks & mask(*slot_marks()) for unit in rest))
    if all(unit.marks for unit in rest) and not tells:  # 这样可以吗
        return None
    return Question(at, len(units), "ask")
