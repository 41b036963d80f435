"""From words to a name, in English and in Mandarin.

English   en_tokens.py, en_words.py   which words may be words of a name: lists (en_lexicon.py), capitals, what follows
          en_letters.py, en_phrase.py the words, initials and spelled letters that stand in a row and make one name
          en.py, en_cued.py           where a name may begin: behind a cue (en_cues.py), or at the beginning
          en_joining.py               what was said apart as one name: first and last name, a part spelled, a part of the held name patched
Mandarin  zh_reader.py                a surname and one or two characters, a nickname, a name of another tongue (lists: zh_characters.py)
          zh.py                       where one may begin
          zh_joining.py               characters told by words (国王的王), a character of the held name patched
"""

from collections.abc import Sequence

import msgspec

from agent.nlu.candidates import Candidate, Context
from agent.nlu.utterance import Utterance
from agent.slots.name.en import english_names
from agent.slots.name.zh import mandarin_names
from agent.slots.name.zh_pauses import with_pauses


def extract(utterance: Utterance, context: Context) -> Sequence[Candidate]:
    """Every name the utterance may hold, the caller's own first; somebody else's ("my mum, Joan") with the rule "other_person" and low
    `confidence`."""
    if not utterance.has_han:
        return [_said_once(heard) for heard in english_names(utterance, context)]
    paused = with_pauses(utterance)
    if paused is None:
        return mandarin_names(utterance, context)
    return [msgspec.structs.replace(heard, span=(0, len(utterance.text))) for heard in mandarin_names(paused, context)]


def _said_once(candidate: Candidate) -> Candidate:
    """The name without the word that was said again before it was spelled: "ethan cooper cooper is spelled c o o p e r"."""
    *before, last = candidate.value.split() or [""]
    return msgspec.structs.replace(candidate, value=" ".join(before)) if before and before[-1].casefold() == last.casefold() else candidate
