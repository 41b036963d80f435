"""How long tests wait for what must come: longer than any machine may be busy, since only a test that fails waits that long."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE_S = 300.0


def until(holds: Callable[[], Any]) -> None:
    """Wait for something that happens in another thread or process."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
