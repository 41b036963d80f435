"""Hearing an English name: the cues that lead up to one, and a bare one.

Every place where a name may begin is looked at once: behind a cue ("my name is", "last name", "this is", "a booking for"), at the beginning of the
utterance and of its sentences. What stands there is read as a name phrase (phrase.py), trusted as far as the cue allows. A first name, a last
name and a whole name said apart are put together at the end; letters take the place of what they sound like (edits.py).
"""

from collections.abc import Iterator

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.name.cues import cues
from agent.slots.name.edits import mended, mending, settled
from agent.slots.name.joining import Found, joined, once
from agent.slots.name.naming import is_plain, named
from agent.slots.name.order import is_paused, last_name_first
from agent.slots.name.phrase import Phrase, Piece, Reader, Trust
from agent.slots.name.replacing import contrasted
from agent.slots.name.surroundings import MARKS, SENTENCE, Surroundings
from agent.slots.name.writing import written

_MAX_FOUND = 8
_MAX_TRIES = 40
"""Names, and places where one may begin, after which nobody is listened to further: it keeps any utterance cheap."""
_ALIKE = frozenset({"address", "service", "time"})
"""Slots whose values may be words that are names, too."""
_PART = frozenset({"name", "surname"})
_LONG = 2
"""Words from which a name is a full name."""


def hear_english(utterance: Utterance, context: Context) -> list[Candidate]:
    """Every name in the utterance, the caller's own first."""
    reader = Reader(utterance.tokens, expected=is_expected(context))
    listener = _Listener(reader, context)
    found = [one for one in listener.listen() if context.asks("name") or not one.asked_only]
    against = contrasted(reader, listener.around, tuple(context.current.split()))
    whole = [against] if against is not None else joined([one for one in found if one.role != "other"], reader, context)
    others = [one for one in found if one.role == "other"]
    answers: dict[str, Candidate] = {}
    for one, patch in (*whole, *((other, False) for other in others)):
        value = written(" ".join(one.name))
        span = (utterance.tokens[one.start].start, utterance.tokens[one.end - 1].end)
        answers.setdefault(value, Candidate(value=value, rule=one.rule, span=span, confidence=one.confidence, patch=patch))
    return list(answers.values())


def is_expected(context: Context) -> bool:
    """Whether the name was asked for, and nothing that may be said in the same words: a street, a day, a service."""
    return context.asked is not None and "name" in context.asked and context.asked.isdisjoint(_ALIKE)


