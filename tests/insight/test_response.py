"""What the network answers over a plane, against a forward pass written out here: scaling, layers, probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.datasets.dataset import Dataset
from deepviz.datasets.prepared import PreparedData, prepare
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.embedding import Embedding
from deepviz.engine.layers.flatten import Flatten
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.losses.binary_cross_entropy import BinaryCrossEntropy
from deepviz.engine.losses.hinge import Hinge
from deepviz.insight.plane import Window, window_of
from deepviz.insight.response import Response, ResponseQuestion
from deepviz.insight.scatter import MOST_SAMPLES
from deepviz.insight.subject import Subject, UnanswerableError
from deepviz.insight.unit_responses import UnitResponsesQuestion
from tests.insight.looked_at import no_progress, numbers, subject

METHODS = ("none", "standardise", "scale 0 to 1", "scale -1 to 1")


def far_apart(features: int = 2, count: int = 3, samples: int = 90, method: str = "standardise") -> PreparedData:
    """Classes whose inputs have wholly different units, so that no mistake about the scaling can hide."""
    rng = np.random.default_rng(5)
    y = np.arange(samples) % count
    x = rng.normal(size=(samples, features)) + 2 * rng.normal(size=(count, features))[y]
    x = x * (200.0, 0.003, 1.0, 7.0)[:features] + (5000.0, -0.4, 2.0, 0.0)[:features]
    names = ("height", "width", "depth", "weight")[:features]
    data = Dataset(x.astype(np.float32), y, "classification", tuple("abcde"[:count]), names)
    return prepare(data, SplitChoice(), Preprocessing(method=method))  # type: ignore[arg-type]


def small(data: PreparedData, outputs: int, **more: object) -> Subject:
    shape = data.sample_shape
    return subject([Input(shape=shape), Dense(units=5), Tanh(), Dense(units=outputs)], data, dtype="float64", **more)


def hidden_by_hand(looked: Subject, raw: np.ndarray) -> np.ndarray:
    """What leaves the tanh, for raw samples: the scaling is measured here again on the training samples."""
    data, weights = looked.data, looked.network.parameters
    scaled = (raw - data.scaler.offset) / data.scaler.scale
    return np.tanh(scaled.astype(np.float32) @ weights["dense_1/W"] + weights["dense_1/b"])


def outputs_by_hand(looked: Subject, raw: np.ndarray) -> np.ndarray:
    weights = looked.network.parameters
    return hidden_by_hand(looked, raw) @ weights["dense_2/W"] + weights["dense_2/b"]


def plane_by_hand(answer: Response, held: np.ndarray) -> np.ndarray:
    """All points of the grid in the data's own units: shape (rows, columns, inputs)."""
    rows, columns = len(answer.ys), len(answer.xs)
    points = np.broadcast_to(held, (rows, columns, len(held))).copy()
    for row in range(rows):
        for column in range(columns):
            points[row, column, answer.features[0]] = answer.xs[column]
            points[row, column, answer.features[1]] = answer.ys[row]
    return points


@pytest.mark.parametrize("method", METHODS)
def test_probabilities_are_those_of_a_forward_pass_by_hand_in_the_data_s_own_units(method: str):
    looked = small(far_apart(method=method), 3)
    answer = ResponseQuestion(resolution=17).answer(looked, no_progress)
    z = outputs_by_hand(looked, plane_by_hand(answer, np.zeros(2)))
    expected = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    assert answer.probabilities is not None
    np.testing.assert_allclose(answer.probabilities, expected, rtol=2e-4, atol=1e-7)
    assert answer.winners is not None
    np.testing.assert_array_equal(answer.winners, expected.argmax(axis=-1))
    ordered = np.sort(expected, axis=-1)
    np.testing.assert_allclose(answer.confidence, ordered[..., 2] - ordered[..., 1], rtol=2e-3, atol=1e-6)
    assert method == "none" or len(np.unique(answer.winners)) > 1  # else nothing is shown


def test_the_grid_covers_the_data_in_their_own_units_with_a_margin_and_its_cells_fill_it():
    data = far_apart()
    raw = np.concatenate([data.scaler.invert(part.x) for part in (data.train, data.validation, data.test) if part])
    low, high = raw.min(axis=0), raw.max(axis=0)
    answer = ResponseQuestion(resolution=10).answer(small(data, 3), no_progress)
    for ends, number in ((answer.window[:2], 0), (answer.window[2:], 1)):
        span = high[number] - low[number]
        np.testing.assert_allclose(ends, (low[number] - 0.1 * span, high[number] + 0.1 * span), rtol=1e-5)
    width = (answer.window.right - answer.window.left) / 10
    np.testing.assert_allclose(np.diff(answer.xs), width)
    np.testing.assert_allclose(answer.xs[0], answer.window.left + width / 2)
    np.testing.assert_allclose(answer.ys[-1] + (answer.ys[1] - answer.ys[0]) / 2, answer.window.high)


