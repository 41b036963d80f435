"""English names: every place where one may begin is looked at once, and what was said of a name apart is put together.

A name begins behind a cue (en_cued.py), or at the beginning of the utterance and of its sentences. What stands there is read as a name phrase
(en_phrase.py), trusted as far as the cue allows. A first name, a last name and a whole name said apart are put together at the end
(en_joining.py); letters take the place of what they sound like (spelling.py).
"""

from collections.abc import Iterator

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.name.en_cued import CuedNames
from agent.slots.name.en_instead import instead_of
from agent.slots.name.en_joining import joined
from agent.slots.name.en_letters import Piece
from agent.slots.name.en_listening import LONG, Found
from agent.slots.name.en_phrase import Phrase, Reader
from agent.slots.name.en_surroundings import SENTENCE
from agent.slots.name.en_tokens import Trust
from agent.slots.name.patching import letter_edit, patched
from agent.slots.name.writing import capitalised

_MAX_FOUND = 8
_MAX_TRIES = 40
"""Names, and places where one may begin, after which nobody is listened to further: it keeps any utterance cheap."""
_ALIKE = frozenset({"address", "service", "time"})
"""Slots whose values may be words that are names, too."""


def english_names(utterance: Utterance, context: Context) -> list[Candidate]:
    """Every name in the utterance, the caller's own first."""
    reader = Reader(utterance.tokens, expected=_is_expected(context))
    listener = _Names(reader, context)
    found = [one for one in listener.listen() if context.asks("name") or not one.asked_only]
    against = instead_of(reader, listener.around, tuple(context.held.value.split()))
    whole = [against] if against is not None else joined([one for one in found if one.role != "other"], reader, context)
    others = [one for one in found if one.role == "other"]
    answers: dict[str, Candidate] = {}
    for one, patch in (*whole, *((other, False) for other in others)):
        value = capitalised(" ".join(one.name))
        span = (utterance.tokens[one.start].start, utterance.tokens[one.end - 1].end)
        answers.setdefault(value, Candidate(value=value, rule=one.rule, span=span, confidence=one.confidence, patch=patch))
    return list(answers.values())


def _is_expected(context: Context) -> bool:
    """Whether the name was asked for, and nothing that may be said in the same words: a street, a day, a service."""
    return "name" in context.asked and context.asked.isdisjoint(_ALIKE)


class _Names(CuedNames):
    """Every name of one utterance."""

    def listen(self) -> list[Found]:
        """Everything that may be a name, in the order it was said; what overlaps an earlier one is left out."""
        found: list[Found] = []
        at = 0
        opening = self.around.past_fillers(0)
        while at < len(self.tokens) and len(found) < _MAX_FOUND and self.tries < _MAX_TRIES:
            one = next(self._here(at, opening), None)
            if one is not None:
                found.append(one)
                self.ended = one.end
                at = max(one.end, at + 1)
            else:
                at += 1
        return found

    def _here(self, at: int, opening: int) -> Iterator[Found]:
        """The readings of a name whose cue, or which itself, begins at `at`, best first."""
        word = self.reader.word(at)
        starts = at in (0, opening) or self.reader.word(at - 1) in SENTENCE or self.repaired(at)
        if not starts and word not in self.cues.first and self.reader.word(at - 1) != "and":
            return
        yield from self.named(at)
        yield from self.noun(at, opening)
        yield from self.cue(at, opening)
        yield from self.relative(at)
        yield from self.spelling(at)
        if starts:
            yield from self._bare(at, opening)
        elif self.reader.word(at - 1) == "and":
            yield from self.trailed(at)
        if self.context.held.value and at in (0, opening):
            yield from self._patch(at)
        if self.booked:
            yield from self.booking(at)

    def _bare(self, at: int, opening: int) -> Iterator[Found]:
        """A name with nothing before it, or with "is my name" behind it."""
        self.tries += 1
        trailed = next(self.trailed(at), None) if self.parted else None
        if trailed is not None:
            yield trailed
            return
        phrase = self.reader.phrase(at, Trust.BARE) or self._surname(at)
        if (
            phrase is None
            or self.around.is_numbered(at)
            or (self.reader.word(at) in self.reader.lists.places and len(phrase.pieces) == LONG)
            or (not phrase.words and not self._plainly_spelled(phrase))
        ):
            return
        pause = int(self.reader.word(phrase.end) == "," and phrase.words >= LONG)
        trailer = self.cues.after.at(self.tokens, phrase.end + pause)
        likely = bool(phrase.known or phrase.proud or phrase.title)
        turned = self._last_name_first(phrase)
        if turned is not None:
            yield self.found("full", turned, at, 0.6, "bare", asked_only=True)
            return
        if trailer and (likely or phrase.words == 1 or trailer > 1):
            opens = trailer > 1 or self.reader.word(phrase.end) == "speaking"
            yield self.found("full", phrase, at, 0.9 if opens else 0.7, "trailer", extra=trailer + pause)
            return
        if self.cues.holds.at(self.tokens, phrase.end) and phrase.words >= LONG and likely:
            yield self.found("full", phrase, at, 0.6, "holder", asked_only=True)
            return
        if self.around.allows(phrase, first=at == opening or self.repaired(at)) and not (
            self.around.is_greeted(at) and phrase.words == 1 and not self.context.in_call
        ):
            confidence = 0.5 if phrase.words < LONG and not phrase.spelled else 0.6
            yield self.found("full", phrase, at, confidence, "spelled" if not phrase.words else "bare", asked_only=True)

    def _surname(self, at: int) -> Phrase | None:
        """An everyday word that is a name too, said alone: only if the name was asked for, or it was written like a surname."""
        token, lists = self.tokens[at], self.reader.lists
        if not lists.is_known(token.norm) or token.norm in lists.answers or token.norm in lists.never:
            return None
        if self.reader.word(at - 1) == "no" or not self.around.ends(at + 1):
            return None
        asked = "name" in self.context.asked
        return (
            Phrase((Piece(token.text),), at + 1, 1, 0)
            if asked or (token.text.istitle() and len(self.tokens) == 1 and token.norm not in lists.calendar)
            else None
        )

    def _patch(self, at: int) -> Iterator[Found]:
        """The held name, patched: "with a y", "no h"."""
        edit, end = letter_edit(self.tokens, at)
        if edit is None:
            return
        held = tuple(self.context.held.value.split())
        name = patched(held, edit, last=False)
        if name != held:
            yield Found("patch", name, at, end, 0.8, "letter")

    def _plainly_spelled(self, phrase: Phrase) -> bool:
        """Whether letters alone are a name: three or more, or two that a list has ("J, O")."""
        letters = "".join(piece.text for piece in phrase.pieces)
        return len(letters) > 2 or letters in self.reader.lists.given

    def _last_name_first(self, phrase: Phrase) -> Phrase | None:
        """ "Smith, John" the right way round; None if it is not turned."""
        reader = self.reader
        first = phrase.pieces[0].text.lower()
        if len(phrase.pieces) > 1 or reader.word(phrase.end) != "," or first not in reader.lists.family or first in reader.lists.given:
            return None
        given = reader.phrase(phrase.end + 1, Trust.BARE)
        if given is None or len(given.pieces) > 1 or given.pieces[0].text.lower() not in reader.lists.given or not self.around.ends(given.end):
            return None
        return given._replace(pieces=(*given.pieces, *phrase.pieces))