class _Listener:
    """One utterance, listened to for names."""

    def __init__(self, reader: Reader, context: Context) -> None:
        self.reader = reader
        self.tokens = reader.tokens
        self.context = context
        self.cues = cues()
        self.around = Surroundings(reader)
        self.ended = 0
        self.tries = 0
        self.denied = False
        """Whether a name was denied: "my name isn't Bill"; the next one need not stand at the beginning of anything."""
        self.parted = any(token.norm in _PART for token in reader.tokens)
        """Whether a part of a name may be named."""
        self.booked = any(word in self.cues.booked for word in (token.norm for token in reader.tokens))

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
        starts = at in (0, opening) or self.reader.word(at - 1) in SENTENCE or self._repaired(at)
        if not starts and word not in self.cues.first and self.reader.word(at - 1) != "and":
            return
        yield from self._named(at)
        yield from self._noun(at, opening)
        yield from self._cue(at, opening)
        yield from self._relative(at)
        yield from self._spelling(at)
        if starts:
            yield from self._bare(at, opening)
        elif self.reader.word(at - 1) == "and":
            yield from self._trailed(at)
        if self.context.current and at in (0, opening):
            yield from self._mend(at)
        if self.booked:
            yield from self._booking(at)

    def _noun(self, at: int, opening: int) -> Iterator[Found]:
        """ "first name is ...", "surname: ...", "the name's ..."."""
        role, length = max(((role, nouns.at(self.tokens, at)) for role, nouns in self.cues.nouns.items()), key=lambda pair: pair[1])
        before = self.reader.word(at - 1)
        if not length or (before in self.cues.not_mine and at != opening):  # "no last name Burke" denies no last name
            return
        if before in self.cues.theirs or (before.endswith("'s") and before in self.cues.kin):
            role = "other"
        after = at + length
        copula = self.cues.copula.at(self.tokens, after)
        led = before in self.cues.articles or at in (opening, self.ended) or before in SENTENCE
        if self.cues.negation.at(self.tokens, after):
            self.denied = True
        noun = self.reader.word(at)
        if length == 1 and noun in ("first", "last") and self.reader.word(after) == "of":  # "the first of June"
            return
        stated = bool(copula) or noun.endswith("'s") or (noun == "names" and led)
        if not stated and (not led or (length == 1 and noun in ("first", "last"))):
            return
        phrase = self._after(after + copula, Trust.CUED) or (self._word(after + copula) if role in ("given", "family") else None)
        if phrase is None or (not stated and not phrase[1].known and not self.reader.is_closed(phrase[1].end)):
            return
        start = at - 1 if before in self.cues.articles else at
        yield self._found(
            "other" if role == "other" else role,
            phrase[1],
            start,
            0.3 if role == "other" else 0.95 if self.reader.is_name(phrase[0], Trust.CUED, before=False) or phrase[1].words != 1 else 0.75,
            "other_person" if role == "other" else f"{role}_name",
        )

    def _named(self, at: int) -> Iterator[Found]:
        """ "put it under ...", "in ...'s name"."""
        found = named(self.reader, at)
        if found is not None:
            yield self._found("full", found.phrase, found.start, 0.85 if found.plain else 0.6, "booking", asked_only=not found.plain)

    def _word(self, at: int) -> tuple[int, Phrase] | None:
        """ "my last name is Street": any one word that is no function word and ends there."""
        ends = self.around.ends(at + 1) or self.reader.word(at + 1) == "and"
        return (at, Phrase((Piece(self.tokens[at].text),), at + 1, 0, 0)) if self.reader.is_surname_word(at) and ends else None

    def _cue(self, at: int, opening: int) -> Iterator[Found]:
        """ "call me ...", "this is ...", "it's ..."."""
        plain = self.cues.plain.at(self.tokens, at)
        weak = self.cues.weak.at(self.tokens, at)
        length = max(plain, weak)
        if not length or self.reader.word(at - 1) == "is":
            return
        doubtful = self.cues.doubtful.at(self.tokens, at) == length
        after = self._after(at + length, Trust.CUED if plain >= weak and not doubtful else Trust.BARE)
        if after is None:
            return
        start, phrase = after
        likely = bool(phrase.known or phrase.proud or phrase.spelled or phrase.title)
        if plain >= weak and not doubtful:
            yield self._found("full", phrase, at, 0.9 if likely else 0.7, "cue")
            return
        if not self.reader.is_closed(phrase.end) and not (likely and (phrase.words >= _LONG or self.around.ends(phrase.end))):
            return
        opens = at == opening or self.reader.word(at - 1) in SENTENCE or self.denied
        if not likely and (doubtful or not opens or phrase.words > 3 or not self.around.ends(phrase.end)):
            return
        booked = any(token.norm.removesuffix("'s") in self.cues.booked for token in self.tokens[at : at + length])
        plainly = self.reader.word(at) in self.cues.oneself or (booked and phrase.words >= _LONG and is_plain(self.reader, phrase))
        listed = phrase.known and self.reader.word(start) in self.reader.lists.given | self.reader.lists.titles
        confidence = (0.85 if plainly else 0.7) if listed else 0.6
        yield self._found("full", phrase, at, confidence, "self", asked_only=not likely)

    def _relative(self, at: int) -> Iterator[Found]:
        """Somebody else: "my mum, Joan", "on behalf of Joan"."""
        behalf = self.cues.other.at(self.tokens, at)
        if behalf:
            after = self._after(at + behalf, Trust.BARE)
            if after is not None:
                yield self._found("other", after[1], at, 0.3, "other_person")
            return
        if self.reader.word(at) not in self.cues.kin or self.reader.word(at - 1) not in self.cues.owners:
            return
        after = self._after(at + 1, Trust.BARE)
        if after is not None and (after[1].known or after[1].proud) and self.reader.is_closed(after[1].end):
            yield self._found("other", after[1], at - 1, 0.3, "other_person")

    def _bare(self, at: int, opening: int) -> Iterator[Found]:
        """A name with nothing before it, or with "is my name" behind it."""
        self.tries += 1
        trailed = next(self._trailed(at), None) if self.parted else None
        if trailed is not None:
            yield trailed
            return
        phrase = self.reader.phrase(at, Trust.BARE) or self._surname(at)
        if (
            phrase is None
            or self.around.is_numbered(at)
            or (self.reader.word(at) in self.reader.lists.places and len(phrase.pieces) == _LONG)
            or (not phrase.words and not self._plainly_spelled(phrase))
        ):
            return
        pause = int(self.reader.word(phrase.end) == "," and phrase.words >= _LONG)
        trailer = self.cues.after.at(self.tokens, phrase.end + pause)
        likely = bool(phrase.known or phrase.proud or phrase.title)
        turned = last_name_first(self.reader, self.around, phrase)
        if turned is not None:
            yield self._found("full", turned, at, 0.6, "bare", asked_only=True)
            return
        if trailer and (likely or phrase.words == 1 or trailer > 1):
            opens = trailer > 1 or self.reader.word(phrase.end) == "speaking"
            yield self._found("full", phrase, at, 0.9 if opens else 0.7, "trailer", extra=trailer + pause)
            return
        if self.cues.holds.at(self.tokens, phrase.end) and phrase.words >= _LONG and likely:
            yield self._found("full", phrase, at, 0.6, "holder", asked_only=True)
            return
        if self.around.allows(phrase, first=at == opening or self._repaired(at)) and not (
            self.around.is_greeted(at) and phrase.words == 1 and self.context.asked is None
        ):
            confidence = 0.5 if phrase.words < _LONG and not phrase.spelled else 0.6
            yield self._found("full", phrase, at, confidence, "spelled" if not phrase.words else "bare", asked_only=True)

    def _trailed(self, at: int) -> Iterator[Found]:
        """ "John is my first name"."""
        phrase = self.reader.phrase(at, Trust.CUED)
        if phrase is None and self.reader.is_surname_word(at):
            phrase = Phrase((Piece(self.tokens[at].text),), at + 1, 0, 0)
        if phrase is None:
            return
        for role, phrases in (("given", self.cues.after_given), ("family", self.cues.after_family)):
            if length := phrases.at(self.tokens, phrase.end):
                yield self._found(role, phrase, at, 0.95, f"{role}_name", extra=length)

    def _spelling(self, at: int) -> Iterator[Found]:
        """ "it's spelled K, E, V, Y, N"."""
        length = self.reader.lists.spelling.at(self.tokens, at)
        if not length:
            return
        after = self._after(at + length, Trust.BARE)
        if after is not None and after[1].spelled and not after[1].words:
            yield self._found("full", after[1], at, 0.6, "spelled", asked_only=True)

    def _repaired(self, at: int) -> bool:
        """Whether nothing but marks and "no, sorry" stands between the last name and `at`."""
        start = self.ended
        if not 0 < start < at:
            return False
        for _ in range(4):
            start += 1 if self.reader.word(start) in MARKS else self.cues.repair.at(self.tokens, start)
        return start == at

    def _surname(self, at: int) -> Phrase | None:
        """An everyday word that is a name too, said alone: only if the name was asked for, or it was written like a surname."""
        token, lists = self.tokens[at], self.reader.lists
        if not lists.is_known(token.norm) or token.norm in lists.answers or token.norm in lists.never:
            return None
        if self.reader.word(at - 1) == "no" or not self.around.ends(at + 1):
            return None
        asked = self.context.asked is not None and "name" in self.context.asked
        return (
            Phrase((Piece(token.text),), at + 1, 1, 0)
            if asked or (token.text.istitle() and len(self.tokens) == 1 and token.norm not in lists.calendar)
            else None
        )

    def _booking(self, at: int) -> Iterator[Found]:
        """ "a table for ...", "under ...", where a booking is spoken of."""
        length = self.cues.booking.at(self.tokens, at)
        if not length or self.reader.word(at - 1) in self.cues.asking:
            return
        under = self.reader.word(at) in ("under", "by")
        noun = self.reader.word(at - 1) in self.cues.booked
        led = self._after(at + length, Trust.BARE if under or noun else Trust.LISTED)
        if led is None:
            return
        after = led[1]
        if not (self.reader.is_closed(after.end) or self.reader.word(after.end) in self.cues.household):
            return
        articled = self.reader.word(at + length - 1) in ("the", "a")
        if articled and self.reader.word(after.end) not in self.cues.household:
            return
        if after.spelled or not (after.proud or after.words >= _LONG or under or (noun and after.known)):
            return
        yield self._found("full", after, at, 0.6, "booking", asked_only=True)

    def _mend(self, at: int) -> Iterator[Found]:
        """The held name, mended: "with a y", "no h"."""
        mend, end = mending(self.tokens, at)
        if mend is None:
            return
        held = tuple(self.context.current.split())
        name = mended(held, mend, last=False)
        if name != held:
            yield Found("mend", name, at, end, 0.8, "letter")

    def _after(self, at: int, trust: Trust) -> tuple[int, Phrase] | None:
        """The name phrase behind a cue, fillers between passed over, and where it begins.

        A name said again in full takes its place ("Bond, James Bond").
        """
        self.tries += 1
        start = at
        phrase = None
        for _ in range(4):
            if self.cues.negation.at(self.tokens, start):
                return None
            phrase = self.reader.phrase(start, trust)
            if phrase is not None:
                break
            step = 1 if self.reader.word(start) in MARKS else self.cues.filler.at(self.tokens, start)
            if not step:
                return None
            start += step
        if phrase is None:
            return None
        if self.reader.word(phrase.end) == "," and not phrase.spelled:
            again = self.reader.phrase(phrase.end + 1, Trust.BARE)
            said = [piece.text.lower() for piece in phrase.pieces]
            if again is not None and is_paused(self.reader, self.around, phrase, again):
                return start, again._replace(pieces=(*phrase.pieces, *again.pieces), known=1)
            if again is not None and not again.spelled and len(again.pieces) > len(said):
                full = [piece.text.lower() for piece in again.pieces]
                if full[-len(said) :] == said or full[: len(said)] == said:
                    return phrase.end + 1, again
        return start, phrase

    def _found(self, role: str, phrase: Phrase, start: int, confidence: float, rule: str, *, extra: int = 0, asked_only: bool = False) -> Found:
        name = once(settled(phrase.pieces))
        if phrase.title and len(name) == 1 and role in ("full", "other"):
            name = (phrase.title, *name)
        letters = "" if phrase.words else "".join(piece.text for piece in phrase.pieces)
        return Found(role, name, start, phrase.end + extra, confidence, rule, asked_only, letters)

    def _plainly_spelled(self, phrase: Phrase) -> bool:
        """Whether letters alone are a name: three or more, or two that a list has ("J, O")."""
        letters = "".join(piece.text for piece in phrase.pieces)
        return len(letters) > 2 or letters in self.reader.lists.given
