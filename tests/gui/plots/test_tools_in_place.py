"""The tools of the prediction explorer say all that they say in full, or leave it to the tip."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.maker_tools import MakerTools
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from tests.e2e.window import PATIENCE, Person
from tests.gui.plots.asked import opened
from tests.gui.window_hands import train_steps
from tests.insight.made_subjects import project_of, subject_of

WORDS = "What the network sees: your drawing, scaled into 8 × 8, middle in the centre, as in the data."


def tools_of(qtbot: QtBot, width: int, height: int) -> MakerTools:
    tools = MakerTools()
    qtbot.addWidget(tools)
    tools.show_for("images", 1, 0)
    tools.show_samples(1797, "validation")
    tools.show_seen(QImage(8, 8, QImage.Format.Format_Grayscale8), WORDS)
    tools.resize(width, height)
    tools.show()
    QApplication.processEvents()
    return tools


@pytest.mark.parametrize("width", [110, 126, 150, 196, 320])
@pytest.mark.parametrize("height", [150, 190, 205, 230, 300, 500])
def test_words_are_whole_or_in_the_tip(qtbot: QtBot, width: int, height: int) -> None:
    tools = tools_of(qtbot, width, height)
    label = tools.seen_words
    assert tools.seen.toolTip() == WORDS
    if label.isVisible():
        assert label.text() in (WORDS, "What the network sees")
        assert label.heightForWidth(label.width()) <= label.height()
        assert tools.rect().contains(label.geometry())
    if tools.seen.isVisible():
        assert tools.rect().contains(tools.seen.geometry())
        pixmap = tools.seen.pixmap()
        assert tools.seen.height() >= pixmap.height()
    assert tools.number.height() >= tools.number.minimumSizeHint().height() - 1


def test_with_room_all_words_are_there_and_with_less_what_they_are_about(qtbot: QtBot) -> None:
    tools = tools_of(qtbot, 320, 300)
    assert tools.seen_words.text() == WORDS
    tools.show_seen(QImage(8, 8, QImage.Format.Format_Grayscale8), WORDS + " And so on, at length." * 30)
    assert tools.seen_words.text() == "What the network sees"
    assert tools.seen.isVisible()


def test_the_number_says_what_it_is_and_both_arrows_lead_somewhere(qtbot: QtBot) -> None:
    tools = tools_of(qtbot, 196, 300)
    assert tools.number.prefix() == "Sample "
    assert tools_of(qtbot, 150, 300).number.prefix() in ("Sample ", "no. ")
    tools.number.setFocus()
    QTest.keyClick(tools.number, Qt.Key.Key_Down)
    assert tools.number.value() == 1796


def test_the_keyboard_goes_to_the_fields_of_a_form_and_not_to_the_form_itself(qtbot: QtBot) -> None:
    layers = (("Input", {}), ("Dense", {"units": 1}))
    view = opened(qtbot, PredictionExplorer, subject_of(project_of(AutoMpg(), layers, "MeanSquaredError"), steps=1))
    view.activateWindow()
    view.take_focus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() in view.maker.form.sliders, timeout=PATIENCE)


def test_escape_in_a_list_of_samples_is_for_the_window_that_it_is_in(person: Person) -> None:
    train_steps(person, 1)
    views = person.bench.views
    views.open("worst_predictions")
    view = views.view("worst_predictions")
    assert isinstance(view, WorstPredictionsView)
    person.qtbot.waitUntil(lambda: view.answer is not None, timeout=PATIENCE)
    views.maximise("worst_predictions")
    dock = views.docks["worst_predictions"]
    person.qtbot.waitUntil(lambda: QApplication.activeWindow() is dock, timeout=PATIENCE)
    view.samples_list.view.setFocus()
    QTest.keyClick(view.samples_list.view, Qt.Key.Key_Escape)
    assert not dock.isFloating()


@pytest.mark.parametrize("side", [8, 28, 96])
def test_the_picture_of_what_is_seen_is_as_large_as_there_is_room(qtbot: QtBot, side: int) -> None:
    tools = tools_of(qtbot, 320, 300)
    tools.show_seen(QImage(side, side, QImage.Format.Format_Grayscale8), WORDS)
    assert tools.seen.isVisible()
    assert tools.seen.pixmap().width() == {8: 80, 28: 84, 96: 84}[side]
