"""A file that one process at a time has locked. The system lets go of it when the process ends, however it does."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def locked(file: Path) -> int | None:
    """The descriptor of a file that is locked now, to be closed to let go of it; None if somebody else has it locked.

    A number of a process in a file would not say whether that process is still the same.

    Raises
    ------
    OSError
        If there can be no such file.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
