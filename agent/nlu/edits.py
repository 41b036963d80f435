"""What a correction does to a value, typed: a slot's rules read edits from words, its own `edits.py` carries them out.

Patch    a named part becomes this: "the last two are four two", "my last name is Smith"
Replace  this for that: "416, not 415", "it's Yung, not Young"
Deny     this is not meant, or does not belong there: "not Friday", "no dot"
Turn     two in the other order: "you swapped the last two"
Spell    a word is written so: "with a y", "only one l"
"""

from typing import Generic, NamedTuple, TypeVar

Place = TypeVar("Place")
"""How a slot names the parts of its values."""
Value = TypeVar("Value")
"""What a slot makes of words: text where nothing else is said."""


class Patch(NamedTuple, Generic[Place]):
    place: Place
    new: str
    wrong: str = ""
    """What is said to stand there instead."""


class Replace(NamedTuple, Generic[Value]):
    old: Value
    new: Value
    in_one_breath: bool = False
    """Nothing stands between the two, which may thus be a part of the value as it is."""


class Deny(NamedTuple):
    wrong: str
    left: str = ""
    """What is said to be left then."""


class Turn(NamedTuple, Generic[Place]):
    place: Place


class Spell(NamedTuple):
    """What is said of the letters of a word."""

    letters: str
    present: bool = True
    single: bool = False
    """Exactly one: "with one l"."""
    last: bool = False
    """At the end of the word."""
