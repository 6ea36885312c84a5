"""A whole window that trains, for the benchmark of watching: driven by the event loop that a user's window has."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from deepviz.app import application
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.sources.idx_files import IdxFiles
from deepviz.datasets.sources.spirals import Spirals
from deepviz.document import edits
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine.optimizers.adam import Adam
from deepviz.gui.session_restore import Sessions
from deepviz.gui.session_store import SessionStore
from deepviz.gui.settings import HINTS_ON, Settings
from deepviz.gui.workbench import Workbench

SIZE = (1440, 900)
TICK = 16
"""Milliseconds between two beats of the timer whose lateness is measured."""
EPOCHS = 1_000_000
IMAGES = 12_800


def toy() -> Project:
    """2-16-16-2 with tanh on two spirals, in batches of 32."""
    project = edits.set_data(Project(), DataChoice(Spirals()))
    keys = [("Input", {}), ("Dense", {"units": 16}), ("Tanh", {}), ("Dense", {"units": 16}), ("Tanh", {})]
    return _chain(project, [*keys, ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {})], 32)


def mnist(folder: Path) -> Project:
    """784-512-256-10 with ReLU on random images of the size of MNIST's, in batches of 128; its files go to `folder`."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (IMAGES, 28, 28), np.uint8), rng.integers(0, 10, IMAGES).astype(np.uint8)
    files = folder / "images-idx3-ubyte", folder / "labels-idx1-ubyte"
    for path, array in zip(files, (images, labels), strict=True):
        sizes = b"".join(int(size).to_bytes(4, "big") for size in array.shape)
        path.write_bytes(bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes())
    choice = DataChoice(
        IdxFiles(images=str(files[0]), labels=str(files[1])), preprocessing=Preprocessing(method="scale 0 to 1")
    )
    keys = [
        ("Input", {"shape": (28, 28, 1)}),
        ("Flatten", {}),
        ("Dense", {"units": 512}),
        ("ReLU", {}),
        ("Dense", {"units": 256}),
    ]
    keys += [("ReLU", {}), ("Dense", {"units": 10}), ("SoftmaxCrossEntropy", {})]
    return _chain(edits.set_data(Project(), choice), keys, 128)


