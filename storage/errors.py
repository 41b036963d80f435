"""What can go wrong with the record.

StoreError
├── StaleCall          another writer was first: read again and decide again
│   └── StaleAppointment   the same of an appointment
├── PlaceTaken         the calendar has no room left for this booking
├── AlreadySettled     how it ended with a delivery was told before
├── CallElsewhere      the call is another business's, and whoever asks may not know of it
├── StoreUnavailable   Redis cannot be reached, or refuses to write
│   ├── InDoubt        a step was sent and nothing came back: it may be written, or not, or yet be
│   └── JournalUnavailable   the journal on this host cannot be read or written
├── NoRedisServer      none to be started on this machine
├── DataFolderInUse    another service has the data folder
└── RedisDidNotStart   the server that was found would not run
"""


class StoreError(Exception):
    """Any failure of the store. Messages name the call, never what the caller said."""


class StaleCall(StoreError):
    """The record, or the CallSkeleton beside it, changed since it was read."""


class StaleAppointment(StaleCall):
    """The appointment changed since it was read, or is gone."""


class PlaceTaken(StoreError):
    """Every place in the booking's hour is taken by other calls."""


class AlreadySettled(StoreError):
    """The delivery is no longer owed, or was given up before: whoever says how it ended has said it, or somebody else has."""


class CallElsewhere(StoreError):
    """Whoever asks is bound to a business, and this is not its call: to them there is no such call."""


class StoreUnavailable(StoreError):
    """The store did not answer, or answered that it cannot write."""


class InDoubt(StoreUnavailable):
    """A commit whose answer never came."""


class JournalUnavailable(StoreUnavailable):
    """The journal on this host did not take it, and nothing of it is written."""

    def __init__(self, message: str, why: str) -> None:
        """`why`, a code: "full", "read_only", "busy" (another process kept it for too long), "folder" (it cannot be made or opened), "corrupt",
        "layout" (another release's), "disk" (anything else the disk said), "closed"."""
        super().__init__(message)
        self.why = why


class NoRedisServer(StoreError):
    """There is no redis-server on this machine that we could start."""


class DataFolderInUse(StoreError):
    """Another service keeps its calls in this folder."""


class RedisDidNotStart(StoreError):
    """The server was there and ended, or stayed silent; the message holds its last words."""
