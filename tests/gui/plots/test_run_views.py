"""Runs over each other, and the band of runs that differ in their seed: every number by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from deepviz.gui.plots import all_views
from deepviz.gui.plots.run_curves import RunCurves, ShownRun, smoothed
from deepviz.gui.plots.run_legend import short_names
from deepviz.gui.plots.run_overlay import MOST_RUNS, RunOverlay
from deepviz.gui.plots.seed_band import SeedBand, band_of
from deepviz.gui.plots.time_bins import TimeBins
from deepviz.gui.theme import LIGHT
from deepviz.training.history import History
from deepviz.training.run_summary import summary_of
from deepviz.training.short_history import shortened
from tests.training.run_made import Record, project

SEEDS = (0, 1, 2)


def run(seed: int, steps: int = 40, seconds: float = 4.0, units: int = 4, skip: int = 0) -> ShownRun:
    """Loss (seed + 1) / step, an epoch of 10 steps, after each a validation loss twice that of the step."""
    history = History(["dense_1"])
    records = []
    for step in range(1, steps + 1):
        if skip and step % skip == 0:
            continue
        values: dict[str, object] = {"loss": (seed + 1) / step, "accuracy": 1 - 1 / step}
        if step % 10 == 0:
            values |= {"validation_loss": 2 * (seed + 1) / step, "validation_accuracy": 0.5}
        records.append(Record(step, (step - 1) // 10 + 1, values))
    history.append(records)
    history.seconds = seconds
    return ShownRun(summary_of(f"run-{seed}", project(seed=seed, units=units), history, steps), history)


def shown(qtbot: QtBot, view: RunCurves) -> RunCurves:
    qtbot.addWidget(view)
    view.resize(720, 300)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def overlay(qtbot: QtBot) -> RunOverlay:
    view = RunOverlay()
    shown(qtbot, view)
    return view


@pytest.fixture
def band(qtbot: QtBot) -> SeedBand:
    view = SeedBand()
    shown(qtbot, view)
    return view


def test_both_views_are_found_and_offered() -> None:
    kinds = {kind.key: kind for kind in all_views()}
    assert kinds["run_overlay"] is RunOverlay
    assert kinds["seed_band"] is SeedBand
    assert RunOverlay.category == SeedBand.category == "Runs"


def test_each_run_has_its_curve_of_training_and_validation(overlay: RunOverlay) -> None:
    assert "Choose runs" in overlay.words.text()
    overlay.show_runs([run(0), run(2, steps=60)])
    assert overlay.what_is_missing() == ""
    first, first_validation, second, second_validation = overlay.curves
    np.testing.assert_array_equal(first.x, np.arange(1, 41))
    np.testing.assert_allclose(first.y, 1 / np.arange(1, 41))
    np.testing.assert_array_equal(first_validation.x, [10, 20, 30, 40])
    np.testing.assert_allclose(second.y, 3 / np.arange(1, 61))
    np.testing.assert_allclose(second_validation.y, 6 / np.arange(10, 61, 10))
    assert [each.name for each in overlay.legend.entries] == ["small", "small"]
    # What the list of runs says of the last epoch, too: the validation loss after it.
    assert [each.value for each in overlay.legend.entries] == ["val. 0.05", "val. 0.1"]
    assert overlay.smoothing == 0, "curves are shown as they were measured"
    overlay.set_part("train")
    means = [np.mean([factor / step for step in range(last - 9, last + 1)]) for factor, last in ((1, 40), (3, 60))]
    assert [float(each.value) for each in overlay.legend.entries] == pytest.approx(means, rel=1e-3)


def test_a_narrow_legend_still_has_every_name(overlay: RunOverlay, qtbot: QtBot) -> None:
    named = ("spirals, learning rate 0.1", "spirals, learning rate 0.01", "spirals, learning rate 0.001", "spirals, Q")
    runs = [run(number) for number in range(4)]
    overlay.show_runs(
        [ShownRun(replace(each.summary, name=name), each.history) for each, name in zip(runs, named, strict=True)]
    )
    wide = overlay.legend.height()
    overlay.resize(340, 240)
    QApplication.processEvents()
    assert overlay.width() == 340
    assert overlay.legend.words(340) == ["learning rate 0.1", "learning rate 0.01", "learning rate 0.001", "Q"]
    assert overlay.legend.height() > wide
    assert all(name in overlay.legend.toolTip() for name in named)
    overlay.show_runs([run(number) for number in range(MOST_RUNS)])
    shown_names = overlay.legend.words(200)
    assert shown_names[-1] == f"+{MOST_RUNS - len(shown_names) + 1}"
    assert overlay.area.height() > 60, "the legend leaves the curves their room"


def test_names_lose_only_what_all_begin_with() -> None:
    assert short_names(["a, seed 1", "a, seed 12"]) == ["seed 1", "seed 12"]
    assert short_names(["a, b, c", "a, b, d"]) == ["c", "d"]
    assert short_names(["a, ", "a, b"]) == ["a, ", "a, b"]
    assert short_names(["spirals 1", "spirals 2"]) == ["spirals 1", "spirals 2"]
    assert short_names(["a, seed 1"]) == ["a, seed 1"]


def test_the_axis_counts_steps_epochs_or_seconds(overlay: RunOverlay) -> None:
    overlay.show_runs([run(0, seconds=4.0)])
    overlay.set_axis("epoch")
    np.testing.assert_allclose(overlay.curves[0].x, np.arange(1, 41) / 10)
    np.testing.assert_allclose(overlay.curves[1].x, [1, 2, 3, 4])
    assert overlay.area.x_name == "epoch"
    overlay.set_axis("time")
    np.testing.assert_allclose(overlay.curves[0].x, np.arange(1, 41) * 0.1)
    assert overlay.area.x_range == pytest.approx((0.0, 4.0))
    with pytest.raises(KeyError):
        overlay.set_axis("miles")


def test_a_run_whose_epochs_are_not_known_is_left_out_there(overlay: RunOverlay) -> None:
    overlay.show_runs([run(0, steps=7)])
    overlay.set_axis("epoch")
    assert "None of these runs" in overlay.words.text()


def test_the_cross_hair_says_what_was_measured(overlay: RunOverlay) -> None:
    overlay.show_runs([run(0), run(2, steps=20)])
    text = overlay.hover_text(20.2)
    assert text.splitlines() == [
        "loss at step 20",
        "small, train 0.05",
        "small, validation 0.1",
        "small, train 0.15",
        "small, validation 0.3",
    ]
    at_17 = overlay.hover_text(17.0).splitlines()
    assert at_17[0] == "loss at step 17"
    assert at_17[2] == "small, validation (step 20) 0.1"  # none was measured at 17
    late = overlay.hover_text(40.0).splitlines()
    assert len(late) == 3  # the other run was over by then
    overlay.area.pointed.emit(QPointF(20, 0.1))
    assert overlay.area.pointer is not None
    QTest.keyClick(overlay.area, Qt.Key.Key_Left)


def test_metric_part_and_logarithm(overlay: RunOverlay, tmp_path: Path) -> None:
    overlay.show_runs([run(0)])
    assert overlay.quantities == ("loss", "accuracy")
    overlay.set_part("validation")
    assert len(overlay.curves) == 1
    overlay.set_logarithmic(True)
    np.testing.assert_allclose(overlay.curves[0].y, np.log10([0.2, 0.1, 2 / 30, 0.05]))
    overlay.save(tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "run,data,step,place,loss"
    assert lines[1:3] == ["small,validation,10,10.0,0.2", "small,validation,20,20.0,0.1"]
    overlay.set_part("train")
    overlay.set_quantity("accuracy")
    assert "95.0000" in overlay.hover_text(20)
    overlay.apply_theme(LIGHT)
    for suffix in ("png", "svg"):
        overlay.save(tmp_path / f"a.{suffix}")
        assert (tmp_path / f"a.{suffix}").stat().st_size > 1000


def test_smoothing_is_that_of_other_plots(overlay: RunOverlay) -> None:
    values = np.random.default_rng(0).normal(size=200)
    bins = TimeBins(1, logarithmic=False)
    bins.extend(np.arange(1, 201), values)
    ours = smoothed(np.arange(1, 201), values, 30.0)
    np.testing.assert_allclose(ours, bins.smoothed(30)[:, 0][: len(ours)], rtol=1e-9)
    # By hand: two values 5 steps apart, the first weighs exp(-5 / 10).
    weight = np.exp(-0.5)
    np.testing.assert_allclose(
        smoothed(np.array([1, 6]), np.array([2.0, 4.0]), 10.0), [2.0, (2 * weight + 4) / (weight + 1)]
    )


def test_the_present_run_and_moments_do_not_concern_them(overlay: RunOverlay) -> None:
    overlay.show_runs([run(0)])
    overlay.show_history(History([]))
    overlay.show_moment(3)
    assert len(overlay.curves) == 2


def test_more_runs_than_can_be_told_apart(overlay: RunOverlay) -> None:
    overlay.show_runs([run(seed) for seed in range(MOST_RUNS + 1)])
    assert len(overlay.curves) == 2 * MOST_RUNS
    assert "1 more not shown" in overlay.header.note


def test_the_band_is_exact_at_every_step_that_all_have(band: SeedBand) -> None:
    band.show_runs([run(0), run(1, skip=4), run(4, steps=30)])
    found = band.band(False)
    assert found is not None
    steps = np.array([step for step in range(1, 31) if step % 4])
    np.testing.assert_array_equal(found.steps, steps)
    np.testing.assert_allclose(found.low, 1 / steps)
    np.testing.assert_allclose(found.high, 5 / steps)
    np.testing.assert_allclose(found.mean, (1 + 2 + 5) / 3 / steps)
    np.testing.assert_allclose(band.curves[0].y[: len(steps)], found.mean)


def test_a_band_of_long_runs_of_different_length_is_that_of_their_whole_courses(band: SeedBand) -> None:
    """Kept are only some steps of each; at those that all have, nothing but the runs' own numbers is shown."""
    rng = np.random.default_rng(0)
    lengths = (9000, 5200, 7001)
    losses = [rng.random(length) for length in lengths]
    made = []
    for seed, loss in enumerate(losses):
        history = History(["dense_1"])
        history.append(Record(step, 1 + step // 100, {"loss": value}) for step, value in enumerate(loss.tolist(), 1))
        summary = summary_of(f"run-{seed}", project(seed=seed), history, len(loss))
        made.append(ShownRun(summary, shortened(history)))
    band.show_runs(made)
    found = band.band(False)
    assert found is not None
    assert 500 < len(found.steps) <= min(len(run.history) for run in made)
    assert found.steps[-1] > 5190
    table = np.array([loss[found.steps - 1] for loss in losses])
    np.testing.assert_array_equal(found.low, table.min(axis=0))
    np.testing.assert_allclose(found.mean, table.mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(found.high, table.max(axis=0))
    step = int(found.steps[400])
    values = [float(text.split()[-1]) for text in band.hover_text(step).splitlines()[1:4]]
    column = table[:, 400]
    assert values == pytest.approx([column.mean(), column.min(), column.max()], rel=1e-5)
    note = band.header.note.replace("\u202f", " ").replace(",", "")
    assert note.endswith("to step 5 200 where the first ended")


def test_the_final_results_by_hand(band: SeedBand) -> None:
    band.show_runs([run(seed) for seed in SEEDS])
    results = {each.name: each for each in band.results}
    last = [2 * (seed + 1) / 40 for seed in SEEDS]  # 0.05, 0.1, 0.15
    assert results["validation_loss"].mean == pytest.approx(0.1)
    assert results["validation_loss"].deviation == pytest.approx(0.05)  # squares 0.0025 + 0 + 0.0025 over 2
    assert (results["validation_loss"].low, results["validation_loss"].high) == pytest.approx((last[0], last[2]))
    epoch = sum(1 / step for step in range(31, 41)) / 10
    assert results["loss"].mean == pytest.approx(2 * epoch)
    assert results["loss"].deviation == pytest.approx(epoch)
    rows = {row[0]: row[1:] for row in band._results.rows}
    assert rows["validation loss"] == ("0.1 ± 0.05", "0.05", "0.15")
    assert rows["train accuracy"][0].endswith("± 0.00\u202f%")
    assert "mean ± s, n = 3" in band._results.accessibleDescription()


def test_the_band_under_the_cross_hair_and_in_files(band: SeedBand, tmp_path: Path) -> None:
    band.show_runs([run(seed) for seed in SEEDS])
    text = band.hover_text(10.0).splitlines()
    assert text[0] == "loss at step 10"
    assert text[1:4] == ["train mean 0.2", "train min 0.1", "train max 0.3"]
    assert text[4:7] == ["validation mean 0.4", "validation min 0.2", "validation max 0.6"]
    band.save(tmp_path / "b.csv")
    rows = (tmp_path / "b.csv").read_text().splitlines()
    assert rows[0] == "data,step,minimum loss,mean loss,maximum loss,runs"
    assert rows[1] == "train,1,1.0,2.0,3.0,3"
    band.save(tmp_path / "b.svg")
    assert b"train accuracy" in (tmp_path / "b.svg").read_bytes()
    band.set_axis("epoch")
    np.testing.assert_allclose(band.curves[1].x, [1, 2, 3, 4])
    QTest.keyClick(band.area, Qt.Key.Key_Left)
    assert band.area.pointer is not None


def test_runs_that_differ_in_more_than_their_seed_have_no_band(band: SeedBand) -> None:
    band.show_runs([run(0)])
    assert "at least two" in band.words.text()
    band.show_runs([run(0), run(1, units=8)])
    assert "dense_1 units" in band.words.text()
    band.show_runs([])
    assert "Repeat with seeds" in band.words.text()


def test_a_band_of_curves_without_common_steps_is_empty() -> None:
    found = band_of([(np.array([1, 3]), np.array([1.0, 2.0])), (np.array([2, 4]), np.array([1.0, 2.0]))])
    assert len(found.steps) == len(found.mean) == 0


def test_the_results_never_make_a_narrow_view_wider(band: SeedBand) -> None:
    band.show_runs([run(seed) for seed in SEEDS])
    table = band._results
    assert not table.is_line
    assert table.geometry().right() <= band.width()
    host = QWidget()
    column = QVBoxLayout(host)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(band)
    host.resize(340, 240)
    host.show()
    QApplication.processEvents()
    assert band.width() == 340
    assert table.is_line
    assert table.geometry().right() <= 340
    assert band.area.width() == 340
    # Of the quantity that is drawn: training losses of the last epoch are (seed + 1) times the mean of 1/31 ... 1/40.
    means = np.array([(seed + 1) * np.mean([1 / step for step in range(31, 41)]) for seed in SEEDS])
    assert table.line.startswith(f"train {means.mean():.4g} ± {means.std(ddof=1):.3g}"[:11])
    assert "val. 0.1 ± 0.05" in table.line
    band.set_quantity("accuracy")
    assert "val. 50.00\u202f% ± 0.00\u202f%" in table.line
    image = QImage(340, 240, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    band.paint_picture(painter)
    painter.end()
    host.resize(900, 240)
    QApplication.processEvents()
    assert not table.is_line
    assert table.width() == table.table_width
    band.setParent(None)
    host.close()


def test_epochs_of_a_run_whose_batch_size_was_changed(overlay: RunOverlay) -> None:
    made = History(["dense_1"])
    ends = (4, 8, 10, 12)  # epochs of 4, 4, 2 and 2 steps
    made.append(
        Record(
            step,
            1 + int(np.searchsorted(ends, step)),
            {"loss": 1 / step} | ({"validation_loss": 2.0} if step in ends else {}),
        )
        for step in range(1, 13)
    )
    changed = ShownRun(summary_of("run-x", project(), made, 12), made)
    assert changed.summary.steps_per_epoch == 0
    overlay.show_runs([changed])
    overlay.set_axis("epoch")
    np.testing.assert_allclose(
        overlay.places(changed, np.arange(1, 13)), [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4]
    )
    (train, validation) = overlay._courses
    np.testing.assert_allclose(validation.places, [1, 2, 3, 4])
    assert train.places[-1] == 4


def test_the_curves_have_the_name_of_their_view(overlay: RunOverlay, band: SeedBand) -> None:
    """The keyboard goes into them, so a screen reader has to know what they are."""
    assert overlay.area.accessibleName() == RunOverlay.title
    assert band.area.accessibleName() == SeedBand.heading


def test_no_peak_of_a_long_run_is_lost_when_it_is_kept(overlay: RunOverlay) -> None:
    losses = 1.0 + 0.1 * np.sin(np.arange(30_000) / 500)
    losses[12_344] = 9.0  # step 12 345
    losses[20_000] = 0.01
    history = History(["dense_1"])
    history.append(Record(step, 1 + step // 100, {"loss": loss}) for step, loss in enumerate(losses.tolist(), 1))
    kept = shortened(history)
    whole = ShownRun(summary_of("run-0", project(), history, 30_000), kept)
    overlay.show_runs([whole])
    steps, values = kept.column("loss")
    low, high = kept.extremes("loss")
    begin = np.append(0, steps[:-1])
    np.testing.assert_array_equal(values, losses[steps - 1])
    np.testing.assert_array_equal(high, [losses[a:b].max() for a, b in zip(begin, steps, strict=True)])
    np.testing.assert_array_equal(low, [losses[a:b].min() for a, b in zip(begin, steps, strict=True)])
    assert overlay.area.y_range[1] > 9.0
    (course,) = overlay._courses
    assert (course.low.min(), course.high.max()) == (0.01, 9.0)
    assert not overlay.curves[0]._band.isEmpty()
    row = int(np.searchsorted(steps, 12_345))
    said = overlay.hover_text(float(steps[row])).replace("\u202f", " ")
    assert f"since step {steps[row - 1] + 1:,}".replace(",", " ") in said
    assert "– 9" in said
    again = History.from_arrays(kept.to_arrays())
    for one, other in zip(again.extremes("loss"), (low, high), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.stretch("loss", row) == (int(steps[row - 1]) + 1, int(steps[row]))
    again.append([Record(30_001, 301, {"loss": 2.0})])
    assert again.extremes("loss")[1][-1] == again.extremes("loss")[0][-1] == 2.0
    again.most_steps = 500
    assert again.extremes("loss")[1].max() == 9.0
    assert again.extremes("loss")[0].min() == 0.01


def test_the_header_says_that_dotted_is_validation(overlay: RunOverlay) -> None:
    overlay.show_runs([run(0), run(1)])
    assert [(each.name, bool(each.dashes)) for each in overlay.header.entries] == [
        ("training", False),
        ("validation", True),
    ]
    overlay.set_part("train")
    assert overlay.header.entries == ()
