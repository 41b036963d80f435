"""English names behind a cue: "my name is", "last name", "this is", "a booking for", or with "is my first name" behind them.

What a cue is worth is a weight (weights.py). Where it says little, the words behind it must look like a name ("likely": a list, a capital, letters
or a title says so), and nothing else may follow them.
"""

from operator import itemgetter

from agent.nlu.edits import Replace
from agent.slots.name import weights
from agent.slots.name.classes import MARKS, SENTENCE
from agent.slots.name.edits import replaced
from agent.slots.name.en_around import Around, Found
from agent.slots.name.en_phrase import Phrase
from agent.slots.name.en_words import Trust
from agent.slots.name.lists import stands_in
from agent.slots.name.spelling import settled
from agent.slots.name.weights import LONG

ROLES = ("full", "given", "family")
_NOUNS = tuple(f"noun_{role}" for role in ROLES)
CUES = frozenset(("plain", "weak", "doubtful", "booking", "other", "spelling", "under", "kin", *_NOUNS))
_LEADING = (*_NOUNS, "copula", "plain", "weak", "doubtful", "before", "greeting", "articles")


class CuedNames(Around):
    """The readings of a name whose cue begins at a token, each None when there is none."""

    def noun(self, at: int, opening: int) -> Found | None:
        """ "first name is ...", "surname: ...", "the name's ..."."""
        size, role = max(((self.size(at, noun), role) for noun, role in zip(_NOUNS, ROLES, strict=True)), key=itemgetter(0))
        if not size or (self.is_a(at - 1, "not_mine") and at != opening):  # "no last name Burke" denies no last name
            return None
        word, articled, after = self.word(at), self.is_a(at - 1, "articles"), self.through(at + size, "copula?")
        led = articled or at in (opening, self.ended) or self.word(at - 1) in SENTENCE
        stated = after > at + size or word.endswith("'s") or (stands_in(word, "bare_nouns") and led)
        vague = size == 1 and stands_in(word, "ordinals")
        if (vague and self.is_a(at + 1, "of_a_month")) or not (stated or (led and not vague)):  # "the first of June"
            return None
        phrase = self.after(after, Trust.CUED)
        if phrase is None and role != "full" and self.is_surname_word(after) and (self.ends(after + 1) or self.is_a(after + 1, "and")):
            phrase = self.word_alone(after)  # "my last name is Street"
        if phrase is None or not (stated or phrase.known or self.is_closed(phrase.end)):
            return None
        before = self.word(at - 1)
        if stands_in(before, "theirs") or (before.endswith("'s") and stands_in(before.removesuffix("'s"), "kin")):
            return self.found("other", phrase, at, weights.ANOTHER_S, "other_person")
        likely = phrase.words != 1 or self.is_name(phrase.start, Trust.CUED, before=False)
        return self.found(role, phrase, at - articled, weights.STATED if likely else weights.UNLIKELY_PART, f"{role}_name")

    def cue(self, at: int, opening: int) -> Found | None:
        """ "call me ...", "this is ...", "it's ..."."""
        size, kind = max(((self.size(at, kind), kind) for kind in ("plain", "doubtful", "weak")), key=itemgetter(0))
        plain = kind == "plain"
        phrase = self.after(at + size, Trust.CUED if plain else Trust.BARE) if size and not self.is_a(at - 1, "is") else None
        if phrase is None:
            return None
        likely = phrase.likely or phrase.spelled
        if plain:
            return self.found("full", phrase, at, weights.CUED if likely else weights.UNLIKELY, "cue")
        ends = self.ends(phrase.end)
        if not self.is_closed(phrase.end) and not (likely and (phrase.words >= LONG or ends)):
            return None
        opens = at == opening or self.word(at - 1) in SENTENCE
        if not likely and (kind == "doubtful" or not opens or phrase.words > weights.MOST_UNLIKELY or not ends):
            return None
        booked = phrase.words >= LONG and any(stands_in(self.word(here).removesuffix("'s"), "booked") for here in range(at, at + size))
        plainly = self.is_a(at, "oneself") or (booked and is_person(phrase))
        listed = phrase.known and self.is_a(phrase.start, "given", "titles")
        confidence = weights.BARE_FULL if not listed else weights.ONESELF if plainly else weights.IT_IS
        return self.found("full", phrase, at, confidence, "self", asked_only=not likely)

    def relative(self, at: int) -> Found | None:
        """Somebody else: "my mum, Joan", "on behalf of Joan"."""
        behalf = self.size(at, "other")
        kin = not behalf and self.is_a(at - 1, "owners") and self.size(at, "kin") > 0
        phrase = self.after(at + (behalf or 1), Trust.BARE) if behalf or kin else None
        if phrase is None or (kin and not ((phrase.known or phrase.proud) and self.is_closed(phrase.end))):
            return None
        return self.found("other", phrase, at - kin, weights.ANOTHER_S, "other_person")

    def trailed(self, at: int) -> Found | None:
        """ "John is my first name"."""
        phrase = self.phrase(at, Trust.CUED) or (self.word_alone(at) if self.is_surname_word(at) else None)
        for role in ROLES[1:] if phrase is not None else ():
            if phrase is not None and (length := self.size(phrase.end, f"after_{role}")):
                return self.found(role, phrase, at, weights.STATED, f"{role}_name", extra=length)
        return None

    def spelling(self, at: int) -> Found | None:
        """ "it's spelled K, E, V, Y, N"."""
        length = self.size(at, "spelling")
        phrase = self.after(at + length, Trust.BARE) if length else None
        return self.found("full", phrase, at, weights.BARE_FULL, "spelled", asked_only=True) if phrase is not None and not phrase.words else None

    def household(self, at: int) -> Found | None:
        """ "a table for ...", "under ...", where a booking is spoken of; only for a name that looks like one: "for the Smith family"."""
        length = self.size(at, "booking")
        under, noun = self.is_a(at, "filed"), self.is_a(at - 1, "booked")
        trust = Trust.BARE if under or noun else Trust.LISTED
        phrase = self.after(at + length, trust) if length and not self.is_a(at - 1, "asking") else None
        if phrase is None or phrase.spelled or not (phrase.proud or phrase.words >= LONG or under or (noun and phrase.known)):
            return None
        articled = self.is_a(at + length - 1, "determiners")
        if not self.is_a(phrase.end, "household") and (articled or not self.is_closed(phrase.end)):
            return None
        return self.found("full", phrase, at, weights.BARE_FULL, "booking", asked_only=True)

    def put_under(self, at: int) -> Found | None:
        """ "put it under Greg Sorensen", "book it in Richard's name", "under my husband's name, Greg".

        These say plainly whose name is meant, whatever was asked. What follows must be a name by itself: things are put under the sink, too.
        """
        start = self._verb(at) if self.size(at, "under") else None
        if start is None:
            return None
        named = self.through(at + 1, "articles?", "the_name", "name_of?")
        after = self.through(named, "owners", "kin", "the_name?", "pause?")
        phrase = self.phrase(after, Trust.CUED)
        if phrase is None or not phrase.words or not self.is_closed(phrase.end):
            return None
        owned = self.is_a(phrase.end, "name") and self.word(phrase.end - 1).endswith("'s")
        if self.is_a(at, "put_in") and not owned and after == at + 1:
            return None
        plain = (start < at or named > at + 1 or owned) and is_person(phrase)
        confidence = weights.PUT_UNDER if plain else weights.BARE_FULL
        return self.found("full", phrase._replace(end=phrase.end + owned), start, confidence, "booking", asked_only=not plain)

    def _verb(self, at: int) -> int | None:
        """Where what is put under a name begins: at the verb, or at the booking that "is" there; `at` itself at the beginning of a sentence."""
        for back in range(1, weights.MOST_PUT + 1):
            word = self.word(at - back).removesuffix("'s")
            if word in (".", "!", "?", ";", ""):
                return at if back == 1 else None
            if stands_in(word, "putting", "booked"):
                return at - back
        return None

    def against(self, held: tuple[str, ...]) -> tuple[Found, bool] | None:
        """The held name with what was set against a part of it, and whether it is the held one patched: "it's Yung, not Young", "not Karen, Will"."""
        for at in range(len(self.tokens)) if held else ():
            length = self.size(at, "negation")
            denied = self.phrase(self._past_cues(at + length), Trust.CUED) if length else None
            if denied is None or not (self.is_closed(denied.end) or self.ends(denied.end)):
                continue
            meant = self._before(at) or self._behind(denied.end)
            if meant is None:
                continue
            old, new = settled(denied.pieces), settled(meant.pieces)
            name = replaced(held, Replace("".join(old), " ".join(new)))
            if name is not None:
                patch = len(name) >= LONG and (name != new or len(old) >= len(new))
                return Found("full", name, 0, max(meant.end, denied.end), weights.PUT_UNDER, "contrast"), patch
        return None

    def _before(self, at: int) -> Phrase | None:
        """The name that ends at the negation at `at`."""
        start = at
        while start > 0 and self.word(start - 1) not in (".", "!", "?", ";"):
            start -= 1
        phrase = self.phrase(self._past_cues(self.past_fillers(start)), Trust.CUED)
        return phrase if phrase is not None and all(self.word(here) in MARKS for here in range(phrase.end, at)) and phrase.end <= at else None

    def _behind(self, at: int) -> Phrase | None:
        """The name that stands right behind what was denied, and ends there."""
        phrase = self.phrase(self._past_cues(at), Trust.CUED) if at < len(self.tokens) else None
        return phrase if phrase is not None and self.ends(phrase.end) else None

    def _past_cues(self, at: int) -> int:
        return self.past(at, *_LEADING, most=weights.MOST_CUES)


def is_person(phrase: Phrase) -> bool:
    """Whether the phrase is a person's name beyond doubt: a title, a first name that a list has, or known names alone."""
    return bool(phrase.title) or stands_in(phrase.lower[0], "given") or phrase.known >= phrase.words or phrase.proud >= LONG
