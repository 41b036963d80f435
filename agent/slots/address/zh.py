"""Addresses in Mandarin: province, city, district, town, road, number, building, room, the widest first (GB/T 23705).

An address is found by its number ("88号", "3单元"), with a road's name or a division before it. What stands before and after it is cut off; its parts
may stand in several clauses. A text that has figures was typed, or a recogniser wrote its numbers, and numerals left in it belong to names
(东四六条45号); in a text without figures the numerals before 号, 室 and the like are numbers and become figures.
"""

import re
from collections.abc import Mapping, Sequence

from agent.hearing import Context, Heard
from agent.languages.numbers import say_digits
from agent.reasons import Reason
from agent.regions import region
from agent.slots.address.zh_parts import Split, divisions_of, figures_of, grammar_of, numbered, split_of
from agent.text import Said

_HAN = re.compile(r"[㐀-鿿]")
_CLAUSE = re.compile(r"[。！!,，;；?？]")
_MOST_CHARS = 60
_MOST_PLACE = 6
_MOST_PLACE_NAME = 16
_ASKED = "address"


def is_chinese(value: str) -> bool:
    """Whether a value is an address in Chinese characters."""
    return _HAN.search(value) is not None


def hear(said: Said, context: Context) -> Sequence[Heard]:
    """The address in a Mandarin utterance, or a part of one when one was asked for, begun or held."""
    grammar = grammar_of()
    asked = context.asked is not None and _ASKED in context.asked
    if (mended := _patched(said, context, asked)) is not None:
        return [mended]
    text, span = _address(said.text)
    if not text:
        return _in_part(said, context, asked)
    split = split_of(text)
    patch = bool(context.current) and is_chinese(context.current) and not split.divided
    if patch:
        text = _moved(split_of(context.current), split)
    elif context.partial and is_chinese(context.partial):
        text = _joined(context.partial, text)
    split = split_of(text)
    whole = _whole(split)
    sure = 0.9 if whole else 0.8 if split.road and grammar.road_end.search(split.road) else 0.6
    return [Heard(value=text, rule="mandarin", span=span, sure=sure, whole=whole, parts=_parts(split), patch=patch)]


def check(value: str) -> Reason | None:
    """What is missing: the number, the road or estate, or the division it lies in."""
    split = split_of(value)
    if not split.road:
        return Reason.NO_STREET
    if not (split.number or split.rest):
        return Reason.NO_NUMBER
    return None if split.divided else Reason.NO_SUBURB


def parts(value: str) -> Mapping[str, str]:
    return _parts(split_of(value)) if value else {}


def read_back(value: str, slow: bool) -> str:
    """The address level by level, its numbers in characters; a number of three figures or more, and any number in the slow form, figure by figure.

    Where the value has numerals in its names beside its figures, or figures that number nothing, the figures stay as they are: said in characters
    they could not be told from the names.
    """
    grammar = grammar_of()
    split = split_of(value)
    own = grammar.anchor.match(split.rest) is not None
    last = (split.road + split.number, split.rest) if own else (split.road + split.number + split.rest,)
    levels = [part for part in (split.province, split.city, split.district, split.town, *last) if part]
    text = str(grammar.words["say"]["between"]).join(levels)
    in_names = re.sub(rf"[0-9]{{1,5}}(?={'|'.join(grammar.words['markers'])})", "", value)
    if any(c.isascii() for c in in_names) or grammar.marked.search(value):
        return text
    return re.sub(r"[0-9]{1,5}", lambda number: _say(number[0], slow), text)


def _say(figures: str, slow: bool) -> str:
    if slow or len(figures) > 2 or figures[0] == "0":
        return say_digits(figures, "zh")
    tens, ones = divmod(int(figures), 10)
    numerals = "零一二三四五六七八九"
    return (("" if tens == 1 else numerals[tens]) + "十" if tens else "") + (numerals[ones] if ones or not tens else "")


