"""A service picked out of a list by its place ("the second one"), its price ("the 149 one"), its length, or by comparing ("the cheaper one")."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agent.nlu.candidates import Context
from agent.nlu.effort import spend
from agent.nlu.lexicon import Listed, end_of
from agent.nlu.numerals.numbers import cardinal, ordinal
from agent.nlu.utterance import Utterance
from agent.record.business import Service
from agent.slots.service.vocabulary import lists

_MOST_TOKENS = 60
"""Who picks from a list does it in fewer words."""
_TOKEN = 10
"""Units of effort that a token takes."""
_BARE = 3
"""Tokens of an utterance that is a number and no more: "two please"."""


class Pick(NamedTuple):
    service: Service
    rule: str
    first: int
    last: int
    """The tokens that picked it."""
    plain: bool
    """It cannot be about anything but a list."""


def listed(context: Context) -> Sequence[Service]:
    """The services that places count in: those just offered, or named by our last sentence, in its order; else all.

    None of them while others are open to be chosen from, and nobody knows which.
    """
    if context.held.options:
        return [service for value in context.held.options for service in context.services if service.id == value]
    prompt = Utterance(context.prompt).lower if context.prompt else ""
    found = []
    for service in context.services:
        names = (service.name,) if isinstance(service.name, str) else tuple(service.name.values())
        places = [prompt.find(name.lower()) for name in names if name]
        if place := [at for at in places if at >= 0]:
            found.append((min(place), service))
    if len(found) > 1:
        return [service for _, service in sorted(found, key=lambda one: one[0])]
    return () if context.held.partial else context.services


def pick(utterance: Utterance, context: Context) -> Pick | None:
    """The one service that place or price picks, or None."""
    spend(_TOKEN * min(len(utterance.tokens), _MOST_TOKENS))
    language = utterance.language(context.language)
    spoken = _Spoken(utterance, language, lists(language))
    services = listed(context)
    place = _by_place(spoken, services) if context.asks("service") else None  # "the second one" may be any list's
    length = _by_length(spoken, services) if context.asks("service") else None
    return place or length or _by_price(spoken, context.services) or _by_comparison(spoken, services)


class _Spoken(NamedTuple):
    """An utterance, and the lists to read it with."""

    utterance: Utterance
    language: str
    lists: Mapping[str, Listed]

    def after(self, at: int, name: str) -> int:
        """The end of the longest phrase of the list that stands at token `at`; 0 for none."""
        return end_of(self.utterance.words, at, self.lists[name])

    def only(self, names: Sequence[str], first: int, last: int) -> bool:
        """Whether nothing but these lists' words, and marks, stands from token `first` up to `last`."""
        return all(not word[0].isalnum() or any(word in self.lists[name] for name in names) for word in self.utterance.words[first:last])

    def negated(self, at: int) -> bool:
        return any(self.after(place, "negators") for place in range(max(0, at - 4), at))


def _by_place(spoken: _Spoken, services: Sequence[Service]) -> Pick | None:
    tokens, size = spoken.utterance.tokens, len(spoken.utterance.tokens)
    for at in range(min(size, _MOST_TOKENS)):
        place, end = _place(spoken, at, len(services))
        if (
            place is None
            or not 1 <= place <= len(services)
            or spoken.after(end, "not_after_ordinal")
            or (tokens[end : end + 1] and tokens[end].is_number)
        ):
            continue
        noun = bool(spoken.after(end, "pick_nouns") or spoken.after(end + 1, "pick_nouns"))
        lists = ("pick_fillers", "pick_nouns") if noun else ("pick_fillers",)
        alone = spoken.only(lists, 0, at) and spoken.only(lists, end, size)
        if alone or (noun and not spoken.negated(at)):
            return Pick(services[place - 1], "place", at, end, noun and alone)
    return None


