"""A turn that is said again in other words: the call goes back to where it stood before the turn, and hears the new ones.

How it works. A voice platform counts the caller's turns and asks early, before the caller has finished; when the words turn out otherwise it asks
again, under the same number. So for such a turn the record keeps, from its first commit on, what stood before it (`Call.before`). Going back is one
step like any other, with one revision, however far the turn had come: what stood before stands again, with the place in the calendar that was held
then, the lines of the turn are taken back, and its answer is none any more. The new words are claimed in the same step (`Call.newest`), so that an
older wording that comes late finds itself passed.

What people did stays done. A field that was set from outside since is set in what stood before, too; once a person stepped in, answered a request
or ended the call, nothing stands behind it to go back to. What has left the house (a mail, a transfer) cannot be called back, and is not.
"""

import msgspec

from agent.dst.updates import Update
from agent.record.call import Brief, Call
from agent.record.call_events import permission_cleared, permission_wanted, status_moved, taken_back
from agent.record.confirmation import Confirmation
from agent.record.events import Event
from agent.record.newest import Newest

replace = msgspec.structs.replace

_CUT, _END = ".… -", ".!?。！？ "
"""What platforms put where words were cut off, and what ends a sentence: nobody hears that it is missing."""
_NO_BRIEF = Brief(business="", region="", time_zone="")
_NO_MAIL = Confirmation()


def kept(call: Call) -> Call:
    """What of a call stands for `Call.before`: all that a turn may change."""
    return replace(call, rev=0, brief=_NO_BRIEF, foreign=None, confirmation=_NO_MAIL, newest=None, before=None)


def stood(call: Call) -> Call | None:
    """The call as it stood before its newest turn; None where there is no way back."""
    if call.before is None:
        return None
    # Mails cannot be called back: what was sent of them has been.
    return replace(call.before, rev=call.rev, brief=call.brief, foreign=call.foreign, confirmation=call.confirmation)


def taken_up(call: Call, before: Call, newest: Newest | None) -> Call:
    """The call at the beginning of a turn. `before`: as it stood; `newest`: the turn, if its sender counts them.

    A turn that was claimed before has all this in the record already. With a person at the call nothing is taken back.
    """
    if newest is None:
        return call if call.before is None else replace(call, before=None)
    if _is_same(call.newest, newest):
        return call
    return replace(call, newest=newest, before=None if call.status == "with_agent" else kept(before))


def _is_same(one: Newest | None, other: Newest) -> bool:
    return one is not None and (one.number, one.said) == (other.number, other.said)


def gone_back(call: Call, newest: Newest, key: str, seconds: float) -> Update:
    """The call without the older wording of its newest turn, and with the new one claimed. `key`: of that turn.

    Where there is no way back, the older words stay said and the new ones will be heard besides; what a supervisor said in answer to the older is
    still to be heard.
    """
    before = stood(call)
    if before is None:
        left = call.open_turn if call.open_turn is not None and call.open_turn.turn.key != key else None
        told = call.newest.told if call.newest is not None else ()
        return Update(call=replace(call, newest=newest, open_turn=left, unheard=(*told, *call.unheard)))
    after = replace(before, newest=newest, before=call.before, since=before.since or before.created_at)
    place = after.place
    return Update(
        call=after,
        events=_told(call, after, seconds),
        booking=place if place is not None and place != call.place else None,
        release=place is None and call.place is not None,
    )


def place_gone(update: Update) -> Update:
    """The place that stood before is another call's by now: the caller hears so next, and is offered other times."""
    approval = update.call.approval
    lost = replace(approval, state="taken") if approval is not None and approval.state == "waiting" else approval
    after = replace(update.call, booked=None, hold=None, approval=lost)
    asks_no_more = (event for event in update.events if event.type != "permission_request")
    return replace(update, call=after, events=tuple(asks_no_more), booking=None, release=True)


def unheld(update: Update) -> Update:
    """The same where no place can be promised: what was held before is held no more."""
    return replace(update, call=replace(update.call, hold=None), booking=None, release=True)


def heard_of(message: str, heard: str) -> str:
    """As much of our words as a platform says the caller heard, by how it wrote them down: all of them where they are not the beginning of ours."""
    begins = " ".join(heard.split()).rstrip(_CUT)
    return message[: len(begins)] if begins and message.startswith(begins) and len(begins) < len(message.rstrip(_END)) else message


def _told(call: Call, after: Call, seconds: float) -> tuple[Event, ...]:
    """What readers are told: `call` stood, `after` stands. The lines go last, since what came of them went before."""
    events: list[Event] = []
    if after.status != call.status:
        events.append(status_moved(after, call.status, seconds, "revised"))
    if after.approval != call.approval:
        if call.approval is not None and call.awaits_approval:
            events.append(permission_cleared(after, replace(call.approval, state="withdrawn"), seconds))
        if after.approval is not None and after.awaits_approval:
            events.append(permission_wanted(after, after.approval, seconds))
    lines = call.newest.lines if call.newest is not None else 0
    return (*events, taken_back(after, lines, seconds))
