"""`python -m tests.console.axe`: every screen of the console, wide and narrow, light and dark, in both languages.

Exit code 1 when axe-core finds anything.
"""

import sys
import tempfile
from pathlib import Path

from tests.conftest import RedisServer
from tests.console.axe import found_on_all
from tests.console.looks import LOOKS, WAYS, play
from tests.console.pages import PATIENT, Console, answering, browsing


def main() -> int:
    wrong = 0
    redis = RedisServer()
    with tempfile.TemporaryDirectory() as folder, answering(Path(folder), REDIS_URL=redis.url, **PATIENT) as service, browsing() as browser:
        play(service)
        for token, looks in LOOKS.items():
            context = browser.new_context(locale="en-US")
            for where, faults in found_on_all(Console(context.new_page(), service).open(token=token), token).items():
                wrong += len(faults)
                print(where, *faults, sep="\n  ")
            print(f"{', '.join(look.name for look in looks)}: looked at in {len(WAYS)} ways")
            context.close()
    redis.close()
    print(f"axe-core found {wrong or 'nothing'}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
