"""The name a booking is to stand under: "put it under Greg Sorensen", "book it in Richard's name", "under my husband's name, Greg".

These say plainly whose name is meant, whatever was asked. What follows must be a name by itself: things are put under the sink, too.
"""

from typing import NamedTuple

from agent.slots.name.en_cues import cues
from agent.slots.name.en_phrase import Phrase, Reader
from agent.slots.name.en_tokens import Trust

_MAX_BACK = 6
"""Words between the verb and "under": "put the whole booking down under"."""
_LONG = 2
"""Words from which a name is a full name."""


class Named(NamedTuple):
    phrase: Phrase
    start: int
    """Where the words begin that lead up to it."""
    plain: bool
    """Whether the words before it say that it is a name a thing is put under, and it is a person's name beyond doubt."""


def named(reader: Reader, at: int) -> Named | None:
    """The name that "under" or "in" at `at` leads up to; None if there is none."""
    lists = cues()
    if reader.word(at) not in lists.under:
        return None
    start = _verb(reader, at)
    if start is None:
        return None
    noun = _past_noun(reader, at + 1)
    after = _past_kin(reader, noun)
    phrase = reader.phrase(after, Trust.CUED)
    if phrase is None or (phrase.spelled and not phrase.words) or not reader.is_closed(phrase.end):
        return None
    owned = reader.word(phrase.end) == "name" and reader.word(phrase.end - 1).endswith("'s")
    if reader.word(at) == "in" and not owned and after == at + 1:
        return None
    said = start < at or noun > at + 1 or owned
    return Named(phrase._replace(end=phrase.end + owned), start, said and is_plain(reader, phrase))


def is_plain(reader: Reader, phrase: Phrase) -> bool:
    """Whether the phrase is a person's name beyond doubt: a title, a first name that a list has, or known names alone."""
    first = phrase.pieces[0].text.lower()
    return bool(phrase.title) or first in reader.lists.given or phrase.known >= phrase.words or phrase.proud >= _LONG


def _verb(reader: Reader, at: int) -> int | None:
    """Where what is put under a name begins: at the verb, or at the booking that "is" there; `at` itself at the beginning of a sentence."""
    lists = cues()
    for back in range(1, _MAX_BACK + 1):
        word = reader.word(at - back).removesuffix("'s")
        if word in (".", "!", "?", ";", ""):
            return at if back == 1 else None
        if word in lists.putting or word in lists.booked:
            return at - back
    return None


def _past_noun(reader: Reader, at: int) -> int:
    """The index after "the name of", "my name", or `at`."""
    after = at + 1 if reader.word(at) in cues().articles else at
    if reader.word(after) != "name":
        return at
    after += 1
    return after + 1 if reader.word(after) in ("of", ":", ",") else after


def _past_kin(reader: Reader, at: int) -> int:
    """The index after "my husband" or "my wife's name,": the booking is to stand under that person's name; else `at`."""
    if reader.word(at) not in cues().owners or reader.word(at + 1) not in cues().kin:
        return at
    after = at + 2
    if reader.word(after - 1).endswith("'s") and reader.word(after) == "name":
        after += 1
    return after + 1 if reader.word(after) in (",", ":", "-") else after
