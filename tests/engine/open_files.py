"""What this process has open: files, pipes and sockets.

They are known by number and name, because others may close what they had open while a test runs.
"""

from __future__ import annotations

import os
from contextlib import suppress


def open_files() -> set[tuple[str, str]]:
    """Number and name of each."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the folder itself was open while it was read
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return found
