"""One kit for every registered loss, and each loss against its formula written out in plain NumPy."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from deepviz.engine import losses
from deepviz.engine.gradcheck import check_loss
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import Shape, ShapeError

CASES = [
    pytest.param(loss, shape, id=f"{kind.key}-{number}")
    for kind in losses.registry.values()
    for number, (loss, shape) in enumerate(kind.examples())
]
KINDS = [pytest.param(kind, id=kind.key) for kind in losses.registry.values()]
every_example = pytest.mark.parametrize(("loss", "shape"), CASES)
every_kind = pytest.mark.parametrize("kind", KINDS)


def squared_error(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    return float(np.mean((outputs - targets) ** 2)), 2 * (outputs - targets) / outputs.size


def cross_entropy(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    total, grad = 0.0, np.zeros_like(outputs)
    for row, (z, t) in enumerate(zip(outputs, targets, strict=True)):
        log_sum = z.max() + np.log(np.sum(np.exp(z - z.max())))
        total += float(np.sum(t * (log_sum - z)))
        grad[row] = (np.exp(z - log_sum) - t) / len(outputs)
    return total / len(outputs), grad


def absolute_error(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    return float(np.mean(np.abs(outputs - targets))), np.sign(outputs - targets) / outputs.size


def huber(outputs: np.ndarray, targets: np.ndarray, delta: float) -> tuple[float, np.ndarray]:
    d = outputs - targets
    near = np.abs(d) <= delta
    value = np.where(near, d**2 / 2, delta * (np.abs(d) - delta / 2)).mean()
    return float(value), np.where(near, d, delta * np.sign(d)) / d.size


def log_cosh(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    d = outputs - targets
    return float(np.mean(np.log(np.cosh(d)))), np.tanh(d) / d.size


def binary_cross_entropy(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    p = 1 / (1 + np.exp(-outputs))
    value = -np.mean(targets * np.log(p) + (1 - targets) * np.log(1 - p))
    return float(value), (p - targets) / outputs.size


def hinge(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    margins = 1 - outputs * targets
    return float(np.mean(np.maximum(margins, 0))), np.where(margins > 0, -targets, 0) / outputs.size


def kl_divergence(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    total, grad = 0.0, np.zeros_like(outputs)
    for row, (z, t) in enumerate(zip(outputs, targets, strict=True)):
        q = np.exp(z) / np.exp(z).sum()
        total += sum(float(ti * np.log(ti / qi)) for ti, qi in zip(t, q, strict=True) if ti > 0)
        grad[row] = (q * t.sum() - t) / len(outputs)
    return total / len(outputs), grad


def cosine(outputs: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    total, grad = 0.0, np.zeros_like(outputs)
    for row, (y, t) in enumerate(zip(outputs, targets, strict=True)):
        length, wanted = np.linalg.norm(y), t / np.linalg.norm(t)
        total += 1 - float(y @ wanted / length)
        grad[row] = -(np.eye(len(y)) - np.outer(y, y) / length**2) @ wanted / length / len(outputs)
    return total / len(outputs), grad


FORMULAS: dict[str, Callable[..., tuple[float, np.ndarray]]] = {
    "BinaryCrossEntropy": binary_cross_entropy,
    "CosineSimilarity": cosine,
    "Hinge": hinge,
    "Huber": huber,
    "KLDivergence": kl_divergence,
    "LogCosh": log_cosh,
    "MeanAbsoluteError": absolute_error,
    "MeanSquaredError": squared_error,
    "SoftmaxCrossEntropy": cross_entropy,
}


def random_case(loss: Loss, shape: Shape, dtype: type = np.float64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    outputs = (3 * rng.standard_normal((6, *shape))).astype(dtype)
    if loss.key == "KLDivergence":
        return outputs, rng.dirichlet(np.ones(shape[-1]), 6).astype(dtype)
    if "regression" in loss.tasks:
        return outputs, rng.standard_normal((6, *shape)).astype(dtype)
    return outputs, loss.encode_targets(rng.integers(0, shape[-1], 6), shape, dtype)


def test_every_loss_has_its_formula_here() -> None:
    assert set(FORMULAS) == set(losses.registry)


@every_example
def test_value_and_gradient_are_those_of_the_formula(loss: Loss, shape: Shape) -> None:
    outputs, targets = random_case(loss, shape)
    value, grad = loss.value_and_grad(outputs, targets)
    wanted_value, wanted_grad = FORMULAS[loss.key](outputs, targets, **loss.model_dump())
    assert value == pytest.approx(wanted_value, rel=1e-13)
    assert grad == pytest.approx(wanted_grad, rel=1e-12, abs=1e-15)
    assert grad.shape == outputs.shape


@every_example
def test_gradient_is_the_slope(loss: Loss, shape: Shape) -> None:
    report = check_loss(loss, shape, np.random.default_rng(2))
    assert report.worst <= 1e-7, report
    assert report.tensors[0].left_out == 0


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


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_huge_logits_is_finite_and_exact(dtype: type) -> None:
    loss = losses.SoftmaxCrossEntropy()
    logits = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [-1e4, -1e4, -1e4]], dtype)
    value, grad = loss.value_and_grad(logits, np.array([1, 0, 2]))
    # 20000 for the first; 20000 + log 2 for the second; log 3 for the third, where all are equal.
    assert value == pytest.approx((20000 + 20000 + np.log(2) + np.log(3)) / 3, rel=1e-7)
    wanted = np.array([[1, -1, 0], [-1, 0.5, 0.5], [1 / 3, 1 / 3, 1 / 3 - 1]]) / 3
    assert grad == pytest.approx(wanted, abs=1e-7)


def test_cross_entropy_of_a_certain_right_answer_is_zero() -> None:
    value, grad = losses.SoftmaxCrossEntropy().value_and_grad(np.array([[1e4, 0.0], [0.0, 1e4]]), np.array([0, 1]))
    assert value == 0.0
    assert not grad.any()


HUGE = [
    # loss, outputs, targets, value, gradient; by hand, one row of two outputs
    ("BinaryCrossEntropy", [1e4, -1e4], [0, 0], 5e3, [0.5, 0]),
    ("BinaryCrossEntropy", [1e4, -1e4], [1, 1], 5e3, [0, -0.5]),
    ("BinaryCrossEntropy", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("CosineSimilarity", [1e4, -1e4], [0, 1], 1 + 0.5**0.5, [-(0.5**0.5) / 2e4, -(0.5**0.5) / 2e4]),
    ("CosineSimilarity", [0, 0], [0, 1], 1, [0, 0]),
    ("CosineSimilarity", [1, 2], [0, 0], 1, [0, 0]),
    ("Hinge", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("Hinge", [1e4, -1e4], [0, 1], 10001, [0.5, -0.5]),
    ("Huber", [1e4, -1e4], [0, 0], 9999.5, [0.5, -0.5]),
    ("KLDivergence", [1e4, -1e4], [0, 1], 2e4, [1, -1]),
    ("KLDivergence", [1e4, -1e4], [1, 0], 0, [0, 0]),
    ("KLDivergence", [1e4, -1e4], [0.5, 0.5], 1e4 - np.log(2), [0.5, -0.5]),
    ("LogCosh", [1e4, -1e4], [0, 0], 1e4 - np.log(2), [0.5, -0.5]),
    ("MeanAbsoluteError", [1e4, -1e4], [0, 0], 1e4, [0.5, -0.5]),
    ("MeanSquaredError", [1e4, -1e4], [0, 0], 1e8, [1e4, -1e4]),
    ("SoftmaxCrossEntropy", [1e4, -1e4], [0, 1], 2e4, [1, -1]),
]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("key", "outputs", "targets", "value", "grad"), HUGE)
def test_huge_outputs_and_zeros_are_exact(
    key: str, outputs: list[float], targets: list[float], value: float, grad: list[float], dtype: type
) -> None:
    found = losses.registry[key]().value_and_grad(np.array([outputs], dtype), np.array([targets], dtype))
    exact = 4 * float(np.finfo(dtype).eps)
    assert found[0] == pytest.approx(value, rel=exact, abs=0)
    assert found[1][0] == pytest.approx(np.array(grad), rel=exact, abs=exact * 1e-4)


def test_huge_outputs_are_tried_on_every_loss() -> None:
    assert {key for key, *_ in HUGE} == set(losses.registry)


@pytest.mark.parametrize(("dtype", "exact"), [(np.float32, 1e-6), (np.float64, 1e-15)])
def test_log_cosh_is_exact_at_every_distance(dtype: type, exact: float) -> None:
    # By its series near 0, by the straight line far away, and by the plain formula in between.
    distances = {1e-6: 5e-13 - 1e-24 / 12, 1e-2: 5e-5 - 1e-8 / 12 + 1e-12 / 45, 3.0: np.log(np.cosh(3.0))}
    for distance, wanted in {**distances, 19.9: 19.9 - np.log(2), 20.1: 20.1 - np.log(2)}.items():
        value, _ = losses.LogCosh().value_and_grad(np.array([[distance]], dtype), np.zeros((1, 1), dtype))
        rounding = abs(float(dtype(distance)) / distance - 1)
        assert value == pytest.approx(wanted, rel=exact + 2 * rounding)


@pytest.mark.parametrize("key", ["BinaryCrossEntropy", "Hinge"])
def test_a_single_output_is_fitted_to_zero_and_one(key: str) -> None:
    loss, outputs = losses.registry[key](), np.array([[0.3], [-2.0], [0.4]])
    answers = np.array([1, 0, 0])
    value, grad = loss.value_and_grad(outputs, answers)
    wanted = FORMULAS[key](outputs, (answers if key == "BinaryCrossEntropy" else 2 * answers - 1)[:, None])
    assert value == pytest.approx(wanted[0])
    assert grad == pytest.approx(wanted[1])
    # There is no largest of one output, so no class is read from it and no accuracy is shown.
    assert loss.class_numbers(answers, (1,)) is None
    with pytest.raises(ShapeError, match="2 classes; it gets 1"):
        loss.check((1,), "classification", 2)
    loss.check((2,), "classification", 2)
    with pytest.raises(ShapeError, match="is for classification; this data is for regression"):
        loss.check((1,), "regression", 1)


def test_hinge_takes_classes_signs_and_zeros_for_the_same() -> None:
    loss, outputs = losses.Hinge(), np.random.default_rng(0).standard_normal((4, 3))
    rows = np.eye(3)[[2, 0, 1, 1]]
    found = [loss.value_and_grad(outputs, each) for each in (np.array([2, 0, 1, 1]), rows, 2 * rows - 1)]
    assert len({value for value, _ in found}) == 1
    encoded = loss.encode_targets(rows, (3,), np.float64)
    assert np.array_equal(loss.encode_targets(encoded, (3,), np.float64), encoded)


@pytest.mark.parametrize(
    ("key", "targets", "message"),
    [
        ("BinaryCrossEntropy", [[0, 1], [0, 1.5]], "target 1 is 1.5; wanted a number from 0 to 1"),
        ("BinaryCrossEntropy", [[0, -1], [0, 1]], "target 0 is -1"),
        ("Hinge", [[0, 1], [0, 0.5]], "target 1 is 0.5; wanted 0 or 1, or -1 or 1"),
        ("Hinge", [[0, 1], [-1, 1]], "both 0 and -1"),
        ("KLDivergence", [[0, 1], [0.5, 0.4]], "target 1 is not a row of probabilities"),
        ("KLDivergence", [[-0.5, 1.5], [0, 1]], "target 0 is not a row of probabilities"),
    ],
)
def test_targets_that_mean_nothing_are_refused(key: str, targets: list[list[float]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        losses.registry[key]().value_and_grad(np.zeros((2, 2)), np.array(targets))


@pytest.mark.parametrize("key", ["CosineSimilarity", "KLDivergence"])
def test_what_compares_whole_rows_wants_more_than_one_number(key: str) -> None:
    with pytest.raises(ShapeError, match="a single target number"):
        losses.registry[key]().check((1,), "regression", 1)
    losses.registry[key]().check((3,), "regression", 3)
    losses.registry[key]().check((3,), "classification", 3)
    with pytest.raises(ShapeError, match="needs flat outputs; it gets 3 × 3"):
        losses.registry[key]().value_and_grad(np.ones((2, 3, 3)), np.full((2, 3, 3), 1 / 9))


@pytest.mark.parametrize("classes", [2, 31, 32, 33, 100])
@pytest.mark.parametrize("batch", [1, 5, 200])
def test_cross_entropy_at_any_size(classes: int, batch: int) -> None:
    # Row maxima and broadcasting take different ways for few and for many classes.
    rng = np.random.default_rng(0)
    logits, targets = 5 * rng.standard_normal((batch, classes)), rng.integers(0, classes, batch)
    value, grad = losses.SoftmaxCrossEntropy().value_and_grad(logits, targets)
    wanted_value, wanted_grad = cross_entropy(logits, np.eye(classes)[targets])
    assert value == pytest.approx(wanted_value, rel=1e-12)
    assert grad == pytest.approx(wanted_grad, abs=1e-14)


def test_one_hot_rows_and_class_numbers_mean_the_same() -> None:
    loss, logits = losses.SoftmaxCrossEntropy(), np.random.default_rng(0).standard_normal((4, 3))
    by_number = loss.value_and_grad(logits, np.array([2, 0, 1, 1], np.uint8))
    by_row = loss.value_and_grad(logits, np.eye(3)[[2, 0, 1, 1]])
    assert by_number[0] == by_row[0]
    assert np.array_equal(by_number[1], by_row[1])


def test_whole_numbers_are_fitted_where_there_is_one_output() -> None:
    loss, outputs = losses.MeanSquaredError(), np.array([[1.0], [2.0], [5.5]])
    assert loss.value_and_grad(outputs, np.array([1, 4, 5]))[0] == pytest.approx((0 + 4 + 0.25) / 3)
    assert loss.class_numbers(np.array([1, 4, 5]), (1,)) is None
    assert loss.class_numbers(np.array([1, 0, 1]), (2,)) is not None


@pytest.mark.parametrize(
    ("outputs", "targets", "message"),
    [
        (np.zeros((2, 3)), np.array([0, 3]), "Target 1 is class 3, but the network tells 3 classes apart"),
        (np.zeros((2, 3)), np.array([-1, 0]), "Target 0 is class -1"),
        (np.zeros((2, 3)), np.array([0, 1, 2]), "2 outputs but 3 targets"),
        (np.zeros((2, 3)), np.zeros((2, 4)), r"targets have shape \(2, 4\); wanted \(2, 3\)"),
        (np.zeros((2, 3)), np.array([[0, np.nan, 1], [0, 0, 1]]), "target 0 contains NaN"),
        (np.zeros((2, 3), np.float32), np.array([[0, 0, 1], [0, 0, 1e300]]), "target 1 contains NaN"),
        (np.zeros((2, 3)), np.array(["a", "b"]), "must be numbers"),
        (np.zeros((2, 3)), np.array([None, {}], object), "must be numbers, not object"),
        (np.zeros((0, 3)), np.array([], int), "batch is empty"),
        (np.zeros((2, 3), np.int64), np.array([0, 1]), "must be float32 or float64, not int64"),
        (np.float64(1.0), np.float64(1.0), "must have a batch axis"),
        (np.zeros((2, 3, 3)), np.zeros((2, 3, 3)), "Cross-entropy needs flat outputs; it gets 3 × 3"),
    ],
)
def test_bad_input_is_refused_in_words(outputs: np.ndarray, targets: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        losses.SoftmaxCrossEntropy().value_and_grad(outputs, targets)


def test_check_says_what_does_not_fit_and_how_to_mend_it() -> None:
    with pytest.raises(ShapeError, match="needs one output for each of the data's 10 classes; it gets 3") as caught:
        losses.SoftmaxCrossEntropy().check((3,), "classification", 10)
    assert caught.value.change == {"units": 10}
    with pytest.raises(ShapeError, match="is for classification; this data is for regression"):
        losses.SoftmaxCrossEntropy().check((1,), "regression", 1)
    losses.MeanSquaredError().check((1,), "regression", 1)


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
