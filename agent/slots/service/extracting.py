"""The services an utterance asks for: picked from a list, named, meant by other words, or several at once."""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.service.choice import Pick, listed, pick
from agent.slots.service.indexing import index, offers
from agent.slots.service.matching import Match, Reading, matches, read
from agent.slots.service.scope import conjunctions, is_wished_for, scope
from agent.slots.service.vocabulary import stem, thesaurus

LEAST = 0.38
"""Share of a name that must be met when the service was asked for."""
PLAIN = 0.8
"""... and to be taken when something else was."""
AS_GOOD = 0.12
"""Scores this near to the best are as good."""
BOTH = 0.6
"""Score of what is wanted besides another thing, by words of the same meaning; and of a meaning that is taken without being read back."""
MOST_OPTIONS = 3
_MOST_WISHES = 6
"""Places between wishes that are looked at; who says "and" more often tells a story."""
_BESIDE = 0.7
"""How sure a service is that was heard where something else was asked for, and may be somebody's name."""
_TO_CONFIRM = 0.5
"""How sure one is that is only to be read back: asked for as something we may not have, or told by its description; and the first of several."""
_PICKED, _PICKED_MAYBE = 0.8, 0.6
"""How sure one is that was picked from a list, and that may have been picked from another list."""
_SURE, _SURE_OF_PART = 0.95, 0.75
"""How sure one is at most, by the whole of its name and by a part."""
_OF_PART = 0.3
"""How sure one is by a part of its name, beside half the part's share."""
_SHARED = 0.4
"""How sure one is that has a word which others have too."""
_AS_HEAVY = 0.75
"""The share of the best one's weight from which a rival by the same words is as good."""


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every service the caller may mean, best first; `options` where several fit equally."""
    if not utterance or not context.services:
        return ()
    alone = not context.in_call or context.asked == {"service"}
    bounds = scope(utterance, asked=alone)
    reading = read(utterance.words, index(offers(context.services)))
    candidates: Sequence[Candidate] = ()
    if bounds.turned:
        candidates = _hear(utterance, context, reading, bounds.barred | frozenset(range(bounds.turned)), bounds.denied)
    candidates = candidates or _hear(utterance, context, reading, bounds.barred, bounds.denied)
    return [_less_sure(one) for one in candidates] if bounds.offered and alone and context.in_call else candidates


def _less_sure(candidate: Candidate) -> Candidate:
    return msgspec.structs.replace(candidate, confidence=min(candidate.confidence, _TO_CONFIRM))


def _hear(utterance: Utterance, context: Context, reading: Reading, barred: frozenset[int], denied: frozenset[int]) -> Sequence[Candidate]:
    """What is heard in the tokens not barred; `denied`: those of them taken back."""
    found = matches(reading, barred)
    strong = [match for match in found if match.score >= LEAST]
    strong = [match for match in strong if not match.described] or strong
    if not (strong and strong[0].score >= PLAIN) and (picked := pick(utterance, context)) and barred.isdisjoint(range(picked.first, picked.last)):
        return _picked(picked, utterance, context)
    if both := _both(utterance, context, reading, barred, strong):
        return both
    if not strong:
        return _other_of_two(utterance, context, denied) or _shared(utterance, context, reading, barred)
    return _heard(strong, utterance, context)


def _picked(picked: Pick, utterance: Utterance, context: Context) -> Sequence[Candidate]:
    if not context.asks("service") and not picked.plain:
        return ()
    span = (utterance.tokens[picked.first].start, utterance.tokens[picked.last - 1].end)
    return (
        Candidate(
            value=picked.service.id, rule=picked.rule, span=span, confidence=_PICKED if picked.plain and not context.in_call else _PICKED_MAYBE
        ),
    )


def _heard(strong: Sequence[Match], utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """The matches as values: the best alone, or with those that fit as well by other words."""
    best = strong[0]
    rivals = [best]
    for match in strong[1:]:
        near = best.score - match.score <= AS_GOOD and not (best.named and not match.named and match.tokens & best.tokens)
        if near and not match.tokens < best.tokens and (match.weight >= best.weight * _AS_HEAVY or not match.tokens & best.tokens):
            rivals.append(match)
    longer = [match for match in strong[1:] if best.tokens < match.tokens and match.named >= best.named and best.score - match.score <= AS_GOOD]
    if longer:
        rivals = [longer[0]]
    ids = [context.services[match.service].id for match in rivals[:MOST_OPTIONS]]
    first = rivals[0]
    if len(ids) > 1:
        return (_options(ids, first.tokens, utterance), *_rest(strong, rivals, first, utterance, context))
    confidence = min(_SURE, first.score) if first.score >= PLAIN else min(_SURE_OF_PART, _OF_PART + first.score / 2)
    if first.described or (first.score < BOTH and first.hits == 1 and not first.own):  # "my wife" is no ladies' cut yet
        confidence = min(confidence, _TO_CONFIRM)
    if context.in_call and context.asked != {"service"} and not _plain(first, utterance):
        confidence = min(confidence, _BESIDE)
    alone = Candidate(value=ids[0], rule="words", span=_span(first.tokens, utterance), confidence=confidence)
    return (alone, *_rest(strong, rivals, first, utterance, context))


def _options(ids: Sequence[str], tokens: frozenset[int], utterance: Utterance) -> Candidate:
    return Candidate(value=ids[0], rule="words", span=_span(tokens, utterance), confidence=_TO_CONFIRM, options=tuple(ids))


def _rest(strong: Sequence[Match], rivals: Sequence[Match], first: Match, utterance: Utterance, context: Context) -> list[Candidate]:
    """What was heard less plainly."""
    some = [match for match in strong if match not in rivals][:MOST_OPTIONS]
    return [
        Candidate(
            value=context.services[match.service].id, rule="words", span=_span(first.tokens, utterance), confidence=min(match.score, _BESIDE) / 2
        )
        for match in some
    ]


def _span(tokens: frozenset[int], utterance: Utterance) -> tuple[int, int]:
    return utterance.tokens[min(tokens)].start, utterance.tokens[max(tokens)].end


def _plain(match: Match, utterance: Utterance) -> bool:
    """Whether nothing but a service was meant, though something else was asked for.

    A name of several words is; so are several words of one name or what they mean. One word alone may be somebody's name or a street ("Joy Crown",
    "12 Bath Road"): it must be its own, and be wished for. Mandarin names no person and no street so.
    """
    if match.hits > 1 or utterance.has_han:
        return match.hits > 1 or match.own
    return match.own and is_wished_for(utterance, min(match.tokens), max(match.tokens) + 1)


def _both(utterance: Utterance, context: Context, reading: Reading, barred: frozenset[int], strong: Sequence[Match]) -> Sequence[Candidate]:
    """ "The oil and new brakes": each of the things between which an "and" stands, when they are different services."""
    splits = [at for at in conjunctions(utterance) if at not in barred]
    splits = [at for at in splits if not any(min(match.tokens) < at < max(match.tokens) for match in strong if match.score >= BOTH)]
    splits = splits[:_MOST_WISHES]
    if not splits or not (strong or context.asks("service")):
        return ()
    found: dict[str, frozenset[int]] = {}
    everything = frozenset(range(len(utterance.words)))
    for first, last in zip([0, *(at + 1 for at in splits)], [*splits, len(utterance.words)], strict=True):
        here = barred | (everything - frozenset(range(first, last)))
        part = [match for match in matches(reading, here) if match.score >= (LEAST if match.own and not match.described else BOTH)]
        if not part and (shared := _shared(utterance, context, reading, here)) and not shared[0].options:
            found.setdefault(shared[0].value, frozenset(range(first, last)))
        if part and not (len(part) > 1 and part[0].score - part[1].score <= AS_GOOD):
            found.setdefault(context.services[part[0].service].id, part[0].tokens)
    if not 1 < len(found) <= MOST_OPTIONS:
        return ()
    return (_options(list(found), frozenset().union(*found.values()), utterance),)


def _other_of_two(utterance: Utterance, context: Context, barred: frozenset[int]) -> Sequence[Candidate]:
    """ "Not the former": of two services read out, the other one."""
    if not barred or not context.asks("service"):
        return ()
    among = listed(context)
    if len(among) != 2:
        return ()
    first, second = min(barred), max(barred)
    spoken = Utterance(utterance.between(first, second + 1))
    denied = pick(spoken, context)
    named = matches(read(spoken.words, index(offers(among))))
    gone = denied.service if denied else among[named[0].service] if named and named[0].score >= LEAST else None
    if gone is None:
        return ()
    other = among[1] if gone is among[0] else among[0]
    return (Candidate(value=other.id, rule="the other", span=(utterance.tokens[first].start, utterance.tokens[second].end), confidence=_TO_CONFIRM),)


def _shared(utterance: Utterance, context: Context, reading: Reading, barred: frozenset[int]) -> Sequence[Candidate]:
    """ "Just a cleaning": the few services that have the word, when nothing else was said."""
    known = thesaurus()
    spoken = [word for place, word in enumerate(utterance.words) if place not in barred]
    if not context.asks("service") or not all(stem(word) in known.general or word in known.stop or not word[0].isalnum() for word in spoken):
        return ()
    slight = frozenset(place for place, word in enumerate(utterance.words) if stem(word) in reading.indexed.subjects)
    found = matches(reading, barred | slight, loosely=True)
    if not 1 <= len(found) <= MOST_OPTIONS:
        return ()
    ids = tuple(context.services[match.service].id for match in found)
    return (Candidate(value=ids[0], rule="shared word", span=(0, len(utterance.text)), confidence=_SHARED, options=ids if len(ids) > 1 else ()),)
