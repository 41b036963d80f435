"""What was claimed, and what is counted, kept in this process."""

from collections.abc import Callable


class Claims:
    """What is made of it sets `_clock`, which gives Unix seconds."""

    _clock: Callable[[], float]

    def __init__(self) -> None:
        super().__init__()
        self._claimed: dict[str, float] = {}
        """By name: until when, in Unix seconds."""
        self._counted: dict[str, tuple[int, float]] = {}
        """By name: how much, and until when."""

    async def claim(self, name: str, for_s: int) -> bool:
        now = self._clock()
        self._claimed = {one: until for one, until in self._claimed.items() if until > now}
        first = name not in self._claimed
        self._claimed.setdefault(name, now + for_s)
        return first

    async def tally(self, name: str, by: int, for_s: int) -> int:
        now = self._clock()
        self._counted = {one: (count, until) for one, (count, until) in self._counted.items() if until > now and count > 0}
        count, until = self._counted.get(name, (0, now + for_s))
        self._counted[name] = max(count + by, 0), until
        return max(count + by, 0)
