"""Numbering plans: whether digits make a number, and how many digits are still missing.

Validity is libphonenumber's. How long a number must be is the region's own table (`[phone.lengths]` of `agent/regions/<REGION>.toml`), since
libphonenumber calls an Australian mobile number of nine digits "possible"; a region without a table is measured by libphonenumber alone.
"""

import re
import unicodedata
from enum import Enum, auto
from functools import cache
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from agent.nlu.effort import spend
from agent.record.characters import one_line
from agent.regions import region as region_data

_TYPED = re.compile(r"(?:tel:|sips?:)?(?P<plus>[ (]*\+)?(?P<rest>[\d ()./-]+)", re.ASCII | re.IGNORECASE)
"""What numbers are written with. Letters on the keys are none of it: "1-800-FLOWERS" is dialled by eye."""
_CHECK = 130
"""Units that asking libphonenumber takes."""
_SHORTEST_VALID = 5
_ONE_BREATH = 5
"""Digits of a group that are said in one breath: "01942", and not "496007"."""
LEAST_WITHOUT_AREA = 7
"""Digits of a number dialled without its area code: fewer are no number, whatever they are called."""
MOST_DIGITS_E164 = 15
"""E.164 (11/2010), 6.2.1."""
MOST_DIGITS = MOST_DIGITS_E164 + 4
"""With the longest prefix that is dialled before a country code."""


class Fit(Enum):
    """How digits compare with the numbers there are."""

    VALID = auto()
    WHOLE = auto()
    """As long as a number, but none that is in use."""
    SHORT = auto()
    LONG = auto()


@cache
def table(region: str) -> dict[str, Any]:
    """The `[phone]` table of a region; empty when there is none."""
    try:
        found: dict[str, Any] = region_data(region).get("phone", {})
    except (FileNotFoundError, ValueError):
        return {}
    return found


class Judged(NamedTuple):
    """What digits are worth: how they compare with numbers in use, and their value, E.164 when they are one."""

    fit: Fit
    value: str


class Plan:
    """The numbering plan of a region, for one reading: what was judged once is not judged again, and nothing is kept longer."""

    def __init__(self, region: str) -> None:
        self.region = region
        self._judged: dict[str, Judged] = {}

    def judge(self, digits: str) -> Judged:
        """Digits (with "+", or as dialled in the region) as a value."""
        found = self._judged.get(digits)
        if found is None:
            value = e164(digits, self.region)
            found = self._judged[digits] = Judged(Fit.VALID, value) if value else Judged(_length(digits, self.region), digits)
        return found

    def fit(self, digits: str) -> Fit:
        return self.judge(digits).fit

    def is_valid(self, digits: str) -> bool:
        return self.judge(digits).fit is Fit.VALID


def e164(digits: str, region: str) -> str:
    """The number in E.164, or "" when the digits are no number in use. `digits` may begin with "+"; else they are as dialled in `region`."""
    if not _SHORTEST_VALID <= len(digits) <= MOST_DIGITS + 1:
        return ""
    abroad = without_prefix(digits, region)
    tries = [digits, abroad and "+" + abroad, "+" + digits if digits.startswith(str(_country_code(region))) and len(digits) > 10 else ""]
    found = next((number for attempt in filter(None, tries) if (number := _valid(attempt, region))), None)
    return phonenumbers.format_number(found, PhoneNumberFormat.E164) if found else ""


def figures(value: str) -> str:
    """A value's figures, with its "+"."""
    digits = "".join(c for c in value if c.isascii() and c.isdecimal())
    return "+" + digits if value.startswith("+") else digits


def typed(text: str) -> str:
    """The figures of a number that somebody wrote, behind their "+", a scheme ("tel:") left out; "" when anything else stands there, too."""
    figures = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in one_line(text))
    found = _TYPED.fullmatch(figures)
    digits = "".join(c for c in found["rest"] if c.isdecimal()) if found else ""
    return "+" + digits if digits and found and found["plus"] else digits


def _length(digits: str, region: str) -> Fit:
    """WHOLE, SHORT or LONG for digits that are no number in use."""
    home, lengths, abroad = f"+{_country_code(region)}", table(region).get("lengths"), without_prefix(digits, region)
    if len(digits) > MOST_DIGITS:
        return Fit.LONG
    if abroad or not lengths or (digits.startswith("+") and not digits.startswith(home)):
        return _possible("+" + abroad if abroad else digits, region)
    dialled = table(region)["trunk"] + digits.removeprefix(home) if digits.startswith(home) else digits
    beginning = max((start for start in lengths if dialled.startswith(start) and not (digits.startswith(home) and start == home[1:])), key=len)
    if len(dialled) < min(lengths[beginning]):
        return Fit.SHORT
    return Fit.LONG if len(dialled) > max(lengths[beginning]) else Fit.WHOLE


