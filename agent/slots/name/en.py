"""English names: every place where one may begin is looked at once, and what was said of a name apart is put together.

A name begins behind a cue (en_cued.py), or at the beginning of the utterance and of its sentences. What stands there is read as a name phrase
(en_phrase.py), trusted as far as the cue allows. A first name, a last name and a whole name said apart are put together at the end
(en_joining.py); letters take the place of what they sound like (spelling.py).
"""

from agent.nlu.candidates import Candidate, Context
from agent.nlu.edits import Replace
from agent.nlu.utterance import Utterance
from agent.slots.name import weights
from agent.slots.name.classes import SENTENCE
from agent.slots.name.edits import letter_edit, letter_replaced, letter_swap, order_swap, respelt
from agent.slots.name.en_around import Found
from agent.slots.name.en_cued import CUES, CuedNames
from agent.slots.name.en_joining import joined
from agent.slots.name.en_phrase import Phrase
from agent.slots.name.en_words import Trust
from agent.slots.name.lists import is_known, stands_in
from agent.slots.name.weights import LONG
from agent.slots.name.writing import capitalised


def english_names(utterance: Utterance, context: Context) -> list[Candidate]:
    """Every name in the utterance, the caller's own first."""
    names = _Names(utterance, context)
    found = [one for one in names.listen() if context.asks("name") or not one.asked_only]
    held = tuple(context.held.value.split())
    against = names.turned(held) if context.asks("name") else None
    against = against or names.against(held)
    whole = [against] if against is not None else joined([one for one in found if one.role != "other"], names, held)
    answers: dict[str, Candidate] = {}
    for one, patch in (*whole, *((other, False) for other in found if other.role == "other")):
        again = len(one.name) > 1 and one.name[-1].casefold() == one.name[-2].casefold()  # "ethan cooper cooper is spelled c o o p e r"
        value = capitalised(" ".join(one.name[:-1] if again else one.name))
        span = (utterance.tokens[one.start].start, utterance.tokens[one.end - 1].end)
        answers.setdefault(value, Candidate(value=value, rule=one.rule, span=span, confidence=one.confidence, patch=patch))
    return list(answers.values())


