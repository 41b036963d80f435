"""What we say in one turn: as plain text always, and as SSML for a telephony side that takes it.

The elements are the few that all providers' voices know (W3C SSML 1.1, sections 3.2.3 and 3.2.4): a break between sentences, and a slower rate
for what is read back a second time.
"""

from collections.abc import Sequence
from functools import cached_property
from xml.sax.saxutils import escape

import msgspec

from agent.record.characters import readable

_BREATH = '<break time="300ms"/>'
"""The breath between an acknowledgement and the question."""


class Speech(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    quoted: tuple[str, ...] = ()
    """What a supervisor says, word for word, before all else."""
    sentences: tuple[str, ...]
    """The last one is the open question, where one is asked."""
    joint: str = " "
    """What stands between sentences in writing: nothing in Mandarin."""
    slowly: bool = False
    """Whether the last sentence is a value read back a second time."""

    @property
    def text(self) -> str:
        return self.joint.join(self._plain)

    @cached_property
    def own(self) -> str:
        """The text without what is quoted."""
        return self.joint.join(_plain(self.sentences))

    @cached_property
    def _plain(self) -> list[str]:
        return _plain((*self.quoted, *self.sentences))

    @property
    def ssml(self) -> str:
        """A `<speak>` document; its text without the elements is `text`."""
        *before, last = [escape(sentence) for sentence in self._plain] or [""]
        question = f'<prosody rate="slow">{last}</prosody>' if self.slowly else last
        return f"<speak>{f'{self.joint}{_BREATH}'.join((*before, question))}</speak>"


def _plain(sentences: Sequence[str]) -> list[str]:
    """The sentences as any voice, screen and XML parser takes them, whatever a record of an earlier version holds."""
    return [" ".join(readable(sentence).split()) for sentence in sentences]