def test_a_zoomed_window_is_answered_as_it_was_asked():
    looked = small(far_apart(), 3)
    window = Window(4900.0, 5100.0, -0.41, -0.39)
    answer = ResponseQuestion(window=window, resolution=8).answer(looked, no_progress)
    assert answer.window == window
    np.testing.assert_allclose(answer.xs, 4900 + 200 * (np.arange(8) + 0.5) / 8)


def test_other_inputs_are_held_at_the_median_of_the_training_samples():
    data = far_apart(features=4)
    looked = small(data, 3)
    answer = ResponseQuestion(features=(3, 1), resolution=9).answer(looked, no_progress)
    held = np.median(data.scaler.invert(data.train.x).astype(np.float64), axis=0)
    z = outputs_by_hand(looked, plane_by_hand(answer, held))
    np.testing.assert_allclose(answer.outputs, z, rtol=1e-3, atol=1e-4)
    assert answer.window == window_of(data, (3, 1))


@pytest.mark.parametrize("outputs", [1, 2])
def test_a_sigmoid_gives_the_probabilities_of_a_yes(outputs: int):
    looked = small(far_apart(count=2), outputs, loss=BinaryCrossEntropy())
    answer = ResponseQuestion(resolution=11).answer(looked, no_progress)
    yes = 1 / (1 + np.exp(-outputs_by_hand(looked, plane_by_hand(answer, np.zeros(2)))))
    expected = np.concatenate([1 - yes, yes], axis=-1) if outputs == 1 else yes
    np.testing.assert_allclose(answer.probabilities, expected, rtol=2e-4, atol=1e-7)
    np.testing.assert_allclose(answer.confidence, np.abs(expected[..., 1] - expected[..., 0]), rtol=2e-3, atol=1e-6)
    np.testing.assert_array_equal(answer.winners, expected[..., 1] > expected[..., 0])


def test_a_loss_without_probabilities_gives_scores_and_says_so():
    looked = small(far_apart(count=2), 1, loss=Hinge())
    answer = ResponseQuestion(resolution=11).answer(looked, no_progress)
    z = outputs_by_hand(looked, plane_by_hand(answer, np.zeros(2)))[..., 0]
    assert answer.probabilities is None
    np.testing.assert_array_equal(answer.winners, z > 0)
    np.testing.assert_allclose(answer.confidence, np.abs(z) / np.abs(z).max(), rtol=1e-3, atol=1e-6)


def test_samples_have_their_own_places_their_class_and_what_the_network_takes_them_for():
    data = far_apart(features=4)
    looked = small(data, 3)
    answer = ResponseQuestion(features=(2, 0), parts=("train", "validation", "test")).answer(looked, no_progress)
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    assert [part.part for part in answer.samples] == list(parts)
    for found in answer.samples:
        part = parts[found.part]
        assert part is not None
        assert found.total == len(part)
        np.testing.assert_array_equal(found.numbers, np.arange(len(part)))
        raw = data.scaler.invert(part.x)
        np.testing.assert_allclose(found.places, raw[:, [2, 0]], rtol=1e-5)
        np.testing.assert_array_equal(found.targets, part.y)
        predicted = outputs_by_hand(looked, raw).argmax(axis=1)
        np.testing.assert_array_equal(found.predicted, predicted)
        np.testing.assert_array_equal(found.wrong, predicted != part.y)


def test_of_many_samples_evenly_spread_ones_are_looked_at_and_counted():
    looked = small(far_apart(samples=4 * MOST_SAMPLES), 3)
    (found,) = ResponseQuestion().answer(looked, no_progress).samples
    assert (len(found.numbers), found.total) == (MOST_SAMPLES, len(looked.data.train))
    gaps = np.diff(found.numbers)
    assert gaps.min() == 3
    assert gaps.max() == 4
    np.testing.assert_array_equal(found.targets, looked.data.train.y[found.numbers])


def test_weights_that_have_blown_up_give_no_class_and_no_line():
    looked = small(far_apart(), 3)
    looked.network.parameters["dense_2/W"][...] = np.nan
    answer = ResponseQuestion(resolution=6).answer(looked, no_progress)
    assert answer.winners is not None
    assert (answer.winners == -1).all()
    assert answer.confidence is not None
    assert (answer.confidence == 0).all()
    assert len(answer.boundary) == 0


def test_numbers_to_fit_have_outputs_and_no_classes():
    data = numbers(features=2)
    looked = small(data, 1)
    answer = ResponseQuestion(resolution=7).answer(looked, no_progress)
    np.testing.assert_allclose(
        answer.outputs, outputs_by_hand(looked, plane_by_hand(answer, np.zeros(2))), rtol=1e-3, atol=1e-5
    )
    assert (answer.winners, answer.probabilities, answer.confidence) == (None, None, None)
    (found,) = answer.samples
    np.testing.assert_array_equal(found.targets, data.train.y)
    np.testing.assert_array_equal(found.predicted, found.outputs)


