"""The stores' own tests run over a cluster as well."""

import pytest

from tests.conftest import Shelf


@pytest.fixture(params=["memory", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf("" if request.param == "memory" else request.getfixturevalue(f"{request.param}_url"))
