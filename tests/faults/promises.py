"""Kills over the outbox, counted: `python -m tests.faults.promises --kills 500`.

A caller books, and the service, or its Redis, is killed at one point of that: at a command on its way to Redis or after Redis has carried it out, or
while a mail server or a webhook has what it was sent and has not answered yet. Then it is started again, and everything is to be as if nothing had
been: one booking, one mail under one Message-ID, however often it came, one effect of each webhook, a call that knows its mail arrived. Every fifth
caller rings off before the yes, and gets nothing. Which point comes when is reckoned from the number of the kill, so a kill can be played again.

Whoever was killed holds what it was bringing until its lease ends; the test lets that time have passed, by setting the clock of the list. It does so
when the service is dead, or when nothing has moved for a while: whoever lives and loses what it has in hand does not bring it.
"""

import argparse
import re
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from email import message_from_bytes
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import redis
from standardwebhooks.webhooks import Webhook as Verifier

from agent.record.booking_reference import booking_reference
from agent.record.call import Booking
from storage import keys
from storage.journal.schema import FILE
from tests.api.processes import Running, living
from tests.conftest import RedisServer
from tests.faults.callers import SAID, document, is_caught_up, is_trouble, post, serve
from tests.faults.mail_office import MailOffice, mail_office
from tests.faults.proxy import Proxy, When
from tests.outbox.receivers import NEW, receiving
from tests.patience import PATIENCE_S, until

REACH = 31
"""Commands to Redis, from the yes on, at one of which a kill comes; more than a booking with all it owes needs."""
STANDING_S = 1.0
"""For so long a delivery is left to whoever may be bringing it, which takes far less; then it is of somebody who is no more, or put off."""
WAITS = (b"XREAD", b"PSUBSCRIBE", b"SUBSCRIBE")
OWED = {"mail": ("booking.created",), "webhook": ("booking.created", "call.ended")}


class Kill(NamedTuple):
    """One kill, by its number."""

    number: int

    @property
    def victim(self) -> str:
        return "redis" if self.number % 4 == 3 else "service"

    @property
    def place(self) -> str:
        """Where it comes: at a command, or in a receiver's door."""
        return {8: "mail", 9: "webhook"}.get(self.number % 10, "command")

    @property
    def command(self) -> int:
        return 1 + (self.number * 7) % REACH

    @property
    def when(self) -> When:
        return "before" if self.number // 4 % 2 else "after"

    @property
    def rings_off(self) -> bool:
        return self.number % 5 == 4 and self.place == "command"


class Counting(Proxy):
    """Acts at any command but those that wait for news."""

    def __init__(self, upstream: Path) -> None:
        super().__init__(upstream)
        self.seen = 0

    def at_command(self, number: int, when: When, act: Callable[[], bool]) -> None:
        with self._lock:
            self._due = self.seen + number, when, act

    def due(self, command: list[bytes]) -> tuple[When, Callable[[], bool]] | None:
        if command[0] in WAITS:
            return None
        with self._lock:
            self.seen += 1
            if self._due is None or self._due[0] != self.seen:
                return None
            _, when, act = self._due
            self._due = None
            return when, act


