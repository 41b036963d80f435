"""What `slotline doctor` says of the journal of this host: where it is, on what kind of disk, whether it takes a write, and what waits in it."""

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from api import business_files
from api.journal_standing import PROBE
from api.keeping import kept_for
from api.settings import Settings
from api.telephone_check import Finding
from storage.errors import JournalUnavailable
from storage.journal.back import JournalFigures
from storage.journal.store import JournalStore
from storage.keys import Ttl

MOUNTS = Path("/proc/self/mounts")
"""Source: proc_pid_mounts(5), fstab(5): device, place, kind, with what is no plain character written as three octal digits."""
OVER_A_NETWORK = re.compile(r"(nfs|cifs|smb|ncp|afs|9p|ceph|gluster|lustre|gpfs|beegfs|ocfs|gfs2|fuse\.(sshfs|s3fs|gluster|ceph|rclone|nfs))")
"""Kinds of file systems that others may use at the same time: the journal's log does not work over them."""


def findings(settings: Settings, *, has_redis: bool) -> Iterator[Finding]:
    """`has_redis`: calls are kept in one; without, they are in memory, and no journal stands beside that."""
    if not has_redis:
        return
    if not settings.journal:
        yield Finding("--", "journal", "SLOTLINE_JOURNAL is false: while Redis is away callers hear of trouble and get a person")
        return
    home = settings.data.resolve() / "journal"
    kind = filesystem(home, MOUNTS.read_text("utf-8", "replace") if MOUNTS.exists() else "")
    if OVER_A_NETWORK.match(kind):
        yield Finding(
            "!!", "journal", f"{home} is on a disk of a network ({kind}), where it cannot work: SLOTLINE_DATA is to be on one of this host's own"
        )
        return
    yield _standing(settings, home, f" ({kind})" if kind else "")


def filesystem(path: Path, mounts: str) -> str:
    """The kind of file system that a path is or would be on, by a table of mounts; "" when that does not tell."""
    found = [line.split(" ") for line in mounts.splitlines() if line.count(" ") >= 2]
    places = [(Path(_plain(place)), kind) for _, place, kind, *_ in found]
    over = [(len(place.parts), at) for at, (place, _) in enumerate(places) if path.is_relative_to(place)]
    return places[max(over)[1]][1] if over else ""


def _plain(place: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place)


def _standing(settings: Settings, home: Path, disk: str) -> Finding:
    """By a write, where there is a journal; one that is yet to be made is not made here."""
    if not home.exists():
        above = next(parent for parent in home.parents if parent.exists())
        if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
            return Finding("!!", "journal", f"{home}{disk} cannot be made: {above} cannot be written")
        return Finding("ok", "journal", f"{home}{disk} is made when the service starts")
    try:
        ttl = kept_for(settings, business_files.load(settings.business))
    except ValueError:
        return Finding("--", "journal", f"{home}{disk} is looked at when the business files can be used: they say how long calls are kept")
    try:
        figures = asyncio.run(_written(home.parent, ttl))
    except JournalUnavailable as error:
        return Finding("!!", "journal", f"{home}{disk} takes no steps ({error.why}): {error}")
    return Finding("--" if figures.steps or figures.erasures else "ok", "journal", f"{home}{disk} can be written; {_waiting(figures)}")


async def _written(data: Path, ttl: Ttl) -> JournalFigures:
    journal = JournalStore(data, ttl=ttl)
    try:
        await journal.claim(PROBE, 1)
        return await journal.figures()
    finally:
        await journal.close()


def _waiting(figures: JournalFigures) -> str:
    if not figures.steps and not figures.erasures:
        return "nothing waits for Redis"
    erased = f" and {figures.erasures} erasures" if figures.erasures else ""
    since = f", since {datetime.fromtimestamp(figures.since, UTC):%Y-%m-%d %H:%M:%S} UTC" if figures.since else ""
    return f"{figures.calls} calls with {figures.steps} steps{erased} wait for Redis{since}"
