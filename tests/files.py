"""What stands in the files of a folder that a server is writing in."""

from pathlib import Path


def holding(folder: Path, *secrets: bytes) -> list[str]:
    """The files in which any of the secrets stands, relative to the folder."""
    read = ((path, _bytes(path)) for path in folder.rglob("*"))
    return sorted(str(path.relative_to(folder)) for path, content in read if any(secret in content for secret in secrets))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:  # the server writes under another name, and then renames or deletes it
        return b""
