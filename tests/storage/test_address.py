"""Addresses of a Redis: one that cannot be used says so at once, in one line that repeats nothing of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import address
from storage.cluster_store import ClusterStore
from storage.connect import _client, _redis, connect
from storage.errors import StoreUnavailable
from storage.keys import Ttl
from storage.lines import Lines, can_reach

GOOD = [
    "redis://localhost",
    "redis://127.0.0.1:1/",
    "redis://127.0.0.1:1/3",
    "redis://[::1]:1/0",
    "redis://:p%23s%20s@127.0.0.1:1",
    "redis://ann:secret@127.0.0.1:1/15",
    "redis://127.0.0.1:1?db=2",
    "rediss://127.0.0.1:1?ssl_cert_reqs=none&ssl_check_hostname=false",
    "unix:///nowhere/nobody.sock?db=0",
    "valkey://127.0.0.1:1",
    "redis+cluster://ann:secret@127.0.0.1:1/0",
    "valkeys://127.0.0.1:1?ssl_cert_reqs=required",
]
BAD = [
    *("", "redis", "redis:", "redis://", "redis://:", "redis:///", "redis:///0", "http://localhost", "REDIS://localhost", "//localhost"),
    *("redis://secret:0", "redis://secret:65536", "redis://secret:-1", "redis://secret:abc", "redis://secret:١", "redis://[::1", "redis://[secret]"),
    *("redis://::1", "redis://[::1]secret", f"redis://{'a' * 64}.com", "redis://secret..b", "redis://secret/abc", "redis://secret/-1"),
    *("redis://secret/1/2", "redis://secret/99999999", "redis://secret/0x1", "redis://secret/１", "redis://localhost?bogus=secret"),
    *("redis://localhost?decode_responses=true", "redis://localhost?protocol=3", "redis://localhost?db=secret", "redis://localhost?db="),
    *("redis://localhost?db=1&db=2", "redis://localhost?=", "redis://localhost?ssl_cert_reqs=none", "rediss://localhost?ssl_cert_reqs=secret"),
    *("rediss://localhost?ssl_ca_certs=/secret", "unix://", "unix:///", "unix://secret", "unix:///nowhere/secret%00", f"unix:///{'x' * 104}"),
    *("unix:///nowhere/x?bogus=1", "redis://a secret@localhost", "redis://:se#cret@localhost", "redis://localhost#secret", "redis://local\nhost"),
    *("redis+cluster://", "redis+cluster://secret/1", "redis+cluster://localhost?db=1", "redis+sentinel://secret", "rediss+cluster://secret"),
    *("redis://\x00", "redis://localhost\x1b[2J", "redis://\ud800"),
]


@pytest.mark.anyio
@pytest.mark.parametrize("url", BAD, ids=ascii)
async def test_what_can_be_no_address_is_one_line_that_repeats_nothing(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(must|has) [^\n]+$") as caught:
        address.check(url)
    assert "secret" not in str(caught.value)
    with pytest.raises(ValueError, match=re.escape(str(caught.value))):
        await connect(url, channel_prefix="", ttl=Ttl())


@pytest.mark.anyio
@pytest.mark.parametrize("url", [url for url in GOOD if "127.0.0.1" in url or "unix" in url])
async def test_an_address_where_nobody_listens_is_a_store_that_is_away(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        await connect(url, channel_prefix="", ttl=Ttl())


@given(st.sampled_from(GOOD), st.text(min_size=1, max_size=6), st.integers(0, 60))
def test_whatever_else_stands_in_an_address_is_taken_by_the_client_or_refused(url: str, odd: str, at: int) -> None:
    url = url[:at] + odd + url[at:]
    try:
        address.check(url)
    except ValueError as error:
        assert str(error).isprintable()  # noqa: PT017 - either way is right
        return
    redis = _client(_redis(url))
    assert redis.connection_pool.make_connection().db in range(1_000_000)
    if can_reach(_redis(url)):
        Lines(_redis(url), connect_timeout_s=1, answer_timeout_s=1)


@pytest.mark.anyio
async def test_a_cluster_by_its_own_name(cluster_url: str) -> None:
    store = await connect(cluster_url.replace("redis://", "redis+cluster://"), channel_prefix="sse:", ttl=Ttl())
    assert isinstance(store, ClusterStore)
    assert await store.ping() > 0
    await store.close()
