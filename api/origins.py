"""Origins: the sites whose pages may read this service from a browser, as `SLOTLINE_CORS_ORIGINS` names them. Source: RFC 6454; WHATWG URL."""

import ipaddress
import re

_ORIGIN = re.compile(r"(https?)://([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:]+\])(?::(\d{1,5}))?", re.ASCII)
_DEFAULT_PORT = {"http": "80", "https": "443"}


def origins_of(text: str) -> tuple[str, ...]:
    """The origins in a list with commas between. Raises ValueError for one that no browser would send so: it would never be met."""
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if "*" in found:
        raise ValueError("must name each origin: * would let every page in the world read calls")
    if not all(map(_as_sent, found)):
        raise ValueError(
            "must be origins as browsers send them, with commas between, such as https://desk.example.com,http://localhost:3000: "
            "lower case, no path, no slash at the end, no port that the scheme implies"
        )
    return found


def _as_sent(origin: str) -> bool:
    parts = _ORIGIN.fullmatch(origin)
    if parts is None:
        return False
    scheme, host, port = parts.groups()
    written_so = port is None or (port != _DEFAULT_PORT[scheme] and str(int(port)) == port and 0 < int(port) < 65536)
    if not host.startswith("[") and not host.rpartition(".")[2].isdigit():
        return written_so and ".." not in host
    try:  # browsers write an address in its shortest form
        return written_so and str(ipaddress.ip_address(host.strip("[]"))) == host.strip("[]")
    except ValueError:
        return False
