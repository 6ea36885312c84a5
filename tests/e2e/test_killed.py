"""The program itself, killed while somebody is building and training: the next start has it all."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deepviz.document import examples
from deepviz.document.file_format import load, save

PATIENCE = 60

HANDS = """
import json
import sys
import deepviz.gui.session_keeper as keeper
keeper.SOON, keeper.REGULARLY = 20, 20
from PySide6.QtCore import QTimer
from deepviz import app
from deepviz.document import edits
from deepviz.gui.session_restore import Sessions
from deepviz.gui.session_view import view_of
from deepviz.gui.settings import HINTS_ON, LAST_LOOK

def hands(sessions):
    bench, what = sessions._bench, sys.argv[1]
    bench.settings.set(HINTS_ON, False)
    steps, name, saved = bench.controller.step_count, bench.editor.project.name, bench.files.is_saved
    print("shows", name, steps, saved, round(bench.canvas.zoom, 3), flush=True)
    print("says", bench.notice.text, flush=True)
    sides = bench.window.left_tabs, bench.window.tabs
    print("looks", bench.window.workspace, *(tabs.tabText(tabs.currentIndex()) for tabs in sides), flush=True)
    if what == "work":
        bench.editor.apply("Rename", lambda project: edits.rename(project, "built by hand"))
        bench.canvas.zoom_in()
        bench.controller.step(9)
        timer = QTimer(bench, interval=20)
        def look():
            kept = sessions.keeper._kept
            if bench.controller.step_count == 9 and kept is not None and kept == sessions.keeper._state():
                print("kept", round(bench.canvas.zoom, 3), flush=True)
                timer.stop()
        timer.timeout.connect(look)
        timer.start()
    elif what == "look":
        bench.window.show_workspace("build")
        bench.window.show_tab("History")
        bench.window.show_tab("Data")
        bench.canvas.zoom_out()
        timer = QTimer(bench, interval=20)
        def look():
            if bench.settings.get(LAST_LOOK) == json.dumps(view_of(bench)):
                print("kept", round(bench.canvas.zoom, 3), flush=True)
                timer.stop()
        timer.timeout.connect(look)
        timer.start()
    elif what == "fail":
        bench.editor.apply("Rename", lambda project: edits.rename(project, "before the error"))
        keeper.SOON = keeper.REGULARLY = 10_000_000
        sessions.keeper._soon.stop()
        sessions.keeper._regularly.stop()
        QTimer.singleShot(0, lambda: 1 / 0)
        def told(outcome):
            if outcome.job.project is not None and outcome.job.project.name == "before the error":
                print("kept", outcome.reason, flush=True)
        sessions.keeper._written.connect(told)
    else:
        bench.window.close()

show_view = Sessions.show_view
def shown(sessions):
    show_view(sessions)
    QTimer.singleShot(0, lambda: hands(sessions))
Sessions.show_view = shown
sys.exit(app.run_window(*sys.argv[2:]))
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    folders = {name: str(tmp_path / name) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    return {**os.environ, **folders, "QT_QPA_PLATFORM": "offscreen"}


def started(home: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HANDS, *arguments], env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def killed(home: dict[str, str], *arguments: str) -> list[str]:
    """Start, wait until all is kept, kill without a warning. Returns what was said until then."""
    process, said = started(home, *arguments), []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            if line.startswith("kept"):
                break
    finally:
        process.kill()
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == -signal.SIGKILL, errors
    assert said[-1].startswith("kept"), errors
    return said


def closed(home: dict[str, str], *arguments: str) -> list[str]:
    """Start and close as one should. Returns what was said."""
    process = started(home, "close", *arguments)
    said, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    return said.splitlines()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_what_was_built_and_trained_is_back_after_a_kill(home: dict[str, str], tmp_path: Path) -> None:
    first = killed(home, "work")
    assert first[0].startswith("shows spirals 0 True")
    zoom = first[-1].split()[1]
    second = closed(home)
    assert second[0] == f"shows built by hand 9 False {zoom}"
    # The day is said as well where midnight was between the two.
    back = "says DeepViz did not end as it should. “built by hand” is back as it was "
    assert re.match(rf"{re.escape(back)}(on [\d-]+ )?at \d\d:\d\d", second[1])
    third = closed(home)
    assert third[0] == second[0]
    assert third[1] == "says “built by hand” is back as you left it; it is in no file yet."

    save(examples.open_example("xor"), tmp_path / "xor.deepviz")
    fourth = closed(home, str(tmp_path / "xor.deepviz"))
    assert fourth[0].startswith("shows xor 0 True")
    assert "says Unsaved work of the last session is kept: “built by hand”" in fourth[1]
    assert closed(home)[0].startswith("shows xor 0 True"), "what was open last comes first"
    kept = list((tmp_path / "XDG_STATE_HOME" / "deepviz" / "sessions").rglob("*.deepviz"))
    assert [load(path).project.name for path in kept] == ["built by hand"], "and the work is not gone"
    listed = list((tmp_path / "XDG_STATE_HOME" / "deepviz" / "runs").rglob("*.deepviz"))
    assert [load(path).project.name for path in listed] == ["built by hand"], "and its run is on the list, once"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_what_was_looked_at_is_back_after_a_kill_though_nothing_was_changed(home: dict[str, str]) -> None:
    assert killed(home, "work")[2] == "looks train Layers Layer"
    looked = killed(home, "look")
    zoom = looked[-1].split()[1]
    assert looked[0] != f"shows built by hand 9 False {zoom}"
    back = closed(home)
    assert back[0] == f"shows built by hand 9 False {zoom}"
    assert back[2] == "looks build History Data"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_an_unexpected_error_has_the_session_kept_at_once(home: dict[str, str]) -> None:
    assert killed(home, "fail")[-1] == "kept"
    assert closed(home)[0].startswith("shows before the error")
