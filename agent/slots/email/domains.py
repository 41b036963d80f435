"""The domains that many people have their mail at, and how domains end (`domains.toml`)."""

from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any, NamedTuple

from rapidfuzz.distance import DamerauLevenshtein


class Domains(NamedTuple):
    big: frozenset[str]
    known: frozenset[str]
    names: frozenset[str]
    """The first labels of the known ones: "gmail"."""
    big_names: frozenset[str]
    beginnings: frozenset[str]
    """How those names begin, letter by letter."""
    endings: frozenset[str]
    before_country: frozenset[str]
    countries: frozenset[str]
    last: frozenset[str]
    """What a domain may end in: endings and countries."""
    spelled: frozenset[str]
    """Endings and names that we say letter by letter."""


@cache
def domains() -> Domains:
    data: dict[str, Any] = loads((resources.files(__package__) / "domains.toml").read_text("utf-8"))
    table = {key: frozenset(listed) for key, listed in data.items()}
    known = table["big"] | table.pop("others")
    names, big_names = (frozenset(domain.split(".")[0] for domain in several) for several in (known, table["big"]))
    beginnings = frozenset(name[: length + 1] for name in names for length in range(len(name)))
    return Domains(**table, known=known, names=names, big_names=big_names, beginnings=beginnings, last=table["endings"] | table["countries"])


def is_ending(text: str) -> bool:
    """Whether text is how a domain ends: "com", ".co.uk"."""
    return text.lstrip(".").partition(".")[0] in domains().last


def lookalike(value: str) -> str:
    """The address at the big provider whose domain is one letter, or two swapped, from that of `value`; "" when there is none."""
    local, _, domain = value.rpartition("@")
    if domain in domains().known:
        return ""
    for big in sorted(domains().big):
        if abs(len(big) - len(domain)) <= 1 and DamerauLevenshtein.distance(big, domain, score_cutoff=1) == 1:
            return f"{local}@{big}"
    return ""
