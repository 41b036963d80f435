"""What belongs to a place and not to a tongue: states, postcodes, street types. Data in `<REGION>.toml`."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def region(code: str) -> dict[str, Any]:
    """The tables of one region, by ISO 3166 code ("AU"). Raises FileNotFoundError for a region without a file."""
    return tomllib.loads((resources.files(__package__) / f"{code}.toml").read_text("utf-8"))


def subdivision(code: str, time_zone: str) -> str:
    """The state or province whose public holidays hold in a zone ("Australia/Melbourne": "VIC"); "" where a zone does not tell.

    Of a zone that several share, the one where most people live.
    """
    try:
        return str(region(code).get("time", {}).get("subdivisions", {}).get(time_zone, ""))
    except FileNotFoundError:
        return ""
