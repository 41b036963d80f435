"""Hearing an English name: the cues that lead up to one, and a bare one.

Every place where a name may begin is looked at once: behind a cue ("my name is", "last name", "this is", "a booking for"), at the beginning of the
utterance and of its sentences. What stands there is read as a name phrase (name_phrase.py), trusted as far as the cue allows. A first name, a last
name and a whole name said apart are put together at the end; letters take the place of what they sound like (name_mending.py).
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from agent.hearing import Context, Heard
from agent.languages import words
from agent.languages.letters import is_code_word
from agent.languages.phrases import Phrases
from agent.slots.name_mending import mended, mending, settled, sounds_like
from agent.slots.name_phrase import Phrase, Piece, Reader, Trust
from agent.slots.name_writing import written
from agent.text import Said

_MARKS = frozenset(",.!?;:-\"'()")
_SENTENCE = frozenset(".!?;,")
_MAX_LEAD = 8
"""Marks and fillers passed over in a row."""
_POSTCODE_DIGITS = 3
_CODE_LETTERS = 3
_MAX_FOUND = 8
_MAX_TRIES = 40
"""Names, and places where one may begin, after which nobody is listened to further: it keeps any utterance cheap."""
_LONG = 2
"""Words from which a name is a full name."""


class _Found(NamedTuple):
    role: str
    """ "full", "given", "family" or "other" (somebody else's)."""
    name: tuple[str, ...]
    start: int
    end: int
    sure: float
    rule: str
    asked_only: bool = False


def hear_english(said: Said, context: Context) -> list[Heard]:
    """Every name in the utterance, the caller's own first."""
    reader = Reader(said.tokens)
    listener = _Listener(reader, context)
    found = [one for one in listener.listen() if context.asks("name") or not one.asked_only]
    whole = _joined([one for one in found if one.role != "other"], reader, context)
    others = [one for one in found if one.role == "other"]
    answers: dict[str, Heard] = {}
    for one, patch in (*whole, *((other, False) for other in others)):
        value = written(" ".join(one.name))
        span = (said.tokens[one.start].start, said.tokens[one.end - 1].end)
        answers.setdefault(value, Heard(value=value, rule=one.rule, span=span, sure=one.sure, patch=patch))
    return list(answers.values())


class _Listener:
    """One utterance, listened to for names."""

    def __init__(self, reader: Reader, context: Context) -> None:
        self.reader = reader
        self.tokens = reader.tokens
        self.context = context
        self.cues = _cues()
        self.ended = 0
        self.tries = 0
        self.booked = any(word in self.cues.booked for word in (token.norm for token in reader.tokens))

    def listen(self) -> list[_Found]:
        """Everything that may be a name, in the order it was said; what overlaps an earlier one is left out."""
        found: list[_Found] = []
        at = 0
        opening = self._past_fillers(0)
        while at < len(self.tokens) and len(found) < _MAX_FOUND and self.tries < _MAX_TRIES:
            one = next(self._here(at, opening), None)
            if one is not None:
                found.append(one)
                self.ended = one.end
                at = max(one.end, at + 1)
            else:
                at += 1
        return found

    def _here(self, at: int, opening: int) -> Iterator[_Found]:
        """The readings of a name whose cue, or which itself, begins at `at`, best first."""
        word = self.reader.word(at)
        starts = at == opening or self.reader.word(at - 1) in _SENTENCE or self._repaired(at)
        if not starts and word not in self.cues.first and self.reader.word(at - 1) != "and":
            return
        yield from self._noun(at, opening)
        yield from self._cue(at, opening)
        yield from self._relative(at)
        yield from self._spelling(at)
        if starts:
            yield from self._bare(at, opening)
        elif self.reader.word(at - 1) == "and":
            yield from self._trailed(at)
        if self.context.current and at == opening:
            yield from self._mend(at)
        if self.booked:
            yield from self._booking(at)

    def _noun(self, at: int, opening: int) -> Iterator[_Found]:
        """ "first name is ...", "surname: ...", "the name's ..."."""
        role, length = max(((role, nouns.at(self.tokens, at)) for role, nouns in self.cues.nouns.items()), key=lambda pair: pair[1])
        before = self.reader.word(at - 1)
        if not length or before in self.cues.not_mine:
            return
        if before in self.cues.theirs or (before.endswith("'s") and before in self.cues.kin):
            role = "other"
        after = at + length
        copula = self.cues.copula.at(self.tokens, after)
        led = before in self.cues.articles or at in (opening, self.ended) or before in _SENTENCE
        noun = self.reader.word(at)
        stated = bool(copula) or noun.endswith("'s") or (noun == "names" and led)
        if not stated and (not led or (length == 1 and noun in ("first", "last"))):
            return
        phrase = self._after(after + copula, Trust.CUED)
        if phrase is None or (not stated and not phrase[1].known and not self.reader.is_closed(phrase[1].end)):
            return
        start = at - 1 if before in self.cues.articles else at
        yield self._found(
            "other" if role == "other" else role,
            phrase[1],
            start,
            0.3 if role == "other" else 0.95,
            "other_person" if role == "other" else f"{role}_name",
        )

    def _cue(self, at: int, opening: int) -> Iterator[_Found]:
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
        if not self.reader.is_closed(phrase.end) and not (likely and phrase.words >= _LONG):
            return
        opens = at == opening or self.reader.word(at - 1) in _SENTENCE
        if not likely and (doubtful or not opens or phrase.words > 3 or not self._ends(phrase.end)):
            return
        plainly = self.reader.word(at) in ("this", "i'm", "im", "i")
        listed = phrase.known and self.reader.word(start) in self.reader.lists.given | self.reader.lists.titles
        sure = (0.85 if plainly else 0.7) if listed else 0.6
        yield self._found("full", phrase, at, sure, "self", asked_only=not likely)

    def _relative(self, at: int) -> Iterator[_Found]:
        """Somebody else: "my mum, Joan", "on behalf of Joan"."""
        behalf = self.cues.other.at(self.tokens, at)
        if behalf:
            after = self._after(at + behalf, Trust.BARE)
            if after is not None:
                yield self._found("other", after[1], at, 0.3, "other_person")
            return
        if self.reader.word(at) not in self.cues.kin or self.reader.word(at - 1) not in ("my", "our", "his", "her", "their", "a"):
            return
        after = self._after(at + 1, Trust.BARE)
        if after is not None and (after[1].known or after[1].proud) and self.reader.is_closed(after[1].end):
            yield self._found("other", after[1], at - 1, 0.3, "other_person")

    def _bare(self, at: int, opening: int) -> Iterator[_Found]:
        """A name with nothing before it, or with "is my name" behind it."""
        self.tries += 1
        phrase = self.reader.phrase(at, Trust.BARE) or self._surname(at)
        if phrase is None or self._numbered(at) or (not phrase.words and not self._plainly_spelled(phrase)):
            return
        trailed = next(self._trailed(at), None)
        if trailed is not None:
            yield trailed
            return
        pause = int(self.reader.word(phrase.end) == "," and phrase.words >= _LONG)
        trailer = self.cues.after.at(self.tokens, phrase.end + pause)
        likely = bool(phrase.known or phrase.proud or phrase.title)
        turned = self._turned(phrase)
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
        if self._rest_allows(phrase, first=at == opening or self._repaired(at)) and not (
            self._greeted(at) and phrase.words == 1 and self.context.asked is None
        ):
            sure = 0.5 if phrase.words < _LONG and not phrase.spelled else 0.6
            yield self._found("full", phrase, at, sure, "spelled" if not phrase.words else "bare", asked_only=True)

    def _trailed(self, at: int) -> Iterator[_Found]:
        """ "John is my first name"."""
        phrase = self.reader.phrase(at, Trust.BARE)
        if phrase is None:
            return
        for role, phrases in (("given", self.cues.after_given), ("family", self.cues.after_family)):
            if length := phrases.at(self.tokens, phrase.end):
                yield self._found(role, phrase, at, 0.95, f"{role}_name", extra=length)

    def _turned(self, phrase: Phrase) -> Phrase | None:
        """ "Smith, John" the right way round."""
        first = phrase.pieces[0].text.lower()
        if len(phrase.pieces) > 1 or self.reader.word(phrase.end) != "," or first not in self.reader.lists.family or first in self.reader.lists.given:
            return None
        given = self.reader.phrase(phrase.end + 1, Trust.BARE)
        if given is None or len(given.pieces) > 1 or given.pieces[0].text.lower() not in self.reader.lists.given or not self._ends(given.end):
            return None
        return given._replace(pieces=(*given.pieces, *phrase.pieces))

    def _spelling(self, at: int) -> Iterator[_Found]:
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
            start += 1 if self.reader.word(start) in _MARKS else self.cues.repair.at(self.tokens, start)
        return start == at

    def _surname(self, at: int) -> Phrase | None:
        """An everyday word that is a name too, said alone: only if the name was asked for, or it was written like a surname."""
        token, lists = self.tokens[at], self.reader.lists
        if not lists.is_known(token.norm) or self.reader.word(at - 1) == "no" or token.norm in lists.answers or token.norm in lists.never or not self._ends(at + 1):
            return None
        asked = self.context.asked is not None and "name" in self.context.asked
        return (
            Phrase((Piece(token.text),), at + 1, 1, 0)
            if asked or (token.text.istitle() and len(self.tokens) == 1 and token.norm not in lists.calendar)
            else None
        )

    def _booking(self, at: int) -> Iterator[_Found]:
        """ "a table for ...", "under ...", where a booking is spoken of."""
        length = self.cues.booking.at(self.tokens, at)
        if (
            not length
            or self.cues.vocative.at(self.tokens, at - 1)
            or self.reader.word(at - 1) in ("looking", "ask", "asking", "waiting", "thanks", "thank", "up")
        ):
            return
        after = self.reader.phrase(at + length, Trust.LISTED)
        if after is None or not (self.reader.is_closed(after.end) or self.reader.word(after.end) in self.cues.household):
            return
        articled = self.reader.word(at + length - 1) in ("the", "a")
        if articled and self.reader.word(after.end) not in self.cues.household:
            return
        if after.spelled or not (after.proud or after.words >= _LONG):
            return
        yield self._found("full", after, at, 0.6, "booking", asked_only=True)

    def _mend(self, at: int) -> Iterator[_Found]:
        """The held name, mended: "with a y", "no h"."""
        mend, end = mending(self.tokens, at)
        if mend is None:
            return
        held = tuple(self.context.current.split())
        name = mended(held, mend)
        if name != held:
            yield _Found("mend", name, at, end, 0.8, "letter")

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
            step = 1 if self.reader.word(start) in _MARKS else self.cues.filler.at(self.tokens, start)
            if not step:
                return None
            start += step
        if phrase is None:
            return None
        if self.reader.word(phrase.end) == "," and not phrase.spelled:
            again = self.reader.phrase(phrase.end + 1, Trust.BARE)
            said = [piece.text.lower() for piece in phrase.pieces]
            if again is not None and not again.spelled and len(again.pieces) > len(said):
                full = [piece.text.lower() for piece in again.pieces]
                if full[-len(said) :] == said or full[: len(said)] == said:
                    return phrase.end + 1, again
        return start, phrase

    def _found(self, role: str, phrase: Phrase, start: int, sure: float, rule: str, *, extra: int = 0, asked_only: bool = False) -> _Found:
        name = _once(settled(phrase.pieces))
        if phrase.title and len(name) == 1 and role in ("full", "other"):
            name = (phrase.title, *name)
        return _Found(role, name, start, phrase.end + extra, sure, rule, asked_only)

    def _past_fillers(self, at: int) -> int:
        for _ in range(_MAX_LEAD):
            step = 1 if self.reader.word(at) in _MARKS else self.cues.filler.at(self.tokens, at)
            denied = self.cues.negation.at(self.tokens, at)
            if denied and (phrase := self.reader.phrase(at + denied, Trust.BARE)) is not None:
                step = phrase.end - at
            if not step or at + step >= len(self.tokens):
                return at
            at += step
        return at

    def _ends(self, at: int) -> bool:
        """Whether nothing but politeness and marks stands from `at` on, or a mark ends the sentence."""
        if self.reader.word(at) in _SENTENCE or self.cues.negation.at(self.tokens, at):
            return True
        for _ in range(_MAX_LEAD):
            if at >= len(self.tokens):
                return True
            step = 1 if self.reader.word(at) in _MARKS else self.cues.politeness.at(self.tokens, at)
            if not step:
                return False
            at += step
        return False

    def _rest_allows(self, phrase: Phrase, *, first: bool) -> bool:
        """Whether what follows a bare name leaves it one: nothing much, a number, or, behind a likely full name, another sentence."""
        at = phrase.end
        strong = phrase.words >= _LONG and bool(phrase.known or phrase.proud)
        if not first and not strong:
            return False
        if self._is_address(at):
            return False
        digits = at + 1 if self.reader.word(at) in ("and", ",", "ssn", "-", "number") else at
        if self.reader.word(digits)[:1].isdigit() or self.reader.word(digits) in self.reader.lists.numbers:
            return self._number_allows(phrase, digits)
        if self._ends(at) and self.reader.word(at) not in _SENTENCE:
            return True
        following = self.reader.word(at)
        if following in _SENTENCE:
            return self._ends(at + 1) or self._only_marks(at) or (bool(phrase.known) and (strong or first))
        if bool(phrase.known) and (repair := self.cues.repair.at(self.tokens, at)):
            return at + repair < len(self.tokens)
        if following == "and":
            return bool(phrase.known) and self.reader.word(at + 1) in self.cues.further
        return bool(phrase.known) and (strong or first) and following in self.cues.clauses

    def _number_allows(self, phrase: Phrase, at: int) -> bool:
        """Whether a phrase before a number is a name: not the letters of a postcode or of a booking code."""
        if not phrase.words or phrase.spelled:
            return False
        names = [piece.text.lower() for piece in phrase.pieces]
        if all(is_code_word(name) for name in names):
            return len(self.reader.word(at)) > _POSTCODE_DIGITS
        return bool(phrase.known) or (self.reader.word(at)[:1].isdigit() and all(len(name) > _CODE_LETTERS for name in names))

    def _is_address(self, at: int) -> bool:
        """Whether an e-mail address goes on at `at`."""
        joined = self.reader.word(at) in (".", "_", "@") and at + 1 < len(self.tokens) and self.tokens[at].end == self.tokens[at + 1].start
        return joined or (self.reader.word(at) == "at" and any(word.norm in ("dot", "@", "gmail") for word in self.tokens[at : at + 8]))

    def _only_marks(self, at: int) -> bool:
        return all(self.reader.word(i) in _MARKS for i in range(at, min(len(self.tokens), at + _MAX_LEAD)))

    def _numbered(self, at: int) -> bool:
        before = self.reader.word(at - 1)
        return before[:1].isdigit() or before in self.reader.lists.numbers

    def _plainly_spelled(self, phrase: Phrase) -> bool:
        """Whether letters alone are a name: three or more, or two that a list has ("J, O")."""
        letters = "".join(piece.text for piece in phrase.pieces)
        return len(letters) > 2 or letters in self.reader.lists.given

    def _greeted(self, at: int) -> bool:
        return at > 0 and any(self.cues.greeting.at(self.tokens, start) == at - start for start in range(max(0, at - 2), at))


def _once(name: tuple[str, ...]) -> tuple[str, ...]:
    """`name` without what was only said twice: "bond james bond", "john john smith"."""
    lower = [word.lower() for word in name]
    if len(name) > _LONG and (lower[0] == lower[-1] or lower[0] == lower[1]):
        return name[1:]
    half = len(name) // 2
    return name[:half] if half > 1 and lower[:half] == lower[half:] else name


def _joined(found: Sequence[_Found], reader: Reader, context: Context) -> list[tuple[_Found, bool]]:
    """The readings put together into whole names, best first, and whether each mends the held one."""
    held = tuple(context.current.split())
    full = [one for one in found if one.role == "full"]
    parts = {role: next((one for one in reversed(found) if one.role == role), None) for role in ("given", "family")}
    mends = [(one, True) for one in found if one.role == "mend"]
    given, family = parts["given"], parts["family"]
    if given is not None and family is not None:
        start, end = min(given.start, family.start), max(given.end, family.end)
        return [(_Found("full", (*given.name, *family.name), start, end, 0.95, "parts"), False), *mends]
    part = given or family
    best = _best(full, reader)
    if part is not None:
        base = best.name if best is not None and len(best.name) >= _LONG else held if len(held) >= _LONG else ()
        if best is not None and len(best.name) == 1 and best.start < part.start and not sounds_like(best.name[0], part.name[0]):
            name = (*part.name, *best.name) if part is given else (*best.name, *part.name)
        elif base:
            name = _put(base, part)
        else:
            name = part.name
        start, end = (min(best.start, part.start), max(best.end, part.end)) if best is not None else (part.start, part.end)
        return [(part._replace(name=name, start=start, end=end), best is None and bool(base)), *mends]
    if best is None:
        return mends
    if len(best.name) == 1:
        for other in full:
            if len(other.name) >= _LONG and (place := _place(best.name[0], other.name)) is not None and other.end <= best.start:
                name = (*other.name[:place], *best.name, *other.name[place + 1 :])
                return [(other._replace(name=name, end=best.end), False)]
    if len(best.name) == 1 and len(held) >= _LONG and (place := _place(best.name[0], held)) is not None:
        return [(best._replace(name=(*held[:place], *best.name, *held[place + 1 :])), True)]
    rest = [(one, False) for one in sorted(full, key=lambda one: -one.sure) if one is not best]
    return [(best, False), *rest]


def _best(full: Sequence[_Found], reader: Reader) -> _Found | None:
    """The plainest; of two, the one that a "sorry" or a "no" put in the other's place."""
    best: _Found | None = None
    repair = _cues().repair
    for one in full:
        mended_here = best is not None and any(repair.at(reader.tokens, at) for at in range(best.end, one.start + 1))
        if best is None or mended_here or one.sure > best.sure:
            if best is not None and mended_here and len(one.name) == 1 and len(best.name) >= _LONG:
                place = _place(one.name[0], best.name)
                if place is not None:
                    one = one._replace(name=(*best.name[:place], *one.name, *best.name[place + 1 :]))
            best = one
    return best


def _place(word: str, name: Sequence[str]) -> int | None:
    """Which word of `name` `word` was said in place of, if it sounds like exactly one."""
    places = [at for at, other in enumerate(name) if sounds_like(other, word)]
    return places[0] if len(places) == 1 else None


def _put(name: Sequence[str], part: _Found) -> tuple[str, ...]:
    """`name` with its first name, or what stands behind it, replaced."""
    return (*part.name, *name[1:]) if part.role == "given" else (*name[:1], *part.name)


class _Cues(NamedTuple):
    first: frozenset[str]
    """The words that any of the cues begins with."""
    nouns: dict[str, Phrases]
    copula: Phrases
    articles: frozenset[str]
    not_mine: frozenset[str]
    theirs: frozenset[str]
    plain: Phrases
    weak: Phrases
    doubtful: Phrases
    booking: Phrases
    booked: frozenset[str]
    household: frozenset[str]
    after: Phrases
    after_given: Phrases
    after_family: Phrases
    holds: Phrases
    negation: Phrases
    repair: Phrases
    other: Phrases
    kin: frozenset[str]
    vocative: Phrases
    filler: Phrases
    greeting: Phrases
    politeness: Phrases
    clauses: frozenset[str]
    further: frozenset[str]


@cache
def _cues() -> _Cues:
    data = words("en", "name")
    cues: dict[str, Any] = data["cues"]
    fillers: dict[str, Any] = data["fillers"]
    led = [*cues["plain"], *cues["weak"], *cues["booking"], *cues["other_person"], *data["grammar"]["spelling"]]
    nouns = [noun for several in data["nouns"].values() for noun in several]
    kin = frozenset(word + ending for word in cues["kin"].split() for ending in ("", "'s"))
    return _Cues(
        first=frozenset(Said(phrase).words[0] for phrase in (*led, *nouns)) | kin,
        nouns={role: Phrases(nouns) for role, nouns in data["nouns"].items()},
        copula=Phrases(cues["copula"]),
        articles=frozenset(phrase.split()[-1] for phrase in cues["article"]),
        not_mine=frozenset(cues["not_mine"].split()),
        theirs=frozenset(cues["theirs"].split()),
        plain=Phrases(cues["plain"]),
        weak=Phrases(cues["weak"]),
        doubtful=Phrases(cues["doubtful"]),
        booking=Phrases(cues["booking"]),
        booked=frozenset(cues["booked"].split()),
        household=frozenset(cues["household"].split()),
        after=Phrases(cues["after"]),
        after_given=Phrases(cues["after_given"]),
        after_family=Phrases(cues["after_family"]),
        holds=Phrases(cues["holds"]),
        negation=Phrases(cues["negation"]),
        repair=Phrases(cues["repair"]),
        other=Phrases(cues["other_person"]),
        kin=kin,
        vocative=Phrases(cues["vocative"]),
        filler=Phrases(fillers["before"]),
        greeting=Phrases(fillers["greeting"]),
        politeness=Phrases(fillers["after"]),
        clauses=frozenset(fillers["clauses"].split()),
        further=frozenset(fillers["further"].split()),
    )
