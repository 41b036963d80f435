"""An address that is told by its provider: "QQ邮箱，一二三四五六七八九", "QQ号是12345678", "163邮箱，wang88". No "at" is said; everybody knows it."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from agent.languages import words
from agent.nlu.lexicon import Phrases
from agent.nlu.numerals.numbers import digits
from agent.nlu.utterance import Utterance
from agent.slots.email.addresses import AddressReader
from agent.slots.email.domains import domains

_FEWEST_DIGITS = 5
_MOST_DIGITS = 11
"""Figures of a QQ number, and of a mobile number that a mailbox is called by."""
_FEWEST_LETTERS = 3
"""Of a mailbox that is written out behind its provider."""
_MOST_SKIPPED = 6
"""Marks and lead-ins between the two."""


class Provided(NamedTuple):
    """An address, and the tokens that told it."""

    value: str
    start: int
    end: int
    mail: bool
    """Mail was spoken of, and not a number that may be of something else."""


class _Providers(NamedTuple):
    mailboxes: Phrases
    numbers: Phrases
    domains: Mapping[str, str]


@cache
def _providers() -> _Providers:
    data = words("zh", "email")["providers"]
    mailboxes = {name + word: domain for name, domain in data["names"].items() for word in data["mailbox"]}
    numbers: dict[str, str] = data["numbers"]
    domains = {" ".join(Utterance(phrase).words): domain for phrase, domain in (mailboxes | numbers).items()}
    return _Providers(Phrases(mailboxes), Phrases(numbers), domains)


def provided(reader: AddressReader) -> Provided | None:
    """The address that a Mandarin utterance tells by its provider, with the local part behind or right before it; the last one said."""
    if reader.language != "zh":
        return None
    known, tokens = _providers(), reader.tokens
    found = None
    for at in range(len(tokens)):
        mail = known.mailboxes.at(tokens, at)
        taken = mail or known.numbers.at(tokens, at)
        if not taken:
            continue
        domain = known.domains[" ".join(token.norm for token in tokens[at : at + taken])]
        local, start, end = _behind(reader, at + taken, letters=mail > 0)
        if not local and mail:
            local, start, end = _before(reader, at)
        if local:
            found = Provided(f"{local}@{domain}", min(start, at), max(end, at + taken), mail > 0 or reader.has_cue() or _names_domain(reader))
    return found


def _names_domain(reader: AddressReader) -> bool:
    """Whether a domain was said, too: "QQ号加qq点com"."""
    return any(reader.domain(at)[0] in domains().known for at in range(len(reader.tokens)) if reader.piece(at))


def _behind(reader: AddressReader, at: int, *, letters: bool) -> tuple[str, int, int]:
    """The local part from token `at` on, past words that lead in: a number, or, where `letters` may be, what is written to the end."""
    tokens, known = reader.tokens, reader.words
    for _ in range(_MOST_SKIPPED):
        taken = max(phrases.at(tokens, at) for phrases in (known.leads, known.talk, known.silent)) or int(
            at < len(tokens) and tokens[at].norm in ",:."
        )
        if not taken:
            break
        at += taken
    number, end = digits(tokens, at, reader.language)
    if _FEWEST_DIGITS <= len(number) <= _MOST_DIGITS and not (end < len(tokens) and reader.is_part(end)):
        return number, at, end
    written = reader.write(at, len(tokens)) if letters and at < len(tokens) and not reader.has_at(at, len(tokens)) else ""
    plain = len(written) >= _FEWEST_LETTERS and written[0].isalpha() and written.isascii()
    return (written, at, len(tokens)) if plain else ("", at, at)


def _before(reader: AddressReader, at: int) -> tuple[str, int, int]:
    """A number right before token `at`: "12345678，QQ邮箱"."""
    tokens = reader.tokens
    end = at - 1 if at and tokens[at - 1].norm == "," else at
    for start in range(max(0, end - _MOST_DIGITS), end):
        number, after = digits(tokens, start, reader.language)
        if after == end and _FEWEST_DIGITS <= len(number) <= _MOST_DIGITS:
            return number, start, at
    return "", at, at
