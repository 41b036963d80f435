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

import msgspec

from agent.nlu.acts import ActCandidate, ActKind
from agent.nlu.acts.answers import Answer, Prompt, fold, prompt_kind
from agent.nlu.acts.fitting import mask
from agent.nlu.acts.found import Found, Reading
from agent.nlu.acts.leads import settle
from agent.nlu.acts.questions import find
from agent.nlu.acts.reading import read, slot_of
from agent.nlu.acts.words import Unit, segments, table
from agent.nlu.candidates import Context, OpenQuestion
from agent.nlu.utterance import Utterance
from agent.record.acts import Act

_CHATTER = 2
"""Content words from which an utterance is more than manners: "hello, it's Ella" greets, "hi, I need a plumber" asks."""
_REQUEST = 4
"""Units of clauses without an act from which thanks are but its manners: "I'll take the last one, thanks"."""
_NEGATED = 4
"""Units in which a negator stands before what it denies."""

_RANK = {
    Act.HANDOFF: 0, Act.EMERGENCY: 0, Act.LANGUAGE: 1, Act.START_OVER: 1, Act.CANCEL: 1, Act.GO_BACK: 1, Act.REFUSE: 2, Act.WHY: 2, Act.ASK_HELD: 2,
    Act.REPEAT: 2, Act.SAME_NUMBER: 2, Act.HELP: 2, Act.ASK_HOURS: 2, Act.ASK_PRICE: 2, Act.ASK_SERVICES: 2, Act.ASK_LENGTH: 2, Act.ASK: 2,
    Act.DENY: 3, Act.AFFIRM: 3, Act.DONT_CARE: 3, Act.DONT_KNOW: 3, Act.CORRECTION: 4, Act.HOLD_ON: 5, Act.THANKS: 6, Act.GOODBYE: 6,
    Act.GREET: 8, Act.BACKCHANNEL: 9,
}  # fmt: skip
"""The main act first: what stops or turns the call, then questions, then answers, then manners."""
_LUKEWARM = (ActKind.OK, ActKind.QUALITY)  # an "okay", a "great": worth a yes only where one was asked for
_AFTER_MANNERS = 7
"""Where "great, thanks" puts its "great": it answers nothing."""


def recognise_acts(utterance: Utterance, context: Context) -> Sequence[ActCandidate]:
    """Every act the utterance does, the main one first; empty when it only gives a value, asks for a service, or says nothing.

    "Yes, but the street is wrong" affirms and corrects: who acts on it must look for a correction before storing anything.
    `context.question`, or the words of our last sentence, decide what a bare "okay" is worth: an answer to a yes-no question, else a back-channel.
    """
    if not utterance:
        return ()
    prompt = prompt_kind(context)
    reading = Reading([], [])
    spoken = segments(utterance)
    for place, segment in enumerate(spoken):
        read(segment, reading, utterance, len(spoken) == 1, place + 1 == len(spoken))
    settle(reading, spoken, prompt)
    _take_politely(reading, context.question, utterance)
    _answer(reading, prompt, utterance)
    _correct(reading, prompt)
    return _in_order(reading, prompt, utterance, context)


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
    """Whether any of the phrases was said as words ("gas leak", not "gas leakage") and not denied ("there's no gas leak", "没有漏气")."""
    spoken = utterance.words
    for phrase in phrases:
        wanted = _words_of(phrase)
        size = len(wanted)
        for at in range(len(spoken) - size + 1 if size else 0):
            if spoken[at] == wanted[0] and _same_words(spoken[at : at + size], wanted) and not _denied(utterance, at):
                return True
    return False


@lru_cache(maxsize=4096)
def _words_of(phrase: str) -> tuple[str, ...]:
    return Utterance(phrase).words


def _same_words(spoken: Sequence[str], wanted: Sequence[str]) -> bool:
    return spoken[:-1] == wanted[:-1] and (spoken[-1] == wanted[-1] or (wanted[-1].isascii() and spoken[-1] in (wanted[-1] + "s", wanted[-1] + "es")))


def _denied(utterance: Utterance, at: int) -> bool:
    """Whether a negator stands shortly before token `at` in its clause; a "no" counts only right before it, since elsewhere it is an answer."""
    for segment in segments(utterance):
        before = [unit for unit in segment.units if unit.last <= at]
        if any(unit.first <= at < unit.last for unit in segment.units):
            near = before[-_NEGATED:]
            return any(unit.marks & mask("not") or unit.words[0] == "not" for unit in near) or bool(near and near[-1].marks & mask("no"))
    return False


