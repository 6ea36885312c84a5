"""The composition root: makes the application and its window, and draws what the command line asks for.

`render` and `tour` need Qt but no screen; `__main__` hands them over.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import deepviz
from deepviz.datasets.dataset import DatasetError
from deepviz.document import examples
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts, check
from deepviz.gui import icons
from deepviz.gui import theme as themes
from deepviz.gui.failures import FailureHooks, start_log
from deepviz.gui.runs.desk import runs_home
from deepviz.gui.session_restore import Sessions, sessions_folder
from deepviz.gui.session_store import SessionStore
from deepviz.gui.settings import HINTS_ON, Settings
from deepviz.gui.workbench import Workbench
from deepviz.training.run_plan import facts_of, prepared

FIRST_EXAMPLE = "spirals"


def run_window(project: str | Project | None = None) -> int:
    """Open the window, with a project file, or a project of no file, if one is given. Returns the exit status."""
    app = application(sys.argv[:1])
    start_log()
    bench = Workbench(app, examples.open_example(FIRST_EXAMPLE), Settings(), runs_home())
    hooks = FailureHooks()
    hooks.install()  # from here on there is a window to tell it in
    hooks.failed.connect(lambda text: bench.notice.tell(text, "bad"))
    sessions = Sessions(bench, SessionStore(sessions_folder()))
    hooks.failed.connect(sessions.keeper.keep_urgently)
    sessions.begin(Path(project) if isinstance(project, str) else project)
    bench.window.show()
    bench.runs.begin()
    bench.canvas.setFocus()
    QTimer.singleShot(0, sessions.show_view)
    status = app.exec()
    sessions.end_unasked()
    bench.controller.shut_down()  # a session manager may end the application without closing the window
    hooks.remove()
    return status


def application(arguments: list[str]) -> QApplication:
    """The application object, made once."""
    # Otherwise Qt paints larger areas with as many threads as there are cores, and waits for them: they displace
    # training, hundreds of times a second where a run is watched.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(arguments or ["deepviz"])
    app.setApplicationName("DeepViz")
    app.setApplicationVersion(deepviz.__version__)
    app.setDesktopFileName("deepviz")
    app.setWindowIcon(icons.app_icon())
    return app


def tour(folder: str) -> int:
    """Build, train and export the example without a screen. Returns the exit status."""
    from deepviz.gui.tour import take_tour

    app = application(["deepviz"])
    with TemporaryDirectory() as home:
        settings = Settings(Path(home) / "settings.ini")
        settings.set(HINTS_ON, False)
        bench = Workbench(app, Project(), settings)
        try:
            files = take_tour(bench, examples.open_example(FIRST_EXAMPLE), Path(folder))
        except (OSError, RuntimeError) as error:
            print(f"deepviz: error: the tour stopped: {error}", file=sys.stderr)
            return 1
        finally:
            bench.shut_down()
            bench.window.hide()
    for path in files:
        print(path)
    return 0


def render(project: Project, path: Path) -> None:
    """Draw a project's network, on the light theme, into an SVG, PNG or PDF file.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    from deepviz.gui.canvas.picture import write_picture

    application(["deepviz"])
    write_picture(project.graph, check(project, known_facts(project)), themes.LIGHT, path)


def known_facts(project: Project) -> DataFacts | None:
    """What is known about a project's data, or None where it cannot be loaded: a picture needs no data."""
    try:
        return facts_of(prepared(project.data))
    except DatasetError:
        return None
