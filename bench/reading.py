"""What it costs to read an utterance for all six slots and the acts, and that no string breaks it.

    python -m bench.reading                  milliseconds of CPU over the records in tests/understanding, and over long adversarial strings
    python -m bench.reading --fuzz 100000    that many random and adversarial strings as well; exit 1 when one raises

Times are process time and the best of three, since other programs slow any of them.
"""

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from random import Random
from time import process_time

from agent.nlu.acts.recognition import recognise_acts
from agent.nlu.candidates import Context, Held
from agent.nlu.utterance import MAX_CHARS, MAX_TOKENS, Utterance
from agent.record.business import Service
from agent.slots import SLOTS
from tests.understanding import score

RECORDS = Path(__file__).parent.parent / "tests" / "understanding" / "records"
OFFERS = tuple(Service(id=name, name=name) for name in ("drain cleaning", "leak repair", "water heater service", "通下水道", "空调维修"))
_WORDS = (
    "one two oh double triple hundred twenty first third at dot underscore gmail com for street unit avenue road no not yes actually it's tomorrow"
    " monday pm next week the of and a to in say again wrong right person please spell capital victoria 3121 90210"
    " 一 二 十 百 三个 幺 点 艾特 路 号 区 市 省 下周 明天 上午 半 王 张 弓长 不 是 对 的 ，"
)
_PHRASES = "as in|my name is|half past|quarter to|new york|three thirty"
_ODD = ("é", "ß", "İ", "ﬁ", "\u200b", "\u202e", "\x00", "\ud83d", "😀", "٣", "Ⅷ", "\t", "\n", "\xad")
PIECES = (*"abcdefghijklmnopqrstuvwxyz0123456789 .,-'@/:#?!_+()", *_WORDS.split(), *_PHRASES.split("|"), *_ODD)
_REPEATED = (
    "one|a|ab a|double|at|dot|at a dot|1|12|tomorrow|monday at three|not|no|yes|street|12 high street|unit|b as in boy|my name is|it's|and|to|for"
    "|two hundred and|twenty|the third of march|quarter to|um|(02)|+61 4|half past|march|victoria|new york|é|🙂"
)
_GLUED = "三点|一百|下周|王|不|路号|点|艾特a|@|.|-|'|a.b@"
ADVERSARIAL = (*(f"{piece} " for piece in _REPEATED.split("|")), *_GLUED.split("|"))
"""What is repeated to `MAX_CHARS`."""


def contexts() -> Sequence[Context]:
    """Every slot asked, each holding something, and nothing known."""
    now = datetime(2026, 3, 2, 9)
    held = {
        "name": "Mary O'Neill",
        "phone": "+12025550143",
        "address": "12 High Street, Richmond VIC 3121",
        "email": "a.b@example.com",
        "time": "2026-03-03T14:00",
    }
    plain = Context(language="en", region="US", now=now, services=OFFERS)
    return [
        plain,
        *(
            Context(language="en", region="AU", now=now, asked=frozenset({slot}), services=OFFERS, held=Held(value=held.get(slot, "")))
            for slot in SLOTS
        ),
    ]


def read(text: str, context: Context) -> None:
    """As a turn reads it: six slots and the acts."""
    utterance = Utterance(text)
    recognise_acts(utterance, context)
    for slot in SLOTS.values():
        slot.extract(utterance, context)


def cost_ms(text: str, context: Context) -> float:
    """CPU milliseconds, the best of three."""
    found = []
    for _ in range(3):
        begun = process_time()
        read(text, context)
        found.append((process_time() - begun) * 1000)
    return min(found)


def strings(rng: Random, count: int) -> Iterator[str]:
    for _ in range(count):
        joint = rng.choice(("", " ", " ", " "))
        yield joint.join(rng.choice(PIECES) for _ in range(rng.choice((1, 2, 4, 8, 16, 16, 32, 64))))


def fuzz(count: int, seed: int) -> list[str]:
    """What raised, one line each."""
    rng, wrong = Random(seed), []
    views = contexts()
    for number, text in enumerate(strings(rng, count)):
        try:
            read(text, views[number % len(views)])
        except Exception as error:  # whatever it is, it is what we are looking for
            wrong.append(f"raised {type(error).__name__} on {text!r}")
    return wrong


def growth(piece: str) -> float:
    """How many times as much twice the length costs."""
    half, whole = (cost_ms((piece * MAX_CHARS)[:size], contexts()[0]) for size in (MAX_TOKENS // 2, MAX_TOKENS))
    return whole / half


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    wrong = fuzz(options.fuzz, options.seed)
    if options.fuzz:
        print("\n".join((*wrong[:20], f"{options.fuzz} strings, seed {options.seed}: {len(wrong)} raised")))
    plain, *_ = contexts()
    texts = [record["utterance"] for record in score.load(str(RECORDS))]
    for text in texts[::20]:
        read(text, plain)
    taken = sorted(cost_ms(text, plain) for text in texts[::3])
    median, high = statistics.median(taken), taken[int(len(taken) * 0.99)]
    print(f"{len(taken)} utterances, six slots and the acts: median {median:.2f} ms (aim: 1), p99 {high:.2f} ms of CPU")
    worst = sorted(((cost_ms((piece * MAX_CHARS)[:MAX_CHARS], plain), piece) for piece in ADVERSARIAL), reverse=True)
    print(f"{MAX_CHARS} characters (aim: 20 ms): worst " + ", ".join(f"{ms:.1f} ms {piece!r}" for ms, piece in worst[:5]))
    steepest = max((growth(piece), piece) for piece in ADVERSARIAL)
    print(f"twice the length costs at most {steepest[0]:.1f} times as much ({steepest[1]!r})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
