"""The business that is being called: what it offers, when it works, where it is.

Read from a TOML file, or from the `services` and `company` that a telephony back end left in Redis.
Every field is described in README.md under "A business file".
"""

from typing import Annotated, Literal

import msgspec

from agent.record.keeping import Keeping
from agent.record.outgoing import Outgoing

Text = str | dict[str, str]
"""One wording, or one for each language: {"en": "Drain cleaning", "zh": "管道疏通"}."""

DEAREST = 1_000_000_000
"""What no service costs."""
Minutes = Annotated[int, msgspec.Meta(ge=0, le=60 * 24 * 366)]
AFTER_HOURS, PRICE_ABOVE, OUTSIDE_AREA, FIRST_TIME_CALLER, EVERY = "after_hours", "price_above", "outside_area", "first_time_caller", "every"
"""The rules of `needs_approval`; PRICE_ABOVE is written with its price: "price_above:500"."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def in_language(text: Text, language: str) -> str:
    """The wording for `language` ("en"), or the first there is."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    id: str
    name: Text
    price: float | int | None = None
    """In the country's currency."""
    minutes: Minutes = 60
    description: str = ""
    words: list[str] | dict[str, list[str]] = msgspec.field(default_factory=list)
    """Other words for it; a caller who says one means this service."""

    def all_names(self) -> tuple[str, ...]:
        """Its name in every language."""
        return (self.name,) if isinstance(self.name, str) else tuple(self.name.values())

    def all_words(self) -> tuple[str, ...]:
        """Name and other words, in every language."""
        others = self.words if isinstance(self.words, list) else [word for some in self.words.values() for word in some]
        return (*self.all_names(), *others)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    asks: list[str] | dict[str, list[str]]
    answer: Text


class Business(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    name: str
    greeting: Text = ""
    country: str = "US"
    time_zone: str = "America/New_York"
    languages: list[str] = msgspec.field(default_factory=lambda: ["en-US"])
    numbers: list[str] = msgspec.field(default_factory=list)
    handoff_number: str = msgspec.field(default="", name="hand_off_number")
    email: str = ""
    capacity: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1
    buffer_minutes: Annotated[int, msgspec.Meta(ge=0, le=60 * 24)] = 0
    """What is left free behind each job, for the way to the next one; it may reach past closing time."""
    hold_minutes: Annotated[int, msgspec.Meta(ge=0, le=60)] = 5
    """For how long a time that was read back is kept for the caller, counted from the last thing that was said. 0: not at all."""
    lead_time_minutes: Minutes = 0
    horizon_days: Annotated[int, msgspec.Meta(ge=1, le=730)] = 180
    """How far ahead a time can be booked."""
    may_skip: list[str] = msgspec.field(default_factory=list)
    needs_approval: list[str] = msgspec.field(default_factory=list)
    """The rules by which a booking waits for the office's yes; the first that holds of a call is the one that is named."""
    area: list[str] = msgspec.field(default_factory=list)
    """Postcodes, or their beginnings, where the business works without being asked."""
    approval_wait_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] = 60
    """How long a caller on the line waits for that yes, in seconds."""
    approval_else: Literal["person", "refuse"] = "person"
    """What a caller gets whom nobody answered, or who was refused and is offered no other time: somebody to speak to, or a polite no."""
    emergency_words: list[str] | dict[str, list[str]] = msgspec.field(default_factory=list)
    canned: list[str] | dict[str, list[str]] = msgspec.field(default_factory=list)
    """Lines that a supervisor who has a call may say with one key."""
    public_holidays: bool = True
    subdivision: str = ""
    """State or province for its public holidays, e.g. "VIC"; "": the one that its time zone tells, where it does."""
    holidays: list[str] = msgspec.field(default_factory=list)
    """Further closed days, ISO 8601."""
    opening_hours: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """Weekday ("mon") to windows ("07:00-12:00"); a day left out is closed; no table at all is always open."""
    on_request_hours: dict[str, list[str]] = msgspec.field(default_factory=dict)
    """The same for times that callers may ask for and that we never offer: each needs a yes (AFTER_HOURS)."""
    services: list[Service] = msgspec.field(default_factory=list)
    questions: list[Question] = msgspec.field(default_factory=list)
    outgoing: Outgoing = Outgoing()
    keeping: Keeping = Keeping()
    """How long what is known of its callers is kept."""
