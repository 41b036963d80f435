"""What is kept of a call in memory."""

import msgspec

from storage import ids
from storage.store import Entry


class Kept(msgspec.Struct, kw_only=True):
    """What Redis has under one call's tag."""

    fields: dict[str, bytes]
    rev: int = 0
    sha: str = ""
    """Fingerprint of the document as we last wrote it."""
    theirs: bool = False
    """Whether the history in the document is the other side's, with or without our lines in it."""
    status: str = "active"
    created_ms: int = 0
    until: float = 0.0
    words_until: float = 0.0
    words: dict[str, bytes] = msgspec.field(default_factory=dict)
    """As `codec.words` gives them."""
    answers: dict[str, bytes] = msgspec.field(default_factory=dict)
    trace: list[bytes] = msgspec.field(default_factory=list)
    history: list[bytes] = msgspec.field(default_factory=list)
    entries: list[Entry] = msgspec.field(default_factory=list)
    cut: ids.Position = ids.START
    last: str = ids.NEVER
    """The id of the newest event, also when it is gone."""

    def forget_words(self) -> None:
        """What was said in it, and its events."""
        if self.entries:
            self.cut = ids.position(self.last) or self.cut
        for said in (self.words, self.answers, self.trace, self.history, self.entries):
            said.clear()


class Document(msgspec.Struct, kw_only=True):
    text: bytes
    until: float | None
    """None: as long as whoever made it wants."""
