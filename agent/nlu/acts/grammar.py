"""The grammar of dialogue acts: which marks in one clause make which act.

A frame is a clause that holds one unit of each of `needs` (each a choice of marks), none of `lacks`, and else only words that are no content.
Order of the words is free, as speakers' is; the first frame that fits wins, so the special stands before the general.
A frame that is `open` also fits where content follows ("a person, because my sink ..."), one that is `alone` only where nothing else was said,
one that is `single` only a clause of nothing but what it needs, and one with `only` a clause of nothing but that ("do I have to give that").
"""

from functools import cache
from typing import NamedTuple

from agent.nlu.acts import ActKind
from agent.nlu.acts.words import bits
from agent.record.acts import Act


class Frame(NamedTuple):
    act: Act | None
    """None: the clause is understood, and does nothing ("are you a robot?")."""
    rule: str
    needs: tuple[int, ...]
    lacks: int
    open: bool
    alone: bool
    single: bool
    only: int
    kind: ActKind


def _frame(
    act: Act | None,
    rule: str,
    *needs: str,
    lacks: str = "",
    open: bool = False,  # noqa: A002
    alone: bool = False,
    single: bool = False,
    only: str = "",
    kind: ActKind = ActKind.PLAIN,
) -> Frame:
    return Frame(act, rule, tuple(_bits(need) for need in needs), _bits(lacks), open, alone, single, _bits(only), kind)


def _bits(marks: str) -> int:
    return bits(*marks.split("|")) if marks else 0


SLOT_MARKS = ("slot_name", "slot_phone", "slot_address", "slot_email", "slot_service", "slot_time")
_SLOT = "|".join(SLOT_MARKS)


