"""Business files: the example, folders, and one clear line for whatever is wrong."""

from pathlib import Path

import pytest

from agent.record.business import in_language
from agent.record.slot_names import NAMES
from api.business_files import load, read

LEAST = 'id = "a"\nname = "A"\n'


def test_the_example_is_whole_in_both_languages() -> None:
    example = load(None).default
    assert example.id == "acme"
    assert len(example.services) >= 6
    for service in example.services:
        assert service.price
        assert in_language(service.name, "en") != in_language(service.name, "zh")
        assert isinstance(service.words, dict)
        assert service.words.keys() == {"en", "zh"}
    assert len(example.questions) >= 3
    assert set(example.may_skip) < set(NAMES)


def test_the_example_of_the_contract_can_be_read() -> None:
    business = read(
        "x.toml",
        b"""
id = "acme"
name = "Acme Home Services"
greeting = "Thanks for calling Acme Home Services."
country = "US"
time_zone = "America/New_York"
languages = ["en-US"]
numbers = ["+12025550100"]
hand_off_number = "+12025550101"
email = "office@example.com"
capacity = 2
lead_time_minutes = 120
may_skip = ["email"]
needs_approval = ["after_hours", "price_above:500", "outside_area", "first_time_caller", "every"]
area = ["627", "60611"]
approval_wait_s = 60
approval_else = "person"
holidays = ["2026-03-13"]
[on_request_hours]
sat = ["20:00-22:00"]
[opening_hours]
mon = ["07:00-12:00", "13:00-20:00"]
sun = []
[[services]]
id = "drain-cleaning"
name = "Drain cleaning"
price = 149
minutes = 60
words = ["clogged drain", "plumber"]
[[questions]]
asks = ["do you have insurance", "are you licensed"]
answer = "Yes, we are licensed and fully insured."
""",
    )
    assert business.services[0].price == 149


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("id = ", "not TOML"),
        ('id = "\xff"', "not TOML"),
        ('name = "A"', "`id`"),
        ('colour = "red"', "`colour`"),
        ('id = "has space"', "id:"),
        ('name = " "', "name:"),
        ('country = "UK"', "country:"),
        ('country = "us"', "country:"),
        ('time_zone = "New York"', "time_zone:"),
        ('time_zone = "../etc/passwd"', "time_zone:"),
        ('time_zone = "America"', "time_zone:"),
        ('time_zone = ""', "time_zone:"),
        ("languages = []", "languages:"),
        ('languages = ["tlh"]', "languages:"),
        ('languages = "en"', "$.languages"),
        ('needs_approval = ["sundays"]', "needs_approval:"),
        ('needs_approval = ["price_above"]', "needs_approval: must be price_above with a price"),
        ('needs_approval = ["price_above:much"]', "needs_approval: must be price_above with a price"),
        ('needs_approval = ["every:2"]', "needs_approval:"),
        ('needs_approval = ["outside_area"]', "area:"),
        ('area = ["?"]', "area:"),
        ("approval_wait_s = 0", "`$.approval_wait_s`"),
        ("approval_wait_s = 3601", "`$.approval_wait_s`"),
        ('approval_else = "wait"', "`$.approval_else`"),
        ('on_request_hours = { sat = ["22:00-20:00"] }', "on_request_hours.sat:"),
        ('on_request_hours = { saturday = ["20:00-22:00"] }', "on_request_hours:"),
        ('numbers = ["0255501234"]', "numbers:"),
        ('hand_off_number = "911"', "hand_off_number:"),
        ('email = "office"', "email:"),
        ("capacity = 0", "$.capacity"),
        ("capacity = true", "$.capacity"),
        ("hold_minutes = -1", "$.hold_minutes"),
        ("hold_minutes = 61", "$.hold_minutes"),
        ("buffer_minutes = -1", "$.buffer_minutes"),
        ("buffer_minutes = 0.5", "$.buffer_minutes"),
        ('may_skip = ["colour"]', "may_skip:"),
        ('holidays = ["13 March"]', "holidays:"),
        ('holidays = ["2026-02-30"]', "holidays:"),
        ('subdivision = "VIC"', "subdivision:"),
        ('[opening_hours]\nmonday = ["07:00-12:00"]', "opening_hours:"),
        ('[opening_hours]\nmon = ["7-12"]', "opening_hours.mon:"),
        ('[opening_hours]\nmon = ["12:00-07:00"]', "opening_hours.mon:"),
        ('[opening_hours]\nmon = ["25:00-26:00"]', "opening_hours.mon:"),
        ('[opening_hours]\nmon = ["07:00-12:00", "11:00-14:00"]', "opening_hours.mon:"),
        ('[[services]]\nid = "x"', "$.services"),
        ('[[services]]\nid = "x"\nname = "X"\ncolour = "red"', '"colour"'),
        ('[[services]]\nid = "x"\nname = "X"\nminutes = "60"', "minutes"),
        ('[[services]]\nid = "x"\nname = "X"\nminutes = 0', "services.minutes:"),
        ('[[services]]\nid = "x"\nname = "X"\nprice = -1', "services.price:"),
        ('[[services]]\nid = "x"\nname = "X"\n[[services]]\nid = "x"\nname = "Y"', "services:"),
        ('[[questions]]\nasks = ["x"]\nanswer = "y"\ncolour = "red"', '"colour"'),
        ('[[questions]]\nasks = ["x"]', "$.questions"),
        ('canned = "One moment."', "$.canned"),
        ('canned = [""]', "canned:"),
        ('canned = { klingon = ["nuqneH"] }', "canned:"),
        (f"canned = {['x'] * 10}", "canned:"),
        (f'canned = ["{"x" * 301}"]', "canned:"),
    ],
)
def test_what_is_wrong_is_one_line_with_file_and_key(text: str, key: str) -> None:
    given = text.partition(" ")[0]
    least = "\n".join(line for line in LEAST.splitlines() if not line.startswith(f"{given} ")) if given in ("id", "name") else LEAST
    whole = text if text == 'name = "A"' else f"{least}\n{text}"
    with pytest.raises(ValueError, match=r"^firm\.toml: ") as caught:
        read("firm.toml", whole.encode("latin-1"))
    assert key in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hours_until_midnight_and_always_open() -> None:
    assert read("x", (LEAST + '[opening_hours]\nsat = ["00:00-24:00"]').encode()).opening_hours == {"sat": ["00:00-24:00"]}
    assert read("x", LEAST.encode()).opening_hours == {}


