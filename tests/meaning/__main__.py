"""`python -m tests.meaning [--unseen] [--show]`: how often a service is heard that was only described.

`--unseen`: the trades that nothing was tuned on; their rows are to be read by nobody who tunes. `--show`: each row that did not come out right.
"""

import argparse

from tests.meaning.measuring import HERE, described, heard, table, tuned_on

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    sets = {"unseen": list(described(HERE / "unseen.jsonl"))} if options.unseen else tuned_on()
    print("\n".join(table(sets)))
    for row in (row for rows in sets.values() for row in rows) if options.show else ():
        read = heard(row)
        if read.kind(row.want) not in ("right", "let be"):
            print(f"{read.kind(row.want):18}{row.say[:70]!r:74} wants {row.want}: {read.taken or read.asked}")
