"""Views as narrow as they may be: nothing is cut off, and what is left out is said to be."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QStyle, QStyleOptionComboBox
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.digit_images import DigitImages
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.waves import Waves
from deepviz.gui.plots.confusion import ConfusionMatrix
from deepviz.gui.plots.decision_boundary import DecisionBoundary
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.feature_maps import FeatureMaps
from deepviz.gui.plots.regression_fit import RegressionFit
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import opened
from tests.insight.made_subjects import Layers, project_of, subject_of

NARROW = (238, 250)
NARROWEST = (170, 244)
"""As small as a view is in one of three columns of a window of 1024 x 640."""
DENSE: Layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10}))
KINDS = {"images": Digits(), "sequences": Waves(), "features": AutoMpg()}


def looked_at(kind: str) -> Subject:
    is_regression = kind == "features"
    dense: Layers = (("Input", {}), ("Flatten", {}), ("Dense", {"units": {"images": 10, "sequences": 4}.get(kind, 1)}))
    layers = tuple(each for each in dense if not (is_regression and each[0] == "Flatten"))
    return subject_of(project_of(KINDS[kind], layers, "MeanSquaredError" if is_regression else "SoftmaxCrossEntropy"))


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("size", [NARROW, NARROWEST])
def test_the_words_on_buttons_of_the_explorer_are_whole(qtbot: QtBot, kind: str, size: tuple[int, int]) -> None:
    view = opened(qtbot, PredictionExplorer, looked_at(kind), size)
    QApplication.processEvents()
    buttons = [each for each in view.tools.findChildren(QAbstractButton) if each.isVisible() and each.text()]
    assert {each.text() for each in buttons} >= {"Undo", "Clear"}
    for button in buttons:
        assert button.width() >= button.minimumSizeHint().width(), button.text()
        assert button.geometry().right() <= view.tools.width(), button.text()


@pytest.mark.parametrize("width", [NARROWEST[0], NARROW[0], 400])
def test_a_form_shows_all_of_its_fields_and_slides_where_there_is_room(qtbot: QtBot, width: int) -> None:
    view = opened(qtbot, PredictionExplorer, looked_at("features"), (width, 400))
    form = view.maker.form
    # Qt lays out when it has time.
    qtbot.waitUntil(lambda: not form.horizontalScrollBar().isVisible())
    for field in form.fields:
        assert field.mapTo(form, field.rect().topRight()).x() <= form.viewport().width()
    assert form.sliders[0].isVisible() == (width > NARROWEST[0])


@pytest.mark.parametrize("kind", list(KINDS))
@pytest.mark.parametrize("width", [238, 300, 420])
def test_the_number_of_a_sample_can_be_read(qtbot: QtBot, kind: str, width: int) -> None:
    view = opened(qtbot, PredictionExplorer, looked_at(kind), (width, 420))
    number = view.tools.number
    number.setValue(123)
    QApplication.processEvents()
    line = number.findChild(QLineEdit)
    assert line is not None
    if number.isVisible():
        assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width() - 2, line.text()


def test_the_part_of_a_sample_can_be_read(qtbot: QtBot) -> None:
    view = opened(qtbot, FeatureMaps, looked_at("images"), NARROW)
    box, option = view.bar.part_choice, QStyleOptionComboBox()
    box.initStyleOption(option)
    field = QStyle.SubControl.SC_ComboBoxEditField
    room = box.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, box).width()
    for number in range(box.count()):
        assert box.fontMetrics().horizontalAdvance(box.itemText(number)) <= room, box.itemText(number)
    right = max(each.geometry().right() for each in (view.bar.random_button, view.bar.wrong_button))
    assert right <= view.bar.width()


def test_every_column_of_a_small_matrix_has_its_name(qtbot: QtBot, tmp_path: Path) -> None:
    waves = looked_at("sequences")
    view = opened(qtbot, ConfusionMatrix, waves, (400, 280))
    view.save(tmp_path / "matrix.svg")
    root = ElementTree.parse(tmp_path / "matrix.svg").getroot()
    words = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    for name in waves.data.class_names:
        assert len([each for each in words if each[:3] == name[:3]]) == 2, "of its row and of its column"


def test_an_image_that_is_wanted_is_shown_and_not_told_in_numbers(qtbot: QtBot) -> None:
    rebuilt = subject_of(
        project_of(DigitImages(), (("Input", {}), ("Flatten", {}), ("Dense", {"units": 64})), "MeanSquaredError")
    )
    view = opened(qtbot, FeatureMaps, rebuilt)
    _, pictures, told = (words for words, _ in view.bar.card.lines())
    assert pictures == "sample · target · network"
    maps = view.answer
    assert maps is not None
    difference = np.mean((maps.outputs.astype(np.float64).ravel() - maps.target.ravel()) ** 2)
    assert float(told.removeprefix("mean squared error ")) == pytest.approx(difference, rel=1e-3)
    cars = opened(qtbot, FeatureMaps, looked_at("features"))
    assert not cars.bar.card.lines()[1][0].endswith("…")


@pytest.mark.parametrize(
    ("view", "kind", "words"),
    [
        (DecisionBoundary, "features", "Open Fit instead."),
        (DecisionBoundary, "rebuilt", "Open Residuals instead."),
        (RegressionFit, "images", "Open Confusion instead."),
    ],
)
def test_who_is_sent_elsewhere_finds_something_there(
    qtbot: QtBot, view: type[DecisionBoundary] | type[RegressionFit], kind: str, words: str
) -> None:
    subject = looked_at(kind) if kind in KINDS else subject_of(
        project_of(DigitImages(), (("Input", {}), ("Flatten", {}), ("Dense", {"units": 64})), "MeanSquaredError")
    )  # fmt: skip
    look = opened(qtbot, view, subject)
    assert look.words.text().endswith(words)
    assert look.words.alignment() == Qt.AlignmentFlag.AlignCenter
