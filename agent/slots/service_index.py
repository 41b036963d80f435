"""An index of a business's services: which of them an utterance speaks of, and how fully.

Each name, and each other word for a service, becomes terms. A term is met by its own word in another form, by a word of the same meaning
(`same` in service.toml), or by a word that a recogniser or a hand wrote nearly so (letter trigrams). A term weighs the more the fewer services
have it, less if it is one that services share ("repair"), and more if it is the head of its name: "limit" speaks of a credit limit, "credit" hardly.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from math import log
from typing import Any, NamedTuple

from agent.business import Service
from agent.languages import known, words
from agent.text import Said

GENERAL_WEIGHT = 0.3
HEAD_WEIGHT = 1.5
MEANT = 0.9
"""What a word of the same meaning counts, beside the word itself."""
NEARLY = 0.85
LEAST_ALIKE = 0.65
"""Dice coefficient of letter trigrams from which two words are the same word, written differently."""
DESCRIBED = 0.6
"""What a word of the description counts beside one of the name."""
_MIN_LETTERS = 5
_MOST_LONGER = 2
_MAX_TOKENS = 120
"""An utterance is listened to this far; who goes on names the service at the beginning or at the end of the story, and is asked again."""
_SUFFIXES = (("ies", "y"), ("sses", "ss"), ("s", ""), ("ing", ""), ("ed", ""), ("ly", ""), ("er", ""), ("e", ""))
_LEAST_STEM = 4
_END = ""


class Offer(NamedTuple):
    """A service as the index knows it: what can be hashed of `Service`."""

    id: str
    words: tuple[str, ...]
    price: float | int | None
    description: str


class Term(NamedTuple):
    keys: frozenset[str]
    """Own word forms ("=drain") and meanings ("~3")."""
    general: bool


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


class Thesaurus(NamedTuple):
    phrases: Mapping[str, Any]
    """Trie over words; at an end, under "", the numbers of the meanings."""
    stop: frozenset[str]
    general: frozenset[str]
    articles: frozenset[str]
    """A stop word after one of these is a noun: "a will"."""


def offers(services: Sequence[Service]) -> tuple[Offer, ...]:
    return tuple(Offer(service.id, service.all_words(), service.price, service.description) for service in services)


@cache
def thesaurus() -> Thesaurus:
    """What all languages' `service.toml` say of words."""
    root: dict[str, Any] = {}
    stop: set[str] = set()
    general: set[str] = set()
    articles: set[str] = set()
    meaning = 0
    for language in known():
        try:
            table = words(language, "service")
        except FileNotFoundError:
            continue
        stop.update(table["stop"])
        general.update(table["general"])
        articles.update(table["articles"])
        for group in table["same"]:
            meaning += 1
            for phrase in group:
                _put(root, phrase, meaning)
    return Thesaurus(root, frozenset(stop), frozenset(general) | {stem(word) for word in general}, frozenset(articles))


