"""Who brings what is owed, and what of it each business wants: as the settings and its file say."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Protocol, get_args

from agent.policy.owed import Wants
from agent.record.business import Business
from agent.record.businesses import Businesses
from agent.record.delivery import DeliveryKind, Occasion
from api.outbox.running import Carrier
from api.settings import Settings


class Hook(Carrier, Protocol):
    """Brings webhooks."""

    def wants(self, business: Business, occasion: Occasion) -> bool:
        """Whether the business is told of it."""


def hooks(settings: Settings, businesses: Businesses) -> Hook | None:
    """Who posts webhooks; None where nobody has one."""
    if settings.webhook is None and not any(business.outgoing.webhook for business in businesses.all):
        return None
    from api.outbox.webhooks import Hooks  # here, since what posts takes 30 ms to load

    return Hooks(settings.webhook, settings.webhook_private)


def carriers(post: Carrier | None, hooks: Hook | None) -> Mapping[DeliveryKind, Carrier]:
    """By what they bring; None: nobody does."""
    found: dict[DeliveryKind, Carrier | None] = {"mail": post, "webhook": hooks}
    return {kind: carrier for kind, carrier in found.items() if carrier is not None}


def wanted(businesses: Businesses, post: Carrier | None, hooks: Hook | None) -> Callable[[str], Wants]:
    """Gives what a business wants, by its id: asked at every step of every call, so it is found out once. One that is not served wants nothing."""

    @cache
    def wants(id_: str) -> Wants:
        business = businesses.get(id_)
        if business is None:
            return Wants()
        told = frozenset(one for one in get_args(Occasion) if hooks is not None and hooks.wants(business, one))
        return Wants(mail=post is not None and post.is_set_up(business), hooks=told)

    return wants
