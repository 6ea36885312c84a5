"""A choice of samples that is spread over all of them."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.insight.evenly_spread import evenly_spread


@pytest.mark.parametrize(
    ("total", "most", "wanted"), [(10, 5, [0, 2, 4, 6, 8]), (10, 3, [0, 3, 6]), (3, 10, [0, 1, 2]), (4, 0, [])]
)
def test_by_hand(total: int, most: int, wanted: list[int]) -> None:
    assert evenly_spread(total, most).tolist() == wanted


def test_gaps_are_as_equal_as_can_be() -> None:
    gaps = np.diff(evenly_spread(1003, 77))
    assert set(gaps.tolist()) == {13, 14}
