"""The words of e-mail addresses: how people say them (`email.toml`), and the domains that many people have (`domains.toml`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from tomllib import loads
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases
from agent.nlu.utterance import Token, Utterance


class _Anchors(Phrases):
    """The words for "@". Of two that run into each other the later is meant: "l i n a 圈a" has an a before its 圈a."""

    def at(self, tokens: Sequence[Token], start: int) -> int:
        taken = super().at(tokens, start)
        overlaps = any(later + super(_Anchors, self).at(tokens, later) > start + taken for later in range(start + 1, start + taken))
        return 0 if overlaps else taken


class Vocabulary(NamedTuple):
    """The phrases of `email.toml`."""

    at: Phrases
    cues: Phrases
    silent: Phrases
    announcing: Phrases
    joined: Phrases
    leads: Phrases
    telling: Phrases
    """Those of the leads that say what the address is: "it's", "that'd be"; none is a mailbox."""
    talk: Phrases
    repairs: Phrases
    asides: Phrases
    small: Phrases
    pronouns: Phrases
    mailboxes: Phrases
    beside_at: Phrases
    capitals: Phrases
    weak_leads: Phrases
    linking: Phrases
    others: Phrases
    article: Phrases
    never_local: Phrases
    references: Phrases
    spellings: Phrases
    """Of the leads, those that name letters which may be said behind them, or not: 全拼."""
    marks: Mapping[str, str]
    mark_phrases: Phrases
    sounds: Mapping[str, str]
    sound_phrases: Phrases
    endings: Mapping[str, str]


class Domains(NamedTuple):
    """The tables of `domains.toml`."""

    big: frozenset[str]
    known: frozenset[str]
    names: frozenset[str]
    """The first labels of the known ones: "gmail"."""
    big_names: frozenset[str]
    endings: frozenset[str]
    before_country: frozenset[str]
    countries: frozenset[str]
    spelled: frozenset[str]


@cache
def domains() -> Domains:
    """The domains that many people have their mail at, and the endings of domains."""
    data: dict[str, Any] = loads((resources.files(__package__) / "domains.toml").read_text("utf-8"))
    known = frozenset(data["big"]) | frozenset(data["others"])
    endings = frozenset(data["endings"])
    names = frozenset(domain.split(".")[0] for domain in known)
    rest = (frozenset(data[key]) for key in ("before_country", "countries", "spelled"))
    big_names = frozenset(domain.split(".")[0] for domain in data["big"])
    return Domains(frozenset(data["big"]), known, names, big_names, endings, *rest)


def vocabulary(utterance: Utterance, language: str) -> Vocabulary:
    """The words to listen with in this turn: a Mandarin one may hold English words too."""
    return _vocabulary(("zh", "en") if utterance.has_han or language == "zh" else (language,))


@cache
def _vocabulary(languages: tuple[str, ...]) -> Vocabulary:
    tables = [words(language, "email") for language in languages]

    def listed(key: str) -> list[str]:
        return [phrase for table in tables for phrase in table.get(key, ())]

    def phrases(key: str) -> Phrases:
        return Phrases(listed(key))

    def meanings(key: str) -> dict[str, str]:
        return {" ".join(Utterance(phrase).words): meaning for table in tables for phrase, meaning in table[key].items()}

    telling = [phrase for table in tables for phrase in _telling(table)]
    marks, sounds = meanings("marks"), meanings("sounds")
    return Vocabulary(
        at=_Anchors(listed("at")),
        cues=phrases("cues"),
        silent=phrases("silent"),
        announcing=phrases("announcing"),
        joined=phrases("joined"),
        leads=Phrases(listed("leads") + listed("spellings") + telling),
        telling=Phrases(telling),
        talk=phrases("talk"),
        repairs=phrases("repairs"),
        asides=Phrases(listed("repairs") + listed("asides")),
        small=phrases("small"),
        pronouns=phrases("pronouns"),
        mailboxes=phrases("mailboxes"),
        beside_at=phrases("beside_at"),
        capitals=phrases("capitals"),
        weak_leads=phrases("weak_leads"),
        linking=phrases("and"),
        others=phrases("others"),
        article=phrases("article"),
        never_local=phrases("never_local"),
        references=phrases("references"),
        spellings=phrases("spellings"),
        marks=marks,
        mark_phrases=Phrases(marks),
        sounds=sounds,
        sound_phrases=Phrases(sounds),
        endings=meanings("endings"),
    )


def spoken_forms(subjects: Iterable[str], verbs: Iterable[str]) -> Iterator[str]:
    """ "It's", "that would be": each subject with each verb of being."""
    for subject in subjects:
        yield from (subject + verb if verb.startswith("'") else f"{subject} {verb}" for verb in verbs)


def _telling(table: dict[str, Any]) -> Iterator[str]:
    """The forms of `subjects` and `being`, and those that a recogniser runs together: "thats"."""
    yield from spoken_forms(table.get("subjects", ()), table.get("being", ()))
    for subject in table.get("contracting", ()):
        yield from (subject + verb for verb in table["contracted"])
