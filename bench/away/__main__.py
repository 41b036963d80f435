"""The talk goes on while Redis is away, at random, counted: `python -m bench.away [--short] [--faults 500] [--calls 200] [--hosts 2]`.

Callers of both languages talk to hosts of two workers each that share a Redis, while that is killed, stopped, full, read-only, or cut off by a proxy,
for all or for one of them; workers and whole services are killed with SIGKILL while it is away and while what waited is written back. Most calls stay
with their host; some are brought to the other one now and then; and pairs of callers are after the same last place. What each left behind is compared
with the same call left alone (`judging.py`): it ends as that does, or its booking is noted and made afterwards, or a person is wanted.

Then, each by itself (`measures.py`): how long a turn takes while Redis is away, beside before and after in the same run, and how long it is until all
is written back that `--back` calls have waiting. The seed is printed, and `--seed` plays the same callers again. Exit code 1 when anything is wrong.

`--short`, which every check runs, plays one host; what two hosts do to one call is rare, and for the long form.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from bench.away.calling import Calling
from bench.away.hosts import town
from bench.away.judging import Call, mistakes
from bench.away.measures import talking_while_away, writing_back
from bench.away.scripts import CONTESTED, Script, Twins, firms, scripts
from storage import keys

TOGETHER = 10
"""Callers at a time."""
SITTING = 24
"""Calls between two judgements."""


def sat(made, rung: Sequence[tuple[Script, Twins | None]], seed: int) -> list[Call]:  # type: ignore[no-untyped-def]
    """Calls at once, disturbed until the last is over; ends when Redis has all of them."""
    with ThreadPoolExecutor(TOGETHER) as together:
        calls = [together.submit(Calling(made.hosts, script, random.Random(f"{seed} {script.sid}")).talk) for script, _ in rung]
        made.disturb(lambda: not all(call.done() for call in calls))
        return [Call(script, twins, call.result()) for (script, twins), call in zip(rung, calls, strict=True)]


def disturbed(seed: int, hosts: int, calls: int, faults: int, away_s: tuple[float, float], keep: Path | None) -> dict[str, list[str]]:
    """At least so many calls and faults. What is wrong, by callSid."""
    chance, wrong = random.Random(seed), dict[str, list[str]]()
    languages: Counter[str] = Counter()
    turns = 0
    with tempfile.TemporaryDirectory(prefix="away-") as name:
        folder = Path(name)
        rung_in = firms(folder / "firms")
        callers = scripts(seed, rung_in, hosts)
        with town(folder, rung_in, hosts, chance, away_s) as made:
            while languages.total() < calls or made.faults.total() < faults:
                over = sat(made, list(islice(callers, SITTING)), seed)
                found = mistakes(made.server.client, over, keep)
                wrong |= found
                languages.update(call.script.persona.language if call.script.persona else "en" for call in over)
                turns += sum(len(call.heard.answers) for call in over)
                for sid, names in found.items():
                    print(f"  {sid}: {'; '.join(names)}")
                print(f"{languages.total():>5} calls, {made.faults.total():>4} faults, {len(wrong)} calls with something wrong", flush=True)
                made.server.client.delete(*keys.calendar(CONTESTED))
            print(f"\n{hosts} hosts; {languages.total()} calls ({languages['zh']} Chinese), {turns} turns, {made.faults.total()} faults")
            for fault, count in sorted(made.faults.items()):
                print(f"  {fault:<48} {count:>5}")
            complaints: Counter[str] = Counter()
            for host in made.hosts:
                host.listen()
                complaints.update(host.complaints)
            print("what the services wrote beside plain news: " + ", ".join(f"{told} ({count})" for told, count in complaints.most_common()))
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="one sitting with one host, and small measurements: within 90 s")
    parser.add_argument("--faults", type=int, default=500)
    parser.add_argument("--calls", type=int, default=200)
    parser.add_argument("--hosts", type=int, default=2)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds that Redis is away at most; 600 for ten minutes")
    parser.add_argument("--back", type=int, default=1000, help="calls that wait to be written back; 0: do not measure")
    parser.add_argument("--rounds", type=int, default=8, help="of talking while it is away; 0: do not measure")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", type=Path, help="a folder for all there is of calls with something wrong")
    options = parser.parse_args()
    if options.short:
        options.faults, options.calls, options.hosts, options.longest, options.back, options.rounds = 10, SITTING, 1, 1.5, 150, 4
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1_000_000)
    began = time.monotonic()
    print(f"seed {seed}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", flush=True)
    away_s = min(1.0, options.longest), options.longest
    wrong = bool(options.calls) and disturbed(seed, options.hosts, options.calls, options.faults, away_s, options.keep)
    # Of so few turns 99 of 100 are all but the longest, and a disk that stalls once makes a round slow: what longer looking shows as well counts.
    slow = bool(options.rounds) and talking_while_away(options.rounds) and talking_while_away(3 * options.rounds)
    late = bool(options.back) and writing_back(options.back)
    print(f"\n{len(wrong) if wrong else 0} calls with something wrong; {time.monotonic() - began:.0f} s, load at the end {os.getloadavg()[0]:.1f}")
    return int(bool(wrong) or slow or late)


if __name__ == "__main__":
    sys.exit(main())