def _place(spoken: _Spoken, at: int, count: int) -> tuple[int | None, int]:
    """The place named at token `at`, counted from 1, and the token after it."""
    tokens = spoken.utterance.tokens
    if backwards := spoken.after(at, "counted_back"):  # 倒数第二个
        place, end = ordinal(tokens, backwards, spoken.language)
        return (count + 1 - place if place is not None else None), end
    place, end = ordinal(tokens, at, spoken.language)
    if place is not None:
        back = spoken.after(end, "from_the_end")  # "the second to last"
        return (count + 1 - place, back) if back else (place, end)
    if end := spoken.after(at, "last_but_one"):
        return count - 1, end
    if (end := spoken.after(at, "middle")) and count % 2:
        return (count + 1) // 2, end
    if end := spoken.after(at, "first"):
        return 1, end
    if end := spoken.after(at, "last"):
        return count, end
    if end := spoken.after(at, "pick_number"):
        return cardinal(tokens, end + 1 if tokens[end : end + 1] and tokens[end].norm == "." else end, spoken.language)
    return cardinal(tokens, at, spoken.language) if at == 0 and len(tokens) <= _BARE else (None, at)


def _by_length(spoken: _Spoken, services: Sequence[Service]) -> Pick | None:
    """The one that takes so long, the shortest or the longest of them, where it is one."""
    size = len(spoken.utterance.tokens)
    for at in range(min(size, _MOST_TOKENS)):
        if exact := _of_length(spoken, at, services):
            return exact
        for name, extreme in (("quickest", min), ("longest", max)):
            end = spoken.after(at, name)
            if end and spoken.only(("pick_fillers", "pick_nouns"), 0, at) and spoken.only(("pick_fillers", "pick_nouns"), end, size):
                minutes = extreme([service.minutes for service in services], default=0)
                some = [service for service in services if service.minutes == minutes]
                return Pick(some[0], "length", at, end, True) if len(some) == 1 and len(services) > 1 else None
    return None


def _of_length(spoken: _Spoken, at: int, services: Sequence[Service]) -> Pick | None:
    """ "The ninety minute one", "the one that takes an hour", 两个小时的那个; not "in two hours"."""
    amount, unit = cardinal(spoken.utterance.tokens, at, spoken.language)
    hours = spoken.after(at, "an_hour") or (spoken.after(unit, "hours") if amount else 0)
    end = hours or (spoken.after(unit, "minutes") if amount else 0)
    if not end:
        return None
    length = (1 if spoken.after(at, "an_hour") else amount or 0) * (60 if hours else 1)
    lasting = any(spoken.after(back, "lasting") == at for back in range(max(0, at - _BARE), at))
    noun = spoken.after(end, "length_nouns")
    rest = noun or end
    if not (lasting or noun) or not spoken.only(("pick_fillers", "pick_nouns"), rest, len(spoken.utterance.tokens)):
        return None
    some = [service for service in services if service.minutes == length]
    return Pick(some[0], "length", at, rest, True) if len(some) == 1 else None


def _by_price(spoken: _Spoken, services: Sequence[Service]) -> Pick | None:
    """A price that one service alone has."""
    tokens = spoken.utterance.tokens
    at = 0
    while at < min(len(tokens), _MOST_TOKENS):
        amount, end = cardinal(tokens, at, spoken.language)
        if amount is None or end <= at:
            at += 1
            continue
        money = bool(spoken.after(end, "currency") or (at and tokens[at - 1].norm in spoken.lists["currency"]))
        noun = any(spoken.after(end + further, "pick_nouns") for further in (0, 1))
        exact = [service for service in services if service.price == amount]
        same = exact or [service for service in services if service.price is not None and int(service.price) == amount]
        if len(same) == 1 and (money or noun) and not spoken.negated(at):
            return Pick(same[0], "price", at, end, True)
        at = end
    return None


def _by_comparison(spoken: _Spoken, services: Sequence[Service]) -> Pick | None:
    priced = [service for service in services if service.price is not None]
    if len(priced) < 2:
        return None
    for at in range(min(len(spoken.utterance.tokens), _MOST_TOKENS)):
        for name, extreme in (("dearest", max), ("cheapest", min)):
            end = spoken.after(at, name)
            if end and not spoken.negated(at):
                price = extreme(service.price or 0 for service in priced)
                some = [service for service in priced if service.price == price]
                return Pick(some[0], "comparison", at, end, True) if len(some) == 1 else None
    return None
