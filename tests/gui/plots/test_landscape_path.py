"""The path of training stands where it was put, and a landscape never passes for that of another step."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.document.compile import compile_project
from deepviz.engine.evaluation import evaluate
from deepviz.gui.plots.landscape import Landscape
from deepviz.gui.plots.landscape_path import INK
from deepviz.gui.plots.landscape_words import percent
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import LANDSCAPE_ALONG, LANDSCAPE_PATH, Settings
from deepviz.gui.theme import LIGHT
from deepviz.insight.landscape import Surface
from deepviz.insight.trajectory import Trajectory
from deepviz.training.run_plan import RunPlan
from tests.e2e.window import OpenWindow, Person, small_project
from tests.gui.plots.looks import click, flat, hover, looking, subject_of
from tests.patient_hand import PATIENCE

STEPS = (0, 40, 90, 1200)


def surface(step: int = 90, is_map: bool = True) -> Surface:
    """A landscape of 5 x 5, or of 5 points, with a path of four states."""
    axis = np.linspace(-2.0, 2.0, 5)
    places = np.array([[-1.5, 0.8], [-0.7, -1.1], [0.0, 0.0], [1.4, 0.6]])[:, : 2 if is_map else 1]
    path = Trajectory(np.array(STEPS), places, np.array([3.4, 2.0, 0.0, 7.5]), np.array([0.5, 0.65, np.nan, 0.2031]))
    losses = np.arange(25.0).reshape(5, 5) if is_map else np.arange(5.0)[None]
    return Surface(axis, axis if is_map else np.zeros(1), losses, 100, 400, 12, 12, 0, step, (0.953, 0.0335), path)


@pytest.fixture
def look(qtbot: QtBot) -> Landscape:
    made = looking(Landscape, subject_of(flat()), qtbot, 560, 480)
    made.take_answer(surface(), 90)
    return made


def place(look: Landscape, a: float, b: float) -> QPointF:
    return look.area.pixel(a, b)


def test_the_mark_of_the_step_is_a_plus_on_top_of_the_path(look: Landscape) -> None:
    """Captions speak of (+); the dot of the path that ends there hid it."""
    shot, here = look.area.grab().toImage(), place(look, 0.0, 0.0).toPoint()
    for x, y in ((0, 0), (6, 0), (-6, 0), (0, 6), (0, -6)):
        assert shot.pixelColor(here.x() + x, here.y() + y).name() == look.theme.text


def test_the_path_is_drawn_and_the_pointer_says_how_much_of_it_is_there(look: Landscape) -> None:
    shot = look.area.grab().toImage()
    here = place(look, -0.7, -1.1)
    assert shot.pixelColor(here.toPoint()).name() == INK
    hover(look.area, here + QPointF(3, 2))
    lines = look.area.accessibleDescription().splitlines()
    assert lines == ["Path · step 40", "a -0.7", "b -1.1", "distance from + 2", "of it in the picture 65\u00a0%"]
    hover(look.area, place(look, -0.7, -1.1) + QPointF(30, 30))
    assert look.area.accessibleDescription().startswith("a ")
    assert (
        "Path of 4 states. This plane shows 20.3 to 65\u00a0% of the way between + and the kept states."
    ) in look.area.caption
    assert "beyond" not in look.area.caption
    assert look.area.x_title == "first component of the path, a: 95.3\u00a0% of its variance"
    assert look.area.y_title == "second component of the path, b: 3.35\u00a0% of its variance"


def test_keys_walk_along_the_path_from_the_moment_shown(look: Landscape) -> None:
    look.show_moment(40)
    look.area.setFocus()
    said = []
    for key in (Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_P):
        QTest.keyClick(look.area, key)
        said.append(look.area.accessibleDescription().splitlines()[0])
    assert said == ["Path · step " + each for each in ("40", "90", "1\u202f200", "1\u202f200", "90")]
    assert "of it in the picture" not in look.area.accessibleDescription(), "it is the middle itself"


def test_the_dot_of_the_moment_moves_with_the_timeline(look: Landscape) -> None:
    def color_of(a: float, b: float) -> str:
        return look.area.grab().toImage().pixelColor(place(look, a, b).toPoint()).name()

    look.show_moment(40)
    assert color_of(-0.7, -1.1) == QColor(look.theme.accent).name()
    look.show_moment(1200)
    assert color_of(-0.7, -1.1) == INK
    assert color_of(1.4, 0.6) == QColor(look.theme.accent).name()


def test_a_path_can_be_left_out_and_that_is_remembered(look: Landscape, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.ini")
    look.take_settings(settings)
    look._path_action.trigger()
    shot = look.area.grab().toImage()
    assert shot.pixelColor(place(look, -0.7, -1.1).toPoint()).name() != INK
    assert "Path" not in look.area.caption
    hover(look.area, place(look, -0.7, -1.1))
    assert look.area.accessibleDescription().startswith("a ")
    look.row.along_choice.setFocus()
    QTest.keyClick(look.row.along_choice, Qt.Key.Key_Down)
    assert (settings.get(LANDSCAPE_PATH), settings.get(LANDSCAPE_ALONG)) == (False, "path")
    assert not look.choices._menus["reach"].isEnabled()
    assert look.wanted.along == "path"


def test_along_one_direction_the_path_lies_on_the_border(look: Landscape) -> None:
    look.take_answer(surface(is_map=False), 90)
    assert "Direction of the path: all 12 parameters move." in look.area.caption
    assert "This line shows" in look.area.caption
    xs = look.area.pixels(np.array([-1.5, -0.7, 0.0, 1.4]), np.zeros(4))[0]
    np.testing.assert_allclose(look.path.places()[:, 0], xs)
    hover(look.area, QPointF(*look.path.places()[3].tolist()))
    assert look.area.accessibleDescription().splitlines()[:2] == ["Path · step 1\u202f200", "a 1.4"]
    assert not look.area.grab().isNull()


def test_where_it_leaves_the_picture_or_nothing_is_kept_the_words_say_so(look: Landscape) -> None:
    far = surface()
    assert far.path is not None
    moved = replace(far.path, places=3 * far.path.places)
    look.take_answer(replace(far, path=moved), 90)
    assert "Zoom out for all of it." in look.area.caption
    look.take_answer(replace(far, path=None, explained=()), 90)
    assert "No other state of the run is kept yet" in look.area.caption
    QTest.keyClick(look.area, Qt.Key.Key_N)
    assert look.area.pointer is None
    look.resize(280, 215)
    QApplication.processEvents()
    assert look.area.caption == f"+ mean loss {format_value(12.0, 6)}: 100 of 400 training samples"
    look.take_answer(far, 90)
    assert look.area.caption == (
        "+ mean loss 12: 100 of 400 training samples. "
        "This plane shows 20.3 to 65\u00a0% of the way between + and the kept states"
    )
    assert (look.area.x_title, look.area.y_title) == ("a: 95.3\u00a0%", "b: 3.35\u00a0%")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0"), (1.0, "100"), (0.0123456, "1.23"), (3.2e-7, "3.2e-5"), (0.00512, "0.512"), (0.99961, "> 99.9")],
)
def test_percent(share: float, words: str) -> None:
    assert percent(share) == f"{words}\u00a0%"


def test_files_have_the_path(look: Landscape, tmp_path: Path) -> None:
    look.apply_theme(LIGHT)
    for suffix in ("png", "svg", "csv"):
        look.save(tmp_path / f"landscape.{suffix}")
    assert "end, step 1\u202f200" in (tmp_path / "landscape.svg").read_text()
    with (tmp_path / "landscape.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[1 + 7] == ["surface", "90", "0.0", "-1.0", "7.0", "", ""]
    assert rows[26:] == [
        ["path", "0", "-1.5", "0.8", "", "3.4", "0.5"],
        ["path", "40", "-0.7", "-1.1", "", "2.0", "0.65"],
        ["path", "90", "0.0", "0.0", "", "0.0", ""],
        ["path", "1200", "1.4", "0.6", "", "7.5", "0.2031"],
    ]


@pytest.fixture
def trained(open_window: OpenWindow) -> Person:
    """Somebody whose run has kept the steps 0, 5, 9 and 14, and perhaps some between them, and who sees a landscape."""
    person = open_window(small_project(epochs=50))
    for steps in (5, 4, 5):
        train(person, steps)
    person.bench.views.open("landscape")
    person.bench.views.maximise("landscape")
    QApplication.processEvents()
    return person


def train(person: Person, steps: int) -> None:
    controller = person.bench.controller
    goal = controller.step_count + steps
    controller.step(steps)
    person.qtbot.waitUntil(lambda: controller.step_count == goal and not controller.is_running, timeout=PATIENCE)
    QApplication.processEvents()


def computed(person: Person) -> Landscape:
    """The landscape after a press on Compute."""
    view = person.bench.views.view("landscape")
    assert isinstance(view, Landscape)
    view.choose("resolution", 11)
    before = view.answer
    click(view.row.button, QPointF(view.row.button.rect().center()))
    person.qtbot.waitUntil(lambda: view.answer is not before and not person.bench.inspector.is_busy, timeout=PATIENCE)
    return view


def loss_at(person: Person, step: int) -> float:
    """The loss with the weights that were kept of a step."""
    project, state = person.bench.editor.project, person.bench.controller.moments.at(step)
    assert state is not None
    plan = RunPlan.of(project)
    network, loss = compile_project(project, plan.facts)
    network.load_weights(state.weights)
    return evaluate(network, loss, plan.data.train.x, plan.data.train.y).loss


def test_a_picture_of_another_step_says_so_and_one_press_makes_one_of_this_step(trained: Person) -> None:
    moments = trained.bench.controller.moments
    view = computed(trained)
    assert view.answer is not None
    assert (view.answer.step, view.age.text(), view.row.button.text()) == (14, "", "Compute")
    present = view.answer
    moments.choose(5)
    assert view.answer is present
    assert view.age.isVisible()
    assert view.age.text() == "Around step 14, not step 5, which is shown."
    assert view.age.property("role") == "warning"
    assert view.row.button.text() == "Compute at step 5"
    assert view.path.moment == 5
    computed(trained)
    assert view.answer.step == 5
    assert view.answer.centre == pytest.approx(loss_at(trained, 5), rel=1e-6)
    assert view.age.isHidden()
    assert view.header.note == "step 5"
    moments.choose(None)
    assert view.answer is present, "it was worked out before, so it need not be again"
    assert (view.header.note, view.age.text()) == ("step 14", "")
    moments.choose(5)
    assert view.answer is not None
    assert view.answer.step == 5
    moments.choose(0)
    assert "untrained" in view.age.text()
    assert not trained.bench.inspector.is_busy


def test_when_the_run_goes_on_or_begins_anew_the_picture_says_that_it_is_older(trained: Person) -> None:
    view = computed(trained)
    train(trained, 3)
    assert view.age.text() == "Around step 14; the run is elsewhere by now."
    assert view.row.button.text() == "Compute"
    trained.bench.controller.reset()
    train(trained, 14)
    assert view.answer is not None
    assert view.answer.step == 14
    assert view.age.text().startswith("Worked out before this run began")
    assert view.path.moment is None
    computed(trained)
    assert view.age.isHidden()


def test_along_the_path_the_window_shows_the_components_of_what_it_kept(trained: Person) -> None:
    view = trained.bench.views.view("landscape")
    assert isinstance(view, Landscape)
    view.choose("along", "path")
    computed(trained)
    assert view.answer is not None
    path, moments = view.answer.path, trained.bench.controller.moments
    assert path is not None
    assert tuple(path.steps.tolist()) == moments.timeline.steps
    states = [moments.at(step) for step in path.steps.tolist()]
    rows = np.stack(
        [np.concatenate([each.ravel() for each in state.parameters.values()]) for state in states if state is not None]
    ).astype(np.float64)
    rows -= rows[-1]
    _, sizes, ways = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    np.testing.assert_allclose(view.answer.explained, (sizes**2 / (sizes**2).sum())[:2], rtol=1e-4)
    np.testing.assert_allclose(np.abs(path.places), np.abs(rows @ ways[:2].T), rtol=1e-3, atol=1e-5)