def _answer(reading: Reading, prompt: Prompt, utterance: Utterance) -> None:
    """Turn the answers into one act, or none."""
    answer = fold(reading.answers, reading.but)
    if answer is None:
        return
    aside = any(_RANK[found.act] == _RANK[Act.ASK_PRICE] for found in reading.found)
    weak = answer.kind in _LUKEWARM and not (aside and utterance.between(answer.first, answer.last) in table("answers")["consent"])
    answers = prompt in (Prompt.YES_NO, Prompt.CONFIRM)
    act = Act.AFFIRM if answer.sign > 0 else Act.DENY
    if answer.kind is ActKind.NEGATION and (reading.content or any(found.act in (Act.THANKS, Act.GOODBYE) for found in reading.found)):
        return
    more = aside or reading.content >= (1 if answer.kind is ActKind.QUALITY else _CHATTER)
    if weak and more:  # "right, so the number is ...", "4:30 would be great": nothing is accepted by it
        if answers and answer.kind is ActKind.OK:
            reading.found.append(Found(Act.BACKCHANNEL, "ok", answer.first, answer.last))
        return
    if weak and prompt in (Prompt.VALUE, Prompt.STATEMENT, Prompt.ELSE):
        if answer.sign < 0:  # "it doesn't work" tells of a tap, when nobody asked whether it does
            return
        act = Act.BACKCHANNEL if answer.kind is ActKind.OK else act
    reading.found.append(Found(act, answer.kind.value, answer.first, answer.last, kind=answer.kind))
    if any(answer.sign > 0 and later.sign < 0 and answer.first < reading.but <= later.first for later in reading.answers):
        reading.found.append(Found(Act.DENY, "but", reading.but, reading.but + 1, kind=ActKind.BEHIND_BUT))  # "yes, but the postcode is wrong"
    if answer.sign < 0 and reading.slot and any(one.sign < 0 and one.kind in (ActKind.TRUTH, ActKind.NEGATION) for one in reading.answers):
        reading.found.append(Found(Act.CORRECTION, "wrong_slot", answer.first, answer.last, reading.slot))


def _correct(reading: Reading, prompt: Prompt) -> None:
    """Hear a correction in "actually ...", "... instead", "yes, but ...", and a "no" that content follows."""
    acts = {found.act for found in reading.found}
    if Act.CORRECTION in acts or acts & {Act.HANDOFF, Act.CANCEL, Act.START_OVER, Act.GO_BACK, Act.REPEAT}:
        return
    answered = acts & {Act.AFFIRM, Act.DENY}
    if Act.ASK in acts and Act.AFFIRM in acts:  # "yes, but is there parking"
        return
    taken_back = any(answer.first >= reading.but and answer.sign < 0 for answer in reading.answers)
    if reading.but >= 0 and answered and (reading.beside or taken_back):
        reading.found.append(Found(Act.CORRECTION, "but", reading.but, reading.but + 1, reading.slot, ActKind.BEHIND_BUT))
    elif reading.beside and reading.turned >= 0 and Act.AFFIRM not in acts:
        reading.found.append(Found(Act.CORRECTION, "turned", reading.turned, reading.turned + 1, reading.slot))
    elif reading.beside and reading.remade >= 0 and Act.AFFIRM not in acts and prompt is not Prompt.VALUE:
        reading.found.append(Found(Act.CORRECTION, "remade", reading.remade, reading.remade + 1, reading.slot))
    elif reading.beside >= _CHATTER and reading.swapped >= 0 and prompt is not Prompt.VALUE:
        reading.found.append(Found(Act.CORRECTION, "swapped", reading.swapped, reading.swapped + 1, reading.slot))
    elif reading.beside >= _CHATTER and prompt is Prompt.CONFIRM and not acts and reading.asks:
        reading.found.append(Found(Act.CORRECTION, "instead_of_yes", 0, 1, reading.slot))
    elif reading.beside and Act.DENY in acts and prompt in (Prompt.CONFIRM, Prompt.YES_NO, Prompt.UNKNOWN):
        reading.found.append(Found(Act.CORRECTION, "no_and_value", reading.answers[0].first, reading.answers[0].last, reading.slot))


