"""The note that a step on a cluster leaves in the call's record, until all of it is carried through."""

import msgspec


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to do elsewhere for the record's last step."""

    seen: str
    """Fingerprint of the document as the step saw it."""
    hold: str = ""
    """Token of the hold to confirm."""
    business: str = ""
    release: str = ""
    """The booking to give up, as it is kept."""
    earlier: str = ""
    """The call whose values this step took over: should that be gone, so must this one."""
    gone: str = ""
    """Lines that the step took back, for a history that is not ours alone."""
    owed: tuple[str, ...] = ()
    """What the step owes, as it is listed: announced before, and due now."""
    appointment: str = ""
    """What the step does with the call's appointment, as its script takes it."""
