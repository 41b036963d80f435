"""What can go wrong with a call, beside the store.

GraphError
├── CallNotFound         there is no such call
├── BookingNotFound      there is no such appointment
├── BookingCancelled     it was cancelled before
├── FieldRefused         a field from outside did not pass the slot's own check
├── DeedRefused          what a supervisor would do is not theirs to do, or not now
├── LineGone             the telephone line that a turn came over has ended before
├── TurnPassed           a turn that was never taken comes after later ones, or is being said in other words already
├── PermissionNotFound   the call has no such request
├── PermissionAnswered   it was answered otherwise, or nobody needs to answer it any more
└── PlaceGone            what was approved, or where a booking was to be moved, could not be booked any more
"""


class GraphError(Exception):
    """Any failure of a step. Messages name the call, never what the caller said."""


class CallNotFound(GraphError):
    """There is no such call."""


class BookingNotFound(GraphError):
    """There is no such appointment."""


class BookingCancelled(GraphError):
    """The appointment was cancelled before: there is nothing to cancel, move or correct."""


class FieldRefused(GraphError):
    """A value from outside was refused; `reason` is a member of `agent.record.reasons.Reason` or another code of one word."""

    def __init__(self, slot: str, reason: str) -> None:
        super().__init__(f"{slot}: {reason}")
        self.slot, self.reason = slot, reason


class DeedRefused(GraphError):
    """Something that a supervisor may not do with a call as it stands; `code` is one of `agent.policy.people.Conflict`."""

    def __init__(self, code: str, held_by: str) -> None:
        super().__init__(code)
        self.code, self.held_by = code, held_by


class LineGone(GraphError):
    """A turn came over a telephone line that had ended before: nobody hears the answer, and nothing is done."""


class TurnPassed(GraphError):
    """A turn of a sender that counts them, and has gone on: nobody waits for the answer any more, and nothing is done."""


class PermissionNotFound(GraphError):
    """The call has no request of that id, or none at all."""


class PermissionAnswered(GraphError):
    """The request was answered otherwise, withdrawn, or not answered in time."""


class PlaceGone(GraphError):
    """It was approved, or a booking was to be moved there, and somebody else has the place by now."""
