"""Which supervisors watch, kept in this process; and how they are named in every store."""

from collections.abc import Callable, Mapping, Sequence

from storage import keys


def named(agent: str, business: str = "") -> str:
    """A supervisor as `CallStore.watching` names them. `business`: the one that they are bound to; "": they see every call."""
    return f"{agent} {business}" if business else agent  # no id has a space in it


def may_see(name: str, business: str) -> bool:
    """Whether a supervisor of this name sees the calls of a business."""
    return name.partition(" ")[2] in ("", business)


def unseen_s(watching: Mapping[str, float], agent: str, business: str) -> float:
    """For how many seconds no stream has been open of the supervisor who goes by `agent` at the business's calls; without end where none ever was."""
    return min(watching.get(name, float("inf")) for name in (named(agent), named(agent, business)))


class Watchers:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        """By name: when a stream of theirs was last known to be open, in Unix seconds."""

    def note(self, agents: Sequence[str]) -> Mapping[str, float]:
        """As `CallStore.watching` promises."""
        now = self._clock()
        self._seen |= dict.fromkeys(agents, now)
        self._seen = {agent: at for agent, at in self._seen.items() if at > now - keys.WATCHED_S}
        return {agent: max(now - at, 0.0) for agent, at in self._seen.items()}

    def put(self, agents: Sequence[str]) -> None:
        """Have these watch, and nobody else."""
        self._seen = dict.fromkeys(agents, self._clock())
