"""Two things that are wanted in one breath: "cancel Monday's and move the Thursday one to Friday", "move it to Friday and my e-mail is wrong".

The second is one where another appointment is pointed at, or where one is a time and the other a detail that is wrong; else both are one.
"""

from agent.nlu.errands import Spoken, wanted_of_it
from agent.nlu.utterance import Utterance
from agent.record.errand import Want

_JOINTS = 8
"""Places at most where a second thing is looked for."""


def parted(utterance: Utterance) -> tuple[str, Want, str] | None:
    """The words up to the second thing, what is wanted with them, and the words of the second; None where it is one."""
    text = Spoken(utterance)
    if not any(text.of(want) for want in ("cancel", "move", "correct")) or text.says("supposed"):
        return None
    for at, end in text.of("and_then")[:_JOINTS]:
        if 0 < at < end < len(text.words):
            first, rest = (Utterance(part) for part in (utterance.text[: utterance.tokens[at].start], utterance.text[utterance.tokens[end].start :]))
            want = wanted_of_it(first)
            if want and _is_more(want, first, rest, joined=text.words[at].isalnum()):
                return first.text.strip(), want, rest.text
    both, want = text.of("both"), wanted_of_it(utterance)
    return (utterance.text, want, " ".join(text.words[slice(*both[0])])) if both and want else None


def _is_more(want: Want, first: Utterance, rest: Utterance, *, joined: bool) -> bool:
    """Whether the rest is a second thing. `joined`: by a word, behind which the verb may be left out: "and the one on Friday"."""
    also, text = wanted_of_it(rest), Spoken(rest)
    if (text.says("day_one") or text.says("other_one")) and not text.says("keep"):
        return bool(also) or joined
    return {want, also} == {"move", "correct"} and (Spoken(first) if want == "correct" else text).says("details")
