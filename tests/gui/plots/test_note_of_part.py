"""That only a part of a run is shown is said as long as that is so, and no longer."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.gradient_map import GradientMap
from deepviz.gui.plots.gradient_norms import GradientNorms
from deepviz.gui.plots.magnitude import Magnitude
from deepviz.training.history import History
from tests.gui.plots.conftest import MakeHistory, Record

NOTE = "from step 13, Home for all"
LATE, ALWAYS = Magnitude(source="activations"), Magnitude()


def looked_at_late() -> History:
    """Gradient norms of all 15 steps, those of activations from step 13 on."""
    history = History(["dense_1"], ["input_1", "dense_1"])
    for step in range(1, 16):
        values: dict[str, object] = {"loss": 1.0, "gradient_norm": np.array([0.5])}
        if step >= 13:
            values["activation_gradients/l2"] = np.array([np.nan, 0.7])
        history.append([Record(step, 1, values)])
    return history


@pytest.mark.parametrize("kind", [GradientNorms, GradientMap])
def test_the_note_goes_with_the_magnitude_and_with_the_run(
    qtbot: QtBot, make_history: MakeHistory, kind: type[GradientNorms] | type[GradientMap]
) -> None:
    view = kind()
    qtbot.addWidget(view)
    view.resize(600, 300)
    view.show_history(looked_at_late())
    view.show()
    qtbot.waitExposed(view)
    view.choose(LATE)
    assert view.header.note == NOTE
    assert view.area.x_range[0] == 12
    view.choose(ALWAYS)
    assert view.header.note == ""
    assert view.area.x_range[0] == 0
    view.choose(LATE)
    assert view.header.note == NOTE
    view.show_history(make_history(20))
    assert view.header.note == ""
    view.choose(ALWAYS)
    assert view.header.note == ""
    view.choose(LATE)
    view.show_history(looked_at_late())
    assert view.header.note == NOTE
    view.reset_view()
    assert view.header.note == "", "all is shown on request"
