"""The stores' own tests run over a cluster and in the journal as well."""

import pytest

from tests.conftest import Shelf


@pytest.fixture(params=["memory", "journal", "redis", "cluster"])
def shelf(request: pytest.FixtureRequest) -> Shelf:
    """A place for calls of each kind."""
    return Shelf.of(request)