def test_a_folder_is_told_apart_by_the_number_dialled(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\nname = "{name}"\nnumbers = ["+1202555010{ord(name) % 10}"]')
    (tmp_path / "notes.txt").write_text("no business")
    found = load(tmp_path)
    assert [business.id for business in found.all] == ["a", "b"]
    assert found.default.id == "a"
    for dialled in ("+12025550108", "12025550108", "tel:+1-202-555-0108", "sip:+12025550108@sip.example.com:5060", "+12025550108;ext=3"):
        assert found.for_number(dialled).id == "b"
    for dialled in ("0012025550108", "(202) 555-0108", "2025550108"):
        assert found.for_number(dialled).id == "b"
    for dialled in ("", "+61255501234", "anonymous"):
        assert found.for_number(dialled).id == "a"
    assert found.get("b") is found.all[1]
    assert found.get("c") is None


@pytest.mark.parametrize("second", ['id = "a"\nname = "B"', 'id = "b"\nname = "B"\nnumbers = ["+12025550100"]'])
def test_businesses_that_cannot_be_told_apart_are_refused(tmp_path: Path, second: str) -> None:
    (tmp_path / "1.toml").write_text(LEAST + 'numbers = ["+12025550100"]')
    (tmp_path / "2.toml").write_text(second)
    with pytest.raises(ValueError, match="two businesses"):
        load(tmp_path)


def test_nothing_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no business"):
        load(tmp_path)
    with pytest.raises(ValueError, match="No such file"):
        load(tmp_path / "none.toml")


def test_languages_are_written_as_the_standard_writes_them() -> None:
    business = read("x.toml", b'id = "x"\nname = "X"\nlanguages = ["en_us", "ZH-hans-cn"]')
    assert business.languages == ["en-US", "zh-Hans-CN"]


def test_numbers_that_two_countries_write_the_same_are_nobody_s_at_home(tmp_path: Path) -> None:
    for name, number in (("a", "+12025550100"), ("au", "+61390001234"), ("it", "+390390001234"), ("odd", "+9999999999")):
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\nname = "{name}"\nnumbers = ["{number}"]')
    found = load(tmp_path)
    assert found.for_number("+61 3 9000 1234").id == "au"
    assert found.for_number("03 9000 1234").id == "a"
    assert found.for_number("+9999999999").id == "odd"
