"""One kit for every registered layer: a new file in `deepviz/engine/layers` is tested by being there."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from deepviz.engine import layers
from deepviz.engine.gradcheck import check_layer
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun, draw_inputs
from deepviz.engine.noise import Noise
from deepviz.engine.shapes import Shape
from deepviz.engine.weighted import Trained, Weighted
from deepviz.registry import DefinitionError

BATCH = 4
CASES = [
    pytest.param(layer, list(shapes), id=f"{kind.key}-{number}")
    for kind in layers.registry.values()
    for number, (layer, shapes) in enumerate(kind.examples())
]
KINDS = [pytest.param(kind, id=kind.key) for kind in layers.registry.values()]
every_example = pytest.mark.parametrize(("layer", "shapes"), CASES)
every_kind = pytest.mark.parametrize("kind", KINDS)


def run_of(
    layer: Layer,
    shapes: Sequence[Shape],
    dtype: str = "float64",
    training: bool = True,
    backwards: bool = False,
) -> LayerRun:
    """The layer on a tape, at a point that is the same for every type of numbers."""
    rng = np.random.default_rng(7)
    run = LayerRun(layer, shapes, BATCH, dtype, training, backwards)
    draw_inputs(layer, run.inputs, rng)
    for array in (*run.parameters.values(), run.output_grad):
        array[...] = rng.standard_normal(array.shape)
    for array in (*run.inputs, *run.parameters.values(), run.output_grad):
        array[...] = array.astype(np.float32)
    return run


def results_of(run: LayerRun) -> dict[str, np.ndarray]:
    """Everything that one forward and one backward pass compute, copied."""
    results = {"output": run.forward()}
    run.backward()
    results |= {f"input {number}": grad.copy() for number, grad in enumerate(run.input_grads)}
    return results | {name: grad.copy() for name, grad in run.parameter_grads.items()}


def in_float32(draw: Callable[[Noise, np.ndarray], None]) -> Callable[[Noise, np.ndarray], None]:
    """Draw random numbers in float32, whatever type they are to have."""

    def drawn(noise: Noise, out: np.ndarray) -> None:
        single = np.empty(out.shape, np.float32)
        draw(noise, single)
        out[...] = single

    return drawn


@every_example
def test_shapes_are_as_declared(layer: Layer, shapes: list[Shape]) -> None:
    run = run_of(layer, shapes)
    assert run.output.shape == (BATCH, *layer.output_shape(shapes))
    assert [grad.shape for grad in run.input_grads] == [array.shape for array in run.inputs]
    assert all(isinstance(length, int) for length in layer.output_shape(shapes))


@every_example
def test_first_parameters_have_the_declared_shapes(layer: Layer, shapes: list[Shape]) -> None:
    declared = layer.parameter_shapes(shapes)
    first = layer.init_params(shapes, np.random.default_rng(0))
    assert {name: values.shape for name, values in first.items()} == declared
    assert list(first) == list(declared), "arenas and random numbers follow one order"
    assert all(values.dtype == np.float64 and np.isfinite(values).all() for values in first.values())
    assert layer.count_parameters(shapes) == sum(values.size for values in first.values())
    again = layer.init_params(shapes, np.random.default_rng(0))
    assert all(np.array_equal(first[name], again[name]) for name in first), "only rng may decide"


@every_example
def test_whatever_has_parameters_can_be_frozen(layer: Layer, shapes: list[Shape]) -> None:
    assert isinstance(layer, Trained) or not layer.parameter_shapes(shapes)
    if isinstance(layer, Weighted):
        assert set(layer.weights) <= layer.parameter_shapes(shapes).keys()


@every_example
def test_json_round_trip(layer: Layer, shapes: list[Shape]) -> None:
    stored = json.loads(json.dumps(layer.to_json(), allow_nan=False))
    assert layers.registry.from_json(stored) == layer
    assert stored["type"] == layer.key


@every_example
def test_gradients_are_the_slopes(layer: Layer, shapes: list[Shape]) -> None:
    report = check_layer(layer, shapes, np.random.default_rng(3))
    movable = max(len(shapes), 1) if layer.vocabulary is None else 0
    assert len(report.tensors) == movable + len(layer.parameter_shapes(shapes))
    for tensor in report.tensors:
        assert tensor.error <= 1e-7, tensor
        assert tensor.directional_error is not None, tensor
        assert tensor.directional_error <= 1e-7, tensor
        assert tensor.compared >= 0.9 * (tensor.compared + tensor.left_out), tensor


@every_example
def test_float32_agrees_with_float64(layer: Layer, shapes: list[Shape], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("uniform", "normal"):  # random numbers of one type, so that they are the same for both
        monkeypatch.setattr(Noise, name, in_float32(getattr(Noise, name)))
    exact = results_of(run_of(layer, shapes, "float64"))
    for name, values in results_of(run_of(layer, shapes, "float32")).items():
        assert values.dtype == np.float32
        difference = np.linalg.norm(values - exact[name])
        assert difference <= 1e-5 * np.linalg.norm(exact[name]), name


@every_example
def test_nothing_but_results_is_written(layer: Layer, shapes: list[Shape]) -> None:
    run = run_of(layer, shapes)
    given = [*run.inputs, *run.parameters.values(), run.output_grad]
    before = [array.copy() for array in given]
    results_of(run)
    assert all(np.array_equal(array, values) for array, values in zip(given, before, strict=True))


@every_example
def test_all_parameter_gradients_are_written(layer: Layer, shapes: list[Shape]) -> None:
    run = run_of(layer, shapes)
    results_of(run)
    assert all(np.isfinite(grad).all() for grad in run.parameter_grads.values())


@every_example
def test_the_order_in_memory_makes_no_difference(layer: Layer, shapes: list[Shape]) -> None:
    wanted = results_of(run_of(layer, shapes))
    run = run_of(layer, shapes, backwards=True)
    for name, values in results_of(run).items():
        assert np.allclose(values, wanted[name], rtol=1e-12, atol=1e-13), name


@every_example
def test_first_state_has_the_declared_shapes(layer: Layer, shapes: list[Shape]) -> None:
    first = layer.init_state(shapes)
    assert {name: values.shape for name, values in first.items()} == layer.state_shapes(shapes)
    assert not first.keys() & layer.parameter_shapes(shapes).keys()


@every_example
def test_a_sample_does_not_depend_on_the_others(layer: Layer, shapes: list[Shape]) -> None:
    run = run_of(layer, shapes, training=False)
    together = run.forward()
    draw_inputs(layer, [array[1:] for array in run.inputs], np.random.default_rng(11))
    assert np.array_equal(run.forward()[0], together[0])


@every_example
def test_a_second_replay_gives_the_same_numbers(layer: Layer, shapes: list[Shape]) -> None:
    run = run_of(layer, shapes)
    first = results_of(run)
    run.forget()
    second = results_of(run)
    assert all(np.array_equal(first[name], second[name]) for name in first), "nothing may be read that was not written"


@every_kind
def test_there_are_examples(kind: type[Layer]) -> None:
    examples = kind.examples()
    assert examples
    for layer, shapes in examples:
        assert type(layer) is kind
        assert kind.minimum_inputs <= len(shapes)
        assert kind.maximum_inputs is None or len(shapes) <= kind.maximum_inputs


@every_kind
def test_it_can_be_shown_to_people(kind: type[Layer]) -> None:
    assert len(kind.summary()) > 20
    assert kind.summary().endswith(".")
    assert kind.formula
    assert kind.label
    assert kind.category
    # In lower case, or what another library calls it, as it is spelt there.
    assert all(word == word.lower() or (word.isalnum() and word[0].isupper()) for word in kind.synonyms)
    assert isinstance(kind.examples()[0][0].headline(), str)


@every_kind
def test_every_hyperparameter_is_described(kind: type[Layer]) -> None:
    for hyperparameter in kind.hyperparameters():
        field = kind.model_fields[hyperparameter.name]
        assert field.title, hyperparameter.name
        assert hyperparameter.help.endswith("."), hyperparameter.name
        if hyperparameter.kind in ("integer", "number"):
            assert hyperparameter.minimum is not None, hyperparameter.name
            assert hyperparameter.maximum is not None, hyperparameter.name
        if hyperparameter.kind == "choice":
            assert hyperparameter.default in hyperparameter.choices, hyperparameter.name


@every_kind
def test_values_out_of_bounds_are_refused(kind: type[Layer]) -> None:
    layer = kind.examples()[0][0]
    for hyperparameter in kind.hyperparameters():
        if hyperparameter.kind not in ("integer", "number"):
            continue
        for beyond in (hyperparameter.minimum - 1, hyperparameter.maximum + 1):
            with pytest.raises(DefinitionError, match=hyperparameter.name):
                layer.changed(**{hyperparameter.name: beyond})
    with pytest.raises(DefinitionError, match="no hyperparameter called"):
        layer.changed(no_such_thing=1)


def test_a_layer_that_nobody_defined_is_refused_in_words() -> None:
    with pytest.raises(DefinitionError, match="no layer called 'Dence'"):
        layers.registry.from_json({"type": "Dence"})
    with pytest.raises(AttributeError, match="no layer called 'Dence'"):
        layers.Dence  # noqa: B018


def test_the_layers_of_the_first_slice_are_there() -> None:
    assert {"Input", "Dense", "ReLU", "Tanh", "Sigmoid", "Flatten", "Add"} <= set(layers.registry)


# What each layer computes, against the formula written out.


def output_of(layer: Layer, *inputs: np.ndarray, **parameters: np.ndarray) -> np.ndarray:
    run = LayerRun(layer, [array.shape[1:] for array in inputs], len(inputs[0]))
    for array, values in zip(run.inputs, inputs, strict=True):
        array[...] = values
    for name, values in parameters.items():
        run.parameters[name][...] = values
    return run.forward()


def test_dense_weighs_and_adds() -> None:
    rng = np.random.default_rng(0)
    x, W, b = rng.standard_normal((5, 4)), rng.standard_normal((4, 3)), rng.standard_normal(3)
    wanted = [[sum(x[n, i] * W[i, j] for i in range(4)) + b[j] for j in range(3)] for n in range(5)]
    assert output_of(layers.Dense(units=3), x, W=W, b=b) == pytest.approx(np.array(wanted), abs=1e-14)
    assert output_of(layers.Dense(units=3, use_bias=False), x, W=W) == pytest.approx(np.array(wanted) - b, abs=1e-14)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (7, 1), (3, 2000), (70, 70)])
def test_dense_adds_its_bias_at_any_size(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    rows, units = shape
    x, b = np.zeros((rows, 2)), rng.standard_normal(units)
    output = output_of(layers.Dense(units=units), x, W=np.zeros((2, units)), b=b)
    assert np.array_equal(output, np.broadcast_to(b, shape))


def test_activations_have_their_values() -> None:
    x = np.array([[-1000.0, -1.0, -0.0, 0.0, 0.5, 1000.0]])
    assert np.array_equal(output_of(layers.ReLU(), x), [[0, 0, 0, 0, 0.5, 1000]])
    assert output_of(layers.Tanh(), x) == pytest.approx(np.tanh(x), abs=1e-15)
    with np.errstate(over="ignore"):
        assert output_of(layers.Sigmoid(), x) == pytest.approx(1 / (1 + np.exp(-x)), abs=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("length", [1, 2, 3, 7, 8, 16, 17, 31, 33, 64, 65, 1001])
def test_relu_passes_no_gradient_at_minus_zero(dtype: str, length: int) -> None:
    # ReLU's backward pass reads the sign bit of its output, which must not be that of -0.
    run = LayerRun(layers.ReLU(), [(length,)], 3, dtype)
    run.inputs[0][...] = np.resize([-0.0, 0.0, -1.0, 2.0, -1e-45, 1e-30], (3, length))
    run.output_grad[...] = np.random.default_rng(0).standard_normal((3, length))
    results = results_of(run)
    assert not np.signbit(results["output"]).any()
    assert np.array_equal(results["input 0"], np.where(run.inputs[0] > 0, run.output_grad, 0))


def test_relu_keeps_nan_for_the_search_of_it() -> None:
    assert np.isnan(output_of(layers.ReLU(), np.array([[np.nan, -np.nan]]))).all()


def test_flatten_lays_out_row_by_row() -> None:
    x = np.arange(24.0).reshape(2, 3, 2, 2)
    assert np.array_equal(output_of(layers.Flatten(), x), x.reshape(2, 12))


def test_add_sums_all_inputs_and_refuses_unequal_ones() -> None:
    a, b, c = np.random.default_rng(0).standard_normal((3, 2, 4))
    assert np.array_equal(output_of(layers.Add(), a, b, c), a + b + c)
    with pytest.raises(ValueError, match="Add needs inputs of one shape; it gets 4 and 3 × 2"):
        layers.Add().output_shape([(4,), (3, 2)])


def test_dense_refuses_an_image_and_offers_flatten() -> None:
    with pytest.raises(ValueError, match="Dense needs a flat input; it gets 26 × 26 × 8") as caught:
        layers.Dense(units=3).output_shape([(26, 26, 8)])
    assert caught.value.insert == "Flatten"  # type: ignore[attr-defined]
