"""The clauses of a Mandarin utterance, and the stretch of them that is an address.

Marks part clauses, and so do blanks between characters, which stand for pauses where a recogniser writes no marks, and the words of a
self-repair (啊不对). An address begins where a clause names a division, a road or a number, and ends with its last number: what follows in a clause
of its own, or behind a room, is talk.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from agent.slots.address.zh.grammar import NUMERAL, Split, divisions_of, figures_of, grammar_of, is_chinese, read_number, split_of

_MARK = re.compile(r"[。！!,，;；?？]")
_INSIDE = rf"[0-9A-Za-z{NUMERAL}]"
_PAUSE = re.compile(rf"(?<=[㐀-鿿])\s(?=[㐀-鿿])|(?<=[㐀-鿿])\s(?={_INSIDE})|(?<={_INSIDE})\s(?=[㐀-鿿])")
_GLUE = re.compile(
    rf"(?<={_INSIDE})\s(?={_INSIDE}|号|栋|幢|座|单元|室|房|楼|层|户|弄|门)|(?<=号)\s(?=[楼院])|\s(?=[市区县省镇乡]\s)|(?<=\s[市区县省镇乡])\s"
)
"""A blank inside a number, between it and what it numbers, or beside the one character of a division."""
_ROOM = re.compile(rf"(?<=[0-9{NUMERAL}]{{3}})是(?=[\s,，。！!；;就]|$)")
_BUILDING = re.compile(rf"(?<=[0-9{NUMERAL}])[洞动冻](?=\s?(?:[0-9{NUMERAL}]{{1,2}}单元|[0-9{NUMERAL}]{{3,4}}(?:[室房户号\s,，。]|$)))")
"""A building's 栋 as a recogniser writes it; in a number 洞 is a nought."""
_MOST_CHARS = 60
_MOST_PLACE = 8
_MOST_CLAUSES = 40
_DIVISION_ENDS = frozenset("省市区县镇乡")
_SHORT = 4
_MOST_NAMED = 12
"""Characters of a name between two numbers: "103号维多利广场A座"."""


class Stretch(NamedTuple):
    """An address, where it stands, and the clause after it."""

    text: str
    start: int
    end: int
    following: int
    begun: str = ""
    """What was said of an address before a repair took it back."""


class Clauses:
    """One utterance, cut into clauses."""

    def __init__(self, text: str) -> None:
        glued = {match.start() for match in _GLUE.finditer(text)} if " " in text else ()
        self.places = [at for at in range(len(text) + 1) if at not in glued]
        """Where each character of `text` stood in the utterance, and where that ended."""
        self.text = _as_meant("".join(text[at] for at in self.places[:-1]) if glued else text)

    @cached_property
    def spans(self) -> Sequence[tuple[int, int]]:
        """Where each clause begins and ends in `text`."""
        return _spans(self.text)

    def address(self, first: int = 0) -> Stretch | None:
        """The first address from clause `first` on; None when there is none."""
        grammar, text = grammar_of(), self.text
        if not grammar.anchor.search(text):
            return None
        begin = end = -1
        said: list[str] = []
        anchored, begun, following = False, "", first
        for index in range(first, len(self.spans)):
            start, stop = self.spans[index]
            opening = begin < 0
            if not opening and self._is_filler(index):
                continue
            at = lead_end(text, start, stop) if opening else start
            clause = text[at:stop]
            anchor = grammar.anchor.search(clause)
            if anchored and not (_goes_on(clause, anchor, "".join(said)) or grammar.numeral.fullmatch(clause.strip())):
                break
            level = bool(clause) and (only_divisions(clause) or (grammar.road_end.search(clause) is not None and 2 < len(clause) <= 20))
            named = clause[divisions_of(clause)[1] :]
            placed = _may_be_place(named) or (opening and len(named) == 1) or named in _DIVISION_ENDS
            level = level or (placed and not anchored and (not opening or named != clause))
            if opening and anchor is None and self.denies(index):
                continue
            # A clause that asks tells us no address: "建国路88号怎么走".
            if (anchor is None and not level and not anchored) or self._asks(index):
                if anchored:
                    break
                if begin >= 0 and self.repairs(index):
                    begun = "".join(said)
                begin = -1
                said.clear()
                continue
            if anchor is not None:
                stop = at + _cut(clause, anchor)
                anchored = True
            begin, end, following = (at if opening else begin), stop, index + 1
            said.append(text[at:stop])
            if anchored and stop < self.spans[index][1]:
                break
        if not anchored or begin < 0:
            return None
        found = _compact("".join(said))
        found = figures_of(found) if len(found) <= _MOST_CHARS else ""
        return Stretch(found, self.places[begin], self.places[end], following, _compact(begun)) if _plausible(found) else None

    def further(self, index: int, before: str) -> str:
        """What a clause adds to an address that has its number ("5号楼", "现代城3号楼"), as figures; "" when it says something else."""
        clause = self.text[slice(*self.spans[index])] if index < len(self.spans) else ""
        anchor = grammar_of().anchor.search(clause)
        if anchor is None or not _goes_on(clause, anchor, before):
            return ""
        return figures_of(_compact(clause[: _cut(clause, anchor)]))

    def _is_filler(self, index: int) -> bool:
        """Whether a clause is nothing but words that lead in: "然后"."""
        return not _without(_compact(self.text[slice(*self.spans[index])]), grammar_of().words["lead_in"]) and not self.repairs(index)

    def _asks(self, index: int) -> bool:
        """Whether a clause is a question, or a short one runs on from it: "建国路88号 怎么走"."""
        question = grammar_of().question
        start, stop = self.spans[index]
        following = self.spans[index + 1] if index + 1 < len(self.spans) else (stop, stop)
        runs_on = following[1] - following[0] <= _SHORT and not _MARK.search(self.text, stop, following[0])
        return question.search(self.text, start, stop + 1) is not None or (runs_on and question.search(self.text, *following) is not None)

    def repairs(self, index: int) -> bool:
        """Whether a clause takes back what stood before it: "啊不对", "说错了", or "不是" by itself."""
        start, stop = self.spans[index]
        words = grammar_of().words
        clause = _compact(self.text[start:stop])
        return clause in words["repair"] or _bare(clause) in {*map(_bare, words["repair"]), *words["negation"]}

    def denies(self, index: int) -> bool:
        """Whether a clause tells what the address is not."""
        start, stop = self.spans[index]
        return _bare(self.text[start:stop]).startswith(tuple(grammar_of().words["negation"]))