def test_every_unit_of_every_layer_is_that_of_a_forward_pass_by_hand():
    looked = small(far_apart(), 3)
    nodes = tuple(node.id for node in looked.network.nodes)
    answer = UnitResponsesQuestion(nodes, resolution=13, most=4).answer(looked, no_progress)
    xs, ys = np.meshgrid(answer.xs, answer.ys)
    raw = np.stack([xs, ys], axis=-1)
    hidden, weights = hidden_by_hand(looked, raw), looked.network.parameters
    expected = {
        "input_1": (raw - looked.data.scaler.offset) / looked.data.scaler.scale,
        "dense_1": np.arctanh(hidden),
        "tanh_1": hidden,
        "dense_2": hidden @ weights["dense_2/W"] + weights["dense_2/b"],
    }
    assert answer.counts == {"input_1": 2, "dense_1": 5, "tanh_1": 5, "dense_2": 3}
    for node, values in expected.items():
        assert answer.maps[node].shape == (min(values.shape[-1], 4), 13, 13)
        np.testing.assert_allclose(answer.maps[node], np.moveaxis(values, -1, 0)[:4], rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("window", [None, Window(5100.0, 5200.0)])
def test_of_a_single_input_every_unit_is_a_curve_that_is_that_of_a_forward_pass_by_hand(
    method: str, window: Window | None
):
    looked = small(far_apart(features=1, samples=42, method=method), 3)
    nodes = tuple(node.id for node in looked.network.nodes)
    answer = UnitResponsesQuestion(nodes, (0,), window, resolution=31, most=4).answer(looked, no_progress)
    data, weights = looked.data, looked.network.parameters
    own = np.concatenate([part.x for part in (data.train, data.validation, data.test) if part is not None])
    own = own * data.scaler.scale + data.scaler.offset
    margin = 0.1 * (own.max() - own.min())
    left, right = (own.min() - margin, own.max() + margin) if window is None else window[:2]
    np.testing.assert_allclose(answer.xs, left + (right - left) * np.arange(31) / 30, rtol=1e-5)
    assert (len(answer.ys), answer.is_curve) == (0, True)
    train = data.train.x * data.scaler.scale + data.scaler.offset
    assert answer.seen == pytest.approx((train.min(), train.max()), rel=1e-6)
    assert own.min() < train.min() or own.max() > train.max(), "or the test could not tell the parts apart"
    raw = answer.xs[:, None]
    hidden = hidden_by_hand(looked, raw)
    scaled = ((raw - data.scaler.offset) / data.scaler.scale).astype(np.float32)
    expected = {
        "input_1": scaled,
        "dense_1": scaled @ weights["dense_1/W"] + weights["dense_1/b"],
        "tanh_1": hidden,
        "dense_2": hidden @ weights["dense_2/W"] + weights["dense_2/b"],
    }
    for node, values in expected.items():
        assert answer.maps[node].shape == (min(values.shape[-1], 4), 1, 31)
        np.testing.assert_allclose(answer.maps[node][:, 0], values.T[:4], rtol=2e-3, atol=2e-5)


def test_layers_whose_output_is_no_row_of_numbers_have_no_map():
    data = far_apart()
    layers = [Input(shape=(2,)), Dense(units=6), Flatten(), Dense(units=3)]
    looked = subject(layers, data)
    answer = UnitResponsesQuestion(("dense_1", "nobody")).answer(looked, no_progress)
    assert list(answer.maps) == ["dense_1"]
    with pytest.raises(UnanswerableError, match="row of numbers"):
        UnitResponsesQuestion(("nobody",)).answer(looked, no_progress)


def test_images_and_whole_numbers_cannot_be_axes_and_it_is_said_why():
    rng = np.random.default_rng(0)
    images = Dataset(rng.normal(size=(20, 4, 4, 1)), np.arange(20) % 2, "classification", ("a", "b"))
    data = prepare(images, SplitChoice(), Preprocessing())
    looked = subject([Input(shape=(4, 4, 1)), Flatten(), Dense(units=2)], data)
    with pytest.raises(UnanswerableError, match="are images of 4 × 4 × 1 numbers"):
        ResponseQuestion().answer(looked, no_progress)
    words = Dataset(rng.integers(0, 7, size=(20, 2)), np.arange(20) % 2, "classification", ("a", "b"))
    data = prepare(words, SplitChoice(), Preprocessing(method="none"))
    layers = [Input(shape=(2,)), Embedding(input_dim=7, output_dim=3), Flatten(), Dense(units=2)]
    with pytest.raises(UnanswerableError, match="whole numbers"):
        ResponseQuestion().answer(subject(layers, data), no_progress)
    with pytest.raises(UnanswerableError, match="have 2 inputs"):
        ResponseQuestion(features=(0, 2)).answer(small(far_apart(), 3), no_progress)


def test_an_input_that_never_changes_has_room_all_the_same():
    x = np.stack([np.full(20, 4.0), np.arange(20.0)], axis=1)
    data = prepare(Dataset(x, np.arange(20) % 2, "classification", ("a", "b")), SplitChoice(), Preprocessing())
    window = window_of(data, (0, 1))
    assert window.left == pytest.approx(2.0)
    assert window.right == pytest.approx(6.0)
    answer = ResponseQuestion(resolution=5).answer(small(data, 2), no_progress)
    assert np.isfinite(answer.outputs).all()
