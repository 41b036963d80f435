"""One utterance in one call, laid open: its words, what rules make of them, what each slot and act hears, and what is done with it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from agent.dst.corrections import checked, settle_acts
from agent.dst.facts import Facts
from agent.dst.hearing import Hearing
from agent.dst.replies import ALONE, REPLIES
from agent.dst.selection import least_unasked, values_told
from agent.dst.understanding import understand
from agent.nlu.acts.recognition import meaning, recognise_acts
from agent.nlu.acts.words import bits, marks, segments
from agent.nlu.candidates import Candidate
from agent.nlu.chart import Chunk
from agent.nlu.disfluency import halves
from agent.nlu.numerals.numbers import cardinal, digit_group, ordinal
from agent.nlu.spelling.elements import element_at
from agent.nlu.spelling.words import table as letter_words
from agent.nlu.utterance import Utterance
from agent.policy.next_act import apply, next_question
from agent.record.acts import DialogueAct, Inform, NoMatch, UserAct
from agent.record.slot_names import NAMES
from agent.record.trace import decided
from agent.record.turn_context import TurnContext
from agent.slots import SLOTS
from api.terminal.fields import MARKS, shown

PLACED = ("first", "last", "start", "end")
"""Fields of values that say where these stand, as their chunk does."""


def tables(hearing: Hearing, turn_context: TurnContext, charts: Sequence[str] = (), *, whole: bool = False) -> Iterator[Table]:
    """The tables, in the order in which an utterance is read.

    `charts`: the slots whose charts are shown, () for those that were asked or heard something; `whole`: with all chunks.
    """
    hearing.assign()
    settle_acts(hearing)
    heard = {name: hearing.extract_own(name) for name in NAMES}
    user_acts = understand(hearing.call, hearing.turn, hearing.business, hearing.now)
    yield _words(hearing.utterance, hearing.language)
    yield _mentions(hearing)
    for name in charts or [name for name in NAMES if heard[name] or name in hearing.asked]:
        own = hearing.assignment.own_words(name)
        if (chunks := SLOTS[name].chunks) is not None:
            yield _chart(name, chunks(own, hearing.listening(name, own)), own, whole=whole)
    yield _candidates(hearing, heard, user_acts)
    yield _acts(hearing)
    yield _choice(hearing, user_acts)
    yield _after(hearing, user_acts, turn_context)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in ("#", "weight", "confidence") else "left")
    return table


def _add(table: Table, *cells: object) -> None:
    table.add_row(*(Text(shown(cell)) for cell in cells))


def _words(utterance: Utterance, language: str) -> Table:
    """Every token, with the number and the letters that begin there, and what it can do in a clause."""
    table = _table("Words", "#", "word", "number", "letters", "for acts")
    can = {unit.first: [name for name in marks() if unit.marks & bits(name)] for segment in segments(utterance) for unit in segment.units}
    within = {place: unit.first for segment in segments(utterance) for unit in segment.units for place in range(unit.first + 1, unit.last)}
    for at, token in enumerate(utterance.tokens):
        acts = f"with {within[at]}" if at in within else " ".join(can.get(at, ()))
        _add(table, at, token.text, _number(utterance, at, language), _letters(utterance, at, language), acts)
    return table


def _number(utterance: Utterance, at: int, language: str) -> str:
    """ "44 (double four)", "120 (one hundred and twenty)", "3. (third)"."""
    tokens = utterance.tokens
    (nth, nth_end), (count, count_end) = ordinal(tokens, at, language), cardinal(tokens, at, language)
    digits, digits_end = digit_group(tokens, at, language)
    found = [(nth_end, f"{nth}.")] * (nth is not None) + [(count_end, str(count))] * (count is not None) + [(digits_end, digits)] * bool(digits)
    end = max((end for end, _ in found), default=at)
    read = " or ".join(dict.fromkeys(text for stop, text in found if stop == end))
    return f"{read} ({utterance.between(at, end)})" if end > at + 1 else read


def _letters(utterance: Utterance, at: int, language: str) -> str:
    """ "k plain", "s plain (s for sugar)", "y weak": letters, and how surely they are some."""
    element = element_at(utterance.tokens, at, letter_words("zh" if language == "zh" else "en"))
    if element is None:
        return ""
    spelt = f"{element.text} {element.kind.name.lower()}"
    return f"{spelt} ({utterance.between(at, element.end)})" if element.end > at + 1 else spelt


def _mentions(hearing: Hearing) -> Table:
    """Whose words are whose by what they are called, and what is put right on the way."""
    table = _table("Mentions and repairs", "what", "of", "words")
    utterance, assignment = hearing.utterance, hearing.assignment
    for mention in assignment.mentions:
        _add(table, "says it anew", mention.slot, utterance.text[mention.start : mention.end])
    for mention in assignment.amended:
        _add(table, "is to be otherwise" if mention.amends else "named", mention.slot, utterance.text[mention.start : mention.end])
    for name in sorted(assignment.approved):
        _add(table, "is right", name, "")
    if hearing.named and not (assignment.mentions or assignment.amended or assignment.approved):
        _add(table, "spoken of", hearing.named, "")
    for name in NAMES:
        if part := SLOTS[name].named_part(utterance, hearing.asking_only(name)):
            _add(table, f"part: {part}", name, "")
    if parted := halves(utterance):
        _add(table, "taken back", "", parted[0].text)
        _add(table, "put right", "", utterance.text[parted[1] :])
    return table


def _chart(slot: str, every: Sequence[Chunk], utterance: Utterance, *, whole: bool) -> Table:
    """The word classes of a slot's grammar where they stand, and what its rules make of them; `whole`: also what is but a piece of the same kind."""
    table = _table(f"Chart of {slot}", "#", "words", "kind", "value", "weight", "rule")
    longest = {kind: sorted((one.start, -one.end) for one in every if one.kind == kind and one.rule) for kind in {one.kind for one in every}}
    for at in range(len(utterance.tokens)):
        here = [chunk for chunk in every if chunk.start == at]
        for end in sorted({chunk.end for chunk in here if not chunk.rule}):
            classes = [one for one in here if one.end == end and not one.rule]
            kinds = ", ".join(f"{one.kind} {_value(one.value)}".strip() for one in classes)
            _add(table, at, utterance.between(at, end), kinds, "", f"{max(one.weight for one in classes):.1f}", "(words)")
        for chunk in sorted((one for one in here if one.rule), key=lambda one: (one.end, one.kind, -one.weight)):
            span = (chunk.start, -chunk.end)
            if whole or not any(other != span and other[0] <= span[0] and other[1] <= span[1] for other in longest[chunk.kind]):
                said = utterance.between(chunk.start, chunk.end)
                _add(table, at, said, chunk.kind, _value(chunk.value), f"{chunk.weight:.1f}", chunk.rule)
    return table


