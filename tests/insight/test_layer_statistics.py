"""Figures and histograms of what layers give, worked out from weights, against NumPy written out here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from deepviz.engine.histogram import BINS
from deepviz.insight import layer_statistics
from deepviz.insight.distribution import Distribution, counted
from deepviz.insight.layer_statistics import LayerStatistics
from deepviz.insight.subject import Subject, UnanswerableError
from tests.gui.plots.looks import flat, images, subject_of
from tests.insight.made_subjects import ignored


@pytest.fixture(scope="module")
def spirals() -> Subject:
    return subject_of(flat(), step=7)


def given(subject: Subject, x: np.ndarray) -> dict[str, np.ndarray]:
    """What each layer of input_1 -> dense_1 -> tanh_1 -> dense_2 gives."""
    weights = {name: array.astype(np.float64) for name, array in subject.network.weights().items()}
    first = x @ weights["dense_1/W"] + weights["dense_1/b"]
    bent = np.tanh(first)
    return {
        "input_1": x,
        "dense_1": first,
        "tanh_1": bent,
        "dense_2": bent @ weights["dense_2/W"] + weights["dense_2/b"],
    }


def spread(x: np.ndarray, most: int) -> np.ndarray:
    count = min(len(x), most)
    return np.array([x[place * len(x) // count] for place in range(count)], np.float64)


def test_figures_are_those_of_what_layers_give(spirals: Subject) -> None:
    found = LayerStatistics().answer(spirals, ignored)
    x = spread(spirals.data.train.x, 512)
    assert found.samples == len(x)
    wanted = given(spirals, x)
    assert [each.node for each in found.layers] == list(wanted)
    for each in found.layers:
        y = wanted[each.node]
        assert each.mean == pytest.approx(y.mean(), rel=1e-5, abs=1e-7)
        assert each.deviation == pytest.approx(y.std(), rel=1e-5)
        assert each.zeros == (y == 0).mean()
        assert (each.dead, each.units) == (0, y.shape[1])
        if each.node == "tanh_1":
            assert each.saturated == pytest.approx((np.abs(y) > 0.96).mean())
        else:
            assert math.isnan(each.saturated)


def test_a_unit_that_is_zero_for_all_samples_is_dead() -> None:
    subject = subject_of(images())
    subject.network.parameters["conv2d_1/b"][:] = 0
    subject.network.parameters["conv2d_1/b"][[1, 4]] = -100
    found = {each.node: each for each in LayerStatistics().answer(subject, ignored).layers}
    assert (found["relu_1"].dead, found["relu_1"].units) == (2, 6)
    assert found["relu_1"].zeros > 2 / 6
    assert found["conv2d_1"].dead == 0


def test_of_wide_layers_fewer_samples_are_looked_at_and_few_layers_at_a_time(
    spirals: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_statistics, "MOST_NUMBERS", 200)  # dense_1 has 5 units
    found = LayerStatistics().answer(spirals, ignored)
    assert found.samples == 40
    wanted = given(spirals, spread(spirals.data.train.x, 40))
    assert [each.mean for each in found.layers] == pytest.approx([y.mean() for y in wanted.values()], rel=1e-5)


def by_hand(numbers: np.ndarray) -> list[int]:
    low, high = numbers.min(), numbers.max()
    counts = [0] * BINS
    for number in numbers.reshape(-1).tolist():
        counts[min(math.floor(BINS * (number - low) / (high - low)), BINS - 1)] += 1
    return counts


@pytest.mark.parametrize("node", ["dense_1", "dense_2"])
def test_the_weights_of_a_layer_are_counted(spirals: Subject, node: str) -> None:
    found = Distribution("weights", node).answer(spirals, ignored)
    weights = spirals.network.weights()
    numbers = np.append(weights[f"{node}/W"], weights[f"{node}/b"]).astype(np.float64)
    assert found.counts.tolist() == by_hand(numbers)
    assert found.counts.sum() == numbers.size
    assert found.span.tolist() == [numbers.min(), numbers.max()]
    assert found.samples == 0


def test_what_a_layer_gives_is_counted(spirals: Subject) -> None:
    found = Distribution("activations", "input_1").answer(spirals, ignored)
    x = spread(spirals.data.train.x, 512)
    assert found.samples == len(x)
    assert found.counts.tolist() == by_hand(x)
    found = Distribution("activations", "tanh_1").answer(spirals, ignored)
    y = given(spirals, x)["tanh_1"]
    assert found.counts.sum() == y.size
    np.testing.assert_allclose(found.span, [y.min(), y.max()], rtol=1e-5)


def test_what_cannot_be_counted_is_left_out() -> None:
    counts, span = counted(np.array([1.0, np.nan, 3.0, np.inf, 2.0]))
    assert (counts[[0, 32, 63]].tolist(), counts.sum(), span.tolist()) == ([1, 1, 1], 3, [1.0, 3.0])
    counts, span = counted(np.full(5, 4.0))
    assert (counts[32], counts.sum(), span.tolist()) == (5, 5, [2.0, 6.0])
    counts, span = counted(np.array([np.nan]))
    assert counts.sum() == 0
    assert np.isnan(span).all()


def test_a_layer_that_is_not_there_is_refused(spirals: Subject) -> None:
    with pytest.raises(UnanswerableError, match="no layer called gone"):
        Distribution("weights", "gone").answer(spirals, ignored)


def test_a_layer_without_weights_has_none_to_be_counted(spirals: Subject) -> None:
    with pytest.raises(UnanswerableError, match="Tanh has no weights"):
        Distribution("weights", "tanh_1").answer(spirals, ignored)
