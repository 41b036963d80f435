"""When a delivery that did not arrive is tried again, and when it is given up.

Soon at first, since most trouble is short (a restart, a full queue); then ever more rarely. Receivers who ask for patience get it. Sources: Standard
Webhooks, "Retries and replays", has 5 s first and goes on for about three days; RFC 6647, 3.1, greylisting servers refuse a first try for some
minutes, up to an hour; RFC 5321, 4.5.4.1, tries twice in the first hour and every two or three hours after. A mail about an appointment is of little
use after a day, when RFC 5321 would still try: a person is to know by then that it did not arrive.
"""

from collections.abc import Mapping
from random import Random

from agent.record.delivery import DeliveryKind

_MINUTE_S, _HOUR_S = 60.0, 3600.0
_FIRST_DAY_S = (5.0, 30.0, 2 * _MINUTE_S, 10 * _MINUTE_S, _HOUR_S, 3 * _HOUR_S, 6 * _HOUR_S, 12 * _HOUR_S)
PAUSES_S: Mapping[DeliveryKind, tuple[float, ...]] = {"mail": _FIRST_DAY_S, "webhook": (*_FIRST_DAY_S, 24 * _HOUR_S, 24 * _HOUR_S)}
"""Seconds after each try that failed; after the last of them nothing more is tried."""
LONGEST_S = 24 * _HOUR_S
"""What a receiver may ask for at most."""
JITTER = 0.2
"""The part by which a pause is longer or shorter, so that what failed together does not come back together."""


def pause_s(kind: DeliveryKind, tries: int, asked_s: float, random: Random) -> float | None:
    """Seconds until the next try, when `tries` have failed before the one that just did; None: it was the last.

    `asked_s`: what the receiver asked for, 0.0 for nothing.
    """
    pauses = PAUSES_S[kind]
    if tries >= len(pauses):
        return None
    return max(pauses[tries] * random.uniform(1 - JITTER, 1 + JITTER), min(asked_s, LONGEST_S))
