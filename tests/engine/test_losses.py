"""One kit for every registered loss, and each loss against its formula written out in plain NumPy."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from deepviz.engine import Network, layers, losses
from deepviz.engine.gradcheck import check_loss, check_network
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape
from deepviz.engine.tape import Tape
from tests.engine.loss_formulas import FORMULAS, random_targets

CASES = [
    pytest.param(loss, shape, id=f"{kind.key}-{number}")
    for kind in losses.registry.values()
    for number, (loss, shape) in enumerate([*kind.examples(), (kind.examples()[0][0], (2, 3))])
]
KINDS = [pytest.param(kind, id=kind.key) for kind in losses.registry.values()]
every_example = pytest.mark.parametrize(("loss", "shape"), CASES)
every_kind = pytest.mark.parametrize("kind", KINDS)


def random_case(loss: Loss, shape: Shape, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    outputs = (3 * rng.standard_normal((6, *shape))).astype(dtype)
    return outputs, loss.encode_targets(random_targets(loss, shape, 6, rng), shape, dtype)


def test_every_loss_has_its_formula_here() -> None:
    assert set(FORMULAS) == set(losses.registry)


@every_example
def test_value_and_gradient_are_those_of_the_formula(loss: Loss, shape: Shape) -> None:
    outputs, targets = random_case(loss, shape)
    value, grad = loss.value_and_grad(outputs, targets)
    rows = (each.reshape(-1, shape[-1]) for each in (outputs, targets))  # each step of a sequence counts as a sample
    wanted_value, wanted_grad = FORMULAS[loss.key](*rows, **loss.model_dump())
    assert value == pytest.approx(wanted_value, rel=1e-13)
    assert grad.reshape(wanted_grad.shape) == pytest.approx(wanted_grad, rel=1e-12, abs=1e-15)
    assert grad.shape == outputs.shape


@every_example
def test_gradient_is_the_slope(loss: Loss, shape: Shape) -> None:
    rng = np.random.default_rng(2)
    passed_on = Network.sequential([layers.Input(shape=shape), layers.Identity()], dtype="float64")
    x, targets = rng.standard_normal((4, *shape)), random_targets(loss, shape, 4, rng)
    report = check_network(passed_on, loss, x, targets, rng, entries=None)
    assert report.worst <= 1e-7, report
    assert report.tensors[0].left_out == 0
    assert report.tensors[0].compared == x.size


@pytest.mark.parametrize(
    ("loss", "shape"), [each for kind in losses.registry.values() for each in kind.examples()], ids=str
)
def test_gradient_is_the_slope_for_any_targets(loss: Loss, shape: Shape) -> None:
    assert check_loss(loss, shape, np.random.default_rng(2)).worst <= 1e-7


@every_example
def test_it_does_not_matter_how_outputs_lie_in_memory(loss: Loss, shape: Shape) -> None:
    outputs, targets = random_case(loss, shape)
    tape = Tape(np.dtype(np.float64))
    reversed_axes = tape.input(outputs.shape[::-1])
    value, grad = loss.record(tape, reversed_axes.T, tape.external(targets))
    compiled = tape.compile(keep=(value, grad))
    reversed_axes.array()[...] = outputs.T
    compiled.replay()
    wanted_value, wanted_grad = loss.value_and_grad(outputs, targets)
    assert float(compiled[value]) == pytest.approx(wanted_value, rel=1e-14)
    assert compiled[grad] == pytest.approx(wanted_grad, rel=1e-14, abs=1e-17)
    assert grad.shape == outputs.shape


@every_example
def test_float32_agrees_with_float64(loss: Loss, shape: Shape) -> None:
    outputs, targets = random_case(loss, shape, np.float32)
    value, grad = loss.value_and_grad(outputs, targets)
    wanted_value, wanted_grad = loss.value_and_grad(outputs.astype(np.float64), targets)
    assert value == pytest.approx(wanted_value, rel=1e-5)
    assert np.linalg.norm(grad - wanted_grad) <= 1e-5 * np.linalg.norm(wanted_grad)
    assert grad.dtype == np.float32


@every_example
def test_the_loss_of_a_batch_is_the_mean_over_its_samples(loss: Loss, shape: Shape) -> None:
    outputs, targets = random_case(loss, shape)
    singly = [loss.value_and_grad(outputs[[row]], targets[[row]])[0] for row in range(len(outputs))]
    assert loss.value_and_grad(outputs, targets)[0] == pytest.approx(np.mean(singly), rel=1e-13)


@every_example
def test_outputs_and_targets_are_not_changed(loss: Loss, shape: Shape) -> None:
    outputs, targets = random_case(loss, shape)
    before = outputs.copy(), targets.copy()
    first = loss.value_and_grad(outputs, targets)
    second = loss.value_and_grad(outputs, targets)
    assert np.array_equal(outputs, before[0])
    assert np.array_equal(targets, before[1])
    assert first[0] == second[0]
    assert np.array_equal(first[1], second[1])


@every_example
def test_json_round_trip(loss: Loss, shape: Shape) -> None:
    assert losses.registry.from_json(json.loads(json.dumps(loss.to_json()))) == loss


@every_kind
def test_it_can_be_shown_to_people(kind: type[Loss]) -> None:
    assert kind.summary().endswith(".")
    assert kind.formula
    assert kind.label
    assert kind.category == "Loss"
    assert kind.tasks
    assert set(kind.tasks) <= {"classification", "regression"}
    for hyperparameter in kind.hyperparameters():
        assert kind.model_fields[hyperparameter.name].title
        assert hyperparameter.help.endswith(".")


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Python changes threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_threads")
def test_threads_do_not_mix_up_their_batches() -> None:
    loss, wrong = losses.MeanSquaredError(), []

    def evaluate(level: float) -> None:
        outputs, targets = np.full((8, 4), level), np.zeros((8, 4))
        values = [loss.value_and_grad(outputs, targets)[0] for _ in range(1000)]
        wrong.extend(value for value in values if value != level**2)

    threads = [threading.Thread(target=evaluate, args=(float(level),)) for level in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
