"""An index of a business's services: which of them an utterance speaks of, and how fully.

Each name, and each other word for a service, becomes terms. A term is met by its own word in another form, by a word of the same meaning
(`same` in service.toml), or by a word that a recogniser or a hand wrote nearly so (letter trigrams). A term weighs the more the fewer services
have it, less if it is one that services share ("repair"), and more if it is the head of its name: "limit" speaks of a credit limit, "credit" hardly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import NamedTuple

from agent.business import Service
from agent.slots.service.vocabulary import MAX_TOKENS, Hits, Term, keys_of, stem, terms_of, thesaurus
from agent.text import Said

GENERAL_WEIGHT = 0.3
HEAD_WEIGHT = 1.3
ACTION_WEIGHT = 0.5
"""What "book" of "book a flight" weighs beside the flight."""
NEARLY = 0.85
LEAST_ALIKE = 0.65
"""Dice coefficient of letter trigrams from which two words are the same word, written differently."""
DESCRIBED = 0.6
"""What a word of the description counts beside one of the name."""
OF_GENERAL = 0.8
OF_OWNED = 0.5
INSIDE = 0.8
SPREAD = 0.9
"""What counts: the meaning of a general word, that of a word that some name has itself, a word inside a phrase about a name, and a meaning that
one more service has."""
_MIN_LETTERS = 5
_MOST_LONGER = 2


class Offer(NamedTuple):
    """A service as the index knows it: what can be hashed of `Service`."""

    id: str
    words: tuple[str, ...]
    price: float | int | None
    description: str


class Alias(NamedTuple):
    service: int
    terms: tuple[Term, ...]
    weights: tuple[float, ...]
    described: bool


class Index(NamedTuple):
    offers: tuple[Offer, ...]
    aliases: tuple[Alias, ...]
    whole: tuple[float, ...]
    """The weight of each alias, all of it met."""
    having: Mapping[str, tuple[tuple[int, int], ...]]
    """Key to the aliases, and the term in each, that have it."""
    names: Mapping[str, tuple[tuple[int, tuple[str, ...], float], ...]]
    """First word to the names that begin with it: service, words, weight."""
    grams: Mapping[str, tuple[str, ...]]
    """Letter trigram to the word forms that have it."""
    gram_counts: Mapping[str, int]
    spread: Mapping[str, int]
    """Key to how many services have it."""


class Match(NamedTuple):
    service: int
    score: float
    """Share of the alias that was met, 0 to 1."""
    weight: float
    """What was met, in weight: of two full names the longer one is meant."""
    tokens: frozenset[int]
    """The tokens that met it."""
    named: bool = False
    """Said word for word."""


def offers(services: Sequence[Service]) -> tuple[Offer, ...]:
    return tuple(Offer(service.id, service.all_words(), service.price, service.description) for service in services)


@lru_cache(maxsize=64)
def index(offered: tuple[Offer, ...]) -> Index:
    """The index of these services; kept for the few lists of services that are in use."""
    drafts: list[tuple[int, tuple[Term, ...], bool]] = []
    for place, offer in enumerate(offered):
        drafts += [(place, (term,), True) for term in terms_of(offer.description) if not term.general]
    named = [(place, text, terms) for place, offer in enumerate(offered) for text in offer.words if (terms := terms_of(text))]
    counts = _counts([*drafts, *((place, terms, False) for place, _, terms in named)], len(offered))
    for place, text, terms in named:
        if all(any(counts[key] > 1 for key in term.keys) for term in terms):
            terms = terms_of(text, acting=True)
        drafts.append((place, terms, False))
        apart = terms_of(text, apart=True)
        if len(apart) > len(terms) and not all(term.general for term in apart):
            drafts.append((place, apart, False))
    counts = _counts(drafts, len(offered))
    aliases = tuple(Alias(place, terms, _weights(terms, counts, len(offered)), described) for place, terms, described in drafts)
    forms = {key[1:] for alias in aliases for term in alias.terms for key in term.keys if key[0] == "=" and len(key) > _MIN_LETTERS and key.isascii()}
    grams: dict[str, list[str]] = {}
    for form in sorted(forms):
        for gram in trigrams(form):
            grams.setdefault(gram, []).append(form)
    having: dict[str, list[tuple[int, int]]] = {}
    for number, alias in enumerate(aliases):
        for place, term in enumerate(alias.terms):
            for key in term.keys:
                having.setdefault(key, []).append((number, place))
    return Index(
        offered,
        aliases,
        tuple(sum(alias.weights) for alias in aliases),
        {key: tuple(places) for key, places in having.items()},
        _names(offered),
        {gram: tuple(some) for gram, some in grams.items()},
        {form: len(trigrams(form)) for form in forms},
        counts,
    )


def _counts(drafts: Sequence[tuple[int, tuple[Term, ...], bool]], size: int) -> Counter[str]:
    """How many services have each key."""
    counts: Counter[str] = Counter()
    for place in range(size):
        counts.update({key for service, terms, _ in drafts if service == place for term in terms for key in term.keys})
    return counts


def _names(offered: Sequence[Offer]) -> dict[str, tuple[tuple[int, tuple[str, ...], float], ...]]:
    found: dict[str, tuple[tuple[int, tuple[str, ...], float], ...]] = {}
    for place, offer in enumerate(offered):
        for name in offer.words:
            spoken = tuple(word for word in Said(name).words if word[0].isalnum())
            if spoken:
                found[spoken[0]] = (*found.get(spoken[0], ()), (place, spoken, float(len(spoken))))
    return found


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


def matches(spoken: Sequence[str], indexed: Index, without: Iterable[int] = (), *, loosely: bool = False) -> list[Match]:
    """Each service's best match, best first; services of which nothing was said are left out.

    `loosely`: also those of which only such words were said as many services share ("cleaning").
    """
    keys = keys_of(spoken, without)
    _add_alike(keys, indexed)
    _discount(keys, spoken, indexed)
    met: dict[int, dict[int, tuple[float, frozenset[int]]]] = {}
    for key, hit in keys.items():
        for number, place in indexed.having.get(key, ()):
            terms = met.setdefault(number, {})
            if place not in terms or hit[0] > terms[place][0]:
                terms[place] = hit
    best: dict[int, Match] = {}
    for number, terms in met.items():
        alias = indexed.aliases[number]
        if not loosely and all(alias.terms[place].general for place in terms) and not all(term.general for term in alias.terms):
            continue
        weight = sum(alias.weights[place] * sure for place, (sure, _) in terms.items())
        score = weight / indexed.whole[number] * (DESCRIBED if alias.described else 1.0)
        if alias.service not in best or (score, weight) > (best[alias.service].score, best[alias.service].weight):
            best[alias.service] = Match(alias.service, score, weight, frozenset().union(*(tokens for _, tokens in terms.values())))
    for match in _named(spoken[:MAX_TOKENS], indexed, frozenset(without)):
        known_as = best.get(match.service)
        if known_as is None or not known_as.named or match.weight > known_as.weight:
            best[match.service] = match
    return sorted(best.values(), key=lambda match: (-match.score, not match.named, -match.weight, match.service))


def _named(spoken: Sequence[str], indexed: Index, barred: frozenset[int]) -> list[Match]:
    """The names said word for word; one that is a mere stop word ("Do") only where nothing else was said."""
    places = [at for at, word in enumerate(spoken) if word[0].isalnum()]
    plain = [spoken[at] for at in places]
    found = []
    for start, word in enumerate(plain):
        for service, name, weight in indexed.names.get(word, ()):
            end = start + len(name)
            if tuple(plain[start:end]) != name or barred.intersection(places[start:end]):
                continue
            if all(part in thesaurus().stop or part in thesaurus().general for part in name) and len(plain) > len(name):
                continue
            found.append(Match(service, 1.0, weight * 2, frozenset(places[start:end]), named=True))
    return found


def _discount(keys: Hits, spoken: Sequence[str], indexed: Index) -> None:
    """Let a word count less where the words say something else.

    A name's own word means that name, a general word means hardly anything, and a word inside a phrase about a name means what the phrase does
    ("a suspicious email").
    """
    known_words = thesaurus()
    inside = {token for key, (_, tokens) in keys.items() if key[0] == "~" and len(tokens) > 1 and key in indexed.having for token in tokens}
    for key, (sure, tokens) in [(key, hit) for key, hit in keys.items() if key in indexed.having]:
        token = next(iter(tokens))
        if len(tokens) > 1 or not spoken[token].isascii():
            continue
        word = stem(spoken[token])
        if token in inside:
            sure *= INSIDE
        elif key[0] == "~":
            sure *= SPREAD ** (indexed.spread.get(key, 1) - 1)
            if word in known_words.general:
                sure *= OF_GENERAL
            elif "=" + word in indexed.having:
                sure *= OF_OWNED
        keys[key] = (sure, tokens)


def _add_alike(keys: Hits, indexed: Index) -> None:
    """Add the index's words that a word of the utterance is nearly written like."""
    for key, (_, tokens) in list(keys.items()):
        word = key[1:]
        if key[0] != "=" or len(tokens) > 1 or len(word) < _MIN_LETTERS or not word.isascii() or not word.isalpha() or word in indexed.gram_counts:
            continue
        own = trigrams(word)
        shared = Counter(form for gram in own for form in indexed.grams.get(gram, ()))
        for form, count in shared.most_common(3):
            alike = 2 * count / (len(own) + indexed.gram_counts[form])
            if alike >= LEAST_ALIKE and abs(len(form) - len(word)) <= _MOST_LONGER:
                keys.setdefault("=" + form, (NEARLY * alike, tokens))
