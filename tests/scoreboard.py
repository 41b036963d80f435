"""How well the caller is understood: every slot, language and source, beside the last release and the best library measured.

python -m tests.scoreboard                 print the board; exit 1 when a figure fell by more than noise
python -m tests.scoreboard --release       keep these figures as the last release's
python -m tests.scoreboard --records DIR   measure another folder of records, against nothing
"""

import argparse
import collections
import json
import sys
import time
from pathlib import Path
from typing import Any

from tests.meaning.measuring import table, tuned_on
from tests.measure import read_value
from tests.understanding import score

HERE = Path(__file__).parent / "understanding"
LAST = HERE / "last_release.json"
NOISE = 0.01
"""What a figure over a slot and language may fall by; a single source, being smaller, is shown and not judged."""
LIBRARIES = {
    "name/en": ("cue words with a census list", 0.50),
    "phone/en": ("phonenumbers, its matcher", 0.86),
    "phone/zh": ("phonenumbers, its matcher", 0.96),
    "address/en": ("usaddress", 0.74),
    "email/en": ("regular expressions", 0.90),
    "time/en": ("Duckling", 0.80),
    "time/zh": ("recognizers-text", 0.71),
    "act/en": ("recognizers-text-choice", 0.70),
}
"""The best library's F1 on a larger part of these sources, where one was measured."""


def measure(records: Path) -> dict[str, dict[str, Any]]:
    """What was heard of every record, summed up by "slot/language/source" and by "slot/language"."""
    groups: dict[str, list[dict[str, Any]]] = collections.defaultdict(list)
    for record in score.load(str(records)):
        begun = time.perf_counter()
        heard = read_value(record["slot"], record["utterance"], record["asked"], record["locale"], record["reference_time"])
        ms = (time.perf_counter() - begun) * 1000
        row = {"rec": record, "got": heard, "ok": score.right(record, heard), "ms": ms, "err": 0}
        total = f"{record['slot']}/{record['locale'][:2]}"
        for key in (total, f"{total}/{record['source']}"):
            groups[key].append(row)
        if record["origin"].startswith("real"):
            groups[f"{total}/real callers"].append(row)
    return {key: score.summarise(rows) for key, rows in sorted(groups.items())}


def board(found: dict[str, dict[str, Any]], last: dict[str, dict[str, Any]]) -> list[str]:
    """The lines to print."""
    lines = [f"{'slot':9}{'lang':6}{'source':20}{'n':>5}{'F1':>8}{'last':>8}{'P':>8}{'R':>8}{'nothing':>9}{'last':>8}{'ms':>7}   best library"]
    for key, row in found.items():
        slot, language, source = (*key.split("/"), "all")[:3]
        before = last.get(key, {})
        library = f"{LIBRARIES[key][1]:.2f} {LIBRARIES[key][0]}" if key in LIBRARIES else ""
        figures = (row["f1"], before.get("f1"), row["precision"], row["recall"])
        lines.append(
            f"{slot:9}{language:6}{source:20}{row['n']:>5}"
            + "".join(score.fmt(figure, 8) for figure in figures)
            + score.fmt(row["neg_accuracy"], 9)
            + score.fmt(before.get("neg_accuracy"), 8)
            + f"{row['mean_ms']:>7.2f}   {library}"
        )
    return lines


def fallen(found: dict[str, dict[str, Any]], last: dict[str, dict[str, Any]]) -> list[str]:
    """The figures of slots and languages that fell by more than noise since the last release."""
    return [
        f"{key}: {figure} {before[figure]:.3f} -> {found[key][figure]:.3f}"
        for key, before in last.items()
        if key.count("/") == 1
        for figure in ("f1", "neg_accuracy")
        if before.get(figure) is not None and (found[key][figure] or 0.0) < before[figure] - NOISE
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", action="store_true")
    parser.add_argument("--records", type=Path)
    options = parser.parse_args()
    found = measure(options.records or HERE / "records")
    last = {} if options.records or not LAST.exists() else json.loads(LAST.read_text("utf-8"))
    print("\n".join(board(found, last)))
    if not options.records:
        print("\n".join(["", *table(tuned_on())]))
    if options.release:
        kept = ("n", "f1", "precision", "recall", "neg_accuracy")
        LAST.write_text(json.dumps({key: {name: row[name] for name in kept} for key, row in found.items()}, indent=1) + "\n", "utf-8")
        return 0
    worse = fallen(found, last)
    for line in worse:
        print(f"fell: {line}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
