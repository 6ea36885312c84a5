"""The benchmark of the canvas: sound networks, real frames, and a row for each scenario."""

from __future__ import annotations

import json

import pytest

from deepviz.document.shapes import check
from tests.benchmarks import canvas
from tests.benchmarks.__main__ import main


@pytest.mark.parametrize("count", [20, 23, 200])
def test_a_network_has_as_many_nodes_as_it_should_and_nothing_wrong_but_sizes(count: int) -> None:
    graph = canvas.network(count).graph
    assert len(graph.nodes) == count
    assert graph.in_order()[1] == []
    assert any(len(graph.inputs_of(node.id)) == 2 for node in graph.nodes)
    assert check(canvas.network(count)).shapes.keys() == graph.by_id.keys()


def test_a_row_says_whether_the_bar_is_met() -> None:
    row = canvas.row_of("pan", 200, [10.0] * 99 + [50.0], 16.0)
    assert (row["median_ms"], row["p95_ms"], row["worst_ms"], row["met"]) == (10.0, 10.0, 50.0, True)
    assert not canvas.row_of("pan", 200, [20.0] * 10, 16.0)["met"]
    assert "above 16" in canvas.line(canvas.row_of("pan", 200, [20.0] * 10, 16.0))


@pytest.mark.usefixtures("plain_application")
def test_every_scenario_paints_frames(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.setattr(canvas, "FRAMES", 12)
    monkeypatch.setattr(canvas, "LATEST", tmp_path / "canvas.json")
    assert main(["canvas", "--nodes", "24", "--rounds", "1", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in printed["rows"]] == list(canvas.SCENARIOS)
    assert all(row["frames"] >= 4 and row["worst_ms"] > 0 for row in printed["rows"])
    assert json.loads((tmp_path / "canvas.json").read_text(encoding="utf-8")) == printed
