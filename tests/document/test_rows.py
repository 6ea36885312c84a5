"""Rows of a layered drawing: the longest way is straight, what is equally long stands around the middle."""

from __future__ import annotations

import pytest

from deepviz.document.layering import layers_of
from deepviz.document.rows import rows_of
from tests.document.test_layout import graph_of


def _rows(*edges: tuple[int, int]) -> dict[str, float]:
    graph = graph_of(*edges)
    return rows_of(graph, layers_of(graph))


def test_the_longer_of_two_branches_is_straight_and_the_other_beside_it() -> None:
    rows = _rows((0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 4))
    assert len({round(rows[each], 3) for each in ("n0", "n1", "n2", "n3", "n4")}) == 1
    assert abs(rows["n5"] - rows["n1"]) == pytest.approx(1.0, abs=0.001)


def test_the_side_is_that_of_the_port() -> None:
    below = _rows((0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 4))
    above = _rows((0, 5), (5, 4), (0, 1), (1, 2), (2, 3), (3, 4))
    assert below["n5"] > below["n1"]
    assert above["n5"] < above["n1"]


def test_one_block_after_the_other_is_still_straight() -> None:
    edges = []
    for start in range(0, 40, 4):
        edges += [(start, start + 1), (start + 1, start + 2), (start + 2, start + 4), (start, start + 3)]
        edges += [(start + 3, start + 4)]
    rows = _rows(*edges)
    assert len({round(rows[f"n{number}"], 3) for number in range(41) if number % 4 != 3}) == 1


def test_three_equal_branches_stand_around_the_middle() -> None:
    rows = _rows((0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4))
    assert sorted(rows[f"n{number}"] for number in (1, 2, 3)) == [0, 1, 2]
    assert rows["n0"] == rows["n4"] == 1


def test_a_graph_of_one_node_and_no_graph_at_all() -> None:
    assert _rows((0, 1)) == {"n0": 0, "n1": 0}
    assert rows_of(graph_of(), []) == {}
