"""What callers say of e-mail addresses, as rules: domains, and mailboxes told by their provider. How addresses are corrected: editing.py.

Kinds   word, letters, digits   a piece of an address (`pieces.py`); `signs`: a mark by name or as it is written
        point, tail             a dot; what follows the first label of a domain: ".com.au"
        domain, suffix          a domain with its ending; an ending by itself
        host                    what is said behind an "at": a domain, or the beginning of one, as it was put right
        part                    pieces in a row
        provided                an address told by its provider
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from agent.languages import words
from agent.nlu.chart import Chart, Chunk, Grammar, Rule
from agent.nlu.lexicon import Classes, Lexicon
from agent.nlu.utterance import Utterance
from agent.slots.email import weights
from agent.slots.email.domains import domains, is_ending
from agent.slots.email.pieces import TALKING, PieceReader, written

Pieces = tuple[Chunk, ...]


class Domain(NamedTuple):
    """A domain: what stands before its first dot, and what behind."""

    pieces: Pieces
    rest: str

    @property
    def text(self) -> str:
        return written(self.pieces).strip("-") + self.rest

    @property
    def words(self) -> int:
        return sum(piece.kind == "word" for piece in self.pieces)


class Provided(NamedTuple):
    """An address told by its provider."""

    value: str
    mail: bool
    """Mail was spoken of, and not a number that may be of something else."""


def _label(*labels: Chunk | None) -> str:
    """ ".com.au"."""
    return "".join(label.value if label.value[0] == "." else f".{label.value}" for label in labels if label)


def _inner(_: Chunk, domain: Chunk) -> str | None:
    """Several words between two dots; behind an ending nothing is said but a country: "dot com sorry dot net"."""
    host: Domain = domain.value
    told = len(host.pieces) > 1 and host.words <= weights.MOST_INNER_WORDS and host.pieces[0].value not in domains().endings
    return f".{host.text}" if told else None


def _longer(piece: Chunk, _: Any, domain: Chunk) -> Domain | None:
    host = Domain((piece, *domain.value.pieces), domain.value.rest)
    return host if host.words <= weights.MOST_WORDS and len(host.pieces) <= weights.MOST_PIECES else None


def _host_again(host: Chunk, _: Chunk, again: Chunk) -> str | None:
    same = again.value.partition(".")[0] == host.value.partition(".")[0]
    return str(again.value) if same or again.value in domains().known else None


def _ending_again(host: Chunk, passed: Chunk | Pieces, tail: Chunk) -> str | None:
    text = host.value.text if isinstance(host.value, Domain) else host.value
    return f"{text.partition('.')[0]}{tail.value}" if passed and is_ending(tail.value) else None


def _part(piece: Chunk, _: Any = None, rest: Chunk | None = None) -> Pieces | None:
    pieces = (piece, *rest.value) if rest else (piece,)
    few = sum(one.kind == "word" for one in pieces) <= weights.MOST_WORDS and len(pieces) <= weights.MOST_PIECES
    return pieces if few else None


def _provided(provider: Chunk, mailbox: Chunk) -> Provided | None:
    local = mailbox.value if mailbox.kind == "digits" else written(mailbox.value)
    plain = len(local) >= weights.FEWEST_LETTERS and local[0].isalpha() and local.isascii()
    told = len(local) in weights.PROVIDED_DIGITS if mailbox.kind == "digits" else plain
    return Provided(f"{local}@{provider.value}", provider.kind == "mailbox_of") if told else None


_PIECE, _HOST = "word|letters|digits", "word|letters|digits|host_word"
_REPAIRING = "silent|telling|asides|comma|full_stop"
_LEADS = "leads|talk|silent|comma|colon|full_stop*"
DOMAINS = (
    Rule("dot", "point", "named_dot comma|silent*"),
    Rule(", dot", "point", "comma named_dot comma|silent*"),
    Rule(".", "point", "dot"),
    Rule("dot com", "tail", "point label !glued", lambda _, it: _label(it) if len(it.value) > 1 else None),
    Rule("dot com au", "tail", "point before_country country !point !glued", lambda _, *labels: _label(*labels)),
    Rule("dot com dot au", "tail", "point label|digits tail", lambda _, *labels: _label(*labels)),
    Rule("dot big pond dot com", "tail", "point domain", _inner),
    Rule("dotcom", "tail", "dot_ending !glued", _label),
    Rule("dotcom dot au", "tail", "dot_ending tail", _label),
    Rule("gmail dot com", "domain", f"{_HOST} silent* tail", lambda it, _, tail: Domain((it,), tail.value)),
    Rule("gmail. com", "domain", f"{_HOST} weak_dot label tail?", lambda it, _, *labels: Domain((it,), _label(*labels))),
    Rule("big pond dot com", "domain", f"{_HOST}|dash joint|silent|dash* !at domain", _longer, weights.FURTHER),
    Rule("gmail com", "domain", "provider ending tail?", lambda it, *labels: Domain((it,), _label(*labels)), weights.PROVIDER),
    Rule("yahoo com au", "domain", "provider before_country country !point", lambda it, *labels: Domain((it,), _label(*labels)), weights.PROVIDER),
    Rule("gmailcom", "domain", "run_together !point", lambda it: Domain((), it.value)),
    Rule("acme", "host", "word|letters", lambda it: it.value),
    Rule("gmail", "host", "provider", lambda it: it.value),
    Rule("gmail dot com", "host", "domain", lambda it: it.value.text),
    Rule("the gmail dot com", "host", "article domain", lambda _, it: it.value.text if it.value.text in domains().big else None),
    Rule("um, <host>", "host", "comma|silent host", lambda _, it: it.value),
    Rule("no, sorry, it's", "repaired", f"repairs {_REPAIRING}*"),
    Rule(", <repaired>", "repaired", f"{_REPAIRING} repaired"),
    Rule("gmail, no, at yahoo dot com", "host", "host repaired at host !at", lambda *it: it[-1].value),
    Rule("gmail, no, yahoo dot com", "host", "host repaired host !at", _host_again),
    Rule("acme dot com, sorry, dot net", "host", "host repaired tail", _ending_again),
    Rule("acme dot com, dot net", "host", "domain quiet* tail", _ending_again),
    Rule("com", "suffix", "last_label tail?", lambda *labels: _label(*labels)[1:]),
    Rule("com au", "suffix", "before_country country !point", lambda *labels: _label(*labels)[1:]),
    Rule("dot com", "suffix", "tail", lambda it: it.value[1:] if is_ending(it.value) else None),
)
PARTS = (
    Rule("<piece>", "part", f"{_PIECE}|sign !onward", _part),
    Rule("<piece> <part>", "part", f"{_PIECE}|sign silent|stopped|-comma|-closing|-trailing* !{'|'.join(TALKING)} part", _part),
)
PROVIDED = (
    Rule("QQ邮箱 12345678", "provided", f"mailbox_of|number_of {_LEADS} digits !signs !at !{_PIECE}", lambda it, _, digits: _provided(it, digits)),
    Rule("163邮箱 wang88", "provided", f"mailbox_of {_LEADS} part silent|talk|stopped* stop", lambda it, _, part, *__: _provided(it, part)),
    Rule("12345678 QQ邮箱", "provided", "digits comma? mailbox_of", lambda digits, _, it: _provided(it, digits)),
)
SPOKEN, TOLD = Grammar(DOMAINS), Grammar((*DOMAINS, *PARTS, *PROVIDED))
"""Only in Mandarin mailboxes are told by their provider."""


def _classes(language: str) -> Classes:
    """The lists of `email.toml`, what it writes for marks, and the forms that are put together from two lists."""
    table = words(language, "email")
    listed = {**{kind: phrases for kind, phrases in table.items() if isinstance(phrases, list)}, **table["patching"]}
    telling = [*_telling(table)]
    for side in ("local", "domain"):
        told = spoken_forms(listed.get(f"{side}_part", ()), table.get("being", ()))
        listed[f"{side}_is"] = [*listed.get(f"{side}_is", ()), *told]
    signs, providers = table["marks"], table.get("providers", {"mailbox": (), "names": {}, "numbers": {}})
    return {
        **listed,
        "telling": telling,
        "leads": [*listed.get("leads", ()), *listed.get("spellings", ()), *telling],
        "asides": [*listed.get("repairs", ()), *listed.get("asides", ())],
        "mailboxes": {name: name for name in listed.get("mailboxes", ())},
        "signs": signs,
        "sounds": table["sounds"],
        "endings": table["endings"],
        "named_dot": [phrase for phrase, sign in signs.items() if sign == "." and phrase != "."],
        "dash": {phrase: sign for phrase, sign in signs.items() if sign == "-"},
        "plus": [phrase for phrase, sign in signs.items() if sign == "+"],
        "comma": ",",
        "colon": ":",
        "full_stop": ".",
        "mailbox_of": {name + word: domain for name, domain in providers["names"].items() for word in providers["mailbox"]},
        "number_of": providers["numbers"],
    }


def spoken_forms(subjects: Iterable[str], verbs: Iterable[str]) -> Iterator[str]:
    """ "It's", "that would be": each subject with each verb of being."""
    for subject in subjects:
        yield from (subject + verb if verb.startswith("'") else f"{subject} {verb}" for verb in verbs)


def _telling(table: dict[str, Any]) -> Iterator[str]:
    """The forms of `subjects` and `being`, and those that a recogniser runs together: "thats"."""
    yield from spoken_forms(table.get("subjects", ()), table.get("being", ()))
    for subject in table.get("contracting", ()):
        yield from (subject + verb for verb in table["contracted"])


@cache
def _lexicon(*languages: str) -> Lexicon:
    return Lexicon(map(_classes, languages))


@cache
def _reader(grammar: Grammar, language: str, *languages: str) -> Callable[[Utterance], Chart]:
    lexicon = _lexicon(*languages)
    return lambda utterance: grammar.parse(PieceReader(utterance.tokens, lexicon.leaves(utterance), language).leaves())


@cache
def _tells(*languages: str) -> Callable[[Utterance], bool]:
    lexicon = _lexicon(*languages)
    at, providers = lexicon.first_words(("at",)), lexicon.first_words(("mailbox_of", "number_of"))
    domain = lexicon.first_words(("named_dot", "full_stop", "cues", "endings")) | domains().endings

    def tells(utterance: Utterance) -> bool:
        said = utterance.words
        if at.isdisjoint(said):
            return not providers.isdisjoint(said)
        return not (domain.isdisjoint(said) and providers.isdisjoint(said)) or any(word.endswith(("com", "net")) for word in said)

    return tells


def may_tell(utterance: Utterance, language: str) -> bool:
    """Whether an address may be told though none was asked for: an "at" with a dot, an ending or a word for mail anywhere; or a provider's mail."""
    return _tells(*utterance.languages(language))(utterance)


def chart_of(utterance: Utterance, language: str, grammar: Grammar | None = None) -> Chart:
    """What the rules make of an utterance, made once; of another grammar: those of it."""
    languages = utterance.languages(language)
    grammar = grammar or (TOLD if "zh" in languages else SPOKEN)
    return utterance.once(_reader(grammar, "zh" if utterance.has_han else language, *languages))
