"""Recurrent layers against their formulas, written as plain loops over samples and steps; and how they begin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.families.recurrence import Recurrent
from deepviz.engine.gradcheck import check_network
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.shapes import ShapeError
from deepviz.engine.tape import Tape

STEPS, FEATURES, UNITS, BATCH = 5, 3, 4, 6
KINDS: list[type[Recurrent]] = [layers.SimpleRNN, layers.LSTM, layers.GRU]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
Step = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def filled(layer: Recurrent, shape: tuple[int, int] = (STEPS, FEATURES), dtype: str = "float64") -> LayerRun:
    """The layer on a tape, with random weights and data."""
    rng = np.random.default_rng(3)
    run = LayerRun(layer, [shape], BATCH, dtype)
    for array in (*run.inputs, *run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    return run


def loop(layer: Recurrent, x: np.ndarray, W: np.ndarray, U: np.ndarray, b: np.ndarray) -> np.ndarray:
    """What one direction gives for one sample: (steps, units)."""
    units = layer.units
    h, c = np.zeros(units), np.zeros(units)
    outputs = []
    for step in x:
        match layer:
            case layers.SimpleRNN():
                z = step @ W + h @ U + b
                h = np.tanh(z) if layer.activation == "tanh" else np.maximum(z, 0)
            case layers.LSTM():
                i, f, g, o = np.split(step @ W + h @ U + b, 4)
                c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
                h = sigmoid(o) * np.tanh(c)
            case layers.GRU(reset_after=True):
                (xz, xr, xn), (hz, hr, hn) = np.split(step @ W + b[0], 3), np.split(h @ U + b[1], 3)
                z, r = sigmoid(xz + hz), sigmoid(xr + hr)
                h = z * h + (1 - z) * np.tanh(xn + r * hn)
            case _:
                (xz, xr, xn), (Uz, Ur, Un) = np.split(step @ W + b, 3), np.split(U, 3, axis=1)
                z, r = sigmoid(xz + h @ Uz), sigmoid(xr + h @ Ur)
                h = z * h + (1 - z) * np.tanh(xn + (r * h) @ Un)
        outputs.append(h)
    return np.array(outputs)


def wanted(layer: Recurrent, run: LayerRun) -> np.ndarray:
    """What the layer should give for a batch."""
    samples = []
    for x in run.inputs[0]:
        outputs = []
        for ending in ("", "_backward") if layer.bidirectional else ("",):
            W, U = run.parameters[f"W{ending}"], run.parameters[f"U{ending}"]
            b = run.parameters.get(f"b{ending}", np.zeros((2, W.shape[1]) if layer.key == "GRU" else W.shape[1]))
            h = loop(layer, x[::-1] if ending else x, W, U, b)
            outputs.append((h[::-1] if ending else h) if layer.return_sequences else h[-1])
        samples.append(np.concatenate(outputs, axis=-1))
    return np.array(samples)


@pytest.mark.parametrize("return_sequences", [False, True], ids=["last", "all"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize(
    "layer",
    [
        layers.SimpleRNN(units=UNITS),
        layers.SimpleRNN(units=UNITS, activation="relu"),
        layers.SimpleRNN(units=UNITS, use_bias=False),
        layers.LSTM(units=UNITS),
        layers.LSTM(units=UNITS, use_bias=False),
        layers.GRU(units=UNITS),
        layers.GRU(units=UNITS, use_bias=False),
        layers.GRU(units=UNITS, reset_after=False),
    ],
    ids=lambda layer: "-".join(str(value) for value in (layer.key, *layer.model_dump(exclude_defaults=True).values())),
)
def test_it_computes_its_formula(layer: Recurrent, bidirectional: bool, return_sequences: bool) -> None:
    layer = layer.changed(bidirectional=bidirectional, return_sequences=return_sequences)
    run = filled(layer)
    expected = wanted(layer, run)
    assert expected.shape == (BATCH, *layer.output_shape([(STEPS, FEATURES)]))
    assert run.forward() == pytest.approx(expected, abs=1e-13)


@every_kind
def test_huge_numbers_saturate_without_a_warning(kind: type[Recurrent]) -> None:
    run = filled(kind(units=UNITS, return_sequences=True), dtype="float32")
    run.inputs[0][...] *= 1e6
    output = run.forward()
    assert np.isfinite(output).all()
    assert kind is layers.SimpleRNN or np.abs(output).max() <= 1
    run.backward()
    assert all(np.isfinite(grad).all() for grad in (*run.input_grads, *run.parameter_grads.values()))


@every_kind
def test_no_step_sees_a_later_one(kind: type[Recurrent]) -> None:
    run = filled(kind(units=UNITS, return_sequences=True))
    before = run.forward()
    run.inputs[0][:, 3:] += 1
    after = run.forward()
    assert np.array_equal(after[:, :3], before[:, :3])
    assert not np.any(after[:, 3:] == before[:, 3:])


@every_kind
def test_reading_backwards_is_reading_what_is_reversed(kind: type[Recurrent]) -> None:
    run = filled(kind(units=UNITS, return_sequences=True, bidirectional=True))
    first = run.forward()
    for name in ("W", "U", "b"):
        one, other = run.parameters[name], run.parameters[f"{name}_backward"]
        one[...], other[...] = other.copy(), one.copy()
    run.inputs[0][...] = run.inputs[0][:, ::-1].copy()
    swapped = np.concatenate(np.split(run.forward(), 2, axis=-1)[::-1], axis=-1)
    assert np.array_equal(swapped[:, ::-1], first)


@every_kind
def test_parameters_are_shaped_as_in_keras(kind: type[Recurrent]) -> None:
    gates = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}[kind.key]
    bias = (2, gates * 5) if kind.key == "GRU" else (gates * 5,)
    assert kind(units=5).parameter_shapes([(7, 3)]) == {"W": (3, gates * 5), "U": (5, gates * 5), "b": bias}
    both = kind(units=5, bidirectional=True)
    assert list(both.parameter_shapes([(7, 3)])) == ["W", "U", "b", "W_backward", "U_backward", "b_backward"]
    assert both.output_shape([(7, 3)]) == (10,)
    assert both.changed(return_sequences=True).output_shape([(7, 3)]) == (7, 10)
    assert both.headline() == "2 × 5"


@every_kind
def test_first_weights(kind: type[Recurrent]) -> None:
    first = kind(units=8, bidirectional=True).init_params([(7, 3)], np.random.default_rng(0))
    for ending in ("", "_backward"):
        U = first[f"U{ending}"]
        assert pytest.approx(np.eye(8), abs=1e-12) == U @ U.T
        assert np.abs(first[f"W{ending}"]).max() <= np.sqrt(6 / (3 + U.shape[1]))
        forget = np.zeros(first[f"b{ending}"].shape)
        if kind is layers.LSTM:
            forget[8:16] = 1
        assert np.array_equal(first[f"b{ending}"], forget)
    assert not np.array_equal(first["W"], first["W_backward"])


def test_the_forget_bias_can_be_left_out() -> None:
    first = layers.LSTM(units=2, unit_forget_bias=False).init_params([(7, 3)], np.random.default_rng(0))
    assert not first["b"].any()


@every_kind
def test_what_is_no_sequence_is_refused(kind: type[Recurrent]) -> None:
    needs = f"{kind.label} needs a sequence of steps × features; it gets"
    with pytest.raises(ShapeError, match=f"{needs} 28 × 28 × 3. Insert Reshape to make it 28 × 84."):
        kind(units=2).output_shape([(28, 28, 3)])
    with pytest.raises(ShapeError, match=f"{needs} 28. Insert Reshape to make it 28 × 1.") as caught:
        kind(units=2).output_shape([(28,)])
    mended = layers.registry[caught.value.insert]().output_shape([(28,)])
    assert mended == (28, 1)
    kind(units=2).output_shape([mended])


@every_kind
def test_layers_on_top_of_each_other_in_a_network(kind: type[Recurrent]) -> None:
    chain: list[Layer] = [
        layers.Input(shape=(4, 3)),
        kind(units=3, return_sequences=True, bidirectional=True, l2=0.01, max_norm=2.0),
        kind(units=2, l1=0.01),
        layers.Dense(units=2),
    ]
    network = Network.sequential(chain, seed=1)
    x = np.random.default_rng(0).standard_normal((3, 4, 3))
    report = check_network(network, losses.SoftmaxCrossEntropy(), x, np.array([0, 1, 1]))
    assert report.passes(), report.worst
    assert len(report.tensors) == 6 + 3 + 2 + 1


@every_kind
def test_penalties_are_on_all_weights_of_both_directions_and_on_no_bias(kind: type[Recurrent]) -> None:
    layer = kind(units=3, bidirectional=True, l2=0.5)
    network = Network.sequential([layers.Input(shape=(4, 3)), layer], seed=1)
    weights = [array for name, array in network.parameters.items() if "/b" not in name]
    assert len(weights) == 4
    assert network.penalty == pytest.approx(0.5 * sum(float(np.square(array).sum()) for array in weights), rel=1e-6)


@every_kind
def test_memory_grows_with_the_steps_and_no_faster(kind: type[Recurrent]) -> None:
    def nbytes(steps: int) -> int:
        tape = Tape(np.dtype("float32"), training=True)
        layer = kind(units=16)
        shapes = layer.parameter_shapes([(steps, 8)])
        params = {name: tape.input(shape) for name, shape in shapes.items()}
        output, kept = layer.forward(tape, params, [tape.input((32, steps, 8))])
        tape.phase = "backward"
        grads = {name: tape.input(shape) for name, shape in shapes.items()}
        layer.backward(tape, params, grads, kept, tape.input(output.shape))
        return tape.compile().nbytes

    assert nbytes(80) - nbytes(40) <= 1.05 * (nbytes(40) - nbytes(20)) * 2