def _value(value: Any) -> str:
    """What a chunk holds, in short: nothing where its kind says it all, and of an edit what is said of it: "Replace(old=3, new=7)"."""
    if value is None or value is True:
        return ""
    if isinstance(value, Enum):
        return value.name
    if type(value) is tuple:
        return " ".join(map(_value, value))
    defaults: dict[str, Any] = {}
    if hasattr(value, "_asdict"):
        defaults = {name: value._field_defaults.get(name) for name in value._fields}
    elif isinstance(value, msgspec.Struct) and type(value).__str__ is msgspec.Struct.__str__:
        defaults = {field.name: field.default for field in msgspec.structs.fields(value)}
    if defaults:
        fields = ((name, one) for name, default in defaults.items() if name not in PLACED and (one := getattr(value, name)) != default)
        return f"{type(value).__name__}({', '.join(f'{name}={_value(one) or one}' for name, one in fields)})"
    return str(value)


def _candidates(hearing: Hearing, heard: Mapping[str, Sequence[Candidate]], user_acts: Iterable[UserAct]) -> Table:
    """What every slot may have heard in the words that are its own, best first, and what became of it."""
    table = _table("Candidates", "slot", "value", "confidence", "rule", "words", "is", "chosen")
    chosen = {(act.slot, act.value) for act in user_acts if isinstance(act, Inform)}
    for name, found in heard.items():
        own = hearing.assignment.own_words(name)
        for place, one in enumerate(found):
            kinds = [str(one.kind)] * (one.kind is not msgspec.UNSET) + ["a part"] * (not one.whole) + ["an edit"] * one.patch
            is_what = [*kinds, *(f"or {option}" for option in one.options if option != one.value)]
            _add(table, name, one.value, f"{one.confidence:.2f}", one.rule, own.text[slice(*one.span)], ", ".join(is_what),
                 "yes" if (name, one.value) in chosen else _why_not(hearing, name, one, place))  # fmt: skip
    return table


