"""The choice of a magnitude: by mouse and keyboard, remembered, asked of the run, on request the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.settings import GRADIENT_CURVES, GRADIENT_MAP, GRADIENTS_ALIKE, Settings
from deepviz.gui.theme import LIGHT
from deepviz.training.history import History
from tests.gui.plots.conftest import Record

MEAN = Magnitude("mean")


def watched(steps: int = 40, every: int = 4) -> History:
    """Two layers: 1 and 2 as gradient norm at every step, other magnitudes of their own now and then."""
    history = History(["dense_1", "dense_2"], ["input_1", "dense_1", "dense_2"])
    columns = {"gradients/mean": 0.1, "gradients/max": 0.3, "clipped_gradients/l2": 0.5}
    for step in range(1, steps + 1):
        values: dict[str, object] = {"loss": 1.0, "gradient_norm": np.array([1.0, 2.0])}
        if step % every == 0:
            values |= {name: np.array([factor, 2 * factor]) for name, factor in columns.items()}
            values["activation_gradients/l2"] = np.array([np.nan, 0.7, 0.8])
        history.append([Record(step, 1, values)])
    return history


@pytest.fixture
def pair(qtbot: QtBot) -> Iterator[tuple[GradientNorms, GradientMap]]:
    window = QWidget()
    row = QHBoxLayout(window)
    views = GradientNorms(), GradientMap()
    for view in views:
        row.addWidget(view)
        view.show_history(watched())
    qtbot.addWidget(window)
    window.resize(1000, 300)
    window.show()
    qtbot.waitExposed(window)
    yield views
    window.close()  # which lives as long as this


def pick(qtbot: QtBot, view: GradientNorms | GradientMap, text: str) -> None:
    """Open the menu of the button with the mouse, and click an entry."""
    menu = view.choice_menu
    action = next(each for each in menu.actions() if each.text() == text)
    menu.popup(view.choice_button.mapToGlobal(view.choice_button.rect().bottomLeft()))
    qtbot.waitUntil(menu.isVisible)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert not menu.isVisible()


def test_a_click_shows_another_magnitude_and_asks_the_run_for_it(
    qtbot: QtBot, pair: tuple[GradientNorms, GradientMap]
) -> None:
    curves, _ = pair
    assert curves.probes == ()
    with qtbot.waitSignal(curves.wants_changed, timeout=0, raising=False) as wanted:
        pick(qtbot, curves, "Mean of |g|")
    assert wanted.signal_triggered
    assert curves.choice == MEAN
    assert curves.probes == ("gradients",)
    assert curves.header.title == "mean |∂L/∂θ| by layer"
    assert curves.choice_button.text() == "mean ▾"
    assert "Mean of |g| of the gradient of parameters, before clipping" in curves.choice_button.accessibleName()
    assert curves.hover_text(8) == "step 8 · epoch 1\ndense_1 0.1\ndense_2 0.2"
    pick(qtbot, curves, "After clipping")
    pick(qtbot, curves, "L2 norm")
    assert curves.probes == ("clipped_gradients", "gradients")
    assert curves.hover_text(8) == "step 8 · epoch 1\ndense_1 0.5\ndense_2 1"


def test_it_is_reached_by_keys_alone(qtbot: QtBot, pair: tuple[GradientNorms, GradientMap]) -> None:
    _, plot = pair
    plot.choice_button.setFocus()
    assert plot.choice_button.focusPolicy() & Qt.FocusPolicy.TabFocus
    menu = plot.choice_menu
    menu.popup(plot.mapToGlobal(plot.rect().topLeft()))
    qtbot.waitUntil(menu.isVisible)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(menu, key)
    assert plot.choice == Magnitude("max")
    assert menu.menuAction() in plot.menu.actions(), "the same choices are in the menu of the view"


def test_activations_cannot_be_clipped(qtbot: QtBot, pair: tuple[GradientNorms, GradientMap]) -> None:
    curves, _ = pair
    pick(qtbot, curves, "After clipping")
    pick(qtbot, curves, "Of activations")
    assert curves.choice == Magnitude("l2", "activations")
    after = next(each for each in curves.choice_menu.actions() if each.text() == "After clipping")
    assert not after.isEnabled()
    assert not after.isChecked()
    assert list(curves.curves) == ["dense_1", "dense_2"], "there is no curve of the Input"
    assert curves.hover_text(8).splitlines()[1:] == ["dense_1 0.7", "dense_2 0.8", "input_1 not computed"]


def test_each_view_has_its_own_until_all_are_to_have_the_same(
    qtbot: QtBot, pair: tuple[GradientNorms, GradientMap]
) -> None:
    curves, plot = pair
    pick(qtbot, curves, "Mean of |g|")
    assert plot.choice == Magnitude()
    pick(qtbot, curves, "Same in all gradient views")
    assert plot.choice == MEAN
    assert plot.is_alike
    pick(qtbot, plot, "Largest |g|")
    assert curves.choice == plot.choice == Magnitude("max")
    pick(qtbot, plot, "Same in all gradient views")
    assert not curves.is_alike
    pick(qtbot, plot, "L2 norm")
    assert curves.choice == Magnitude("max")


def test_choices_are_remembered(qtbot: QtBot, tmp_path: Path) -> None:
    settings = Settings(tmp_path / "deepviz.ini")
    for kind, setting in ((GradientNorms, GRADIENT_CURVES), (GradientMap, GRADIENT_MAP)):
        view = kind()
        qtbot.addWidget(view)
        view.take_settings(settings)
        assert view.choice == Magnitude()
        view.choose(Magnitude("max", "activations"))
        assert settings.get(setting) == "activations/max/before"
        again = kind()
        qtbot.addWidget(again)
        again.take_settings(settings)
        assert again.choice == Magnitude("max", "activations")
    view.set_alike(True)
    assert settings.get(GRADIENTS_ALIKE)


def test_views_that_are_opened_later_have_the_same_as_well(qtbot: QtBot, tmp_path: Path) -> None:
    """Also at the next start: whoever wants the same everywhere was asked once, not once for each view."""
    settings = Settings(tmp_path / "deepviz.ini")

    def opened(kind: type[GradientNorms] | type[GradientMap]) -> GradientNorms | GradientMap:
        view = kind()
        qtbot.addWidget(view)
        view.take_settings(settings)
        return view

    plot = opened(GradientMap)
    plot.choose(Magnitude("mean", clipped=True))
    curves = opened(GradientNorms)
    curves.choose(Magnitude("max"))
    curves.set_alike(True)  # the map is of another window
    assert opened(GradientMap).choice == Magnitude("max")
    curves.choose(MEAN)
    late = opened(GradientMap)
    assert late.is_alike
    assert late.choice == opened(GradientNorms).choice == MEAN
    late.set_alike(False)
    late.choose(Magnitude("l2", "activations"))
    assert opened(GradientNorms).choice == MEAN, "each has its own again"


def test_the_scale_of_the_canvas_is_for_the_default_only(pair: tuple[GradientNorms, GradientMap]) -> None:
    _, plot = pair
    plot.show_scale(-7, 3)
    assert plot.levels == (-7, 3)
    plot.choose(MEAN)
    assert plot.levels == (-1, 0)
    plot.choose(Magnitude())
    assert plot.levels == (-7, 3)


def test_the_button_has_the_colour_of_the_theme(pair: tuple[GradientNorms, GradientMap]) -> None:
    curves, _ = pair
    curves.apply_theme(LIGHT)
    assert LIGHT.dim in curves.choice_button.styleSheet()


def test_hidden_it_computes_nothing(
    pair: tuple[GradientNorms, GradientMap], monkeypatch: pytest.MonkeyPatch, make_history: Callable[..., History]
) -> None:
    for view in pair:
        view.hide()
        monkeypatch.setattr(view, "_draw", lambda: pytest.fail("it is drawn"))
        view.choose(MEAN)
        view.show_history(make_history(5))
        view.show_moment(3)
