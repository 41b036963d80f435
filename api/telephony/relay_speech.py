"""What is said over a WebSocket: sentence by sentence, how long it takes, and how much of it was heard."""

import asyncio
from typing import NamedTuple

from api.telephony.relay_messages import language, text
from api.telephony.relay_parts import Timing
from api.telephony.relay_peer import Peer
from api.telephony.speaking import tokens

WIDE = "\u2e80"
"""From here on a letter is a syllable or a word (CJK)."""


class Sent(NamedTuple):
    """An answer, as it went out."""

    text: str
    at: str
    """Its time, ISO 8601, as the conversation has it."""


class Speaker:
    def __init__(self, peer: Peer, timing: Timing) -> None:
        self._peer, self._timing = peer, timing
        self._now = asyncio.get_running_loop().time
        self.tag = ""
        """The language that is spoken and listened for, BCP 47."""
        self.until = 0.0
        """When the caller has heard all that was sent, in seconds of the event loop."""
        self._answer: Sent | None = None
        """The answer that was sent last, while it may be interrupted."""
        self._last, self._sent_at = "", 0.0
        """What was sent last, and when."""
        self._gives_way = False
        """Whether what is being said ends when something else is said."""
        self._begun = False
        """Whether the provider has told that what was sent last is being said."""

    async def say(self, ssml: str, tag: str, *, interruptible: bool = True, gives_way: bool = False, answer: Sent | None = None) -> None:
        """Send it. `answer`: the turn's answer that it is, for whoever has to know how much of it was heard."""
        found = tokens(ssml)
        self._answer = answer if found else None
        if not found:
            return
        self._begun = False
        if tag != self.tag:
            self.tag = tag
            await self._peer.tell(language(tag))
        for number, token in enumerate(found, start=1):
            await self._peer.tell(text(token, last=number == len(found), tag=tag, interruptible=interruptible, preemptible=gives_way))
        self._last, self._sent_at = "".join(found), self._now()
        begins = self._now() if self._gives_way else max(self._now(), self.until)
        self.until, self._gives_way = begins + seconds_for(self._last, self._timing), gives_way

    def informed(self, *, ended: bool) -> float:
        """The provider tells that something begins to be said, or has ended. Returns by how many seconds earlier than was reckoned."""
        if not ended:
            self._begun = True
            return 0.0
        early_s = max(0.0, self.until - self._now()) if self._begun else 0.0  # else it is what was said before that has ended
        self.until -= early_s
        return early_s

    def interrupted(self, utterance: str, came_at: float) -> tuple[Sent, str] | None:
        """The caller spoke over us, as was told at `came_at`. Returns the answer they did not hear whole, and what they heard of it."""
        if came_at < self._sent_at:  # over what was said before
            return None
        self.until = self._now()
        answer, self._answer = self._answer, None
        if answer is None:
            return None
        heard = heard_of(answer.text, utterance)
        return None if heard == answer.text else (answer, heard)


def seconds_for(text: str, timing: Timing) -> float:
    """About how long it takes to say."""
    return timing.letter_s * sum(4 if letter >= WIDE else 1 for letter in text)


def heard_of(text: str, utterance: str) -> str:
    """The beginning of what was said that the caller heard, as the provider reports it: spaces, points and capitals are its own.

    All of it, where that is no beginning of it: nothing that we did not say is ours, and it may be about what was said before.
    """
    wanted = "".join(letter for letter in utterance.casefold() if letter.isalnum())
    if not wanted:
        return ""
    found = ""
    for end, letter in enumerate(text, start=1):
        found += "".join(one for one in letter.casefold() if one.isalnum())
        if not wanted.startswith(found):
            return text
        if found == wanted:
            following = text[end : end + 1]
            return text[:end] + (following if following and not following.isalnum() and not following.isspace() else "")
    return text
