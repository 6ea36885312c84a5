"""A panel of runs in a window, over a folder of its own, and a few runs that were really trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from deepviz.document.project import Project
from deepviz.gui.editor import Editor
from deepviz.gui.runs.desk import RunsDesk
from deepviz.gui.settings import Settings
from deepviz.gui.theme import DARK
from deepviz.training import run_process
from deepviz.training.run_store import RunOrigin, RunStore
from tests.training.run_made import project, trained

MakeDesk = Callable[..., RunsDesk]


@pytest.fixture
def make_desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeDesk]:
    """Opens windows with a desk each, over one folder. Runs that are asked to end are given the time to do so."""
    monkeypatch.setattr(run_process, "PATIENCE", 60.0)
    made: list[RunsDesk] = []
    editors: list[Editor] = []

    def desk(open_project: Project | None = None) -> RunsDesk:
        editors.append(Editor(open_project or project(epochs=2)))
        made.append(RunsDesk(tmp_path, editors[-1], Settings(tmp_path / "settings.ini"), DARK, at_once=1))
        qtbot.addWidget(made[-1].panel)
        made[-1].panel.resize(1000, 380)
        with qtbot.waitActive(made[-1].panel):
            made[-1].panel.show()
            made[-1].panel.activateWindow()
        made[-1].begin()
        return made[-1]

    yield desk
    for each in made:
        each.shut_down()
        each.panel.close()
    for editor in editors:
        editor.deleteLater()  # and with it the desk


@pytest.fixture
def three_runs(tmp_path: Path) -> list[str]:
    """Ids of three runs with 3, 6 and 9 units, oldest first."""
    store = RunStore(tmp_path / "runs")
    ids = []
    for number, units in enumerate((3, 6, 9)):
        checkpoint = trained(project(units=units, epochs=number + 1))
        summary = store.note(checkpoint, "finished", origin=RunOrigin(f"run {units}"))
        assert summary is not None
        store._change(summary.id, created=1000.0 + number)
        ids.append(summary.id)
    return ids
