"""Views in little room keep it for their picture: words above it are few, titles of axes are whole or short."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.gui.plots.caption import Caption
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.plane_area import PlaneArea
from deepviz.gui.plots.plane_axes import shortened
from deepviz.gui.plots.pointer import TEXT_SIZE
from deepviz.gui.plots.regression_fit import RegressionFit
from deepviz.gui.plots.sample_bar import fitting
from deepviz.gui.plots.sample_list import SampleList
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from deepviz.gui.theme import body_font
from deepviz.insight.plane import Window
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import opened
from tests.insight.made_subjects import Layers, project_of, subject_of

SMALL = (300, 220)
HORIZONTAL, ROLE = Qt.Orientation.Horizontal, Qt.ItemDataRole.TextAlignmentRole


def cars() -> Subject:
    dense: Layers = (("Input", {}), ("Dense", {"units": 1}))
    return subject_of(project_of(AutoMpg(), dense, "MeanSquaredError"))


def test_a_title_goes_without_its_unit_before_it_is_cut(qtbot: QtBot) -> None:
    metrics = QFontMetricsF(body_font(TEXT_SIZE))
    whole, short = (metrics.horizontalAdvance(each) for each in ("displacement (cu in)", "displacement"))
    assert shortened("displacement (cu in)", metrics, whole) == "displacement (cu in)"
    assert shortened("displacement (cu in)", metrics, (whole + short) / 2) == "displacement"
    assert shortened("true positive rate", metrics, 10) == "true positive rate", "there is nothing to leave out"


@pytest.mark.parametrize(("height", "lines"), [(110, 1), (164, 1), (200, 2), (255, 3), (600, 3)])
def test_a_low_plane_has_few_lines_of_words(qtbot: QtBot, height: int, lines: int) -> None:
    area = PlaneArea()
    qtbot.addWidget(area)
    area.resize(280, height)
    area.show_window(Window(0.0, 1.0, 0.0, 1.0))
    area.say(" ".join(["314 training samples are shown here, of which many lie elsewhere."] * 4), "x", "y")
    said = area._axes.caption_lines()
    assert len(said) == lines
    assert said[-1].endswith("…")
    assert area.frame.top() < 0.5 * height


def test_which_sample_it_is_is_said_whole_or_shorter_and_never_as_another_number(qtbot: QtBot) -> None:
    metrics, whole = QFontMetricsF(body_font(TEXT_SIZE)), "Training sample 0 of 1 437"
    said = [whole, "Sample 0 of 1 437", "0 of 1 437"]
    for words in said:
        assert fitting(whole, metrics, metrics.horizontalAdvance(words)) == words
    assert fitting("is 6", metrics, 1) == "is 6", "nothing is left out of other lines"


def test_a_caption_is_cut_between_its_parts(qtbot: QtBot) -> None:
    caption = Caption()
    qtbot.addWidget(caption)
    caption.say("largest |w| 1.881 · W 2 × 16")
    metrics = QFontMetricsF(body_font(TEXT_SIZE))
    assert caption.shown(metrics.horizontalAdvance(caption.text)) == caption.text
    assert caption.shown(metrics.horizontalAdvance(caption.text) - 1) == "largest |w| 1.881 · …"
    assert caption.shown(metrics.horizontalAdvance("largest |w| …")).endswith("…")
    assert caption.toolTip() == caption.text


def test_the_picture_has_most_of_a_small_view(qtbot: QtBot) -> None:
    view = opened(qtbot, RegressionFit, cars(), SMALL)
    assert view.area.frame.height() >= 0.4 * SMALL[1]


def test_a_form_has_the_room_that_its_one_result_does_not_need(qtbot: QtBot) -> None:
    view = opened(qtbot, PredictionExplorer, cars(), SMALL)
    qtbot.waitUntil(lambda: bool(view.bars.names))
    assert view.bars.height() <= view.bars.whole_height + 1
    qtbot.waitUntil(lambda: view.maker.height() > 2 * view.bars.height())  # Qt lays out when it has time
    assert view.maker.form.fields[2].mapTo(view, view.maker.form.fields[2].rect().bottomLeft()).y() < (
        view.bars.mapTo(view, view.bars.rect().topLeft()).y()
    ), "three features can be seen at once"
    view.resize(900, 500)
    assert view.bars.maximumHeight() > 1000, "in a large view it stands beside the form"


def test_headings_of_samples_stand_above_their_cells(qtbot: QtBot) -> None:
    view = opened(qtbot, WorstPredictionsView, cars(), (480, 320))
    samples: SampleList = view.samples_list
    qtbot.waitUntil(lambda: samples.model.rowCount() > 0)
    for column in range(samples.model.columnCount()):
        cell = samples.model.data(samples.model.index(0, column), ROLE)
        assert cell == samples.model.headerData(column, HORIZONTAL, ROLE), column
        assert Qt.AlignmentFlag(cell) & Qt.AlignmentFlag.AlignRight, "all of them are numbers"
