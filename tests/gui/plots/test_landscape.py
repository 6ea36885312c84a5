"""A landscape is computed when somebody asks, can be left, and says exact losses."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.engine.evaluation import evaluate
from deepviz.gui.plots.compute_row import time_in_words
from deepviz.gui.plots.landscape import Landscape
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import LANDSCAPE_FORM, LANDSCAPE_POINTS, LANDSCAPE_SCALE, Settings
from deepviz.gui.theme import DARK, LIGHT, viridis
from deepviz.insight.landscape import Landscape as Ask
from deepviz.insight.landscape import Surface
from deepviz.insight.subject import Subject
from tests.gui.plots.looks import answer, click, flat, hover, images, looking, subject_of, tell


@pytest.fixture
def subject() -> Subject:
    return subject_of(flat())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> Landscape:
    made = looking(Landscape, subject, qtbot)
    made.choose("resolution", 11)
    return made


@pytest.fixture
def computed(look: Landscape, subject: Subject) -> Landscape:
    click(look.row.button, QPointF(look.row.button.rect().center()))
    answer(look, subject)
    return look


def losses() -> np.ndarray:
    """Losses of a landscape of 3 x 3, all different."""
    return np.array([[4.0, 2.0, 3.0], [1.5, 0.5, 100.0], [np.inf, 7.0, 8.0]])


def surface(values: np.ndarray, step: int = 0) -> Surface:
    ys = np.array([-1.0, 0.0, 1.0]) if len(values) > 1 else np.zeros(1)
    return Surface(np.array([-1.0, 0.0, 1.0]), ys, values, 100, 400, 10, 12, 3, step)


@pytest.mark.parametrize("value", [0.0, 2.5, 1e30])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_loss_that_is_the_same_everywhere(look: Landscape, value: float, directions: int, logarithmic: bool) -> None:
    look.choose_scale("log" if logarithmic else "linear")
    look.take_answer(surface(np.full((3, 3) if directions == 2 else (1, 3), value)), 0)
    QTest.keyClick(look.area, Qt.Key.Key_Left)
    assert look.area.pointer is not None
    assert look.area.pointer.readings[0].value == format_value(value, 6)
    assert not look.grab().isNull()


def test_nothing_is_asked_until_somebody_wants_it(look: Landscape) -> None:
    assert look.question() is None
    assert "Press Compute" in look.words.text()
    assert look.words.isVisible()
    assert look.row.button.isEnabled()
    assert look.row.progress.isHidden()


def test_compute_asks_shows_progress_and_can_be_cancelled(look: Landscape, qtbot: QtBot) -> None:
    with qtbot.waitSignal(look.asked):
        click(look.row.button, QPointF(look.row.button.rect().center()))
    assert look.question() == Ask(resolution=11, attempt=1)
    assert look.row.button.text() == "Cancel"
    look.show_progress(0.0)
    look.show_progress(0.25)
    assert look.row.progress.value() == 250
    assert look.row.time_left.text() == "1 s left"
    with qtbot.waitSignal(look.asked):
        QTest.keyClick(look.row.button, Qt.Key.Key_Space)
    assert look.question() is None
    assert look.row.button.text() == "Compute"
    assert look.row.progress.isHidden()
    look.show_progress(0.5)  # of what was cancelled just now
    assert look.row.progress.value() == 0


def test_the_loss_at_the_centre_is_that_of_the_samples(computed: Landscape, subject: Subject) -> None:
    train = subject.data.train
    wanted = evaluate(subject.network, subject.loss, train.x, train.y).loss
    assert computed.answer is not None
    assert computed.answer.centre == wanted
    assert (
        f"Around the untrained weights (+): mean loss {format_value(wanted, 6)} of all 480 training"
        in computed.area.caption
    )
    assert computed.question() is None
    assert computed.row.button.text() == "Compute"
    computed.compute()
    assert computed.question() == Ask(resolution=11, attempt=2), "asked for anew, it is worked out anew"


def test_the_cross_hair_stands_at_computed_points_and_says_them(computed: Landscape) -> None:
    found = computed.answer
    assert found is not None
    hover(computed.area, computed.area.pixel(0.41, -0.77))
    column, row = 7, 1
    lines = computed.area.accessibleDescription().splitlines()
    assert lines[0] == f"a {format_value(float(found.xs[column]))} · b {format_value(float(found.ys[row]))}"
    assert lines[1] == f"loss {format_value(float(found.losses[row, column]), 6)}"
    assert lines[2] == f"more than at + {format_value(float(found.losses[row, column]) - found.centre, 6)}"
    QTest.keyClick(computed.area, Qt.Key.Key_Up)
    QTest.keyClick(computed.area, Qt.Key.Key_Right)
    lines = computed.area.accessibleDescription().splitlines()
    assert lines[1] == f"loss {format_value(float(found.losses[row + 1, column + 1]), 6)}"
    QTest.keyClick(computed.area, Qt.Key.Key_Escape)
    QTest.keyClick(computed.area, Qt.Key.Key_Down)
    assert computed.area.accessibleDescription().splitlines()[0] == "a 0 · b 0"


def test_colours_of_the_map_are_those_of_the_losses(look: Landscape) -> None:
    look.take_answer(surface(losses(), 4), 4)
    shot = look.area.grab().toImage()

    def color(a: float, b: float) -> str:
        place = look.area.pixel(a, b) + QPointF(11, 8)  # beside the cross in the middle
        return shot.pixelColor(int(place.x()), int(place.y())).name()

    assert color(-1, 1) == DARK.bad  # not finite
    assert color(0, 0) == look.paint.color(0.5) == "#440154"  # the lowest end of viridis
    assert color(1, 0) == look.paint.color(100.0) == "#fde725"  # the highest
    look.choose_scale("log")
    shot = look.area.grab().toImage()
    assert color(1, 0) == "#fde725"
    low, high = np.log10(0.5), np.log10(100.0)
    share = (np.log10(8.0) - low) / (high - low)
    assert color(1, 1) == "#" + bytes(viridis()[round(255 * share)]).hex()
    assert look.header.note == "step 4"


@pytest.mark.parametrize(
    ("values", "is_log"),
    [((0.008, 0.69, 20.0), True), ((1.0, 3.0, 29.9), False), ((0.0, 0.69, 20.0), False), ((0.5, 20.0, np.nan), True)],
)
def test_losses_far_apart_are_told_apart_by_their_logarithms(
    look: Landscape, values: tuple[float, ...], is_log: bool
) -> None:
    look.take_answer(surface(np.tile(values, (3, 1))), 0)
    assert look.paint.is_logarithmic == is_log
    QTest.keyClick(look.area, Qt.Key.Key_L)
    assert look.paint.is_logarithmic != is_log
    QTest.keyClick(look.area, Qt.Key.Key_L)
    assert look.paint.is_logarithmic == is_log
    assert look.scale_menu.actions["log" if is_log else "linear"].isChecked()


def test_lines_of_equal_loss_are_at_round_losses_of_every_power_of_ten(look: Landscape) -> None:
    look.take_answer(surface(np.tile((0.008, 0.69, 20.0), (3, 1))), 0)
    levels = [1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
    assert 10.0 ** np.array(look.paint._levels()) == pytest.approx(levels)
    # Logarithms are joined by straight lines: 0.1 is so far of the way from 0.008 to 0.69, in the first square.
    share = np.log(0.1 / 0.008) / np.log(0.69 / 0.008)
    np.testing.assert_allclose(look.paint._lines[3][..., 0], share - 1.0)


def test_one_direction_is_a_curve(look: Landscape, subject: Subject) -> None:
    look.choose("directions", 1)
    look.compute()
    answer(look, subject)
    assert look.answer is not None
    assert look.answer.losses.shape == (1, 11)
    assert look.area.y_title == "loss"
    hover(look.area, QPointF(look.area.pixel(0.6, 0.0).x(), look.area.frame.center().y()))
    loss = float(look.answer.losses[0, 8])
    assert look.area.accessibleDescription().splitlines()[:2] == ["a 0.6", f"loss {format_value(loss, 6)}"]
    assert look.area.pointer_height == loss
    look.choose_scale("log")
    assert "logarithm" in look.area.y_title
    shown = look.area.window_shown
    assert shown.low < np.log10(look.answer.losses.min()) < np.log10(look.answer.losses.max()) < shown.high
    look.grab()
    look.take_answer(surface(losses()[2:]), 0)  # with a gap
    look.grab()


def test_choices_are_remembered_and_count_from_the_next_time(
    look: Landscape, subject: Subject, tmp_path: Path, qtbot: QtBot
) -> None:
    settings = Settings(tmp_path / "settings.ini")
    look.take_settings(settings)
    look.choices._actions["resolution"][31].trigger()
    look.choices._actions["directions"][1].trigger()
    look.choices._actions["reach"][0.25].trigger()
    look.scale_menu.actions["log"].trigger()
    assert look.question() is None
    assert (settings.get(LANDSCAPE_POINTS), settings.get(LANDSCAPE_FORM)) == (31, "curve")
    assert settings.get(LANDSCAPE_SCALE) == "log"
    other = looking(Landscape, subject, qtbot)
    other.take_settings(settings)
    other.compute()
    assert other.question() == Ask(directions=1, resolution=31, reach=0.25, attempt=1)
    seed = next(each for each in other.menu.actions() if each.text() == "Other random directions")
    other.cancel()
    seed.trigger()
    other.compute()
    question = other.question()
    assert question is not None
    assert question.seed == 1


def test_an_edit_of_the_network_leaves_what_was_computed(computed: Landscape, qtbot: QtBot) -> None:
    computed.compute()
    tell(computed, subject_of(images()))
    assert computed.answer is None
    assert computed.question() is None
    assert computed.row.button.text() == "Compute"
    assert computed.words.isVisible()


def test_a_refusal_is_said_in_place(look: Landscape) -> None:
    look.compute()
    look.take_refusal("Some weights are not finite, so there is nothing around them. Train anew.")
    assert "Train anew" in look.words.text()
    assert look.row.button.text() == "Compute"
    assert look.question() is None


def test_another_moment_does_not_take_the_landscape_away(computed: Landscape, subject: Subject) -> None:
    before = computed.answer
    computed.show_moment(3)
    assert computed.answer is before
    assert computed.question() is None


def test_zooming_and_going_back(computed: Landscape) -> None:
    whole = computed.area.window_shown
    QTest.keyClick(computed.area, Qt.Key.Key_Plus)
    assert computed.header.follow_button.isVisible()
    assert computed.area.window_shown != whole
    QTest.keyClick(computed.area, Qt.Key.Key_Home)
    assert computed.area.window_shown == whole


def test_files_have_every_loss(computed: Landscape, tmp_path: Path) -> None:
    computed.apply_theme(LIGHT)
    for suffix in ("png", "svg", "csv"):
        computed.save(tmp_path / f"landscape.{suffix}")
        assert (tmp_path / f"landscape.{suffix}").stat().st_size > 1000
    with (tmp_path / "landscape.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["what", "step", "a", "b", "loss", "distance", "share of distance in plane"]
    assert computed.answer is not None
    assert [float(each) for each in rows[1 + 11 * 2 + 5][1:5]] == [
        0.0,
        0.0,
        computed.answer.ys[2],
        computed.answer.losses[2, 5],
    ]


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (8.3, "9 s"), (99, "99 s"), (101, "2 min")])
def test_time_in_words(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words
