"""The pieces of an e-mail address that tokens write, "john", "j o h n", "double two": laid beside the word classes, for the rules to join."""

from collections.abc import Iterator, Sequence

from rapidfuzz.distance import Levenshtein

from agent.nlu.chart import Chunk
from agent.nlu.numerals.numbers import digit_group, only_inside
from agent.nlu.spelling.letters import Speller
from agent.nlu.utterance import Tokens
from agent.slots.email import weights
from agent.slots.email.domains import domains, is_ending

TALKING = ("instead_of", "should_be", "into", "after", "between", "back", "front", "out", "trailing", "beside_at", "joined", "goes", "at", "closing")
"""Classes of words that say where in an address something stands, or what stands there instead."""
QUIET = ("leads", "weak_leads", "silent", "joined", "talk", "others")
PIECES = ("word", "letters", "digits")
_LABELS = ("country", "before_country", "ending", "last_label", "label")
_JOINTS, _GLUED = '"。', "-_@"


class PieceReader:
    """What the tokens of an utterance write, each by itself and with those that belong to it."""

    def __init__(self, tokens: Tokens, leaves: Sequence[Sequence[Chunk]], language: str) -> None:
        self._tokens, self._language, self._speller = tokens, language, Speller.of(tokens, language)
        self._kinds = [{chunk.kind: chunk for chunk in here} for here in leaves]
        for at, here in enumerate(self._kinds):
            self._drop(at, here)
        self._ends, self._pieces = self._ends_of_letters(), list[Chunk | None]()
        spelled = 0
        for at, here in enumerate(self._kinds[:-1]):
            far = weights.LONGEST_LOCAL if spelled < weights.MOST_LOOKED_FAR else weights.NEAR
            self._pieces.append(piece := None if here.keys() & {"silent", "signs"} else self._piece(at, at + far))
            spelled += piece is not None and piece.kind != "word"

    def _drop(self, at: int, here: dict[str, Chunk]) -> None:
        """What words are not here: of two for "@" that run into each other the later is meant ("l i n a 圈a"); "a" beside a letter is one itself."""
        if "at" in here and any(later["at"].end > here["at"].end for later in self._kinds[at + 1 : here["at"].end] if "at" in later):
            del here["at"]
        if "instead_of" in here and "talk" in here and here["talk"].end > here["instead_of"].end:
            del here["instead_of"]  # "not quite"
        single = "others" in here and here["others"].end == at + 1 < len(self._tokens) and len(self._tokens[at].norm) == 1
        if single and (self._kinds[at + 1].keys() & {"signs", "at"} or is_small(self._tokens, at + 1, self._language)):
            del here["others"]
        if "others" in here and "small" not in here:
            here["elsewhere"] = Chunk("elsewhere", at, here["others"].end, None, 1.0)

    def leaves(self) -> list[list[Chunk]]:
        """All chunks at each token."""
        return [[*here.values(), *self._laid(at)] for at, here in enumerate(self._kinds[:-1])] + [[*self._kinds[-1].values()]]

    def _laid(self, at: int) -> list[Chunk]:
        """What is said at a token beside its word classes, and that is of no use by itself."""
        token, here, piece = self._tokens[at], self._kinds[at], self._pieces[at]
        ending, closing, stopped = here["endings"].value if "endings" in here else "", self._closing(at), self._ends_sentence(at)
        onward = piece is not None or "signs" in here
        lays: tuple[tuple[str, int, object], ...] = (
            ("quiet", self._quiet(at), None),
            ("one_word", here["joined"].end - at if "joined" in here and "without" not in here else 0, None),
            ("closing", closing, None),
            ("stopped", stopped, None),
            ("sign", here["signs"].end - at if "signs" in here and not stopped else 0, here["signs"].value if "signs" in here else ""),
            ("onward", onward and not stopped and not closing and here.keys().isdisjoint(TALKING), None),
            ("glued", token.norm in _GLUED and at > 0 and self._tokens[at - 1].end == token.start, None),
            ("joint", token.norm in _JOINTS or (token.norm == "," and self._is_beside_letter(at)), None),
            (self._dot(at), token.norm == ".", None),
            ("dot_ending", ending.startswith("."), ending[1:]),
            ("host_word", "plus" in here, token.norm),
            ("provider", "plus" in here and token.norm in domains().names, token.norm),
        )
        chunks = [Chunk(kind, at, at + size, value, 1.0) for kind, size, value in lays if size]
        return [*chunks, piece, *self._of_domains(piece)] if piece else chunks

    def _ends_sentence(self, at: int) -> bool:
        """Whether a full stop stands at `at`, and is no mark of an address."""
        return self._tokens[at].norm == "。" or (self._tokens[at].norm == "." and self._dot(at) == "full_stop")

    def _closing(self, at: int) -> int:
        """How many tokens an "and" takes behind which no more of an address is said: "and that's it", "and we're done"; behind a letter any word."""
        here = self._kinds[at]
        if "linking" not in here:
            return 0
        end = max(here[kind].end for kind in ("linking", "silent") if kind in here)
        behind, goes_on = self._kinds[end], end + 1 < len(self._tokens)
        if behind.keys() & {"telling", "trailing"} or ("elsewhere" in behind and goes_on):
            return end - at
        lettered = at > 0 and (is_small(self._tokens, at - 1, self._language) or "signs" in self._kinds[at - 1])
        word = end < len(self._tokens) and "silent" not in here and not is_small(self._tokens, end, self._language)
        return end - at if lettered and word else 0

    def _piece(self, at: int, stop: int) -> Chunk | None:
        """The word, letters or digits at a token."""
        here, token = self._kinds[at], self._tokens[at]
        if sound := here.get("sounds"):
            return Chunk("word", at, sound.end, sound.value, 1.0)
        digits, end = self._digits(at, stop)
        if digits:
            return Chunk("digits", at, end, digits, 1.0)
        letters, end = self._speller.spell(at, min(stop, self._ends[at + 1])) if self._may_be_letters(at) else ("", at)
        if letters and (len(letters) > 1 or len(token.norm) == 1):
            return Chunk("letters", at, end, letters, 1.0)
        if not token.is_word or not token.norm.isascii():
            return None
        return Chunk("letters" if len(token.norm) == 1 else "word", at, at + 1, token.norm.replace("'", ""), 1.0)

    def _of_domains(self, piece: Chunk) -> Iterator[Chunk]:
        """What a piece may be of a domain: a label behind a dot, an ending, the beginning of a provider's name."""
        known, text, at, end = domains(), piece.value, piece.start, piece.end
        if piece.kind == "letters":
            text, end = _spelled_label(text, at, end)
        elif end == at + 1 and piece.kind == "word" and (ending := self._kinds[at].get("endings")) and ending.value[0] != ".":
            text = ending.value
        if text.replace(".", "").isalpha():
            first, whole = text.partition(".")[0], f"{text[:-3]}.{text[-3:]}"
            kinds = (text in known.countries, text in known.before_country, first in known.endings, first in known.last, True)
            yield from (Chunk(kind, at, end, text, 1.0) for kind, told in zip(_LABELS, kinds, strict=True) if told)
            if whole in known.known:  # "gmailcom": nothing with a provider's name can end otherwise
                yield Chunk("run_together", at, end, whole, 1.0)
        name, last = piece.value, piece
        while name in known.beginnings and name not in known.names and last.end < min(len(self._pieces), at + weights.LONGEST_PROVIDER):
            following = self._pieces[last.end]
            if following is None:
                break
            name, last = name + following.value, following
        if name in known.names:
            yield Chunk("provider", at, last.end, name, 1.0)

    def _may_be_letters(self, at: int) -> bool:
        """Whether spelled letters may begin at `at`: a letter, a word that stands for one, or letters run together with a letter after them."""
        norm = self._tokens[at].norm
        after = self._tokens[at + 1].norm if at + 1 < len(self._tokens) else ""
        return len(norm) == 1 or (len(after) == 1 and len(norm) <= weights.LONGEST_GLUED) or norm in self._speller.table.starters

    def _ends_of_letters(self) -> list[int]:
        """From each token on, where letters end at the latest: an "at", a mark that is no hyphen ("j o plus n"), a word that is then spelled."""
        ends = [len(self._tokens)] * (len(self._tokens) + 1)
        for at in range(len(self._tokens) - 1, -1, -1):
            norm, kinds = self._tokens[at].norm, self._kinds[at]
            following = [token.norm for token in self._tokens[at + 1 : at + 1 + 2 * len(norm)]] if len(norm) > 1 else []
            spelled = following and len(following[0]) == 1 and "".join(one for one in following if one not in "-,").startswith(norm)
            ends[at] = at if "at" in kinds or ("signs" in kinds and "dash" not in kinds) or spelled else ends[at + 1]
        return ends

    def _digits(self, at: int, stop: int) -> tuple[str, int]:
        """Digits at `at`. "Oh" is one before digits, unless it is a sigh at the beginning; "o" is a letter unless digits touch it on both sides."""
        said = ""
        while at < min(stop, len(self._tokens)) and len(said) < weights.LONGEST_DIGITS:
            group, after = digit_group(self._tokens, at, self._language)
            if not group:
                break
            if only_inside(self._tokens[at], self._language):
                foreign = not self._tokens[at].norm.isascii()  # 腰 for 幺, wherever it stands
                following = digit_group(self._tokens, after, self._language)[0]
                if not (following and (said or foreign or self._goes_on_with_oh(at))) and not (said and foreign):
                    break
            said, at = said + group, after
        return said, at

    def _goes_on_with_oh(self, at: int) -> bool:
        """Whether "oh" at `at` goes on a word of an address: "lee oh seven"; after a letter, whether another follows: "s oh oh seven"."""
        if at == 0 or len(self._tokens[at].norm) == 1 or not self._tokens[at - 1].is_word:
            return False
        if len(self._tokens[at - 1].norm) == 1:
            return at + 1 < len(self._tokens) and self._tokens[at + 1].norm == self._tokens[at].norm
        return not self._kinds[at - 1].keys() & {"leads", "weak_leads"}

    def _quiet(self, at: int) -> int:
        """How many tokens at `at` say nothing of an address: talk, words that lead in, marks of punctuation, what tells of something else."""
        token, here = self._tokens[at], self._kinds[at]
        quiet = [here[kind].end - at for kind in QUIET if kind in here]
        return max(quiet) if quiet else int(not (token.is_word or token.is_number or "signs" in here))

    def _dot(self, at: int) -> str:
        """A full stop as a dot: written in one with what follows it, or before an ending; "weak_dot" where it may end the sentence."""
        if at + 1 >= len(self._tokens) or self._tokens[at + 1].start == self._tokens[at].end:
            return "dot" if at + 1 < len(self._tokens) else "full_stop"
        apart, following = at and self._tokens[at - 1].end < self._tokens[at].start, self._kinds[at + 1].get("endings")
        return "full_stop" if not is_ending(following.value if following else self._tokens[at + 1].norm) else "dot" if apart else "weak_dot"

    def _is_beside_letter(self, at: int) -> bool:
        """Whether the comma at `at` stands between letters, digits and hyphens that are said one by one."""
        beside = (at - 1, at + 1) if 0 < at < len(self._tokens) - 1 else ()
        return bool(beside) and all("dash" in self._kinds[here] or is_small(self._tokens, here, self._language) for here in beside)


