"""What was claimed, kept in this process."""

from collections.abc import Callable


class Claims:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}
        """By name: until when, in Unix seconds."""

    def take(self, name: str, for_s: int) -> bool:
        """As `CallStore.claim` promises."""
        now = self._clock()
        self._until = {one: until for one, until in self._until.items() if until > now}
        first = name not in self._until
        self._until.setdefault(name, now + for_s)
        return first
