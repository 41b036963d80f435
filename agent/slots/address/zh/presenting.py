"""Saying an address in Mandarin, and its parts for the record."""

import re

from agent.languages import words
from agent.nlu.numerals.numbers import say_digits
from agent.regions import region
from agent.slots.address.zh.grammar import Split, grammar_of, split_of


def present(value: str) -> str:
    """The address level by level, its numbers in characters; a number of three figures or more figure by figure, as everybody says it.

    Where the value has numerals in its names beside its figures, or figures that number nothing, the figures stay as they are: said in characters
    they could not be told from the names.
    """
    grammar = grammar_of()
    split = split_of(value)
    own = grammar.anchor.match(split.rest)
    apart = own is not None and not own[0].endswith(grammar.words["zone"])
    last = (split.road + split.number, split.rest) if apart else (split.road + split.number + split.rest,)
    between = str(grammar.words["say"]["between"])
    text = between.join(part for part in (split.province, split.city, split.district, split.town, *last) if part)
    text = grammar.zone.sub(rf"\g<0>{between}", text)  # "三区" and "312号楼" would be one number
    in_names = grammar.anchor.sub("", value)
    if (alone := grammar.numeral.search(in_names)) is not None and value.endswith(alone[0]):
        in_names = in_names[: alone.start()]  # a room's number without its marker
    if any(c.isascii() for c in in_names) or grammar.marked.search(value):
        return text
    return re.sub(r"[0-9]{1,5}", lambda number: _say(number[0]), text)


def _say(figures: str) -> str:
    if len(figures) > 2 or figures[0] == "0":
        return say_digits(figures, "zh")
    tens, ones = divmod(int(figures), 10)
    numerals, ten = words("zh", "address")["say"]["numerals"], words("zh", "address")["say"]["ten"]
    return (("" if tens == 1 else numerals[tens]) + ten if tens else "") + (numerals[ones] if ones or not tens else "")


def parts(split: Split) -> dict[str, str]:
    place = region("CN")["address"]
    municipality = split.province in place["municipalities"]
    suburb = split.city + split.district + split.town if not municipality or split.district or split.city else split.town
    number = split.number.removesuffix(grammar_of().words["house"])
    named = {"unit": split.rest, "street_number": number, "street_name": split.road, "suburb": suburb, "state": split.province, "country": "CN"}
    return {name: text for name, text in named.items() if text}