def deep(layers: int) -> Project:
    """A network of so many layers, half of them Dense, on two spirals."""
    middle = [("Dense", {"units": 4}), ("Tanh", {})] * (layers // 2 - 1)
    project = edits.set_data(Project(), DataChoice(Spirals()))
    return _chain(project, [("Input", {}), *middle, ("Dense", {"units": 2}), ("SoftmaxCrossEntropy", {})], 32)


def _chain(project: Project, keys: list[tuple[str, dict[str, object]]], batch: int) -> Project:
    for key, changes in keys:
        project = edits.append(project, edits.new_layer(key).changed(**changes))
    plan = TrainingPlan(Adam(learning_rate=0.0005), RunSettings(batch_size=batch, epochs=EPOCHS))
    return edits.set_plan(edits.arrange(project), plan)


PROJECTS: dict[str, Callable[[Path], Project]] = {
    "784-512-256-10": mnist,
    "2-16-16-2": lambda _folder: toy(),
    "2,000 layers": lambda _folder: deep(2000),
}
"""What is trained, by its name; files of data go to a folder."""


class Window:
    """A window with a project, on the workspace that shows the live views. To be closed.

    Attributes
    ----------
    bench
        All its parts.
    late
        By how many milliseconds each beat of a timer came too late, while events were processed.
    """

    def __init__(self, project: Project) -> None:
        self.app: QApplication = application(["deepviz"])
        self._home = TemporaryDirectory()
        settings = Settings(Path(self._home.name) / "settings.ini")
        settings.set(HINTS_ON, False)
        self.bench = Workbench(self.app, project, settings)
        self.bench.window.resize(*SIZE)
        self.bench.window.show()
        self.bench.window.show_workspace("train")
        self.bench.views.open_suitable()
        self.late: list[float] = []
        self._loop = QEventLoop()
        self._beats = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=TICK)
        self._beats.timeout.connect(self._beat)
        self._expected = 0.0
        self.work(0.5)

    @property
    def step(self) -> int:
        """How many steps have been made, as far as the window knows."""
        return self.bench.controller.step_count

    def work(self, seconds: float) -> None:
        """Let the window live for a while."""
        self._expected = time.perf_counter() + TICK / 1000
        self._beats.start()
        QTimer.singleShot(round(1000 * seconds), lambda: self._loop.quit())
        self._loop.exec()
        self._beats.stop()

    def until(self, holds: Callable[[], bool], patience: float = 60.0) -> float:
        """Let the window live until something is so. Returns how many seconds that took.

        Raises
        ------
        TimeoutError
            If it takes too long.
        """
        start = time.perf_counter()
        while not holds():
            self.app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 1)
            if time.perf_counter() - start > patience:
                raise TimeoutError
        return time.perf_counter() - start

    def train(self) -> None:
        """Let the run go on, and wait until it does."""
        before = self.step
        self.bench.controller.run()
        self.until(lambda: self.step > before)

    def rest(self) -> None:
        """Pause, and wait until the run does."""
        self.bench.controller.pause()
        self.until(lambda: self.bench.controller.status == "paused")

    def speed(self, seconds: float) -> float:
        """Steps a second while the window lives for about so long.

        The window takes in only now and then which steps have been made, so the time runs from one such moment to
        another: otherwise the steps since the last one would count as lost.
        """
        first, start = self._taken_in()
        self.work(seconds)
        last, end = self._taken_in()
        return (last - first) / (end - start)

    def _taken_in(self) -> tuple[int, float]:
        """Wait until the window takes in further steps: how many have been made then, and when that was."""
        before = self.step
        self.until(lambda: self.step > before)
        return self.step, time.perf_counter()

    @property
    def watching_cost(self) -> float:
        """What the status bar says that watching costs: a share of the time."""
        cost = self.bench.controller.progress.watching_cost(True)
        return float("nan") if cost is None else cost

    def until_time(self, seconds: float) -> None:
        """Let the window live for a moment."""
        end = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() >= end)

    def possible_commands(self) -> list[str]:
        """What can be pressed now."""
        if self.bench.controller.is_running:
            return ["pause", "stop"]
        return ["run", "step", "stop"] if self.bench.controller.status == "paused" else ["run", "step"]

    def command(self, kind: str) -> float:
        """Press a button. Returns how many seconds it took until the window showed what comes of it."""
        before, start = self.step, time.perf_counter()
        self.bench.actions["run" if kind == "pause" else kind].trigger()
        controller = self.bench.controller
        reached = {
            "run": lambda: controller.status == "running" and self.step > before,
            "pause": lambda: controller.status == "paused",
            "step": lambda: controller.status == "paused" and self.step == before + 1,
            "stop": lambda: controller.status == "stopped",
        }
        self.until(reached[kind])
        return time.perf_counter() - start

    def close(self) -> None:
        """End the run and take the window away."""
        self._beats.stop()
        self.bench.shut_down()
        self.bench.window.close()
        for part in (self.bench, self.bench.window, self.bench.menu):  # else what is left hears of themes that change
            part.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self.app.processEvents()
        self._home.cleanup()
        gc.collect()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, 1000 * (now - self._expected)))
        self._expected = now + TICK / 1000


def resident() -> int:
    """The memory of this process that is in use, in bytes."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def close_while_training(name: str) -> int:
    """Open the window as the program does, close it in the midst of a run, and say when. Returns the exit status."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        app = application(["deepviz"])
        settings = Settings(home / "settings.ini")
        settings.set(HINTS_ON, False)
        bench = Workbench(app, PROJECTS[name](home), settings)
        sessions = Sessions(bench, SessionStore(home / "sessions"))
        sessions.begin(None)
        bench.window.show()
        bench.window.show_workspace("train")

        def close() -> None:
            print(time.time(), flush=True)
            bench.window.close()

        QTimer.singleShot(200, bench.controller.run)
        QTimer.singleShot(1500, close)
        status = app.exec()
        sessions.end_unasked()
        bench.controller.shut_down()
    gc.freeze()  # as the program does when it ends
    return status