class Town:
    """The service and everybody it reaches."""

    def __init__(self, folder: Path, server: RedisServer, proxy: Counting, mails: MailOffice, hooks: Any) -> None:
        self.server, self.proxy, self.mails, self.hooks = server, proxy, mails, hooks
        self._mails: list[tuple[str, str]] = []
        """Message-ID and text of each that was taken."""
        self._hooks: list[tuple[str, Any]] = []
        """Id and message of each that was posted."""
        self.kills = 0
        self._standing: dict[tuple[bytes, float], float] = {}
        """Since when each delivery is listed for the moment it is listed for, monotonic seconds."""
        self._hand = ThreadPoolExecutor(1)
        self._begin = partial(
            serve,
            folder,
            REDIS_URL=proxy.url,
            SLOTLINE_SMTP_URL=f"smtp://127.0.0.1:{mails.port}",
            SLOTLINE_MAIL_FROM="bookings@example.com",
            SLOTLINE_WEBHOOK_URL=f"http://127.0.0.1:{hooks.port}/hooks",
            SLOTLINE_WEBHOOK_SECRET=NEW,
            SLOTLINE_WEBHOOK_PRIVATE="true",
        )
        self.running: Running = self._begin()
        self._journal = folder / "data" / "journal" / FILE

    def close(self) -> None:
        self._hand.shutdown()
        self.running.close()

    def play(self, kill: Kill) -> list[str]:
        """One call with one kill in it; what is wrong with what it left."""
        self._empty()
        sid, last = f"CA{kill.number}", len(SAID) - 1
        for number in range(last):
            self._insist(number, sid)
        self._prepare(kill)
        for number in range(last, last + (not kill.rings_off)):
            self._insist(number, sid)
        self._settle(sid)
        return self._wrong(sid, kill)

    def _empty(self) -> None:
        """Nothing is left of earlier calls: their hour would be known to be taken here, where a kill makes the host go on without Redis."""
        self.server.client.flushall()
        if self.kills:  # else there was no call yet
            with closing(sqlite3.connect(self._journal, timeout=PATIENCE_S)) as db, db:
                db.execute("DELETE FROM places")

    def _prepare(self, kill: Kill) -> None:
        act = partial(self._struck, kill.victim)
        if kill.place == "command":
            self.proxy.at_command(kill.command, kill.when, act)
        elif kill.place == "mail":
            self.mails.before_answering = act
        else:
            self.hooks.before_answering = act

    def _struck(self, victim: str) -> bool:
        """Whether things go on: they do not. Done by one thread that stays, since a server ends with the thread that began it."""
        return self._hand.submit(self._strike, victim).result()

    def _strike(self, victim: str) -> bool:
        self.kills += 1
        if victim == "service":
            self.running.kill()
        else:
            self.server.kill()
            self.server.start()
        return False

    def _insist(self, number: int, sid: str) -> None:
        """Post a turn until it is answered, and not with trouble, by whichever service there is."""

        def answered() -> bool:
            self._alive()
            try:
                answer = post(self.running, number, SAID[number], sid)
            except httpx.TransportError:
                return False
            return answer.status_code == 200 and not is_trouble(answer.json())

        until(answered)

    def _alive(self) -> None:
        if not living(self.running.process.pid):
            self.running.close()
            self._pass_time(self.server.client.zrange(keys.DUE, 0, -1))
            self.running = self._begin()

    def _pass_time(self, listed: Iterable[bytes]) -> None:
        """Make due what is listed for later."""
        for name in listed:
            self.server.client.zadd(keys.DUE, {name: 1}, xx=True)

    def _settle(self, sid: str) -> None:
        """Until Redis has all there is, nothing is owed, and whatever was to come has come."""

        def settled() -> bool:
            self._alive()
            try:
                return is_caught_up(self.running) and self._nothing_owed(sid)
            except (redis.ConnectionError, httpx.TransportError):
                return False

        until(settled)
        self.proxy.forget()
        self.mails.before_answering = self.hooks.before_answering = None

    def _nothing_owed(self, sid: str) -> bool:
        client, now = self.server.client, time.monotonic()
        listed = client.zrange(keys.DUE, 0, -1, withscores=True)
        self._standing = {one: self._standing.get(one, now) for one in listed}
        self._pass_time(name for (name, _), since in self._standing.items() if now - since > STANDING_S)
        return not client.exists(keys.deliveries(sid))

    def _wrong(self, sid: str, kill: Kill) -> list[str]:
        found = document(self.server.client, sid)
        mails, told = self.mails_of(sid), self.hooks_of(sid)
        booked = not kill.rings_off
        wrong = {
            "booked": found["servicebooked"] is booked,
            "places": self._places() == booked,
            "one mail": len(mails) == booked,
            "mail known": found["confirmEmailsent"] is booked,
            "webhooks": sorted(kind for _, kind in told) == (list(OWED["webhook"]) if booked else []),
            "events": self._told_of(sid) == ({("mail", True), ("webhook", True)} if booked else set()),
        }
        return [name for name, holds in wrong.items() if not holds]

    def _places(self) -> int:
        """How many are booked; one that is only held while a caller decides, who then rang off, is given up by itself."""
        kept = self.server.client.hvals(keys.calendar("faults")[1])
        return sum(not msgspec.json.decode(one, type=Booking).held_until for one in kept)

    def mails_of(self, sid: str) -> set[str]:
        """The Message-IDs of the mails about the call's booking, whenever they came: what was on its way when somebody died may come late."""
        self._read()
        reference = booking_reference(sid)
        return {id_ for id_, text in self._mails if reference in text}

    def hooks_of(self, sid: str) -> set[tuple[str, str]]:
        """Id and type of what the webhook was told of the call, verified."""
        self._read()
        return {(id_, message["type"]) for id_, message in self._hooks if message["data"]["callSid"] == sid}

    def _read(self) -> None:
        """What has come since; verified while it is new, as a receiver would."""
        for one in self.mails.taken[len(self._mails) :]:
            mail = message_from_bytes(one)
            self._mails.append((str(mail["Message-ID"]), _readable(mail)))
        for _, headers, body in self.hooks.got[len(self._hooks) :]:
            self._hooks.append((headers["webhook-id"], Verifier(NEW).verify(body.decode(), dict(headers))))

    def strays(self, calls: Collection[str]) -> list[str]:
        """What is of none of these calls, and what came late of one that now has too much of it."""
        known = [(self.mails_of(sid), self.hooks_of(sid)) for sid in calls]
        more = [] if {id_ for id_, _ in self._mails} == {id_ for some, _ in known for id_ in some} else ["a mail of no booking"]
        more += [] if {id_ for id_, _ in self._hooks} == {id_ for _, some in known for id_, _ in some} else ["a webhook of no call"]
        return [*more, *("told too much, late" for some, told in known if len(some) > 1 or len(told) > len(OWED["webhook"]))]

    def _told_of(self, sid: str) -> set[tuple[str, bool]]:
        told = [msgspec.json.decode(fields[b"data"]) for _, fields in self.server.client.xrange(keys.events(sid))]
        results = [one["payload"] for one in told if one["type"] == "tool_result"]
        return {(one["tool"], one["success"]) for one in results if one["tool"] in OWED}


