"""Which services an utterance speaks of, and how fully.

A term of the index is met by its own word in another form, by a word of the same meaning (`same` in service.toml), or by a word that a recogniser or
a hand wrote nearly so (letter trigrams).
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from agent.nlu.effort import spend
from agent.slots.service.indexing import MIN_LETTERS, Index, closed, trigrams
from agent.slots.service.spelling import SPELT, Joined, joined
from agent.slots.service.vocabulary import MAX_TOKENS, Hit, Hits, keys_of, said_by, stem, thesaurus

NEARLY = 0.85
LEAST_ALIKE = 0.65
"""Dice coefficient of letter trigrams from which two words are the same word, written differently."""
DESCRIBED = (0.4, 0.45)
"""What one word of a description scores, and what several do: enough to ask whether it is meant, never to take it."""
OF_SUBJECT = 0.8
"""What a name made of the business's subject counts beside one of its own: "puppy", where other things are done to dogs."""
OF_GENERAL = 0.8
OF_OWNED = 0.5
INSIDE = 0.8
SPREAD = 0.9
"""What counts: the meaning of a general word, that of a word that some name has itself, a word inside a phrase about a name, and a meaning that
one more service has."""
_MOST_LONGER = 2
_READING, _MATCHING, _WORD, _ALIAS, _ALIKE = 8, 10, 1, 4, 1 / 4
"""Units of effort: reading a word, matching at all, matching each word, each alias that is met, each form that shares three letters with a word."""


class Match(NamedTuple):
    service: int
    score: float
    """Share of the alias that was met, 0 to 1."""
    weight: float
    """What was met, in weight: of two full names the longer one is meant."""
    tokens: frozenset[int]
    """The tokens that met it."""
    hits: int = 1
    """How many of its terms were met."""
    own: bool = False
    """Met by its own words throughout, in whatever form."""
    named: bool = False
    """Reading word for word."""
    described: bool = False
    """Told only by its description."""


class Reading(NamedTuple):
    """An utterance as services are looked for in it: read once, however many parts of it are asked about."""

    spoken: Joined
    hits: Sequence[Hit]
    indexed: Index


def read(words: Sequence[str], indexed: Index) -> Reading:
    """Only so many words as an utterance is listened to."""
    words = words[:MAX_TOKENS]
    spend(_READING * len(words))
    spoken = joined(words, indexed.acronyms)
    return Reading(spoken, said_by(spoken.words), indexed)


def matches(reading: Reading, without: frozenset[int] = frozenset(), *, loosely: bool = False) -> list[Match]:
    """Each service's best match, best first; services of which nothing was said are left out.

    `without`: tokens in which none is heard. `loosely`: also those of which only such words were said as many services share ("cleaning"), and
    none that are only described.
    """
    spoken, hits, indexed = reading
    spend(_MATCHING + _WORD * len(spoken.words))
    barred = spoken.holding(without)
    keys = keys_of(hits, barred)
    described = () if loosely else _by_description(keys, indexed)
    _add_alike(keys, indexed)
    _discount(keys, spoken.words, indexed)
    best = _by_terms(keys, spoken.words, indexed, loosely=loosely)
    for match in _named(spoken.words, indexed, barred):
        known_as = best.get(match.service)
        if known_as is None or not known_as.named or match.weight > known_as.weight:
            best[match.service] = match
    for match in described:
        best.setdefault(match.service, match)
    found = [match._replace(tokens=spoken.tokens(match.tokens)) for match in best.values()]
    return sorted(found, key=lambda match: (-match.score, not match.named, -match.weight, match.service))


_Met = dict[int, tuple[float, frozenset[int]]]
"""The terms of one alias that were met: how surely, and by which tokens."""


def _by_terms(keys: Hits, spoken: Sequence[str], indexed: Index, *, loosely: bool) -> dict[int, Match]:
    """Each service's best alias of which terms were met."""
    met: dict[int, _Met] = {}
    own: dict[int, frozenset[int]] = {}
    for key, (sure, tokens) in keys.items():
        having = indexed.having.get(key, ())
        spend(len(having))
        for number, place in having:
            terms = met.setdefault(number, {})
            if place not in terms or sure > terms[place][0]:
                terms[place] = (sure, tokens)
            if key[0] == "=" and sure >= INSIDE:
                service = indexed.aliases[number].service
                own[service] = own.get(service, frozenset()) | tokens
    best: dict[int, Match] = {}
    spend(_ALIAS * len(met))
    for number, terms in met.items():
        if not loosely and _says_too_little(number, terms, spoken, indexed):
            continue
        service, score, weight = indexed.aliases[number].service, *_scored(number, terms, indexed)
        if service not in best or (score, weight) > (best[service].score, best[service].weight):
            tokens = frozenset[int]().union(*(tokens for _, tokens in terms.values()))
            best[service] = Match(service, score, weight, tokens, len(terms), tokens <= own.get(service, frozenset()))
    return best


