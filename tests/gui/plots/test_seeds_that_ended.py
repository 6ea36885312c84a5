"""Seeds that stopped early: the band goes on with those that still ran, and says of how many each number is."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from deepviz.gui.plots.seed_band import SeedBand, whole_band_of
from tests.gui.plots.test_run_views import run, shown

LENGTHS = (20, 30, 50)
"""Steps of three runs, whose losses are 1, 2 and 3 over the step."""


@pytest.fixture
def band(qtbot: QtBot) -> SeedBand:
    view = SeedBand()
    shown(qtbot, view)
    view.show_runs([run(seed, steps=steps) for seed, steps in enumerate(LENGTHS)])
    return view


def by_hand(step: int) -> tuple[float, float, float, int]:
    """Smallest, mean and largest loss of the runs that came so far, and how many did."""
    there = [(seed + 1) / step for seed, last in enumerate(LENGTHS) if last >= step]
    return min(there), sum(there) / len(there), max(there), len(there)


def test_it_goes_on_to_the_end_of_the_longest(band: SeedBand) -> None:
    """Curves ended without a word where the first run did, at two fifths of the longest."""
    found = band.whole_band(False)
    assert found is not None
    np.testing.assert_array_equal(found.steps, np.arange(1, 51))
    told = np.array([by_hand(step) for step in range(1, 51)])
    np.testing.assert_allclose(np.column_stack([found.low, found.mean, found.high, found.counts]), told)
    drawn = band.curves[0].y
    assert np.flatnonzero(np.isnan(drawn)).tolist() == [20, 31], "a gap where a run ended: two means do not join"
    np.testing.assert_allclose(drawn[np.isfinite(drawn)], told[:, 1])
    assert band.area.x_range == (0.0, 50.0)


def test_each_number_says_of_how_many_runs_it_is(band: SeedBand) -> None:
    legend = {each.name: each.value for each in band.header.entries}
    assert legend == {"train, mean": "0.1 at step 20 of 3 runs", "validation, mean": "0.2 at step 20 of 3 runs"}
    assert band.header.note == "3 runs, min to max shaded; all to step 20, where the first ended"
    assert band.hover_text(10.0).splitlines()[1] == "train mean 0.2"
    assert band.hover_text(25.0).splitlines()[1:4] == [
        "train mean of 2 0.1",
        "train min of 2 0.08",
        "train max of 2 0.12",
    ]
    assert band.hover_text(50.0).splitlines()[1] == "train mean of 1 0.06"
    assert band._results.rows[0][0] == "last epoch of each"
    words = "Curves are of the runs that still went on: 3 to step 20, 2 to step 30, 1 to step 50."
    assert band._results.note == words
    assert words in band._results.accessibleDescription()
    assert [each.brief for each in band.header.entries] == ["0.1 at step 20", "0.2 at step 20"]


def test_the_table_in_a_file_counts_too(band: SeedBand, tmp_path: Path) -> None:
    band.save(tmp_path / "b.csv")
    with (tmp_path / "b.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["data"] == "train"]
    assert [int(row["runs"]) for row in rows] == [by_hand(step)[3] for step in range(1, 51)]
    assert float(rows[-1]["mean loss"]) == 3 / 50


def test_smoothing_does_not_mix_means_of_different_runs(band: SeedBand) -> None:
    band.set_smoothing(10)
    drawn = band.curves[0].y
    weights = np.exp(-np.arange(5)[::-1] / 10)  # of steps 21 to 25, those of two runs
    values = np.array([by_hand(step)[1] for step in range(21, 26)])
    assert drawn[25] == pytest.approx((weights * values).sum() / weights.sum())  # one further for the gap


def test_runs_of_the_same_length_have_no_gap_and_no_count(band: SeedBand) -> None:
    band.show_runs([run(seed, steps=30) for seed in range(3)])
    assert np.isfinite(band.curves[0].y).all()
    assert [each.value for each in band.header.entries] == ["0.06667 at step 30", "0.1333 at step 30"]
    assert band.header.note == "3 runs, min to max shaded"
    assert band._results.note == ""


def test_many_ends_are_not_all_said(band: SeedBand) -> None:
    band.show_runs([run(seed, steps=10 * (seed + 1)) for seed in range(7)])
    assert band._results.note.endswith(": 7 to step 10, 6 to step 20, 5 to step 30, …, 1 to step 70.")


def test_runs_without_common_steps_still_have_an_end() -> None:
    found = whole_band_of([(np.array([1, 3]), np.array([1.0, 2.0])), (np.array([2, 4]), np.array([1.0, 2.0]))])
    assert found.steps.tolist() == [4]
    assert found.counts.tolist() == [1]
    assert found.together == 0
