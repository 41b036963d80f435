"""What a caller asks of a service before choosing: its price, how long it takes, which is the cheapest."""

from collections.abc import Sequence

from agent import answers
from agent.business import Service
from agent.call import Call
from agent.hearing import Context
from agent.languages import words
from agent.scene import Scene
from agent.slots import SLOTS
from agent.speaking import named, price, service_of
from agent.taken import Notice
from agent.text import Said

AT_ONCE = 3
"""How many options anyone can hold in mind on the telephone."""
_HOUR, _HALF = 60, 30


def prices(call: Call, question: str, scene: Scene) -> Notice | None:
    """The price that is asked for: the cheapest or dearest there is, of the service named or chosen, else a few; None when none has a price."""
    said, country = Said(question), call.brief.region
    service = _extreme(said, call) or _meant(said, call, scene)
    if service is not None:
        cost = price(service, country, call.language)
        return Notice(key="notice.price" if cost else "notice.price_unknown", values={"service": named(service, call.language), "price": cost})
    priced = [f"{named(one, call.language)} {cost}" for one in call.brief.services if (cost := price(one, country, call.language))]
    if not priced:
        return None
    return Notice(key="notice.prices" if len(priced) <= AT_ONCE else "notice.prices_more", values={"list": priced[:AT_ONCE]})


def length(call: Call, question: str, scene: Scene) -> Notice:
    """How long the service named or chosen takes; of none, that it depends, unless all take alike."""
    service = _meant(Said(question), call, scene)
    if service is None and len({one.minutes for one in call.brief.services}) == 1:
        service = call.brief.services[0]
    if service is None:
        return Notice(key="notice.length_depends")
    hours, rest = divmod(service.minutes, _HOUR)
    values: dict[str, str | list[str]] = {"service": named(service, call.language), "count": str(hours)}
    if not hours or rest not in (0, _HALF):
        return Notice(key="notice.length_minutes", values={**values, "count": str(service.minutes)})
    kind = "length_hour" if hours == 1 else "length_hours"
    return Notice(key=f"notice.{kind}_half" if rest else f"notice.{kind}", values=values)


def _meant(said: Said, call: Call, scene: Scene) -> Service | None:
    """The service that a question names, else the one chosen."""
    context = Context(language=call.language, region=call.brief.region, now=scene.now, asked=frozenset({"service"}), services=call.brief.services)
    heard = SLOTS["service"].hear(said, context)
    wanted = heard[0].value if heard and not heard[0].options else _named(said, call)
    return next((one for one in call.brief.services if one.id == wanted), None) or service_of(call, aloud=True)


def _named(said: Said, call: Call) -> str:
    """The one service whose words stand in the question, which chooses none; "" for none or several."""
    mine = answers.meaning(said.text)
    scores = {
        one.id: max(answers.likeness(mine, theirs) * len(theirs) for phrase in one.all_words() for theirs in [answers.meaning(phrase)])
        for one in call.brief.services
    }
    best = max(scores.values(), default=0.0)
    named = [name for name, score in scores.items() if score == best]
    return named[0] if best and len(named) == 1 else ""


def _extreme(said: Said, call: Call) -> Service | None:
    """The cheapest or the dearest, where the question asks for it: of those that share a word with it ("your cheapest groom"), else of all."""
    table = words("zh" if said.has_han else "en", "choosing")
    wants = next((way for way in ("cheapest", "dearest") if any(phrase in said.lower for phrase in table[way])), "")
    priced = [one for one in call.brief.services if one.price is not None]
    if not wants or not priced:
        return None
    some = _sharing(said, priced) or priced
    pick = min if wants == "cheapest" else max
    return pick(some, key=lambda one: one.price or 0)


def _sharing(said: Said, services: Sequence[Service]) -> list[Service]:
    mine = answers.meaning(said.text)
    return [one for one in services if any(answers.share(mine, answers.meaning(phrase)) for phrase in one.all_words())]
