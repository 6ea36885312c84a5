"""Groups are shared out among columns in their order, as evenly as can be."""

from __future__ import annotations

from itertools import combinations

import pytest

from deepviz.gui.panels.views_panel import shared_out


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
@pytest.mark.parametrize("heights", [[6, 4, 4, 3, 6, 6, 3], [1], [9, 1, 1, 1], [1, 1, 1, 9], [5, 5, 5, 5, 5]])
def test_no_other_way_to_share_out_is_lower(heights: list[int], columns: int) -> None:
    counts = shared_out(heights, columns)
    assert sum(counts) == len(heights)
    assert len(counts) <= columns
    assert min(counts) > 0

    def tallest(ends: list[int]) -> int:
        return max(sum(heights[start:end]) for start, end in zip([0, *ends], [*ends, len(heights)], strict=True))

    found = [sum(counts[:number]) for number in range(1, len(counts))]
    every = (
        list(ends)
        for count in range(min(columns, len(heights)))
        for ends in combinations(range(1, len(heights)), count)
    )
    assert tallest(found) == min(tallest(ends) for ends in every)