def _scored(number: int, terms: _Met, indexed: Index) -> tuple[float, float]:
    """The share of an alias that was met, and its weight."""
    alias = indexed.aliases[number]
    weight = sum(alias.weights[place] * sure for place, (sure, _) in terms.items())
    score = weight / indexed.whole[number]
    of_subject = all(key[1:] in indexed.subjects for term in alias.terms for key in term.keys)
    return (score * OF_SUBJECT if of_subject else score), weight


def _says_too_little(number: int, terms: _Met, spoken: Sequence[str], indexed: Index) -> bool:
    """Whether only a part of an alias was met, by such words as many services share."""
    alias = indexed.aliases[number]
    if len(terms) == len(alias.terms) or not all(alias.terms[place].general for place in terms):
        return False
    return not all(term.general for term in alias.terms) or all(_is_slight(tokens, spoken, indexed) for _, tokens in terms.values())


def _is_slight(tokens: frozenset[int], spoken: Sequence[str], indexed: Index) -> bool:
    """Whether what met a term says too little itself: "service", "the car"."""
    word = stem(spoken[min(tokens)])
    return len(tokens) == 1 and (word in thesaurus().general or word in indexed.subjects)


def _by_description(keys: Hits, indexed: Index) -> list[Match]:
    """The services that only their descriptions tell."""
    told: dict[int, list[frozenset[int]]] = {}
    for key, (_, tokens) in keys.items():
        if (service := indexed.described.get(key)) is not None:
            told.setdefault(service, []).append(tokens)
    return [
        Match(service, DESCRIBED[len(hits) > 1], float(len(hits)), frozenset[int]().union(*hits), len(hits), own=True, described=True)
        for service, hits in told.items()
    ]


def _named(spoken: Sequence[str], indexed: Index, barred: frozenset[int]) -> list[Match]:
    """The names said word for word, however they are written apart; one that is a mere stop word ("Do") only where nothing else was said."""
    known_words = thesaurus()
    places = [at for at, word in enumerate(spoken) if word[0].isalnum()]
    found = []
    heard: set[str] = set()
    for start in range(len(places)):
        if spoken[places[start]][:2] not in indexed.beginnings:
            continue
        letters = ""
        for end in range(start, len(places)):
            if places[end] in barred or (end > start and spoken[places[end - 1] + 1 : places[end]] == (SPELT,)):
                break
            letters += spoken[places[end]]
            if len(letters) > indexed.longest:
                break
            spend(1)
            whole = len(places) == end + 1 - start
            names = indexed.names.get(name_key := closed(letters), ())
            if not names or (name_key in heard and not whole):
                continue
            spend(len(names) * (end + 1 - start))
            stop = all(spoken[place] in known_words.stop for place in places[start : end + 1])
            if not stop:  # said again, it is met as well as it is now
                heard.add(name_key)
            for service, name in names:
                slight = stop or (len(name) == 1 and name[0] in known_words.general)
                if not slight or whole:
                    found.append(Match(service, 1.0, len(name) * 2.0, frozenset(places[start : end + 1]), len(name), own=True, named=True))
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
        if key[0] != "=" or len(tokens) > 1 or len(word) < MIN_LETTERS or not word.isascii() or not word.isalpha() or word in indexed.gram_counts:
            continue
        own = trigrams(word)
        near = [form for gram in own for form in indexed.grams.get(gram, ())]
        spend(int(_ALIKE * len(near)))
        shared = Counter(near)
        for form, count in shared.most_common(3):
            alike = 2 * count / (len(own) + indexed.gram_counts[form])
            if alike >= LEAST_ALIKE and abs(len(form) - len(word)) <= _MOST_LONGER:
                keys.setdefault("=" + form, (NEARLY * alike, tokens))
