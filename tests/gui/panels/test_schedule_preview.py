"""The learning rate as planned is shown before training, and can be read at any step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from deepviz.engine import schedules
from deepviz.gui.panels.schedule_curve import RunAhead
from deepviz.gui.panels.schedule_preview import DEPENDS, SchedulePreview
from tests.e2e.window import colors_of

STAIRS = RunAhead(schedules.StepDecay(decay_rate=0.1, decay_steps=40), 0.02, epochs=6, steps_per_epoch=20)


@pytest.fixture
def preview(show: Callable[..., QWidget]) -> SchedulePreview:
    made = SchedulePreview()
    show(made, 260, 200)
    made.show_run(STAIRS)
    return made


def test_the_curve_has_the_learning_rates_over_the_epochs(preview: SchedulePreview) -> None:
    epochs, rates = preview.plane.points
    assert epochs.tolist() == [step / 20 for step in range(120)]
    np.testing.assert_allclose(rates, [0.02] * 40 + [0.002] * 40 + [0.0002] * 40)
    assert colors_of(preview.plane)[preview.plane._theme.curve(0).color] > 40


def test_the_pointer_reads_the_exact_value_of_a_step(preview: SchedulePreview) -> None:
    plane = preview.plane
    frame = plane._axes().frame
    QTest.mouseMove(plane, QPoint(round(frame.left() + frame.width() * 50.5 / 120), round(frame.center().y())))
    reading = plane.reading()
    assert reading is not None
    assert reading.heading == "step 51 · epoch 3"
    assert reading.readings[0].value == "0.002"
    assert "step 51 · epoch 3: 0.002" in plane.accessibleDescription()
    QTest.mouseMove(plane, QPoint(2, 2))
    assert plane.reading() is None


def test_the_keyboard_moves_from_epoch_to_epoch(preview: SchedulePreview) -> None:
    plane = preview.plane
    plane.setFocus(Qt.FocusReason.TabFocusReason)
    steps = []
    shift = Qt.KeyboardModifier.ShiftModifier
    for key, keys in (
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, shift),
        (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
    ):
        QTest.keyClick(plane, key, keys)
        steps.append(plane.pointed_step)
    assert steps == [0, 20, 21, 119, 119, 99, 0, None]


def test_decades_are_shown_on_request_also_below_a_rate_of_zero(preview: SchedulePreview) -> None:
    told: list[bool] = []
    preview.log_changed.connect(told.append)
    QTest.mouseClick(preview.log_button, Qt.MouseButton.LeftButton)
    assert told == [True]
    axes = preview.plane._axes()
    first, second, third = (axes.y_of(axes.height_of(rate)) for rate in (0.02, 0.002, 0.0002))
    assert third - second == pytest.approx(second - first)
    warm = RunAhead(schedules.Constant(warmup_steps=10), 0.02, epochs=1, steps_per_epoch=30)
    preview.show_run(warm)
    axes = preview.plane._axes()
    assert axes.y_of(axes.height_of(0.0)) > axes.y_of(axes.height_of(0.002))
    assert axes.frame.top() <= axes.y_of(axes.height_of(0.02)) <= axes.frame.bottom()
    assert "0" in [tick.label for tick in axes.ticks]
    preview.grab()
    preview.set_logarithmic(False)
    assert told == [True], "only a person is told of"


def test_what_depends_on_the_loss_says_so(preview: SchedulePreview) -> None:
    assert not preview.note.isVisible()
    preview.show_run(RunAhead(schedules.ReduceOnPlateau(), 0.1, 5, 10))
    assert preview.note.said == DEPENDS
    assert preview.note.isVisible()
    assert set(preview.plane.points[1].tolist()) == {0.1}


def test_without_data_it_is_not_known(preview: SchedulePreview) -> None:
    preview.show_run(None)
    assert len(preview.plane.points[0]) == 0
    assert not preview.log_button.isEnabled()
    assert "no data" in preview.plane.accessibleDescription()
    QTest.keyClick(preview.plane, Qt.Key.Key_Right)
    QTest.mouseMove(preview.plane, preview.plane.rect().center())
    assert preview.plane.reading() is None
    preview.grab()


def test_it_is_told_in_words(preview: SchedulePreview) -> None:
    words = preview.plane.accessibleDescription()
    assert words == "from 0.02 to 2e-4, between 2e-4 and 0.02, in 6 epochs of 20 steps."


def test_a_run_of_one_step_is_a_point(preview: SchedulePreview) -> None:
    preview.show_run(RunAhead(schedules.Constant(), 0.1, 1, 1))
    QApplication.processEvents()
    assert colors_of(preview.plane)[preview.plane._theme.curve(0).color] > 0
