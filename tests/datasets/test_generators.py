"""The generators: balanced, repeatable, and shaped as their pictures promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.datasets import DatasetSource, registry
from deepviz.datasets.sources.blobs import Blobs
from deepviz.datasets.sources.circles import Circles
from deepviz.datasets.sources.hills import Hills
from deepviz.datasets.sources.line import Line
from deepviz.datasets.sources.sine import Sine
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.sources.waves import Waves
from deepviz.datasets.sources.xor import Xor
from deepviz.registry import DefinitionError

GENERATORS = [source for source in registry.values() if source.category == "Generated"]
PLANES = [source for source in GENERATORS if source.key in ("spirals", "circles", "xor", "blobs")]
NUMBERS = [source for source in GENERATORS if source.key in ("line", "sine", "hills")]
CURVES = [source for source in GENERATORS if source.key in ("line", "sine")]
CLASSES = [source for source in GENERATORS if source not in NUMBERS]


def test_there_are_eight() -> None:
    keys = {"spirals", "circles", "xor", "blobs", "line", "sine", "hills", "waves"}
    assert {source.key for source in GENERATORS} == keys


@pytest.mark.parametrize("source", PLANES, ids=lambda source: source.key)
def test_points_of_a_plane(source: type[DatasetSource]) -> None:
    dataset = source().load()
    assert dataset.task == "classification"
    assert dataset.sample_shape == (2,)
    assert dataset.feature_names == ("x", "y")


@pytest.mark.parametrize("source", CURVES, ids=lambda source: source.key)
def test_points_beside_a_curve(source: type[DatasetSource]) -> None:
    dataset = source().load()
    assert dataset.task == "regression"
    assert dataset.sample_shape == (1,)
    assert dataset.y.shape == (len(dataset), 1)
    assert float(np.abs(dataset.x).max()) <= 1


@pytest.mark.parametrize("source", CLASSES, ids=lambda source: source.key)
class TestEveryGeneratorOfClasses:
    @pytest.mark.parametrize("samples", [20, 601, 1000])
    def test_balanced(self, source: type[DatasetSource], samples: int) -> None:
        dataset = source().changed(samples=samples).load()
        counts = np.bincount(dataset.y.astype(int), minlength=dataset.classes)
        assert counts.sum() == samples == len(dataset)
        assert counts.max() - counts.min() <= 1

    def test_order_is_mixed(self, source: type[DatasetSource]) -> None:
        dataset = source().load()
        assert set(dataset.y[:30].tolist()) == set(range(dataset.classes))
        assert (np.diff(dataset.y) != 0).mean() < 0.9


@pytest.mark.parametrize("source", GENERATORS, ids=lambda source: source.key)
class TestEveryGenerator:
    def test_defaults(self, source: type[DatasetSource]) -> None:
        dataset = source().load()
        assert 300 <= len(dataset) <= 1000
        assert dataset.title == source.label
        assert float(np.abs(dataset.x).max()) < 1.6
        assert float(dataset.x.std()) > 0.3

    def test_the_same_seed_gives_the_same_points(self, source: type[DatasetSource]) -> None:
        first, again, other = source(seed=7).load(), source(seed=7).load(), source(seed=8).load()  # type: ignore[call-arg]
        np.testing.assert_array_equal(first.x, again.x)
        np.testing.assert_array_equal(first.y, again.y)
        assert not np.array_equal(first.x, other.x)

    def test_survives_json_and_bounds_hold(self, source: type[DatasetSource]) -> None:
        chosen = source().changed(samples=123, seed=4)
        assert registry.from_json(chosen.to_json()) == chosen
        with pytest.raises(DefinitionError, match="samples"):
            source().changed(samples=3)


def test_spirals_wind_as_often_as_asked() -> None:
    dataset = Spirals(samples=2000, turns=1.5, noise=0, classes=2).load()
    arm = dataset.x[dataset.y == 0].astype(np.float64)
    radius = np.hypot(arm[:, 0], arm[:, 1])
    arm = arm[np.argsort(radius)]
    angle = np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))
    assert (angle[-1] - angle[0]) / (2 * np.pi) == pytest.approx(1.5, abs=0.005)
    assert radius.min() == pytest.approx(0.05, abs=0.001)
    assert radius.max() == pytest.approx(1.0, abs=0.001)


def test_two_spiral_arms_mirror_each_other_in_the_centre() -> None:
    dataset = Spirals(noise=0).load()
    first, second = dataset.x[dataset.y == 0], dataset.x[dataset.y == 1]
    assert len(first) == len(second)
    distances = np.abs(first[:, None, :] + second[None, :, :]).max(axis=2)
    assert float(distances.min(axis=1).max()) < 1e-6


def test_circles_have_the_radii_asked_for() -> None:
    dataset = Circles(noise=0, factor=0.3).load()
    radius = np.hypot(dataset.x[:, 0], dataset.x[:, 1])
    np.testing.assert_allclose(radius[dataset.y == 0], 0.3, atol=1e-6)
    np.testing.assert_allclose(radius[dataset.y == 1], 1.0, atol=1e-6)


def test_xor_is_decided_by_the_signs_and_keeps_its_gap() -> None:
    dataset = Xor(noise=0, gap=0.2, samples=800).load()
    different = (dataset.x[:, 0] > 0) != (dataset.x[:, 1] > 0)
    np.testing.assert_array_equal(dataset.y == 1, different)
    assert float(np.abs(dataset.x).min()) >= 0.2
    quadrants = 2 * (dataset.x[:, 0] > 0) + (dataset.x[:, 1] > 0)
    assert np.bincount(quadrants.astype(int)).tolist() == [200, 200, 200, 200]


def test_blobs_sit_on_their_centres_with_the_spread_asked_for() -> None:
    dataset = Blobs(samples=40_000, classes=4, spread=0.1).load()
    for number in range(4):
        blob = dataset.x[dataset.y == number].astype(np.float64)
        angle = np.pi / 4 + number * np.pi / 2
        np.testing.assert_allclose(blob.mean(axis=0), (0.7 * np.cos(angle), 0.7 * np.sin(angle)), atol=0.005)
        np.testing.assert_allclose(blob.std(axis=0), 0.1, rtol=0.03)


def test_noise_moves_points_by_its_standard_deviation() -> None:
    still, moved = Circles(samples=20_000, noise=0).load(), Circles(samples=20_000, noise=0.05).load()
    outer = moved.x[moved.y == 1]
    assert np.std(np.hypot(outer[:, 0], outer[:, 1])) == pytest.approx(0.05, rel=0.05)
    assert len(still) == len(moved)


def test_a_line_is_where_it_was_asked_to_be() -> None:
    dataset = Line(samples=20_000, slope=-3, intercept=0.5, noise=0.2).load()
    slope, intercept = np.polyfit(dataset.x[:, 0].astype(np.float64), dataset.y[:, 0].astype(np.float64), 1)
    assert (slope, intercept) == (pytest.approx(-3, abs=0.01), pytest.approx(0.5, abs=0.01))
    rest = dataset.y[:, 0] - (slope * dataset.x[:, 0] + intercept)
    assert float(rest.std()) == pytest.approx(0.2, rel=0.03)
    still = Line(noise=0, slope=2, intercept=1).load()
    np.testing.assert_allclose(still.y, 2 * still.x + 1, atol=1e-6)


def test_a_sine_has_the_periods_asked_for() -> None:
    still = Sine(noise=0, periods=3).load()
    np.testing.assert_allclose(still.y, np.sin(3 * np.pi * still.x.astype(np.float64)), atol=1e-5)
    moved = Sine(samples=20_000, noise=0.3, periods=3).load()
    rest = moved.y - np.sin(3 * np.pi * moved.x.astype(np.float64))
    assert float(rest.std()) == pytest.approx(0.3, rel=0.03)


def test_hills_are_points_below_numbers_to_fit() -> None:
    dataset = Hills().load()
    assert dataset.task == "regression"
    assert dataset.x.shape == (800, 2)
    assert dataset.y.shape == (800, 1)
    assert (dataset.feature_names, dataset.target_names) == (("x", "y"), ("height",))
    assert np.ptp(dataset.x, axis=0) == pytest.approx([2, 2], abs=0.02)
    assert float(np.abs(dataset.x).max()) <= 1
    flat = np.column_stack([dataset.x, np.ones(800)]).astype(np.float64)
    rest = dataset.y - flat @ np.linalg.lstsq(flat, dataset.y, rcond=None)[0]
    assert 1 - rest.var() / dataset.y.var() < 0.2, "a hidden layer is needed"


def test_hills_and_hollows_take_turns_and_are_as_high_as_asked() -> None:
    """The formula, point by point, with `math` alone."""
    centres = {(-0.65, 0.4): 1, (0.0, 0.4): -1, (0.65, 0.4): 1, (-0.65, -0.4): -1, (0.0, -0.4): 1, (0.65, -0.4): -1}
    dataset = Hills(samples=300, height=2.5, width=0.2, slope=0.6, noise=0).load()
    for (x, y), given in zip(dataset.x.tolist(), dataset.y[:, 0].tolist(), strict=True):
        squares = {(a, b): (x - a) ** 2 + (y - b) ** 2 for a, b in centres}
        mounds = sum(sign * math.exp(-squares[place] / (2 * 0.2 * 0.2)) for place, sign in centres.items())
        assert given == pytest.approx(2.5 * mounds + 0.6 * (x + y) / 2, abs=1e-5)


def test_without_height_hills_are_a_plane_with_the_noise_asked_for() -> None:
    dataset = Hills(samples=20_000, height=0, slope=3, noise=0.4).load()
    rest = dataset.y[:, 0] - 3 * dataset.x.mean(axis=1)
    assert float(rest.mean()) == pytest.approx(0, abs=0.01)
    assert float(rest.std()) == pytest.approx(0.4, rel=0.03)


def test_waves_have_their_forms() -> None:
    dataset = Waves(samples=400, steps=200, noise=0).load()
    assert dataset.sample_shape == (200, 1)
    assert dataset.class_names == ("Sine", "Square", "Triangle", "Sawtooth")
    steps = {name: np.diff(dataset.x[dataset.y == number, :, 0]) for number, name in enumerate(dataset.class_names)}
    assert set(np.unique(np.abs(dataset.x[dataset.y == 1]))) <= {0.0, 1.0}
    rises = np.sort(np.abs(steps["Triangle"]), axis=1)
    np.testing.assert_allclose(rises[:, 50], rises[:, 150], rtol=1e-3)  # as fast up as down, but for the corners
    falls = (steps["Sawtooth"] < 0).sum(axis=1)
    assert (falls.min(), falls.max()) == (1, 3)  # one a period, and a sequence has 1.5 to 3 of them
    # A sine is the only one whose second differences are proportional to itself.
    sine = dataset.x[dataset.y == 0, :, 0].astype(np.float64)
    bend = np.diff(sine, 2)
    assert min(np.corrcoef(-line, wave[1:-1])[0, 1] for line, wave in zip(bend, sine, strict=True)) > 0.999
    assert float(dataset.x.mean()) == pytest.approx(0, abs=0.05)
