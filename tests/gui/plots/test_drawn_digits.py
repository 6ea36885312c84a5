"""A drawing is classified and an empty pad is not; how thick the pen is does not matter."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from deepviz.gui.plots.explorer import PredictionExplorer
from deepviz.insight.subject import Subject
from tests.gui.plots.asked import opened
from tests.gui.plots.test_explorer import DRAWN, digits, shown, stroke
from tests.insight.made_subjects import ignored

__all__ = ["digits"]


def test_an_empty_pad_is_not_classified(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits)
    assert view.question() is None
    assert (view.bars.answer, view.bars.headline) == (None, ("", ""))
    assert view.bars.accessibleDescription() == "Draw a digit."
    assert view.maker.pad.isVisible()
    assert not view.words.isVisible()
    stroke(view, [(0.5, 0.2), (0.5, 0.8)])
    question = view.question()
    assert question is not None
    assert view.bars.headline[0] != ""
    view.tools.clear.click()
    assert view.question() is None
    view.take_answer(question.answer(digits, ignored), 3)  # of the stroke that is gone
    assert view.bars.headline == ("", "")
    assert list(view.table()[1]) == []
    view.load_sample("train", 3)
    assert view.bars.headline[0] != ""
    view.tools.clear.click()
    assert view.bars.headline == ("", "")


def test_the_field_says_that_it_is_a_sample(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits, (760, 420))
    assert view.tools.number.text() == "Sample 0"
    assert view.tools.load.text() == "Load"


def test_a_thin_pen_is_read_as_a_thick_one(qtbot: QtBot, digits: Subject) -> None:
    view = opened(qtbot, PredictionExplorer, digits, (760, 420))
    for width in (2, 10):
        view.choose_width(width)
        for digit in (0, 7):
            view.tools.clear.click()
            for points in DRAWN[digit]:
                stroke(view, points)
            assert view.bars.headline[0] == str(digit)
            assert shown(view)[digit] > 0.8, (digit, width)
