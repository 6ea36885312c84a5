"""The name of an example on the command line opens it in the window: in no file, and with earlier work on offer."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from deepviz import __main__, app
from deepviz.document import edits, examples
from deepviz.document.file_format import save
from deepviz.gui.workbench import Workbench
from tests.e2e.window import close

Start = Callable[..., None]


@pytest.fixture
def start(plain_application: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Start:
    """Start the program with a command line in an empty folder, look at its window and close it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(gc, "freeze", lambda: None)  # the tests go on after the program

    def started(*arguments: str, looked_at: Callable[[Workbench], None]) -> None:
        made: list[Workbench] = []

        class Noticed(Workbench):
            def __init__(self, *parts: object) -> None:
                super().__init__(*parts)
                made.append(self)

        def use_it(*_: object) -> int:
            (bench,) = made
            QApplication.processEvents()  # what the program does as soon as its loop runs
            looked_at(bench)
            bench.window.close()
            return 0

        with monkeypatch.context() as patched:
            patched.setattr(app, "Workbench", Noticed)
            patched.setattr(QApplication, "exec", use_it)
            patched.setattr(sys, "argv", ["deepviz", *arguments])
            try:
                assert __main__.main() == 0
            finally:
                for bench in made:
                    close(bench)

    return started


def test_an_example_is_opened_by_its_name_and_belongs_to_no_file(start: Start) -> None:
    def looked_at(bench: Workbench) -> None:
        assert bench.editor.project == examples.open_example("xor")
        assert bench.editor.path is None
        assert bench.editor.is_saved, "nothing has been changed"
        assert bench.notice.text == ""
        assert bench.window.isVisible()

    start("xor", looked_at=looked_at)


def test_a_file_of_that_name_goes_first(start: Start, tmp_path: Path) -> None:
    mine = edits.rename(examples.open_example("iris"), "mine")
    save(mine, tmp_path / "xor")

    def looked_at(bench: Workbench) -> None:
        assert bench.editor.project == mine
        assert bench.editor.path is not None

    start("xor", looked_at=looked_at)


def test_work_of_the_session_before_stays_on_offer(start: Start) -> None:
    def worked(bench: Workbench) -> None:
        bench.editor.apply("Rename", lambda project: edits.rename(project, "dear"))

    def looked_at(bench: Workbench) -> None:
        assert bench.editor.project == examples.open_example("xor")
        assert "Unsaved work of the last session is kept: “dear”" in bench.notice.text

    start(looked_at=worked)
    start("xor", looked_at=looked_at)
