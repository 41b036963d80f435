"""Which addresses a webhook reaches: judged is what is connected to, whatever a name led to before or leads to later."""

import pytest

from agent.record.business import Business
from api.outbox.looking_up import addresses
from api.outbox.outcomes import Again, Refused, Sent
from api.outbox.reaching import is_public
from api.outbox.webhooks import Hooks
from tests.outbox.receivers import NAME, Names, delivery, receiving

pytestmark = pytest.mark.anyio

ACME = Business(id="acme", name="Acme")
OURS = (
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "100.100.100.200"),
    *(
        "192.0.0.192",
        "192.88.99.1",
        "168.63.129.16",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "203.0.113.9",
    ),
    *(
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "100::1",
        "3fff::1",
        "5f00::1",
    ),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "2002:7f00:1::1", "2002:a00:1::"),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
)
THE_INTERNET_S = ("1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1")


@pytest.mark.parametrize("address", OURS)
def test_no_address_of_ours_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", THE_INTERNET_S)
def test_an_address_of_the_internet_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::ffff:127.0.0.1]", "[::1]"])
async def test_a_private_address_is_refused_however_it_is_written(host: str) -> None:
    with receiving() as receiver:
        for scheme in ("http", "https"):
            assert await Hooks(receiver.hook(host, scheme=scheme)).send(delivery(), ACME) == Refused("private_address")
    assert receiver.got == []


@pytest.mark.parametrize("leads_to", [["127.0.0.1"], ["::1", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]])
async def test_a_name_that_leads_to_one_is_refused(leads_to: list[str]) -> None:
    with receiving() as receiver:
        assert await Hooks(receiver.hook(NAME), find=Names(leads_to)).send(delivery(), ACME) == Refused("private_address")
    assert receiver.got == []


async def test_a_name_is_looked_up_once_and_what_it_led_to_is_connected_to() -> None:
    with receiving() as receiver:
        names = Names(["127.0.0.1"], ["169.254.169.254"])
        assert await Hooks(receiver.hook(NAME), private=True, find=names).send(delivery(), ACME) == Sent()
    assert names.asked == [(NAME, receiver.port)]
    assert receiver.got[0][1]["host"] == f"{NAME}:{receiver.port}"


async def test_the_next_address_is_tried_where_nobody_is_at_the_first() -> None:
    with receiving() as receiver:
        assert await Hooks(receiver.hook(NAME), private=True, find=Names(["127.0.0.2", "127.0.0.1"])).send(delivery(), ACME) == Sent()
    assert len(receiver.got) == 1


async def test_nothing_goes_over_the_internet_in_the_clear() -> None:
    with receiving() as receiver:
        names = Names(["93.184.215.14"])
        assert await Hooks(receiver.hook(NAME), private=True, find=names).send(delivery(), ACME) == Refused("not_https")


async def test_a_name_that_leads_nowhere_is_tried_again() -> None:
    with receiving() as receiver:
        assert await Hooks(receiver.hook(NAME), find=Names([])).send(delivery(), ACME) == Again("no_address")


async def test_the_look_up_gives_each_address_once() -> None:
    assert list(await addresses("127.0.0.1", 443)) == ["127.0.0.1"]
    assert set(await addresses("localhost", 443)) <= {"127.0.0.1", "::1"}
    with pytest.raises(OSError, match=r".+"):
        await addresses(NAME, 443)
