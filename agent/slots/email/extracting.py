"""From words to an e-mail address, step by step.

1. pieces.py      the words, letters, digits and marks that tokens write: "john", "j o h n", "dot"
2. rules.py       domains, mailboxes told by their provider (QQ邮箱), corrections: joined from pieces and the words of `email.toml`
3. addresses.py   whole addresses around an "at"; reading.py finds where they begin
4. here           which of them count, what is the beginning or the rest of one, and what may be another: a whole address first, then an edit of the
                  one held (edits.py), then a part of one that was asked for
"""

from collections.abc import Sequence
from itertools import islice

from agent.nlu.candidates import Candidate, Context
from agent.nlu.chart import Grammar
from agent.nlu.utterance import Utterance
from agent.slots.email import weights
from agent.slots.email.addresses import Address, AddressReader
from agent.slots.email.domains import domains, lookalike
from agent.slots.email.editing import GRAMMAR, edited, respelled
from agent.slots.email.rules import may_tell
from agent.slots.email.validating import normal

_JOINING = "._-+"


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every address the utterance may hold, best first; with `options` when it may be another, or holds several.

    Words go on from `context.held.partial`; words that name a part of `context.held.value` patch it.
    """
    asked = "email" in context.asked
    current = context.held.value.strip().lower()
    if not (asked or current or may_tell(utterance, context.language)):
        return ()
    reader = AddressReader(utterance, context.language, grammar_for(context))
    candidates = (_candidate(address, reader, context, asked=asked) for address in reader.addresses(asked=asked))
    found = list(islice((one for one in candidates if one is not None), weights.MOST_CANDIDATES))
    whole = [one for one in found if one.whole]
    if whole:
        several = tuple(dict.fromkeys(one.value for one in whole))
        if len(several) > 1:
            whole[0] = Candidate(value=whole[0].value, rule="several", span=whole[0].span, confidence=whole[0].confidence, options=several)
        return tuple(whole)
    if told := _provided(reader, asked=asked):
        return (told,)
    edit = edited(reader, current) if current else None
    if edit and (value := normal(edit.value)) and value != current:
        confidence = weights.EDIT_OF_EMAIL if _has_cue(reader) else weights.EDIT
        return (Candidate(value=value, rule=edit.rule, span=_span(reader, edit.start, edit.end), confidence=confidence, patch=True),)
    return tuple(found) or (_part(reader, context) if asked and not context.held.value else ())


def grammar_for(context: Context) -> Grammar | None:
    """The grammar that reads edits, too, where something is held that they may be of; None: the plain one of the language."""
    return GRAMMAR if context.held.value.strip() or "@" in context.held.partial else None


def _provided(reader: AddressReader, *, asked: bool) -> Candidate | None:
    """The address told by its provider, the last one said."""
    told = [*reader.chart.every("provided", past="provided")] if reader.language == "zh" else []
    value = normal(told[-1].value.value) if told else ""
    if not value:
        return None
    mail = told[-1].value.mail or _has_cue(reader) or any(chunk.value.text in domains().known for chunk in reader.chart.every("domain"))
    confidence = weights.PROVIDED if mail else weights.PROVIDED_ASKED if asked else weights.PROVIDED_NUMBER
    return Candidate(value=value, rule="provider", span=_span(reader, told[-1].start, told[-1].end), confidence=confidence)


def _has_cue(reader: AddressReader) -> bool:
    """Whether an address for mail was spoken of."""
    return reader.any_of(0, reader.count, "cues")


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
    begins = address.led or (asked and (address.domain in domains().names or reader.past_quiet(0) >= address.start))
    if not whole and not (begins and reader.is_quiet(end, reader.count)):
        return None
    value = normal(f"{local}@{address.domain}") if whole else ""
    if not value:
        named = address.domain in domains().names or reader.says_so(address)
        if not asked and not (_has_cue(reader) and address.led and not whole and named):
            return None
        return Candidate(value=f"{local}@{address.domain}", rule="address" if whole else "no_ending", span=span, whole=whole)
    value = respelled(reader, value, end)
    likely = lookalike(value)
    called = weights.CALLED if address.led and _has_cue(reader) else weights.PLAIN
    confidence = weights.TYPED if address.typed else weights.KNOWN if address.domain in domains().known else called
    rule = "typed" if address.typed else "spoken"
    return Candidate(value=value, rule=rule, span=span, confidence=confidence, options=(value, likely) if likely else ())


def _goes_on(before: str, local: str) -> bool:
    """Whether a local part goes on from the part of it said before: a mark joins them, or figures."""
    return local[:1] in _JOINING or before[-1] in _JOINING or local.isdecimal()


def _part(reader: AddressReader, context: Context) -> tuple[Candidate, ...]:
    """The beginning of an address, or the rest of one begun in an earlier turn."""
    local, at, domain = context.held.partial.partition("@")
    start = reader.past_quiet(0)
    if start >= reader.count:
        return ()
    span = _span(reader, start, reader.count)
    if local and domain and (value := normal(_with_ending(reader, context.held.partial, start))):
        return (Candidate(value=value, rule="ending", span=span, confidence=weights.PLAIN),)
    if local:
        said, end = reader.host(start)
        if "." in said and reader.is_quiet(end, reader.count) and (at or said in domains().known):
            value = normal(f"{local}@{said}")
            return (Candidate(value=value, rule="domain", span=span, confidence=weights.PLAIN),) if value else ()
    anchored = next((taken for taken in (2, 1) if reader.count - taken > start and reader.size(reader.count - taken, "at") == taken), 0)
    begins, end, led = reader.begin(reader.count - anchored, 0, asked=True)
    awaited = bool(anchored or domain) or context.held.part == "local"
    if not (anchored or led) and reader.any_of(0, begins, "elsewhere"):
        return ()  # "can you say that again"
    start = max(begins, 0 if awaited else start)
    written = reader.write(start, end)
    if not written or not _is_beginning(reader, start, end, going_on=bool(local), anchored=awaited):
        return ()
    if domain and not local:
        value = normal(f"{written}@{domain}")
        return (Candidate(value=value or f"{written}@{domain}", rule="local", span=span, confidence=weights.PLAIN, whole=bool(value)),)
    return (Candidate(value=(local if not at else "") + written + ("@" if anchored else ""), rule="part", span=span, whole=False),)


def _with_ending(reader: AddressReader, partial: str, start: int) -> str:
    """An address whose ending was still to come with the one that is said now, or with its domain said whole: "um, com? gmail dot com"."""
    if edit := edited(reader, partial):
        return edit.value
    local, _, domain = partial.partition("@")
    for at in range(start, min(start + weights.MOST_WORDS_OF_PART, reader.count)):
        said, end = reader.host(at)
        if said.startswith(f"{domain.partition('.')[0]}.") and reader.is_quiet(end, reader.count):
            return f"{local}@{said}"
    return ""


def _is_beginning(reader: AddressReader, start: int, end: int, *, going_on: bool, anchored: bool) -> bool:
    """Whether the tokens are plainly part of an address: spelled letters or a mark by name, few words, and no website or number.

    `anchored`: an "at" follows, or was said before, or what stands before it was asked for; then words alone are one.
    """
    pieces = [piece for piece in reader.pieces(start, end) if piece]
    words = sum(piece.kind == "word" for piece in pieces)
    spelled = sum(len(piece.value) for piece in pieces if piece.kind == "letters")
    if words > weights.MOST_WORDS_OF_PART or reader.any_of(start, end, "at"):
        return False
    if anchored:
        last = reader.size(end - 1, "never_local") or reader.size(start, "never_local")
        return not last and not reader.any_of(start, end, "elsewhere") and bool(words or spelled)
    lettered = [piece.kind in ("word", "letters") for piece in pieces]  # "+31" and "2010-15" are no addresses
    marked = any(
        piece.value == "_" or all(lettered[max(0, at - 1) : at] + lettered[at + 1 : at + 2])
        for at, piece in enumerate(pieces)
        if piece.kind == "signs" and (at or going_on)
    )
    plainly = marked or spelled >= weights.FEWEST_SPELLED or reader.is_mailbox(start, end)
    if not plainly or reader.any_of(start, reader.count, "others"):
        return False
    website = len(pieces) > 1 and pieces[-1].value in domains().endings and pieces[-2].value == "."
    return going_on or (not website and any(lettered) and not reader.any_of(0, start, "references"))


def _span(reader: AddressReader, start: int, end: int) -> tuple[int, int]:
    return reader.tokens[start].start, reader.tokens[end - 1].end
