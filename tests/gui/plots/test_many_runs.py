"""Many runs over each other: each of them can be told from the others and has its name, on the screen and in files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.run_overlay import MOST_RUNS, RunOverlay
from deepviz.gui.plots.seed_band import SeedBand
from tests.gui.plots.test_run_views import run, shown


@pytest.fixture
def overlay(qtbot: QtBot) -> RunOverlay:
    view = RunOverlay()
    shown(qtbot, view)
    runs = [run(seed) for seed in range(MOST_RUNS)]
    view.show_runs([replace(each, summary=replace(each.summary, name=f"a, seed {n}")) for n, each in enumerate(runs)])
    return view


@pytest.mark.parametrize("part", ["both", "train", "validation"])
def test_no_two_curves_look_alike(overlay: RunOverlay, part: str) -> None:
    overlay.set_part(part)
    looks = [(curve._color.name(), curve._dashes) for curve in overlay.curves]
    assert len(looks) == (2 if part == "both" else 1) * MOST_RUNS
    assert len(set(looks)) == len(looks)
    entries = [(entry.color, entry.dashes) for entry in overlay.legend.entries]
    assert len(entries) == len(set(entries)) == MOST_RUNS
    assert set(entries) <= set(looks), "a sample in the legend looks as a curve of its run does"


def test_a_narrow_legend_leaves_out_values_before_names(overlay: RunOverlay, tmp_path: Path) -> None:
    names = [f"seed {number}" for number in range(MOST_RUNS)]
    assert overlay.legend.words(386) == names
    assert overlay.legend.height_for(386) <= 4 * 18 + 2
    overlay.resize(386, 244)
    overlay.save(tmp_path / "runs.svg")
    texts = [each.text for each in ElementTree.parse(tmp_path / "runs.svg").iter() if each.tag.endswith("text")]
    assert [each for each in texts if each in names] == names
    assert not [each for each in texts if each and each.startswith("val. ")]
    overlay.show_runs(overlay.runs[:3])
    overlay.save(tmp_path / "runs.svg")
    texts = [each.text for each in ElementTree.parse(tmp_path / "runs.svg").iter() if each.tag.endswith("text")]
    assert [each for each in texts if each and each.startswith("val. ")] == ["val. 0.05", "val. 0.1", "val. 0.15"]
    assert overlay.legend.words(60)[-1] != "", "where nothing fits it says how many are left out"


def test_runs_of_the_same_name_can_be_told_apart_in_a_file(overlay: RunOverlay) -> None:
    same = [replace(each, summary=replace(each.summary, name="alike")) for each in overlay.runs[:2]]
    overlay.show_runs([*same, overlay.runs[2]])
    _, rows = overlay.table()
    found = {str(row[0]): float(str(row[4])) for row in rows if tuple(row[1:3]) == ("train", 1)}
    assert found == {"alike (run-0)": 1.0, "alike (run-1)": 2.0, "a, seed 2": 3.0}


def test_the_legend_of_the_seeds_is_whole_in_a_narrow_view(qtbot: QtBot) -> None:
    band = SeedBand()
    shown(qtbot, band)
    band.show_runs([run(seed) for seed in range(3)])
    assert [(entry.name, entry.short) for entry in band.header.entries] == [
        ("train, mean", "train mean"),
        ("validation, mean", "val. mean"),
    ]
