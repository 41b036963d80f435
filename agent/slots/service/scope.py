"""Which words of an utterance may name the service wanted.

Not those taken back ("not the haircut"), not those of a question about a service ("how long does an oil change take"), not those of a mail address,
and of a change of mind only those behind it ("an oil change, actually make that the brakes"). Read from lists of service.toml.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from agent.nlu.lexicon import Listed, end_of
from agent.nlu.utterance import Utterance
from agent.slots.service.vocabulary import lists, thesaurus

_REACH = {"en": 7, "zh": 8}
"""Words, or Chinese characters, that a negator takes back at most."""
_BESIDE = 3
"""Words between the "at" and the "dot" of a mail address at most."""
_SENTENCE_ENDS = frozenset(".?!;。？！；")


class Scope(NamedTuple):
    barred: frozenset[int]
    """Tokens that name no service wanted."""
    denied: frozenset[int]
    """Those of them that were taken back."""
    turned: int
    """The token from which on the last wish is said; 0 when no mind was changed."""
    offered: bool
    """Asked whether it is to be had at all: "do you do oil changes"."""


_ALL = Scope(frozenset(), frozenset(), 0, offered=False)


def scope(utterance: Utterance, *, asked: bool) -> Scope:
    """The scope of an utterance; `asked`: nothing but the service was asked for, so that no mail address is expected."""
    language = "zh" if utterance.has_han else "en"
    spoken, known, openers = utterance.words, lists(language), _openers(language)
    places = [at for at, word in enumerate(spoken) if word in openers]
    if not places:
        return _ALL
    denied = _taken_back(spoken, known, places)
    barred = denied | _asked_about(spoken, known, places) | (frozenset() if asked else _addressed(spoken, known, places))
    offered = any(end_of(spoken, at, known["asks_whether"]) for at in places)
    return Scope(barred, denied, _turned(spoken, known, places, denied), offered)


@cache
def _openers(language: str) -> frozenset[str]:
    """The words that any of the phrases begins with."""
    names = ("negators", "asks", "asks_first", "asks_whether", "in_addresses", "turns", "no")
    return frozenset(word for name in names for word in lists(language)[name])


def conjunctions(utterance: Utterance) -> list[int]:
    """The tokens that may stand between two wishes."""
    some = lists("zh" if utterance.has_han else "en")["and"]
    return [at for at in range(len(utterance.words)) if end_of(utterance.words, at, some)]


def _taken_back(spoken: Sequence[str], known: Mapping[str, Listed], places: Sequence[int]) -> frozenset[int]:
    """The tokens that a negator takes back: those after it, up to a mark, a word that turns to what is wanted, or the next thing named."""
    meant = thesaurus()
    barred = set[int]()
    for at in places:
        end = end_of(spoken, at, known["negators"])
        if not end or _tells(spoken, at, end, known):
            continue
        named = False
        for place in range(end, min(end + _REACH["en" if spoken[at].isascii() else "zh"], len(spoken))):
            word = spoken[place]
            if not word[0].isalnum() or (place > end and (end_of(spoken, place, known["negation_ends"]) or (named and word in meant.articles))):
                break
            named = named or not (word in meant.stop or word in meant.articles)
            barred.add(place)
    return frozenset(barred)


def _tells(spoken: Sequence[str], at: int, end: int, known: Mapping[str, Listed]) -> bool:
    """Whether a "not" tells what is wrong ("has not arrived") and refuses nothing ("it's not the tap", "I am not doing the tap")."""
    meant = thesaurus()
    after = spoken[end] if end < len(spoken) else ""
    return at > 0 and spoken[at - 1] in meant.verbs and after not in meant.articles and after not in known["wanting"]


def _asked_about(spoken: Sequence[str], known: Mapping[str, Listed], places: Sequence[int]) -> frozenset[int]:
    """The tokens of questions about a service; what it costs and when it can be had are asked by who wants it."""
    barred = set[int]()
    over = 0
    for at in places:
        if at < over or not (
            end_of(spoken, at, known["asks"]) or (end_of(spoken, at, known["asks_first"]) and _leads(spoken, at, known["before_questions"]))
        ):
            continue
        first, over = _question(spoken, at, known)
        if not any(end_of(spoken, place, known["wanted_all_the_same"]) for place in range(first, over)):
            barred.update(range(at if spoken[at].isascii() else first, over))  # Mandarin has its question word where the answer stands
    return frozenset(barred)


def _leads(spoken: Sequence[str], at: int, leads: Listed) -> bool:
    """Whether only words that may stand before a question do so before token `at` in its clause: "okay, is it", never "it is"."""
    while at and spoken[at - 1][0].isalnum():
        at -= 1
        if spoken[at] not in leads:
            return False
    return True


def _question(spoken: Sequence[str], at: int, known: Mapping[str, Listed]) -> tuple[int, int]:
    """The clause of the question whose first words stand at `at`: its first token, and the one after its last."""
    first, last = at, at + 1
    while first and spoken[first - 1] not in _SENTENCE_ENDS and spoken[first - 1] != "，":
        first -= 1
    while last < len(spoken) and spoken[last] not in _SENTENCE_ENDS and not end_of(spoken, last, known["wishes"]):
        last += 1
    return first, last


def _addressed(spoken: Sequence[str], known: Mapping[str, Listed], places: Sequence[int]) -> frozenset[int]:
    """The tokens of mail addresses: a word on either side of a "dot", and from an "at" not far before it what leads to it."""
    barred = set[int]()
    for mark in (at for at in places if end_of(spoken, at, known["in_addresses"])):
        at = next((place for place in range(mark - 1, max(-1, mark - 1 - _BESIDE), -1) if end_of(spoken, place, known["at"])), mark)
        barred.update(range(max(0, at - 1), min(len(spoken), mark + 2)))
    return frozenset(barred)


def _turned(spoken: Sequence[str], known: Mapping[str, Listed], places: Sequence[int], denied: frozenset[int]) -> int:
    """The token right after the last change of mind."""
    later = [at for at in places if at]
    ends = [end for at in later if at not in denied and (end := end_of(spoken, at, known["turns"])) and end < len(spoken)]
    bare = [at + 1 for at in later if end_of(spoken, at, known["no"]) and end_of(spoken, at + 1, known["after_no"])]
    return max([*ends, *bare], default=0)


def is_wished_for(utterance: Utterance, first: int, last: int) -> bool:
    """Whether the thing named from token `first` up to `last` is spoken of as a thing: "a wash", "need my brakes done", never "Trey Wash"."""
    spoken, known, meant = utterance.words, lists("en"), thesaurus()
    done = spoken[first].endswith("ed")  # "get my cat spayed", but "my cat Chip"
    before = first - 1
    while before >= 0 and spoken[before] not in meant.articles and (spoken[before] in meant.general or _is_subject(spoken[before], done)):
        before -= 1
    ends = last >= len(spoken) or not spoken[last][0].isalnum() or spoken[last] in meant.stop or spoken[last] in meant.general
    if before < 0:
        return ends and before < first - 1
    wished = ends and bool(end_of(spoken, before, known["wishing"]))
    if not end_of(spoken, before, known["determiners"]):
        return wished
    if (before and end_of(spoken, before - 1, known["places"])) or (last < len(spoken) and end_of(spoken, last, known["streets"])):
        return False
    if not end_of(spoken, before, known["definite"]) or (last < len(spoken) and spoken[last] in meant.stop):
        return True
    return bool(before and end_of(spoken, before - 1, known["wishing"]))  # "Flat 2, The Brakes"


def _is_subject(word: str, done: bool) -> bool:
    """Whether it is what a business is about, having something (the "dog's" of "my dog's claws") or, when `done`, having something done to it."""
    return (done or word.endswith("'s")) and any(word.removesuffix("'s") in group for group in thesaurus().subjects)
