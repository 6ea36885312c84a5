"""What normalising layers do that no formula says: moving averages, frozen layers, shared batches, large means."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import numpy as np
import pytest

from deepviz.engine import Network, layers
from deepviz.engine.layer import Layer
from deepviz.engine.layer_run import LayerRun
from deepviz.engine.ops import channels
from deepviz.engine.shapes import ShapeError
from deepviz.engine.tape import CompiledTape, Tape, Tensor
from deepviz.engine.team.part import Part, Team


def network(layer: Layer) -> Network:
    return Network.sequential([layers.Input(shape=(3,)), layer], dtype="float64")


def test_batch_norm_follows_the_batches_and_then_computes_with_what_it_kept() -> None:
    net, x = network(layers.BatchNorm(momentum=0.9)), np.random.default_rng(0).normal(5, 2, (50, 3))
    assert np.array_equal(net.state["batchnorm_1/moving_variance"], np.ones(3))
    net.forward(x, training=True)
    mean, variance = 0.1 * x.mean(0), 0.9 + 0.1 * x.var(0)
    assert net.state["batchnorm_1/moving_mean"] == pytest.approx(mean, abs=1e-14)
    assert net.state["batchnorm_1/moving_variance"] == pytest.approx(variance, abs=1e-14)
    assert net.forward(x) == pytest.approx((x - mean) / np.sqrt(variance + 1e-3), abs=1e-13)
    assert net.state["batchnorm_1/moving_mean"] == pytest.approx(mean, abs=1e-14), "only training changes it"


def test_a_frozen_batch_norm_computes_as_if_not_training() -> None:
    net, x = network(layers.BatchNorm(trainable=False)), np.random.default_rng(0).normal(5, 2, (50, 3))
    assert np.array_equal(net.forward(x, training=True), net.forward(x))
    assert np.array_equal(net.state["batchnorm_1/moving_mean"], np.zeros(3))


def test_the_averages_move_after_the_step() -> None:
    run = LayerRun(layers.BatchNorm(), [(3,)], 4)
    run.inputs[0][...] = np.nan
    run.forward()
    run.backward()
    assert np.array_equal(run.state["moving_mean"], np.zeros(3)), "a poisoned step never reaches them"
    run.inputs[0][...] = 2.0
    run.forward()
    run.update_state()
    assert run.state["moving_mean"] == pytest.approx(np.full(3, 0.02), abs=1e-15)


@pytest.mark.parametrize("kind", [layers.BatchNorm, layers.LayerNorm, layers.RMSNorm])
def test_equal_numbers_give_a_finite_result(kind: type[Layer]) -> None:
    run = LayerRun(kind(), [(4, 3)], 5, "float32")
    run.inputs[0][...], run.output_grad[...] = 1e4, 1.0
    run.parameters["gamma"][...] = 1.0
    assert np.isfinite(run.forward()).all()
    run.backward()
    assert np.isfinite(run.input_grads[0]).all()


@pytest.mark.parametrize("block", [64, channels.BLOCK])
@pytest.mark.parametrize(
    "layer", [layers.BatchNorm(scale=False, center=False), layers.LayerNorm(), layers.GroupNorm(groups=2)]
)
def test_a_large_mean_does_not_cost_the_variance_its_digits(
    layer: Layer, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The square of 1e3 is 1e6, and float32 ends at the seventh digit: of the mean of squares nothing would be left.
    monkeypatch.setattr(channels, "BLOCK", block)
    x = np.random.default_rng(0).standard_normal((16, 8, 8, 4)).astype(np.float32)
    plain, lifted = (LayerRun(layer, [(8, 8, 4)], 16, "float32") for _ in range(2))
    for run in (plain, lifted):
        for parameter in run.parameters.values():
            parameter[...] = 1.0
    plain.inputs[0][...], lifted.inputs[0][...] = x, x + np.float32(1000)
    assert lifted.forward() == pytest.approx(plain.forward(), abs=2e-3)


def test_pieces_that_differ_wildly_do_not_cost_digits_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "BLOCK", 32)
    x = np.random.default_rng(0).standard_normal((64, 16, 2))
    x[0] += 1e4  # what the first guess is taken from
    run = LayerRun(layers.BatchNorm(scale=False, center=False), [(16, 2)], 64)
    run.inputs[0][...] = x
    wanted = (x - x.mean((0, 1))) / np.sqrt(x.var((0, 1)) + 1e-3)
    assert run.forward() == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("shape", [(3,), (4, 5, 3), (40, 60, 3)])
@pytest.mark.parametrize("axes", ["in order", "channel by channel"])
def test_batch_norm_in_any_memory(shape: tuple[int, ...], axes: str) -> None:
    rng = np.random.default_rng(0)
    x, grad = rng.standard_normal((2, 6, *shape))
    wanted = LayerRun(layers.BatchNorm(), [shape], 6)
    run = LayerRun(layers.BatchNorm(), [shape], 6, backwards=axes != "in order")
    for each in (wanted, run):
        each.inputs[0][...], each.output_grad[...] = x, grad
        each.parameters["gamma"][...], each.parameters["beta"][...] = [1, 2, 3], [4, 5, 6]
    assert run.forward() == pytest.approx(wanted.forward(), abs=1e-12)
    for each in (wanted, run):
        each.backward()
    assert run.input_grads[0] == pytest.approx(wanted.input_grads[0], abs=1e-12)
    assert run.parameter_grads["gamma"] == pytest.approx(wanted.parameter_grads["gamma"], abs=1e-10)


def test_batch_norm_leaves_channel_by_channel_memory_as_it_is() -> None:
    tape = Tape(np.dtype(np.float32), training=True)
    x = tape.input((3, 40, 60, 10)).transpose(3, 1, 2, 0)
    vectors = {name: tape.input((3,)) for name in ("gamma", "beta", "moving_mean", "moving_variance")}
    y, kept = layers.BatchNorm().forward(tape, vectors, [x])
    (grad,) = layers.BatchNorm().backward(tape, vectors, vectors, kept, y)
    assert y.memory_axes == grad.memory_axes == x.memory_axes


def test_processes_that_share_a_batch_normalise_over_all_of_it() -> None:
    rng, layer = np.random.default_rng(0), layers.BatchNorm()
    x, grad = rng.normal(3, 2, (7, 4, 3)), rng.standard_normal((7, 4, 3))
    alone = LayerRun(layer, [(4, 3)], 7)
    alone.inputs[0][...], alone.output_grad[...] = x, grad
    alone.parameters["gamma"][...], alone.parameters["beta"][...] = [1, 2, 3], [4, 5, 6]
    alone.forward()
    alone.update_state()
    alone.backward()

    team = _Threads(2)
    parts = [_Share(layer, x, grad, Part(*span, 7, team)) for span in ((0, 5), (5, 7))]
    _at_once(*(part.compiled.replay for part in parts))
    assert np.concatenate([part.output for part in parts]) == pytest.approx(alone.output, abs=1e-13)
    assert np.concatenate([part.input_grad for part in parts]) == pytest.approx(alone.input_grads[0], abs=1e-13)
    for name, wanted in alone.parameter_grads.items():  # each process has its samples' part of the gradient
        assert sum(part.arrays["d" + name] for part in parts) == pytest.approx(wanted, abs=1e-12)
    for name, wanted in alone.state.items():
        assert all(part.arrays[name] == pytest.approx(wanted, abs=1e-14) for part in parts)


class _Share:
    """A layer that computes a part of a batch."""

    def __init__(self, layer: Layer, x: np.ndarray, grad: np.ndarray, part: Part) -> None:
        tape, span = Tape(np.dtype(float), training=True, part=part), slice(part.start, part.stop)
        names = ("gamma", "beta", "moving_mean", "moving_variance", "dgamma", "dbeta")
        self.arrays = {name: np.zeros(3) for name in names}
        self.arrays |= {"gamma": np.array([1.0, 2, 3]), "beta": np.array([4.0, 5, 6]), "moving_variance": np.ones(3)}
        tensors = {name: tape.external(array) for name, array in self.arrays.items()}
        y, kept = layer.forward(tape, tensors, [tape.external(x[span].copy())])
        tape.phase = "backward"
        grads: dict[str, Tensor] = {"gamma": tensors["dgamma"], "beta": tensors["dbeta"]}
        (input_grad,) = layer.backward(tape, tensors, grads, kept, tape.external(grad[span].copy()))
        self.compiled: CompiledTape = tape.compile(keep=[y, input_grad])
        self.output, self.input_grad = self.compiled[y], self.compiled[input_grad]


class _Threads(Team):
    """A team of threads."""

    def __init__(self, parties: int) -> None:
        self._barrier, self._brought = Barrier(parties), list[np.ndarray]()

    def sum(self, values: np.ndarray, out: np.ndarray) -> None:
        self._brought.append(values.copy())
        self._barrier.wait(60)
        total = sum(self._brought)
        if self._barrier.wait(60) == 0:
            self._brought.clear()
        self._barrier.wait(60)
        out[...] = total


def _at_once(*functions: Callable[[], None]) -> None:
    threads = [Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_what_cannot_be_grouped_is_refused_and_can_be_mended() -> None:
    with pytest.raises(ShapeError, match="GroupNorm divides channels into 32 groups; 5 × 5 × 24 has 24") as caught:
        layers.GroupNorm().output_shape([(5, 5, 24)])
    assert layers.GroupNorm().changed(**caught.value.change).output_shape([(5, 5, 24)]) == (5, 5, 24)
