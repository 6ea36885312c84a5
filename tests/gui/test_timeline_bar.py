"""The timeline offers the kept steps where they are in the run, and takes all views to one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.theme import DARK, LIGHT
from deepviz.gui.timeline_bar import EMPTY_HINT, HINT, TimelineBar
from deepviz.gui.timeline_slider import END

LEFT = Qt.MouseButton.LeftButton
STEPS = (0, 100, 150, 800)


@pytest.fixture
def bar(qtbot: QtBot) -> Iterator[TimelineBar]:
    """A timeline of a run of 1,000 steps, of which four were kept."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 80)
    made = TimelineBar()
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(made)
    column.addWidget(QPushButton("below"))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    made.show_steps(STEPS, 1000)
    QApplication.processEvents()
    yield made
    window.hide()  # and until now it is there


@pytest.fixture
def chosen(bar: TimelineBar) -> list[int | None]:
    """What the timeline has told."""
    told: list[int | None] = []
    bar.moment_chosen.connect(told.append)
    return told


def x_of(bar: TimelineBar, step: int) -> int:
    """Where a step of the run is, in pixels of the slider."""
    return round(END + step / 1000 * (bar.slider.width() - 2 * END))


def at(bar: TimelineBar, step: int) -> QPoint:
    return QPoint(x_of(bar, step), bar.slider.height() // 2)


def test_places_are_where_the_steps_are_in_the_run(bar: TimelineBar) -> None:
    for number, step in enumerate((*STEPS, 1000)):
        assert bar.slider.x_of(number) == pytest.approx(END + step / 1000 * (bar.slider.width() - 2 * END))
    assert bar.slider.maximum() == len(STEPS)


def test_in_the_present_it_says_so_and_offers_nothing_else(bar: TimelineBar) -> None:
    assert bar.label.text() == "step 1\u202f000 · now"
    assert bar.hint.isVisible()
    assert bar.hint.text() == HINT
    assert not bar.live_button.isVisible()
    assert not bar.branch_button.isVisible()
    assert bar.moment is None


@pytest.mark.parametrize(
    ("press", "step"), [(0, 0), (40, 0), (90, 100), (140, 150), (500, 800), (880, 800), (950, None)]
)
def test_a_press_goes_to_the_nearest_kept_step(
    bar: TimelineBar, chosen: list[int | None], press: int, step: int | None
) -> None:
    QTest.mouseClick(bar.slider, LEFT, pos=at(bar, press))
    assert chosen == ([] if step is None else [step])
    assert bar.moment == step
    last = "1\u202f000"
    assert bar.label.text() == (f"step {last} · now" if step is None else f"step {step} of {last}")
    assert bar.slider.accessibleDescription() == bar.label.text()


def test_a_drag_goes_through_the_kept_steps_and_leaves_everything_in_its_place(
    bar: TimelineBar, chosen: list[int | None]
) -> None:
    places = {each: each.geometry() for each in (bar, bar.slider, bar.label)}
    QTest.mousePress(bar.slider, LEFT, pos=at(bar, 1000))
    for step in (990, 850, 700, 200, 160, 120, 10):
        QTest.mouseMove(bar.slider, at(bar, step))
        QApplication.processEvents()
        assert {each: each.geometry() for each in places} == places
    QTest.mouseMove(bar.slider, at(bar, 900))
    QTest.mouseRelease(bar.slider, LEFT, pos=at(bar, 900))
    QTest.mouseMove(bar.slider, at(bar, 100))  # it was let go
    assert chosen in ([800, 150, 100, 0, 800], [800, 150, 100, 0, None])  # 900 lies between both
    assert bar.live_button.isVisible() == (chosen[-1] is not None)


def test_keys_go_from_one_kept_step_to_the_next(bar: TimelineBar, chosen: list[int | None]) -> None:
    bar.slider.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_End):
        QTest.keyClick(bar.slider, key)
    assert chosen == [800, 150, 0, 100, None]


def test_back_to_now_by_mouse_and_by_keyboard(bar: TimelineBar, chosen: list[int | None]) -> None:
    QTest.mouseClick(bar.slider, LEFT, pos=at(bar, 100))
    assert not bar.hint.isVisible()
    QTest.mouseClick(bar.live_button, LEFT)
    assert chosen == [100, None]
    assert bar.hint.isVisible()
    QTest.mouseClick(bar.slider, LEFT, pos=at(bar, 100))
    bar.live_button.setFocus()
    QTest.keyClick(bar.live_button, Qt.Key.Key_Space)
    assert bar.moment is None
    assert bar.slider.hasFocus(), "the button is gone; the keyboard stays in the row"