def _why_not(hearing: Hearing, slot: str, candidate: Candidate, place: int) -> str:
    if slot not in hearing.asked and candidate.confidence < (least := least_unasked(hearing, slot)):
        return f"no: not asked, and below {least}"
    if candidate.whole and (reason := SLOTS[slot].validate(candidate.value, hearing.asking_only(slot))):
        return f"no: {reason.value}"
    return "no: another goes before it" if place else "no"


def _acts(hearing: Hearing) -> Table:
    """The acts that the words do, the main one first, and whether they are meant so in this call."""
    table = _table("Acts", "act", "rule", "kind", "words", "about", "in this call")
    alone = recognise_acts(hearing.utterance, hearing.context)
    for act in [*alone, *(act for act in hearing.acts.values() if act not in alone)]:
        said = hearing.utterance.text[slice(*act.span)]
        meant = "yes" if act in hearing.acts.values() else "no"
        _add(table, act.act.value, act.rule, act.kind.value, said, act.detail, meant)
    if rows := meaning(hearing.utterance, hearing.context).rows if hearing.utterance else ():
        _add(table, "meant as", "; ".join(rows))
    return table


def _choice(hearing: Hearing, user_acts: Iterable[UserAct]) -> Table:
    """What the caller did with it, in the order in which it is carried out."""
    question = hearing.question
    asked = f"{question.kind} {' '.join(question.slots)}".strip()
    table = _table(f"Choice (question: {asked})", "act", "slot", "value", "confidence", "rule")
    facts = Facts(hearing, checked(hearing, values_told(hearing)))
    if row := REPLIES.first(facts.kind, facts) or ALONE.first(facts.kind, facts):
        _add(table, "as a reply", "", "", "", row.name)
    for act in user_acts:
        _add(table, *_in_columns(act))
    return table


def choices(said: Iterable[tuple[str, Iterable[UserAct]]]) -> Table:
    """What each of several utterances does, said by itself."""
    table = _table("Choices", "words", "act", "slot", "value", "confidence", "rule")
    for words, user_acts in said:
        for place, act in enumerate(user_acts):
            _add(table, "" if place else words, *_in_columns(act))
    return table


def _in_columns(act: UserAct) -> tuple[str, str, str, str, str]:
    """Act, slot, value, confidence, rule."""
    match act:
        case Inform():
            kind = "" if act.kind is msgspec.UNSET else f" ({act.kind.value})"
            return f"inform{kind}", act.slot, " or ".join(act.options) or act.value, f"{act.confidence:.2f}", act.rule
        case DialogueAct():
            kind = "" if act.kind is msgspec.UNSET else f" ({act.kind.value})"
            return f"{act.act.value}{kind}", " ".join(act.slots), act.detail, "", ""
        case _:
            return "no_match" if isinstance(act, NoMatch) else "no_input", "", "", "", ""


def _after(hearing: Hearing, user_acts: Iterable[UserAct], turn_context: TurnContext) -> Table:
    """What the tracker makes of the call, and what it asks then."""
    call = hearing.call
    became: list[str] = []
    says: list[str] = []
    for act in user_acts:
        update = apply(call, act, turn_context)
        call = update.call
        became += decided(update.events)
        says += [system_act.key for system_act in update.system_acts]
    question = next_question(call, turn_context)
    table = _table("Then", "what", "is")
    for name in NAMES:
        state = call.slot(name)
        if state != hearing.call.slot(name):
            value = state.pending or state.partial or " or ".join(state.options) or state.value
            _add(table, name, f"{MARKS[state.status][0]} {state.status} {value}")
    _add(table, "decided", "; ".join(became))
    _add(table, "says", " ".join(says))
    _add(table, "asks", f"{question.kind} {' '.join(question.slots)}")
    return table
