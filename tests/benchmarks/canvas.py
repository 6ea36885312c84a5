"""Measures how fluid the canvas is: ``python -m tests.benchmarks.canvas [--nodes N ...] [--json]``.

Real events go to a real view, and the time until the frame is painted is taken. Without a screen Qt paints into memory.
The same frames are painted in several rounds, and of each frame the quickest counts: what else the machine was doing is
not the canvas's. The figures are kept in ``benchmarks/canvas.json``; they decide nothing about the exit status.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

if "DISPLAY" not in os.environ and "WAYLAND_DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is first imported

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.document.shapes import check
from deepviz.gui.canvas.geometry import HEIGHT, WIDTH, Point
from deepviz.gui.canvas.gradients import GradientPicture
from deepviz.gui.canvas.view import CanvasView
from deepviz.gui.theme import DARK
from tests.benchmarks import machine

LATEST = Path(__file__).parents[2] / "benchmarks" / "canvas.json"
SIZE = (1280, 800)
FRAME_BARS = {200: 16.0, 1000: 33.0}
"""Milliseconds that 95 of 100 frames may take at most, by how many nodes there are."""
EDIT_BAR = 50.0
"""Milliseconds that an edit may take at most, from the request until it is seen."""
FRAMES = 120
ROUNDS = 3

Times = list[float]


def main(arguments: Sequence[str]) -> int:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(prog="canvas", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--nodes", type=int, nargs="+", default=list(FRAME_BARS), help="how large the networks are")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON and nothing else")
    parser.add_argument("--only", default="", help="only what has this in its name")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each frame is painted")
    parser.add_argument("--no-keep", action="store_true", help="leave the file of results as it is")
    options = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    rows = []
    for count in options.nodes:
        for row in measured(app, count, options.rounds, options.only):
            rows.append(row)
            if not options.json:
                print(line(row), flush=True)
    result = {"machine": machine.describe(), "platform": app.platformName(), "size": list(SIZE), "rows": rows}
    if options.json:
        print(json.dumps(result, indent=2))
    if not options.no_keep and not options.only:
        LATEST.parent.mkdir(exist_ok=True)
        LATEST.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0


def line(row: dict[str, Any]) -> str:
    """A row as people read it."""
    met = "" if row["bar"] is None else "  met" if row["met"] else f"  above {row['bar']:g}"
    times = f"median {row['median_ms']:7.2f}  p95 {row['p95_ms']:7.2f}  worst {row['worst_ms']:7.2f} ms"
    return f"{row['nodes']:5} nodes  {row['name']:28} {times}{met}"


def network(count: int) -> Project:
    """Residual blocks of Dense, ReLU, Dense and Add, one after another, in rows as wide as the whole is high."""
    keys: list[str] = ["Input"]
    project = edits.add_node(Project(), edits.new_layer("Input"), (0.0, 0.0))
    end = project.graph.nodes[-1].id
    while len(keys) + 5 < count:
        start = end
        for key in ("Dense", "ReLU", "Dense", "Add"):
            project, end = _next(project, key, end)
            keys.append(key)
        project = edits.connect(project, start, end)
    while len(keys) + 1 < count:
        project, end = _next(project, "Dense", end)
        keys.append("Dense")
    project, _ = _next(project, "SoftmaxCrossEntropy", end)
    return edits.arrange(project, columns=max(4, round((count * 1.2) ** 0.5)))


def _next(project: Project, key: str, end: str) -> tuple[Project, str]:
    project = edits.add_node(project, edits.new_layer(key), (0.0, 0.0))
    added = project.graph.nodes[-1].id
    return edits.connect(project, end, added), added


class Screen(QObject):
    """A canvas in a window, and a way to know when it has painted what it was told.

    Parameters
    ----------
    project
        What it shows.
    """

    def __init__(self, app: QApplication, project: Project) -> None:
        super().__init__()
        self.app, self.project = app, project
        self.painted = 0
        self.view = CanvasView(DARK)
        self.view.edit_requested.connect(lambda _label, edit, *_: self.make(edit))
        self.view.viewport().installEventFilter(self)
        self.view.resize(*SIZE)
        self.view.show()
        self.show(project)
        self.view.fit()
        self.settle()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.painted += event.type() == QEvent.Type.Paint
        return False

    def make(self, edit: Callable[[Project], Project]) -> None:
        """Make an edit and show what comes of it."""
        self.show(edit(self.project))

    def show(self, project: Project) -> None:
        """Check a project and show it."""
        self.project = project
        self.view.show_graph(project.graph, check(project))

    def settle(self) -> None:
        """Let everything that is waiting be painted."""
        for _ in range(5):
            self.app.processEvents()

    def frame(self, change: Callable[[], object]) -> float:
        """Milliseconds from a change until it has been painted; if nothing has to be, until all events are done."""
        before, start = self.painted, time.perf_counter()
        change()
        for _ in range(3):
            self.app.processEvents()
            if self.painted > before:
                break
        return (time.perf_counter() - start) * 1e3

    def mouse(self, kind: QEvent.Type, place: QPointF, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        """What a hand does at a place of the viewport."""
        viewport = self.view.viewport()
        none = Qt.MouseButton.NoButton
        pressed = none if kind == QEvent.Type.MouseMove else button
        held = none if kind == QEvent.Type.MouseButtonRelease else button
        globally = QPointF(viewport.mapToGlobal(place.toPoint()))
        event = QMouseEvent(kind, place, globally, pressed, held, Qt.KeyboardModifier.NoModifier)
        self.app.sendEvent(viewport, event)

    def wheel(self, place: QPointF, angle: int) -> None:
        """Turn the wheel."""
        viewport = self.view.viewport()
        event = QWheelEvent(
            place, QPointF(viewport.mapToGlobal(place.toPoint())), QPoint(), QPoint(0, angle),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        self.app.sendEvent(viewport, event)


def measured(app: QApplication, count: int, rounds: int, only: str = "") -> Iterator[dict[str, Any]]:
    """The rows of a network of so many nodes."""
    project = network(count)
    for name, scenario in SCENARIOS.items():
        if only in name:
            taken = [_round(app, project, scenario) for _ in range(rounds)]
            quickest = [min(times) for times in zip(*taken, strict=True)]
            yield row_of(name, count, quickest, EDIT_BAR if name in EDITS else FRAME_BARS.get(count))


def _round(app: QApplication, project: Project, scenario: Callable[[Screen], Times]) -> Times:
    """The times of all frames, on a canvas of their own."""
    screen = Screen(app, project)
    times = scenario(screen)
    screen.view.close()
    screen.view.deleteLater()
    screen.settle()
    return times


def row_of(name: str, count: int, times: Times, bar: float | None) -> dict[str, Any]:
    """What was measured, and whether it is fast enough."""
    p95 = float(np.percentile(times, 95))
    row: dict[str, Any] = {"name": name, "nodes": count, "frames": len(times)}
    row |= {"median_ms": round(float(np.median(times)), 2), "p95_ms": round(p95, 2)}
    row |= {"worst_ms": round(max(times), 2), "bar": bar, "met": bar is None or p95 <= bar}
    return {**row, "date": datetime.now(UTC).date().isoformat()}


def _at_full_size(screen: Screen) -> None:
    """100 %, in the middle of the network."""
    screen.view.zoom_reset()
    screen.settle()


def _pan(screen: Screen) -> Times:
    middle, center = Qt.MouseButton.MiddleButton, QPointF(SIZE[0] / 2, SIZE[1] / 2)
    screen.mouse(QEvent.Type.MouseButtonPress, center, middle)
    times = []
    for number in range(FRAMES):
        angle = number / FRAMES * 6 * np.pi
        place = center + QPointF(float(np.cos(angle)) * 200, float(np.sin(angle)) * 200)
        times.append(screen.frame(partial(screen.mouse, QEvent.Type.MouseMove, place, middle)))
    screen.mouse(QEvent.Type.MouseButtonRelease, center, middle)
    return times[1:]


def _pan_at_full_size(screen: Screen) -> Times:
    _at_full_size(screen)
    return _pan(screen)


def _zoom(screen: Screen) -> Times:
    center = QPointF(SIZE[0] / 2, SIZE[1] / 2)
    angles = (40,) * (FRAMES // 2) + (-40,) * (FRAMES // 2)
    return [screen.frame(partial(screen.wheel, center, angle)) for angle in angles]


def _drag(screen: Screen) -> Times:
    view = screen.view
    seen = view.seen().center
    near = min(view.network.places.values(), key=lambda place: abs(place.x - seen.x) + abs(place.y - seen.y))
    start = QPointF(view.place_of(Point(near.x + WIDTH / 2, near.y + HEIGHT - 14)))
    screen.mouse(QEvent.Type.MouseButtonPress, start)
    times = []
    for number in range(FRAMES):
        angle = number / FRAMES * 6 * np.pi
        place = start + QPointF(float(np.sin(angle)) * 150, float(1 - np.cos(angle)) * 80)
        times.append(screen.frame(partial(screen.mouse, QEvent.Type.MouseMove, place)))
    view.cancel_gesture()
    return times[1:]


def _drag_at_full_size(screen: Screen) -> Times:
    _at_full_size(screen)
    return _drag(screen)


def _hover(screen: Screen) -> Times:
    times = []
    for number in range(FRAMES):
        place = QPointF(40 + number * (SIZE[0] - 80) / FRAMES, SIZE[1] / 2 + float(np.sin(number / 3)) * 200)
        times.append(screen.frame(partial(screen.mouse, QEvent.Type.MouseMove, place, Qt.MouseButton.NoButton)))
    return times


def _hover_at_full_size(screen: Screen) -> Times:
    _at_full_size(screen)
    return _hover(screen)


def _pictures(screen: Screen) -> Iterator[GradientPicture]:
    """Gradients as a run has them, different each time."""
    rng, graph = np.random.default_rng(0), screen.project.graph
    names = [node.id for node in graph.nodes if node.layer.key == "Dense"]
    histories = {name: np.exp(rng.normal(-3, 1, 240)) for name in names}
    for _ in range(FRAMES):
        nodes = dict(zip(names, np.exp(rng.normal(-3, 2, len(names))).tolist(), strict=True))
        edges = dict(zip(graph.edges, np.exp(rng.normal(-3, 2, len(graph.edges))).tolist(), strict=True))
        yield GradientPicture(nodes, edges, 0.3, histories)


def _gradients(screen: Screen) -> Times:
    return [screen.frame(partial(screen.view.show_gradients, picture)) for picture in _pictures(screen)]


def _gradients_at_full_size(screen: Screen) -> Times:
    _at_full_size(screen)
    return _gradients(screen)


def _rubber_band(screen: Screen) -> Times:
    start, times = QPointF(4, 4), []
    screen.mouse(QEvent.Type.MouseButtonPress, start)
    for number in range(FRAMES):
        share = number / FRAMES
        place = QPointF(4 + share * (SIZE[0] - 20), 4 + share * (SIZE[1] - 20))
        times.append(screen.frame(partial(screen.mouse, QEvent.Type.MouseMove, place)))
    screen.view.cancel_gesture()
    return times


def _add_and_undo(screen: Screen) -> Times:
    times, before = [], screen.project
    places = [node.position for node in before.graph.nodes]
    for number in range(FRAMES // 6):
        x, y = places[number * 7 % len(places)]
        add = partial(edits.add_node, layer=edits.new_layer("Dense"), position=(x + 40, y + 50))
        times.append(screen.frame(partial(screen.make, add)))
        times.append(screen.frame(lambda: screen.show(before)))
    return times


def _delete_and_undo(screen: Screen) -> Times:
    times, before = [], screen.project
    names = [node.id for node in before.graph.nodes if node.layer.key == "ReLU"]
    for number in range(FRAMES // 6):
        name = names[number * 7 % len(names)]
        times.append(screen.frame(partial(screen.make, partial(edits.delete, node_ids=(name,)))))
        times.append(screen.frame(lambda: screen.show(before)))
    return times


EDITS: dict[str, Callable[[Screen], Times]] = {"add, undo": _add_and_undo, "delete, undo": _delete_and_undo}
SCENARIOS: dict[str, Callable[[Screen], Times]] = {
    "pan, all in sight": _pan,
    "pan at 100 %": _pan_at_full_size,
    "zoom from all to 100 %": _zoom,
    "drag a card, all in sight": _drag,
    "drag a card at 100 %": _drag_at_full_size,
    "hover, all in sight": _hover,
    "hover at 100 %": _hover_at_full_size,
    "rubber band over all": _rubber_band,
    "gradients, all in sight": _gradients,
    "gradients at 100 %": _gradients_at_full_size,
    **EDITS,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
