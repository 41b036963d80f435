"""`slotline serve`: what stops the start, the listening socket, the embedded Redis, one process or several.

One process serves by itself. Several share one socket, and the parent (`api/workers.py`) only watches, without loading the application. The embedded
Redis is started once, by the parent, and watched there.

The port is taken at once, so that one that is in use is told at once; whoever is ready to serve first begins to listen. Until then a client is
refused, and need not wait for an answer that nobody can give yet.
"""

import asyncio
import errno
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep

from api import business_files, logs, workers
from api.settings import Settings, SettingsError, reached_at, secret_names
from api.tokens import Tokens
from api.version import version
from storage.connect import answer_time
from storage.embedded import EmbeddedRedis
from storage.errors import NoRedisServer, StoreError, StoreUnavailable

BIND_S = 1.5
"""How long a port may still be held by the service that was here before."""


def serve(settings: Settings) -> int:
    """Run the service until it is told to stop. Returns the exit code. Raises SettingsError when it cannot start."""
    logs.set_up()
    check(settings)
    _keep_to_ourselves()
    with bound(settings.host, settings.port) as listening, embedded_redis(settings) as redis:
        url = redis.url if redis else ""
        if settings.workers > 1 and not (settings.redis_url or url):
            raise SettingsError("SLOTLINE_WORKERS: more than one worker needs a Redis that all of them see: set REDIS_URL, or install redis-server")

        def told() -> None:
            _say(welcome(settings, listening.getsockname()[1], url))

        try:
            if settings.workers > 1:
                return workers.supervise(settings, url, listening, told)
            from api.server import run  # here, so that a parent of workers does not load all of it too

            return run(settings, url, listening, told)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            # Another program began to listen while nobody here did.
            raise _cannot_listen(settings.host, settings.port, error.errno) from None


@contextmanager
def embedded_redis(settings: Settings) -> Iterator[EmbeddedRedis | None]:
    """A Redis of our own for as long as the service runs; None when the settings name another one, or none can be had. Raises SettingsError."""
    redis = None if settings.redis_url else _started(EmbeddedRedis(settings.data.resolve()))
    try:
        yield redis
    finally:
        if redis:
            redis.close()


def _started(redis: EmbeddedRedis) -> EmbeddedRedis | None:
    try:
        redis.start()
    except NoRedisServer:
        return None
    except (StoreError, OSError) as error:
        raise SettingsError(f"SLOTLINE_DATA: {error}") from None
    return redis


def check(settings: Settings) -> None:
    """What would go wrong later, told now. Raises SettingsError."""
    if not settings.guarded and (outside := reached_from_outside(settings)):
        raise SettingsError(f"SLOTLINE_TOKENS: needed {outside}; set token:role,token:role")
    if settings.twilio_voice == "relay" and not settings.public_https:
        raise SettingsError("SLOTLINE_TWILIO_VOICE: relay needs SLOTLINE_PUBLIC_URL with https, which the WebSocket's address is made of")
    if settings.workers > 1 and not settings.use_redis_sse:
        raise SettingsError("USE_REDIS_SSE: events that stay inside one process need SLOTLINE_WORKERS=1")
    try:
        businesses = business_files.load(settings.business)
        business_files.check_webhooks(businesses, settings.webhook_private)
    except ValueError as error:
        raise SettingsError(f"SLOTLINE_BUSINESS: {error}") from None
    try:
        Tokens(settings.tokens, settings.tokens_file, [business.id for business in businesses.all])
        settings.read_tokens_file()
    except ValueError as error:
        raise SettingsError(f"{'SLOTLINE_TOKENS_FILE' if settings.tokens_file else 'SLOTLINE_TOKENS'}: {error}") from None
    if settings.redis_url:
        _check_redis(settings.redis_url)


def reached_from_outside(settings: Settings) -> str:
    """By what others than this machine may reach the service, as the end of a sentence; "" when they cannot."""
    if not settings.loopback:
        return "to listen on anything but loopback (--host 127.0.0.1)"
    if settings.public_url:
        return "with SLOTLINE_PUBLIC_URL"
    return "with SLOTLINE_TRUSTED_PROXIES" if settings.trusted_proxies else ""


def _keep_to_ourselves() -> None:
    """Take what is secret out of the environment: processes that this one starts do not get to see it, and workers are handed their settings."""
    for name in secret_names():
        os.environ.pop(name, None)


def _check_redis(url: str) -> None:
    """A Redis that does not answer yet stops nothing: it is waited for, and callers hear of trouble meanwhile. One that can never do does."""
    try:
        asyncio.run(answer_time(url))
    except ValueError as error:
        raise SettingsError(f"REDIS_URL: {error}") from None
    except StoreUnavailable:
        logs.event("store_away", level="warning", part="store")


@contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that has the address and does not listen yet. Raises SettingsError when the address cannot be had."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise SettingsError("SLOTLINE_HOST: not an address of this machine") from None
    # "localhost" is both; what is printed, and what most clients try first, is 127.0.0.1.
    family, kind, protocol, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    with socket.socket(family, kind, protocol) as listening:
        # Lets a restart have the port at once, while connections of the service before still linger (TIME_WAIT).
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        until = monotonic() + BIND_S
        while (why := _refusal(listening, address)) is not None:
            if why != errno.EADDRINUSE or monotonic() > until:
                raise _cannot_listen(host, port, why)
            sleep(0.1)
        yield listening


def _refusal(listening: socket.socket, address: tuple[object, ...]) -> int | None:
    """Take the address: the error number, or None when it worked."""
    try:
        listening.bind(address)
    except OSError as error:
        return error.errno or errno.EADDRINUSE
    return None


def _cannot_listen(host: str, port: int, why: int | None) -> SettingsError:
    if why == errno.EADDRINUSE:
        return SettingsError(f"SLOTLINE_PORT: port {port} is in use by another program; stop that one, or choose another with --port")
    return SettingsError(f"SLOTLINE_HOST, SLOTLINE_PORT: cannot listen on {host} port {port}: {os.strerror(why or 0).lower()}")


def _say(text: str) -> None:
    with suppress(OSError, ValueError):  # nobody reads stdout
        sys.stdout.write(text)
        sys.stdout.flush()


def welcome(settings: Settings, port: int, embedded: str) -> str:
    """Where the console is, how to place a first call, where calls are kept."""
    host = reached_at(settings.host)[0]
    base = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    bearer = ' -H "Authorization: Bearer $TOKEN"' if settings.guarded else ""
    body = '{"callSid": "demo-1", "customerMessage": {"message": ""}}'
    command = "slotline" if shutil.which("slotline") else str(Path(sys.argv[0]).resolve())
    kept = (
        "in the Redis of REDIS_URL"
        if settings.redis_url
        else f"in an embedded Redis, on disk under {settings.data.resolve()}"
        if embedded
        else "in memory only: there is no Redis server here, so nothing survives a restart (install redis-server, or set REDIS_URL)"
    )
    return f"""
Slotline {version()} is at {base}

  console        {base}/
  a first call   {command} call --url {base}
  or with curl   curl -s {base}/ai/conversation{bearer} -d '{body}'
  calls are kept {kept}

"""
