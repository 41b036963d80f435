"""What belongs to a place and not to a tongue: states, postcodes, street types. Data in `<REGION>.toml`."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def region(code: str) -> dict[str, Any]:
    """The tables of one region, by ISO 3166 code ("AU"). Raises FileNotFoundError for a region without a file."""
    return tomllib.loads((resources.files(__package__) / f"{code}.toml").read_text("utf-8"))
