"""Whether something is wanted of an appointment that was made a moment ago, where nobody needs to say which: "can I move it", "cancel", 取消吧.

Ordinary words are said there as well: of the job ("who will fix it"), of what is to be moved before it ("I'll move my sofa"), in thanks ("all
correct"). So a verb counts by what it is done to. Some are said of appointments alone (`certain`), unless something else stands behind them. Those
that are said of anything (`loose`, `physical`, `written`) need the appointment behind them: "it", its time, one of its details, or when it is to be.
What is wrong (`faulty`) has to be one of its details, unless it is said of what was booked alone (`plainly`). And it is the caller who wants it: not
what others do, nor what he does himself.
"""

from collections.abc import Callable, Mapping

from agent.nlu.errands import Spoken, wanted
from agent.nlu.some_day import asks_of_some_day
from agent.nlu.utterance import Utterance

_BEFORE = 6
"""Words before a verb in which it is said who does it."""


def wanted_afterwards(utterance: Utterance) -> bool:
    text = _Afterwards(utterance)
    if text.says("thanked"):
        return False
    if wanted(utterance) is not None:
        return True
    if text.says("supposed") or asks_of_some_day(utterance):
        return False
    if text.is_called_off() or text.put_forward():
        return True
    return not text.says("later") and any(
        is_meant(text, at, end) and not text.denied_at(at) and not text.is_done_by("others", at)
        for kind, is_meant in _MEANT.items()
        for at, end in text.of(kind)
    )


class _Afterwards(Spoken):
    """An utterance's words, with what stands behind a verb."""

    def is_certain(self, at: int, end: int) -> bool:
        return self._is_it(end) or not self.end_of("determiners", end)

    def is_loose(self, at: int, end: int) -> bool:
        if self.is_done_by("oneself", at):
            return False
        bare = self.is_bounded(end) and self.end_of("bare", at) == end and self.is_done_by("wishes", at)
        return bare or self._is_it(end) or self._is_when(end)

    def is_physical(self, at: int, end: int) -> bool:
        return not self.is_done_by("oneself", at) and self._is_when(self.end_of("it", end) or end)

    def is_written(self, at: int, end: int) -> bool:
        return not self.is_done_by("oneself", at) and self._is_detail(end)

    def is_plain(self, at: int, _: int) -> bool:
        return not self.is_done_by("oneself", at)

    def is_done_by(self, kind: str, at: int) -> bool:
        """Whether one of these stands before a verb, in the same part of the sentence, without what makes a wish of it ("I'll have to")."""
        ends = [stop for place in range(max(0, at - _BEFORE), at) if (stop := self.end_of(kind, place)) and stop <= at]
        return any(not self.is_stopped(stop, at) and (kind != "oneself" or not self.end_of("has_to", stop)) for stop in ends)

    def _is_it(self, at: int) -> bool:
        """Whether the appointment stands there: pointed at, by its name, by its time or by a detail."""
        if stop := self.end_of("it", at):
            return self.end_of("only_it", at) == stop or self.is_bounded(stop)
        return self._is_detail(at, "things")

    def _is_detail(self, at: int, kind: str = "details") -> bool:
        own = self.end_of("determiners", at) or at
        stop = self.end_of(kind, own)
        return bool(stop) and self.is_bounded(stop)

    def _is_when(self, at: int) -> bool:
        """Whether it is said there when it is to be: "to Friday", "it to three", 到周五."""
        at = self.end_of("it", at) or at
        onto = self.end_of("onto", at) or self.end_of("for_when", at) or at
        stop = self._time(onto) or self.end_of("when", onto)
        return not self.counts(onto, stop, stop) if stop else onto < len(self.words) and self.words[onto].isdigit()


_MEANT: Mapping[str, Callable[[_Afterwards, int, int], bool]] = {
    **dict.fromkeys(("certain", "another_time"), _Afterwards.is_certain),
    **{"loose": _Afterwards.is_loose, "physical": _Afterwards.is_physical, "written": _Afterwards.is_written},
    **{"faulty": _Afterwards.is_faulty, "plainly": _Afterwards.is_plain, "should_be": _Afterwards.is_to_be},
}
"""The lists of what can be wanted, with what tells that it is meant so."""
