"""One run of a queue in a process of its own: `deepviz train`, told what to do by files and telling how far it is.

What it says goes into a file, so nobody has to listen while nobody looks, and no pipe can fill up.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deepviz.document.file_format import SUFFIX, save
from deepviz.document.project import Project

ORDER, SAID = ".order", ".said"
PATIENCE = 5.0
"""Seconds from a request to end until a process is ended by force."""
LONGEST = 1 << 20
"""Bytes of what it says that are read at once."""


class RunProcess:
    """A process that trains a project.

    Parameters
    ----------
    folder, run
        Where its files go, and what they are called.
    command
        How the program is started: the words before ``train``.
    project
        What it trains.
    order
        What the process is told besides, as JSON values.

    Raises
    ------
    OSError, FileError
        If it cannot be started.
    """

    def __init__(self, folder: Path, run: str, command: Sequence[str], project: Project, order: dict[str, Any]) -> None:
        self._project, self._order, self._said = (folder / f"{run}{suffix}" for suffix in (SUFFIX, ORDER, SAID))
        self._read, self._rest = 0, b""
        self._asked_at: float | None = None
        self.error = ""
        self._began = time.monotonic()
        save(project, self._project)
        self._order.write_text(json.dumps(order | {"window": os.getpid()}), encoding="utf-8")
        words = [*command, "train", str(self._project), "--progress", "json", "--queued", str(self._order)]
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                # What is typed in the terminal of the window is not for this process.
                start_new_session=True,
            )

    @property
    def number(self) -> int:
        """The number that the system knows it by."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll()

    @property
    def age(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self._began

    @property
    def was_asked_to_end(self) -> bool:
        """Whether somebody wants it to end."""
        return self._asked_at is not None

    def told(self) -> dict[str, Any] | None:
        """What it has last told of its progress since the last call; None if nothing."""
        try:
            with self._said.open("rb") as said:
                said.seek(self._read)
                content = said.read(LONGEST)
        except OSError:
            return None
        self._read += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        last = None
        for line in lines:
            if line.startswith(b"deepviz: error: "):
                self.error = line.decode(errors="replace").removeprefix("deepviz: error: ")
            elif line.startswith(b"{"):
                last = _values(line) or last
            elif line and not line.startswith((b"deepviz: note: ", b" ")):
                self.error = self.error or line.decode(errors="replace")  # such as the end of a traceback
        return last

    def ask_to_end(self, is_wanted: bool = True) -> None:
        """Ask it to end after the step that it is making; it is noted unless it is not wanted any more."""
        if not is_wanted:
            self._order.unlink(missing_ok=True)
        if self._asked_at is None and self.status is None:
            self._asked_at = time.monotonic()
            self._process.terminate()

    def press(self) -> None:
        """End it by force if it was asked long ago; to be called now and then."""
        if self._asked_at is not None and time.monotonic() - self._asked_at > PATIENCE and self.status is None:
            self._process.kill()

    def end(self, timeout: float) -> None:
        """Wait so many seconds for its end, then end it by force."""
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def clear(self) -> None:
        """Take its files away."""
        for file in (self._project, self._order, self._said):
            file.unlink(missing_ok=True)


def _values(line: bytes) -> dict[str, Any] | None:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) and isinstance(values.get("step"), int) else None