def _readable(mail: Any) -> str:
    """All that is readable of a mail, decoded."""
    texts = [part.get_payload(decode=True).decode("utf-8", "replace") for part in mail.walk() if not part.is_multipart()]
    return re.sub(r"\s+", " ", " ".join([str(mail["Subject"]), *texts]))


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    server = RedisServer("--appendonly", "yes", "--appendfsync", "always")
    with (
        closing(server),
        Counting(server.socket) as proxy,
        mail_office() as mails,
        receiving() as hooks,
        closing(Town(folder, server, proxy, mails, hooks)) as made,
    ):
        yield made


def played(folder: Path, kills: int, first: int = 0, told: Callable[[str], None] = lambda said: None) -> tuple[int, int, list[str]]:
    """Calls with a kill in each until so many have come, and how many calls, how many kills that were, and what was wrong."""
    wrong: list[str] = []
    with town(folder) as made:
        number = first
        while made.kills < kills:
            kill = Kill(number)
            if found := made.play(kill):
                wrong.append(f"kill {number}: {kill.victim} {kill.when} {kill.place} {kill.command}: {', '.join(found)}")
            number += 1
            if number % 25 == 0:
                told(f"{number - first} calls, {made.kills} kills, {len(wrong)} wrong so far")
        wrong += made.strays([f"CA{one}" for one in range(first, number) if not Kill(one).rings_off])
        return number - first, made.kills, wrong


def main() -> int:
    reading = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reading.add_argument("--kills", type=int, default=500)
    reading.add_argument("--first", type=int, default=0, help="number of the first call")
    given = reading.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        calls, kills, wrong = played(Path(folder), given.kills, given.first, lambda said: sys.stderr.write(said + "\n"))
    for one in wrong:
        sys.stdout.write(f"{one}\n")
    sys.stdout.write(f"{calls} calls, {kills} kills, {len(wrong)} wrong\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
