"""Business files that nobody meant: whatever stands in a field, or lies in a folder, the file is read or one line names what is wrong."""

import copy
import math
import os
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.business_files import EXAMPLE, MOST_BYTES, load, read

GOOD: dict[str, Any] = tomllib.loads((resources.files("api") / "businesses" / EXAMPLE).read_text("utf-8"))
GOOD["outgoing"] = {
    "mail_from": "Acme <bookings@acme.example>",
    **{"webhook_url": "https://hooks.example.com", "webhook_secret": f"whsec_{'A' * 43}", "webhook_events": ["booking.created", "call.ended"]},
}
LEAST = b'id = "a"\nname = "A"\n'
ODD: tuple[Any, ...] = (
    *(True, 0, -1, 2**63, 10**30, 1.5, 1e308, math.inf, -math.inf, math.nan, datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), time(9)),
    *("", " ", "x", "\x00", "a\x1bb", "\u202ex", "\u2066", "\ufffe", "x" * 3000, "😀", "１２", "9999-12-31", "../../x", "24:00-24:00"),
    *([], [[]], [""], ["\x00"], [1], ["x", 1], {}, {"": ""}, {"en": ""}, {"en": "x\x00"}, {"zz": "x"}, {"a\n": 1}, {"mon": ["24:00-25:00"]}),
)


def toml(value: Any) -> str:
    """A value in TOML, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\U{ord(c):08x}" for c in value) + '"'
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            return f"{{{', '.join(f'{toml(key)} = {toml(part)}' for key, part in value.items())}}}"
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def file_of(table: dict[str, Any]) -> bytes:
    return "\n".join(f"{key} = {toml(value)}" for key, value in table.items()).encode()


def places(table: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of the example, of a list the first two."""
    for key in table if isinstance(table, dict) else range(min(2, len(table))) if isinstance(table, list) else ():
        yield (*here, key)
        yield from places(table[key], (*here, key))


def told(name: str, text: bytes) -> str:
    """What is wrong with it; "" when it was read."""
    try:
        read(name, text)
    except ValueError as error:
        return str(error)
    return ""


def test_the_example_written_on_single_lines_is_the_example() -> None:
    assert tomllib.loads(file_of(GOOD).decode()) == GOOD


@settings(max_examples=200)
@given(st.sampled_from(sorted(places(GOOD), key=str)), st.one_of(st.sampled_from(ODD), st.text(max_size=8), st.integers(), st.floats()))
def test_any_field_with_any_value_is_read_or_named_on_one_line(place: tuple[Any, ...], value: Any) -> None:
    table = copy.deepcopy(GOOD)
    inside: Any = table
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value
    line = told("firm.toml", file_of(table))
    if line:
        assert line.startswith("firm.toml: ")
        assert str(place[0]) in line
        assert line.isprintable()
        assert len(line) < 500


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"a = " + b"[" * 100_000 + b"]" * 100_000, "nested too deep"),
        (b"a = " + b"{a=" * 50_000 + b"1" + b"}" * 50_000, "nested too deep"),
        (LEAST + b"capacity = " + b"9" * 5000, "not TOML"),
        (b'id = "a\x00"', "not TOML"),
        (b"\x00\x01\x02\xff", "not TOML"),
        ('id = "a"'.encode("utf-16"), "not TOML"),
        (LEAST + b"lead_time_minutes = inf", "lead_time_minutes"),
        (LEAST + b'[[services]]\nid = "x"\nname = "X"\nprice = inf', "services.price"),
        (LEAST + b'[[services]]\nid = "x"\nname = "X"\nprice = -nan', "services.price"),
        (LEAST + b'[[services]]\nid = "x"\nname = ""\nwords = ["x"]', "services.name"),
        (LEAST + b'[[services]]\nid = "x"\nname = "X"\nwords = ["\\u0000"]', "services.words"),
        (LEAST + b'greeting = "Hello\\u001b[2J"', "greeting"),
        (LEAST + b'greeting = { en = "Hello \\u202Eolleh" }', "greeting.en"),
        (LEAST + b'emergency_words = ["' + b"x" * 2001 + b'"]', "emergency_words"),
    ],
)
def test_what_no_business_says_is_refused(text: bytes, why: str) -> None:
    line = told("firm.toml", text)
    assert line.startswith("firm.toml: ")
    assert why in line
    assert line.isprintable()


def test_a_byte_order_mark_and_line_breaks_of_windows_are_no_fault() -> None:
    assert read("x", b"\xef\xbb\xbf" + LEAST.replace(b"\n", b"\r\n")).id == "a"


def test_a_folder_may_hold_anything_and_one_line_names_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(LEAST)
    odd = tmp_path / "b.toml"
    odd.mkdir()
    with pytest.raises(ValueError, match=r"b\.toml: not a file$"):
        load(tmp_path)
    odd.rmdir()
    os.mkfifo(odd)
    with pytest.raises(ValueError, match=r"b\.toml: not a file$"):
        load(tmp_path)
    odd.unlink()
    odd.symlink_to(odd)
    with pytest.raises(ValueError, match=r"b\.toml: Too many levels of symbolic links$"):
        load(tmp_path)
    odd.unlink()
    odd.symlink_to(tmp_path / "gone")
    with pytest.raises(ValueError, match=r"b\.toml: No such file or directory$"):
        load(tmp_path)
    odd.unlink()
    with odd.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(ValueError, match=r"b\.toml: longer than 256 KiB$"):
        load(tmp_path)
    odd.rename(tmp_path / "b\n\x1b[2J.toml")
    with pytest.raises(ValueError, match=r"b \[2J\.toml: longer than 256 KiB$"):
        load(tmp_path)


def test_a_path_that_can_be_none_is_one_line() -> None:
    for path in ("a\0b", "/dev/zero", "x" * 5000):
        with pytest.raises(ValueError, match=r"^[^\n]+: [^\n]+$"):
            load(Path(path))
