"""Nothing on any screen keeps anybody out: axe-core finds nothing. All the ways of looking are gone through by `python -m tests.console.axe`."""

import pytest

from tests.api.processes import Running
from tests.console.axe import found_on_all
from tests.console.conftest import Opens
from tests.console.looks import EMPTY, LOOKS, TWO


@pytest.mark.parametrize("token", LOOKS, ids=("supervisor", "viewer", "program", "nameless", "door"))
def test_axe_finds_nothing(opens: Opens, played: Running, token: str) -> None:
    assert found_on_all(opens(token=token), LOOKS[token], TWO) == {}


def test_axe_finds_nothing_on_an_empty_board(opens: Opens, quiet: Running) -> None:
    assert found_on_all(opens(over=quiet), EMPTY, TWO) == {}
