"""An index of a business's services, to be looked up by what an utterance says.

Each name, and each other word for a service, becomes terms. A term weighs the more the fewer services have it, less if it is one that services share
("repair") or what the whole business is about (the cars of a garage), and more if it is the head of its name: "limit" speaks of a credit limit,
"credit" hardly. A description makes no terms: what it alone says may be asked about, and chooses nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from agent.nlu.numerals.numbers import cardinal
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots.service.spelling import joined
from agent.slots.service.vocabulary import MOST_LETTERS, Term, stem, terms_of, thesaurus

GENERAL_WEIGHT = 0.3
HEAD_WEIGHT = 1.3
ACTION_WEIGHT = 0.5
"""What "book" of "book a flight" weighs beside the flight."""
MIN_LETTERS = 5
"""Of a word that another may be nearly written like."""
_LEAST_DESCRIBED = 4


class Offer(NamedTuple):
    """A service as the index knows it: what can be hashed of `Service`."""

    id: str
    names: tuple[str, ...]
    """In every language."""
    words: tuple[str, ...]
    """Its names, and the other words for it."""
    description: str


class Name(NamedTuple):
    service: int
    words: tuple[str, ...]


class Alias(NamedTuple):
    service: int
    terms: tuple[Term, ...]
    weights: tuple[float, ...]


class Index(NamedTuple):
    aliases: tuple[Alias, ...]
    whole: tuple[float, ...]
    """The weight of each alias, all of it met."""
    having: Mapping[str, tuple[tuple[int, int], ...]]
    """Key to the aliases, and the term in each, that have it."""
    described: Mapping[str, int]
    """Key to the one service that has it in its description."""
    names: Mapping[str, tuple[Name, ...]]
    """A name without its gaps to the services that have it."""
    beginnings: frozenset[str]
    """The first two letters of each name, and its first."""
    longest: int
    """Letters of the longest name."""
    acronyms: frozenset[str]
    """Words that may be said letter by letter."""
    subjects: frozenset[str]
    """Stems of the words that say what the whole business is about."""
    grams: Mapping[str, tuple[str, ...]]
    """Letter trigram to the word forms that have it."""
    gram_counts: Mapping[str, int]
    spread: Mapping[str, int]
    """Key to how many services have it."""


def offers(services: Sequence[Service]) -> tuple[Offer, ...]:
    return tuple(
        Offer(
            service.id, (service.name,) if isinstance(service.name, str) else tuple(service.name.values()), service.all_words(), service.description
        )
        for service in services
    )


@lru_cache(maxsize=64)
def index(offered: tuple[Offer, ...]) -> Index:
    """The index of these services; kept for the few lists of services that are in use."""
    subjects = _subjects(offered)
    drafts = _drafts(offered, subjects)
    counts = _counts(drafts, len(offered))
    aliases = tuple(Alias(place, terms, _weights(terms, counts, len(offered))) for place, terms in drafts)
    forms = {key[1:] for alias in aliases for term in alias.terms for key in term.keys if key[0] == "=" and len(key) > MIN_LETTERS and key.isascii()}
    grams: dict[str, list[str]] = {}
    for form in sorted(forms):
        for gram in trigrams(form):
            grams.setdefault(gram, []).append(form)
    having: dict[str, list[tuple[int, int]]] = {}
    for number, alias in enumerate(aliases):
        for place, term in enumerate(alias.terms):
            for key in term.keys:
                having.setdefault(key, []).append((number, place))
    names, acronyms = _names(offered)
    return Index(
        aliases=aliases,
        whole=tuple(sum(alias.weights) for alias in aliases),
        having={key: tuple(places) for key, places in having.items()},
        described=_described(offered, counts, subjects),
        names=names,
        beginnings=frozenset(name[:size] for name in names for size in (1, 2)),
        longest=max(map(len, names), default=0) + 1,
        acronyms=acronyms | thesaurus().acronyms,
        subjects=subjects,
        grams={gram: tuple(some) for gram, some in grams.items()},
        gram_counts={form: len(trigrams(form)) for form in forms},
        spread=counts,
    )


_Draft = tuple[int, tuple[Term, ...]]
"""A service, and the terms of one of its aliases."""


def _drafts(offered: Sequence[Offer], subjects: frozenset[str]) -> list[_Draft]:
    """The aliases of each service before they are weighed: its phrases as they are, and word by word."""
    named = [(place, text, terms) for place, offer in enumerate(offered) for text in offer.words if (terms := _weakened(terms_of(text), subjects))]
    counts = _counts([(place, terms) for place, _, terms in named], len(offered))
    drafts: list[_Draft] = []
    for place, text, terms in named:
        if all(key[1:] in subjects for term in terms for key in term.keys) and len(terms) < len(Utterance(text).words):
            continue  # "see the vet" is said whole, or not at all
        if all(any(counts[key] > 1 for key in term.keys) for term in terms):
            terms = _weakened(terms_of(text, acting=True), subjects)
        drafts.append((place, terms))
        apart = _weakened(terms_of(text, apart=True), subjects)
        if len(apart) > len(terms) and not all(term.general for term in apart):
            drafts.append((place, apart))
    return drafts


def _subjects(offered: Sequence[Offer]) -> frozenset[str]:
    """The stems of what the business is about: the words of each kind, but where names differ by them ("Dog walking", "Cat sitting")."""
    having = [{stem(word) for name in offer.names for word in Utterance(name).words} for offer in offered]
    found: set[str] = set()
    for group in thesaurus().subjects:
        stems = {stem(word) for word in group}
        kinds = {form for form in stems if any(form in own for own in having)}
        differing = len(kinds) > 1 and sum(not stems.isdisjoint(own) for own in having) > 1
        if not differing:
            found |= stems
    return frozenset(found)


def _weakened(terms: Sequence[Term], subjects: frozenset[str]) -> tuple[Term, ...]:
    """The terms, what the business is about counted as a general word, and only by the word itself."""
    return tuple(
        Term(frozenset(key for key in term.keys if key[0] == "="), general=True) if any(key[1:] in subjects for key in term.keys) else term
        for term in terms
    )


def _described(offered: Sequence[Offer], counts: Mapping[str, int], subjects: frozenset[str]) -> dict[str, int]:
    """What one description alone has, and no name: no number, and nothing too short to tell."""
    having: dict[str, set[int]] = {}
    for place, offer in enumerate(offered):
        for term in terms_of(offer.description, apart=True):
            for key in term.keys:
                long = len(key) > _LEAST_DESCRIBED if key.isascii() else len(key) > 2
                if (
                    key[0] == "="
                    and not term.general
                    and long
                    and key[1:] not in subjects
                    and cardinal(Utterance(key[1:]).tokens, 0, "en")[0] is None
                ):
                    having.setdefault(key, set()).add(place)
    return {key: next(iter(places)) for key, places in having.items() if len(places) == 1 and not counts.get(key)}


def _counts(drafts: Sequence[_Draft], size: int) -> Counter[str]:
    """How many services have each key."""
    counts: Counter[str] = Counter()
    for place in range(size):
        counts.update({key for service, terms in drafts if service == place for term in terms for key in term.keys})
    return counts


def _names(offered: Sequence[Offer]) -> tuple[dict[str, tuple[Name, ...]], frozenset[str]]:
    """The names, "check up" and "checkup" being one; and those of their words that may be said letter by letter."""
    found: dict[str, tuple[Name, ...]] = {}
    acronyms: set[str] = set()
    for place, offer in enumerate(offered):
        for name in offer.words:
            given = Utterance(name).words
            spoken = tuple(word for word in joined(given, None).words if word[0].isalnum())
            acronyms.update(word for word in spoken if len(word) <= MOST_LETTERS or word not in given)
            if spoken:
                key = closed("".join(spoken))
                found[key] = (*found.get(key, ()), Name(place, spoken))
    return found, frozenset(acronyms)


def closed(letters: str) -> str:
    """A name without its gaps and its plural."""
    return letters[:-1] if letters.isascii() and letters.endswith("s") else letters


def _weights(terms: Sequence[Term], counts: Mapping[str, int], size: int) -> tuple[float, ...]:
    shared = [min(counts[key] for key in term.keys if key[0] == "=") for term in terms]
    rarest = min((count for term, count in zip(terms, shared, strict=True) if not term.general), default=size)
    particular = [place for place, term in enumerate(terms) if not term.general and not term.action]
    found = []
    for place, term in enumerate(terms):
        weight = log(1 + size / shared[place])
        if term.general and rarest <= shared[place]:  # "new" of "new card" tells it from the other cards
            weight *= GENERAL_WEIGHT
        if (
            particular
            and place == particular[-1]
            and _is_latin(term)
            and shared[place] <= rarest
            and not (shared[place] > 1 and min(shared) < shared[place])
        ):
            weight *= HEAD_WEIGHT
        found.append(weight)
    least = min((weight for weight, term in zip(found, terms, strict=True) if not term.action), default=1.0)
    return tuple(least * ACTION_WEIGHT if term.action else weight for weight, term in zip(found, terms, strict=True))


def _is_latin(term: Term) -> bool:
    """A Chinese name has no head that outweighs the rest: 皮肤科 is 皮肤."""
    return all(key.isascii() for key in term.keys)


@lru_cache(maxsize=4096)
def trigrams(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))
