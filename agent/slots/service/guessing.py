"""The services that an utterance may mean by nearness, where its words alone do not tell: asked about rather than taken.

Used by `agent/dst/nearer.py` when the service alone was asked and the caller did nothing else. The figures were tuned on `tests/meaning/tune.jsonl`
and on the service records and cases of the tests; `python -m tests.meaning` prints what they come to.
"""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.service.choice import pick
from agent.slots.service.extracting import LEAST
from agent.slots.service.indexing import Index, index, offers
from agent.slots.service.matching import matches, read
from agent.slots.service.nearness import Near, nearest
from agent.slots.service.scope import scope
from agent.slots.service.vocabulary import stem, thesaurus

RULE = "nearness"
SURE = 0.83
"""How sure the rules are of one service from where it is theirs alone."""
ASKED_FROM, ASKED_FROM_IN_LONG, LONG = 0.23, 0.17, 8
"""The nearness from which services are asked about where the rules hear none; in an utterance of so many words less is enough, since each says less
of the whole, and who says as much to this question describes something."""
BESIDE_FROM, BESIDE_BY = 0.15, -0.15
"""The nearness from which another service is asked about beside the one that the rules are unsure of, and by how much it must be nearer than that:
one that is not much farther is enough."""
OUTSIDE_BY = 0.1
"""By how much a service must be nearer than all that the rules hesitate between, to be asked about with the nearest of them."""
TAKEN_FROM, TAKEN_BY = 0.6, 0.25
"""The nearness from which a service is taken where the rules hear none, and by how much it must be nearer than the next."""
MOST = 2
"""Options by nearness."""
_TAKEN, _TO_ASK = 0.6, 0.4
"""How sure a service is that is taken by nearness, and at most one that is asked about."""


def guess(utterance: Utterance, context: Context, heard: Candidate | None) -> Candidate | None:
    """What to make of an utterance in which the rules heard `heard`, or nothing: the same, a service, or options, the likeliest first.

    What is picked from a list ("the cheaper one") is no matter of meaning.
    """
    if heard is not None and ((not heard.options and heard.confidence >= SURE) or pick(utterance, context)):
        return heard
    near = _nearest(utterance, context)
    if not near:
        return heard
    cosines = {context.services[one.service].id: one.cosine for one in near}
    if heard is None:
        return _silent(cosines, utterance)
    return _among(cosines, heard) if heard.options else _beside(cosines, heard)


def _silent(cosines: dict[str, float], utterance: Utterance) -> Candidate | None:
    """The rules heard nothing. `cosines`: by service, the nearest first."""
    (first, nearness), *others = cosines.items()
    words = sum(word[0].isalnum() for word in utterance.words)
    if nearness < (ASKED_FROM if words < LONG else ASKED_FROM_IN_LONG):
        return None
    span = (0, len(utterance.text))
    if others and nearness >= TAKEN_FROM and all(nearness - other >= TAKEN_BY for _, other in others):
        return Candidate(value=first, rule=RULE, span=span, confidence=_TAKEN)
    options = tuple(cosines)[:MOST] if others else ()
    return Candidate(value=first, rule=RULE, span=span, confidence=min(_TO_ASK, nearness), options=options)


def _among(cosines: dict[str, float], heard: Candidate) -> Candidate:
    """The rules hesitate: two as they were said, of more the nearest first; or the nearest of all with the nearest of them."""
    by_nearness = sorted(heard.options, key=lambda value: -cosines.get(value, -1.0))
    options, first = tuple(by_nearness) if len(by_nearness) > MOST else heard.options, next(iter(cosines))
    if first not in options and cosines[first] - cosines.get(by_nearness[0], -1.0) >= OUTSIDE_BY:
        options = (first, by_nearness[0])
    return heard if options == heard.options else msgspec.structs.replace(heard, value=options[0], options=options)


def _beside(cosines: dict[str, float], heard: Candidate) -> Candidate:
    """The rules are unsure of one: alone, or with the nearest other."""
    other = next((value for value in cosines if value != heard.value), None)
    if other is None or cosines[other] < BESIDE_FROM:
        return heard
    by = cosines[other] - cosines.get(heard.value, -1.0)
    if by < BESIDE_BY:
        return heard
    options = (other, heard.value) if by > 0 else (heard.value, other)
    return msgspec.structs.replace(heard, value=options[0], options=options, confidence=min(heard.confidence, _TO_ASK))


def _nearest(utterance: Utterance, context: Context) -> Sequence[Near]:
    """The services by nearness, but for those that were taken back: "it's not the lenses, it's the nose pad"."""
    offered = offers(context.services)
    indexed, bounds = index(offered), scope(utterance, asked=True)
    if not _tells(utterance, indexed, bounds.barred):
        return ()
    near = nearest(utterance, utterance.language(context.language), offered, bounds.barred)
    if not near or not bounds.denied:
        return near
    others = frozenset(range(len(utterance.words))) - bounds.denied
    denied = {match.service for match in matches(read(utterance.words, indexed), others) if match.score >= LEAST}
    return [one for one in near if one.service not in denied]


def _tells(utterance: Utterance, indexed: Index, barred: frozenset[int]) -> bool:
    """Whether any word says more than what the whole business is about, or what many services share: "it's for my dog" to a groomer does not."""
    known = thesaurus()
    tokens = [token for at, token in enumerate(utterance.tokens) if at not in barred and token.is_word and not token.is_number]
    words = [token.norm for token in tokens if token.norm not in known.stop]
    return any((stemmed := stem(word)) not in known.general and stemmed not in indexed.subjects for word in words)
