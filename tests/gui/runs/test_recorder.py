"""The recorder writes to the end what it was given, also when its window does not wait for it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from deepviz.gui.runs.recorder import RunRecorder
from deepviz.training.run_store import RunStore
from deepviz.training.run_summary import RunSummary
from tests.training.run_made import project, trained


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_window_that_went_first_loses_no_run(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk slower than the patience of whoever closes: both runs are written all the same, and nothing is raised."""
    store = RunStore(tmp_path)
    recorder, goes_on, note = RunRecorder(store), threading.Event(), store.note

    def slowly(*given: object, **more: object) -> RunSummary | None:
        assert goes_on.wait(60)
        return note(*given, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(store, "note", slowly)
    checkpoint = trained(project())
    runs = {recorder.note(checkpoint, "stopped"), recorder.note(checkpoint, "closed")}
    assert not recorder.finish(0.01)
    (thread,) = (each for each in threading.enumerate() if each.name == "deepviz-runs")
    shiboken6.delete(recorder)
    goes_on.set()
    thread.join(60)
    assert {each.id for each in store.runs()} == runs
