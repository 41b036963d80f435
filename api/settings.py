"""Every setting of the service, its unit and its default; read once, here, and passed on as values.

Read from the environment, then from `.env` in the working directory. Names are upper case with the prefix `SLOTLINE_`, but for the ones that other
tools gave a meaning (`REDIS_URL`, `TWILIO_AUTH_TOKEN`, `OPENAI_API_KEY` ...). An empty value counts as not set.
"""

import ipaddress
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, PrivateAttr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from agent.record import webhook
from agent.record.webhook import Webhook
from api import mail_addresses
from api import tokens as token_entries
from api.origins import origins_of
from api.tokens import SHORTEST, Token
from storage import address

PREFIX = "SLOTLINE_"
THEIR_URL, THEIR_TOKEN = "SLOTLINE_URL", "SLOTLINE_TOKEN"
"""For the commands: another service than this machine's own, and the token for it."""
LONGEST_TTL_S = 1_000_000_000
"""Some thirty years; a store of ours counts no further."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class SettingsError(Exception):
    """A setting that cannot be used. The message is one line for whoever starts the service; it never repeats the value."""


def _known(name: str) -> AliasChoices:
    """A setting whose well-known name has no prefix."""
    return AliasChoices(name, name.lower())


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True, populate_by_name=True
    )

    host: str = "127.0.0.1"
    """The address to listen on. Anything but loopback needs `tokens`."""
    port: int = Field(8080, ge=0, le=65535)
    """TCP port; 0 takes any free one and prints it."""
    workers: int = Field(1, ge=1, le=64)
    """Processes that serve. More than one needs a Redis that all of them see."""
    data: Path = Field(Path("data"), validate_default=True)
    """Folder of the embedded Redis and of the journal, created when it is missing."""
    journal: bool = True
    """Whether calls go on in a journal in `data`, on a disk of the host's own, while Redis is away."""
    business: Path | None = None
    """A business file, or a folder of them; None: the packaged example."""
    public_url: str = ""
    """How providers reach the service, scheme and host and maybe a path; signatures cover it. "" when nobody outside was told."""
    tokens: Annotated[tuple[Token, ...], NoDecode] = Field((), repr=False)
    """Written `token:role,token:role:name`, roles integration, supervisor, viewer; kept as digests. None: loopback only."""
    tokens_file: Path | None = None
    """The same, one a line; read again when it changes."""
    _filed: tuple[Token, ...] | None = PrivateAttr(None)
    secret: str = Field("", repr=False)
    """What the keys of turns are made with, the same on every host; "": one that is made once and kept in Redis."""
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    """Addresses and networks of proxies in front: who called, and over http or https, is taken from the headers they add."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins of other sites whose pages may read the service from a browser, written as browsers send them, with commas between; none: no other."""
    webhook_private: bool = False
    """Whether webhooks may go to loopback and private addresses, there also without TLS."""
    webhook_url: str = Field("", repr=False)
    """Where the businesses that have no webhook of their own are told what happened; "": nowhere. For many systems it is a secret by itself."""
    webhook_secret: Annotated[tuple[str, ...], NoDecode] = Field((), validate_default=True, repr=False)
    """What is signed with, as Standard Webhooks writes it; two with a comma while one is exchanged."""

    call_ttl_s: int = Field(1800, ge=1, le=LONGEST_TTL_S)
    """Seconds an open call and its events are kept after the last turn."""
    booked_ttl_s: int = Field(604_800, ge=1, le=LONGEST_TTL_S)
    """Seconds a booked call is kept."""
    log_ttl_s: int = Field(600, ge=1, le=LONGEST_TTL_S)
    """Seconds the shared log of events reaches back."""
    heartbeat_s: float = Field(30.0, gt=0, le=3600)
    """Seconds of silence on an event stream before a heartbeat."""
    reader_queue: int = Field(100, ge=1, le=100_000)
    """Events an event stream may fall behind before it is caught up from the log."""
    turn_queue: int = Field(64, ge=1, le=1_000_000)
    """Turns of one call that may wait for each other; the next one gets 429."""
    turns_at_once: int = Field(1024, ge=1, le=1_000_000)
    """Turns of all calls that one process works on; the next one gets 429."""
    connections: int = Field(4096, ge=1, le=1_000_000)
    """Connections one process keeps open at the same time; the next one gets 503. Never more than the files it may open."""
    connections_per_address: int = Field(1000, ge=1, le=1_000_000)
    """The same from one address (of IPv6: one /64); the next one gets 429. Loopback and trusted proxies bring everybody's and are not counted."""
    head_s: float = Field(10.0, gt=0, le=600)
    """Seconds a new connection, and the head of each request, may take to arrive."""
    body_s: float = Field(20.0, gt=0, le=600)
    """Seconds the body of a request may take to arrive."""
    unread_s: float = Field(60.0, gt=0, le=3600)
    """Seconds a peer may leave unread what was sent to it, before its connection is cut."""
    readers: int = Field(2000, ge=1, le=1_000_000)
    """Event streams one process keeps open at the same time; the next one is told to come back later."""
    readers_per_token: int = Field(500, ge=1, le=1_000_000)
    """The same for one token."""
    handoff_wait_s: float = Field(20.0, ge=0, le=3600)
    """Seconds a caller who is to have a person is kept on the line while a supervisor watches, before the call is dialled through."""
    supervisor_away_s: float = Field(30.0, gt=0, le=86_400)
    """Seconds without a stream and without a deed after which a supervisor has left the call they took."""
    drain_s: float = Field(10.0, ge=0, le=600)
    """Seconds that turns and streams get to finish when the service is told to stop."""

    redis_url: str = Field("", validation_alias=_known("REDIS_URL"), repr=False)
    """The Redis to keep calls in; "": an embedded one."""
    adopted_history: Literal["theirs", "ours"] = "theirs"
    """Who writes `history` in a document that another system made: that system, which appends both sides' lines itself, or we, each as it is said."""
    use_redis_sse: bool = Field(True, validation_alias=_known("USE_REDIS_SSE"))
    """False keeps events inside one process."""
    redis_sse_channel_prefix: str = Field("sse:", validation_alias=_known("REDIS_SSE_CHANNEL_PREFIX"))
    """What the names of the Pub/Sub channels begin with."""

    twilio_voice: Literal["gather", "relay"] = "gather"
    """How a call at Twilio is answered: turn by turn, or over a WebSocket (ConversationRelay)."""
    twilio_auth_token: str = Field("", validation_alias=_known("TWILIO_AUTH_TOKEN"), repr=False)
    signalwire_signing_key: str = Field("", validation_alias=_known("SIGNALWIRE_SIGNING_KEY"), repr=False)
    telnyx_public_key: str = Field("", validation_alias=_known("TELNYX_PUBLIC_KEY"), repr=False)
    jambonz_webhook_secret: str = Field("", validation_alias=_known("JAMBONZ_WEBHOOK_SECRET"), repr=False)
    openai_api_key: str = Field("", validation_alias=_known("OPENAI_API_KEY"), repr=False)
    openai_base_url: str = Field("", validation_alias=_known("OPENAI_BASE_URL"))

    smtp_url: str = Field("", repr=False)
    """The server that takes our mails: smtp://user:password@host:587, with STARTTLS where it is offered, or smtps://; "": nobody is written to."""
    mail_from: str = ""
    """Who mails are from, where a business does not say so itself: an address, or "Name <address>"."""

    @field_validator("*", mode="before")
    @classmethod
    def _printable(cls, value: Any) -> Any:
        """`.env` can hold what no environment can: a NUL, which the system takes for the end of a path or a host."""
        if isinstance(value, str | Path) and any(character < " " or character == "\x7f" for character in str(value)):
            raise ValueError("must hold no control characters")
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError("must be written in UTF-8") from None
        return value

    @field_validator("public_url", "openai_base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("must be a web address such as https://voice.example.com")
        return value.rstrip("/")

    @field_validator("data")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        try:
            value.resolve()
        except (OSError, RuntimeError):  # links that lead to each other; a working directory that is gone
            raise ValueError("must be a path that leads somewhere") from None
        return value

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str) -> str:
        if value:
            address.check(value)
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_address(cls, value: str) -> str:
        if value:
            mail_addresses.server_of(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _mail_address(cls, value: str) -> str:
        if value:
            mail_addresses.sender_of(value)
        return value

    @field_validator("tokens", mode="before")
    @classmethod
    def _tokens(cls, value: Any) -> Any:
        return token_entries.parse(token_entries.entries_of(value)) if isinstance(value, str) else value

    @field_validator("secret")
    @classmethod
    def _secret(cls, value: str) -> str:
        if value and len(value) < SHORTEST:
            raise ValueError(f"must have at least {SHORTEST} characters; make one with: openssl rand -base64 24")
        return value

    @field_validator("webhook_url")
    @classmethod
    def _webhook_address(cls, value: str, info: ValidationInfo) -> str:
        if value and not webhook.is_address(value):
            raise ValueError(f"must be {webhook.ADDRESS_WANTED}")
        if refused := webhook.refused(value, info.data.get("webhook_private", False)):
            raise ValueError(refused)
        return value

    @field_validator("webhook_secret", mode="before")
    @classmethod
    def _webhook_secrets(cls, value: Any, info: ValidationInfo) -> Any:
        secrets = tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
        if not secrets and info.data.get("webhook_url"):
            raise ValueError("must be given with SLOTLINE_WEBHOOK_URL")
        if len(secrets) > webhook.MOST_SECRETS or not all(map(webhook.is_secret, secrets)):
            raise ValueError(f"must be at most {webhook.MOST_SECRETS} secrets with commas between, {webhook.KEY_WANTED}")
        return secrets

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _proxies(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return tuple(ipaddress.ip_network(part.strip()) for part in value.split(",") if part.strip())
        except ValueError:
            raise ValueError("must be addresses and networks with commas between, such as 10.0.0.0/8,192.0.2.7") from None

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _origins(cls, value: Any) -> Any:
        return origins_of(value) if isinstance(value, str) else value

    @property
    def filed_tokens(self) -> tuple[Token, ...] | None:
        """What the file of tokens held when the service began, for workers that begin later; None before it was read."""
        return self._filed

    def read_tokens_file(self) -> None:
        """Read it. Raises ValueError: in one line, what is wrong with it."""
        if self.tokens_file:
            self._filed = token_entries.read_file(self.tokens_file, self.tokens)

    @property
    def webhook(self) -> Webhook | None:
        """Where the businesses are told what happened that have no webhook of their own."""
        return Webhook(url=self.webhook_url, secrets=list(self.webhook_secret)) if self.webhook_url else None

    @property
    def guarded(self) -> bool:
        """Whether requests need a token."""
        return bool(self.tokens) or self.tokens_file is not None

    @property
    def public_https(self) -> bool:
        """Whether everybody outside was told to come over https."""
        return self.public_url.startswith("https://")

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone: "localhost", or an address that is loopback; never a name that only looks like one."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def reached_at(host: str) -> tuple[str, ...]:
    """Where this machine reaches a service that listens on `host`, best first."""
    return {"0.0.0.0": ("127.0.0.1",), "::": ("127.0.0.1", "::1"), "localhost": ("127.0.0.1",)}.get(host, (host,))  # noqa: S104 - not listened on


def read_settings(**given: Any) -> Settings:
    """The settings as they stand, with what the command line gave on top (None: not given). Raises SettingsError."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise SettingsError(f"{setting_name(name)}: {first['msg'].removeprefix('Value error, ').replace('Input should', 'must')}") from None
    except (UnicodeDecodeError, OSError) as error:
        raise SettingsError(f".env cannot be read: {type(error).__name__}") from None


def secret_names() -> list[str]:
    """The settings, as the environment spells them, that nobody but this service may see, also no process that it starts."""
    return [setting_name(name) for name, field in Settings.model_fields.items() if not field.repr]


def setting_name(name: str) -> str:
    """The name of a setting as the environment spells it."""
    return name.upper() if name.isupper() or _bare(name) else PREFIX + name.upper()


def _bare(name: str) -> bool:
    field = Settings.model_fields.get(name.lower())
    return field is None or field.validation_alias is not None
