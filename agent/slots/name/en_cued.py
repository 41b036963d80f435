"""English names behind a cue: "my name is", "last name", "this is", "a booking for", or with "is my first name" behind them."""

from collections.abc import Iterator

from agent.slots.name.en_booking import is_plain, named
from agent.slots.name.en_letters import Piece
from agent.slots.name.en_listening import LONG, Found, Listening
from agent.slots.name.en_phrase import Phrase
from agent.slots.name.en_surroundings import SENTENCE
from agent.slots.name.en_tokens import Trust

_MOST_UNLIKELY = 3
"""Words of a name that no list has, behind "it's"."""


class CuedNames(Listening):
    """The readings of a name whose cue begins at a token, best first."""

    def noun(self, at: int, opening: int) -> Iterator[Found]:
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
        if length == 1 and noun in self.cues.ordinals and self.reader.word(after) == "of":  # "the first of June"
            return
        stated = bool(copula) or noun.endswith("'s") or (noun == "names" and led)
        if not stated and (not led or (length == 1 and noun in self.cues.ordinals)):
            return
        phrase = self.after(after + copula, Trust.CUED) or (self._word(after + copula) if role in ("given", "family") else None)
        if phrase is None or (not stated and not phrase[1].known and not self.reader.is_closed(phrase[1].end)):
            return
        start = at - 1 if before in self.cues.articles else at
        yield self.found(
            "other" if role == "other" else role,
            phrase[1],
            start,
            0.3 if role == "other" else 0.95 if self.reader.is_name(phrase[0], Trust.CUED, before=False) or phrase[1].words != 1 else 0.75,
            "other_person" if role == "other" else f"{role}_name",
        )

    def named(self, at: int) -> Iterator[Found]:
        """ "put it under ...", "in ...'s name"."""
        found = named(self.reader, at)
        if found is not None:
            yield self.found("full", found.phrase, found.start, 0.85 if found.plain else 0.6, "booking", asked_only=not found.plain)

    def _word(self, at: int) -> tuple[int, Phrase] | None:
        """ "my last name is Street": any one word that is no function word and ends there."""
        ends = self.around.ends(at + 1) or self.reader.word(at + 1) == "and"
        return (at, Phrase((Piece(self.tokens[at].text),), at + 1, 0, 0)) if self.reader.is_surname_word(at) and ends else None

    def cue(self, at: int, opening: int) -> Iterator[Found]:
        """ "call me ...", "this is ...", "it's ..."."""
        plain, weak, doubtful = (phrases.at(self.tokens, at) for phrases in (self.cues.plain, self.cues.weak, self.cues.doubtful))
        length = max(plain, weak, doubtful)
        if not length or self.reader.word(at - 1) == "is":
            return
        after = self.after(at + length, Trust.CUED if plain == length else Trust.BARE)
        if after is None:
            return
        start, phrase = after
        likely = bool(phrase.known or phrase.proud or phrase.spelled or phrase.title)
        if plain == length:
            yield self.found("full", phrase, at, 0.9 if likely else 0.7, "cue")
            return
        if not self.reader.is_closed(phrase.end) and not (likely and (phrase.words >= LONG or self.around.ends(phrase.end))):
            return
        opens = at == opening or self.reader.word(at - 1) in SENTENCE or self.denied
        if not likely and (doubtful == length or not opens or phrase.words > _MOST_UNLIKELY or not self.around.ends(phrase.end)):
            return
        booked = any(token.norm.removesuffix("'s") in self.cues.booked for token in self.tokens[at : at + length])
        plainly = self.reader.word(at) in self.cues.oneself or (booked and phrase.words >= LONG and is_plain(self.reader, phrase))
        first, lists = self.reader.word(start), self.reader.lists
        listed = phrase.known and (first in lists.given or first in lists.titles)
        confidence = (0.85 if plainly else 0.7) if listed else 0.6
        yield self.found("full", phrase, at, confidence, "self", asked_only=not likely)

    def relative(self, at: int) -> Iterator[Found]:
        """Somebody else: "my mum, Joan", "on behalf of Joan"."""
        behalf = self.cues.other.at(self.tokens, at)
        if behalf:
            after = self.after(at + behalf, Trust.BARE)
            if after is not None:
                yield self.found("other", after[1], at, 0.3, "other_person")
            return
        if self.reader.word(at) not in self.cues.kin or self.reader.word(at - 1) not in self.cues.owners:
            return
        after = self.after(at + 1, Trust.BARE)
        if after is not None and (after[1].known or after[1].proud) and self.reader.is_closed(after[1].end):
            yield self.found("other", after[1], at - 1, 0.3, "other_person")

    def trailed(self, at: int) -> Iterator[Found]:
        """ "John is my first name"."""
        phrase = self.reader.phrase(at, Trust.CUED)
        if phrase is None and self.reader.is_surname_word(at):
            phrase = Phrase((Piece(self.tokens[at].text),), at + 1, 0, 0)
        if phrase is None:
            return
        for role, phrases in (("given", self.cues.after_given), ("family", self.cues.after_family)):
            if length := phrases.at(self.tokens, phrase.end):
                yield self.found(role, phrase, at, 0.95, f"{role}_name", extra=length)

    def spelling(self, at: int) -> Iterator[Found]:
        """ "it's spelled K, E, V, Y, N"."""
        length = self.reader.lists.spelling.at(self.tokens, at)
        if not length:
            return
        after = self.after(at + length, Trust.BARE)
        if after is not None and after[1].spelled and not after[1].words:
            yield self.found("full", after[1], at, 0.6, "spelled", asked_only=True)

    def booking(self, at: int) -> Iterator[Found]:
        """ "a table for ...", "under ...", where a booking is spoken of."""
        length = self.cues.booking.at(self.tokens, at)
        if not length or self.reader.word(at - 1) in self.cues.asking:
            return
        under = self.reader.word(at) in self.cues.filed
        noun = self.reader.word(at - 1) in self.cues.booked
        led = self.after(at + length, Trust.BARE if under or noun else Trust.LISTED)
        if led is None:
            return
        after = led[1]
        if not (self.reader.is_closed(after.end) or self.reader.word(after.end) in self.cues.household):
            return
        articled = self.reader.word(at + length - 1) in self.cues.determiners
        if articled and self.reader.word(after.end) not in self.cues.household:
            return
        if after.spelled or not (after.proud or after.words >= LONG or under or (noun and after.known)):
            return
        yield self.found("full", after, at, 0.6, "booking", asked_only=True)
