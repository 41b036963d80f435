"""What a caller asks of a service before choosing: its price, how long it takes, which is the cheapest."""

from collections.abc import Sequence

from agent.languages import words
from agent.nlu import set_phrases
from agent.nlu.candidates import Context
from agent.nlu.utterance import Utterance
from agent.record.acts import SystemAct
from agent.record.business import Service
from agent.record.call import Call
from agent.record.turn_context import TurnContext
from agent.slots.presenting import named, price, service_of
from agent.slots.service import SERVICE

AT_ONCE = 3
"""How many options anyone can hold in mind on the telephone."""
_HOUR, _HALF = 60, 30


def prices(call: Call, question: str, turn_context: TurnContext) -> SystemAct | None:
    """The price that is asked for: the cheapest or dearest there is, of the service named or chosen, else a few; None when none has a price."""
    utterance, country = Utterance(question), call.brief.region
    service = _extreme(utterance, call) or _meant(utterance, call, turn_context)
    if service is not None:
        cost = price(service, country, call.language)
        return SystemAct(key="notice.price" if cost else "notice.price_unknown", values={"service": named(service, call.language), "price": cost})
    priced = [f"{named(one, call.language)} {cost}" for one in call.brief.services if (cost := price(one, country, call.language))]
    if not priced:
        return None
    return SystemAct(key="notice.prices" if len(priced) <= AT_ONCE else "notice.prices_more", values={"list": priced[:AT_ONCE]})


def length(call: Call, question: str, turn_context: TurnContext) -> SystemAct:
    """How long the service named or chosen takes; of none, that it depends, unless all take alike."""
    service = _meant(Utterance(question), call, turn_context)
    if service is None and len({one.minutes for one in call.brief.services}) == 1:
        service = call.brief.services[0]
    if service is None:
        return SystemAct(key="notice.length_depends")
    hours, rest = divmod(service.minutes, _HOUR)
    values: dict[str, str | list[str]] = {"service": named(service, call.language), "count": str(hours)}
    if not hours or rest not in (0, _HALF):
        return SystemAct(key="notice.length_minutes", values={**values, "count": str(service.minutes)})
    kind = "length_hour" if hours == 1 else "length_hours"
    return SystemAct(key=f"notice.{kind}_half" if rest else f"notice.{kind}", values=values)


def _meant(utterance: Utterance, call: Call, turn_context: TurnContext) -> Service | None:
    """The service that a question names, else the one chosen."""
    context = Context(
        language=call.language, region=call.brief.region, now=turn_context.now, asked=frozenset({SERVICE.name}), services=call.brief.services
    )
    candidates = SERVICE.extract(utterance, context)
    wanted = candidates[0].value if candidates and not candidates[0].options else _named(utterance, call)
    return next((one for one in call.brief.services if one.id == wanted), None) or service_of(call, aloud=True)


def _named(utterance: Utterance, call: Call) -> str:
    """The one service whose words stand in the question, which chooses none; "" for none or several."""
    mine = set_phrases.meaning(utterance.text)
    scores = {
        one.id: max(set_phrases.likeness(mine, theirs) * len(theirs) for phrase in one.all_words() for theirs in [set_phrases.meaning(phrase)])
        for one in call.brief.services
    }
    best = max(scores.values(), default=0.0)
    named = [name for name, score in scores.items() if score == best]
    return named[0] if best and len(named) == 1 else ""


def _extreme(utterance: Utterance, call: Call) -> Service | None:
    """The cheapest or the dearest, where the question asks for it: of those that share a word with it ("your cheapest groom"), else of all."""
    table = words("zh" if utterance.has_han else "en", "choosing")
    wants = next((way for way in ("cheapest", "dearest") if any(phrase in utterance.lower for phrase in table[way])), "")
    priced = [one for one in call.brief.services if one.price is not None]
    if not wants or not priced:
        return None
    some = _sharing(utterance, priced) or priced
    pick = min if wants == "cheapest" else max
    return pick(some, key=lambda one: one.price or 0)


def _sharing(utterance: Utterance, services: Sequence[Service]) -> list[Service]:
    mine = set_phrases.meaning(utterance.text)
    return [one for one in services if any(set_phrases.share(mine, set_phrases.meaning(phrase)) for phrase in one.all_words())]
