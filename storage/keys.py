"""Every Redis key: its type, its fields, and how long it lives.

What belongs to one call carries its sid as hash tag, so on a cluster it lies in one slot and is written by one script.

| key | type | content | lives |
|---|---|---|---|
| `slotline:{sid}:record` | hash | `rev`, `brief`, `state`, `foreign`, one JSON field for each slot, no words in any of them; the marks below | call |
| `slotline:{sid}:turns` | hash | turn key -> the answer it got; `words`, `said`: what of the call was said, as JSON | words |
| `slotline:{sid}:history` | string | our conversation: JSON objects joined by commas; added to and taken from at its end | words |
| `slotline:{sid}:trace` | list | what was heard and decided in each turn, JSON | words |
| `slotline:{sid}:events` | stream | `data`: one envelope; about the last 1000 | words |
| `slotline:{sid}:place` | string | id of the business in whose calendar this call has a place, or has an appointment | place, appointment |
| `slotline:{sid}:root` | string | sid of the call in which the conversation began that this call goes on with, if it does | kin |
| `slotline:{root}:family` | set | sids of the calls that go on with the conversation begun in that call | kin |
| `slotline:caller:<hash of business and number>` | string | sid of the number's newest call that has a name and no booking | call, open |
| `slotline:known:<hash of business and number>` | string | sid of the first call from the number that was booked | `KNOWN_S` |
| `call:<sid>` | string | the CallSkeleton as JSON, what other systems read and may replace | words, or as its maker set it |
| `slotline:log` | stream | `sid`, `data`, `business`: every event of every call, the same ids as in the calls' streams | log |
| `{slotline:log}:mark` | hash | `cut`: newest id that cannot be read any more; `last`: newest id given | for ever |
| `{slotline:log}:heard:<name>` | string | that an event of another program's was taken in | ten minutes |
| `{slotline:readers}` | sorted set | processes that have readers, by when that is forgotten (ms) | seconds |
| `{slotline:readers}:<process>` | hash | callSid -> its readers there, events that wait for them, queues that overflowed | seconds |
| `slotline:unwritten` | string | only in an embedded Redis: erasures since its file was last written anew | until that is done |
| `{slotline:calls}:<status>` | sorted set | sid by creation (ms): the calls with that status | pruned as calls expire |
| `{slotline:calls}:business` | hash | sid -> id of its business: where to look for the calls of one; its record decides | pruned as calls expire |
| `{slotline:calls}:<status>:until` | sorted set | sid by the time (ms) at which the call expires | pruned as calls expire |
| `slotline:{business}:calendar` | sorted set | sid by the end (s) of its job | place, of its last job |
| `slotline:{business}:places` | hash | sid -> the booking as JSON | as the calendar |
| `slotline:{business}:appointments` | hash | callSid -> the appointment as JSON | appointment, of the last |
| `slotline:{business}:appointments:starts` | sorted set | sid by the start (s) of its job | as the appointments |
| `slotline:{business}:appointments:names` | sorted set | "reference sid" and "+number sid", all at 0: what leads to one | as the appointments |
| `{slotline:calls}:appointing` | set | ids of the businesses that ever had an appointment | for ever |
| `slotline:watching` | sorted set | supervisors (`watchers.named`) by when (ms) a stream of theirs was last open | an hour after the last |
| `slotline:probe` | string | nothing: written to see whether Redis takes steps; `slotline:probe:<n>` in a cluster, one in each shard | a second |
| `slotline:secret` | string | what turns' keys are made with, where the settings name no secret | for ever |
| `slotline:claim:<name>` | string | who was the first to claim it, in a way of their own: one use of a ticket | as claimed |
| `slotline:tally:<hash of the name, made with the secret>` | string | how often appointments were looked for in vain | as counted |
| `slotline:{sid}:deliveries` | hash | id -> `tries`, `due_ms`, `why`, `delivery` in this order, JSON: what the call owes to the outside | owed |
| `{slotline:outbox}:due` | sorted set | "id sid" by when (ms) that delivery is to be looked at | owed, as the newest |
| `{slotline:outbox}:dead` | sorted set | "id sid" by when (ms) that delivery was given up | owed, as the newest |
| `slotline:{business}:longest` | string | the longest job ever in this calendar, in seconds: how far an overlap can reach | as the calendar |

On a cluster there are besides, for steps that are carried through one after the other (see cluster_store.py):

| key | type | content | lives |
|---|---|---|---|
| `slotline:{sid}:outbox` | list | events of the record's last step that have no id yet | words |
| `{slotline:log}:sent:<sid>` | hash | names of a call's events -> the ids they got in the log | call |
| `{slotline:calls}:standing` | hash | sid -> the call's life and revision as the lists show it | pruned as calls expire |
| `{slotline:outbox}:announced` | sorted set | "id sid" by when (ms) to look whether the step that was to owe it was written | owed, as the newest |
| `slotline:{business}:holds` | hash | token -> a place held for a step that is being written | place |
| `slotline:{business}:unbrought` | hash | id -> what the change of an appointment owes and that call has not been told yet, JSON | owed |

Marks in the record: of the document as we last wrote it, its fingerprint `sha`, the `width` of its head, its `size` in bytes, and whose the history
in it is (`theirs`: "0" ours, "1" the other side's, "2" theirs with our lines in it); `cut` and `last` are for the call's stream what they are for the
log. `apart` is `rev` unless the last step was of a release that keeps no words apart (`codec.call`). On a cluster besides: `pending`, what its last
step has left to do elsewhere; `life`, which call of that sid it is; `told`, how many events have ids; `erasing`, that it is being erased.

"call" is `Ttl.call_s` after the last commit, `Ttl.booked_s` once booked; "words" is `Ttl.words_s` after it, and never longer than the call; "log" is
`Ttl.log_s`; "kin" is `Ttl.kin_s` after the last commit; "place" is until the job is over, at least `Ttl.booked_s` from now; "appointment" until it
has been over, and was booked, for `Ttl.kept_s`; "owed" is `Ttl.owed_s` after the last step that owed something.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import get_args

import msgspec

from agent.record.call import Call, Status

STATUSES: tuple[str, ...] = get_args(Status)
EVENTS_KEPT = 1000
"""Events of one call, about: Redis trims whole nodes."""
LOG = "slotline:log"
LOG_MARK = "{slotline:log}:mark"
LOG_ANEW = "{slotline:log}:anew"
"""The log while a script writes it anew; never there in between."""
READERS = "{slotline:readers}"
UNWRITTEN = "slotline:unwritten"
PROBE = "slotline:probe"
SECRET = "slotline:secret"  # noqa: S105 - the name of a key
WATCHING = "slotline:watching"
WATCHED_S = 3600
"""How long is remembered who watched."""
BUSINESSES = "{slotline:calls}:business"
STANDING = "{slotline:calls}:standing"
APPOINTING = "{slotline:calls}:appointing"
DUE = "{slotline:outbox}:due"
DEAD = "{slotline:outbox}:dead"
ANNOUNCED = "{slotline:outbox}:announced"
KNOWN_S = 2 * 366 * 86_400
"""How long a number that had a booking is that of no first-time caller."""


class Ttl(msgspec.Struct, frozen=True, kw_only=True):
    """How long things live, in seconds."""

    call_s: int = 1800
    """A call and its events, after its last commit."""
    booked_s: int = 604_800
    """The same, once it is booked."""
    log_s: int = 600
    """An event in the shared log."""
    words_s: int = 0
    """What was said in a call, with its events, after its last commit; 0: as long as the call."""
    owed_s: int = 30 * 86_400
    """What a call owes to the outside, after the last step that made something due, however often it is tried or sent again."""

    appointment_s: int = 0
    """An appointment, after its job is over, and after it was booked; 0: as `booked_s`."""
    businesses: "Mapping[str, Ttl]" = msgspec.field(default_factory=dict)
    """By its id, of each business that keeps things for another time: what of it differs, but the log."""

    def at(self, business: str) -> "Ttl":
        """How long the business of that id keeps things."""
        return self.businesses.get(business, self)

    def of(self, call: Call) -> int:
        """A booked call's, also while it is still with a person, or its place is still to be taken."""
        own = self.at(call.brief.business)
        return own.booked_s if call.booked or call.to_be_confirmed or call.status == "booked" else own.call_s

    def words_of(self, call: Call) -> int:
        """Of what was said in it: no longer than the call itself."""
        return min(self.at(call.brief.business).words_s or self.of(call), self.of(call))

    @property
    def kept_s(self) -> int:
        """Of an appointment."""
        return self.appointment_s or self.booked_s

    @property
    def kin_s(self) -> int:
        """How long is remembered which calls belong together: longer than any of them lives, or what it owes or booked."""
        longest = (max(one.call_s, one.booked_s, one.owed_s, one.kept_s) for one in (self, *self.businesses.values()))
        return 2 * max(longest)


