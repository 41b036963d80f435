"""E-mail: where a confirmation goes.

Heard      typed and spoken addresses, letters and digits by name, "all one word", providers in two words ("hot mail"), a mailbox told by
           its provider alone (QQ邮箱); over several turns (`context.partial`); mended afterwards ("it's dot net, not dot com", "with two l's").
Not heard  a website, a clock, a place that somebody is "at".
Held       as email-validator normalises it, in lower case: a voice has no capitals, and no mailbox in use tells them apart.
Read back  in words; slow: the local part letter by letter. What would not be heard as the same address again is spelled at once.
Sources    RFC 5321, RFC 5322 by way of email-validator.
"""

from collections.abc import Mapping, Sequence
from itertools import islice

from email_validator import EmailNotValidError, validate_email
from rapidfuzz.distance import DamerauLevenshtein

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.record.characters import readable
from agent.record.reasons import Reason
from agent.slots.descriptor import Slot
from agent.slots.email.edits import mend, respelled
from agent.slots.email.grammar import Address, Grammar
from agent.slots.email.pieces import Piece
from agent.slots.email.presenting import say
from agent.slots.email.provider import provided
from agent.slots.email.words import domains

_LONGEST = 254
_MOST = 3
_FEWEST_SPELLED = 2
_MOST_WORDS = 3
_JOINING = "._-+"


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every address the utterance may hold, best first; with `options` when it may be another, or holds several.

    Words go on from `context.partial`; words that name a part of `context.current` mend it.
    """
    grammar = Grammar.of(utterance, context.language)
    asked = context.asked is not None and "email" in context.asked
    candidates = (_heard(address, grammar, context, asked=asked) for address in grammar.addresses(asked=asked))
    found = list(islice((one for one in candidates if one is not None), _MOST))
    whole = [one for one in found if one.whole]
    if whole:
        several = tuple(dict.fromkeys(one.value for one in whole))
        if len(several) > 1:
            whole[0] = Candidate(value=whole[0].value, rule="several", span=whole[0].span, confidence=whole[0].confidence, options=several)
        return tuple(whole)
    if (one := provided(grammar)) is not None and (value := _normal(one.value)):
        confidence = 0.9 if one.mail else 0.85 if asked else 0.4
        return (Candidate(value=value, rule="provider", span=_span(grammar, one.start, one.end), confidence=confidence),)
    if context.current and (mended := mend(grammar, _plain(context.current))) is not None:
        value = _normal(mended.value)
        if value and value != _plain(context.current):
            confidence = 0.85 if grammar.has_cue() else 0.6
            return (Candidate(value=value, rule=mended.rule, span=_span(grammar, mended.start, mended.end), confidence=confidence, patch=True),)
    if found:
        return tuple(found)
    return _part(grammar, context) if asked and not context.current else ()


def validate(value: str, context: Context) -> Reason | None:
    """NO_DOMAIN for an address without an ending, NOT_AN_EMAIL for what is none; TOO_LONG past 254 characters."""
    if len(value) > _LONGEST:
        return Reason.TOO_LONG
    if _normal(value):
        return None
    local, at, domain = value.rpartition("@")
    plain = local and at and "." not in domain and all(c.isalnum() or c in "-" for c in domain)
    return Reason.NO_DOMAIN if plain else Reason.NOT_AN_EMAIL


def written(value: str, context: Context) -> str | Reason:
    """The address as email-validator normalises it, in lower case."""
    typed = readable(value).strip()
    form = _normal(typed)
    return form if form and _normal(form) == form else validate(typed, context) or Reason.NOT_AN_EMAIL


def present(value: str, context: Context, slow: bool) -> str:
    """The address as spoken: "john dot doe at gmail dot com"; slow: "J, O, H, N, dot, D, O, E, at gmail dot com"."""
    spoken = say(value, context.language, spelled=slow)
    if slow or _hears(spoken, value, context):
        return spoken
    return say(value, context.language, spelled=True)


def parts(value: str, context: Context) -> Mapping[str, str]:
    """An address has no parts of its own in the record."""
    return {}


def _hears(spoken: str, value: str, context: Context) -> bool:
    """Whether our own words would be heard as the value."""
    listening = Context(language=context.language, region=context.region, now=context.now, asked=frozenset({"email"}))
    found = extract(Utterance(spoken), listening)
    return bool(found) and found[0].value == value


def _plain(value: str) -> str:
    return value.strip().lower()


def _normal(address: str) -> str:
    """The address as email-validator normalises it, in lower case; "" when it is none. Reserved domains ("example.com") may be used."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        return ""


def _span(grammar: Grammar, start: int, end: int) -> tuple[int, int]:
    return grammar.tokens[start].start, grammar.tokens[end - 1].end