def _put(root: dict[str, Any], phrase: str, meaning: int) -> None:
    node = root
    for word in Said(phrase).words:
        node = node.setdefault(stem(word), {})
    node.setdefault(_END, set()).add(meaning)


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word without its ending: "cleaning", "cleaned" and "cleaner" are "clean"."""
    word = word.removesuffix("'s").rstrip("'")
    if not word.isascii() or len(word) < 4:
        return word
    for suffix, ending in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            base = word[: -len(suffix)] + ending
            if suffix in ("ing", "ed", "er") and (not set(base) & set("aeiouy") or (suffix == "er" and len(base) < _LEAST_STEM)):
                continue
            if suffix in ("ing", "ed", "er") and len(base) > 3 and base[-1] == base[-2] and base[-1] not in "sl":
                base = base[:-1]
            return base[:-1] if base.endswith("e") and len(base) > 3 else base
    return word


@lru_cache(maxsize=64)
def index(offered: tuple[Offer, ...]) -> Index:
    """The index of these services; kept for the few lists of services that are in use."""
    drafts: list[tuple[int, tuple[Term, ...], bool]] = []
    for place, offer in enumerate(offered):
        for described, text in [*((False, alias) for alias in offer.words), (True, offer.description)]:
            terms = terms_of(text)
            if described:
                drafts += [(place, (term,), True) for term in terms if not term.general]
            elif terms:
                drafts.append((place, terms, False))
    counts: Counter[str] = Counter()
    for place in range(len(offered)):
        counts.update({key for service, terms, _ in drafts if service == place for term in terms for key in term.keys})
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
    )


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
    particular = [place for place, term in enumerate(terms) if not term.general]
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
    return tuple(found)


def _is_latin(term: Term) -> bool:
    """A Chinese name has no head that outweighs the rest: 皮肤科 is 皮肤."""
    return all(key.isascii() for key in term.keys)


def terms_of(text: str) -> tuple[Term, ...]:
    """The terms of a name, its stop words left out."""
    known_words = thesaurus()
    spoken = Said(text).words[:_MAX_TOKENS]
    found: list[Term] = []
    at = 0
    while at < len(spoken):
        end, meanings = _phrase(spoken, at)
        own = spoken[at:end]
        joined = "".join(own) if any(not word.isascii() for word in own) else " ".join(own)
        if not own[0][0].isalnum() or (joined in known_words.stop and len(spoken) > len(own)):
            at = end
            continue
        if not own[0].isascii() and not meanings:
            end = _end_of_run(spoken, at)
            found += [Term(frozenset({"=" + pair}), pair in known_words.general) for pair in _pairs(spoken[at:end])]
        else:
            keys = {"=" + stem(word) for word in own if word not in known_words.stop or len(own) == 1} | {f"~{meaning}" for meaning in meanings}
            if len(own) > 1:
                keys = {"=" + "_".join(stem(word) for word in own), *(f"~{meaning}" for meaning in meanings)}
            found.append(Term(frozenset(keys), joined in known_words.general or stem(own[0]) in known_words.general))
        at = end
    return tuple(found)


def _phrase(spoken: Sequence[str], at: int) -> tuple[int, frozenset[int]]:
    """The end of the longest phrase of the thesaurus that begins here, and its meanings; one word without any when there is none."""
    node: Mapping[str, Any] | None = thesaurus().phrases
    end, meanings = at + 1, frozenset[int]()
    for place in range(at, min(at + 6, len(spoken))):
        node = node.get(stem(spoken[place])) if node is not None else None
        if node is None:
            break
        if _END in node:
            end, meanings = place + 1, frozenset(node[_END])
    return end, meanings


def _end_of_run(spoken: Sequence[str], at: int) -> int:
    """Where a run of Chinese characters that no phrase interrupts ends."""
    end = at + 1
    while end < len(spoken) and not spoken[end].isascii() and not _phrase(spoken, end)[1] and spoken[end] not in thesaurus().stop:
        end += 1
    return end


def _pairs(characters: Sequence[str]) -> list[str]:
    return [a + b for a, b in pairwise(characters)] or list(characters)


@lru_cache(maxsize=4096)
def trigrams(word: str) -> frozenset[str]:
    padded = f" {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


def keys_of(spoken: Sequence[str], without: Iterable[int]) -> dict[str, tuple[float, frozenset[int]]]:
    """What the words say: key to how surely, and by which tokens. `without`: tokens taken back ("not a haircut")."""
    known_words, barred = thesaurus(), frozenset(without)
    found: dict[str, tuple[float, frozenset[int]]] = {}
    spoken = spoken[:_MAX_TOKENS]
    for at, word in enumerate(spoken):
        if at in barred or not word[0].isalnum():
            continue
        bare = word in known_words.stop and word.isascii() and not (at and spoken[at - 1] in known_words.articles)
        if not bare:
            found.setdefault("=" + stem(word), (1.0, frozenset({at})))
        following = spoken[at + 1] if at + 1 < len(spoken) and at + 1 not in barred else ""
        if following and following[0].isalnum():
            pair = (1.0, frozenset({at, at + 1}))
            found.setdefault("=" + (word + following if not word.isascii() else stem(word + following)), pair)
        node: Mapping[str, Any] | None = known_words.phrases
        for place in range(at, min(at + 6, len(spoken))):
            node = node.get(stem(spoken[place])) if node is not None and place not in barred else None
            if node is None:
                break
            if _END in node and not (bare and place == at):
                for meaning in node[_END]:
                    found.setdefault(f"~{meaning}", (MEANT, frozenset(range(at, place + 1))))
                if place > at:
                    found.setdefault("=" + "_".join(stem(some) for some in spoken[at : place + 1]), (1.0, frozenset(range(at, place + 1))))
    return found


def matches(spoken: Sequence[str], indexed: Index, without: Iterable[int] = (), *, loosely: bool = False) -> list[Match]:
    """Each service's best match, best first; services of which nothing was said are left out.

    `loosely`: also those of which only such words were said as many services share ("cleaning").
    """
    keys = keys_of(spoken, without)
    _add_alike(keys, indexed)
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
    for match in _named(spoken[:_MAX_TOKENS], indexed, frozenset(without)):
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


def _add_alike(keys: dict[str, tuple[float, frozenset[int]]], indexed: Index) -> None:
    """Add the index's words that a word of the utterance is nearly written like."""
    for key, (_, tokens) in list(keys.items()):
        word = key[1:]
        if key[0] != "=" or len(word) < _MIN_LETTERS or not word.isascii() or not word.isalpha() or word in indexed.gram_counts:
            continue
        own = trigrams(word)
        shared = Counter(form for gram in own for form in indexed.grams.get(gram, ()))
        for form, count in shared.most_common(3):
            alike = 2 * count / (len(own) + indexed.gram_counts[form])
            if alike >= LEAST_ALIKE and abs(len(form) - len(word)) <= _MOST_LONGER:
                keys.setdefault("=" + form, (NEARLY * alike, tokens))
