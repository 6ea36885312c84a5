"""The benchmark of watching: a real window, the real command line beside it, and a row for each figure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from deepviz.document.shapes import check
from deepviz.training.run_plan import RunPlan
from tests.benchmarks import live, live_window
from tests.benchmarks.__main__ import main


def test_the_projects_are_those_of_the_bars(tmp_path: Path) -> None:
    assert set(live.SPEED_BARS) < set(live_window.PROJECTS)
    for name in live.SPEED_BARS:
        project = live_window.PROJECTS[name](tmp_path)
        plan = RunPlan.of(project)
        assert not check(project, plan.facts).problems
        dense = [node.layer.units for node in project.graph.nodes if node.layer.key == "Dense"]
        assert "-".join(map(str, [plan.data.train.x[0].size, *dense])) == name
    layers = [node for node in live_window.deep(50).graph.nodes if not node.is_loss]
    assert len(layers) == 50


def test_a_row_says_whether_its_bar_is_met() -> None:
    assert live.row_of("speed", 0.91, "", 0.9, at_least=True)["met"]
    assert not live.row_of("speed", 0.89, "", 0.9, at_least=True)["met"]
    assert live.row_of("late", 33.0, "ms", 33.0)["met"]
    assert "NOT MET" in live.line(live.row_of("late", 34.0, "ms", 33.0, beats=7))
    assert "at most 33" in live.line(live.row_of("late", 34.0, "ms", 33.0))
    assert "beats 7" in live.line(live.row_of("late", 34.0, "ms", beats=7))


@pytest.mark.usefixtures("plain_application")
def test_the_speed_of_a_window_is_measured_beside_that_of_the_command_line(tmp_path: Path) -> None:
    project = live_window.toy()
    rows = {row["name"]: row for row in live.speed_rows("2-16-16-2", project, tmp_path, rounds=1, seconds=0.2)}
    speed = rows["2-16-16-2: steps/s, window : train"]
    assert 0 < speed["value"] < np.inf, "how fast either is depends on what else the machine has to do"
    assert speed["more"]["views"].startswith("loss,")
    told = rows["2-16-16-2: cost in the status bar"]["value"]
    assert np.isnan(told) or 0 <= told <= 1, "so short a run may not be able to tell"
    assert rows["2-16-16-2: event loop late, p99"]["value"] <= rows["2-16-16-2: event loop late, worst"]["value"]


@pytest.mark.usefixtures("plain_application")
def test_the_other_parts_print_and_keep_their_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "LATEST", tmp_path / "live.json")
    assert main(["live", "--only", "commands", "--commands", "12", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["rows"]
    assert 0 < row["value"] < 20_000
    assert not live.LATEST.exists(), "a part is not kept in place of all"
    monkeypatch.setattr(live, "SECTIONS", ("memory",))
    assert main(["live", "--minutes", "0.02", "--warm-up", "0.01"]) == 0
    assert "MB/min" in capsys.readouterr().out
    kept = json.loads(live.LATEST.read_text(encoding="utf-8"))
    assert [row["name"] for row in kept["rows"]] == ["2-16-16-2: memory"]


def test_the_program_that_is_closed_while_it_trains_ends_by_itself() -> None:
    row = live.closing_row("2-16-16-2")
    assert row["more"]["status"] == 0
    assert 0 < row["value"] < 60
