"""What tests of the streams are given."""

from collections.abc import AsyncIterator

import pytest

from storage.store import CallStore
from tests.api.feeds import Service


@pytest.fixture
async def service(store: CallStore) -> AsyncIterator[Service]:
    made = Service(store)
    await made.hub.start()
    yield made
    await made.hub.close()