def _address(text: str) -> tuple[str, tuple[int, int]]:
    """The address in the utterance, in one piece with its numbers as figures, and where it stands; ("", (0, 0)) for none."""
    grammar = grammar_of()
    begin = end = -1
    anchored = False
    for start, stop in _clauses(text):
        first = _start(text, start, stop)
        clause = text[first:stop]
        anchor = _last_anchor(clause)
        level = _only_divisions(clause) or (grammar.road_end.search(clause) is not None and 2 < len(clause) <= 20)
        if begin >= 0 and anchor is None and not level:
            # Said with pauses: "东城区，东直门，南大街，三号", "四单元，幺零二".
            level = grammar.numeral.fullmatch(clause) is not None if anchored else _may_be_place(clause)
        if begin < 0 and anchor is None and text[start:stop].lstrip().startswith(tuple(grammar.words["negation"])):
            continue
        # A clause that asks tells us no address: "建国路88号怎么走".
        if (anchor is None and not level) or grammar.question.search(text, start, stop + 1):
            if anchored:
                break
            begin = -1
            continue
        if anchor is not None:
            stop = first + _cut(clause, anchor)
            anchored = True
        begin, end = (first if begin < 0 else begin), stop
    if not anchored or begin < 0:
        return "", (0, 0)
    found = re.sub(r"[\s,，。;；]", "", text[begin:end])
    found = figures_of(found) if len(found) <= _MOST_CHARS else ""
    return (found, (begin, end)) if _plausible(found) else ("", (0, 0))


def _may_be_place(clause: str) -> bool:
    """Whether a short clause between a division and a number may name a place: it says nothing else that we know."""
    said = grammar_of().words
    other = (*said["tail"], *said["particle"], *said["negation"], *said["name_cue"])
    return 1 < len(clause) <= _MOST_PLACE and is_chinese(clause) and not any(word in clause for word in other)


def _clauses(text: str) -> list[tuple[int, int]]:
    marks = [match.start() for match in _CLAUSE.finditer(text)]
    return [(start, stop) for start, stop in zip([0, *(mark + 1 for mark in marks)], [*marks, len(text)], strict=True) if text[start:stop].strip()]


def _start(text: str, start: int, stop: int) -> int:
    """Where the address may begin in a clause: after the last word that announces one, and after what people say before."""
    said = grammar_of().words
    match = grammar_of().anchor.search(text, start, stop)
    limit = match.start() if match else stop
    after = max((at + len(cue) for cue in said["cue"] if (at := text.rfind(cue, start, limit)) >= 0), default=start)
    while after < stop:
        skipped = next((word for word in said["lead_in"] if text.startswith(word, after)), " " if text[after].isspace() else "")
        if not skipped and text[after] in said["lead_in_before_division"] and grammar_of().division.match(text, after + 1):
            skipped = text[after]
        if not skipped or grammar_of().province.match(text, after):
            break
        after += len(skipped)
    return min(after, stop)


def _last_anchor(clause: str) -> re.Match[str] | None:
    last = None
    for last in grammar_of().anchor.finditer(clause):  # noqa: B007
        pass
    return last


def _cut(clause: str, anchor: re.Match[str]) -> int:
    """Where the address ends in its clause: what follows the last number stays ("大厦内"), up to a word that goes on about something else."""
    tail = grammar_of().tail.search(clause, anchor.end())
    return tail.start() if tail else len(clause.rstrip())


def _only_divisions(clause: str) -> bool:
    return bool(clause) and len(clause) <= 20 and divisions_of(clause)[1] == len(clause)


def _plausible(text: str) -> bool:
    """Whether a number stands after a road's name, or after any name with a division before it; dates and prices do not."""
    split = split_of(text)
    if len(text) > _MOST_CHARS or not split.road or not (split.number or split.rest):
        return False
    named = grammar_of().road_end.search(split.road) is not None and len(split.road) > 1
    if named and not split.number:
        named = grammar_of().estate.search(split.road) is not None
    return named or (split.divided and len(split.road) > 1)


def _whole(split: Split) -> bool:
    return bool(split.divided and split.road and (split.number or split.rest))


def _parts(split: Split) -> dict[str, str]:
    place = region("CN")["address"]
    municipality = split.province.removesuffix("市") in place["municipalities"]
    suburb = split.city + split.district + split.town if not municipality or split.district or split.city else split.town
    number = split.number.removesuffix("号") if split.number.endswith("号") else split.number
    named = {"unit": split.rest, "street_number": number, "street_name": split.road, "suburb": suburb, "state": split.province, "country": "CN"}
    return {name: text for name, text in named.items() if text}


