"""What the word vectors are made from: which words there are, and the sentences that are held against the teacher's reading of them.

Words      those of service.toml, the utterances of `tests/understanding`, and of WordNet's glosses and lemmas what is common: in the order of the
           teacher's own vocabulary, which is by frequency.
Sentences  WordNet 3.1: names of several words, glosses and examples; wishes and complaints about its common things (`_TEMPLATES`), since callers
           say "my tap drips" and no gloss does; the English utterances of `tests/understanding`.

Everything is drawn by a fixed seed from sorted lists, so that a build repeats.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_SEED = 16
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_MOST_WORDS = 14
"""Of a gloss: what comes after says the same again."""

_THING, _BODY, _ANIMAL, _DOING, _FOOD, _PERSON, _STATE, _EVENT = "06", "08", "05", "04", "13", "18", "26", "11"
"""WordNet's files of nouns."""
_TEMPLATES = {
    _THING: (
        "my {0} is broken",
        "the {0} keeps making a noise",
        "i need a new {0}",
        "can somebody fix the {0}",
        "there's something wrong with the {0}",
        "i'd like my {0} cleaned",
        "{0} repair",
        "{0} and {1}",
        "the {0} came off the {1}",
        "i lost my {0}",
        "{0} {1}",
        "put a {0} in the {1}",
        "the {0} is old and worn",
        "i want to sell my {0}",
        "{0} installation",
        "{0} hire",
        "where can i get a {0} for my {1}",
    ),
    _BODY: ("my {0} hurts", "something's wrong with my {0}", "i've got a pain in my {0}", "{0} and {1}", "{0} treatment", "my {0} looks odd"),
    _ANIMAL: ("my {0} is not well", "there are {0}s in the house", "{0} and {1}", "we've just got a {0}"),
    _DOING: ("i'd like some {0}", "i'm looking for somebody who does {0}", "{0} and {1}", "{0} lessons", "do i need {0} for this", "it's about {0}"),
    _FOOD: ("we'd like some {0}", "{0} with {1}", "{0} for thirty people"),
    _PERSON: ("i want to talk to a {0}", "my {0} needs help", "{0} and {1}", "it's a present for my {0}"),
    _STATE: ("i'm suffering from {0}", "i'm worried about {0}", "{0} and {1}", "{0} advice"),
    _EVENT: ("we're planning a {0}", "there's been a {0}", "{0} and {1}"),
}
_VERB_TEMPLATES = (
    "it needs to be {0}ed",
    "can you {0} it for me",
    "i want to {0} and {1}",
    "i can't {0} any more",
    "somebody to {0} my things",
    "it won't {0}",
)


class Synset(NamedTuple):
    kind: str
    """WordNet's file: "06" for made things."""
    part: str
    lemmas: tuple[str, ...]
    gloss: str
    examples: tuple[str, ...]


def synsets(folder: Path) -> list[Synset]:
    return [one for part in ("noun", "verb", "adj", "adv") for one in _read(folder / "dict" / f"data.{part}", part)]


def _read(path: Path, part: str) -> Iterator[Synset]:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("  "):
            continue
        head, _, told = line.partition("|")
        fields = head.split()
        lemmas = tuple(re.sub(r"\(\w+\)$", "", fields[4 + 2 * at]).replace("_", " ") for at in range(int(fields[3], 16)))
        gloss = re.sub(r"\([^)]*\)", "", told.partition('"')[0]).strip(" ;:,")
        yield Synset(fields[1], part, lemmas, gloss, tuple(re.findall(r'"([^"]+)"', told)))


def tokens(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


class Corpus(NamedTuple):
    words: list[str]
    """The commonest first, but for those that must be in."""
    sentences: list[str]


def corpus(wordnet: Path, utterances: Sequence[str], must: Sequence[str], pieces: Sequence[str], *, words: int, sentences: int) -> Corpus:
    """`pieces`: the teacher's vocabulary in its order; `must`: words that are in whatever their frequency."""
    found = synsets(wordnet)
    told = Counter(word for one in found for text in (one.gloss, *one.examples) for word in tokens(text))
    lemmas = {lemma for one in found for lemma in one.lemmas if lemma.islower() and lemma.isalpha() and lemma.isascii()}
    rank = {piece: at for at, piece in enumerate(pieces)}
    needed = sorted({word for text in must for word in tokens(text)})
    known = {word for word in rank if word.isalpha() and word.isascii() and len(word) > 1 and (word in lemmas or told[word] > 1)}
    common = sorted(known - set(needed), key=rank.__getitem__)
    others = sorted(set(told) - known - set(needed), key=lambda word: (-told[word], word))
    chosen = (needed + common + [word for word in others if len(word) > 2])[:words]
    return Corpus(sorted(chosen), _sentences(found, utterances, frozenset(rank), told, sentences))


def _sentences(found: Sequence[Synset], utterances: Sequence[str], rank: frozenset[str], told: Counter[str], most: int) -> list[str]:
    draw = random.Random(_SEED)
    by_kind: dict[str, list[str]] = {}
    for one in found:
        if one.part == "noun":
            common = [lemma for lemma in one.lemmas if lemma.islower() and all(word in rank and told[word] > 3 for word in lemma.split())]
            by_kind.setdefault(one.kind, []).extend(common[:1])
    wishes = []
    for kind, templates in _TEMPLATES.items():
        nouns = sorted(set(by_kind[kind]))
        for noun in nouns:
            wishes += [template.format(noun, draw.choice(nouns)) for template in draw.sample(templates, min(5, len(templates)))]
    verbs = sorted({one.lemmas[0] for one in found if one.part == "verb" and one.lemmas[0] in rank and told[one.lemmas[0]] > 3})
    for verb in verbs:
        wishes += [template.format(verb, draw.choice(verbs)) for template in draw.sample(_VERB_TEMPLATES, 3)]
    told_of = [one for one in found if all(word in rank for word in one.lemmas[0].split())]
    names = sorted({lemma for one in told_of for lemma in one.lemmas if lemma.islower() and " " in lemma})
    glosses = sorted({" ".join(one.gloss.split()[:_MOST_WORDS]) for one in told_of if one.gloss})
    examples = sorted({example for one in found for example in one.examples if len(example.split()) <= _MOST_WORDS})
    drawn = sorted(set(utterances))
    for pool, share in ((wishes, 0.45), (glosses, 0.25), (examples, 0.18), (names, 0.11)):
        some = sorted(set(pool))
        drawn += draw.sample(some, min(len(some), int(most * share)))
    draw.shuffle(drawn)
    return drawn[:most]


def utterances_of(records: Path) -> list[str]:
    """The English utterances of `tests/understanding/records`, and what was on offer."""
    found = []
    for path in sorted(records.glob("*.en.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            record = json.loads(line)
            if record["slot"] in ("service", "act"):
                found += [record["utterance"].lower(), *(option.lower() for option in record.get("options") or ())]
    return sorted(set(found))