def test_a_branch_is_of_the_step_that_is_shown(bar: TimelineBar, qtbot: QtBot) -> None:
    QTest.mouseClick(bar.slider, LEFT, pos=at(bar, 150))
    with qtbot.waitSignal(bar.branch_wanted) as told:
        QTest.mouseClick(bar.branch_button, LEFT)
    assert told.args == [150]


def test_while_the_run_goes_on_the_step_stays_and_moves_to_the_left(bar: TimelineBar, chosen: list[int | None]) -> None:
    bar.show_moment(150)
    assert chosen == [], "whoever says so knows it"
    before = bar.slider.x_of(bar.slider.value())
    bar.show_steps((*STEPS, 1900), 2000)
    assert bar.moment == 150
    assert chosen == []
    assert bar.slider.x_of(bar.slider.value()) < before
    assert bar.label.text() == "step 150 of 2\u202f000"


def test_where_the_shown_step_was_let_go_the_nearest_one_is_shown(bar: TimelineBar, chosen: list[int | None]) -> None:
    bar.show_moment(100)
    bar.show_steps((0, 150, 800), 1000)
    assert chosen == [150]
    assert bar.moment == 150
    bar.show_steps((), 0)
    assert chosen == [150, None]
    assert not bar.slider.isEnabled()


def test_with_one_kept_step_there_is_nothing_to_choose(bar: TimelineBar) -> None:
    for steps in ((), (0,)):
        bar.show_steps(steps, 5)
        assert not bar.slider.isEnabled()
        assert bar.hint.text() == EMPTY_HINT
    bar.show_steps((0, 3), 5)
    assert bar.slider.isEnabled()
    assert bar.hint.text() == HINT


def test_a_wheel_that_passes_by_takes_no_view_back(bar: TimelineBar, chosen: list[int | None]) -> None:
    turn(bar)
    assert chosen == []
    bar.slider.setFocus()
    turn(bar)
    assert chosen


def turn(bar: TimelineBar) -> None:
    """One notch of the wheel over the slider."""
    place = QPointF(20, 10)
    far = QPointF(bar.slider.mapToGlobal(QPoint(20, 10)))
    notch, none = QPoint(0, -120), QPoint(0, 0)
    QApplication.sendEvent(
        bar.slider,
        QWheelEvent(
            place, far, none, notch, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_the_handle_is_calm_in_the_present_and_strong_in_the_past(bar: TimelineBar, theme: object) -> None:
    look = LIGHT if theme is LIGHT else DARK
    bar.apply_theme(look)
    accent = QColor(look.accent)
    assert amount(bar, accent) == 0
    bar.show_moment(800)
    assert amount(bar, accent) > 100
    marks = [x for x in range(bar.slider.width()) if pixel(bar, x, 20) == QColor(look.faint).name()]
    assert len(marks) >= 3


def amount(bar: TimelineBar, color: QColor) -> int:
    image = bar.slider.grab().toImage()
    return sum(image.pixelColor(x, y) == color for x in range(image.width()) for y in range(image.height()))


def pixel(bar: TimelineBar, x: int, y: int) -> str:
    return str(bar.slider.grab(bar.slider.rect()).toImage().pixelColor(x, y).name())


def test_hundreds_of_kept_steps_can_be_painted_and_chosen(bar: TimelineBar, chosen: list[int | None]) -> None:
    steps = tuple(range(0, 100_000, 417))
    bar.show_steps(steps, 100_000)
    assert not bar.grab().isNull()
    for x in range(0, bar.slider.width(), 7):
        number = bar.slider.place_at(x)
        assert abs(bar.slider.x_of(number) - x) == min(abs(bar.slider.x_of(each) - x) for each in range(len(steps) + 1))
    bar.slider.setFocus()
    QTest.keyClick(bar.slider, Qt.Key.Key_Left)
    assert chosen == [steps[-1]]


def test_where_room_is_short_the_slider_has_most_of_it(qtbot: QtBot) -> None:
    bar = TimelineBar()
    qtbot.addWidget(bar)
    bar.show()
    for steps in ((), (10, 20, 30)):
        bar.show_steps(steps, 45_000)
        bar.resize(518, 34)
        bar.layout().activate()
        assert bar.slider.width() > 0.3 * bar.width()
        assert bar.hint.toolTip() == (HINT if steps else EMPTY_HINT)
        bar.resize(775, 34)
        assert bar.hint.text() == (HINT if steps else EMPTY_HINT)
    assert (bar.live_button.accessibleName(), bar.branch_button.accessibleName()) == ("Back to now", "Branch from here")
