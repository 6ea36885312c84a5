"""Words of what curves cannot show stand where they can be read: not on each other, and not on another mark."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.gradient_norms import GradientNorms
from tests.gui.plots.conftest import MakeHistory
from tests.gui.plots.test_layer_curves import opened


@pytest.mark.parametrize(
    ("width", "times", "count"),
    [
        (760, ((10, 14), (20, 24)), 2),
        (760, ((3, 5), (10, 14)), 1),
        (760, ((10, 14), (45, 47)), 2),
        (230, ((10, 14), (20, 60)), 1),
    ],
)
def test_a_layer_that_was_frozen_twice_is_named_so_that_it_can_be_read(
    qtbot: QtBot, make_history: MakeHistory, width: int, times: tuple[tuple[int, int], ...], count: int
) -> None:
    norms = np.full((60, 2), 0.1)
    for first, last in times:
        norms[first - 1 : last, 0] = math.nan
    view = GradientNorms()
    opened(qtbot, view, make_history(60, norms=norms), width)
    assert view.marks.bars() == [(list(times), "dense_1 frozen")]
    found = view.marks.words_of_bars()
    assert [words for words, _ in found] == ["dense_1 frozen"] * count
    assert not any(one.intersects(other) for (_, one), (_, other) in combinations(found, 2))
    bars = [view.marks.pixels_of(stretch) for stretch in view.marks.bars()[0][0]]
    if width > 230:
        assert all(sum(place.intersects(bar) for bar in bars) <= 1 for _, place in found)
