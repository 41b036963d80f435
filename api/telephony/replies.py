"""What a telephone is told to do: read off the answer to a turn, or off the settings alone where there is none."""

import math
import re
import uuid
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from agent.nlg.speech import Speech
from agent.record.business import Business, in_language
from agent.record.businesses import Businesses
from agent.record.language_tags import begins_in, language_of, tag_of
from api.telephony import SOCKETS
from api.telephony.provider import Connect, Dial, Fetch, HangUp, Leg, Listen, Posted, Reply

WITH_PEOPLE_S = 3
"""How long a caller who waits for a person, or is with one, is listened to before the next line may come."""
PATIENCE_S = 4
"""How long a caller is given to begin, beside the pauses that they make."""
ROUNDS = 3
"""How often a turn is fetched that takes long."""
_PLACE = re.compile(r"(?:([0-9a-z]{1,16})\.)?([0-9]{1,6})")
_E164 = re.compile(r"\+[0-9]{7,15}")
_TAG = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}")


class Place(NamedTuple):
    """Where a call stands in the order of its turns, as the URLs carry it: "7". Turns whose URL had none begin a series of their own: "3f9a.1"."""

    series: str
    number: int

    def __str__(self) -> str:
        return f"{self.series}.{self.number}" if self.series else str(self.number)

    @property
    def next(self) -> "Place":
        return Place(self.series, self.number + 1)


def place_of(posted: Posted) -> Place:
    """The place that a URL names; without one, a new series, the same for each attempt to deliver the request where the provider marks those."""
    if found := _PLACE.fullmatch(posted.query.get("n", "")):
        return Place(found[1] or "", int(found[2]))
    token = posted.headers.get(b"i-twilio-idempotency-token", b"") or uuid.uuid4().bytes
    return Place(sha256(token).hexdigest()[:8], 0)


def tag_in(posted: Posted, leg: Leg) -> str:
    """The language that a URL, or the recogniser, says is spoken (BCP 47); "" for none."""
    for tag in (posted.query.get("language", ""), leg.language):
        if _TAG.fullmatch(tag):
            return tag
    return ""


class Plan(msgspec.Struct, frozen=True):
    """`listen` of an answer."""

    hints: list[str] = []
    digits: int = 0
    pauseMs: int = 900  # noqa: N815 - the contract's word
    language: str = ""


class Progress(msgspec.Struct, frozen=True):
    status: str = ""
    step: str = ""
    expecting: str = ""


class Words(msgspec.Struct, frozen=True):
    message: str = ""
    startedAt: str = ""  # noqa: N815
    ssml: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What of an answer a telephone needs."""

    aiResponse: Words  # noqa: N815
    shouldHangup: bool = False  # noqa: N815
    shouldTransfer: bool = False  # noqa: N815
    progress: Progress = Progress()
    listen: Plan = Plan()


read_answer = msgspec.json.Decoder(Answer).decode


class Caller(NamedTuple):
    """Whom a reply is for."""

    provider: str
    dialled: str
    number: str
    """The number rung from, as the provider writes it."""
    language: str
    """As far as the request tells; "" for the business's first."""
    place: Place


