"""Two things that are wanted in one breath: "cancel Monday's and move the Thursday one to Friday", "move it to Friday and my e-mail is wrong".

The second is one where another appointment is pointed at, or where one is a time and the other a detail that is wrong; else both are one.
"""

from agent.nlu.errands import Spoken, says, wanted_of_it
from agent.nlu.utterance import Utterance
from agent.record.errand import Want

_JOINTS = 8
"""Places at most where a second thing is looked for."""


def parted(utterance: Utterance, before: Want | None = None) -> tuple[str, Want, str] | None:
    """The words up to the second thing, what is wanted with them, and the words of the second; None where it is one. `before`: wanted before them."""
    text = Spoken(utterance)
    if text.says("supposed") or not (before or any(text.of(want) for want in ("cancel", "move", "correct"))):
        return None
    joints = text.of("and_then")
    for at, end in joints[:_JOINTS]:
        if 0 < at < end < len(text.words):
            first, rest = (Utterance(part) for part in (utterance.text[: utterance.tokens[at].start], utterance.text[utterance.tokens[end].start :]))
            part = utterance.between(end, min((one for one, _ in [*joints, *text.of("because")] if one > end), default=len(text.words)))
            want = wanted_of_it(first) or (before if _is_but_another(first, before) else None)
            if want and _is_more(want, first, Utterance(part), rest, joined=text.words[at].isalnum()):
                return first.text.strip(), want, rest.text
    want = wanted_of_it(utterance)
    near = [(range(at - 3, at + 1), (end, end + 1, text.end_of("determiners", end))) for at, end in text.of(want or "")]
    both = next((one for one in text.of("both") if any(one[1] in to or one[0] in behind for to, behind in near) and not text.denied_at(one[0])), None)
    return (utterance.text, want, " ".join(text.words[slice(*both)])) if both and want else None


def _is_more(want: Want, first: Utterance, part: Utterance, rest: Utterance, *, joined: bool) -> bool:
    """Whether the rest is a second thing, by its first part. `joined`: by a word, behind which the verb may be left out: "and the one on Friday"."""
    also, text = wanted_of_it(rest), Spoken(part)
    if (text.says("day_one") or text.says("other_one")) and not text.says("keep"):
        left_out = (joined or text.says("as_well")) and _is_but_another(rest, want)
        return left_out or bool(wanted_of_it(part) or (also and not says(rest, "because") and _is_but_another(part, also)))
    return {want, also} == {"move", "correct"} and says(first if want == "correct" else rest, "details")


def _is_but_another(utterance: Utterance, want: Want | None) -> bool:
    """Whether it only says which other appointment: "the one on Thursday at three as well, please"; where to it is moved, only where it is to be."""
    text, at, kinds = Spoken(utterance), 0, ("day_one", "other_one", "when", "goes_on", "as_well", "beside")
    stop = min((start for start, _ in text.of("introduced")), default=len(text.words))
    while 0 <= at < stop and not text.end_of("no_such", at) and (want == "move" or not text.end_of("onto", at)):
        at = next((end for kind in kinds if (end := text.end_of(kind, at))), -1)
    return at == stop
