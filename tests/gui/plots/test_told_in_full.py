"""Files name what their numbers belong to, cut titles say so, and points stand out from a map of their colours."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.breast_cancer import BreastCancer
from deepviz.datasets.sources.digits import Digits
from deepviz.gui.choice_box import ChoiceBox
from deepviz.gui.plots.confusion import ConfusionMatrix
from deepviz.gui.plots.feature_maps import FeatureMaps
from deepviz.gui.plots.header import PlotHeader
from deepviz.gui.plots.landscape import Landscape
from deepviz.gui.plots.sample_points import rim_of
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from deepviz.gui.short_label import ShortLabel
from deepviz.gui.theme import contrast, viridis
from tests.gui.plots.asked import opened
from tests.gui.plots.looks import images, looking
from tests.gui.plots.looks import subject_of as untrained
from tests.insight.made_subjects import project_of, subject_of


@pytest.mark.parametrize("source", [AutoMpg, BreastCancer])
def test_the_table_of_worst_predictions_has_the_inputs_of_each_sample(qtbot: QtBot, source: type) -> None:
    loss = "MeanSquaredError" if source is AutoMpg else "BinaryCrossEntropy"
    layers = (("Input", {}), ("Dense", {"units": 1}))
    subject = subject_of(project_of(source(), layers, loss), steps=5)
    view = opened(qtbot, WorstPredictionsView, subject)
    names, rows = view.table()
    features = subject.data.feature_names
    assert tuple(names[-len(features) :]) == tuple(features)
    part = subject.data.validation
    assert part is not None
    raw = subject.data.scaler.invert(part.x)
    listed = list(rows)
    assert len(listed) > 3
    for row in listed:
        np.testing.assert_allclose(row[-len(features) :], raw[row[0]], rtol=1e-6)


def test_the_table_of_pictures_has_no_pixels(qtbot: QtBot) -> None:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))
    view = opened(qtbot, WorstPredictionsView, subject_of(project_of(Digits(), layers, "SoftmaxCrossEntropy"), steps=5))
    names, rows = view.table()
    assert names[-1] == "probability of 9"
    assert all(len(row) == len(names) for row in rows)


def test_feature_maps_name_layer_and_sample(qtbot: QtBot) -> None:
    view = looking(FeatureMaps, untrained(images()), qtbot)
    names, rows = view.table()
    assert list(names) == ["layer", "part", "sample", "row", "column", "channel", "value"]
    first = next(iter(rows))
    assert first[:6] == ["conv2d_1", "train", 0, 0, 0, 0]


def test_the_title_of_the_samples_of_a_cell_ends_with_dots(qtbot: QtBot) -> None:
    layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))
    subject = subject_of(project_of(Digits(), layers, "SoftmaxCrossEntropy"), steps=5)
    view = opened(qtbot, ConfusionMatrix, subject, (700, 400))
    assert isinstance(view.pane_title, ShortLabel)
    view.open_cell(4, 4)
    view.pane_title.say("12 × true 4, taken for 9")
    QApplication.processEvents()
    view.pane_title.resize(70, 20)
    assert view.pane_title.text().endswith("…")
    assert view.pane_title.toolTip() == "12 × true 4, taken for 9"


def test_a_rim_stands_out_from_every_colour_of_the_map() -> None:
    for color in viridis():
        name = "#" + bytes(color).hex()
        assert contrast(rim_of(name), name) >= 3


def test_choices_that_could_not_be_read_beside_each_other_stand_below_each_other(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(800, 400)
    header = PlotHeader("Histograms", parent)
    choices = [ChoiceBox(header), ChoiceBox(header)]
    for choice, words in zip(choices, ("Activations", "dense_12"), strict=True):
        choice.addItems([words])
        header.add(choice)
    header.resize(166, 300)
    parent.show()
    QApplication.processEvents()
    assert header.is_stacked
    assert [choice.shown_text for choice in choices] == ["Activations", "dense_12"]
    assert choices[0].y() != choices[1].y()
    assert all(header.rect().contains(choice.geometry()) for choice in choices)
    header.resize(600, 300)
    QApplication.processEvents()
    assert not header.is_stacked
    assert choices[0].y() == choices[1].y()


@pytest.mark.parametrize("width", [165, 240, 500])
def test_the_directions_of_a_landscape_can_be_read(qtbot: QtBot, width: int) -> None:
    view = Landscape()
    qtbot.addWidget(view)
    view.resize(width, 300)
    view.show()
    QApplication.processEvents()
    for words in ("Compute", "Compute for step 1 200"):
        view.row.offer(words)
        QApplication.processEvents()
        choice = view.row.along_choice
        assert choice.shown_text == choice.currentText()
