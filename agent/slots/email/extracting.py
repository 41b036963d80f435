"""From words to an e-mail address, step by step.

1. pieces.py                         the words, letters, digits and marks that tokens write: "john", "j o h n", "dot"
2. spoken_domain.py, local_part.py   what is said on the two sides of an "at"
3. addresses.py, provider.py         whole addresses: around an "at", or told by their provider (QQ邮箱)
4. here                              which of them count, what is the beginning or the rest of one, and what may be another: a whole address first,
                                     then a named part of the one held is patched (patching.py), then a part of one that was asked for.
"""

from collections.abc import Sequence
from itertools import islice

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.email.addresses import Address, AddressReader
from agent.slots.email.domains import domains, lookalike
from agent.slots.email.patching import patched, respelled
from agent.slots.email.pieces import Piece
from agent.slots.email.provider import provided
from agent.slots.email.validating import normal

_MOST = 3
"""Candidates: nobody is asked to choose among more."""
_FEWEST_SPELLED = 2
"""Letters said one by one that are part of an address; a single one may be an "I"."""
_MOST_WORDS = 3
"""Words of a part of an address; more are a sentence."""
_JOINING = "._-+"


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every address the utterance may hold, best first; with `options` when it may be another, or holds several.

    Words go on from `context.held.partial`; words that name a part of `context.held.value` patch it.
    """
    reader = AddressReader.of(utterance, context.language)
    asked = "email" in context.asked
    candidates = (_candidate(address, reader, context, asked=asked) for address in reader.addresses(asked=asked))
    found = list(islice((one for one in candidates if one is not None), _MOST))
    whole = [one for one in found if one.whole]
    if whole:
        several = tuple(dict.fromkeys(one.value for one in whole))
        if len(several) > 1:
            whole[0] = Candidate(value=whole[0].value, rule="several", span=whole[0].span, confidence=whole[0].confidence, options=several)
        return tuple(whole)
    if (one := provided(reader)) is not None and (value := normal(one.value)):
        confidence = 0.9 if one.mail else 0.85 if asked else 0.4
        return (Candidate(value=value, rule="provider", span=_span(reader, one.start, one.end), confidence=confidence),)
    current = context.held.value.strip().lower()
    if current and (patch := patched(reader, current)) is not None:
        value = normal(patch.value)
        if value and value != current:
            confidence = 0.85 if reader.has_cue() else 0.6
            return (Candidate(value=value, rule=patch.rule, span=_span(reader, patch.start, patch.end), confidence=confidence, patch=True),)
    if found:
        return tuple(found)
    return _part(reader, context) if asked and not context.held.value else ()


def _candidate(address: Address, reader: AddressReader, context: Context, *, asked: bool) -> Candidate | None:
    """An address that the reader found, if it may be one here; its local part may have come in an earlier turn."""
    local, end = address.local, address.end
    before, _, _ = context.held.partial.partition("@")
    if asked and not address.typed and (not local or reader.is_quiet(0, address.at)) and (not local or before or context.held.value):
        local = before  # only a domain was said
        if not local and not context.held.value:
            local, end = reader.told_after(end)
            if not local and reader.is_quiet(0, address.at) and address.domain.partition(".")[0] in domains().names:
                return Candidate(value=f"@{address.domain}", rule="domain", span=_span(reader, address.at, address.end), whole=False)
    elif asked and before and not address.typed and "@" not in context.held.partial and _goes_on(before, local):
        local = before + local
    whole = "." in address.domain
    if not local or (address.local and reader.is_unlikely(address, asked=asked and whole)):
        return None
    span = _span(reader, address.start, end)
    begins = address.led or (asked and (address.domain in domains().names or reader.past_leads(0, asked=True) >= address.start))
    if not whole and not (begins and reader.is_quiet(end, len(reader.tokens))):
        return None
    value = normal(f"{local}@{address.domain}") if whole else ""
    if not value:
        if not asked and not (reader.has_cue() and address.led and not whole and (address.domain in domains().names or reader.says_so(address))):
            return None
        return Candidate(value=f"{local}@{address.domain}", rule="address" if whole else "no_ending", span=span, whole=whole)
    value = respelled(reader, value, end)
    likely = lookalike(value)
    known = address.domain in domains().known
    confidence = 0.95 if address.typed else 0.9 if known else 0.85 if address.led and reader.has_cue() else 0.7
    return Candidate(
        value=value, rule="typed" if address.typed else "spoken", span=span, confidence=confidence, options=(value, likely) if likely else ()
    )


def _goes_on(before: str, local: str) -> bool:
    """Whether a local part goes on from the part of it said before: a mark joins them, or figures."""
    return local[:1] in _JOINING or before[-1] in _JOINING or local.isdecimal()


def _part(reader: AddressReader, context: Context) -> tuple[Candidate, ...]:
    """The beginning of an address, or the rest of one begun in an earlier turn."""
    local, at, domain = context.held.partial.partition("@")
    tokens = reader.tokens
    start = reader.past_leads(0, asked=True)
    if start >= len(tokens):
        return ()
    span = _span(reader, start, len(tokens))
    if local and domain and (value := normal(_with_ending(reader, context.held.partial, start))):
        return (Candidate(value=value, rule="ending", span=span, confidence=0.7),)
    if local:
        said, end = reader.domain(start)
        if "." in said and reader.is_quiet(end, len(tokens)) and (at or said in domains().known):
            value = normal(f"{local}@{said}")
            return (Candidate(value=value, rule="domain", span=span, confidence=0.7),) if value else ()
    anchored = next((taken for taken in (2, 1) if len(tokens) - taken > start and reader.words.at.at(tokens, len(tokens) - taken) == taken), 0)
    begins, end, led = reader.begin(len(tokens) - anchored, 0, asked=True)
    awaited = bool(anchored or domain) or context.held.part == "local"
    if not (anchored or led) and reader.tells(0, begins):
        return ()  # "can you say that again"
    start = max(begins, 0 if awaited else start)
    written = reader.write(start, end)
    if not written or not _is_beginning(reader, start, end, going_on=bool(local), anchored=awaited):
        return ()
    if domain and not local:
        value = normal(f"{written}@{domain}")
        return (Candidate(value=value or f"{written}@{domain}", rule="local", span=span, confidence=0.7, whole=bool(value)),)
    return (Candidate(value=(local if not at else "") + written + ("@" if anchored else ""), rule="part", span=span, whole=False),)


def _with_ending(reader: AddressReader, partial: str, start: int) -> str:
    """An address whose ending was still to come with the one that is said now, or with its domain said whole: "um, com? gmail dot com"."""
    if patch := patched(reader, partial):
        return patch.value
    local, _, domain = partial.partition("@")
    for at in range(start, min(start + _MOST_WORDS, len(reader.tokens))):
        said, end = reader.domain(at)
        if said.startswith(f"{domain.partition('.')[0]}.") and reader.is_quiet(end, len(reader.tokens)):
            return f"{local}@{said}"
    return ""


def _is_beginning(reader: AddressReader, start: int, end: int, *, going_on: bool, anchored: bool) -> bool:
    """Whether the tokens are plainly part of an address: spelled letters or a mark by name, few words, and no website or number.

    `anchored`: an "at" follows, or was said before, or what stands before it was asked for; then words alone are one.
    """
    pieces = list(reader.pieces(start, end))
    words = sum(piece.kind == "word" for piece in pieces)
    spelled = sum(len(piece.text) for piece in pieces if piece.kind == "letters")
    marked = any(piece.text == "_" or _joins_words(pieces, at) for at, piece in enumerate(pieces) if piece.kind == "mark" and (at or going_on))
    if words > _MOST_WORDS or reader.has_at(start, end):
        return False
    if anchored:
        last = reader.words.never_local.at(reader.tokens, end - 1) or reader.words.never_local.at(reader.tokens, start)
        return not last and not reader.tells(start, end) and bool(words or spelled)
    if not (marked or spelled >= _FEWEST_SPELLED or reader.is_mailbox(start, end, pieces)) or reader.has_others(start):
        return False
    if going_on:
        return True
    website = pieces[-1].text in domains().endings and len(pieces) > 1 and pieces[-2].text == "."
    return not website and any(piece.kind in ("word", "letters") for piece in pieces) and not reader.refers(0, start)


def _joins_words(pieces: Sequence[Piece], at: int) -> bool:
    """Whether the mark at `at` stands between words or letters, not beside figures: "+31" and "2010-15" are no addresses."""
    return all(piece.kind in ("word", "letters") for piece in (*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]))


def _span(reader: AddressReader, start: int, end: int) -> tuple[int, int]:
    return reader.tokens[start].start, reader.tokens[end - 1].end
