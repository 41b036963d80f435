"""Corrections, typed: what an edit does to an address that is held.

Patch    a side, an end, or a place beside something is this: "the domain is gmail", "a 7 at the end", "a dot between tom and baker"
Replace  this for that: "dot net, not dot com"
Deny     this does not belong there: "no dot", "without the au", "all one word" ("": all marks)
Spell    a letter doubled or single ("with two l's"), or a piece said again: which one is found by how alike they are

What fits in more than one place fits in none: then the caller is asked, never second-guessed.
"""

from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from agent.nlu.edits import Deny, Patch, Replace
from agent.slots.email import weights
from agent.slots.email.domains import domains, is_ending

_MARKS = "._-"


class Place(NamedTuple):
    """A part of an address."""

    where: str
    """"local", "domain", "ending"; "front", "back", "back_of_local"; "whole": all before the "at"; "after", "between"."""
    beside: tuple[str, ...] = ()
    """What stands before, and behind it."""
    added: bool = False
    """It is said to be missing: "you forgot the dot"."""


class Spell(NamedTuple):
    letters: str
    several: bool = False
    """More than one word, letter or mark was said, so that it may be the whole local part."""
    doubled: bool = False
    """It is only about one letter, or two of them."""
    provider: str = ""
    """It was said with a provider behind it, and so is the whole local part."""


Edit = Patch[Place] | Replace[str] | Deny | Spell


def apply(edit: Edit, current: str) -> str:
    """The address with the edit carried out, as it is where it is so already; "" when it fits nowhere."""
    local, _, host = current.rpartition("@")
    match edit:
        case Patch(Place("domain"), new):
            whole = _completed(new, host)
            return f"{local}@{whole}" if whole else ""
        case Patch(Place("ending"), new):
            return _with_ending(local, host, new)
        case Patch(Place("back", _, False), new) if is_ending(new) and not new.isdecimal():
            return _with_ending(local, host, new)
        case Patch(place, new):
            edited = _put_at(local, place, new)
        case Replace(old, new):
            return _replaced(local, host, old, new)
        case Deny(""):
            edited = "".join(c for c in local if c not in _MARKS)
        case Deny(wrong, left):
            shorter = host.removesuffix("." + wrong.lstrip("."))
            if _plain(wrong) and shorter != host and "." in shorter:
                return f"{local}@{shorter}"
            edited = put(local, wrong, "") or (put(local, "." + wrong, "") if _plain(wrong) else "")
            edited = edited if not left or _plain(left) == _plain(edited) else ""
        case Spell(letters, _, _, provider) if provider:
            whole, same = _completed(provider, host), letters == local or said_again(local, letters, several=True) == letters
            return f"{letters}@{whole}" if whole and same else ""
        case Spell(letters, several, doubled):
            edited = _doubled(local, letters) if doubled else said_again(local, letters, several=several)
    return f"{edited}@{host}" if edited else ""


def put(side: str, old: str, new: str) -> str:
    """`side` with `new` in the one place where `old` stands; "" when it stands in none, or in several, or nothing changes."""
    return side.replace(old, new) if old and old != new and side.count(old) == 1 else ""


def said_again(local: str, text: str, *, several: bool) -> str:
    """`local` with `text` in the place of the piece that it is like, or of all of it; "" when there is none, or more than one."""
    if text == local or len(text) < weights.FEWEST_LETTERS:
        return ""
    words = list(dict.fromkeys(_words(local)))
    if (several or _plain(text) == _plain(local) or len(words) == 1) and _is_like(_plain(local), _plain(text)):
        return text
    if several and len(words) > 1 and sorted(_words(text)) == sorted(_words(local)):
        return text  # "baker dot tom"
    word = text.rstrip("0123456789") if text.isalnum() else ""
    near = [piece for piece in words if word and piece[0] == word[0] and _distance(piece, word) <= weights.MISHEARD]
    if near or len(text) < weights.LONG or not word:
        return put(local, near[0], text) if len(near) == 1 else ""
    # the long end of a longer word: "macbride" for the "mcbride" of "cmcbride"
    firsts = ((piece, at) for piece in words for at in range(1, len(piece) - weights.LONG + 1))
    ends = {piece[at:] for piece, at in firsts if piece[at] == text[0] and _distance(piece[at:], text) <= 1}
    return put(local, ends.pop(), text) if len(ends) == 1 else ""