class Replies:
    def __init__(self, businesses: Businesses, phrasebooks: Mapping[str, Mapping[str, Mapping[str, Any]]], public_url: str) -> None:
        self._businesses, self._books, self._base = businesses, phrasebooks, public_url

    def url(self, caller: Caller, step: str, place: Place, language: str = "", more: str = "") -> str:
        """Where the call goes on. The language stands in it where it is not the business's first: nobody else may know it when the store is away."""
        spoken = f"&language={language}" if self._switched(caller, language) else ""
        return f"{self._base}/{caller.provider}/{step}?n={place}{spoken}{more}"

    def of(self, answer: bytes, caller: Caller) -> Reply:
        """What follows an answer."""
        found = read_answer(answer)
        after, plan, stands = caller.place.next, found.listen, found.progress
        say, tag = found.aiResponse.ssml, plan.language
        if found.shouldHangup:
            return self._reply(caller, say, tag, HangUp())
        if found.shouldTransfer:
            return self._through(caller, after, say, tag)
        pause_s = max(1, math.ceil(plan.pauseMs / 1000))
        listen = Listen(
            heard_url=self.url(caller, "turn", after, tag),
            silence_url=self.url(caller, "turn", after, tag, "&silence=1"),
            hints=plan.hints,
            digits=plan.digits,
            pause_s=pause_s,
            wait_s=WITH_PEOPLE_S if stands.status in ("waiting_agent", "with_agent") else PATIENCE_S + pause_s,
            # A yes said over the last words of a summary would be a yes to what was not heard.
            barge_in=not (stands.step == "confirm" and stands.expecting == "confirmation"),
        )
        return self._reply(caller, say, tag, listen)

    def hold(self, caller: Caller, step: str, round_: int) -> Reply:
        """A turn takes long: a sentence, and it is asked for again, where it was asked for first."""
        language, tag = self.spoken(caller)
        again = self.url(caller, step, caller.place, tag, f"&wait={round_ + 1}")
        return self._said(caller, "hold", language, tag, Fetch(again), round_)

    def trouble(self, caller: Caller) -> Reply:
        """Nothing can be done here: a sentence, then a person, where the business has one, else a farewell."""
        language, tag = self.spoken(caller)
        business = self._business(caller)
        if not business.handoff_number:
            return self.farewell(caller)
        words = self._books[language]["common"]["close"]["trouble"]
        return self._through(caller, caller.place.next, _ssml(words), tag)

    def farewell(self, caller: Caller) -> Reply:
        """Nothing can be done here, and nobody is there."""
        language, tag = self.spoken(caller)
        return self._said(caller, "farewell", language, tag, HangUp())

    def through(self, caller: Caller) -> Reply:
        """A person, of whom the caller was told already."""
        return self._through(caller, caller.place.next, "", self.spoken(caller)[1])

    def can_connect(self, provider: str) -> bool:
        """Whether a provider can be told where to open a WebSocket, which takes a public URL with https."""
        return provider in SOCKETS.values() and self._base.startswith("https://")

    def connect(self, caller: Caller) -> Reply:
        """The call goes on over a WebSocket, on which everything else is said."""
        business = self._business(caller)
        language, tag = self.spoken(caller)
        back = self.url(caller, "connected", caller.place.next, tag)
        asked = tag if self._switched(caller, tag) else ""
        url = f"wss://{self._base.removeprefix('https://')}/{caller.provider}/relay"
        hints = [in_language(service.name, language) for service in business.services]
        return self._reply(caller, "", tag, Connect(url=url, back_url=back, language=asked, hints=hints))

    def go_on(self, caller: Caller) -> Reply:
        """Nothing is said, and the caller is heard again from the next place on."""
        return Reply(then=Fetch(self.url(caller, "turn", caller.place.next, caller.language, "&silence=1")))

    def _through(self, caller: Caller, after: Place, ssml: str, tag: str) -> Reply:
        number = self._business(caller).handoff_number
        if not number:
            return self._reply(caller, ssml, tag, Fetch(self.url(caller, "dialled", after, tag, "&nobody=1")))
        rung = caller.dialled if _E164.fullmatch(caller.dialled) else ""
        # A number that withholds itself, or is none, cannot be shown to the person who is dialled.
        shown = "" if _E164.fullmatch(caller.number) else rung
        back = self.url(caller, "dialled", after, tag)
        return self._reply(caller, ssml, tag, Dial(number=number, back_url=back, caller_id=shown, dialled=rung))

    def _said(self, caller: Caller, key: str, language: str, tag: str, then: Fetch | HangUp, number: int = 0) -> Reply:
        wordings = self._books[language]["telephony"][key]
        words = wordings[number % len(wordings)] if isinstance(wordings, list) else wordings
        return self._reply(caller, _ssml(words), tag, then)

    def _reply(self, caller: Caller, ssml: str, tag: str, then: Listen | Dial | Connect | Fetch | HangUp) -> Reply:
        return Reply(ssml=ssml, language=tag, switched=self._switched(caller, tag), then=then)

    def _switched(self, caller: Caller, tag: str) -> bool:
        """Whether a language is another than the business's first."""
        return bool(tag) and language_of(tag) != language_of(self._business(caller).languages[0])

    def spoken(self, caller: Caller) -> tuple[str, str]:
        """The language that is spoken with the caller, and its tag, as far as can be known without the record."""
        business = self._business(caller)
        language = begins_in(caller.language, business)
        return language, tag_of(language, business)

    def _business(self, caller: Caller) -> Business:
        return self._businesses.for_number(caller.dialled)


def _ssml(words: str) -> str:
    return Speech(sentences=(words,)).ssml
