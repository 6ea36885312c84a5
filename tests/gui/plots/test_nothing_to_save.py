"""Of a view that shows words there is nothing to save: its menu does not offer it, and whoever calls is told why."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots import all_views
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.look import Look
from deepviz.gui.plots.loss import LossPlot
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.view import View
from deepviz.training.history import History
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.looks import flat, subject_of, tell

SUFFIXES = ("png", "svg", "csv")


def check(view: View, folder: Path) -> None:
    """The view has words, and nothing but them."""
    missing = view.what_is_missing()
    assert missing
    offers = [action for action in view.menu.actions() if action.text().startswith("Save")]
    assert len(offers) == 3
    assert not any(action.isEnabled() for action in offers)
    for suffix in SUFFIXES:
        with pytest.raises(ValueError, match="nothing to save") as refused:
            view.save(folder / f"view.{suffix}")
        assert missing in str(refused.value)
    assert not list(folder.iterdir())


@pytest.mark.parametrize("kind", all_views(), ids=lambda kind: kind.key)
def test_a_view_without_a_run_refuses_in_words(qtbot: QtBot, tmp_path: Path, kind: type[View]) -> None:
    view = kind()
    qtbot.addWidget(view)
    check(view, tmp_path)
    view.show_history(History([]))
    check(view, tmp_path)
    if isinstance(view, Look):
        tell(view, subject_of(flat()))  # and no answer so far
        if view.what_is_missing():
            check(view, tmp_path)


def test_it_goes_with_what_is_shown(qtbot: QtBot, make_history: MakeHistory, tmp_path: Path) -> None:
    view = GradientNorms()
    qtbot.addWidget(view)
    view.show_history(make_history(20))
    view.draw()
    view.save(tmp_path / "view.csv")
    (tmp_path / "view.csv").unlink()
    view.choose(Magnitude("mean"))
    check(view, tmp_path)
    view.choose(Magnitude())
    view.save(tmp_path / "view.csv")
    loss = LossPlot()
    qtbot.addWidget(loss)
    loss.show_history(make_history(20))
    assert all(action.isEnabled() for action in loss.menu.actions() if action.text().startswith("Save"))
    (tmp_path / "view.csv").unlink()
    loss.clear()
    check(loss, tmp_path)
