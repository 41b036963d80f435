"""Which supervisors watch, kept in this process."""

from collections.abc import Callable, Mapping, Sequence

from storage import keys


class Watchers:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        """By agent id: when a stream of theirs was last known to be open, in Unix seconds."""

    def note(self, agents: Sequence[str]) -> Mapping[str, float]:
        """As `CallStore.watching` promises."""
        now = self._clock()
        self._seen |= dict.fromkeys(agents, now)
        self._seen = {agent: at for agent, at in self._seen.items() if at > now - keys.WATCHED_S}
        return {agent: max(now - at, 0.0) for agent, at in self._seen.items()}

    def put(self, agents: Sequence[str]) -> None:
        """Have these watch, and nobody else."""
        self._seen = dict.fromkeys(agents, self._clock())
