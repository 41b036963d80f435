"""Files that whoever runs the service names in its settings."""

import os
import stat
from pathlib import Path

KIB = 1024


def content(file: Path, most: int) -> bytes:
    """What is in a file of at most `most` bytes. Raises ValueError, in a few words, for what is none of ours to read: a pipe would never end.

    What is opened is what is looked at, so that nothing else takes its place between the two.
    """
    try:
        opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # else a pipe waits here for whoever writes into it
    except OSError as error:
        raise ValueError(error.strerror or "cannot be read") from None
    except ValueError:  # a path with a NUL
        raise ValueError("not a path") from None
    try:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise ValueError("not a file")
        with open(opened, "rb", closefd=False) as reading:
            found = reading.read(most + 1)
    except OSError as error:
        raise ValueError(error.strerror or "cannot be read") from None
    finally:
        os.close(opened)
    if len(found) > most:
        raise ValueError(f"longer than {most // KIB} KiB")
    return found
