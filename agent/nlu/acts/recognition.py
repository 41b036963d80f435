"""The caller's dialogue acts: what an utterance does, beside giving a value.

Three readings of one pass over the units of `agent.nlu.acts.words`:

answers     yes and no, and judgements. A judgement is a clause of words that speak of nothing but this conversation ("I don't think you got that
            right"); its sign is the product of its words' signs, so negation has the clause as its scope.
frames      clauses of `agent.nlu.acts.grammar`.
manners     thanks, goodbye, hello: acts only where they are what the caller wanted to say.

What else was said is content. An act that content could contradict is heard only where there is none.
"""

from collections.abc import Sequence
from functools import lru_cache

from agent.nlu.acts import ActCandidate, ActKind
from agent.nlu.acts.answers import Answer, Prompt, prompt_kind
from agent.nlu.acts.fitting import mask
from agent.nlu.acts.found import Found, Reading
from agent.nlu.acts.leads import settle
from agent.nlu.acts.meanings import LUKEWARM, RANK, Meaning
from agent.nlu.acts.questions import find
from agent.nlu.acts.reading import read, slot_of
from agent.nlu.acts.words import Unit, segments, table
from agent.nlu.candidates import Context, OpenQuestion
from agent.nlu.lexicon import Listed, by_first, end_of
from agent.nlu.utterance import Utterance
from agent.record.acts import Act

_NEGATED = 4
"""Units in which a negator stands before what it denies."""

_POLITE = frozenset({Act.THANKS, Act.GOODBYE})
_AFTER_MANNERS = 7
"""Where "great, thanks" puts its "great": it answers nothing."""


def recognise_acts(utterance: Utterance, context: Context) -> Sequence[ActCandidate]:
    """Every act the utterance does, the main one first; empty when it only gives a value, asks for a service, or says nothing.

    "Yes, but the street is wrong" affirms and corrects: who acts on it must look for a correction before storing anything.
    `context.question`, or the words of our last sentence, decide what a bare "okay" is worth: an answer to a yes-no question, else a back-channel.
    """
    return _in_order(meaning(utterance, context), prompt_kind(context)) if utterance else ()


def meaning(utterance: Utterance, context: Context) -> Meaning:
    """What is made of the utterance, and by which rows."""
    prompt = prompt_kind(context)
    reading = Reading([], [])
    spoken = segments(utterance)
    for place, segment in enumerate(spoken):
        read(segment, reading, utterance, len(spoken) == 1, place + 1 == len(spoken))
    settle(reading, spoken, prompt)
    _take_politely(reading, context.question, utterance)
    return Meaning(reading, prompt, utterance, context)


def _take_politely(reading: Reading, question: OpenQuestion, utterance: Utterance) -> None:
    """To a read-back, "no, that's perfect" and "yeah nah, all good" are a yes: the praise has the last word, and "ta" alone is one too.

    A mild "no, that's fine" to "shall I book that" may as well decline, and stays a no.
    """
    if question not in (OpenQuestion.READ_BACK, OpenQuestion.SUMMARY) or reading.beside:
        return
    if not reading.answers and reading.found and all(found.act is Act.THANKS for found in reading.found):
        thanks = reading.found[0]
        reading.answers.append(Answer(1, ActKind.THANKS, thanks.first, thanks.last))
        return
    mild = (
        set(table("answers")["mild"])
        if question is OpenQuestion.SUMMARY and not any(one.sign > 0 and one.kind is ActKind.WORD for one in reading.answers)
        else set()
    )
    no = next((place for place, one in enumerate(reading.answers) if one.sign < 0 and one.kind is ActKind.WORD and one.last - one.first == 1), -1)
    for place, answer in enumerate(reading.answers):
        praises = answer.sign > 0 and answer.kind is ActKind.QUALITY and mild.isdisjoint(utterance.words[answer.first : answer.last])
        if 0 <= no < place and praises:
            reading.answers[place] = answer._replace(kind=ActKind.TRUTH)


def own_questions(utterance: Utterance) -> str:
    """The words of what the caller asks, whatever acts read them too; "" where nothing has the form of a question."""
    found = [(segment.units, question) for segment in segments(utterance) if (question := find(segment.units))]
    return " ".join(utterance.between(units[question.first].first, units[question.last - 1].last) for units, question in found)