def _joined(before: str, after: str) -> str:
    """An address begun and what was said next, the wider part first; what is said again replaces what was said before."""
    first, second = split_of(before), split_of(after)
    return "".join(new or old for old, new in zip(first, second, strict=True))


def _moved(current: Split, new: Split) -> str:
    """A road and a number that mend the address we hold: its divisions stay, and its room when the road and the number's kind are the same."""
    rest = new.rest or (current.rest if new.road == current.road else "")
    return "".join((current.province, current.city, current.district, new.town or current.town, new.road, new.number, rest))


def _part_start(text: str) -> int:
    """Where a part said by itself begins: with the name of its number, or after what people say before."""
    name = grammar_of().named_number.search(text)
    return name.start() if name else _start(text, 0, len(text))


def _plain(text: str, at: int) -> str:
    """A part said by itself from `at` on; a number that is named has its marker: "门牌号是二十三" is "二十三号"."""
    grammar = grammar_of()
    text = re.sub(r"[\s,，。;；!！]", "", text[at:])
    for particle in grammar.words["particle"]:
        text = text.removesuffix(particle)
    name = grammar.named_number.match(text)
    if name is None:
        return text
    number = text[name.end() :]
    marker: str = next(to for of, to in grammar.words["number_names"].items() if name[0].startswith(of))
    return number + marker if grammar.numeral.fullmatch(number) else number


def _in_part(said: Said, context: Context, asked: bool) -> Sequence[Heard]:
    """A division, a road or a number by itself."""
    if len(said.text) > _MOST_CHARS or grammar_of().question.search(said.text):
        return ()
    expected = asked or bool(context.partial)
    at = _part_start(said.text)
    text = _plain(said.text, at)
    text = figures_of(text)
    split = split_of(text)
    number = bool(split.number or split.rest) and len(split.road) <= 1 and bool(context.partial)
    road = bool(grammar_of().street_end.search(split.road)) and 2 < len(split.road) <= 12
    named = any(name in said.text for name in grammar_of().words["name_cue"])
    # Whatever was asked, a road with its city and district before it, and nothing else said, is where someone lives.
    place = road or (bool(grammar_of().place_end.search(split.road)) and len(split.road) <= _MOST_PLACE_NAME)
    plain = bool(split.province or split.city) and bool(split.district) and (place or (bool(split.town) and not split.road))
    if named or not text or not (plain or (expected and (_only_divisions(text) or number or (road and (split.divided or asked))))):
        return ()
    if context.partial and is_chinese(context.partial):
        text = _joined(context.partial, text)
    split = split_of(text)
    return [Heard(value=text, rule="part", span=(at, len(said.text)), sure=0.5, whole=_whole(split), parts=_parts(split))]


def _patched(said: Said, context: Context, asked: bool) -> Heard | None:
    """The part of the address we hold that is corrected: "是三单元不是四单元", "应该是86号"."""
    current = context.current
    if grammar_of().question.search(said.text):
        return None
    if not current or not is_chinese(current) or len(said.text) > _MOST_CHARS:
        return None
    grammar = grammar_of()
    text = said.text
    for negation in grammar.words["negation"]:
        before, found, after = text.partition(negation)
        if found and not re.sub(r"[\s,，]", "", before):
            text = re.split(r"[,，]|是", after, maxsplit=1)[-1]
        elif found:
            text = before
    new = _plain(text, _part_start(text))
    if not re.search(r"[0-9]", current) or not re.search(r"[0-9]", new):
        new = numbered(new)
    anchor = grammar.anchor.fullmatch(new)
    value = ""
    if anchor is not None:
        marker = next(marker for marker in (*grammar.words["markers"], "区") if new.endswith(marker))
        old = [match for match in grammar.anchor.finditer(current) if match[0].endswith(marker) and len(match[0]) - len(marker) < 8]
        value = current[: old[-1].start()] + new + current[old[-1].end() :] if old else current + new
    elif _only_divisions(new) or (grammar.street_end.search(new) and 2 < len(new) <= 12):
        value = _joined(current, new)
    if not value or not (asked or len(text) < len(said.text)):
        return None
    split = split_of(value)
    return Heard(
        value=value,
        rule="patch",
        span=(0, len(said.text)),
        sure=0.8 if len(text) < len(said.text) else 0.5,
        whole=_whole(split),
        parts=_parts(split),
        patch=True,
    )
