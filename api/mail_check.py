"""`slotline doctor` about mail: whose callers are written to, and whether the server would take a mail. None is sent."""

import asyncio
from collections.abc import Iterator, Sequence

from agent.record.business import Business
from api import business_files
from api.mail_addresses import Server
from api.outbox.outcomes import Again
from api.outbox.post import Post
from api.settings import Settings
from api.telephone_check import Finding

STEP_S, WHOLE_S = 5.0, 15.0
"""How long somebody who looks waits for the server."""


def findings(settings: Settings) -> Iterator[Finding]:
    post = Post(settings, STEP_S, WHOLE_S)
    if post.server is None:
        yield Finding("--", "mail", "SLOTLINE_SMTP_URL is not set: nobody is sent a confirmation")
        return
    try:
        known = business_files.load(settings.business).all
    except ValueError:  # which is told elsewhere
        return
    written_for = [business for business in known if post.is_set_up(business)]
    if without := [business.id for business in known if business not in written_for]:
        yield Finding("!!", "mail", f"SLOTLINE_MAIL_FROM is not set, nor mail_from of {', '.join(without)}: their callers are sent nothing")
    if written_for:
        yield asyncio.run(_server(post, post.server, written_for))


async def _server(post: Post, server: Server, businesses: Sequence[Business]) -> Finding:
    where = f"{server.host}:{server.port}"
    seen = await post.look(businesses[0])
    if isinstance(seen, Again):
        return Finding("!!", "mail", f"{where} cannot be used: {seen.why} (docs/mail.md says what that means)")
    how = f"{'encrypted' if seen.tls else 'not encrypted'}, {'signed in' if seen.signed_in else 'without a password'}"
    return Finding("ok", "mail", f"{where} answers in {seen.ms:.0f} ms, {how}")
