"""Mandarin without its pauses: "是林志强强大的强", a name run together with the words that say which character its last one is."""

import re

from agent.nlu.utterance import Utterance

_TOGETHER = re.compile(r"([一-鿿]{0,6}?)(是|叫)?([一-鿿]{1,3}([一-鿿]))((?=[一-鿿]{0,2}\4)[一-鿿]{2,4})的\4[。，, ]?")
"""What leads in, a name, a word that holds its last character, and "of that word, that character"."""


def with_pauses(utterance: Utterance) -> Utterance | None:
    """The same with its pauses, where the whole utterance is a name and the word that explains its last character; else None."""
    found = _TOGETHER.fullmatch(utterance.text)
    if found is None:
        return None
    lead, link, name, character, word = found.groups()
    return Utterance(f"{lead}，{link or '是'}{name}，{word}的{character}" if lead else f"{name}，{word}的{character}")
