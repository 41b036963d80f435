"""From a value that was heard to what the caller did with it."""

from agent.hearing import Heard
from agent.taken import Inform
from agent.text import Said


def inform(slot: str, heard: Heard, said: Said, *, asked: bool, rule: str = "", evidence: tuple[str, ...] = (), against: bool = False) -> Inform:
    """The act of telling a value: `heard` in the words of `said`; `asked` when its slot was asked for, `against` when it stands against a "no"."""
    start, end = heard.span
    return Inform(
        slot=slot,
        value=heard.value,
        rule=rule or heard.rule,
        words=said.text[start:end] or said.text,
        whole=heard.whole,
        options=heard.options,
        patch=heard.patch,
        against=against,
        asked=asked,
        sure=heard.sure,
        evidence=evidence,
    )
