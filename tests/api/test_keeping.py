"""How long things are kept: as the settings say, and of each business as its file does."""

import msgspec
import pytest

from agent.record.keeping import Keeping
from api.business_files import read
from api.keeping import kept_for
from tests.api.services import settings
from tests.graph.walkers import businesses
from tests.storage.calls import job, new_call

FILE = b"""
id = "acme"
name = "Acme"
[keeping]
open_calls_minutes = 5
bookings_days = 365
transcripts_minutes = 60
"""


def test_a_business_keeps_what_its_file_says_and_the_rest_as_the_service_does() -> None:
    known = businesses()
    known = type(known)([read("acme.toml", FILE), msgspec.structs.replace(known.default, id="other")])
    ttl = kept_for(settings(call_ttl_s=1800, booked_ttl_s=7200, log_ttl_s=60), known)
    acme, other = new_call(business="acme"), new_call(business="other")
    assert (ttl.of(acme), ttl.of(other)) == (300, 1800)
    booked = msgspec.structs.replace(acme, booked=job())
    assert (ttl.of(booked), ttl.at("acme").kept_s, ttl.at("other").kept_s) == (7200, 365 * 86_400, 7200)
    assert (ttl.words_of(acme), ttl.words_of(booked), ttl.words_of(other)) == (300, 3600, 1800), "never longer than the call"
    assert ttl.kin_s >= 2 * 365 * 86_400, "who belongs together is known for as long as there is anything to erase"
    assert known.all[1].keeping == Keeping()


@pytest.mark.parametrize(
    "line", ["bookings_days = 0", "transcripts_minutes = 9", "bookings_days = 4000", 'booked_calls_days = "7"', "for_ever = true"]
)
def test_what_is_no_time_stops_the_start(line: str) -> None:
    with pytest.raises(ValueError, match="keeping"):
        read("acme.toml", b'id = "acme"\nname = "Acme"\n[keeping]\n' + line.encode())