def part_of(clause: str) -> str:
    """A clause that is nothing but parts of an address, its numbers as figures: "是二号楼" is "2号楼"; "" for any other."""
    grammar = grammar_of()
    text = _compact(clause)
    name = grammar.named_number.search(text)
    if name is not None and name.start() <= _MOST_PLACE:
        number = _without(text[name.end() :], ())
        marker: str = next(to for of, to in grammar.words["number_names"].items() if name[0].startswith(of))
        text = number + marker if grammar.numeral.fullmatch(number) or grammar.single.fullmatch(number) else number
    else:
        text = _without(text, (*grammar.words["lead_in"], *grammar.words["instead"], *grammar.words["cue"]))
    text = figures_of(text)
    _, at = divisions_of(text)
    anchor = grammar.anchor.search(text, at)
    road = text[at : anchor.start() if anchor else len(text)]
    if road and not (grammar.street_end.search(road) and 2 < len(road) <= _MOST_NAMED and _says_no_more(road)):
        return ""
    at += len(road)
    while (anchor := grammar.anchor.match(text, at)) is not None:
        at = anchor.end()
    alone = grammar.numeral.match(text, at) if at and not road else None
    return text if text and (alone.end() if alone else at) == len(text) else ""


def bare_number(clause: str) -> str:
    """A clause that is a number and nothing else, in figures; "" for any other."""
    text = _without(_compact(clause), (*grammar_of().words["lead_in"], *grammar_of().words["instead"]))
    return read_number(text) if grammar_of().numeral.fullmatch(text) else ""


def _as_meant(text: str) -> str:
    """What a recogniser writes for words that sound alike, put right: 单员, and a room's 是 behind its number. Every character stays where it is."""
    for heard, meant in grammar_of().words["misheard"].items():
        text = text.replace(heard, meant)
    return _BUILDING.sub("栋", _ROOM.sub("室", text))


def _spans(text: str) -> Sequence[tuple[int, int]]:
    repair = grammar_of().repair
    marks = {match.start(): match.end() for match in _MARK.finditer(text)}
    if " " in text:
        marks |= {match.start(): match.end() for match in _PAUSE.finditer(text)}
    for match in repair.finditer(text):
        marks.setdefault(match.start(), match.start())
        marks.setdefault(match.end(), match.end())
    found, start = [], 0
    for mark in sorted({**marks, len(text): len(text)}):
        if _bare(text[start:mark]):
            found.append((start, mark))
        start = max(start, marks.get(mark, mark))
    return found[:_MOST_CLAUSES]


