"""`python -m tests.console.axe`: every screen of the console, wide and narrow, light and dark, in both languages.

Exit code 1 when axe-core finds anything.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.conftest import RedisServer
from tests.console.axe import found_on_all
from tests.console.looks import EMPTY, LOOKS, WAYS, Look, play
from tests.console.pages import ANN, PATIENT, Console, answering, browsing


def main() -> int:
    wrong = 0
    redis = RedisServer()
    with tempfile.TemporaryDirectory() as folder, answering(Path(folder), REDIS_URL=redis.url, **PATIENT) as service, browsing() as browser:

        def look_at(token: str, looks: Sequence[Look]) -> int:
            context = browser.new_context(locale="en-US")
            everything = found_on_all(Console(context.new_page(), service).open(token=token), looks)
            for where, faults in everything.items():
                print(where, *faults, sep="\n  ")
            print(f"{', '.join(look.name for look in looks)}: looked at in {len(WAYS)} ways")
            context.close()
            return sum(len(faults) for faults in everything.values())

        wrong += look_at(ANN, EMPTY)
        play(service)
        wrong += sum(look_at(token, looks) for token, looks in LOOKS.items())
    redis.close()
    print(f"axe-core found {wrong or 'nothing'}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
