"""What a layer gives for a sample is what a forward pass gives there; wrong samples are found in their order."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine.layers.conv2d import Conv2D
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.relu import ReLU
from deepviz.insight import feature_maps
from deepviz.insight.feature_maps import FeatureMaps
from deepviz.insight.subject import UnanswerableError
from tests.insight.looked_at import classes, no_progress, numbers, subject


def test_maps_of_a_convolution_equal_a_convolution_done_by_hand() -> None:
    data = classes((5, 5, 2))
    asked = subject(
        [Input(shape=(5, 5, 2)), Conv2D(filters=3, kernel_size=(2, 2)), ReLU(), Flatten(), Dense(units=3)], data
    )
    found = FeatureMaps("conv2d_1", index=7).answer(asked, no_progress)
    W, b = (asked.network.parameters[f"conv2d_1/{name}"].astype(np.float64) for name in "Wb")
    x = data.train.x[7].astype(np.float64)
    wanted = np.empty((4, 4, 3))
    for row in range(4):
        for column in range(4):
            patch = x[row : row + 2, column : column + 2]
            wanted[row, column] = np.einsum("rci,rcif->f", patch, W) + b
    np.testing.assert_allclose(found.values, wanted, rtol=1e-5, atol=1e-6)
    after = FeatureMaps("relu_1", index=7).answer(asked, no_progress)
    np.testing.assert_allclose(after.values, np.maximum(wanted, 0), rtol=1e-5, atol=1e-6)
    assert (found.label, found.total, found.part) == (Conv2D.label, len(data.train), "train")


def test_the_sample_is_in_its_own_units_and_the_prediction_is_that_of_the_outputs() -> None:
    data = classes()
    asked = subject([Input(shape=(4,)), Dense(units=3)], data)
    found = FeatureMaps("dense_1", "validation", 2).answer(asked, no_progress)
    assert data.validation is not None
    x = data.validation.x[2].astype(np.float64)
    np.testing.assert_allclose(found.sample, x * data.scaler.scale + data.scaler.offset, rtol=1e-6)
    z = x @ asked.network.parameters["dense_1/W"] + asked.network.parameters["dense_1/b"]
    np.testing.assert_allclose(found.outputs, z, rtol=1e-5)
    assert found.predicted == int(z.argmax())
    assert found.target == data.validation.y[2]
    assert found.is_wrong == (z.argmax() != data.validation.y[2])
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, np.exp(z) / np.exp(z).sum(), rtol=1e-5)


def test_the_next_wrong_sample_is_the_next_in_order_and_the_search_goes_round() -> None:
    data = classes()
    asked = subject([Input(shape=(4,)), Dense(units=3)], data)
    wrong = np.flatnonzero(asked.network.predict(data.train.x).argmax(axis=1) != data.train.y)
    assert 2 < len(wrong) < len(data.train), "the test needs some of both"
    index, seen = int(wrong[-1]), []
    for _ in range(len(wrong)):
        found = FeatureMaps("dense_1", index=index, search="wrong").answer(asked, no_progress)
        assert found.has_found
        assert found.is_wrong
        index = found.index
        seen.append(index)
    assert seen == wrong.tolist()


def test_a_search_that_finds_none_stays_and_says_how_many_it_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    data = classes()
    asked = subject([Input(shape=(4,)), Dense(units=3)], data)
    right = np.flatnonzero(asked.network.predict(data.train.x).argmax(axis=1) == data.train.y)
    pair = next(each for each in right if each + 1 in right)
    monkeypatch.setattr(feature_maps, "MOST_SEARCHED", 1)
    found = FeatureMaps("dense_1", index=int(pair), search="wrong").answer(asked, no_progress)
    assert (found.index, found.searched, found.has_found) == (pair, 1, False)


def test_a_regression_has_no_prediction_and_nothing_to_search_for() -> None:
    asked = subject([Input(shape=(3,)), Dense(units=1)], numbers())
    found = FeatureMaps("input_1", index=4, search="wrong").answer(asked, no_progress)
    assert (found.index, found.searched, found.predicted, found.probabilities) == (4, 0, None, None)
    assert not found.is_wrong
    assert found.target.shape == (1,)
    np.testing.assert_array_equal(found.values, numbers().train.x[4])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (FeatureMaps("dense_9"), "no layer called dense_9"),
        (FeatureMaps("dense_1", index=48), "no sample 48"),
        (FeatureMaps("dense_1", index=-1), "no sample -1"),
    ],
)
def test_what_is_not_there_is_said(question: FeatureMaps, words: str) -> None:
    asked = subject([Input(shape=(4,)), Dense(units=3)], classes())
    with pytest.raises(UnanswerableError, match=words):
        question.answer(asked, no_progress)
