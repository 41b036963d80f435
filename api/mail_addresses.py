"""What the settings of mail say: the server that takes it, and who it is from."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from agent.record.characters import one_line

PORTS = {"smtp": 587, "smtps": 465}
"""By scheme: what a server takes from whoever signs in (RFC 6409, RFC 8314)."""
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*|[0-9A-Fa-f:.]+")
MOST_OF_A_NAME = 100
"""Characters of a name in a header."""


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    tls: bool
    """From the first byte; otherwise as soon as the server offers it."""
    user: str = field(repr=False)
    password: str = field(repr=False)
    """Both "" when nobody signs in."""


@dataclass(frozen=True)
class Sender:
    name: str
    """"" for the business's own."""
    address: str
    """In ASCII."""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def server_of(url: str) -> Server:
    """The server of a setting. Raises ValueError; the message never repeats the address."""
    wanted = ValueError("must be an address such as smtp://user:password@mail.example.com:587 or smtps://mail.example.com")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wanted from None
    if parts.scheme not in PORTS or not _HOST.fullmatch(parts.hostname or "") or port == 0 or parts.path.strip("/") or parts.query or parts.fragment:
        raise wanted
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("must have a user and a password, or neither; signs such as / @ : in them are written as %2F %40 %3A")
    return Server(parts.hostname or "", port or PORTS[parts.scheme], parts.scheme == "smtps", user, password)


def sender_of(text: str) -> Sender:
    """Who a mail is from. Raises ValueError."""
    from email.headerregistry import UniqueAddressHeader  # these here, since most settings name nobody
    from email.policy import default

    header = default.header_factory("from", text)
    named = None if header.defects or not isinstance(header, UniqueAddressHeader) or len(header.addresses) != 1 else header.addresses[0]
    found = reachable(named.addr_spec) if named else ""
    if named is None or not found or not found.isascii():
        raise ValueError('must be an address such as bookings@example.com, or "Acme, Inc." <bookings@example.com>')
    return Sender(one_line(named.display_name)[:MOST_OF_A_NAME], found)


def reachable(address: str) -> str:
    """An address as it stands in a header and goes to a server, its domain in ASCII; "" when no mail can go there."""
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return f"{found.local_part}@{found.ascii_domain}"
