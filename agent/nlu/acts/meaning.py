"""Tables of what is meant: under which question, and where which facts hold, words mean what.

A row is named by an example of what it reads. `when` lists facts: "a" must hold, "!a" must not, of "a|!b" either is enough.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from agent.nlu.acts import ActKind
from agent.record.acts import Act

_It = TypeVar("_It")
_Means = TypeVar("_Means")
Fact = Callable[[_It], object]


def act_and_kind(name: str) -> tuple[Act | None, ActKind | None]:
    """An act, a way of doing any, or both: "ask", ":but", "ask:but". Raises ValueError where there is none."""
    act, _, kind = name.partition(":")
    return (Act(act) if act else None), (ActKind(kind) if kind else None)


class Row(NamedTuple, Generic[_Means]):
    name: str
    under: str
    """Kinds of question, with "|" between; "" for any."""
    when: str
    means: _Means


class Table(Generic[_It, _Means]):
    """Rows made ready, by the kind of question. `fact`: what a name in `when` asks of that which is spoken of."""

    def __init__(self, kinds: Iterable[str], fact: Callable[[str], Fact[_It]], *rows: Row[_Means]) -> None:
        self.rows = rows
        ready = [(row, [[(fact(one.removeprefix("!")), one[0] != "!") for one in part.split("|")] for part in row.when.split()]) for row in rows]
        self._under = {kind: [one for one in ready if not one[0].under or kind in one[0].under.split("|")] for kind in kinds}

    def fitting(self, kind: str, it: _It) -> Iterator[Row[_Means]]:
        """The rows that fit, in order; each is looked at when the one before was dealt with."""
        for row, needs in self._under[kind]:
            for either in needs:
                for fact, wanted in either:
                    if bool(fact(it)) is wanted:
                        break
                else:
                    break
            else:
                yield row

    def first(self, kind: str, it: _It) -> Row[_Means] | None:
        """The first row that fits; None where none does."""
        return next(self.fitting(kind, it), None)
