"""Where the command line writes to: a terminal, a pipe that nobody reads, a full disk, a closed or a poor stream."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="streams are closed and redirected by a POSIX shell")


def in_a_shell(line: str, **variables: str) -> tuple[int, str, str]:
    """Status, output and errors of a line in which ``deepviz`` is this one."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    script = f'deepviz() {{ "{sys.executable}" -m deepviz "$@"; }}; {line}'
    command = ["bash", "-o", "pipefail", "-c", script]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=110, check=False)
    return found.returncode, found.stdout, found.stderr


def test_a_reader_that_has_seen_enough_is_no_reason_for_a_traceback() -> None:
    assert in_a_shell("deepviz layers --json | true") == (1, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_told_in_one_line() -> None:
    wanted = "deepviz: error: the output cannot be written: No space left on device\n"
    assert in_a_shell("deepviz layers > /dev/full") == (1, "", wanted)
    assert in_a_shell("deepviz train xor --epochs 1 --json --quiet > /dev/full") == (1, "", wanted)


def test_closed_streams_do_not_keep_a_job_from_being_done(tmp_path: Path) -> None:
    for number, line in enumerate((">&-", "2>&-", "<&- >&- 2>&-")):
        goal = tmp_path / f"{number}.npz"
        status, _, errors = in_a_shell(f"deepviz train xor --epochs 2 --export {goal} {line}")
        assert status == 0, errors
        assert "error" not in errors
        assert goal.is_file()


def test_letters_that_the_terminal_does_not_have_are_replaced() -> None:
    status, out, errors = in_a_shell("deepviz layers", PYTHONIOENCODING="ascii")
    assert (status, errors) == (0, "")
    assert "28 ? 28 ? 1" in " ".join(out.split())


def on_a_terminal(*arguments: str, columns: int) -> tuple[int, str]:
    """Status and all that a terminal of some width is sent."""
    pty = pytest.importorskip("pty")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns)}
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "deepviz", *arguments],
        env=environment,
        stdin=follower,
        stdout=follower,
        stderr=follower,
    )
    os.close(follower)
    seen = b""
    try:
        while piece := os.read(leader, 65536):
            seen += piece
    except OSError:  # Linux says in this way that the other end is closed
        pass
    os.close(leader)
    return process.wait(110), seen.decode()


def test_a_terminal_shows_a_bar_with_the_time_left_and_how_good_it_is() -> None:
    status, seen = on_a_terminal("train", "spirals", "--epochs", "600", columns=80)
    assert status == 0
    bars = [piece for piece in seen.split("\r") if piece.startswith("[")]
    assert bars[-1].startswith("[########] done in ")
    assert "epoch 600/600  loss " in bars[-1]
    assert "%)" in bars[-1], "the validation accuracy must not be cut off in 80 columns"
    assert all(" left  epoch " in bar for bar in bars[:-1])
    assert all(len(bar.replace("\x1b[K", "").rstrip()) < 80 for bar in bars)
    assert "\nspirals: 626 parameters" in seen, "the summary begins on a line of its own"


def test_a_terminal_sees_a_complaint_on_a_line_of_its_own() -> None:
    status, seen = on_a_terminal("train", "xor", "--steps", "0", columns=80)
    assert (status, seen.count("\n")) == (2, 1)
    assert seen.startswith("deepviz: error: ")