def is_all_acts(utterance: Utterance) -> bool:
    """Whether every word belongs to this conversation and none tells of anything: "yep, no worries", "no, the wrong one"; "one" alone is a number."""
    units = [unit for segment in segments(utterance) for unit in segment.units]
    numbers = [
        place
        for place, unit in enumerate(units)
        if " ".join(unit.words) in table("answers")["numbers"] and not (place and units[place - 1].marks & mask("truth", "wrong", "pronoun"))
    ]
    return all(unit.marks for unit in units) and not numbers


def content(utterance: Utterance, start: int, end: int) -> int:
    """How many words beside those from `start` to `end` (positions in `utterance.text`) speak of something else than this conversation."""
    units = [unit for segment in segments(utterance) for unit in segment.units if unit.marks == 0]
    return sum(not start <= utterance.tokens[unit.first].start < end for unit in units)


def speaks_of_us(utterance: Utterance) -> bool:
    """Whether it is about who is speaking here: "are you a robot"."""
    return any(unit.marks & mask("bot") for segment in segments(utterance) for unit in segment.units)


def finds_fault(utterance: Utterance) -> bool:
    """Whether something is said to be wrong ("that's wrong", "it's not right", 不对), beyond a bare no."""
    return any(_is_fault(segment.units, place) for segment in segments(utterance) for place in range(len(segment.units)))


def _is_fault(units: Sequence[Unit], place: int) -> bool:
    if units[place].marks & mask("judged"):
        return True
    after = units[place + 1] if place + 1 < len(units) else None
    return bool(after and units[place].marks & mask("not") and (after.marks & mask("truth") or " ".join(after.words) in table("answers")["not_it"]))


def named_slot(utterance: Utterance) -> str:
    """The first of our slots that was named ("the phone number", "邮箱"), or ""."""
    units = (unit for segment in segments(utterance) for unit in segment.units)
    return next((slot for unit in units if (slot := slot_of(unit))), "")


def said_phrase(utterance: Utterance, phrases: Sequence[str]) -> bool:
    """Whether any of the phrases was said as words ("gas leak" or "leaks", not "gas leakage") and not denied ("there's no gas leak", "没有漏气")."""
    looked_for = _with_plurals(tuple(phrases))
    return any(end_of(utterance.words, at, looked_for) and not _denied(utterance, at) for at in range(len(utterance.words)))


@lru_cache(maxsize=256)
def _with_plurals(phrases: tuple[str, ...]) -> Listed:
    return by_first(f"{phrase}{ending}" for phrase in phrases if phrase.strip() for ending in (("", "s", "es") if phrase[-1].isascii() else ("",)))


def _denied(utterance: Utterance, at: int) -> bool:
    """Whether a negator stands shortly before token `at` in its clause; a "no" counts only right before it, since elsewhere it is an answer."""
    for segment in segments(utterance):
        before = [unit for unit in segment.units if unit.last <= at]
        if any(unit.first <= at < unit.last for unit in segment.units):
            near, negators = before[-_NEGATED:], table("single")["not"]
            return any(unit.marks & mask("not") or unit.words[0] in negators for unit in near) or bool(near and near[-1].marks & mask("no"))
    return False


def _in_order(meaning: Meaning, prompt: Prompt) -> Sequence[ActCandidate]:
    utterance = meaning.utterance
    polite = meaning.does(_POLITE) and prompt not in (Prompt.YES_NO, Prompt.CONFIRM)

    def rank(act: Found) -> tuple[int, int]:
        praise = act.act is Act.AFFIRM and polite and (act.kind in LUKEWARM or prompt is not Prompt.UNKNOWN)
        return (_AFTER_MANNERS if praise else RANK[act.act], act.first)

    acts: dict[Act, ActCandidate] = {}
    for one in sorted(meaning.found, key=rank):
        span = (utterance.tokens[one.first].start, utterance.tokens[one.last - 1].end)
        acts.setdefault(one.act, ActCandidate(act=one.act, rule=one.rule, kind=one.kind, span=span, detail=one.detail))
    return tuple(acts.values())
