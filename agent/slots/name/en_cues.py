"""The cues of an English name, ready for look-up: what leads up to it, what stands behind it, what makes it somebody else's."""

from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases, filled
from agent.nlu.utterance import Utterance


class Cues(NamedTuple):
    first: frozenset[str]
    """The words that any of the cues begins with."""
    nouns: dict[str, Phrases]
    parts: frozenset[str]
    """A word of every noun that names a part."""
    ordinals: frozenset[str]
    """Nouns that count other things, too: "the first of June"."""
    copula: Phrases
    articles: frozenset[str]
    not_mine: frozenset[str]
    theirs: frozenset[str]
    plain: Phrases
    weak: Phrases
    doubtful: Phrases
    """Cues as weak, and as often followed by something else."""
    booking: Phrases
    filed: frozenset[str]
    """Those that only a name follows: "under"."""
    determiners: frozenset[str]
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
    nouns: dict[str, list[str]] = data["nouns"]
    kin = frozenset(word + ending for word in lead["kin"].split() for ending in ("", "'s"))
    opening = (*(lead[key] for key in ("plain", "weak", "doubtful", "booking", "other")), *nouns.values(), data["grammar"]["spelling"])
    first = {Utterance(phrase).words[0] for phrases in opening for phrase in phrases}
    return filled(
        Cues,
        {**lead, **fillers},
        first=kin.union(first, lead["under"].split()),
        nouns={role: Phrases(several) for role, several in nouns.items()},
        kin=kin,
        filler=Phrases(fillers["before"] + fillers["greeting"]),
    )
