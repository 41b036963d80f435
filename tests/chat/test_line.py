"""Which call a request is about: wherever the platform names it, and nothing that only looks like a name."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.bodies import SID
from api.chat.line import line_of
from api.errors import Problem

VAPI = {"call": {"id": "v-1", "phoneCallProviderId": "CA1", "customer": {"number": "+12025550143"}, "phoneNumber": {"number": "+12025550100"}}}


@pytest.mark.parametrize(
    ("headers", "body", "sid"),
    [
        ({"X-Call-Id": "CA1"}, {"user": "somebody"}, "CA1"),
        ({"x-call-sid": "CA1"}, {"call": {"id": "v-1"}}, "CA1"),
        ({"system__call_sid": "CA1", "system__conversation_id": "conv_1"}, {}, "CA1"),
        ({"System--Conversation-Id": "conv_1"}, {}, "conv_1"),
        ({"X-Call-Id": "{{system__call_sid}}"}, {"user": "CA2"}, "CA2"),
        ({"X-Call-Id": " "}, {"user": "CA2"}, "CA2"),
        ({"system__call_sid": "None", "system__conversation_id": "conv_1"}, {}, "conv_1"),
        ({}, VAPI, "CA1"),
        ({}, {"call": {"id": "v-1"}}, "v-1"),
        ({}, {"elevenlabs_extra_body": {"call_id": "CA3"}, "user": "x"}, "CA3"),
        ({}, {"elevenlabs_extra_body": {"system__conversation_id": "conv_1"}}, "conv_1"),
        ({}, {"callSid": "CA4", "metadata": {"call_id": "CA5"}}, "CA4"),
        ({}, {"metadata": {"callId": "CA5", "call_id": "CA6"}}, "CA6"),
        ({}, {"metadata": {"callSid": "CA5"}, "user": "x"}, "CA5"),
        ({}, {"user": "room 1/ü{x}"}, "room%201%2F%C3%BC%7Bx%7D"),
        ({}, {"user": "a%20b"}, "a%2520b"),
        ({}, {"user": "x", "call": [], "metadata": "none", "elevenlabs_extra_body": None}, "x"),
        ({}, {"call_id": 7}, "7"),
    ],
)
def test_the_call_is_found(headers: dict[str, str], body: dict[str, Any], sid: str) -> None:
    assert line_of([(name.encode(), value.encode()) for name, value in headers.items()], body).sid == sid


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, {}),
        ({}, {"user": ""}),
        ({}, {"user": "y" * 257}),
        ({}, {"user": ".."}),
        ({}, {"call_id": True}),
        ({}, {"call_id": 10**4000}),
        ({"x-call-id": "{{x}}"}, {"call": {"id": None}}),
    ],
)
def test_what_names_no_call_is_refused(headers: dict[str, str], body: dict[str, Any]) -> None:
    with pytest.raises(Problem) as refused:
        line_of([(name.encode(), value.encode()) for name, value in headers.items()], body)
    assert refused.value.code == "call_unnamed"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"X-Caller-Id": "+12025550143", "X-Called-Number": "+12025550100", "X-Language": "zh-CN"}, {}),
        ({"system__caller_id": "+12025550143", "system__called_number": "+12025550100"}, {"language": "zh-CN"}),
        ({}, {**VAPI, "metadata": {"language": "zh-CN"}}),
        ({}, {"customer": {"number": "+12025550143"}, "phoneNumber": {"number": "+12025550100"}, "language": "zh-CN"}),
        ({}, {"metadata": {"from": "+12025550143", "to": "+12025550100", "language": "zh-CN"}}),
    ],
)
def test_who_calls_whom_in_which_language(headers: dict[str, str], body: dict[str, Any]) -> None:
    found = line_of([(name.encode(), value.encode()) for name, value in headers.items()], {"user": "CA1", **body})
    assert (found.caller, found.dialled, found.language) == ("+12025550143", "+12025550100", "zh-CN")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["call", "id", "number", "call_id", "x"]), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["call", "customer", "metadata", "user", "call_id", "elevenlabs_extra_body", "language", "to"]), JSON))
def test_whatever_stands_there_names_a_call_or_does_not(body: dict[str, Any]) -> None:
    with suppress(Problem):
        assert SID.fullmatch(line_of([(b"x-language", b"\xff")], body).sid)


def test_a_language_that_is_none_is_left_out() -> None:
    assert line_of([], {"user": "CA1", "language": "English, please"}).language == ""
