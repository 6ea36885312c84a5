"""What every test relies on: no screen, no settings of the person running it, and nothing left behind.

A test that leaves a thread, a running timer or an open window fails, by name, where it was left and not where it hurts.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is first imported
# Qt has the system say why it refuses in the language of whoever runs the tests.
os.environ["LC_ALL"] = os.environ["LANGUAGE"] = "C.UTF-8"

import gc
import multiprocessing
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

ROOT = Path(__file__).resolve().parents[1]
WITHOUT_QT = {"cli", "datasets", "document", "engine", "exchange", "run_script", "training"}
"""Folders of tests of what cannot reach Qt, by the contracts of the floor plan. Any other may leave things of Qt."""
MANY_THINGS = 40_000
"""So many things to search through, a few milliseconds' worth, are set aside as far as they last."""
TO_RETURN = 30.0
"""Seconds that a thread with nothing left to do may take to end; only one that stays costs them."""
CROWDED = pytest.StashKey[bool]()
MNIST_NAMES = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")


def pytest_collection_finish() -> None:
    """Set aside what is there before the first test: none of it can be left behind by one."""
    _set_aside()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Set aside what lasts when there is much of it; not before a test has let go of what it was given."""
    done = yield
    if item.stash.get(CROWDED, False):
        _set_aside()
    return done


def _set_aside() -> None:
    """Free what nobody holds, and look no more at what lasts, such as modules and collected tests.

    The search for what is left would otherwise go through hundreds of thousands of things after each test.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def reaches_qt(request: pytest.FixtureRequest) -> bool:
    """Whether a test can reach Qt; for thousands that cannot, nothing of Qt is set up or searched for."""
    folder, *_ = request.path.relative_to(Path(__file__).parent).parts
    return folder not in WITHOUT_QT


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, reaches_qt: bool) -> Path:
    """An empty home for settings, caches and autosaves, which is not that of the person running the tests."""
    home = tmp_path_factory.mktemp("home")
    for variable, folder in (
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
    ):
        monkeypatch.setenv(variable, str(home / folder))
    core = sys.modules.get("PySide6.QtCore")
    if core is not None and reaches_qt:
        # Qt reads XDG_CONFIG_HOME once; from then on only this moves its settings.
        for file_format in (core.QSettings.Format.NativeFormat, core.QSettings.Format.IniFormat):
            core.QSettings.setPath(file_format, core.QSettings.Scope.UserScope, str(home / "config"))
    return home


@pytest.fixture(autouse=True)
def nothing_left_behind(own_settings: Path, reaches_qt: bool, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves behind a thread, a process, a running timer, an open window or another look."""
    threads, dress = set(threading.enumerate()), _dress()
    yield
    left = [f"thread {thread.name!r}" for thread in threading.enumerate() if thread not in threads and _stays(thread)]
    left += [f"process {process.name!r}" for process in multiprocessing.active_children()]
    if reaches_qt:
        things = gc.get_objects()
        left += _left_in_qt(things)
        if dress not in (None, _dress()):
            left.append("another style, font or palette of the application: later tests would measure with it")
        request.node.stash[CROWDED] = len(things) > MANY_THINGS
    if left:
        pytest.fail("The test left behind: " + ", ".join(left), pytrace=False)


def _stays(thread: threading.Thread) -> bool:
    """Whether a thread goes on, though it was given the time to return from its last line on a loaded machine.

    Python's stand-ins for threads of Qt do not count: those are looked for as such.
    """
    if isinstance(thread, threading._DummyThread):
        return False
    thread.join(TO_RETURN)
    return thread.is_alive()


def _dress() -> tuple[str, str, str] | None:
    """How the application looks to whoever asks for the room of words; None if there is none."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = None if widgets is None else widgets.QApplication.instance()
    return None if app is None else (app.styleSheet(), app.font().toString(), app.palette().window().color().name())


def _left_in_qt(things: list[Any]) -> list[str]:
    """Timers and threads of `things` that run, and open windows; ends them, so that the next test starts clean."""
    widgets, core = sys.modules.get("PySide6.QtWidgets"), sys.modules.get("PySide6.QtCore")
    if widgets is None or core is None or core.QCoreApplication.instance() is None:
        return []
    from shiboken6 import isValid

    # What was closed with deleteLater() is gone only now; outside an event loop Qt waits for the next one.
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    left = []
    for window in widgets.QApplication.topLevelWidgets():
        if isValid(window) and window.isVisible():
            left.append(f"open window {_name(window)}")
            window.close()
    # Kinds first: there are thousands of things, but only a few hundred kinds to ask for their bases.
    kinds = {kind for kind in set(map(type, things)) if issubclass(kind, (core.QTimer, core.QThread))}
    for thing in [thing for thing in things if type(thing) in kinds]:
        if not isValid(thing):
            continue
        if isinstance(thing, core.QTimer) and thing.isActive():
            left.append(f"running timer {_name(thing)}, every {thing.interval()} ms")
            thing.stop()
        elif isinstance(thing, core.QThread) and thing.isRunning() and thing is not core.QThread.currentThread():
            left.append(f"running Qt thread {_name(thing)}")
    return left


def _name(thing: Any) -> str:
    parent = f" of {type(thing.parent()).__name__}" if thing.parent() is not None else ""
    return f"{type(thing).__name__} {thing.objectName()!r}{parent}"


@pytest.fixture
def plain_application(qapp: QApplication) -> Iterator[None]:
    """Give the application back as it was."""
    palette, font = qapp.palette(), qapp.font()
    yield
    qapp.setStyleSheet("")
    qapp.setPalette(palette)
    qapp.setFont(font)
    qapp.setProperty("theme", None)
    qapp.styleHints().unsetColorScheme()


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """The hand of pytest-qt at keyboard and pointer, waiting for as long as a loaded machine may take."""
    from tests.patient_hand import patient

    return patient(qtbot)


@pytest.fixture(scope="session")
def mnist_files() -> tuple[Path, Path]:
    """MNIST's images and labels as a user would have them: two gzipped IDX files, outside this repository.

    Looked for in the folder named by DEEPVIZ_MNIST, then in `../shared/data/mnist`; skips the test if in neither.
    """
    folders = [ROOT.parent / "shared" / "data" / "mnist"]
    if "DEEPVIZ_MNIST" in os.environ:
        folders.insert(0, Path(os.environ["DEEPVIZ_MNIST"]))
    for folder in folders:
        images, labels = (folder / name for name in MNIST_NAMES)
        if images.is_file() and labels.is_file():
            return images, labels
    pytest.skip(f"MNIST's files {MNIST_NAMES} are not here; name their folder in DEEPVIZ_MNIST")
