"""The learning-rate finder asks when somebody wants it, says exact numbers, and changes the plan by one button."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from deepviz.document import edits
from deepviz.engine.optimizers.sgd import SGD
from deepviz.gui.plots.compute_row import ComputeRow
from deepviz.gui.plots.curve import RAW_OPACITY
from deepviz.gui.plots.rate_finder import RANGES, RateFinder
from deepviz.gui.plots.ticks import format_value
from deepviz.gui.settings import RATE_LOG, RATE_RANGE, RATE_STEPS, Settings
from deepviz.gui.theme import DARK, LIGHT
from deepviz.insight.rate_range import RateRange, Rates
from deepviz.insight.subject import Subject
from tests.gui.plots.looks import answer, flat, hover, images, looking, subject_of, tell
from tests.gui.plots.rate_curves import edited, found, place, press, words


@pytest.fixture
def subject() -> Subject:
    return subject_of(images())


@pytest.fixture
def look(subject: Subject, qtbot: QtBot) -> RateFinder:
    return looking(RateFinder, subject, qtbot)


@pytest.fixture
def made_up(look: RateFinder) -> RateFinder:
    press(look)
    look.take_answer(found(), 40)
    return look


# What is asked


def test_nothing_is_asked_until_somebody_wants_it(look: RateFinder) -> None:
    assert look.question() is None
    assert "Press Compute" in look.words.text()
    assert look.words.isVisible()
    assert look.row.progress.isHidden()
    assert look.row.button.isEnabled()
    assert not look.use_button.isEnabled()
    assert look.note.isHidden()


def test_compute_asks_shows_progress_and_can_be_cancelled(look: RateFinder, qtbot: QtBot) -> None:
    with qtbot.waitSignal(look.asked):
        press(look)
    assert look.question() == RateRange(attempt=1)
    assert look.row.button.text() == "Cancel"
    assert "copy of the network is being trained" in look.words.text()
    look.show_progress(0.25)
    assert look.row.progress.value() == 250
    with qtbot.waitSignal(look.asked):
        QTest.keyClick(look.row.button, Qt.Key.Key_Space)
    assert look.question() is None
    assert look.row.button.text() == "Compute"
    look.show_progress(0.5)  # of what was cancelled just now
    assert look.row.progress.value() == 0
    look.set_paused(True)
    look.compute()
    assert not look.is_paused, "who computes wants to see it"
    assert look.question() == RateRange(attempt=2)


def test_the_time_left_follows_from_the_time_that_has_passed(qtbot: QtBot) -> None:
    now = 100.0
    row = ComputeRow("thing", "Work it out", clock=lambda: now)
    qtbot.addWidget(row)
    row.set_busy(True)
    row.show_progress(0.0)
    assert row.time_left.text() == ""
    now = 110.0
    row.show_progress(0.25)
    assert row.time_left.text() == "30 s left"
    row.set_busy(False)
    assert row.time_left.text() == ""
    assert row.button.toolTip() == "Work it out"


def test_a_whole_test_of_a_real_network(look: RateFinder, subject: Subject) -> None:
    look.choose_steps(100)
    press(look)
    answer(look, subject)
    shown = look.answer
    assert shown is not None
    wanted = RateRange(steps=100).answer(subject, lambda share: None)
    np.testing.assert_array_equal(shown.losses, wanted.losses)
    assert look.content.isVisible()
    assert look.header.note == "untrained"
    assert look.question() is None


def test_choices_are_remembered_and_count_from_the_next_time(
    look: RateFinder, subject: Subject, tmp_path: Path, qtbot: QtBot
) -> None:
    settings = Settings(tmp_path / "settings.ini")
    look.take_settings(settings)
    look._range_actions["1e-8 to 0.1"].trigger()
    look._steps_actions[1000].trigger()
    look._log_action.trigger()
    assert look.question() is None
    assert (settings.get(RATE_RANGE), settings.get(RATE_STEPS)) == ("1e-8 to 0.1", 1000)
    assert settings.get(RATE_LOG)
    other = looking(RateFinder, subject, qtbot)
    other.take_settings(settings)
    other.compute()
    assert other.question() == RateRange(1e-8, 0.1, 1000, attempt=1)
    assert other.is_logarithmic
    assert set(RANGES) == set(RATE_RANGE.choices)
    assert (RATE_RANGE.default, RATE_STEPS.default) == ("1e-6 to 10", RateRange().steps)
    assert RANGES[RATE_RANGE.default] == (RateRange().first, RateRange().last)


# What is shown


def test_marks_say_what_was_found_and_what_is_now(made_up: RateFinder) -> None:
    assert words(made_up) == ["suggested 0.0012", "now 0.01", "lowest 0.012", "steepest 0.0051"]
    suggested, now, lowest, steepest = made_up.area.rate_marks
    assert 10**suggested.place == pytest.approx(1.2e-3), "exactly what the button would use"
    assert 10**lowest.place == pytest.approx(1.23456e-2)
    assert (suggested.height, now.height) == (None, None)
    assert made_up.answer is not None
    near = int(np.abs(np.log(made_up.answer.rates / 5.1e-3)).argmin())
    assert steepest.height == made_up.answer.smoothed[near]
    places = made_up.area.word_places()
    assert [each for each, _, _ in places] == words(made_up)
    for number, (_, _, box) in enumerate(places):
        assert made_up.area.frame.adjusted(-1, -1, 1, 1).contains(box)
        assert not any(box.intersects(other) for _, _, other in places[:number])


def test_where_there_is_no_room_values_and_then_the_last_words_are_left_out(made_up: RateFinder) -> None:
    for size in ((190, 196), (220, 160), (170, 120)):
        made_up.resize(*size)
        made_up.grab()
        said = [each for each, _, _ in made_up.area.word_places()]
        assert said
        assert said[0] in ("suggested", "suggested 0.0012")
        assert [each.split()[0] for each in said] == ["suggested", "now", "lowest", "steepest"][: len(said)]
    assert len(said) < 4


def test_both_curves_and_the_marks_are_painted(made_up: RateFinder) -> None:
    shot = made_up.area.grab().toImage()
    color = QColor(DARK.curve(0).color)
    assert count(shot, color) > 100
    faint = QColor(
        *(
            round(RAW_OPACITY * over + (1 - RAW_OPACITY) * under)
            for over, under in zip(color.getRgb()[:3], QColor(DARK.panel).getRgb()[:3], strict=True)
        )
    )
    assert count(shot, faint, 12) > 30
    assert count(shot, QColor(DARK.good)) > 20


def count(shot: QImage, color: QColor, reach: int = 2) -> int:
    """How many pixels are of a colour, or nearly."""
    image = shot.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[:, : image.width(), 2::-1]
    near = np.abs(pixels.astype(int) - np.array(color.getRgb()[:3])).max(axis=2) <= reach
    return int(near.sum())


def test_the_cross_hair_says_exact_numbers(made_up: RateFinder) -> None:
    shown = made_up.answer
    assert shown is not None
    hover(made_up.area.viewport(), place(made_up, float(shown.rates[30])))
    lines = made_up.area.accessibleDescription().splitlines()
    assert lines == [
        f"learning rate {format_value(float(shown.rates[30]), 6)}",
        f"loss of the batch {format_value(float(shown.losses[30]), 6)}",
        f"smoothed {format_value(float(shown.smoothed[30]), 6)}",
    ]
    QTest.keyClick(made_up.area, Qt.Key.Key_Right)
    QTest.keyClick(made_up.area, Qt.Key.Key_Right)
    assert made_up.area.accessibleDescription().splitlines()[2] == f"smoothed {format_value(shown.smoothed[32], 6)}"
    QTest.keyClick(made_up.area, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert made_up.area.accessibleDescription().splitlines()[2] == f"smoothed {format_value(shown.smoothed[22], 6)}"
    QTest.keyClick(made_up.area, Qt.Key.Key_Escape)
    assert made_up.area.pointer is None
    QTest.keyClick(made_up.area, Qt.Key.Key_Right)
    near = float(shown.rates[np.abs(np.log(shown.rates / 1.2e-3)).argmin()])
    assert made_up.area.accessibleDescription().splitlines()[0] == f"learning rate {format_value(near, 6)}"


def test_the_axes_show_where_it_began_and_where_it_was_lowest(made_up: RateFinder) -> None:
    (left, right), (low, high) = made_up.area.x_range, made_up.area.y_range
    assert left < -6 < 1 < right
    assert low < 0.19
    assert 1.01 < high < 2, "the explosion may leave the frame, or nothing else could be seen"
    assert all(position >= 0 for position, _ in made_up.area.marks(low, high, 9)), "no loss here is negative"
    made_up.set_logarithmic(True)
    low, high = made_up.area.y_range
    curve = made_up.picture.curve
    assert made_up.answer is not None
    assert low < math.log10(made_up.answer.smoothed.min()) - 0.05
    assert 0 < high < 1
    np.testing.assert_allclose(curve.y, np.log10(made_up.answer.smoothed))
    made_up.grab()


def test_a_present_rate_beyond_those_tried_is_still_in_sight(look: RateFinder, subject: Subject) -> None:
    tell(look, edited(subject, lambda project: edits.set_optimizer(project, SGD(learning_rate=500.0))))
    look.compute()
    look.take_answer(found(), 0)
    assert look.area.x_range[1] > math.log10(500)
    assert "now 500" in words(look)


@pytest.mark.parametrize("losses", [0.0, -1.0, 3e38, math.nan])
def test_whatever_the_losses_are_it_can_be_painted(look: RateFinder, losses: float) -> None:
    look.compute()
    rates = 10 ** np.linspace(-6, 1, 30)
    look.take_answer(Rates(rates, np.full(30, losses), np.full(30, losses), 1e-6, None, None, False), 0)
    for _ in range(2):
        assert not look.grab().isNull()
        QTest.keyClick(look.area, Qt.Key.Key_Right)
        look.set_logarithmic(not look.is_logarithmic)
    assert all(math.isfinite(each) for each in (*look.area.x_range, *look.area.y_range))


def test_zooming_and_going_back(made_up: RateFinder) -> None:
    whole = made_up.area.x_range
    QTest.keyClick(made_up.area, Qt.Key.Key_Plus)
    assert made_up.header.follow_button.isVisible()
    assert made_up.area.x_range != whole
    QTest.keyClick(made_up.area, Qt.Key.Key_Home)
    assert made_up.area.x_range == whole
    assert made_up.header.follow_button.isHidden()


# What is open


def test_what_the_curve_does_not_depend_on_leaves_it(made_up: RateFinder, subject: Subject) -> None:
    tell(made_up, edited(subject, lambda project: edits.move(project, {"dense_1": (700.0, 80.0)})))
    assert made_up.answer is not None
    made_up.show_moment(3)
    assert made_up.answer is not None
    other = SGD(learning_rate=0.01)
    tell(made_up, edited(subject, lambda project: edits.set_optimizer(project, other)))
    assert made_up.answer is None
    assert "Press Compute" in made_up.words.text()


def test_an_edit_of_the_network_while_it_is_computed_calls_it_off(look: RateFinder) -> None:
    look.compute()
    tell(look, subject_of(flat()))
    assert look.question() is None
    assert look.row.button.text() == "Compute"


def test_an_unanswerable_question_is_said_in_words(made_up: RateFinder) -> None:
    made_up.compute()
    made_up.take_refusal("All layers are frozen, so no learning rate makes a difference. Let one of them learn.")
    assert "All layers are frozen" in made_up.words.text()
    assert made_up.words.isVisible()
    assert not made_up.use_button.isEnabled()
    assert made_up.row.button.text() == "Compute"
    made_up.compute()
    assert "being trained" in made_up.words.text()


def test_with_problems_there_is_nothing_to_compute(look: RateFinder, subject: Subject) -> None:
    tell(look, edited(subject, lambda project: edits.delete(project, ["loss_1"])))
    assert not look.row.button.isEnabled()
    look.compute()
    assert look.question() is None
    assert "cannot be run yet" in look.words.text()


def test_files_have_every_number(made_up: RateFinder, tmp_path: Path) -> None:
    made_up.apply_theme(LIGHT)
    for suffix in ("png", "svg", "csv"):
        made_up.save(tmp_path / f"rates.{suffix}")
        assert (tmp_path / f"rates.{suffix}").stat().st_size > 1000
    assert "suggested 0.0012" in (tmp_path / "rates.svg").read_text()
    with (tmp_path / "rates.csv").open() as file:
        head, *rows = csv.reader(file)
    assert head == ["learning rate", "loss", "smoothed loss"]
    shown = made_up.answer
    assert shown is not None
    wanted = np.stack([shown.rates, shown.losses, shown.smoothed], axis=1)
    np.testing.assert_array_equal(np.array(rows, float), wanted)
