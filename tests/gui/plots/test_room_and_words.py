"""Looks use the room they have, leave nothing half told where there is little, and name things as the data do."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.digit_images import DigitImages
from deepviz.datasets.sources.digits import Digits
from deepviz.gui.plots.confusion import ConfusionMatrix
from deepviz.gui.plots.confusion_painting import _number_font
from deepviz.gui.plots.decision_boundary import DecisionBoundary
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.landscape import Landscape
from deepviz.gui.plots.landscape_words import keeps_shape
from deepviz.gui.plots.projection import Projection
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import opened
from tests.gui.plots.looks import flat, looking
from tests.gui.plots.looks import subject_of as fresh
from tests.gui.plots.test_landscape_path import surface
from tests.insight.made_subjects import project_of, subject_of

HIDDEN = (("Input", {}), ("Dense", {"units": 3}), ("Dense", {"units": 1}))


@pytest.fixture(scope="module")
def rebuilt() -> Subject:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 64}))
    return subject_of(project_of(DigitImages(), layers, "MeanSquaredError"), steps=3)


@pytest.fixture(scope="module")
def digits() -> Subject:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))
    return subject_of(project_of(Digits(), layers, "SoftmaxCrossEntropy"), steps=8)


@pytest.mark.parametrize("size", [(230, 220), (260, 300), (300, 260), (460, 300), (1900, 1000)])
def test_all_numbers_of_a_matrix_are_shown_or_none(qtbot: QtBot, digits: Subject, size: tuple[int, int]) -> None:
    view = opened(qtbot, ConfusionMatrix, digits, size)
    view.choose_part("train")  # more than a hundred samples of each class
    cells, place = view.grid.cells, view.grid.place
    assert cells is not None
    font = _number_font(place, cells)
    widest = max(cells.text(i, j) for i in range(10) for j in range(10) if len(cells.text(i, j)) == 3)
    if font is None:
        assert place.width < 16 or place.height < 14
    else:
        assert QFontMetricsF(font).horizontalAdvance(widest) <= place.width - 2
    if size[0] > 1000:
        assert place.width > 120
        assert font is not None
        assert font.pixelSize() > 20


def test_a_map_of_the_loss_has_one_scale_for_both_axes(qtbot: QtBot) -> None:
    view = looking(Landscape, fresh(flat()), qtbot, 700, 320)
    found = surface()
    assert keeps_shape(found)
    view.take_answer(found, 90)
    for size in ((700, 320), (300, 500)):
        view.resize(*size)
        QApplication.processEvents()
        origin, right, up = (view.area.pixel(*place) for place in ((0, 0), (1, 0), (0, 1)))
        assert right.x() - origin.x() == pytest.approx(origin.y() - up.y(), rel=1e-6)
        assert QRectF(view.area.rect()).contains(view.area.frame)


def test_samples_with_several_wanted_numbers_have_one_colour_and_no_bar(
    qtbot: QtBot, rebuilt: Subject, tmp_path: Path
) -> None:
    view = opened(qtbot, Projection, rebuilt)
    assert view.answer is not None
    assert set(view.paint.colors()) == {view.theme.accent}
    one = opened(qtbot, Projection, subject_of(project_of(AutoMpg(), HIDDEN, "MeanSquaredError")))
    assert len(set(one.paint.colors())) > 5
    assert one.paint.right_margin > view.paint.right_margin
    view.save(tmp_path / "cloud.csv")
    with (tmp_path / "cloud.csv").open(newline="") as file:
        assert {row["target"] for row in csv.DictReader(file)} == {""}


def test_images_that_are_wanted_stand_beside_what_is_given(qtbot: QtBot, rebuilt: Subject) -> None:
    view = opened(qtbot, WorstPredictionsView, rebuilt)
    part = rebuilt.data.validation
    assert part is not None
    given = rebuilt.network.predict(part.x).astype(np.float64)
    losses = ((given - part.y) ** 2).mean(axis=1)
    order = np.argsort(-losses, kind="stable")[:60]
    listed = view.samples_list.model.listed
    assert [each.index for each in listed] == order.tolist()
    assert float(listed[0].lines[0].removeprefix("loss ")) == pytest.approx(losses[order[0]], rel=1e-3)
    assert "the largest loss first" in view.caption.text()
    size = view.samples_list._delegate.size
    picture = view.samples_list.model.picture(0, size, 1.0).toImage()
    assert picture.width() == 3 * 56 + 2 * 4
    pixels = [picture.copy(60 * number, 0, 56, 56) for number in range(3)]
    assert pixels[0] == pixels[1], "an autoencoder is to give what it gets"
    assert pixels[0] != pixels[2]


def test_only_images_of_digits_are_called_so(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    assert view.bars.truth == "Draw a digit."
    object.__setattr__(digits.data, "title", "sandals")
    other = opened(qtbot, PredictionExplorer, digits)
    assert other.bars.truth == "Draw on the pad."


def test_a_target_is_called_by_the_name_of_its_column(qtbot: QtBot) -> None:
    view = opened(qtbot, PredictionExplorer, subject_of(project_of(AutoMpg(), HIDDEN, "MeanSquaredError")))
    assert tuple(view.bars.names) == ("mpg",)


@pytest.mark.parametrize("size", [(170, 260), (220, 220), (220, 420), (300, 420), (620, 300)])
def test_no_word_of_the_tools_is_cut(qtbot: QtBot, digits: Subject, size: tuple[int, int]) -> None:
    view = opened(qtbot, PredictionExplorer, digits, size)
    view.load_sample("train", 1000)
    QApplication.processEvents()
    tools = view.tools
    for button in (tools.pen, tools.eraser, tools.undo, tools.clear):
        assert button.width() >= button.sizeHint().width(), button.text()
        assert button.mapTo(view, button.rect().topRight()).x() < size[0]
    if tools.number.isVisible():
        text = f"{tools.number.prefix()}1000"
        assert tools.number.width() >= tools.number.fontMetrics().horizontalAdvance(text) + 20


def test_who_cannot_see_decisions_of_images_is_offered_another_view(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, DecisionBoundary, digits)
    assert view.words.text().endswith("Open Projection instead.")
    assert view._page.button.text() == "Show Projection"
    with qtbot.waitSignal(view.view_wanted) as wanted:
        view._page.button.click()
    assert wanted.args == ["Projection"]