def is_small(tokens: Tokens, at: int, language: str) -> bool:
    """Whether a single letter, or digits, stand at a token."""
    token = tokens[at]
    return len(token.norm) == 1 or token.is_number or bool(digit_group(tokens, at, language)[0])


def written(pieces: Sequence[Chunk]) -> str:
    """What pieces write together. A word that is then spelled is written once, and "p as in paul" behind it tells only how it begins."""
    text, said, end = "", "", 0
    for piece in pieces:
        value = str(piece.value)
        explains = len(value) == 1 and piece.end - piece.start >= weights.CODE_WORD and piece.start > end > 0
        if explains and len(text) > 1 and text.startswith(value):
            continue
        if piece.kind == "letters" and (spelled := _spelled_end(said, value)):
            text = text.removesuffix(spelled)
        said = f"{said} {value}" if piece.kind == "word" else ""
        text, end = text + value, piece.end
    return text


def is_spelling(word: str, letters: str) -> bool:
    """Whether `letters` spell `word`, which may have been misheard."""
    if word == letters:
        return True
    far = weights.MISHEARD
    return len(letters) > far and word[0] == letters[0] and Levenshtein.distance(word, letters, score_cutoff=far) <= far


def _spelled_end(said: str, letters: str) -> str:
    """The last of the words just said, run together, that the letters spell once more; "" when they spell something else."""
    words, head = said.split(), letters.partition("-")[0]
    ends = ("".join(words[first:]) for first in range(len(words)))
    return next((end for end in ends if letters.startswith(end) or is_spelling(end, head)), "")


def _spelled_label(letters: str, at: int, end: int) -> tuple[str, int]:
    """Letters as a label: "c o m a u" is com.au, and of single letters that go on behind an ending only the ending is one."""
    known = domains()
    for length in range(len(letters) - 1, 1, -1):
        if letters[:length] in known.before_country and letters[length:] in known.countries:
            return f"{letters[:length]}.{letters[length:]}", end
    ending = next((length for length in (3, 2) if letters[:length] in known.last), 0)
    if letters not in known.last and ending and end - at == len(letters):
        return letters[:ending], at + ending
    return letters, end
