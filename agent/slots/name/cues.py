"""The cues of an English name, ready for look-up: what leads up to it, what stands behind it, what makes it somebody else's."""

from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases
from agent.nlu.utterance import Utterance


class Cues(NamedTuple):
    first: frozenset[str]
    """The words that any of the cues begins with."""
    nouns: dict[str, Phrases]
    copula: Phrases
    articles: frozenset[str]
    not_mine: frozenset[str]
    theirs: frozenset[str]
    plain: Phrases
    weak: Phrases
    doubtful: Phrases
    booking: Phrases
    booked: frozenset[str]
    under: frozenset[str]
    """What stands before the name that a booking is put under; `putting`: the verbs that put it there."""
    putting: frozenset[str]
    household: frozenset[str]
    after: Phrases
    after_given: Phrases
    after_family: Phrases
    holds: Phrases
    negation: Phrases
    repair: Phrases
    other: Phrases
    kin: frozenset[str]
    asking: frozenset[str]
    oneself: frozenset[str]
    owners: frozenset[str]
    numbering: frozenset[str]
    mail: frozenset[str]
    filler: Phrases
    greeting: Phrases
    politeness: Phrases
    clauses: frozenset[str]
    further: frozenset[str]


@cache
def cues() -> Cues:
    """The cues of `languages/en/name.toml`."""
    data = words("en", "name")
    lead: dict[str, Any] = data["cues"]
    fillers: dict[str, Any] = data["fillers"]
    led = [*lead["plain"], *lead["weak"], *lead["booking"], *lead["other_person"], *lead["under"].split(), *data["grammar"]["spelling"]]
    nouns = [noun for several in data["nouns"].values() for noun in several]
    kin = frozenset(word + ending for word in lead["kin"].split() for ending in ("", "'s"))
    return Cues(
        first=frozenset(Utterance(phrase).words[0] for phrase in (*led, *nouns)) | kin,
        nouns={role: Phrases(nouns) for role, nouns in data["nouns"].items()},
        copula=Phrases(lead["copula"]),
        articles=frozenset(phrase.split()[-1] for phrase in lead["article"]),
        not_mine=frozenset(lead["not_mine"].split()),
        theirs=frozenset(lead["theirs"].split()),
        plain=Phrases(lead["plain"]),
        weak=Phrases(lead["weak"]),
        doubtful=Phrases(lead["doubtful"]),
        booking=Phrases(lead["booking"]),
        booked=frozenset(lead["booked"].split()),
        under=frozenset(lead["under"].split()),
        putting=frozenset(lead["putting"].split()),
        household=frozenset(lead["household"].split()),
        after=Phrases(lead["after"]),
        after_given=Phrases(lead["after_given"]),
        after_family=Phrases(lead["after_family"]),
        holds=Phrases(lead["holds"]),
        negation=Phrases(lead["negation"]),
        repair=Phrases(lead["repair"]),
        other=Phrases(lead["other_person"]),
        kin=kin,
        asking=frozenset(lead["asking"].split()),
        oneself=frozenset(lead["oneself"].split()),
        owners=frozenset(lead["owners"].split()),
        numbering=frozenset(lead["numbering"].split()),
        mail=frozenset(lead["mail"].split()),
        filler=Phrases(fillers["before"]),
        greeting=Phrases(fillers["greeting"]),
        politeness=Phrases(fillers["after"]),
        clauses=frozenset(fillers["clauses"].split()),
        further=frozenset(fillers["further"].split()),
    )
