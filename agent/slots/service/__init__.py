"""Service: which of the things on offer the caller wants.

Heard      its name, another word for it, what is wrong ("my drain is blocked"), its place in what was read out ("the second one"), its price.
Held       `Service.id`.
Read back  its name in the call's language.

Two services that fit equally are asked about, never chosen between; what is not on the list is not heard.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from agent.business import Service, in_language
from agent.hearing import Context, Heard, Slot
from agent.languages import words
from agent.reasons import Reason
from agent.slots.service.choice import Pick, listed, pick
from agent.slots.service.indexing import Match, index, matches, offers
from agent.slots.service.vocabulary import stem, thesaurus
from agent.text import Said

LEAST = 0.38
"""Share of a name that must be met when the service was asked for."""
PLAIN = 0.8
"""... and to be taken when something else was."""
AS_GOOD = 0.12
"""Scores this near to the best are as good."""
MOST_OPTIONS = 3
_REACH = 5
"""Words that a negator takes back at most."""


def hear(said: Said, context: Context) -> Sequence[Heard]:
    """Every service the caller may mean, best first; `options` where several fit equally."""
    if not said or not context.services:
        return ()
    barred = _taken_back(said)
    found = matches(said.words, index(offers(context.services)), barred)
    strong = [match for match in found if match.score >= LEAST]
    if not (strong and strong[0].score >= PLAIN) and (picked := pick(said, context)):
        return _picked(picked, said, context)
    if not strong:
        return _other_of_two(said, context, barred) or _shared(said, context, barred)
    return _heard(strong, said, context)


def check(value: str, context: Context) -> Reason | None:
    """Reason.NOT_OFFERED for an id that no service on offer has."""
    return None if _by_id(value, context) else Reason.NOT_OFFERED


def read_back(value: str, context: Context, slow: bool) -> str:
    """The service's name in the call's language; the id itself when it is not offered."""
    service = _by_id(value, context)
    return in_language(service.name, context.language) if service else value


def parts(value: str, context: Context) -> Mapping[str, str]:
    return {}


def _by_id(value: str, context: Context) -> Service | None:
    return next((service for service in context.services if service.id == value), None)


def _picked(picked: Pick, said: Said, context: Context) -> Sequence[Heard]:
    if not context.asks("service") and not (picked.plain and picked.rule != "place"):  # "the second one" may be any list's
        return ()
    span = (said.tokens[picked.first].start, said.tokens[picked.last - 1].end)
    return (Heard(value=picked.service.id, rule=picked.rule, span=span, sure=0.8 if picked.plain and context.asked is None else 0.6),)


def _heard(strong: Sequence[Match], said: Said, context: Context) -> Sequence[Heard]:
    """The matches as values: the best alone, or with those that fit as well by other words."""
    best = strong[0]
    rivals = [best]
    for match in strong[1:]:
        near = best.score - match.score <= AS_GOOD and not (best.named and not match.named and match.tokens & best.tokens)
        if near and not match.tokens < best.tokens and (match.weight >= best.weight * 0.75 or not match.tokens & best.tokens):
            rivals.append(match)
    longer = [match for match in strong[1:] if best.tokens < match.tokens and match.named >= best.named and best.score - match.score <= AS_GOOD]
    if longer:
        rivals = [longer[0]]
    ids = [context.services[match.service].id for match in rivals[:MOST_OPTIONS]]
    first = rivals[0]
    ambiguous = len(ids) > 1
    places = sorted(first.tokens)
    span = (said.tokens[places[0]].start, said.tokens[places[-1]].end)
    sure = 0.5 if ambiguous else min(0.95, first.score) if first.score >= PLAIN else min(0.75, 0.3 + first.score / 2)
    heard = [Heard(value=ids[0], rule="words", span=span, sure=sure, options=tuple(ids) if ambiguous else ())]
    rest = [match for match in strong if match not in rivals]
    heard += [Heard(value=context.services[match.service].id, rule="words", span=span, sure=match.score / 2) for match in rest[:MOST_OPTIONS]]
    return tuple(heard)


def _other_of_two(said: Said, context: Context, barred: frozenset[int]) -> Sequence[Heard]:
    """ "Not the former": of two services read out, the other one."""
    if not barred or not context.asks("service"):
        return ()
    among = listed(context)
    if len(among) != 2:
        return ()
    first, second = sorted(barred)[0], sorted(barred)[-1]
    spoken = Said(said.between(first, second + 1))
    denied = pick(spoken, context)
    named = matches(spoken.words, index(offers(among)))
    gone = denied.service if denied else among[named[0].service] if named and named[0].score >= LEAST else None
    if gone is None:
        return ()
    other = among[1] if gone is among[0] else among[0]
    return (Heard(value=other.id, rule="the other", span=(said.tokens[first].start, said.tokens[second].end), sure=0.5),)


def _shared(said: Said, context: Context, barred: frozenset[int]) -> Sequence[Heard]:
    """ "Just a cleaning": the few services that have the word, when nothing else was said."""
    known = thesaurus()
    if not context.asks("service") or not all(stem(word) in known.general or word in known.stop or not word[0].isalnum() for word in said.words):
        return ()
    found = matches(said.words, index(offers(context.services)), barred, loosely=True)
    if not 1 <= len(found) <= MOST_OPTIONS:
        return ()
    ids = tuple(context.services[match.service].id for match in found)
    return (Heard(value=ids[0], rule="shared word", span=(0, len(said.text)), sure=0.4, options=ids if len(ids) > 1 else ()),)


@cache
def _negators(language: str) -> tuple[frozenset[tuple[str, ...]], frozenset[str]]:
    """What takes back, as words, and what ends its reach."""
    table = words(language, "service")
    return frozenset(Said(phrase).words for phrase in table["negators"]), frozenset(table["negation_ends"])


def _taken_back(said: Said) -> frozenset[int]:
    """The tokens that a negator takes back: those after it, up to a mark, a word that turns to what is wanted, or `_REACH` words."""
    negators, ends = _negators("zh" if said.has_han else "en")
    longest = max(len(phrase) for phrase in negators)
    spoken, barred = said.words, set[int]()
    for at in range(len(spoken)):
        for size in range(1, longest + 1):
            if spoken[at : at + size] not in negators or _tells(spoken, at, size):
                continue
            for place in range(at + size, min(at + size + _REACH, len(spoken))):
                if not spoken[place][0].isalnum() or spoken[place] in ends:
                    break
                barred.add(place)
    return frozenset(barred)


def _tells(spoken: Sequence[str], at: int, size: int) -> bool:
    """Whether a "not" tells what is wrong ("has not arrived") and refuses nothing ("it's not the tap")."""
    known = thesaurus()
    after = spoken[at + size] if at + size < len(spoken) else ""
    return at > 0 and spoken[at - 1] in known.verbs and after not in known.articles


SERVICE = Slot(name="service", hear=hear, check=check, read_back=read_back, parts=parts)
