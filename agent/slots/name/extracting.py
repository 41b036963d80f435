"""From words to a name: the candidates, the evidence for each, the choice among them.

Candidates  a name may begin behind a cue, or at the beginning (en.py, en_cued.py; zh.py); there the words, initials and spelled letters that stand
            in a row are read as one name (en_phrase.py, en_letters.py), or a surname and one or two characters, a nickname, a name of another
            tongue (zh_reader.py)
Evidence    which words may be words of a name: lists (lists.py), capitals, what follows (en_words.py, en_around.py; zh_text.py); what a cue is worth
            is a weight (weights.py)
Choice      what was said apart is put together: first and last name, a part spelled, characters told by words (国王的王), a part of the held name put
            right (en_joining.py, zh_joining.py) by typed edits (edits.py)
"""

import re
from collections.abc import Sequence
from functools import cache

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.name.en import english_names
from agent.slots.name.lists import lists
from agent.slots.name.zh import mandarin_names


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every name the utterance may hold, the caller's own first; somebody else's ("my mum, Joan") with the rule "other_person" and low
    `confidence`."""
    if not utterance.has_han:
        return english_names(utterance, context)
    together = _together().fullmatch(utterance.text)
    if together is None:
        return mandarin_names(utterance, context)
    lead, being, name, character, word = together.groups()
    led = f"{lead}，{being or lists('zh')['being'][0]}" if lead else ""
    paused = Utterance(f"{led}{name}，{word}{lists('zh')['of'][0]}{character}")
    return [msgspec.structs.replace(heard, span=(0, len(utterance.text))) for heard in mandarin_names(paused, context)]


@cache
def _together() -> re.Pattern[str]:
    """A name run together with the word that says which character its last one is, "是林志强强大的强": what leads in, the name, the word."""
    being, (of,) = "|".join(lists("zh")["being"]), lists("zh")["of"]
    return re.compile(rf"([一-鿿]{{0,6}}?)({being})?([一-鿿]{{1,3}}([一-鿿]))((?=[一-鿿]{{0,2}}\4)[一-鿿]{{2,4}}){of}\4[。，, ]?")