def _completed(said: str, host: str) -> str:
    """A domain with its ending: of a provider's name alone, the one that it is known with; "" for none."""
    if "." in said:
        return said
    known = [other for other in (f"{said}.{host.partition('.')[2]}", f"{said}.com") if other in domains().known]
    return known[0] if said in domains().names and known else ""


def _with_ending(local: str, host: str, ending: str) -> str:
    return f"{local}@{host.partition('.')[0]}.{ending.lstrip('.')}"


def _put_at(local: str, place: Place, text: str) -> str:
    """The local part with `text` at a place of it, or in its place."""
    match place:
        case Place("local"):
            return text
        case Place("front", _, True) if local.startswith(text):
            return local  # it is so already: no other reading of it is looked for, as of the article in "a 7"
        case Place("back" | "back_of_local" | "whole", _, True) if local.endswith(text):
            return local
        case Place("whole", _, added):
            alike = said_again(local, text, several=True)
            if not added or alike:
                return alike or ("" if len(text) == 1 or text.isdecimal() else text)
            return local + text
        case Place("front", _, added):
            return text + local if not local.startswith(text) and (added or text[-1] in _MARKS) else ""
        case Place("after", (neighbour,)) if len(_plain(text)) <= len(local):
            moved = put(local, text, "") if not _plain(text) else ""  # it may stand elsewhere by mistake
            return put(moved or local, neighbour, neighbour + text)
        case Place("between", (first, second)) if len(_plain(text)) <= len(local):
            joints = [mark for mark in ("", *_MARKS) if mark != text and local.count(first + mark + second) == 1]
            return put(local, first + joints[0] + second, first + text + second) if len(joints) == 1 else ""
        case Place("back" | "back_of_local", _, added) if not local.endswith(text):
            figures = text.isdecimal() and not added and local[-len(text) :].isdecimal() and len(local) > len(text)
            return (local[: -len(text)] if figures else local) + text
    return ""


def _replaced(local: str, host: str, old: str, new: str) -> str:
    """What is right where the wrong stands, which must be one place; a domain in the place of a domain, an ending of an ending."""
    known, names, first = domains().known, domains().names, host.partition(".")[0]
    domain = old == host or ("." in new and old in (first, "@" + host)) or (old in known and new in known)
    if domain or (old in names and new in names and old == first):
        whole = _completed(new, host)
        return f"{local}@{whole}" if whole and whole != host else ""
    if old.lstrip(".") == host.partition(".")[2] or (old[:1] == "." and host.endswith(old)):
        return _with_ending(local, host, new) if is_ending(new) else ""
    if edited := put(local, old, new):
        return f"{edited}@{host}"
    edited = put(host, old, new) if old not in local and len(old) > 1 else ""
    return f"{local}@{edited}" if edited else ""


def _doubled(local: str, letters: str) -> str:
    """A letter for two, or two for one, in the one place; a letter must stand alone and be none of two."""
    old, letter = letters[0] * (3 - len(letters)), letters[0]
    places = [at for at in range(len(local)) if local.startswith(old, at) and letter not in (local[at - 1 : at], local[at + len(old) :][:1])]
    return local[: places[0]] + letters + local[places[0] + len(old) :] if len(places) == 1 else ""


def _words(text: str) -> list[str]:
    """Letters that stand together."""
    return "".join(c if c.isalpha() else " " for c in text).split()


def _plain(text: str) -> str:
    """Letters and digits alone."""
    return "".join(c for c in text if c.isalnum())


def _is_like(old: str, new: str) -> bool:
    """Whether one is the other, slightly misheard, or the other with something before or behind it."""
    short, long = sorted((old, new), key=len)
    if len(short) < weights.FEWEST_LETTERS:
        return False
    if long.startswith(short) or long.endswith(short):
        return len(long) - len(short) <= (weights.MOST_ADDED if long == new else weights.MISHEARD)
    return _distance(old, new) <= min(weights.MISHEARD, max(1, len(long) // 4))


def _distance(one: str, other: str) -> int:
    return Levenshtein.distance(one, other, score_cutoff=weights.MISHEARD)
