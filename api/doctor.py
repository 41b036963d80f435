"""`slotline doctor`: what is configured, what is reachable, what is missing; one line each, no secret in any."""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from agent.record import webhook
from agent.record.business import Business
from api import business_files, journal_check, mail_check, telephone_check
from api.serve import reached_from_outside
from api.settings import PREFIX, THEIR_TOKEN, THEIR_URL, Settings, SettingsError, read_settings, setting_name
from api.telephone_check import Finding
from api.telephony import PROVIDERS
from api.telephony.switchboard import provider_named
from api.tokens import read_file
from api.version import version
from storage.connect import answer_time, server_at
from storage.embedded import find_server
from storage.errors import StoreUnavailable
from storage.servers import identify, lacking

PATIENCE_S = 3.0


def examine(telephony: str = "") -> int:
    """Print every finding, or those about a telephone provider. Returns 1 when something does not work."""
    found = list(_of_telephone(telephony) if telephony else findings())
    for finding in found:
        sys.stdout.write(f"{finding.mark}  {finding.about:<10} {finding.said}\n")
    return int(any(finding.mark == "!!" for finding in found))


def _of_telephone(name: str) -> Iterator[Finding]:
    try:
        yield from telephone_check.findings(name, read_settings())
    except SettingsError as error:
        yield Finding("!!", "settings", str(error))


def findings() -> Iterator[Finding]:
    python = sys.version_info
    yield Finding("ok", "version", f"slotline {version()}, Python {python.major}.{python.minor}.{python.micro}")
    yield Finding("ok" if Path(".env").is_file() else "--", ".env", "read" if Path(".env").is_file() else "none in this folder")
    try:
        settings = read_settings()
    except SettingsError as error:
        yield Finding("!!", "settings", str(error))
        return
    for name in _unknown():
        yield Finding("--", "settings", f"{name} is no setting of this version")
    yield from _business(settings)
    yield from _redis(settings)
    yield from journal_check.findings(settings, has_redis=bool(settings.redis_url) or find_server() is not None)
    yield from mail_check.findings(settings)
    yield _tokens(settings)
    yield _service(settings)
    yield from _webhooks(settings)
    for about in PROVIDERS:
        name = provider_named(about).secret
        given = bool(getattr(settings, name))
        told = f"set; check it with: slotline doctor --telephony {about}"
        yield Finding("ok" if given else "--", about, told if given else f"{setting_name(name)} is not set")
    model = settings.openai_api_key or settings.openai_base_url
    yield Finding(
        "ok" if model else "--", "model", "set; this version has no use for it yet" if model else "none; callers are understood by rules alone"
    )


def _unknown() -> list[str]:
    known = {setting_name(name) for name in Settings.model_fields} | {THEIR_URL, THEIR_TOKEN}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)


def _business(settings: Settings) -> Iterator[Finding]:
    try:
        known = business_files.load(settings.business).all
    except ValueError as error:
        yield Finding("!!", "business", str(error))
        return
    source = settings.business or "the packaged example"
    for business in known:
        numbers = ", ".join(business.numbers) or "no number"
        yield Finding("ok", "business", f"{business.name} ({business.country}, {len(business.services)} services, {numbers}), from {source}")


def _served(settings: Settings) -> Sequence[Business]:
    """The businesses; none when the files cannot be read, which is told elsewhere."""
    with suppress(ValueError):
        return business_files.load(settings.business).all
    return ()


def _redis(settings: Settings) -> Iterator[Finding]:
    if settings.redis_url:
        scheme, _, rest = settings.redis_url.partition("://")
        where = f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
        try:
            seconds = asyncio.run(answer_time(settings.redis_url))
            server = asyncio.run(server_at(settings.redis_url))
        except (ValueError, StoreUnavailable) as error:
            yield Finding("!!", "redis", f"{where} cannot be used: {error}")
            return
        yield Finding("ok", "redis", f"{server} at {where} answers in {seconds * 1000:.1f} ms")
    else:
        binary = find_server()
        if binary is None:
            yield Finding("--", "redis", "no REDIS_URL and no redis-server here: calls are kept in memory, nothing survives a restart")
            return
        server = identify(binary)
        yield Finding("ok", "redis", f"{server}, embedded ({binary}), data under {settings.data.resolve()}")
    if lacks := lacking(server):
        yield Finding("--", "redis", lacks)


def _tokens(settings: Settings) -> Finding:
    try:
        found = (*settings.tokens, *(read_file(settings.tokens_file, settings.tokens) if settings.tokens_file else ()))
    except ValueError as error:
        return Finding("!!", "tokens", f"SLOTLINE_TOKENS_FILE: {error}")
    roles = [token.identity.role for token in found]
    served = {business.id for business in _served(settings)}
    if strange := sorted({token.identity.business for token in found if served} - {"", *served}):
        return Finding("!!", "tokens", f"bound to a business that is not served here: {', '.join(strange)}")
    if roles:
        return Finding("ok", "tokens", ", ".join(f"{roles.count(role)} {role}" for role in sorted(set(roles))))
    if outside := reached_from_outside(settings):
        return Finding("!!", "tokens", f"SLOTLINE_TOKENS is needed {outside}")
    return Finding("--", "tokens", "none; the service listens on this machine only")


def _webhooks(settings: Settings) -> Iterator[Finding]:
    """Who is told what happened; of an address the host alone, since the rest may be a secret."""
    known = _served(settings)
    own = [(business.name, hook) for business in known if (hook := business.outgoing.webhook)]
    shared = [("every business without its own", settings.webhook)] if settings.webhook and len(own) < len(known) else []
    for whose, hook in [*shared, *own]:
        told = "everything" if set(hook.events) == set(webhook.OCCASIONS) else ", ".join(hook.events)
        said = f"{whose}: {hook.host}, {told}, signed with {len(hook.secrets)} secret{'s' * (len(hook.secrets) > 1)}"
        refused = webhook.refused(hook.url, settings.webhook_private)
        yield Finding("!!" if refused else "ok", "webhooks", f"{whose}: the address {refused}" if refused else said)
    if not shared and not own:
        yield Finding("--", "webhooks", "none; nobody else is told of bookings (SLOTLINE_WEBHOOK_URL is not set, no business file has a webhook_url)")


def _service(settings: Settings) -> Finding:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not listened on
    url = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    try:
        answer = httpx.get(f"{url}/health", timeout=PATIENCE_S, trust_env=False)
        status = answer.json().get("status", "?")
    except httpx.TransportError:
        return Finding("--", "service", f"not running at {url} (start it with: slotline serve)")
    except (ValueError, AttributeError):
        return Finding("!!", "service", f"something else answers at {url}")
    return Finding("ok" if status == "ok" else "!!", "service", f"running at {url}: {status}")