def _heard(address: Address, grammar: Grammar, context: Context, *, asked: bool) -> Candidate | None:
    """An address that the grammar found, if it may be one here; its local part may have come in an earlier turn."""
    local, end = address.local, address.end
    before, _, _ = context.partial.partition("@")
    if asked and not address.typed and (not local or grammar.is_quiet(0, address.at)) and (not local or before or context.current):
        local = before  # only a domain was said
        if not local and not context.current:
            local, end = grammar.told_after(end)
            if not local and grammar.is_quiet(0, address.at) and address.domain.partition(".")[0] in domains().names:
                return Candidate(value=f"@{address.domain}", rule="domain", span=_span(grammar, address.at, address.end), whole=False)
    elif (
        asked
        and before
        and not address.typed
        and "@" not in context.partial
        and (local[:1] in _JOINING or before[-1] in _JOINING or local.isdecimal())
    ):
        local = before + local
    whole = "." in address.domain
    if not local or (address.local and grammar.is_unlikely(address, asked=asked and whole)):
        return None
    span = _span(grammar, address.start, end)
    begins = address.led or (asked and (address.domain in domains().names or grammar.past_leads(0, asked=True) >= address.start))
    if not whole and not (begins and grammar.is_quiet(end, len(grammar.tokens))):
        return None
    value = _normal(f"{local}@{address.domain}") if whole else ""
    if not value:
        if not asked and not (grammar.has_cue() and address.led and not whole and (address.domain in domains().names or grammar.says_so(address))):
            return None
        return Candidate(value=f"{local}@{address.domain}", rule="address" if whole else "no_ending", span=span, whole=whole)
    value = respelled(grammar, value, end)
    likely = lookalike(value)
    known = address.domain in domains().known
    confidence = 0.95 if address.typed else 0.9 if known else 0.85 if address.led and grammar.has_cue() else 0.7
    return Candidate(
        value=value, rule="typed" if address.typed else "spoken", span=span, confidence=confidence, options=(value, likely) if likely else ()
    )


def lookalike(value: str) -> str:
    """The address at the big provider whose domain is one letter, or two swapped, from that of `value`; "" when there is none."""
    local, _, domain = value.rpartition("@")
    if domain in domains().known:
        return ""
    for big in sorted(domains().big):
        if abs(len(big) - len(domain)) <= 1 and DamerauLevenshtein.distance(big, domain, score_cutoff=1) == 1:
            return f"{local}@{big}"
    return ""


def _part(grammar: Grammar, context: Context) -> tuple[Candidate, ...]:
    """The beginning of an address, or the rest of one begun in an earlier turn."""
    local, at, domain = context.partial.partition("@")
    tokens = grammar.tokens
    start = grammar.past_leads(0, asked=True)
    if start >= len(tokens):
        return ()
    span = _span(grammar, start, len(tokens))
    if local and domain and (value := _normal(_with_ending(grammar, context.partial, start))):
        return (Candidate(value=value, rule="ending", span=span, confidence=0.7),)
    if local:
        said, end = grammar.domain(start)
        if "." in said and grammar.is_quiet(end, len(tokens)) and (at or said in domains().known):
            value = _normal(f"{local}@{said}")
            return (Candidate(value=value, rule="domain", span=span, confidence=0.7),) if value else ()
    anchored = next((taken for taken in (2, 1) if len(tokens) - taken > start and grammar.words.at.at(tokens, len(tokens) - taken) == taken), 0)
    begins, end, led = grammar.begin(len(tokens) - anchored, 0, asked=True)
    awaited = bool(anchored or domain) or context.part == "local"
    if not (anchored or led) and grammar.tells(0, begins):
        return ()  # "can you say that again"
    start = max(begins, 0 if awaited else start)
    written = grammar.write(start, end)
    if not written or not _is_beginning(grammar, start, end, going_on=bool(local), anchored=awaited):
        return ()
    if domain and not local:
        value = _normal(f"{written}@{domain}")
        return (Candidate(value=value or f"{written}@{domain}", rule="local", span=span, confidence=0.7, whole=bool(value)),)
    return (Candidate(value=(local if not at else "") + written + ("@" if anchored else ""), rule="part", span=span, whole=False),)


def _with_ending(grammar: Grammar, partial: str, start: int) -> str:
    """An address whose ending was still to come with the one that is said now, or with its domain said whole: "um, com? gmail dot com"."""
    if mended := mend(grammar, partial):
        return mended.value
    local, _, domain = partial.partition("@")
    for at in range(start, min(start + _MOST_WORDS, len(grammar.tokens))):
        said, end = grammar.domain(at)
        if said.startswith(f"{domain.partition('.')[0]}.") and grammar.is_quiet(end, len(grammar.tokens)):
            return f"{local}@{said}"
    return ""


def _is_beginning(grammar: Grammar, start: int, end: int, *, going_on: bool, anchored: bool) -> bool:
    """Whether the tokens are plainly part of an address: spelled letters or a mark by name, few words, and no website or number.

    `anchored`: an "at" follows, or was said before, or what stands before it was asked for; then words alone are one.
    """
    pieces = list(grammar.pieces(start, end))
    words = sum(piece.kind == "word" for piece in pieces)
    spelled = sum(len(piece.text) for piece in pieces if piece.kind == "letters")
    marked = any(piece.text == "_" or _joins_words(pieces, at) for at, piece in enumerate(pieces) if piece.kind == "mark" and (at or going_on))
    if words > _MOST_WORDS or grammar.has_at(start, end):
        return False
    if anchored:
        last = grammar.words.never_local.at(grammar.tokens, end - 1) or grammar.words.never_local.at(grammar.tokens, start)
        return not last and not grammar.tells(start, end) and bool(words or spelled)
    if not (marked or spelled >= _FEWEST_SPELLED or grammar.is_mailbox(start, end, pieces)) or grammar.has_others(start):
        return False
    if going_on:
        return True
    website = pieces[-1].text in domains().endings and len(pieces) > 1 and pieces[-2].text == "."
    return not website and any(piece.kind in ("word", "letters") for piece in pieces) and not grammar.refers(0, start)


def _joins_words(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the mark at `at` stands between words or letters, not beside figures: "+31" and "2010-15" are no addresses."""
    return all(piece.kind in ("word", "letters") for piece in (*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]))


EMAIL = Slot(name="email", extract=extract, validate=validate, present=present, written=written, parts=parts)
