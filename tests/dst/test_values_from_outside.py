"""Values that nobody said: whatever a supervisor, a tool or another system writes is kept in the slot's own form, or refused with a reason."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.dst.opening import new_call
from agent.dst.outside import accepted, context_alone
from agent.record.call import Call
from agent.record.reasons import Reason
from agent.record.slot_names import NAMES
from agent.slots import SLOTS
from tests import tables
from tests.graph.walkers import businesses

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
BUSINESSES = ("", "au", "gb", "cn")
FORMS = {
    "name": re.compile(r"[^\W\d_][^\d_<>{}\[\]|\\/@:;!?*=+%$#^~]{0,79}"),
    "phone": re.compile(r"\+[1-9]\d{6,14}", re.ASCII),
    "address": re.compile(r"[^<>{}\[\]|\\@:;!?*=%$^~_]{5,250}"),
    "email": re.compile(r"[^\s@<>(),;:\"]{1,64}@[^\s@<>(),;:\"]+\.[^\s@<>(),;:\"]+"),
    "service": re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"),
    "time": re.compile(r"(19[7-9]\d|2[01]\d\d)-\d\d-\d\dT\d\d:\d\d:00[+-]\d\d:\d\d", re.ASCII),
}
"""What is kept looks so, and no otherwise."""
TABLE = [
    ("name", "mary-anne o'neill", "Mary-Anne O'Neill"),
    ("name", "MARY POPPINS", "Mary Poppins"),
    ("name", " Mary\n Jane ", "Mary Jane"),
    ("name", "Mary\u202eyraM\u200b", "MaryyraM"),
    ("name", "Ｍａｒｙ O\u2019Neill", "Mary O'Neill"),
    ("name", "علی\u200cرضا", "علی\u200cرضا"),
    ("name", "王 宝强", "王宝强"),
    ("name", "玛丽·安", "玛丽·安"),
    ("name", 'Robert (Bob) "Bobby" Smith, Jr.', 'Robert (Bob) "Bobby" Smith, Jr.'),
    ("name", "Mary <b>", "not_a_name"),
    ("name", "Mary 3", "not_a_name"),
    ("name", "Zalgo\u0300\u0301\u0302\u0303\u0304\u0305", "not_a_name"),
    ("name", "\u3164\u3164", "not_a_name"),
    ("name", "\x00", "not_a_name"),
    ("name", "A" * 81, "too_long"),
    ("name", "it's Bob Stone", "not_a_name"),
    ("name", "my name is bob stone", "not_a_name"),
    ("name", "Bob Stone speaking", "not_a_name"),
    ("name", "我叫王宝强", "not_a_name"),
    ("name", "Im Yoon-ah", "Im Yoon-ah"),
    ("name", "IM KIM", "Im Kim"),
    ("name", "Put Sombat", "Put Sombat"),
    ("phone", "(202) 555-0143", "+12025550143"),
    ("phone", "\u202a+1 202 555 0143\u202c", "+12025550143"),
    ("phone", "tel:+12025550143", "+12025550143"),
    ("phone", "٢٠٢٥٥٥٠١٤٣", "+12025550143"),
    ("phone", "+44 (0)20 7946 0000", "+442079460000"),
    ("phone", "2025550143Xylophina", "not_in_use"),
    ("phone", "1-800-FLOWERS", "not_in_use"),
    ("phone", "2025550143 and 2025550144", "not_in_use"),
    ("phone", "202-555-0143 x5", "not_in_use"),
    ("phone", "12", "too_short"),
    ("phone", "1" * 2000, "too_long"),
    ("email", "Mary@Gmail.COM\n", "mary@gmail.com"),
    ("email", "a@xn--bcher-kva.de", "a@bücher.de"),
    ("email", "a b@c.com", "not_an_email"),
    ("email", '"a b"@c.com', "not_an_email"),
    ("email", "a@b.com, c@d.com", "not_an_email"),
    ("email", "a@b.com<script>", "not_an_email"),
    ("email", "mary@gmail", "no_domain"),
    ("address", "12 Main St\nSpringfield IL 62701", "12 Main Street, Springfield, IL 62701"),
    ("address", "12 Main Street, New York, NY 10001, ring twice", "12 Main Street, New York, NY 10001, ring twice"),
    ("address", '12 Main St, {"a": 1}, New York, NY 10001', "not_an_address"),
    ("address", "12 Main St <b>, New York, NY 10001", "not_an_address"),
    ("address", "12 Main St, New York, NY 10001 " + "x" * 300, "too_long"),
    ("service", "DRAIN  cleaning", "drain-cleaning"),
    ("service", "疏通下水道", "drain-cleaning"),
    ("service", "clogged sink", "drain-cleaning"),
    ("service", "plumber", "not_offered"),
    ("service", "ac-repair and drain-cleaning", "not_offered"),
    ("service", "Mary; DROP TABLE", "not_offered"),
    ("time", "2026-03-04 10:00", "2026-03-04T10:00:00-05:00"),
    ("time", "2026-03-04t15:00:59.123Z", "2026-03-04T10:00:00-05:00"),
    ("time", "9999-12-31T23:59-23:59", "too_far"),
    ("time", "9999-12-31T23:59:59", "too_far"),
    ("time", "2200-01-01T00:00", "too_far"),
    ("time", "0001-01-01T00:00+23:59", "past"),
    ("time", "1969-12-31T23:59", "past"),
    ("time", "2026-12-31T23:59:60Z", "not_a_time"),
    ("time", "2026-03-08T02:30", "not_a_time"),
    ("time", "2026-03-04", "not_a_time"),
    ("time", "2026-W10-3T10:00", "not_a_time"),
    ("time", "20260304T100000", "not_a_time"),
    ("time", "２０２６-03-04T10:00", "not_a_time"),
]
"""Slot, what is written, what is kept or why not."""
ODD = ["\x00", "\u202e", "\u2066", "\ud800", "\ufeff", "\u200b", "\n", "😀", "１２", "٣", "<b>", "&amp;", '{"a": 1}', "\x1b[2J", "\u0378", "\ue000"]
BIDI = ("LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI")

mutated = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda text, odd, at: text[: at % (len(text) + 1)] + odd + text[at % (len(text) + 1) :],
        st.sampled_from([written for _, written, _ in TABLE]),
        st.one_of(st.sampled_from(ODD), st.text(max_size=3)),
        st.integers(0, 60),
    ),
)


CALLS = {name: new_call("CA1", businesses(name).default, NOW) for name in BUSINESSES}


def kept(call: Call, slot: str, value: str) -> str | None:
    """The value as it is kept; None when it is refused."""
    form = accepted(call, slot, value, NOW)
    return None if isinstance(form, Reason) else form


@given(mutated, st.sampled_from(BUSINESSES), st.sampled_from(NAMES))
@example("2025550143Xylophina", "", "phone")
@example("9999-12-31T23:59:59", "", "time")
@example("Mary\u202eyraM", "", "name")
def test_whatever_is_kept_is_in_its_own_form_and_taken_again_as_it_is(value: str, business: str, slot: str) -> None:
    form = kept(CALLS[business], slot, value)
    if form is None:
        return
    assert FORMS[slot].fullmatch(form), ascii(form)
    assert form == form.strip()
    assert not [c for c in form if unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp")]
    assert not [c for c in form if unicodedata.bidirectional(c) in BIDI]
    assert kept(CALLS[business], slot, form) == form
    assert SLOTS[slot].validate(form[:16] if slot == "time" else form, context_alone(CALLS[business], slot, NOW)) in (None, Reason.PAST)


@pytest.mark.parametrize(("slot", "value", "form"), TABLE)
def test_what_is_written_is_the_value_whole_or_no_value(slot: str, value: str, form: str) -> None:
    found = accepted(CALLS[""], slot, value, NOW)
    assert found == form
    assert isinstance(found, Reason) == (form in set(Reason))


def held() -> Iterator[tuple[str, str, str]]:
    """Every whole value that the tables of understanding have a caller say: region, slot, value."""
    for slot in ("name", "phone", "email"):
        for path in tables.paths(slot):
            for kind, case in tables.cases(path):
                if kind == "understood":
                    yield case.get("region", "US" if path.parent.name == "en" else "CN"), slot, case["hold"]


def test_what_a_caller_says_is_kept_in_the_same_form_as_what_is_written() -> None:
    seen = 0
    for region, slot, value in held():
        call = next((call for call in CALLS.values() if call.brief.region == region), CALLS[""])
        context = context_alone(call, slot, NOW)
        if SLOTS[slot].validate(value, context) is None and (slot != "phone" or value.startswith("+")):
            seen += 1
            assert SLOTS[slot].written(value, context) == value
    assert seen > 300
