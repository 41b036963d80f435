"""`slotline explain`: how words are read, step by step, for whoever adds a word or a rule (docs/adding-words.md).

No service is asked: the words are heard in a call that is made up for them, with the question open and the values held that the options name. What
is printed is in `explained.py`.
"""

import argparse
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from agent.dst.contexts import context_for
from agent.dst.hearing import Hearing
from agent.dst.opening import new_call, turn_context_of
from agent.dst.understanding import understand
from agent.nlu.utterance import Utterance
from agent.record.acts import UserAct
from agent.record.business import Business
from agent.record.call import Call, Question, Turn
from agent.record.provenance import Provenance
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.record.slot_state import SlotState
from agent.slots import SLOTS
from api import business_files
from api.settings import read_settings
from api.terminal.client import Failed, failed
from api.terminal.explained import choices, tables
from graph.plan import PLAN

QUESTIONS = get_args(get_type_hints(Question)["kind"])
WIDE = 150
"""Characters of a line where no terminal says how wide it is."""
_TOLD = Provenance(turn="", words="", rule="")
replace = msgspec.structs.replace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `slotline explain` takes."""
    parser.add_argument("words", help="what the caller says; - for lines of standard input, each said by itself, of which only the choice is shown")
    parser.add_argument("--asked", action="append", choices=NAMES, default=[], help="a slot that we had just asked for, or read back")
    parser.add_argument("--question", choices=QUESTIONS, help="the open question (default: read_back of what is held, else ask, else none)")
    parser.add_argument("--held", action="append", default=[], metavar="SLOT=VALUE", help="a value that the call has; asked, it waits for a yes")
    parser.add_argument("--partial", action="append", default=[], metavar="SLOT=PART", help="what earlier turns heard of a value: phone=0412")
    parser.add_argument("--options", action="append", default=[], metavar="SLOT=VALUE|VALUE", help="the values to choose from")
    parser.add_argument("--implied", action="append", choices=NAMES, default=[], help="a slot that was just taken without a read-back")
    parser.add_argument("--or", dest="alternatives", action="append", default=[], metavar="WORDS", help="another hypothesis of the recogniser")
    charts = [name for name in NAMES if SLOTS[name].chunks]
    parser.add_argument(
        "--chart", action="append", choices=charts, default=[], help="a slot whose chart is shown (default: those that heard something)"
    )
    parser.add_argument("--all", action="store_true", help="charts with the chunks that are but a piece of a longer one of their kind")
    parser.add_argument("--language", default="", help="the call's language, e.g. en-AU or zh-CN (default: the business's first)")
    parser.add_argument("--business", type=Path, metavar="FILE", help="a business file (default: SLOTLINE_BUSINESS, or the example)")
    parser.add_argument("--from", dest="caller", default="", metavar="NUMBER", help="the number rung from")
    parser.add_argument("--now", default="", metavar="TIME", help="the caller's clock, ISO 8601 (default: the clock of this machine)")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit code."""
    try:
        business = business_files.load(arguments.business or read_settings().business).default
        now = _now(arguments.now, business)
        call = call_of(arguments, business, now)
    except ValueError as error:
        return failed(Failed(str(error)))
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDE)
    if arguments.words == "-":
        said = [line.strip() for line in sys.stdin]
        console.print(choices([(words, _understood(words, arguments, call, business, now)) for words in said if words]))
        return 0
    turn = _turn(arguments.words, arguments)
    turn_context = turn_context_of(call, turn, business, PLAN, now, ())
    hearing = Hearing(call, turn, business, turn_context.now, Utterance(arguments.words))
    for part in tables(hearing, turn_context, arguments.chart, whole=arguments.all):
        console.print(part if part.row_count else f"{part.title}: nothing\n")
    return 0


def _turn(words: str, arguments: argparse.Namespace) -> Turn:
    return Turn(key="explain", text=words, alternatives=tuple(arguments.alternatives))


def _understood(words: str, arguments: argparse.Namespace, call: Call, business: Business, now: datetime) -> tuple[UserAct, ...]:
    """What the words do in this call."""
    turn = _turn(words, arguments)
    return understand(call, turn, business, turn_context_of(call, turn, business, PLAN, now, ()).now)


def _now(written: str, business: Business) -> datetime:
    """Aware; a clock without an offset is the business's. Raises ValueError."""
    found = datetime.fromisoformat(written) if written else datetime.now().astimezone()
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(business.time_zone))


def call_of(arguments: argparse.Namespace, business: Business, now: datetime) -> Call:
    """The call in which the words are said. Raises ValueError for a value that is none."""
    call = new_call("explain", business, now, caller=arguments.caller, language=arguments.language)
    asked = tuple(arguments.asked)
    for name, value in _told(arguments.held).items():
        context = context_for(call, name, Utterance(""), business, now.astimezone(ZoneInfo(business.time_zone)), frozenset())
        held = SLOTS[name].written(value, context)
        if isinstance(held, Reason):
            raise ValueError(f"{name}: {value!r} is refused: {held.value}")
        pending = SlotState(status="pending", pending=held, pending_provenance=_TOLD)
        call = call.with_slot(name, pending if name in asked else SlotState(status="filled", value=held, provenance=_TOLD))
    for name, part in _told(arguments.partial).items():
        call = call.with_slot(name, replace(call.slot(name), partial=part))
    for name, values in _told(arguments.options).items():
        call = call.with_slot(name, replace(call.slot(name), options=tuple(values.split("|"))))
    states = [call.slot(name) for name in asked]
    likely = "choice" if any(state.options for state in states) else "read_back" if any(state.pending for state in states) else "ask"
    question = msgspec.convert({"kind": arguments.question or (likely if states else "none"), "slots": asked, "implied": arguments.implied}, Question)
    if question.kind in ("ask", "choice", "read_back") and not states:
        raise ValueError(f"what is asked by {question.kind!r}? --asked SLOT")
    if question.kind == "choice" and not states[0].options:
        raise ValueError(f"between what is chosen? --options {asked[0]}='VALUE|VALUE'")
    return replace(call, turns=1, question=question)


def _told(given: Iterable[str]) -> Mapping[str, str]:
    """Slots and what is said of them. Raises ValueError."""
    found = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in NAMES or not value:
            raise ValueError(f"{one!r} is no SLOT=VALUE; slots: {', '.join(NAMES)}")
        found[name] = value
    return found
