"""The bar at the top: it follows its actions, counts exactly, and has room for the longest words at the least width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QMenu
from pytestqt.qtbot import QtBot

from deepviz.document.project import Project
from deepviz.gui import actions as action_table
from deepviz.gui.editor import Editor
from deepviz.gui.panels.learning_rate import LearningRateSlider
from deepviz.gui.theme import DARK, LIGHT
from deepviz.gui.top_bar import TopBar
from tests.e2e.window import OpenWindow, Person, small_project

LEFT = Qt.MouseButton.LeftButton
THIN = "\u202f"


class Made:
    """A bar with actions that note what was run."""

    def __init__(self, qtbot: QtBot) -> None:
        self.owner, self.run = QObject(), []
        runs: dict[str, Callable[[], object]] = {
            row.key: (lambda key=row.key: self.run.append(key)) for row in action_table.ROWS
        }
        self.actions: dict[str, QAction] = action_table.build(self.owner, runs)
        self.menu, self.editor = QMenu(), Editor(Project())
        self.bar = TopBar(self.actions, self.menu, LearningRateSlider(self.editor), DARK)
        qtbot.addWidget(self.bar)
        qtbot.addWidget(self.menu)
        self.bar.resize(1280, 52)
        self.bar.show()
        qtbot.waitExposed(self.bar)


@pytest.fixture
def made(qtbot: QtBot) -> Made:
    return Made(qtbot)


def test_buttons_run_their_actions(made: Made) -> None:
    bar = made.bar
    for button in (bar._undo, bar._redo, bar.run_button, bar.step_button, bar.reset_button, bar.export_button):
        QTest.mouseClick(button, LEFT)
    assert made.run == ["undo", "redo", "run", "step", "reset", "export"]
    assert bar.menu_button.menu() is made.menu


def test_buttons_follow_whether_their_actions_are_possible(made: Made) -> None:
    bar = made.bar
    pairs = {"undo": bar._undo, "redo": bar._redo, "run": bar.run_button, "step": bar.step_button}
    for key, button in pairs.items():
        made.actions[key].setEnabled(False)
        assert not button.isEnabled(), key
        QTest.mouseClick(button, LEFT)
        made.actions[key].setEnabled(True)
        assert button.isEnabled(), key
    assert made.run == []
    made.actions["undo"].setText("Undo Add Dense")
    assert bar._undo.accessibleName() == "Undo Add Dense"


def test_a_bar_made_after_an_action_was_disabled_shows_it(qtbot: QtBot) -> None:
    owner = QObject()
    actions = action_table.build(owner, {row.key: lambda: None for row in action_table.ROWS})
    actions["reset"].setEnabled(False)
    actions["undo"].setEnabled(False)
    bar = TopBar(actions, QMenu(), LearningRateSlider(Editor(Project())), DARK)
    qtbot.addWidget(bar)
    assert not bar.reset_button.isEnabled()
    assert not bar._undo.isEnabled()


def test_actions_may_outlive_the_bar(qtbot: QtBot) -> None:
    owner = QObject()
    actions = action_table.build(owner, {row.key: lambda: None for row in action_table.ROWS})
    bar = TopBar(actions, QMenu(), LearningRateSlider(Editor(Project())), DARK)
    with qtbot.waitSignal(bar.destroyed):
        bar.deleteLater()
    for action in actions.values():
        action.setEnabled(False)
        action.setText("gone")


def test_workspaces_are_chosen_one_at_a_time(made: Made, qtbot: QtBot) -> None:
    buttons = made.bar._workspace_buttons
    for name in ("build", "train"):
        with qtbot.waitSignal(made.bar.workspace_chosen) as chosen:
            QTest.mouseClick(buttons[name], LEFT)
        assert chosen.args == [name]
    made.bar.show_workspace("build")
    assert [name for name, button in buttons.items() if button.isChecked()] == ["build"]


@pytest.mark.parametrize(
    ("figures", "words", "share"),
    [
        ((0, 50, 0, 750, ""), ("50 epochs", ""), (0, 750)),
        ((1, 50, 1, 750, "12 s left"), ("epoch 1 of 50", "12 s left"), (1, 750)),
        ((3, 1000, 45, 15_000, "paused"), (f"epoch 3 of 1{THIN}000", "paused"), (45, 15_000)),
        ((2, 1, 30, 15, "finished"), ("epoch 2 of 1", "finished"), (15, 15)),  # epochs were taken away meanwhile
        ((0, 50, 0, 0, ""), ("50 epochs", ""), (0, 1)),  # no data: Qt would take 0 of 0 for a run of unknown length
    ],
)
def test_progress_is_exact(
    made: Made, figures: tuple[int, int, int, int, str], words: tuple[str, str], share: tuple[int, int]
) -> None:
    made.bar.show_progress(*figures)
    assert (made.bar._epoch.text(), made.bar._left.text()) == words
    assert (made.bar._bar.value(), made.bar._bar.maximum()) == share


def test_the_run_button_changes_words_and_icon(made: Made) -> None:
    bar = made.bar

    def icon() -> bytes:
        return bytes(bar.run_button.icon().pixmap(16, 16).toImage().constBits())

    bar.show_running(False, "Run")
    triangle = icon()
    bar.show_running(True, "Pause")
    assert bar.run_button.text() == "Pause"
    assert icon() != triangle
    bar.show_running(False, "Resume")
    assert icon() == triangle
    bar.apply_theme(LIGHT)
    assert icon() != triangle, "the icon takes the colours of the theme"


def test_a_long_name_is_shortened_and_told_in_full(made: Made) -> None:
    name = "a project with quite a long name, " * 4
    made.bar.show_project(name, edited=True)
    label = made.bar._project
    assert "…" in label.text()
    assert QFontMetrics(label.font()).horizontalAdvance(label.text()) <= label.width()
    assert name in label.toolTip()
    assert "unsaved" in label.toolTip()
    made.bar.show_project("iris", edited=False)
    assert label.text() == label.toolTip() == "iris"
    made.bar.show_project("a long name of a net, copy of epoch 20", edited=True, short="net, epoch 20")
    metrics = QFontMetrics(label.font())
    if metrics.horizontalAdvance("net, epoch 20 •") <= label.width():
        assert label.text() == "net, epoch 20 •"
    else:
        assert label.text().endswith("20 •"), "the number by which copies are told apart stays"
    assert label.toolTip().startswith("a long name of a net, copy of epoch 20")
    made.bar.resize(2400, 52)
    assert label.text() == "a long name of a net, copy of epoch 20 •"
    made.bar.show_project(name[:60], edited=False)
    assert label.text() == name[:60]


@pytest.mark.parametrize(
    ("width", "figures"),
    [
        (0, (2999, 3000, 1, 2, "9 min 59 s left")),
        (0, (1, 50, 1, 2, "not started")),
        (0, (99_999, 99_999, 1, 2, "59 min 59 s left")),
        (0, (99_999, 99_999, 1, 2, "stopped early")),
        (0, (0, 1_000_000, 0, 2, "not started")),
        (0, (999_999, 1_000_000, 1, 2, "100 h 59 min left")),
        (1280, (999_999, 1_000_000, 1, 2, "23 h 59 min left")),
    ],
)
@pytest.mark.parametrize("words", ["Pause", "Resume", "Train on"])
def test_nothing_is_cut_off(
    open_window: OpenWindow, width: int, figures: tuple[int, int, int, int, str], words: str
) -> None:
    person: Person = open_window(small_project())
    bar, window = person.bench.top_bar, person.bench.window
    window.resize(width or window.minimumWidth(), 768)
    assert window.minimumWidth() <= 1280
    bar.show_progress(*figures)
    bar.show_running(words == "Pause", words)
    person.qtbot.waitUntil(lambda: bar.width() == window.width())
    bar.layout().activate()
    assert bar.minimumSizeHint().width() <= bar.width()
    for widget in bar.findChildren(QLabel) + bar.findChildren(QAbstractButton):
        if widget is not bar._project and widget.isVisible():
            assert widget.width() >= widget.minimumSizeHint().width(), widget.text()
            assert widget.mapTo(bar, widget.rect().bottomRight()).x() < bar.width(), widget.text()


def test_where_room_is_short_words_give_way_to_icons_with_names(open_window: OpenWindow) -> None:
    bench = open_window(small_project()).bench
    bar, window = bench.top_bar, bench.window
    assert window.minimumWidth() <= 1024
    words = {
        1280: ("Step", "Reset", "Export…"),
        1160: ("", "", "Export…"),
        1024: ("", "", ""),
        1281: ("Step", "Reset", "Export…"),
    }
    for width, texts in words.items():
        window.resize(width, 700)
        assert window.width() == width
        bar.layout().activate()
        buttons = bar.step_button, bar.reset_button, bar.export_button
        assert tuple(button.text() for button in buttons) == texts, width
        assert bar.minimumSizeHint().width() <= bar.width()
        for button, name in zip(buttons, ("Step", "Reset", "Export weights…"), strict=True):
            assert button.accessibleName() == name
            assert button.toolTip()
            assert button.text() or not button.icon().isNull(), "it shows a word or an icon"
        assert bench.top_bar.run_button.text() == "Run"


def test_the_progress_runs_into_nothing_whatever_was_given_up_before(open_window: OpenWindow) -> None:
    bench = open_window(small_project()).bench
    bar, window = bench.top_bar, bench.window
    for width in (1280, 1024, 1100, 1024, 1160):
        window.resize(width, 700)
        for words in ("Run", "Resume", "Train on"):
            bar.show_running(False, words)
            bar.least_width()
            bar._fit_words()
            bar.layout().activate()
            end = bar._bar.mapTo(bar, bar._bar.rect().topRight()).x()
            assert end < bench.learning_rate.mapTo(bar, QPoint(0, 0)).x(), (width, words)


def test_a_longer_word_on_the_run_button_makes_others_give_way(open_window: OpenWindow) -> None:
    bench = open_window(small_project()).bench
    bench.window.resize(bench.window.minimumWidth(), 700)
    for words in ("Train on", "Pause", "Resume"):
        bench.top_bar.show_running(False, words)
        bench.top_bar.layout().activate()
        assert bench.top_bar.layout().minimumSize().width() <= bench.top_bar.width(), words
