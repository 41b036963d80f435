"""Appointments in a Redis Cluster: they lie in the business's slot, what their calls owe in the calls' own.

How it works. What a change makes due is written with it, in the business's slot, as *unbrought*; then the call owes it, and is listed; last it is
taken off again. Who comes next and finds something there carries that through: by changing an appointment of the business, or reading its list.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import msgspec

from agent.record.appointment import Appointment
from agent.record.delivery import Delivery
from storage import codec, keys
from storage.redis_appointments import RedisAppointments

_delivery = msgspec.json.Decoder(Delivery)


class ClusterAppointments(RedisAppointments):
    """What is of a cluster in it."""

    async def appointments(self, business: str = "", since: int = 0, until: int = 0, before: str = "", count: int = 100) -> Sequence[Appointment]:
        await asyncio.gather(*(self._bring(one) for one in await self._whose(business)))
        return await super().appointments(business, since, until, before, count)

    async def _changed(self, names: list[str], values: list[Any], before: Appointment, deliveries: Sequence[Delivery]) -> Any:
        owed = [part for one in deliveries for part in (one.id, codec.encode(one))]
        answer, *rest = await self._script("appointed_change", names, [*values, *owed])
        if answer == b"taken" and rest:
            for sid, token in zip(rest[::2], rest[1::2], strict=True):
                await self._settle_hold(before.business, sid.decode(), token.decode())
            answer, *rest = await self._script("appointed_change", names, [*values, *owed])
        if owed and answer == b"ok":
            await self._bring(before.business)
        return [answer, *rest]

    async def _bring(self, business: str) -> None:
        """Have the calls owe what is unbrought."""
        for one in map(_delivery.decode, await self._command("HVALS", keys.unbrought(business))):
            await self._script("cluster_bring", [keys.deliveries(one.sid)], [self._ttl.owed_s, one.id, codec.encode(one)])
            listed = keys.listed(one.id, one.sid)
            await self._script("cluster_announce", [keys.ANNOUNCED], [0, self._ttl.owed_s, listed])
            await self._script("cluster_owe", [keys.ANNOUNCED, keys.DUE], [self._ttl.owed_s, listed])
            if not await self._command("HDEL", keys.unbrought(business), one.id):  # somebody else did it too, or its caller was erased meanwhile
                await self._check_erased(business, one)

    async def _appoint(self, business: str, appointment: str, life: bytes, rev: int) -> None:
        """The step of a call."""
        if appointment:
            await asyncio.gather(
                self._script("cluster_appoint", keys.appointments(business), [appointment, self._ttl.at(business).kept_s, life, rev]),
                self._command("SADD", keys.APPOINTING, business),
            )

    async def _dismiss(self, sid: str, business: str) -> int:
        """As a call is erased: its appointment, and what is unbrought of it; 1 when there was any."""
        left = [one.id for one in map(_delivery.decode, await self._command("HVALS", keys.unbrought(business))) if one.sid == sid]
        found: int = await self._script("cluster_dismiss", [*keys.appointments(business), keys.unbrought(business)], [sid, *left])
        return found

    async def _check_erased(self, business: str, one: Delivery) -> None:
        """Take back what came to be owed after its caller was erased: then there is no appointment any more."""
        if not await self._command("HEXISTS", keys.appointments(business)[0], one.sid):
            await self._command("HDEL", keys.deliveries(one.sid), one.id)
            await self._command("ZREM", keys.DUE, keys.listed(one.id, one.sid))

    @abstractmethod
    async def _settle_hold(self, business: str, sid: str, token: str) -> None: ...
