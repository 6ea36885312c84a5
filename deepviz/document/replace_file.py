"""Writing a file all or nothing: next to its goal first, and in its place only once it is complete on disk."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Write a file. A link is followed, and the permissions of a file that is replaced are kept.

    Raises
    ------
    OSError
        If that fails; what was there before is untouched.
    """
    goal = Path(os.path.realpath(path))
    if goal.exists() and not goal.is_file():  # a pipe or a device is written to, never replaced; a folder refuses
        goal.write_bytes(content)
        return
    draft = goal.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if goal.exists():
            draft.chmod(goal.stat().st_mode & 0o777)
        os.replace(draft, goal)
    finally:
        draft.unlink(missing_ok=True)
