"""Whether the store of calls is away, and since when, as this process found it; for whoever looks on."""

from datetime import UTC, datetime
from time import monotonic, time

from agent.record.moments import stamp
from api.parts import Parts


def is_away(running: Parts) -> bool:
    """Whether turns go to the journal of this host, and lists are read there."""
    return running.spare is not None and running.spare.breaker.away


def away_since(running: Parts) -> str:
    """When the store went away: ISO 8601, UTC; "" while nothing speaks for it."""
    found = [running.hub.away_since, running.spare.breaker.away_since if running.spare else None]
    known = [at for at in found if at is not None]
    return stamp(datetime.fromtimestamp(time() - (monotonic() - min(known)), UTC)) if known else ""


def of_this_host(running: Parts) -> dict[str, object]:
    """What is added to an answer that tells of this host's calls alone; {} when it tells of all."""
    return {"degraded": True, "since": away_since(running)} if is_away(running) else {}
