"""A definition written to a folder at run time, and used in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

START = """
import contextlib, importlib, io, json, sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest

package, folder, work = sys.argv[1], sys.argv[2], Path(sys.argv[3])
importlib.import_module(package).__path__.append(folder)

from deepviz import app, cli
from deepviz.datasets import registry as source_registry
from deepviz.document import edits
from deepviz.document.file_format import load, save
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import optimizers
from deepviz.gui.settings import HINTS_ON, Settings
from deepviz.gui.workbench import Workbench


def window(project):
    settings = Settings(work / "settings.ini")
    settings.set(HINTS_ON, False)
    bench = Workbench(app.application(["deepviz"]), project, settings)
    bench.window.show()
    return bench


def trained(bench):
    loop, patience = QEventLoop(), QTimer(singleShot=True, interval=90_000)
    bench.controller.status_changed.connect(lambda status: loop.quit() if not bench.controller.is_running else None)
    patience.timeout.connect(loop.quit)
    patience.start()
    bench.controller.run()
    if bench.controller.is_running:
        loop.exec()
    patience.stop()
    assert bench.controller.status == "finished", (bench.controller.status, bench.notice.text)
    losses = bench.controller.history.column("loss")[1]
    assert losses[-15:].mean() < 0.9 * losses[:15].mean(), "it does not learn"
    return dict(bench.controller.checkpoint().state.parameters)


def printed(*arguments):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        assert cli.main([*arguments]) == 0
    return text.getvalue()


def chain(*layers, epochs=8):
    plan = TrainingPlan(optimizers.Adam(learning_rate=0.01), RunSettings(epochs=epochs))
    project = Project(data=DataChoice(source_registry["blobs"](classes=2)), plan=plan)
    for layer in (edits.new_layer(each) if isinstance(each, str) else each for each in layers):
        project = edits.append(project, layer)
    return project


def done(bench):
    bench.shut_down()
    bench.window.hide()
"""


def with_file(tmp_path: Path, package: str, source: str, use_it: str) -> None:
    """Write a definition into a folder that is added to a package, and use it in a process of its own."""
    folder = tmp_path / "added"
    folder.mkdir()
    (folder / "mine.py").write_text(source, encoding="utf-8")
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", START + use_it, package, str(folder), str(tmp_path)]
    result = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=110, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
