"""What belongs to which step: a full-batch run in float64, made a second time in plain NumPy, step by step.

Live figures of step t are of its batch with the weights before its update, except weights, which are those after it;
what is worked out of the state after step t is of those weights too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from deepviz.datasets.prepared import Part
from deepviz.engine import Network, Trainer, layers, losses, optimizers, probes
from deepviz.engine.histogram import BINS
from deepviz.insight.distribution import Distribution
from deepviz.insight.layer_statistics import LayerStatistics
from deepviz.insight.subject import Subject
from tests.gui.plots.looks import flat, subject_of
from tests.insight.made_subjects import ignored

SAMPLES, STEPS, RATE = 40, 6, 0.8
NODES, LAYERS = ("input_1", "dense_1", "tanh_1", "dense_2"), ("dense_1", "dense_2")


@dataclass
class Now:
    """All that some weights give for all samples: outputs by node, and gradients of the mean loss."""

    weights: list[np.ndarray]
    outputs: list[np.ndarray]
    loss: float
    accuracy: float
    gradients: list[np.ndarray]
    output_gradients: list[np.ndarray]

    def of_layer(self, kind: str, layer: int) -> np.ndarray:
        """The weights or the gradients of a layer in one row, its matrix first."""
        arrays = self.weights if kind == "weights" else self.gradients
        return np.concatenate([each.ravel() for each in arrays[2 * layer : 2 * layer + 2]])


def computed(weights: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> Now:
    w1, b1, w2, b2 = weights
    z1 = x @ w1 + b1
    h = np.tanh(z1)
    z2 = h @ w2 + b2
    p = np.exp(z2 - z2.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    hit = np.eye(2)[y]
    d2 = (p - hit) / len(x)
    dh = d2 @ w2.T
    d1 = dh * (1 - h**2)
    return Now(
        weights,
        [x, z1, h, z2],
        float(-np.log((p * hit).sum(axis=1)).mean()),
        float((z2.argmax(axis=1) == y).mean()),
        [x.T @ d1, d1.sum(axis=0), h.T @ d2, d2.sum(axis=0)],
        [d1, dh, d2],
    )


@dataclass
class Course:
    """What was read of each step, counted from 1; the state after each, from 0; and the same by hand."""

    read: dict[int, dict[str, Any]]
    after: dict[int, Subject]
    by_hand: dict[int, Now]
    trainer: Trainer


@pytest.fixture(scope="module")
def course() -> Course:
    subject = subject_of(flat())
    part = Part(subject.data.train.x[:SAMPLES], subject.data.train.y[:SAMPLES])
    data = replace(subject.data, train=part)
    chain = [layers.Input(shape=(2,)), layers.Dense(units=5), layers.Tanh(), layers.Dense(units=2)]
    network = Network.sequential(chain, seed=3, dtype="float64")
    x, y = part.x.astype(np.float64), part.y
    optimizer = optimizers.SGD(learning_rate=RATE)
    made = Trainer(network, losses.SoftmaxCrossEntropy(), optimizer, (x, y), batch_size=SAMPLES, epochs=STEPS)
    now = computed([array.copy() for array in network.weights().values()], x, y)
    found = Course({}, {}, {0: now}, made)

    def keep(step: int) -> None:
        copy = Network.sequential(chain, dtype="float64")
        copy.load_weights(network.weights())
        found.after[step] = replace(subject, data=data, network=copy, step=step)

    keep(0)
    steps = made.steps()
    for step in range(1, STEPS + 1):
        made.watch_next = tuple(probes.registry)
        found.read[step] = next(steps).values
        keep(step)
        now = computed([w - RATE * g for w, g in zip(now.weights, now.gradients, strict=True)], x, y)
        found.by_hand[step] = now
    return found


def assert_counted(counts: np.ndarray, span: np.ndarray, numbers: np.ndarray) -> None:
    assert span == pytest.approx([numbers.min(), numbers.max()], rel=1e-9)
    wanted = np.histogram(numbers, BINS)[0]
    assert counts.sum() == numbers.size
    assert np.abs(np.cumsum(counts) - np.cumsum(wanted)).max() <= 1, "a number at the border of two bins"


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_live_weights_of_a_step_are_those_after_its_update(course: Course, step: int) -> None:
    found = course.read[step]["weight_histogram"]
    for row in range(len(LAYERS)):
        assert_counted(found.counts[row], found.ranges[row], course.by_hand[step].of_layer("weights", row))
        before = course.by_hand[step - 1].of_layer("weights", row)
        assert found.ranges[row] != pytest.approx([before.min(), before.max()], rel=1e-6)


@pytest.mark.parametrize("step", range(STEPS + 1))
@pytest.mark.parametrize("row", range(len(LAYERS)))
def test_weights_are_the_same_live_and_worked_out(course: Course, step: int, row: int) -> None:
    """A step has one histogram of its weights, whoever looked at it, and no two neighbours have the same."""
    found = Distribution("weights", LAYERS[row]).answer(course.after[step], ignored)
    assert_counted(found.counts, found.span, course.by_hand[step].of_layer("weights", row))
    if step:
        live = course.read[step]["weight_histogram"]
        assert found.counts.tolist() == live.counts[row].tolist()
        assert found.span.tolist() == live.ranges[row].tolist()
    if step < STEPS:
        assert found.span.tolist() != course.read[step + 1]["weight_histogram"].ranges[row].tolist()


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_live_gradients_of_a_step_are_of_the_weights_before_its_update(course: Course, step: int) -> None:
    read, hand = course.read[step], course.by_hand[step - 1]
    rows = [hand.of_layer("gradients", row) for row in range(len(LAYERS))]
    norms = [np.linalg.norm(each) for each in rows]
    assert read["gradient_norm"] == pytest.approx(norms, rel=1e-9)
    assert read["gradients/l2"] == pytest.approx(norms, rel=1e-9)
    assert read["gradients/mean"] == pytest.approx([np.abs(each).mean() for each in rows], rel=1e-9)
    assert read["gradients/max"] == pytest.approx([np.abs(each).max() for each in rows], rel=1e-9)
    for row, numbers in enumerate(rows):
        found = read["gradient_histogram"]
        assert_counted(found.counts[row], found.ranges[row], numbers)
    back = [np.linalg.norm(each) for each in hand.output_gradients]
    assert read["activation_gradients/l2"][1:] == pytest.approx(back, rel=1e-9)
    assert read["gradient_flow"][-3:] == pytest.approx([*back[:-1], back[-1]], rel=1e-9)
    assert norms != pytest.approx(
        [np.linalg.norm(course.by_hand[step].of_layer("gradients", row)) for row in range(len(LAYERS))], rel=1e-6
    )


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_an_update_is_from_the_weights_before_it_to_those_after_it(course: Course, step: int) -> None:
    before, after = course.by_hand[step - 1], course.by_hand[step]
    for row in range(len(LAYERS)):
        old, new = before.of_layer("weights", row), after.of_layer("weights", row)
        ratio = np.linalg.norm(new - old) / np.linalg.norm(old)
        assert course.read[step]["updates/ratio"][row] == pytest.approx(ratio, rel=1e-9)
        assert course.read[step]["updates/weights"][row] == pytest.approx(np.linalg.norm(old), rel=1e-9)


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_live_activations_and_loss_are_of_the_weights_before_the_update(course: Course, step: int) -> None:
    read, hand = course.read[step], course.by_hand[step - 1]
    assert read["loss"] == pytest.approx(hand.loss, rel=1e-9)
    assert read["accuracy"] == hand.accuracy
    for row, output in enumerate(hand.outputs):
        assert read["activations/mean"][row] == pytest.approx(output.mean(), rel=1e-9, abs=1e-12)
        assert read["activations/deviation"][row] == pytest.approx(output.std(), rel=1e-9)
        found = read["activation_histogram"]
        assert_counted(found.counts[row], found.ranges[row], output)
    assert read["activations/saturated"][2] == (np.abs(hand.outputs[2]) > 0.96).mean()


@pytest.mark.parametrize("step", range(STEPS + 1))
def test_activations_worked_out_after_a_step_are_of_the_weights_that_it_has_left(course: Course, step: int) -> None:
    found = LayerStatistics().answer(course.after[step], ignored)
    assert found.samples == SAMPLES
    hand = course.by_hand[step]
    for each, node, output in zip(found.layers, NODES, hand.outputs, strict=True):
        assert each.node == node
        assert each.mean == pytest.approx(output.mean(), rel=1e-9, abs=1e-12)
        assert each.deviation == pytest.approx(output.std(), rel=1e-9)
        counted = Distribution("activations", node).answer(course.after[step], ignored)
        assert_counted(counted.counts, counted.span, output)
    if 0 < step < STEPS:
        # All samples are in each batch, so it is what the next step sees live, and not what this one did.
        live = course.read[step + 1]["activations/deviation"][1:], course.read[step]["activations/deviation"][1:]
        worked_out = [each.deviation for each in found.layers[1:]]
        assert worked_out == pytest.approx(live[0].tolist(), rel=1e-9)
        assert worked_out != pytest.approx(live[1].tolist(), rel=1e-6)


def test_what_is_evaluated_after_the_last_step_is_of_the_weights_that_it_has_left(course: Course) -> None:
    part = course.after[STEPS].data.train
    found = course.trainer.evaluate(part.x.astype(np.float64), part.y)
    assert found.loss == pytest.approx(course.by_hand[STEPS].loss, rel=1e-9)


@pytest.mark.parametrize("max_norm", [0.3, 0.6])
def test_limits_on_weights_are_in_the_weights_of_their_step(max_norm: float) -> None:
    rng = np.random.default_rng(0)
    x, targets = rng.standard_normal((12, 4)), rng.standard_normal((12, 3))
    chain = [layers.Input(shape=(4,)), layers.Dense(units=3, max_norm=max_norm)]
    network = Network.sequential(chain, dtype="float64")
    made = Trainer(network, losses.MeanSquaredError(), optimizers.SGD(learning_rate=0.5), (x, targets), batch_size=12)
    w, b = (array.copy() for array in network.weights().values())
    gradient = 2 * (x @ w + b - targets) / targets.size
    w, b = w - 0.5 * x.T @ gradient, b - 0.5 * gradient.sum(axis=0)
    w *= np.minimum(1, max_norm / np.linalg.norm(w, axis=0))
    made.watch_next = ("weight_histogram",)
    found = next(made.steps()).values["weight_histogram"]
    assert_counted(found.counts[0], found.ranges[0], np.append(w, b))
