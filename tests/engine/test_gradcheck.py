"""The gradient check itself: it passes what is right, finds what is wrong, and keeps away from kinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses, ops
from deepviz.engine.finite_differences import REACH, slope_along
from deepviz.engine.gradcheck import _compared, check_layer, check_loss, check_network
from deepviz.engine.layer import Activation, Kept, Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape, Tensor
from tests.engine.graphs import skip_graph


class Square(Activation):
    """Right or, with another factor, wrong: ``y = x^2``, ``dL/dx = factor x dL/dy``."""

    factor: float = 2.0

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        return tape.multiply(inputs[0], inputs[0]), inputs[0]

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        return [tape.multiply(tape.multiply(kept, self.factor), grad)]


class NearlyRight(Loss):
    """Squared error whose gradient is wrong in one entry only."""

    def record(self, tape: Tape, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        difference = tape.subtract(outputs, targets)
        value = tape.multiply(ops.squared_norm(tape, difference), 1.0 / difference.size)
        factors = np.full(outputs.shape, 2.0 / difference.size)
        factors.reshape(-1)[-1] *= 1.001
        return value, tape.multiply(difference, tape.external(factors))


def test_a_right_layer_passes_and_a_wrong_one_does_not() -> None:
    right = check_layer(Square(), [(4,)], np.random.default_rng(0))
    wrong = check_layer(Square(factor=2.00001), [(4,)], np.random.default_rng(0))
    assert right.passes()
    assert right.worst < 1e-9
    assert not wrong.passes()
    assert wrong.worst == pytest.approx(5e-6, rel=0.1)


class ShiftedSoftmax(Layer):
    """``y = softmax(x + b) + leak b`` with ``b`` of shape (1,), whose gradient is said to be zero."""

    leak: float = 0.0

    def output_shape(self, inputs: Sequence[Shape]) -> Shape:
        return inputs[0]

    def parameter_shapes(self, inputs: Sequence[Shape]) -> dict[str, Shape]:
        return {"b": (1,)}

    def forward(self, tape: Tape, params: Mapping[str, Tensor], inputs: Sequence[Tensor]) -> tuple[Tensor, Kept]:
        exponentials = tape.unary(np.exp, tape.add(inputs[0], params["b"]))
        total = tape.sum(exponentials, (1,)).reshape(-1, 1)
        return tape.add(tape.divide(exponentials, total), tape.multiply(params["b"], self.leak)), None

    def backward(
        self, tape: Tape, params: Mapping[str, Tensor], grads: Mapping[str, Tensor], kept: Kept, grad: Tensor
    ) -> Sequence[Tensor]:
        tape.copy(tape.constant(0.0, (1,)), out=grads["b"])
        return [grad]

    @classmethod
    def examples(cls) -> Sequence[tuple[Layer, Sequence[Shape]]]:
        return []


def test_a_gradient_of_zero_is_right_where_slopes_are_rounding_only() -> None:
    _, b = check_layer(ShiftedSoftmax(), [(40,)], np.random.default_rng(0), batch=10).tensors
    assert b.passes()
    assert (b.error, b.directional_error) == (0, 0)


@pytest.mark.parametrize("leak", [1.0, 1e-6, 1e-8])
def test_a_wrong_zero_is_found_however_small_the_slope(leak: float) -> None:
    _, b = check_layer(ShiftedSoftmax(leak=leak), [(40,)], np.random.default_rng(0), batch=10).tensors
    assert not b.passes()
    assert b.error == pytest.approx(1)
    assert b.directional_error == pytest.approx(1)
    assert not check_layer(Square(factor=0.0), [(4,)], np.random.default_rng(0)).passes()


def test_a_wrong_zero_among_entries_that_were_not_chosen_is_found_by_direction() -> None:
    x, right, wrong = np.ones(50), np.eye(50)[7], np.zeros(50)
    for grad in (right, wrong):
        rng = np.random.default_rng(0)
        check = _compared(lambda: x[7:8] * 1, np.ones(1), {"x": x}, {"x": grad}, rng, 3).tensors[0]
        assert check.error == 0, "the seed is one that leaves that entry out"
        assert check.passes() == (grad is right)


def test_one_wrong_entry_is_found_by_entries_and_by_direction() -> None:
    report = check_loss(NearlyRight(), (5,), np.random.default_rng(0))
    assert not report.passes()
    assert report.tensors[0].error > 1e-5
    assert report.tensors[0].directional_error is not None
    assert report.tensors[0].directional_error > 1e-7


@pytest.mark.parametrize("distance", [0.0, 1e-7, 1e-6, 1e-5, 0.3 * REACH, 0.5 * REACH, 0.9 * REACH, 0.999 * REACH])
@pytest.mark.parametrize("side", [1, -1])
def test_a_kink_within_reach_is_noticed(distance: float, side: int) -> None:
    run = LayerRun(layers.ReLU(), [(1,)], 1)
    run.inputs[0][...] = side * distance
    assert np.isnan(slope_along(run.forward, np.ones((1, 1)), run.inputs[0], np.ones((1, 1))))
    assert run.inputs[0][0, 0] == side * distance, "what was moved is put back"


@pytest.mark.parametrize("distance", [1.01 * REACH, 0.1, 3.0])
def test_a_kink_out_of_reach_does_not_matter(distance: float) -> None:
    run = LayerRun(layers.ReLU(), [(1,)], 1)
    run.inputs[0][...] = distance
    assert slope_along(run.forward, np.ones((1, 1)), run.inputs[0], np.ones((1, 1))) == pytest.approx(1, abs=1e-9)


def test_a_tensor_of_which_nothing_could_be_compared_does_not_pass() -> None:
    net = Network.sequential([layers.Input(shape=(2,)), layers.ReLU()])
    report = check_network(net, losses.MeanSquaredError(), np.zeros((3, 2)), np.ones((3, 2)))
    assert report.tensors[0].compared == 0
    assert report.tensors[0].left_out == 6
    assert not report.passes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_network_with_branches_passes_and_is_not_changed(dtype: str) -> None:
    net, rng = Network.from_graph(skip_graph(), seed=2, dtype=dtype), np.random.default_rng(0)
    before = net.parameters.vector.copy()
    report = check_network(net, losses.SoftmaxCrossEntropy(), rng.standard_normal((6, 3)), rng.integers(0, 2, 6))
    assert report.passes()
    assert report.worst <= 1e-7
    assert [tensor.name for tensor in report.tensors] == ["left/W", "left/b", "output/W", "output/b", "input"]
    assert np.array_equal(net.parameters.vector, before)


def test_fading_gradients_are_judged_by_what_rounding_allows() -> None:
    chain = [layers.Input(shape=(3,))]
    for _ in range(15):
        chain += [layers.Dense(units=3), layers.Sigmoid()]
    net, rng = Network.sequential(chain), np.random.default_rng(0)
    report = check_network(net, losses.MeanSquaredError(), rng.standard_normal((4, 3)), rng.standard_normal((4, 3)))
    first, last = report.tensors[0], report.tensors[-2]
    assert first.resolution > 1e-7 > last.resolution
    assert first.error <= first.resolution
    assert report.passes()


def test_at_most_so_many_entries_of_each_tensor_are_compared() -> None:
    net = Network.sequential([layers.Input(shape=(20,)), layers.Dense(units=10)])
    x, targets = np.ones((2, 20)), np.ones((2, 10))
    report = check_network(net, losses.MeanSquaredError(), x, targets, entries=5)
    assert [tensor.compared for tensor in report.tensors] == [5, 5, 5]
    report = check_network(net, losses.MeanSquaredError(), x, targets, entries=None)
    assert [tensor.compared for tensor in report.tensors] == [200, 10, 40]


def test_samples_and_targets_must_fit() -> None:
    net = Network.sequential([layers.Input(shape=(2,)), layers.Dense(units=3)])
    with pytest.raises(ValueError, match="There are 4 samples but 3 targets"):
        check_network(net, losses.SoftmaxCrossEntropy(), np.ones((4, 2)), np.array([0, 1, 2]))
