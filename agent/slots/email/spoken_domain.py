"""The domain of an e-mail address, as it is said after the "at": "gmail dot com", "g mail com", "b t internet dot com", "dot com dot au"."""

from agent.slots.email.domains import domains
from agent.slots.email.pieces import PASSED_OVER, Piece, PieceReader

_LONGEST_LABEL = 130
"""Tokens: 63 letters, the most that RFC 1035 allows, with commas between."""
_LONGEST_NAME = 8
"""Tokens of a provider's name: "b t internet"."""
_MOST_PAUSES = 4
"""Commas and sounds of hesitation in a row."""
_MOST_WORDS = 5
"""Words run together before the first dot; more are a sentence."""
_MOST_INNER_WORDS = 2
"""The same between two dots."""


class DomainReader(PieceReader):
    """Domains and endings, whole or begun."""

    def domain(self, at: int) -> tuple[str, int]:
        """The domain said from token `at` on: ("gmail.com", end); ("gmail", end) when no ending was said; ("", at) for none."""
        label, here = self._first_label(self._past_pauses(at))
        if not label:
            return "", at
        labels, bare = [label], here
        while True:
            dot = self.dot(here, complete=len(labels) > 1)
            if not dot:
                if len(labels) == 1 and label in domains().names and self._word(here) in domains().endings:
                    dot = here  # "gmail com"
                else:
                    break
            if labels[-1].isdecimal() and self.dot(dot, complete=False):
                return "", at
            text, here_after = self._label(dot)
            if not text:
                if self.dot(dot, complete=False):
                    return "", at  # two dots
                break
            labels += text.split(".")
            here = here_after
        if here < len(self.tokens) and self.tokens[here].norm in "-_@" and self.tokens[here].start == self.tokens[here - 1].end:
            return "", at
        if len(labels) > 1 and len(labels[-1]) == 1:
            return "", at  # "8 p.m"
        if len(labels) == 1:
            label, ending = self._unjoined(label)
            return (f"{label}.{ending}", bare) if ending else self._name_only(at, label, bare)
        return ".".join(labels), here

    def ending(self, at: int) -> tuple[str, int]:
        """An ending by itself at token `at`: ("com.au", end) for "dot com dot au"; ("", at) for none."""
        labels: list[str] = []
        here = self.dot(at, complete=False) or at
        while True:
            text, after = self._label(here)
            if not text or (not labels and text.split(".")[0] not in domains().last):
                break
            labels.append(text)
            here = after
            dot = self.dot(here, complete=True)
            if not dot:
                return ".".join(labels), here
            here = dot
        return (".".join(labels), here) if labels else ("", at)

    def _past_pauses(self, at: int) -> int:
        """Past commas and sounds of hesitation: "at, uh, gmail"."""
        for _ in range(_MOST_PAUSES):
            comma = at < len(self.tokens) and self.tokens[at].norm == ","
            at += 1 if comma else self.words.silent.at(self.tokens, at)
        return at

    def _word(self, at: int) -> str:
        norm = self.tokens[at].norm if at < len(self.tokens) else ""
        return self.words.endings.get(norm, norm)

    def dot(self, at: int, *, complete: bool) -> int:
        """The index past a dot, also one that stands in "dotcom"; 0 when there is none. A full stop after a `complete` domain ends the sentence."""
        if at < len(self.tokens) and self.tokens[at].norm == "," and self.words.marks.get(self._word(at + 1)) == ".":
            at += 1
        if at >= len(self.tokens):
            return 0
        token = self.tokens[at]
        if token.norm == ".":
            glued = at + 1 < len(self.tokens) and self.tokens[at + 1].start == token.end
            apart = self.tokens[at - 1].end < token.start
            return at + 1 if glued or ((apart or not complete) and self._word(at + 1) in domains().last) else 0
        if self.words.endings.get(token.norm, "").startswith("."):
            return at
        taken = self.words.mark_phrases.at(self.tokens, at)
        phrase = " ".join(token.norm for token in self.tokens[at : at + taken])
        return self._past_pauses(at + taken) if taken and self.words.marks[phrase] == "." else 0

    def _first_label(self, at: int) -> tuple[str, int]:
        """The words up to the first dot, run together."""
        here, end, said = at, at, 0
        while here < len(self.tokens) and here - at < _LONGEST_LABEL and said <= _MOST_WORDS and not self.dot(here, complete=False):
            if self.words.at.at(self.tokens, here) and here > at:
                break
            mark = self.words.marks.get(self.tokens[here].norm, "")
            if mark == "-":
                here += 1
                continue
            if self.tokens[here].norm in ":;" or (self.tokens[here].norm == "," and not self._is_beside_letter(here)):
                break
            if here > at and self._word(here) in domains().endings and self.write(at, here, host=True) in domains().names:
                break
            silent = self.words.silent.at(self.tokens, here)
            piece = None if silent or self.tokens[here].norm in PASSED_OVER else self.piece(here)
            if piece is not None and piece.end > here:
                here = end = piece.end
                said += piece.kind == "word"
            elif silent or self.tokens[here].norm in PASSED_OVER:
                here += max(silent, 1)
            else:
                break
        return self.write(at, end, host=True).strip("-"), end

    def _is_beside_letter(self, at: int) -> bool:
        """Whether the comma at `at` stands between letters, digits and hyphens that are said one by one."""
        beside = (at - 1, at + 1) if 0 < at < len(self.tokens) - 1 else ()
        return bool(beside) and all(self.is_small(here) or self.words.marks.get(self.tokens[here].norm) == "-" for here in beside)

    def _label(self, at: int) -> tuple[str, int]:
        """The label after a dot, with a country said without its dot: "com.au"."""
        word = self._word(at)
        if word.startswith("."):
            return word[1:], at + 1
        if (inner := self._inner_label(at))[0]:
            return inner
        piece = self.piece(at)
        text, end = self._single_label(piece, at) if piece is not None else ("", at)
        if text in domains().before_country and not self.dot(end, complete=False):
            country = self.piece(end)
            if country is not None and country.text in domains().countries:
                return f"{text}.{country.text}", country.end
        return text, end

    def _single_label(self, piece: Piece, at: int) -> tuple[str, int]:
        """A label of one piece at token `at`; ("", at) for none."""
        if piece.kind == "letters":
            return self._spelled_label(piece.text, at, piece.end)
        if piece.kind == "digits":
            return (piece.text, piece.end) if self.dot(piece.end, complete=False) else ("", at)
        word = self._word(at)
        text, end = (word, at + 1) if word.isascii() and piece.end == at + 1 else (piece.text, piece.end)
        return (text, end) if text.isascii() and text.isalpha() else ("", at)

    def _spelled_label(self, letters: str, at: int, end: int) -> tuple[str, int]:
        """Letters as a label: "c o m a u" is com.au, and of single letters that go on behind an ending only the ending is one."""
        for length in range(len(letters) - 1, 1, -1):
            if letters[:length] in domains().before_country and letters[length:] in domains().countries:
                return f"{letters[:length]}.{letters[length:]}", end
        known = [length for length in (3, 2) if letters[:length] in domains().last]
        if letters not in domains().last and known and end - at == len(letters):
            return letters[: known[0]], at + known[0]
        return letters, end

    def _inner_label(self, at: int) -> tuple[str, int]:
        """A label of several pieces before a further dot: "mail dot big pond dot com"; ("", at) for none."""
        here, end, said, count = at, at, 0, 0
        while here < len(self.tokens) and here - at < _LONGEST_LABEL and said <= _MOST_INNER_WORDS:
            if count and self.dot(here, complete=False):
                return (self.write(at, end, host=True), end) if count > 1 and said <= _MOST_INNER_WORDS else ("", at)
            if self.words.marks.get(self.tokens[here].norm) == "-" or (self.tokens[here].norm == "," and self._is_beside_letter(here)):
                here += 1
                continue
            piece = None if self.words.at.at(self.tokens, here) else self.piece(here)
            if piece is None:
                break
            here = end = piece.end
            said, count = said + (piece.kind == "word"), count + 1
            if count == 1 and piece.text in domains().endings:
                break  # "dot com sorry dot net": nothing is said after an ending but a country
        return "", at

    def _unjoined(self, label: str) -> tuple[str, str]:
        """ "gmailcom" is gmail and com: nothing with a provider's name can end otherwise."""
        for ending in ("com", "net"):
            if label.endswith(ending) and f"{label.removesuffix(ending)}.{ending}" in domains().known:
                return label.removesuffix(ending), ending
        return label, ""

    def _name_only(self, at: int, label: str, end: int) -> tuple[str, int]:
        """A domain whose ending was not said: the provider's name, or the first word, of what follows the "at"."""
        here = at
        while here < min(end, at + _LONGEST_NAME):
            piece = self.piece(here)
            if piece is None:
                here += 1
                continue
            here = piece.end
            if self.write(at, here, host=True) in domains().names:
                return self.write(at, here, host=True), here
        first = self.piece(at)
        return (first.text, first.end) if first is not None and first.kind != "digits" else ("", at)
