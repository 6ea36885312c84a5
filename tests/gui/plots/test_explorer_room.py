"""The prediction explorer in little and in much room: all tools that matter, nothing painted over anything else."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.waves import Waves
from deepviz.gui.plots.class_bars import ClassBars
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.maker_tools import ALL_ROWS, SAMPLES_TOO, STROKES, WIDTH_TOO
from deepviz.gui.theme import body_font
from deepviz.insight.prediction import Predicted
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import drag, opened
from tests.insight.made_subjects import project_of, subject_of

DOCK, WIDE_DOCK, LARGE = (257, 246), (471, 246), (1570, 860)
"""A dock in a window of 1280 x 800 and in one of 1920 x 1080, and a large window of a view there."""


@pytest.fixture(scope="module")
def digits() -> Subject:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))
    return subject_of(project_of(Digits(), layers, "SoftmaxCrossEntropy"), steps=8)


@pytest.fixture(scope="module")
def waves() -> Subject:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 4}))
    return subject_of(project_of(Waves(), layers, "SoftmaxCrossEntropy"), steps=3)


def is_apart(view: PredictionExplorer) -> bool:
    """Whether the three parts are all within the view and none is over another."""
    parts = [view.maker.geometry(), view.bars.geometry(), view.tools.geometry()]
    pairs = ((0, 1), (0, 2), (1, 2))
    return all(view.content.rect().contains(each) for each in parts) and not any(
        parts[first].intersects(parts[second]) for first, second in pairs
    )


def is_whole(view: PredictionExplorer, *widgets: QWidget) -> bool:
    """Whether these can be seen, all of them."""
    return all(
        each.isVisible()
        and view.tools.rect().contains(each.geometry())
        and each.height() >= min(each.minimumSizeHint().height(), 20)
        for each in widgets
    )


@pytest.mark.parametrize("size", [DOCK, (236, 246), (300, 230), (300, 330), WIDE_DOCK, (640, 480)])
def test_bars_of_a_sequence_are_not_painted_over_the_tools(qtbot: QtBot, waves: Subject, size: tuple[int, int]) -> None:
    view = opened(qtbot, PredictionExplorer, waves, (640, 480))
    view.resize(*size)  # as a dock does that is laid out after its view was made
    tools = view.tools
    qtbot.waitUntil(lambda: is_apart(view) and is_whole(view, tools.undo, tools.clear, tools.number, tools.load))
    assert view.maker.height() >= 60
    if size[1] >= 246 and size[0] >= 250:
        qtbot.waitUntil(lambda: view.bars.shown_rows() == [0, 1, 2, 3])


def test_the_sequence_that_is_classified_at_first_is_the_one_that_is_named(qtbot: QtBot, waves: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, waves, DOCK)
    part = waves.data.validation
    assert part is not None
    assert view.loaded == ("validation", 0)
    assert view.tools.number.value() == 0
    np.testing.assert_array_equal(view.maker.sample(), waves.data.scaler.invert(part.x[:1])[0])
    assert view.maker.sample().std() > 0.1
    z = waves.network.forward(part.x[:1])[0].astype(np.float64)
    assert view.answer is not None
    assert view.answer.probabilities is not None
    np.testing.assert_allclose(view.answer.probabilities, np.exp(z) / np.exp(z).sum(), rtol=1e-5)
    assert view.bars.truth == f"validation sample 0, true {waves.data.class_names[int(part.y[0])]}"
    assert not view.tools.undo.isEnabled()


def test_a_sequence_that_was_drawn_is_not_taken_for_the_sample_whose_number_stands_there(
    qtbot: QtBot, waves: Subject
) -> None:
    view = opened(qtbot, PredictionExplorer, waves, DOCK)
    first, curve = view.maker.sample(), view.maker.curve
    drag(curve, [curve.place_of(4, 0.5), curve.place_of(20, -0.5)])
    assert view.loaded is None
    assert view.bars.truth == "a curve of your own"
    view.tools.undo.click()
    np.testing.assert_array_equal(view.maker.sample(), first)
    view.tools.clear.click()
    assert view.bars.truth == "a curve of your own"


def test_another_part_shows_its_own_sample(qtbot: QtBot, waves: Subject, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, waves, WIDE_DOCK)
    view.load_sample("validation", 2)
    view.part_choice.setCurrentIndex(view.part_choice.findData("train"))
    assert view.loaded == ("train", 2)
    np.testing.assert_array_equal(view.maker.sample(), waves.data.scaler.invert(waves.data.train.x[2:3])[0])
    assert view.bars.truth.startswith("train sample 2, true ")
    other = opened(qtbot, PredictionExplorer, digits, WIDE_DOCK)
    other.choose_part("train")
    assert other.is_blank, "nothing was loaded, so nothing is"


def test_a_dock_of_the_usual_height_has_all_tools_for_a_digit(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits, DOCK)
    tools = view.tools
    everything = (tools.pen, tools.eraser, tools.undo, tools.clear, tools.thickness, tools.width_word, tools.number)
    qtbot.waitUntil(lambda: is_apart(view) and is_whole(view, *everything, tools.load, tools.seen))
    assert tools.rows == WIDTH_TOO
    assert min(view.maker.width(), view.maker.height()) >= 100, "there is still room to draw"
    assert tools.seen_words.text() in ("", "Network sees")
    assert tools.seen.toolTip().startswith("What the network sees")
    wide = opened(qtbot, PredictionExplorer, digits, WIDE_DOCK)
    tools = wide.tools
    everything = (tools.pen, tools.eraser, tools.undo, tools.clear, tools.thickness, tools.width_word, tools.number)
    qtbot.waitUntil(lambda: is_apart(wide) and is_whole(wide, *everything, tools.load, tools.seen))
    assert tools.rows == ALL_ROWS


def test_what_has_no_room_is_said_and_cannot_be_chosen_in_vain(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits, (430, 180))
    row, around = view.tools.load.sizeHint().height() + 4, view.height() - view.content.height()
    qtbot.waitUntil(lambda: view.tools.rows == STROKES)
    assert not view.tools.number.isVisible()
    assert not view.part_choice.isVisible()
    assert view.bars.truth == (
        "Draw a digit. For samples and the width of the pen there is room in a large window (F11)."
    )
    view.resize(430, around + 108 + 2 * row)
    qtbot.waitUntil(lambda: view.tools.rows == SAMPLES_TOO)
    assert view.part_choice.isVisible()
    assert view.bars.truth == "Draw a digit."
    view.resize(430, around + 108 + 3 * row)
    qtbot.waitUntil(lambda: view.tools.rows == WIDTH_TOO and is_whole(view, view.tools.seen, view.tools.thickness))
    view.resize(640, 480)
    qtbot.waitUntil(lambda: view.tools.rows == ALL_ROWS and is_whole(view, view.tools.seen, view.tools.seen_words))
    assert view.tools.seen_words.text().startswith("What the network sees")
    assert view.tools.seen_words.wordWrap()


def test_the_width_of_the_pen_is_called_so_wherever_it_can_be_chosen(qtbot: QtBot, digits: Subject) -> None:
    for size in (DOCK, WIDE_DOCK, LARGE):
        view = opened(qtbot, PredictionExplorer, digits, size)
        tools = view.tools
        qtbot.waitUntil(lambda tools=tools: tools.thickness.isVisible())
        assert tools.width_word.isVisible()
        assert tools.width_word.geometry().right() < tools.thickness.geometry().left()
    tools.thickness.setFocus()
    QTest.keyClick(tools.thickness, Qt.Key.Key_Right)
    assert view.maker.pad.pen_width == 11


def test_a_large_window_is_used_up_to_its_lower_end(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits, LARGE)
    view.load_sample("train", 3)
    QApplication.processEvents()
    qtbot.waitUntil(lambda: is_apart(view))
    assert view.maker.pad.sheet.height() > 0.97 * view.content.height()
    assert view.bars.width() >= 220
    assert view.bars.shown_rows() == list(range(10))
    image = view.bars.grab().toImage()
    ground = view.bars.theme.raised
    column = image.width() // 2
    bars = [y for y in range(image.height()) if image.pixelColor(column, y).name() == ground]
    assert bars[-1] > 0.45 * image.height(), "ten rows grow with the room"


def test_which_sample_it_is_is_said_in_few_words_before_it_is_cut(qtbot: QtBot) -> None:
    bars, whole, brief = ClassBars(), "validation sample 12, true 9", "no. 12, true 9"
    qtbot.addWidget(bars)
    answer = Predicted(np.array([0.0, 1.0]), 1, np.array([0.25, 0.75]))

    def painted(width: int, truth: str, short: str) -> QImage:
        bars.resize(width, 120)
        bars.show_answer(answer, ("8", "9"), truth, winner="9", brief=short)
        image = QImage(bars.size(), QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        bars.paint(painter, bars.rect().toRectF())
        painter.end()
        return image

    room = QFontMetricsF(body_font(11)).horizontalAdvance(whole) + 16
    assert painted(int(room) + 2, whole, brief) == painted(int(room) + 2, whole, "")
    narrow = int(room) - 20
    assert painted(narrow, whole, brief) == painted(narrow, brief, "")
    assert painted(narrow, whole, brief) != painted(narrow, whole, "")
