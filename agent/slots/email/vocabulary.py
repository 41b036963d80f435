"""The words around e-mail addresses: how people say, announce, part and take back one (`email.toml`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases, filled
from agent.nlu.utterance import Token, Utterance

_MEANINGS = ("marks", "sounds", "endings")
"""Tables of phrases and what they write."""


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
    """Said between the two sides of an address; what takes back something, too."""
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


def vocabulary(utterance: Utterance, language: str) -> Vocabulary:
    """The words to listen with in this turn: a Mandarin one may hold English words too."""
    return _vocabulary(("zh", "en") if utterance.has_han or language == "zh" else (language,))


@cache
def _vocabulary(languages: tuple[str, ...]) -> Vocabulary:
    tables = [words(language, "email") for language in languages]
    listed = {key: [phrase for table in tables for phrase in table.get(key, ())] for key in Vocabulary._fields}
    telling = [phrase for table in tables for phrase in _telling(table)]
    meanings = {key: {_norm(phrase): meaning for table in tables for phrase, meaning in table[key].items()} for key in _MEANINGS}
    return filled(
        Vocabulary,
        {**listed, **meanings},
        at=_Anchors(listed["at"]),
        leads=Phrases(listed["leads"] + listed["spellings"] + telling),
        telling=Phrases(telling),
        asides=Phrases(listed["repairs"] + listed["asides"]),
        mark_phrases=Phrases(meanings["marks"]),
        sound_phrases=Phrases(meanings["sounds"]),
    )


def _norm(phrase: str) -> str:
    """A phrase as the tokens of an utterance write it."""
    return " ".join(Utterance(phrase).words)


def spoken_forms(subjects: Iterable[str], verbs: Iterable[str]) -> Iterator[str]:
    """ "It's", "that would be": each subject with each verb of being."""
    for subject in subjects:
        yield from (subject + verb if verb.startswith("'") else f"{subject} {verb}" for verb in verbs)


def _telling(table: dict[str, Any]) -> Iterator[str]:
    """The forms of `subjects` and `being`, and those that a recogniser runs together: "thats"."""
    yield from spoken_forms(table.get("subjects", ()), table.get("being", ()))
    for subject in table.get("contracting", ()):
        yield from (subject + verb for verb in table["contracted"])
