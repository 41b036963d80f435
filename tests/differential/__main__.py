"""What does this checkout do otherwise than another revision?

    python -m tests.differential compare --base main             both are played, every difference is shown; exit 1 when one is not accepted
    python -m tests.differential compare --short                 the short form, against the digests in the repository: what CI runs
    python -m tests.differential record --to FILE                a recording of this checkout, which --base takes too
    python -m tests.differential keep                            write those digests anew (when everything that differed is accepted or mended)

`--processes 2` halves the time; `--only "mixed"` plays the items whose id begins so; `--short` plays all rows and calls, and fewer mixtures.
"""

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.differential import comparing, corpus, history, kept, recording
from tests.differential.corpus import Item
from tests.differential.recording import Result


def main() -> int:
    given = _arguments()
    contexts, items = _items_in(given.items) if given.items else _items_of(given)
    match given.do:
        case "record":
            _tell(f"{recording.write(given.to, recording.play_all(items, contexts, given.processes))} items")
            return 0
        case "keep":
            count = kept.write(history.commit_of("HEAD"), recording.play_all(items, contexts, given.processes))
            _tell(f"{count} items")
            return 0
        case _:
            return _compare(given, items, contexts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.differential", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("do", choices=("compare", "record", "keep"))
    parser.add_argument("--base", default="", help="a revision or a recording (default: the digests in the repository)")
    parser.add_argument("--to", type=Path, default=Path("recording.jsonl.gz"))
    parser.add_argument("--items", type=Path, help="what to play, as another run wrote it down")
    parser.add_argument("--only", default="")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--show", type=int, default=-1, help="how many differences to print (default: all)")
    return parser.parse_args()


def _compare(given: argparse.Namespace, items: list[Item], contexts: list[Item]) -> int:
    report = comparing.Report(comparing.accepted())
    with tempfile.TemporaryDirectory(prefix="differential-") as made:
        folder = Path(made)
        pairs = (_both if given.base else _against_kept)(given, items, contexts, folder)
        for found in pairs:
            if report.take(found) and (given.show < 0 or report.open <= given.show):
                _tell("\n".join(comparing.shown(found)))
    _tell("\n".join(report.summary()))
    return 1 if report.open else 0


def _both(given: argparse.Namespace, items: list[Item], contexts: list[Item], folder: Path) -> Iterator[comparing.Difference]:
    """This checkout and the base, a revision or a recording."""
    ours = folder / "ours.gz"
    if Path(given.base).is_file():
        base = {item["id"]: result for item, result in recording.read(Path(given.base))}
        items = [item for item in items if item["id"] in base]
        _tell(f"{len(items)} items are in the recording")
        yield from comparing.differences(((item, base[item["id"]]) for item in items), recording.play_all(items, contexts, given.processes))
        return
    with _recorded(given.base, items, contexts, folder, max(1, given.processes // 2)) as theirs:
        if given.processes == 1:
            theirs.wait()
        recording.write(ours, recording.play_all(items, contexts, max(1, given.processes // 2)))
        if theirs.wait():
            raise SystemExit(f"{given.base} could not be recorded")
    _tell(f"{len(items)} items played on both sides")
    yield from comparing.differences(recording.read(folder / "theirs.gz"), recording.read(ours))


def _against_kept(given: argparse.Namespace, items: list[Item], contexts: list[Item], folder: Path) -> Iterator[comparing.Difference]:
    """This checkout and the digests in the repository; where one differs, the revision they were taken of is played too, if it is here."""
    revision, digests = kept.read()
    new: list[str] = []
    changed = list(kept.changed(digests, recording.play_all(items, contexts, given.processes), new))
    _tell(f"{len(items)} items played, {len(new)} of them new since {revision[:9]}, {len(changed)} came to something else")
    if not changed:
        return
    if not history.is_known(revision):
        _tell(f"{revision[:9]} is not in this clone: only what is answered now is shown")
        yield from comparing.differences(((item, _unlike(item, result, digests)) for item, result in changed), changed)
        return
    with _recorded(revision, [item for item, _ in changed], contexts, folder, 1) as theirs:
        if theirs.wait():
            raise SystemExit(f"{revision} could not be recorded")
    yield from comparing.differences(recording.read(folder / "theirs.gz"), changed)


def _unlike(item: Item, result: Result, digests: kept.Digests) -> Result:
    """What is known of the other side: which steps were the same."""
    first, *now = kept.line(item, result).split()
    same = [old == new for old, new in zip(digests[first], now, strict=False)]
    return {step: made if number < len(same) and same[number] else {} for number, (step, made) in enumerate(result.items())}


@contextmanager
def _recorded(revision: str, items: list[Item], contexts: list[Item], folder: Path, processes: int) -> Iterator["subprocess.Popen[bytes]"]:
    """The revision being recorded to theirs.gz by a process of its own."""
    with gzip.open(folder / "items.gz", "wt", 1, encoding="utf-8") as out:
        out.writelines(json.dumps(one) + "\n" for one in (contexts, *items))
    with history.checked_out(revision) as place:
        command = [sys.executable, "-m", "tests.differential", "record", "--items", folder / "items.gz", "--to", folder / "theirs.gz"]
        with subprocess.Popen(
            [*command, "--processes", str(processes)], cwd=place, env={**os.environ, "PYTHONPATH": str(place)}, stdout=subprocess.DEVNULL
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def _items_of(given: argparse.Namespace) -> tuple[list[Item], list[Item]]:
    every = corpus.items(short=given.short or given.do == "keep")
    return corpus.contexts(), [item for item in every if item["id"].startswith(given.only)]


def _items_in(path: Path) -> tuple[list[Item], list[Item]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        contexts, *items = map(json.loads, lines)
    return contexts, items


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
