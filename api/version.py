"""Which version this is."""

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """As the installed package says; "source" when run from a checkout that was not installed."""
    try:
        return metadata.version("slotline")
    except metadata.PackageNotFoundError:
        return "source"
