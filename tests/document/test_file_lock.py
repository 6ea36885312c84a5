"""A lock is held by one at a time, and let go of when its holder ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deepviz.document.file_lock import locked

HOLD = "import sys; from deepviz.document.file_lock import locked; from pathlib import Path\n"
HOLD += "print(locked(Path(sys.argv[1])) is not None, flush=True); sys.stdin.read()"


def test_one_at_a_time(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    first = locked(file)
    assert first is not None
    assert locked(file) is None
    os.close(first)
    again = locked(file)
    assert again is not None
    os.close(again)


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert locked(file) is None
        process.kill()
        process.wait()
        found = locked(file)
        assert found is not None
        os.close(found)
