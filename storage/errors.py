"""What can go wrong with the record.

StoreError
├── StaleCall          another writer was first: read again and decide again
├── PlaceTaken         the calendar has no room left for this booking
└── StoreUnavailable   Redis cannot be reached, or refuses to write
"""


class StoreError(Exception):
    """Any failure of the store. Messages name the call, never what the caller said."""


class StaleCall(StoreError):
    """The record, or the CallSkeleton beside it, changed since it was read."""


class PlaceTaken(StoreError):
    """Every place in the booking's hour is taken by other calls."""


class StoreUnavailable(StoreError):
    """The store did not answer, or answered that it cannot write."""
