"""What every test of faults may ask for."""

from collections.abc import Iterator

import pytest

from tests.faults.nursery import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where services come from by the dozen."""
    with Nursery() as opened:
        yield opened
