"""What a reader takes: the headers Accept-Encoding, Accept-Language, If-None-Match. Source: RFC 9110, 12.4.2, 12.5.3, 12.5.4, 13.1.2."""

from collections.abc import Iterator


def weighed(header: str) -> Iterator[tuple[str, float]]:
    """Each thing that the header names, in lower case, with its weight of 0 to 1."""
    for one in header.split(","):
        name, *parameters = (part.strip().lower() for part in one.split(";"))
        if name:
            yield name, next((_weight(value) for value in parameters if value.startswith("q=")), 1.0)


def takes_gzip(header: str) -> bool:
    """Whether an answer may be compressed by gzip."""
    found = dict(weighed(header))
    return found.get("gzip", found.get("*", 0.0)) > 0


def knows(header: str, etag: str) -> bool:
    """Whether the reader has what is named so."""
    given = [one.strip().removeprefix("W/").strip('"') for one in header.split(",")]
    return etag in given or given == ["*"]


def _weight(parameter: str) -> float:
    try:
        found = float(parameter[2:])
    except ValueError:
        return 0.0
    return found if 0 <= found <= 1 else 0.0