def _in_order(reading: Reading, prompt: Prompt, utterance: Utterance, context: Context) -> Sequence[ActCandidate]:
    found = _without_idle(_as_answers(_in_place(reading, prompt, utterance, context), prompt, utterance, context), reading)
    polite = bool({act.act for act in found} & {Act.THANKS, Act.GOODBYE}) and prompt not in (Prompt.YES_NO, Prompt.CONFIRM)

    def rank(act: Found) -> tuple[int, int]:
        praise = act.act is Act.AFFIRM and polite and (act.kind in _LUKEWARM or prompt is not Prompt.UNKNOWN)
        return (_AFTER_MANNERS if praise else _RANK[act.act], act.first)

    if refused := next((act for act in found if act.kind is ActKind.WITHHELD), None):
        found = [*found, Found(Act.DENY, refused.rule, refused.first, refused.last, kind=ActKind.WITHHELD)]
    acts: dict[Act, ActCandidate] = {}
    for one in sorted(found, key=rank):
        span = (utterance.tokens[one.first].start, utterance.tokens[one.last - 1].end)
        acts.setdefault(one.act, ActCandidate(act=one.act, rule=one.rule, kind=one.kind, span=span, detail=one.detail))
    return tuple(acts.values())


def _as_answers(found: list[Found], prompt: Prompt, utterance: Utterance, context: Context) -> list[Found]:
    """With "that's all" for a no where we asked whether there is anything else, and with "that's it" for a yes where we asked for one."""
    done = next((act for act in found if act.kind is ActKind.ALL_DONE), None)
    if done is None:
        return found
    if prompt is Prompt.ELSE and not any(act.act is Act.DENY for act in found):
        return [*found, Found(Act.DENY, "all_done", done.first, done.last)]
    if prompt not in (Prompt.YES_NO, Prompt.CONFIRM):
        return found
    endings = table("answers")["that_is_it"]
    found = [
        Found(Act.AFFIRM, "that_is_it", act.first, act.last, kind=ActKind.THAT_IS_IT)
        if act.kind is ActKind.ALL_DONE and utterance.words[act.last - 1] in endings
        else act
        for act in found
    ]
    if context.question is OpenQuestion.READ_BACK and any(act.kind is ActKind.THAT_IS_IT for act in found):  # "nah, that's it"
        found = [act for act in found if act.act is not Act.DENY]
    return found


def _without_idle(found: list[Found], reading: Reading) -> list[Found]:
    """Without the acts that mean nothing beside content, or beside another act."""
    if reading.content:  # "I need help with my drain" asks for a service
        found = [act for act in found if act.kind is not ActKind.BARE_HELP]
    if reading.content >= _CHATTER or reading.idle >= _REQUEST:
        found = [act for act in found if act.act not in (Act.THANKS, Act.GREET)]
    acts = {act.act for act in found}
    if Act.START_OVER in acts:  # "clear all that and start again"
        found = [act for act in found if act.act is not Act.CANCEL]
    if Act.HOLD_ON in acts and acts & {Act.AFFIRM, Act.DENY, Act.CORRECTION}:
        found = [act for act in found if act.act is not Act.HOLD_ON or act.last - act.first > 1]
    return found


def _in_place(reading: Reading, prompt: Prompt, utterance: Utterance, context: Context) -> list[Found]:
    """The acts that were found, less those that what was asked, or what else was said, makes none of."""
    found, asked = reading.found, context.asked
    if prompt is Prompt.VALUE and asked & {"name", "service", "time"}:  # "can you fix my tap": a wish, and no question
        found = [one for one in found if one.kind is not ActKind.REQUEST]
    if asked == {"time"}:  # "what are my options"
        found = [msgspec.structs.replace(one, act=Act.DONT_CARE) if one.kind is ActKind.OPTIONS else one for one in found]
    if any(one.act is Act.DONT_CARE for one in found):  # "I don't know, whenever"
        found = [one for one in found if one.act is not Act.DONT_KNOW]
    return [one for one in found if not (one.kind is ActKind.FAREWELL and reading.content and _is_weak_bye(utterance.between(one.first, one.last)))]


def _is_weak_bye(words: str) -> bool:
    """Whether it is a goodbye only by itself: 礼拜六 is no 拜, and 88 is often a number."""
    return words.isdigit() or (len(words) == 1 and not words.isascii())
