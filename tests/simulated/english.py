"""How callers say their values in English, in many styles: what is random is drawn from the caller's own generator."""

from datetime import datetime
from random import Random

from tests.simulated.truths import Place

_DIGITS = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ALPHABET = [
    "alpha",
    "bravo",
    "charlie",
    "delta",
    "echo",
    "foxtrot",
    "golf",
    "hotel",
    "india",
    "juliet",
    "kilo",
    "lima",
    "mike",
    "november",
    "oscar",
    "papa",
    "quebec",
    "romeo",
    "sierra",
    "tango",
    "uniform",
    "victor",
    "whiskey",
    "x-ray",
    "yankee",
    "zulu",
]
_STATES = {
    "NY": "New York", "NJ": "New Jersey", "CT": "Connecticut", "VIC": "Victoria", "NSW": "New South Wales", "QLD": "Queensland",
    "SA": "South Australia", "WA": "Western Australia",
}  # fmt: skip
_MARKS = {".": "dot", "_": "underscore", "-": "dash", "@": "at"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")


def digits(rng: Random, number: str, *, zero: str = "") -> str:
    """Digits said one by one, some of them doubled: "oh four double one two"."""
    nought = zero or rng.choice(("oh", "oh", "zero"))
    doubling = rng.random() < 0.4
    words: list[str] = []
    at = 0
    while at < len(number):
        run = next((size for size in (3, 2) if number[at : at + size] == number[at] * size), 1) if doubling else 1
        word = nought if number[at] == "0" else _DIGITS[int(number[at])]
        words.append(f"{({2: 'double ', 3: 'triple '}).get(run, '')}{word}")
        at += run
    return " ".join(words)


def tens(number: str) -> str:
    """Up to 9999 as people say house numbers: "one twenty-three", "forty-two", "twelve hundred"."""
    value = int(number)
    if value < 10:
        return _DIGITS[value]
    if value < 20:
        return _TEENS[value - 10]
    if value < 100:
        return _TENS[value // 10] + (f"-{_DIGITS[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = value % 100
        return f"{_DIGITS[value // 100]} " + ("hundred" if not rest else f"oh {_DIGITS[rest]}" if rest < 10 else tens(str(rest)))
    head, rest = divmod(value, 100)
    return f"{tens(str(head))} " + ("hundred" if not rest else f"oh {_DIGITS[rest]}" if rest < 10 else tens(str(rest)))


def groups(number: str, country: str) -> list[str]:
    """National digits in the groups in which they are said."""
    sizes = {"US": (3, 3, 4), "AU": (4, 3, 3) if number.startswith("04") else (2, 4, 4), "GB": (5, 3, 3), "CN": (3, 4, 4)}[country]
    if country == "GB" and number.startswith("02"):
        sizes = (3, 4, 4)
    found, at = [], 0
    for size in sizes:
        found.append(number[at : at + size])
        at += size
    return [group for group in found if group]


def phone(rng: Random, number: str, country: str, *, plainly: bool = False) -> list[str]:
    """The number, in one turn or several."""
    parts = groups(number, country)
    if plainly:
        return [", ".join(digits(rng, part, zero="zero") for part in parts)]
    match rng.choice(("figures", "run", "words", "words", "commas", "pauses", "tens", "country", "turns")):
        case "figures":
            said = " ".join(parts)
        case "run":
            said = number
        case "commas":
            said = ", ".join(digits(rng, part) for part in parts)
        case "pauses":
            said = " um ".join(digits(rng, part) for part in parts)
        case "tens" if country == "US":
            last = parts[2]
            said = f"{digits(rng, parts[0])} {digits(rng, parts[1])} {_pair(last[:2])} {_pair(last[2:])}"
        case "country" if country in ("AU", "GB", "US"):
            code = {"AU": "plus six one", "GB": "plus four four", "US": "plus one"}[country]
            said = f"{code} {digits(rng, number if country == 'US' else number[1:])}"
        case "turns":
            return [digits(rng, "".join(parts[:-1])), digits(rng, parts[-1])]
        case _:
            said = digits(rng, number)
    lead = rng.choice(("", "", "", "it's ", "my number is ", "yeah it's ", "sure, it's ", "you can reach me on ", "um, "))
    return [lead + said + rng.choice(("", "", "", " thanks", " please"))]


def _pair(two: str) -> str:
    return f"oh {_DIGITS[int(two[1])]}" if two[0] == "0" else tens(two)


def spelled(rng: Random, word: str) -> str:
    """A word letter by letter, now and then by the alphabet of radio operators."""
    if rng.random() < 0.25:
        return " ".join(_ALPHABET[ord(letter) - 97] for letter in word.lower() if letter.isascii() and letter.isalpha())
    return rng.choice((" ", ", ", "-")).join(letter.upper() for letter in word if letter.isalpha())


def name(rng: Random, full: str, attempt: int) -> list[str]:
    """The name; spelled when it was not understood."""
    last = full.partition(" ")[2]
    if attempt >= 2:
        return [f"{full}, {last} is spelled {spelled(rng, last)}"]
    lead = rng.choice(
        ("", "", "it's ", "my name is ", "this is ", "I'm ", "yeah hi, it's ", "uh, ", "sure, ", "the name's ", "you're speaking with ")
    )
    return [lead + full + rng.choice(("", "", "", " speaking" if lead == "" else "", ", thanks"))]


def number_said(rng: Random, number: str) -> str:
    return rng.choice((number, number, tens(number), digits(rng, number, zero="oh")))


def address(rng: Random, place: Place, country: str, *, plainly: bool = False) -> list[str]:
    """The address, whole or in parts over several turns."""
    number = place.number if plainly else number_said(rng, place.number)
    unit = f"{place.unit_word.lower()} {place.unit if plainly or not place.unit.isdigit() else number_said(rng, place.unit)}" if place.unit else ""
    state = rng.choice((place.state, _STATES.get(place.state, ""))) if place.state else ""
    postcode = place.postcode
    if country == "GB":
        postcode = rng.choice((postcode, postcode, " ".join(postcode.replace(" ", ""))))
    elif not plainly and rng.random() < 0.4:
        postcode = digits(rng, postcode)
    street = f"{number} {place.street}"
    first = (f"{street} {unit}" if country == "US" else f"{unit}, {street}" if country == "GB" else f"{unit} {street}") if unit else street
    lead = "" if plainly else rng.choice(("", "", "", "it's ", "I'm at ", "the address is ", "um, ", "yeah that's ", "you need to come to "))
    town = ", ".join(part for part in (place.suburb, " ".join(part for part in (state, postcode) if part)) if part)
    way = "whole" if plainly else rng.choice(("whole", "whole", "whole", "no_state", "no_postcode", "turns"))
    if way == "turns":
        return [lead + first, town]
    if way == "no_state" and postcode:
        town = f"{place.suburb} {postcode}"
    elif way == "no_postcode" and country == "AU" and state:
        return [f"{lead}{first}, {place.suburb} {state} {postcode}"]
    return [f"{lead}{first}, {town}" if rng.random() < 0.7 else f"{lead}{first} {town}"]


def email(rng: Random, mail: str, attempt: int) -> list[str]:
    """The e-mail address as it is said: "mary dot o neill at gmail dot com"."""
    local, _, domain = mail.partition("@")
    ending = domain.replace(".", " dot ")
    if attempt >= 2:
        said = " ".join(_MARKS.get(letter, letter.upper()) for letter in local)
        return [f"{said} at {ending}"]
    said = ""
    for letter in local:
        said += f" {_MARKS[letter]} " if letter in _MARKS else letter
    said = " ".join(_figures(rng, word) for word in said.split())
    lead = rng.choice(("", "", "it's ", "my email is ", "sure, it's ", "that's ", "um, "))
    way = rng.random()
    if way < 0.12:
        return [mail]
    if way < 0.24 and "." not in local and not any(letter.isdigit() for letter in local):
        return [f"{lead}{said}, that's {' '.join(local.upper())}, at {ending}"]
    return [f"{lead}{said} at {ending}" + rng.choice(("", "", " all lower case", " please"))]


def _figures(rng: Random, word: str) -> str:
    """A word of letters and digits, the digits apart: "mary 42" or "mary four two"."""
    letters, number = word.rstrip("0123456789"), word[len(word.rstrip("0123456789")) :]
    if not number:
        return word
    said = rng.choice((number, digits(rng, number), tens(number) if not number.startswith("0") else number))
    return f"{letters} {said}".strip()


def service(rng: Random, words: list[str]) -> list[str]:
    """What is needed, by one of the business's words for it."""
    wanted = rng.choice(words)
    frames = (
        "{}",
        "{}",
        "{} please",
        "I need {}",
        "it's about {}",
        "I'd like to book {}",
        "uh, {}",
        "I'm looking for {}",
        "well it's {}",
        "I've got a problem, {}",
    )
    return [rng.choice(frames).format(wanted if rng.random() < 0.5 else wanted.lower())]


def _clock(rng: Random, at: datetime) -> str:
    hour, half = at.hour % 12 or 12, at.minute == 30
    part = "in the morning" if at.hour < 12 else "in the afternoon" if at.hour < 18 else "in the evening"
    meridiem = "am" if at.hour < 12 else "pm"
    word = tens(str(hour))
    if at.hour == 12 and not half and rng.random() < 0.4:
        return "noon"
    if half:
        return rng.choice((f"{hour}:30 {meridiem}", f"half past {word} {part}", f"{word} thirty {meridiem}", f"{hour}.30 {meridiem}"))
    return rng.choice((f"{hour} {meridiem}", f"{word} {meridiem}", f"{word} o'clock {part}", f"{hour} {part}", f"{hour}:00 {meridiem}"))


def _day(rng: Random, at: datetime, now: datetime, country: str) -> str:
    away = (at.date() - now.date()).days
    weekday, month = _WEEKDAYS[at.weekday()], _MONTHS[at.month - 1]
    dates = [f"the {_ordinal(at.day)} of {month}", f"{weekday} the {_ordinal(at.day)}", f"{month} {_ordinal(at.day)}"]
    dates.append(f"{at.month}/{at.day}" if country == "US" else f"{at.day} {month}")
    if away == 1:
        dates += ["tomorrow", "tomorrow", "tomorrow"]
    elif away == 2:
        dates += ["the day after tomorrow"]
    if 1 <= away < 7:
        dates += [weekday, f"this {weekday}" if at.isocalendar().week == now.isocalendar().week else weekday]
    return rng.choice(dates)


def _ordinal(number: int) -> str:
    return f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def time(rng: Random, at: datetime, now: datetime, country: str, *, plainly: bool = False) -> list[str]:
    """Day and clock, in one turn or two."""
    if plainly:
        return [f"{_MONTHS[at.month - 1]} {_ordinal(at.day)} at {at.hour % 12 or 12}:{at.minute:02} {'am' if at.hour < 12 else 'pm'}"]
    day, clock = _day(rng, at, now, country), _clock(rng, at)
    match rng.choice(("whole", "whole", "whole", "clock_first", "turns", "wish")):
        case "clock_first":
            return [f"{clock} {'on ' if day[0].isupper() or (day.startswith('the ') and 'after' not in day) else ''}{day}"]
        case "turns":
            return [day, clock]
        case "wish":
            return [
                rng.choice(("could you do {} at {}", "how about {} at {}", "can someone come {} at {}", "I was hoping for {} at {}")).format(
                    day, clock
                )
            ]
        case _:
            return [f"{day} at {clock}"]