def record(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:record"


def turns(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:turns"


def history(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:history"


def trace(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:trace"


def caller(business: str, number: str) -> str:
    return f"slotline:caller:{_hashed(business, number)}"


def known(business: str, number: str) -> str:
    return f"slotline:known:{_hashed(business, number)}"


def _hashed(business: str, number: str) -> str:
    """So that a list of the keys is no list of numbers."""
    return sha256(f"{business} {number}".encode()).hexdigest()[:32]


def probe(number: int) -> str:
    return f"{PROBE}:{number}"


def claim(name: str) -> str:
    return f"slotline:claim:{name}"


def tally(hashed: str) -> str:
    return f"slotline:tally:{hashed}"


def events(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:events"


def place(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:place"


def root(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:root"


def family(root: str) -> str:
    return f"slotline:{{{tag(root)}}}:family"


def document(sid: str) -> str:
    return f"call:{sid}"


def untold(sid: str) -> str:
    """Events. The key is named as it was before deliveries had the word, so that releases run side by side."""
    return f"slotline:{{{tag(sid)}}}:outbox"


def deliveries(sid: str) -> str:
    return f"slotline:{{{tag(sid)}}}:deliveries"


def listed(id_: str, sid: str) -> str:
    """How a delivery is named in the outbox's lists; whatever the sid is, it begins behind the first space."""
    return f"{id_} {sid}"


def sent(sid: str) -> str:
    return f"{{slotline:log}}:sent:{sid}"


def readers(process: str) -> str:
    return f"{READERS}:{process}"


def heard(name: str) -> str:
    return f"{{slotline:log}}:heard:{name}"


def holds(business: str) -> str:
    return f"slotline:{{{tag(business)}}}:holds"


def index(status: str) -> tuple[str, str]:
    """The calls of one status by creation, and by expiry."""
    return f"{{slotline:calls}}:{status}", f"{{slotline:calls}}:{status}:until"


def calendar(business: str) -> tuple[str, str, str]:
    """A business's jobs by end, the bookings, and the longest job."""
    name = f"slotline:{{{tag(business)}}}"
    return f"{name}:calendar", f"{name}:places", f"{name}:longest"


def appointments(business: str) -> tuple[str, str, str]:
    """What a business's calls booked, their sids by start, and the names that lead to them."""
    name = f"slotline:{{{tag(business)}}}:appointments"
    return name, f"{name}:starts", f"{name}:names"


def unbrought(business: str) -> str:
    return f"slotline:{{{tag(business)}}}:unbrought"


def tag(name: str) -> str:
    """`name` as a hash tag: a brace in it would end the tag early and part the call's keys."""
    return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