class _Names(CuedNames):
    """Every name of one utterance."""

    def listen(self) -> list[Found]:
        """Everything that may be a name, in the order it was said; what overlaps an earlier one is left out."""
        found: list[Found] = []
        at, opening = 0, self.past_fillers(0)
        while at < len(self.tokens) and len(found) < weights.MOST_FOUND and self.tries < weights.MOST_TRIES:
            swap, end = letter_swap(self, at) if self.context.held.value and at in (0, opening) else (None, at)
            one = self._here(at, opening) if swap is None else self._swapped(swap, at, end)
            if one is not None:
                found.append(one)
                self.ended = one.end
            at = max(at + 1, end, one.end if one is not None else 0)
        return found

    def turned(self, held: tuple[str, ...]) -> tuple[Found, bool] | None:
        """The held name, first and last, turned round: "the other way round"."""
        opening = self.past_fillers(0)
        end = order_swap(self, opening) if len(held) == LONG else opening
        return (Found("full", held[::-1], opening, end, weights.RESPELT, "turned"), True) if end > opening else None

    def _here(self, at: int, opening: int) -> Found | None:
        """The best reading of a name whose cue, or which itself, begins at `at`."""
        before, one = self.word(at - 1), None
        if not self.here(at) and not self.ended and not (before in SENTENCE or stands_in(before, "and") or at in (0, opening)):
            return None  # most words
        starts = at in (0, opening) or before in SENTENCE or self.repaired(at)
        if not CUES.isdisjoint(self.here(at)):
            one = self.put_under(at) or self.noun(at, opening) or self.cue(at, opening) or self.relative(at) or self.spelling(at)
        if starts:
            one = one or self._bare(at, opening)
        elif stands_in(before, "and"):
            one = one or self.trailed(at)
        if one is None and self.context.held.value and at in (0, opening):
            one = self._respelt(at)
        return one or (self.household(at) if self.booked else None)

    def _bare(self, at: int, opening: int) -> Found | None:
        """A name with nothing before it, or with "is my name" behind it."""
        self.tries += 1
        trailed = self.trailed(at) if self.parted else None
        if trailed is not None:
            return trailed
        phrase = self.phrase(at, Trust.BARE) or self._everyday(at)
        if (
            phrase is None
            or self.is_numbered(at)
            or (self.is_a(at, "places") and len(phrase.pieces) == LONG)
            or not (phrase.words or len(letters := "".join(phrase.lower)) >= weights.MIN_SPELLED or stands_in(letters, "given"))
        ):
            return None
        pause = int(self.word(phrase.end) == "," and phrase.words >= LONG)
        trailer = self.size(phrase.end + pause, "after")
        turned = self._last_name_first(phrase)
        if turned is not None:
            return self.found("full", turned, at, weights.BARE_FULL, "bare", asked_only=True)
        if trailer and (phrase.likely or phrase.words == 1 or trailer > 1):
            plain = trailer > 1 or self.is_a(phrase.end, "on_the_line")
            return self.found("full", phrase, at, weights.CUED if plain else weights.UNLIKELY, "trailer", extra=trailer + pause)
        if self.size(phrase.end, "holds") and phrase.words >= LONG and phrase.likely:
            return self.found("full", phrase, at, weights.BARE_FULL, "holder", asked_only=True)
        greeted = phrase.words == 1 and not self.context.in_call and self.is_greeted(at)
        if greeted or not self.allows(phrase, first=at == opening or self.repaired(at)):
            return None
        confidence = weights.BARE if phrase.words < LONG and not phrase.spelled else weights.BARE_FULL
        return self.found("full", phrase, at, confidence, "bare" if phrase.words else "spelled", asked_only=True)

    def _everyday(self, at: int) -> Phrase | None:
        """An everyday word that is a name too, said alone: only if the name was asked for, or it was written like a surname."""
        word = self.word(at)
        if not is_known(word) or stands_in(word, "answers", "never") or self.is_a(at - 1, "no") or not self.ends(at + 1):
            return None
        surname = self.tokens[at].text.istitle() and len(self.tokens) == 1 and not stands_in(word, "calendar")
        return self.word_alone(at) if surname or "name" in self.context.asked else None

    def _respelt(self, at: int) -> Found | None:
        """The held name, its letters edited: "with a y", "no h"."""
        held = tuple(self.context.held.value.split())
        edit, end = letter_edit(self, at)
        name = respelt(held, edit, last=False) if edit is not None else held
        return Found("patch", name, at, end, weights.RESPELT, "letter") if name != held else None

    def _swapped(self, swap: Replace[str], at: int, end: int) -> Found | None:
        """The held name with one letter for another, "the i should be a y"; None where it fits nowhere, or in several places."""
        held = tuple(self.context.held.value.split())
        name = letter_replaced(held, swap)
        return Found("patch", name, at, end, weights.RESPELT, "letter", asked_only=True) if name != held else None

    def _last_name_first(self, phrase: Phrase) -> Phrase | None:
        """ "Smith, John" and, where nothing but a name was asked for, "Park, Ji-hoon" the right way round; None if it is not turned."""
        family = phrase.lower[0]
        if len(phrase.pieces) > 1 or self.word(phrase.end) != "," or stands_in(family, "given") or not stands_in(family, "family"):
            return None
        given = self.phrase(phrase.end + 1, Trust.BARE)
        if given is None or len(given.pieces) > 1 or not self.ends(given.end):
            return None
        foreign = self.is_foreign(given.pieces) and not is_known(given.lower[0]) and not self.is_a(given.start, "places")
        if not (stands_in(given.lower[0], "given") or foreign):
            return None
        return given._replace(pieces=(*given.pieces, *phrase.pieces))
