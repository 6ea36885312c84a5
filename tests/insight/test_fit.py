"""The fitted curve is that of a forward pass by hand, in the data's own units, and samples keep their places."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.prepared import PreparedData, prepare
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.insight.fit import FitQuestion
from deepviz.insight.plane import Window
from deepviz.insight.subject import Subject, UnanswerableError
from tests.insight.looked_at import no_progress, numbers, subject


def of_one_input() -> PreparedData:
    x = np.random.default_rng(3).uniform(1900, 2000, size=(50, 1))
    y = np.concatenate([np.sin(x / 20), x / 100], axis=1)
    return prepare(Dataset(x, y, "regression", (), ("year",)), SplitChoice(), Preprocessing())


def small() -> Subject:
    layers = [Input(shape=(1,)), Dense(units=5), Tanh(), Dense(units=2)]
    return subject(layers, of_one_input(), dtype="float64")


def by_hand(looked: Subject, raw: np.ndarray) -> np.ndarray:
    scaler, weights = looked.data.scaler, looked.network.parameters
    scaled = (raw[:, None] - scaler.offset) / scaler.scale
    hidden = np.tanh(scaled @ weights["dense_1/W"] + weights["dense_1/b"])
    return hidden @ weights["dense_2/W"] + weights["dense_2/b"]


@pytest.mark.parametrize("window", [None, Window(1950.0, 1951.0)])
def test_the_curve_is_computed_from_end_to_end_of_what_is_shown(window: Window | None):
    looked = small()
    answer = FitQuestion(window, 33, ("train", "test")).answer(looked, no_progress)
    data = looked.data
    raw = np.concatenate([data.scaler.invert(part.x) for part in (data.train, data.validation, data.test) if part])
    span = raw.max() - raw.min()
    ends = (1950.0, 1951.0) if window else (raw.min() - 0.1 * span, raw.max() + 0.1 * span)
    np.testing.assert_allclose((answer.xs[0], answer.xs[-1]), ends, rtol=1e-6)
    np.testing.assert_allclose(answer.outputs, by_hand(looked, answer.xs), rtol=1e-3, atol=1e-4)
    train, test = answer.samples
    assert (train.part, test.part) == ("train", "test")
    np.testing.assert_array_equal(train.targets, data.train.y)
    places = data.scaler.invert(data.train.x)
    np.testing.assert_allclose(train.places, places, rtol=1e-6)
    np.testing.assert_allclose(train.outputs, by_hand(looked, train.places[:, 0]), rtol=1e-3, atol=1e-4)


def test_several_inputs_have_no_curve():
    looked = subject([Input(shape=(3,)), Dense(units=1)], numbers(3))
    with pytest.raises(UnanswerableError, match="single input"):
        FitQuestion().answer(looked, no_progress)