def _compact(text: str) -> str:
    return re.sub(r"[\s,，。;；!！]", "", text)


def _bare(clause: str) -> str:
    """A clause without the sounds before and after it."""
    return _without(_compact(clause), ("啊", "哦", "呃", "额", "嗯", "哎", "诶", "唉"))


def _without(text: str, leading: Sequence[str]) -> str:
    """`text` without the words that lead in, and without particles at its end."""
    longest = sorted(leading, key=len, reverse=True)
    while lead := next((word for word in longest if text.startswith(word)), ""):
        text = text[len(lead) :]
    while last := next((word for word in grammar_of().words["particle"] if text.endswith(word)), ""):
        text = text[: -len(last)]
    return text


def without_particles(text: str) -> str:
    """`text` without the particles at its end."""
    return _without(text, ())


def _says_no_more(text: str) -> bool:
    """Whether a short text says nothing of its own that we know: it may name a place."""
    said = grammar_of().words
    other = (*said["tail"], *said["particle"], *said["negation"], *said["name_cue"], *said["repair"])
    return not any(word in text for word in other)


def _may_be_place(clause: str) -> bool:
    """Whether a short clause between a division and a number may name a place."""
    return 1 < len(clause) <= _MOST_PLACE and is_chinese(clause) and _says_no_more(clause)


def _goes_on(clause: str, anchor: re.Match[str] | None, before: str) -> bool:
    """Whether a clause goes on an address that has a number: a further number, with no more than a name before it."""
    grammar = grammar_of()
    if anchor is None:
        return False
    name = clause[: anchor.start()].strip()
    if name and not (len(name) <= _MOST_NAMED and is_chinese(name) and _says_no_more(name) and not grammar.timing.search(name)):
        return False
    rooms = tuple(grammar.words["rooms"])
    if before.endswith(rooms):
        return False
    again = anchor[0].endswith("号") and re.search(r"号(?![楼院])", before) is not None
    return not again or re.search(r"[栋幢座元楼弄]", before[before.rfind("号") :]) is not None


def lead_end(text: str, start: int, stop: int) -> int:
    """Where the address may begin in a clause: after the words that announce one or lead in, at a province at the latest."""
    grammar = grammar_of()
    said = grammar.words
    match = grammar.anchor.search(text, start, stop)
    limit = match.start() if match else stop
    after = max((at + len(cue) for cue in said["cue"] if (at := text.rfind(cue, start, limit)) >= 0), default=start)
    while after < stop:
        skipped = next((word for word in said["lead_in"] if text.startswith(word, after)), " " if text[after].isspace() else "")
        if not skipped and text[after] in said["lead_in_before_division"] and grammar.division.match(text, after + 1):
            skipped = text[after]
        if not skipped or grammar.province.match(text, after):
            break
        after += len(skipped)
    province = grammar.named_province.search(text, after, limit)
    if province is not None and not grammar.road_end.search(text[after : province.start()]):
        return province.start()
    return min(after, stop)


def _cut(clause: str, first: re.Match[str]) -> int:
    """Where the address ends in its clause. What follows the last number stays ("大厦内"), up to a word that goes on about something else; a room is
    the last that there is."""
    grammar = grammar_of()
    end = first.end()
    for anchor in grammar.anchor.finditer(clause, first.start()):
        if anchor.start() > end and not _says_no_more(clause[end : anchor.start()]):
            break
        end = anchor.end()
        if anchor[0].endswith(tuple(grammar.words["rooms"])):
            return end
    tail = grammar.tail.search(clause, end)
    kept = clause[: tail.start()] if tail else clause
    return max(end, len(_without(kept.rstrip(), ())))


def only_divisions(clause: str) -> bool:
    return bool(clause) and len(clause) <= 20 and divisions_of(clause)[1] == len(clause)


def _plausible(text: str) -> bool:
    """Whether a number stands after a road's name, or after any name with a division before it; dates and prices do not."""
    split: Split = split_of(text)
    if len(text) > _MOST_CHARS or not split.road or not (split.number or split.rest):
        return False
    named = grammar_of().road_end.search(split.road) is not None and len(split.road) > 1
    if named and not split.number:
        named = grammar_of().estate.search(split.road) is not None
    return named or (split.divided and len(split.road) > 1)
