"""Pictures are written whole or not at all, and a fault while one is painted is a fault like any other."""

from __future__ import annotations

import gc
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPainter
from pytestqt.qtbot import QtBot

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.gui.plots.exports import save_picture
from deepviz.gui.plots.worst_predictions import WorstPredictionsView
from tests.gui.plots.asked import opened
from tests.insight.made_subjects import project_of, subject_of

SIZE = QSizeF(40, 30)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_fault_while_painting_leaves_no_file_and_the_program_goes_on(
    qtbot: QtBot, tmp_path: Path, suffix: str
) -> None:
    painters: list[QPainter] = []

    def paint(painter: QPainter) -> None:
        painters.append(painter)  # as the traceback of a fault does, which outlives the picture
        raise ZeroDivisionError

    path = tmp_path / f"picture{suffix}"
    with pytest.raises(ZeroDivisionError):
        save_picture(paint, SIZE, "A picture", path)
    assert not painters[0].isActive(), "a painter that outlives what it paints on ends the program"
    painters.clear()
    gc.collect()
    assert not path.exists()
    save_picture(lambda painter: painter.drawLine(0, 0, 9, 9), SIZE, "A picture", path)
    assert path.stat().st_size


@pytest.mark.parametrize("kind", [WorstPredictionsView, PredictionExplorer])
def test_words_are_words_in_a_picture_of_widgets_too(
    qtbot: QtBot, tmp_path: Path, kind: type[WorstPredictionsView] | type[PredictionExplorer]
) -> None:
    cars = subject_of(project_of(AutoMpg(), (("Input", {}), ("Dense", {"units": 1})), "MeanSquaredError"))
    view = opened(qtbot, kind, cars, (500, 420))
    view.save(tmp_path / "picture.svg")
    root = ElementTree.parse(tmp_path / "picture.svg").getroot()
    words = {"".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "cylinders" in words, "and not a photograph of them"
    assert len(words) > 12


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.png or \.svg"):
        save_picture(lambda _: None, SIZE, "A picture", tmp_path / "picture.jpg")
