"""How long and how entangled anything may be, and what is beyond that today."""

from collections.abc import Iterator

from tests.house import measures
from tests.house.measures import File

FILE_LINES = {"agent": 300, "graph": 300, "storage": 350, "api": 300, "prompts": 300}
FLOORS = ("agent", "graph")
"""Where every function has its limit too."""
FUNCTION_LINES = 40
COMPLEXITY = 12
AT_THE_TOP = 5
"""Modules of agent/ that stand in no room."""

TODAY = frozenset(
    {
        "agent/dst/replies.py:to_the_question",
        "agent/dst/understanding.py",
        "agent/nlu/acts/grammar.py:frames",
        "agent/nlu/acts/reading.py",
        "agent/nlu/acts/reading.py:read",
        "agent/nlu/dates/en.py",
        "agent/nlu/dates/en_places.py",
        "agent/nlu/dates/en_relations.py:relation",
        "agent/nlu/dates/zh.py",
        "agent/nlu/dates/zh.py:_at",
        "agent/nlu/numerals/quantities.py:_mandarin",
        "agent/nlu/spelling/letters.py",
        "agent/policy/digressions.py:_system_acts",
        "agent/slots/address/part_values.py",
        "agent/slots/address/postcode.py:_hear",
        "agent/slots/address/street.py",
        "agent/slots/address/street.py:_name_word",
        "agent/slots/address/town.py",
        "agent/slots/address/words.py:lexicon",
        "agent/slots/address/zh_clauses.py:address",
        "agent/slots/email/domain.py:_label",
        "agent/slots/email/leading.py:_role",
        "agent/slots/email/words.py:_vocabulary",
        "agent/slots/name/characters.py:characters",
        "agent/slots/name/cues.py:cues",
        "agent/slots/name/en.py",
        "agent/slots/name/lists.py:lexicon",
        "agent/slots/name/phrase.py",
        "agent/slots/name/phrase.py:phrase",
        "agent/slots/name/words.py:is_name",
        "agent/slots/name/zh.py:_here",
        "agent/slots/name/zh_reader.py:name_at",
        "agent/slots/phone/__init__.py",
        "agent/slots/phone/runs.py",
        "agent/slots/phone/runs.py:run",
        "agent/slots/service/indexing.py:index",
        "agent/slots/service/matching.py:matches",
        "agent/slots/time/reading.py:readings",
        "agent/slots/time/resolve.py",
        "graph/editing.py:edit",
        "graph/nodes.py:speak",
    }
)
"""What is beyond a limit and waits to be cut: paths, and "path:function". Whoever cuts one takes its line out; nothing comes in."""


def beyond(found: list[File]) -> list[tuple[str, str]]:
    """Where something is too much, and what."""
    top = measures.at_the_top(found)
    crowded = [("agent", f"{len(top)} modules at the top")] if len(top) > AT_THE_TOP else []
    return crowded + [one for file in found if file.floor in FILE_LINES for one in _beyond(file)]


def _beyond(file: File) -> Iterator[tuple[str, str]]:
    if file.lines > FILE_LINES[file.floor]:
        yield file.path, f"{file.lines} lines"
    for function in file.functions if file.floor in FLOORS else ():
        if function.lines > FUNCTION_LINES:
            yield f"{file.path}:{function.name}", f"{function.lines} lines"
        if function.complexity > COMPLEXITY:
            yield f"{file.path}:{function.name}", f"a complexity of {function.complexity}"
