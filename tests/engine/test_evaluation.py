"""Evaluation in portions against one computation over everything."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from deepviz.engine import Network, Trainer, evaluation, layers, losses, metrics, optimizers
from deepviz.engine.evaluation import PORTION, evaluate
from deepviz.engine.loss import Loss
from deepviz.engine.metric import Metric
from deepviz.registry import DefinitionError


def network(outputs: int = 3) -> Network:
    return Network.sequential([layers.Input(shape=(4,)), layers.Dense(units=outputs)], seed=1, dtype="float64")


@pytest.mark.parametrize("count", [1, PORTION - 1, PORTION, PORTION + 1, 3 * PORTION + 7])
def test_loss_and_accuracy_are_those_over_all_samples(count: int) -> None:
    net, rng = network(), np.random.default_rng(0)
    x, classes = rng.standard_normal((count, 4)), rng.integers(0, 3, count)
    logits = x @ net.parameters["dense_1/W"] + net.parameters["dense_1/b"]
    log_sums = np.log(np.exp(logits).sum(axis=1))
    result = evaluate(net, losses.SoftmaxCrossEntropy(), x, classes)
    assert result.loss == pytest.approx(np.mean(log_sums - logits[np.arange(count), classes]), rel=1e-12)
    assert result.accuracy == np.mean(logits.argmax(axis=1) == classes)


def test_numbers_to_fit_have_no_accuracy() -> None:
    net, rng = network(1), np.random.default_rng(0)
    x, targets = rng.standard_normal((20, 4)), rng.integers(-5, 5, 20)
    outputs = x @ net.parameters["dense_1/W"][:, 0] + net.parameters["dense_1/b"]
    result = evaluate(net, losses.MeanSquaredError(), x, targets)
    assert result.accuracy is None
    assert result.loss == pytest.approx(np.mean((outputs - targets) ** 2), rel=1e-12)


def test_evaluation_changes_nothing() -> None:
    net, x = network(), np.random.default_rng(0).standard_normal((30, 4))
    net.gradients.vector[...] = 7
    before = net.parameters.vector.copy()
    evaluate(net, losses.SoftmaxCrossEntropy(), x, np.zeros(30, int))
    assert np.array_equal(net.parameters.vector, before)
    assert (net.gradients.vector == 7).all()


def test_huge_weights_give_an_infinite_loss_and_no_warning() -> None:
    net = network()
    net.parameters.vector[...] = 1e200
    assert evaluate(net, losses.MeanSquaredError(), np.ones((2, 4)), np.zeros((2, 3))).loss == np.inf


def all_metrics(task: str) -> list[Metric]:
    return [kind() for kind in metrics.registry.values() if kind.task == task]


@pytest.mark.parametrize("count", [2, PORTION, 2 * PORTION + 7])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_metrics_are_those_of_all_outputs_at_once(task: str, count: int) -> None:
    net, rng = network(), np.random.default_rng(0)
    x = rng.standard_normal((count, 4))
    by_class = task == "classification"
    targets = rng.integers(0, 3, count) if by_class else rng.standard_normal((count, 3))
    loss = losses.SoftmaxCrossEntropy() if by_class else losses.MeanSquaredError()
    asked = all_metrics(task)
    found = evaluate(net, loss, x, targets, asked).metrics
    assert list(found) == [metric.key for metric in asked]
    for metric in asked:
        assert found[metric.key] == pytest.approx(metric.measure(net.predict(x), targets), rel=1e-12), metric.key
    by_key = evaluate(net, loss, x, targets, [metric.key for metric in asked]).metrics
    assert all(np.array_equal(by_key[name], value) for name, value in found.items())


def test_metrics_of_one_kind_are_told_apart_by_their_settings() -> None:
    x = np.random.default_rng(0).standard_normal((30, 4))
    asked = (metrics.TopK(k=1), metrics.TopK(k=3), "TopK")
    found = evaluate(network(), losses.SoftmaxCrossEntropy(), x, np.arange(30) % 3, asked)
    assert list(found.metrics) == ["TopK(k=1)", "TopK(k=3)", "TopK"]
    assert found.metrics["TopK(k=1)"] == found.accuracy
    assert found.metrics["TopK(k=3)"] == 1


@pytest.mark.parametrize("portion", [1, 7, 100])
def test_the_size_of_portions_makes_no_difference(portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    net, rng = network(), np.random.default_rng(0)
    x, classes, numbers = rng.standard_normal((100, 4)), rng.integers(0, 3, 100), rng.standard_normal((100, 3))
    cases = [
        (losses.SoftmaxCrossEntropy(class_weights=(1, 2, 3)), classes, all_metrics("classification")),
        (losses.Huber(), numbers, all_metrics("regression")),
    ]
    wanted = [evaluate(net, loss, x, targets, asked) for loss, targets, asked in cases]
    monkeypatch.setattr(evaluation, "PORTION", portion)
    for (loss, targets, asked), whole in zip(cases, wanted, strict=True):
        found = evaluate(net, loss, x, targets, asked)
        assert found.loss == pytest.approx(whole.loss, rel=1e-13)
        assert found.accuracy == whole.accuracy
        assert all(found.metrics[name] == pytest.approx(value, rel=1e-12) for name, value in whole.metrics.items())


@pytest.mark.parametrize("key", ["BinaryCrossEntropy", "Hinge"])
def test_a_single_output_has_an_accuracy(key: str) -> None:
    net, rng = network(1), np.random.default_rng(0)
    x, answers = rng.standard_normal((700, 4)), rng.integers(0, 2, 700)
    result = evaluate(net, losses.registry[key](), x, answers, ["ConfusionMatrix", "F1"])
    positive = net.predict(x)[:, 0] > 0
    assert result.accuracy == np.mean(positive == answers)
    assert result.metrics["ConfusionMatrix"][1, 0] == np.count_nonzero(~positive & (answers == 1))


def test_a_single_output_learns_two_classes() -> None:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((200, 4))
    answers = (x @ [1.0, -2, 0.5, 1] > 0.3).astype(int)
    net, loss = network(1), losses.BinaryCrossEntropy()
    data = Trainer(net, loss, optimizers.Adam(learning_rate=0.05), (x, answers), epochs=40, probes=("accuracy",))
    *_, last = data.steps()
    assert last.values["accuracy"] > 0.9
    assert evaluate(net, loss, x, answers).accuracy > 0.95


def test_every_step_of_a_sequence_counts() -> None:
    drawn = [layers.Input(shape=(5, 3)), layers.Tanh()]
    net, rng = Network.sequential(drawn, dtype="float64"), np.random.default_rng(0)
    x, classes = rng.standard_normal((600, 5, 3)), rng.integers(0, 3, (600, 5))
    result = evaluate(net, losses.SoftmaxCrossEntropy(), x, classes, ["TopK"])
    assert result.accuracy == np.mean(x.argmax(axis=2) == classes)
    logs = np.tanh(x) - np.log(np.exp(np.tanh(x)).sum(axis=2, keepdims=True))
    assert result.loss == pytest.approx(-np.take_along_axis(logs, classes[..., None], 2).mean(), rel=1e-12)


def test_penalties_on_weights_are_part_of_the_loss() -> None:
    x, targets = np.random.default_rng(0).standard_normal((9, 4)), np.zeros((9, 3))
    drawn = [layers.Input(shape=(4,)), layers.Dense(units=3, l2=0.5)]
    net = Network.sequential(drawn, seed=1, dtype="float64")
    bare = evaluate(network(), losses.MeanSquaredError(), x, targets).loss
    penalty = 0.5 * np.square(net.parameters["dense_1/W"]).sum()
    assert evaluate(net, losses.MeanSquaredError(), x, targets).loss == pytest.approx(bare + penalty, rel=1e-12)


def test_memory_does_not_grow_with_the_samples() -> None:
    net = Network.sequential([layers.Input(shape=(2,)), layers.Dense(units=200)])

    def peak(count: int) -> int:
        x, classes = np.zeros((count, 2), np.float32), np.arange(count, dtype=np.intp) % 200
        evaluate(net, losses.SoftmaxCrossEntropy(), x[:PORTION], classes[:PORTION], ["F1"])  # tapes are recorded once
        tracemalloc.start()
        evaluate(net, losses.SoftmaxCrossEntropy(), x, classes, ["F1"])
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    few, many = peak(2 * PORTION), peak(40 * PORTION)
    # One-hot rows of all samples would take 16 MB; what grows is one copy of the class numbers.
    assert many - few < 1e6


@pytest.mark.parametrize(
    ("loss", "targets", "asked", "message"),
    [
        (losses.SoftmaxCrossEntropy(), np.zeros(4, int), "R2", "R² is for regression; these targets are class numbers"),
        (losses.MeanSquaredError(), np.zeros((4, 3)), "F1", "F1 score is for classification; these .* numbers to fit"),
        (losses.MeanSquaredError(), np.zeros((4, 3)), "Nonsense", "no metric called 'Nonsense'"),
    ],
)
def test_metrics_that_do_not_apply_are_refused(loss: Loss, targets: np.ndarray, asked: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(network(), loss, np.zeros((4, 4)), targets, [asked])


def test_an_unknown_metric_is_a_definition_error() -> None:
    with pytest.raises(DefinitionError):
        evaluate(network(), losses.MeanSquaredError(), np.zeros((4, 4)), np.zeros((4, 3)), ["nothing"])


@pytest.mark.parametrize(("samples", "targets"), [(3, 2), (2, 3), (PORTION + 5, PORTION)])
def test_samples_without_targets_are_refused(samples: int, targets: int) -> None:
    with pytest.raises(ValueError, match=rf"needs a target for each sample; .* \({samples}, 4\), .* \({targets},\)"):
        evaluate(network(), losses.SoftmaxCrossEntropy(), np.zeros((samples, 4)), np.zeros(targets, int))


def nan_at(sample: int, count: int = 2 * PORTION) -> np.ndarray:
    x = np.zeros((count, 4))
    x[sample, 1] = np.nan
    return x


@pytest.mark.parametrize(
    ("x", "targets", "message"),
    [
        (np.zeros((0, 4)), np.zeros(0, int), r"needs samples; there are none: they have shape \(0, 4\)"),
        (np.float64(3), np.zeros(2, int), r"the samples have shape \(\)"),
        (np.zeros((2, 5)), np.zeros(2, int), r"input_1 takes samples of shape 4; the batch has shape \(2, 5\)"),
        (np.full((2, 4), "a"), np.zeros(2, int), "input_1 takes numbers; the batch holds <U1"),
        (nan_at(1, 3), np.zeros(3, int), "^input_1: sample 1 of the batch contains NaN"),
        (nan_at(PORTION + 3), np.zeros(2 * PORTION, int), f"Counted from sample {PORTION}: input_1: sample 3 of the"),
        (np.zeros((2, 4)), np.array([0, 3]), "^Target 1 is class 3, but Cross-entropy gets 3 outputs"),
        (np.zeros((2, 4)), np.zeros((2, 2)), r"Cross-entropy: targets have shape \(2, 2\); wanted \(2, 3\)"),
        (np.zeros((2, 4)), np.array([[0, 1, 0], [np.nan, 1, 0]]), "Cross-entropy: target 1 contains NaN"),
    ],
)
def test_bad_input_is_refused_in_words(x: np.ndarray, targets: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(network(), losses.SoftmaxCrossEntropy(), x, targets)
