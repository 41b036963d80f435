"""The tokens as they are written, for a command of this machine that speaks to its own service."""

from contextlib import suppress
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from api import tokens as token_entries
from api.settings import PREFIX


class _OwnTokens(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore")

    tokens: str = ""
    tokens_file: Path | None = None


def own_tokens() -> list[tuple[str, str]]:
    """Token and role of each that this machine's settings name; those that cannot be used are left out."""
    found = _OwnTokens()
    entries = token_entries.entries_of(found.tokens)
    with suppress(ValueError):
        if found.tokens_file:
            entries += token_entries.lines_in(found.tokens_file)
    return [entry for entry in map(token_entries.token_and_role, entries) if entry]
