"""Tables of what is meant: under which question, and where which facts hold, words mean what. The first row that fits says it.

A row is named by an example of what it reads. `when` lists facts: "a" must hold, "!a" must not, of "a|!b" either is enough.
"""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

_Means = TypeVar("_Means")


class Row(NamedTuple, Generic[_Means]):
    name: str
    under: str
    """Kinds of question, with "|" between; "" for any."""
    when: str
    means: _Means


class Table(Generic[_Means]):
    """Rows made ready, by the kind of question."""

    def __init__(self, kinds: Iterable[str], *rows: Row[_Means]) -> None:
        self.rows = rows
        self._under = {kind: [(row, _needs(row.when)) for row in rows if not row.under or kind in row.under.split("|")] for kind in kinds}

    def first(self, kind: str, holds: Callable[[str], bool]) -> Row[_Means] | None:
        """The row that says what is meant; None where nothing is."""
        under = self._under[kind]
        return next((row for row, needs in under if all(any(holds(fact) is wanted for fact, wanted in either) for either in needs)), None)


def _needs(when: str) -> list[list[tuple[str, bool]]]:
    return [[(fact.removeprefix("!"), not fact.startswith("!")) for fact in part.split("|")] for part in when.split()]