def without_prefix(digits: str, region: str) -> str:
    """The digits behind the prefix for calls abroad, "" when they do not begin with one: the region's own, or "00", which half the world dials."""
    return next((digits.removeprefix(prefix) for prefix in (*table(region).get("abroad", ()), "00") if digits.startswith(prefix)), "")


def groups(value: str, region: str) -> list[str]:
    """The number in the groups it is written in where it is from, "+" with the first: ["0412", "345", "678"] at home, ["+61", "412", ...] elsewhere.

    Six digits or more are parted as they are said: ["07700", "900", "123"]; what is no number in use, by threes.
    """
    number = _parsed(value, region)
    if number is None or not (value.startswith("+") and in_use(number)):
        digits = figures(value).removeprefix("+")
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        if len(parts) > 1 and len(parts[-1]) == 1:
            parts[-2:] = [parts[-2] + parts[-1]]
        return ["+" + parts[0], *parts[1:]] if value.startswith("+") and parts else parts
    at_home = number.country_code == _country_code(region)
    written = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL)
    parted = "".join(c if c.isdecimal() or c == "+" else " " for c in written).split()
    return [breath for group in parted for breath in _breaths(group)]


def _breaths(group: str) -> tuple[str, ...]:
    """A group as it is said, at most five digits at a time."""
    return (group[: len(group) // 2], group[len(group) // 2 :]) if len(group.removeprefix("+")) > _ONE_BREATH else (group,)


def completed(digits: str, home: str, region: str) -> str:
    """Digits dialled without an area code as a number of the area of `home`, E.164; "" when they are none.

    Only where every area code begins with a trunk prefix: there nothing that begins otherwise is the beginning of a longer number.
    """
    trunk, number = table(region).get("trunk", ""), _parsed(home, None)
    if not trunk or number is None or digits.startswith((trunk, "+", "1")):
        return ""
    national = phonenumbers.national_significant_number(number)
    area = national[: phonenumbers.length_of_geographical_area_code(number)]
    if not area or len(area) + len(digits) != len(national):
        return ""
    found = _valid(f"+{number.country_code}{area}{digits}", region)
    fixed = found is not None and phonenumbers.number_type(found) == PhoneNumberType.FIXED_LINE
    return phonenumbers.format_number(found, PhoneNumberFormat.E164) if found is not None and fixed else ""


@cache
def _country_code(region: str) -> int:
    return phonenumbers.country_code_for_region(region)


def _parsed(digits: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


def _valid(digits: str, region: str) -> PhoneNumber | None:
    spend(_CHECK)
    number = _parsed(digits, region)
    return number if number is not None and in_use(number) else None


def in_use(number: PhoneNumber) -> bool:
    """Whether the numbering plan has it. Numbers kept for drama are nobody's, but demonstrations and tests are made of them."""
    home = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if phonenumbers.is_valid_number_for_region(number, home) or phonenumbers.is_valid_number(number):
        return True
    dialled, kept = table(home).get("trunk", "") + str(number.national_number), table(home).get("fictional", ())
    return any(dialled.startswith(start) and len(dialled) in table(home)["lengths"][start[:1]] for start in kept)


def _possible(digits: str, region: str) -> Fit:
    try:
        number = phonenumbers.parse(digits, region)
    except NumberParseException as unread:
        return Fit.LONG if unread.error_type == NumberParseException.TOO_LONG else Fit.SHORT if len(digits) < 8 else Fit.WHOLE
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return Fit.SHORT
        case ValidationResult.TOO_LONG:
            return Fit.LONG
    return Fit.WHOLE


def callers_number(number: str, region: str) -> str:
    """The number as E.164, or "" when it is withheld, no number, or none that can be rung ("anonymous", "client:bob")."""
    user = number.partition("@")[0].partition(";")[0]  # without the host and the parameters of a SIP or tel address (RFC 3261, RFC 3966)
    return e164(typed(user), region)


def keys(region: str) -> int:
    """How many keys a number of the country has."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    if example is None:
        return 0
    national = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    return sum(character.isdigit() for character in national)