@cache
def frames() -> tuple[Frame, ...]:
    """Every frame, the special before the general."""
    return (
        _frame(Act.LANGUAGE, "language", "language", "speak_lang"),
        _frame(Act.LANGUAGE, "language_alone", "language", alone=True),
        _frame(Act.HANDOFF, "no_bot", "bot", "talk|connect|need", "not|stupid"),
        _frame(Act.HANDOFF, "person", "person", "talk|connect|transfer|help|there_is", lacks="not|wh", open=True),
        _frame(Act.HANDOFF, "existing", "someone", "talk|transfer", "existing", lacks="not", open=True),
        _frame(Act.HANDOFF, "someone", "someone", "talk|transfer", lacks="not|about", open=True),
        _frame(Act.HANDOFF, "existing_booking", "existing", "change|fix|shifted|stop|cancel", lacks="not", open=True),
        _frame(Act.HANDOFF, "transfer", "transfer", lacks="not"),
        _frame(Act.HANDOFF, "person_alone", "person", lacks="not|aux|i|wh|services_ask", alone=True),
        _frame(Act.START_OVER, "start_over", "start_over", lacks="not"),
        _frame(Act.START_OVER, "start_again", "start", "again", lacks="not|say|hear|repeat"),
        _frame(Act.REFUSE, "rather_not", "rather", kind=ActKind.WITHHELD),
        _frame(Act.REFUSE, "not_give", "not", "give", "need|care", "i|you", lacks="again|know|hear|dont_know", kind=ActKind.WITHHELD),
        _frame(Act.REFUSE, "skip", "skip", lacks="not"),
        _frame(Act.REFUSE, "left_out", "leave", "out", _SLOT, lacks="not|wrong"),
        _frame(Act.REFUSE, "no_slot", "no_slot", lacks="hear|wrong|truth|aux|quality"),
        _frame(Act.REFUSE, "has_none", "lack", _SLOT, lacks="hear|wrong|truth"),
        _frame(
            Act.WHY, "must", "must", lacks="change", only="must|give|pronoun|article|filler|you|i|yes|no|ok|but|quality|why|wh|aux|need|for|" + _SLOT
        ),
        _frame(Act.WHY, "why_slot", "why", "you", "need", _SLOT, open=True),
        _frame(Act.WHY, "use_of", "wh", "you|i", "need|use_of", _SLOT, "for"),
        _frame(Act.WHY, "why", "why", lacks="not"),
        _frame(Act.ASK_HELD, "held", "held", "wh|aux|able"),
        _frame(Act.ASK_HELD, "held_whole", "held_whole"),
        _frame(Act.ASK_HELD, "held_what", "held_what", "have|held|say"),
        _frame(Act.ASK_HELD, "held_slot", "held_ask", _SLOT + "|held", lacks="how"),
        _frame(Act.REPEAT, "repeat", "repeat", lacks="wrong"),
        _frame(Act.REPEAT, "say_again", "say|know", "again", lacks="wrong|bye"),
        _frame(Act.REPEAT, "asked_before", "wh", "say", "past", lacks="able|topic|not"),
        _frame(Act.REPEAT, "not_heard", "not", "hear"),
        _frame(Act.REPEAT, "missed", "missed"),
        _frame(Act.REPEAT, "was_it", "was_it", lacks="wrong|truth|quality", open=True),
        _frame(Act.REPEAT, "what_again_then", "wh|what_again", "again", lacks="start|able|how|not|i"),
        _frame(Act.REPEAT, "again", "again", alone=True, single=True),
        _frame(Act.REPEAT, "what_again", "what_again", alone=True, single=True),
        _frame(Act.DONT_KNOW, "forgets", "forget", "i", lacks="able|need|pick|not|cancel|let_go"),
        _frame(Act.CANCEL, "cancel", "cancel", lacks="price|how_much|supposed"),
        _frame(Act.CANCEL, "let_go", "let_go", lacks="price|how_much|supposed", kind=ActKind.LET_GO),
        _frame(Act.CANCEL, "stop", "stop", lacks="price|how_much|supposed|not|skip|slot_name|slot_phone|slot_address|slot_email"),
        _frame(
            Act.CANCEL,
            "erase",
            "erase",
            lacks="price|how_much|supposed|not|skip|slot_name|slot_phone|slot_address|slot_email",
            kind=ActKind.ERASE,
        ),
        _frame(Act.CORRECTION, "back_to", "go_back", _SLOT, lacks="not|wrong"),
        _frame(Act.GO_BACK, "go_back", "go_back", lacks="not|wrong"),
        _frame(Act.GO_BACK, "previous", "previous", lacks="not|wrong|wh|pick"),
        _frame(Act.SAME_NUMBER, "same_number", "same_number", lacks="not|wrong|wh", open=True),
        _frame(Act.ASK_PRICE, "extreme", "extreme", "wh|how_much|price|aux", open=True),
        _frame(Act.HELP, "ask_help", "ask_help"),
        _frame(Act.HELP, "skills", "wh", "skills", "you|bot|i"),
        _frame(Act.HELP, "topics", "wh|there_is", "topic|dialogue", "you|bot", "capable"),
        _frame(Act.HELP, "capabilities", "wh|there_is", "able", "capable", "you|bot|i"),
        _frame(Act.HELP, "anything_else", "topic", "able", "capable", "you"),
        _frame(Act.HELP, "tell_topics", "topic|dialogue", "capable", "you", "able|say"),
        _frame(Act.ASK_HOURS, "hours", "hours_ask", open=True),
        _frame(Act.ASK_HOURS, "hours_asked", "hours", "wh|tail"),
        _frame(Act.ASK_PRICE, "how_much", "how_much", open=True),
        _frame(Act.ASK_PRICE, "price", "price", "wh|aux|need|what_again", lacks="not"),
        _frame(Act.ASK_LENGTH, "how_long", "how_long", lacks="not", open=True),
        _frame(Act.ASK_SERVICES, "what_else", "what_else", alone=True),
        _frame(Act.ASK_SERVICES, "services_ask", "services_ask", kind=ActKind.OPTIONS),
        _frame(Act.ASK_SERVICES, "services", "service", "wh|say", lacks="price|slot_time|change"),
        _frame(Act.HOLD_ON, "hold_on", "hold_on"),
        _frame(Act.GREET, "how_doing", "how", "bot|you", "feeling", lacks="not"),
        _frame(Act.GREET, "how_are_you", "how_are", "wellbeing|quality", lacks="not"),
        _frame(Act.DONT_KNOW, "dont_know", "dont_know", lacks="wrong"),
        _frame(Act.DONT_KNOW, "hedge", "hedge", lacks="wrong", alone=True),
        _frame(Act.DONT_CARE, "any_fits", "any", "quality|truth|care|best", lacks="wh|not|have|must"),
        _frame(Act.DONT_CARE, "not_matter", "not|no", "care", lacks="wh"),
        _frame(Act.DONT_CARE, "dont_care", "dont_care", lacks="wrong"),
        _frame(Act.DONT_CARE, "any", "any", alone=True, lacks="wh|not|have|you|must"),
        _frame(Act.DONT_KNOW, "not_know", "not", "know", lacks="say|wrong|again"),
        _frame(Act.CORRECTION, "change_slot", "change", _SLOT, lacks="not"),
        _frame(Act.CORRECTION, "meant", "fix", lacks="yes|no", open=True),
        _frame(Act.GOODBYE, "nice_talk", "enjoy", "chatter", lacks="not|person|someone|able"),
        _frame(Act.THANKS, "helped", "helped", "you|i|quality|pronoun"),
        _frame(Act.HELP, "help", "help", lacks="not|wh|supposed", kind=ActKind.BARE_HELP),
    )
