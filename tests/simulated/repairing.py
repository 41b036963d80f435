"""How callers mend a value that was read back wrong: the part that differs, or all of it again."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tests.simulated import english, mandarin
from tests.simulated.truths import Place, e164, plain

if TYPE_CHECKING:
    from tests.simulated.caller import Caller

CLAUSES = ("the ", "my ", "last ", "最后", "地址", "我", "unit", "flat", "apartment")
"""What stands by itself, without "it's" before it."""
PLACES = {
    "en": (("the first one", "the first one please", "first", "option one"), ("the second one", "the second", "the later one", "the last one"),
           ("the third one",)),
    "zh": (("第一个", "前一个", "第一个吧"), ("第二个", "后一个", "第二个可以"), ("第三个",)),
}  # fmt: skip


def fix(caller: Caller, slot: str, shown: str) -> str:
    """What should be in the place of `shown`."""
    part = _part(caller, slot, shown) if caller.rng.random() < 0.5 else ""
    return part or " ".join(caller.value(slot, plainly=True))


def _part(caller: Caller, slot: str, shown: str) -> str:
    rng, truth, chinese = caller.rng, caller.truth, caller.persona.language == "zh"
    if slot in caller.persona.slips and slot not in caller._said:
        return ""
    match slot:
        case "phone":
            right = e164(truth.phone, caller.persona.country)
            if len(shown) != len(right) or shown[:-4] != right[:-4]:
                return ""
            last = right[-4:]
            return f"最后四位是{mandarin.digits(rng, last)}" if chinese else f"the last four digits are {english.digits(rng, last)}"
        case "address":
            return "" if chinese else _place(caller, truth.address, shown)
        case "time":
            at = datetime.fromisoformat(shown)
            if at.date() == truth.time.date():
                said = (
                    mandarin.time(rng, truth.time, caller.persona.now, "CN", plainly=True)[0].partition("号")[2]
                    if chinese
                    else english._clock(rng, truth.time)
                )
                return str(said)
            return ""
        case "name":
            first, _, last = truth.name.partition(" ")
            if not chinese and last and plain(shown).startswith(plain(first)) and rng.random() < 0.5:
                return f"the last name is {last}, {english.spelled(rng, last)}"
            return ""
        case _:
            return ""


def _place(caller: Caller, place: Place, shown: str) -> str:
    """The one part of an address that differs."""
    words = [word.strip(",") for word in shown.replace("/", " ").split()]
    joined = " ".join(words).casefold()
    missing = [
        name for name in ("unit", "number", "street", "suburb", "postcode") if (value := getattr(place, name)) and value.casefold() not in joined
    ]
    if len(missing) != 1:
        return ""
    match missing[0]:
        case "unit":
            heard = next((word for word in words if word.isdigit() and word not in (place.number, place.postcode)), "")
            return f"{place.unit_word.lower()} {place.unit}" + (f", not {heard}" if heard and caller.rng.random() < 0.5 else "")
        case "number":
            return caller.rng.choice(
                (f"the house number is {place.number}", f"the number is {place.number}", f"number {place.number}", f"{place.number} {place.street}")
            )
        case "street":
            return f"the street is {place.street}"
        case "postcode":
            word = "zip code" if caller.persona.country == "US" else "postcode"
            return f"the {word} is {place.postcode}"
        case _:
            return f"the {'town' if caller.persona.country == 'GB' else 'suburb' if caller.persona.country == 'AU' else 'city'} is {place.suburb}"
