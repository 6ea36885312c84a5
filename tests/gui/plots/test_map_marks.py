"""What lies over the map of gradients: the step that is shown with its values, and words that nothing runs through."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from deepviz.gui.plots import map_marks
from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.gui.plots.overlay import room_of
from deepviz.gui.theme import DARK, LIGHT, Theme
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.test_layer_curves import opened, sparse


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("moment", [3, 18, 30])
def test_the_step_that_is_shown_has_a_line_over_the_colours(
    qtbot: QtBot, make_history: MakeHistory, theme: Theme, moment: int
) -> None:
    view = GradientMap()
    view.apply_theme(theme)
    opened(qtbot, view, make_history(30), width=600)

    def accents() -> int:
        area, image = view.area, view.area.grab().toImage()
        x = min(round(area.x_pixel(moment)), round(area.frame.right()) - 1)
        rows = range(round(area.frame.top()) + 2, round(area.frame.bottom()) - 2)
        found = QColor(theme.accent)
        return max(sum(image.pixelColor(x + by, y) == found for y in rows) for by in (-1, 0, 1))

    assert accents() == 0
    view.show_moment(moment)
    assert accents() > 0.4 * view.area.frame.height()


def test_values_stand_beside_the_line_on_the_steps_that_they_end(qtbot: QtBot, make_history: MakeHistory) -> None:
    norms = np.array([[step * 1e-3, 0.5] for step in range(1, 31)])
    view = GradientMap()
    opened(qtbot, view, make_history(30, norms=norms), width=600)
    for moment, is_left in ((18, True), (1, False)):
        view.show_moment(moment)
        (text, place), (other, _) = view.marks.values_beside()
        assert (float(text), other) == (pytest.approx(moment * 1e-3), "0.5")
        x = view.area.x_pixel(moment)
        gap = x - place.right() if is_left else place.left() - x
        assert gap == pytest.approx(3.0)


def test_what_a_row_says_in_words_is_not_said_again_by_its_value(
    qtbot: QtBot, make_history: MakeHistory, monkeypatch: pytest.MonkeyPatch
) -> None:
    norms = np.full((30, 2), 0.1)
    norms[:20, 0] = math.nan
    view = GradientMap()
    opened(qtbot, view, make_history(30, norms=norms), width=600)
    view.show_moment(3)
    written: list[str] = []
    write = map_marks.write
    monkeypatch.setattr(map_marks, "write", lambda painter, rect, words, *more, **options: (
        written.append(words), write(painter, rect, words, *more, **options))[1])  # fmt: skip
    view.area.grab()
    assert sorted(written) == ["0.1", "frozen"]
    written.clear()
    view.show_moment(25)
    view.area.grab()
    assert sorted(written) == ["0.1", "0.1", "frozen"]


def test_no_mark_of_a_change_runs_through_words(qtbot: QtBot) -> None:
    history = sparse({step: [0.1] for step in [*range(1, 101), *range(300, 401)]}, 400)
    history.add_event(199, "learning rate 0.1")
    history.add_event(200, "learning rate 0.2")
    view = GradientMap()
    view.choose(Magnitude("mean"))
    opened(qtbot, view, history, width=760)
    area, image = view.area, view.area.grab().toImage()
    middle, y = round(area.x_pixel(199.5)), round(area.frame.center().y())
    half = round(room_of("not measured") / 2) - 2
    rows = range(y - 6, y + 7)
    inside = {image.pixelColor(x, each).name() for x in range(middle - half, middle + half) for each in rows}
    assert DARK.text not in inside, "words are dim, marks are not"
    assert any(image.pixelColor(round(area.x_pixel(199)), each) == QColor(DARK.text) for each in range(y - 60, y - 20))
