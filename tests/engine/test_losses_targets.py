"""What losses make of targets: class numbers, rows, sequences, a single output; and what they refuse, in words."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.engine import losses
from deepviz.engine.loss import Loss
from deepviz.engine.shapes import ShapeError
from deepviz.registry import DefinitionError
from tests.engine.loss_formulas import FORMULAS


@pytest.mark.parametrize("key", ["BinaryCrossEntropy", "Hinge"])
def test_a_single_output_is_fitted_to_zero_and_one(key: str) -> None:
    loss, outputs = losses.registry[key](), np.array([[0.3], [-2.0], [0.4]])
    answers = np.array([1, 0, 0])
    value, grad = loss.value_and_grad(outputs, answers)
    wanted = FORMULAS[key](outputs, (answers if key == "BinaryCrossEntropy" else 2 * answers - 1)[:, None])
    assert value == pytest.approx(wanted[0])
    assert grad == pytest.approx(wanted[1])
    assert np.array_equal(loss.class_numbers(answers, (1,)), answers)
    assert np.array_equal(loss.predicted_classes(outputs), [1, 0, 1])


@pytest.mark.parametrize("key", ["BinaryCrossEntropy", "Hinge"])
def test_two_classes_have_one_output_or_two(key: str) -> None:
    loss = losses.registry[key]()
    for units in (1, 2):
        loss.check((units,), "classification", 2)
    with pytest.raises(ShapeError, match=r"2 classes, or a single one; it gets 7\. Set the .* units to 1") as caught:
        loss.check((7,), "classification", 2)
    assert caught.value.change == {"units": 1}
    with pytest.raises(ShapeError, match=r"data's 3 classes; it gets 1\. Set the last layer's units to 3"):
        loss.check((1,), "classification", 3)
    with pytest.raises(ShapeError, match="is for classification; this data is for regression"):
        loss.check((1,), "regression", 1)


@pytest.mark.parametrize("kind", losses.registry.values(), ids=lambda kind: kind.key)
def test_only_what_tells_yes_from_no_takes_one_output_for_two_classes(kind: type[Loss]) -> None:
    if not kind.tells_yes_from_no:
        with pytest.raises(ShapeError, match="2 classes; it gets 1"):
            kind().check((1,), "classification", 2)


@pytest.mark.parametrize("kind", list(losses.registry.values()), ids=list(losses.registry))
def test_a_single_class_is_nothing_to_tell_apart(kind: type[Loss]) -> None:
    """Its one output would be taken for a yes or no, and half of the samples for wrong."""
    if "classification" not in kind.tasks:
        return
    if kind.tells_yes_from_no:
        kind().check((1,), "classification", 1)
        return
    with pytest.raises(ShapeError, match="a single "):
        kind().check((1,), "classification", 1)


@pytest.mark.parametrize(
    ("key", "given", "classes"),
    [
        ("BinaryCrossEntropy", np.array([1, 0, 1]), [1, 0, 1]),
        ("BinaryCrossEntropy", np.array([True, False]), [1, 0]),
        ("BinaryCrossEntropy", np.array([1.0, 0.0]), None),  # these may be anything from 0 to 1
        (
            "BinaryCrossEntropy",
            np.array([[1], [0]]),
            None,
        ),  # a label for each of several outputs, of which there is one
        ("Hinge", np.array([1, -1, 1]), [1, 0, 1]),
        ("Hinge", np.array([1, 0, 1], np.uint8), [1, 0, 1]),
        ("MeanSquaredError", np.array([1, 0, 1]), None),
    ],
)
def test_class_numbers_of_a_single_output(key: str, given: np.ndarray, classes: list[int] | None) -> None:
    found = losses.registry[key]().class_numbers(given, (1,))
    assert (None if found is None else found.tolist()) == classes


def test_predicted_classes_are_the_largest_or_the_positive() -> None:
    rule = losses.SoftmaxCrossEntropy().predicted_classes
    assert rule(np.array([[1.0, 3.0, 3.0], [0.0, -1.0, -2.0]])).tolist() == [1, 0]
    assert rule(np.array([[[0.0, 1.0]], [[1.0, 0.0]]])).tolist() == [[1], [0]]
    assert rule(np.array([[0.5], [0.0], [-0.0], [-3.0], [1e-45]], np.float32)).tolist() == [1, 0, 0, 0, 1]
    assert rule(np.array([[[0.5], [-1.0]]])).tolist() == [[1, 0]]
    for outputs in (np.array([[1.0, 3.0]]), np.array([[2.0]])):
        into = np.full(1, 7)
        assert rule(outputs, into) is into
        assert into.tolist() == [1]


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


@pytest.mark.parametrize("key", ["SoftmaxCrossEntropy", "BinaryCrossEntropy", "Hinge", "KLDivergence"])
def test_class_numbers_of_a_sequence_are_a_class_for_each_step(key: str) -> None:
    loss, rng = losses.registry[key](), np.random.default_rng(0)
    outputs, classes = rng.standard_normal((4, 5, 3)), rng.integers(0, 3, (4, 5))
    assert np.array_equal(loss.class_numbers(classes, (5, 3)), classes)
    value, grad = loss.value_and_grad(outputs, classes)
    wanted_value, wanted_grad = loss.value_and_grad(outputs.reshape(20, 3), classes.reshape(20))
    assert value == pytest.approx(wanted_value, rel=1e-14)
    assert grad.reshape(20, 3) == pytest.approx(wanted_grad, rel=1e-14)
    assert loss.value_and_grad(outputs, np.eye(3)[classes])[0] == value
    assert loss.class_numbers(classes[:, :4], (5, 3)) is None


def test_a_sequence_of_single_outputs() -> None:
    outputs, answers = np.array([[[2.0], [-1.0]], [[0.5], [0.0]]]), np.array([[1, 1], [0, 0]])
    loss = losses.BinaryCrossEntropy()
    assert np.array_equal(loss.class_numbers(answers, (2, 1)), answers)
    wanted = loss.value_and_grad(outputs.reshape(4, 1), answers.reshape(4))[0]
    assert loss.value_and_grad(outputs, answers)[0] == pytest.approx(wanted)
    assert losses.MeanSquaredError().value_and_grad(outputs, answers)[0] == pytest.approx((1 + 4 + 0.25 + 0) / 4)


def test_the_number_of_class_weights_must_be_that_of_the_classes() -> None:
    loss = losses.SoftmaxCrossEntropy(class_weights=(1, 2, 0.5))
    loss.check((3,), "classification", 3)
    with pytest.raises(ShapeError, match=r"has 3 class weights for 4 classes\. Give one weight for each class"):
        loss.check((4,), "classification", 4)
    with pytest.raises(ShapeError, match=r"gets 3\. Set the last layer's units to 4"):
        loss.check((3,), "classification", 4)
    with pytest.raises(ValueError, match="Cross-entropy has 3 class weights for 2 classes"):
        loss.value_and_grad(np.zeros((1, 2)), np.array([0]))


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("SoftmaxCrossEntropy", {"label_smoothing": 1.5}),
        ("SoftmaxCrossEntropy", {"label_smoothing": -0.1}),
        ("SoftmaxCrossEntropy", {"class_weights": (1, -1)}),
        ("SoftmaxCrossEntropy", {"class_weights": (1, float("nan"))}),
        ("SoftmaxCrossEntropy", {"class_weights": (1, float("inf"))}),
        ("SoftmaxCrossEntropy", {"class_weights": ()}),
        ("BinaryCrossEntropy", {"positive_weight": 0}),
    ],
)
def test_settings_out_of_bounds_are_refused(key: str, changes: dict[str, object]) -> None:
    with pytest.raises(DefinitionError, match=next(iter(changes))):
        losses.registry[key]().changed(**changes)


def test_class_weights_are_a_row_of_numbers_for_forms() -> None:
    smoothing, weights = losses.SoftmaxCrossEntropy.hyperparameters()
    assert (smoothing.kind, weights.kind, weights.optional) == ("number", "numbers", True)
    assert (smoothing.minimum, smoothing.maximum) == (0, 1)


def test_a_weight_counts_each_sample_of_its_class_that_many_times_and_the_mean_is_over_the_batch() -> None:
    logits = np.random.default_rng(0).standard_normal((3, 2))
    classes, plain = np.array([0, 1, 1]), losses.SoftmaxCrossEntropy()
    weighted = losses.SoftmaxCrossEntropy(class_weights=(1, 3)).value_and_grad(logits, classes)
    repeated = [0, 1, 1, 1, 2, 2, 2]
    assert weighted[0] == pytest.approx(plain.value_and_grad(logits[repeated], classes[repeated])[0] * 7 / 3)
    ones = losses.SoftmaxCrossEntropy(class_weights=(1, 1)).value_and_grad(logits, classes)
    assert ones[0] == pytest.approx(plain.value_and_grad(logits, classes)[0], rel=1e-15)


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
        (
            np.zeros((2, 3)),
            np.array([0, 3]),
            "Target 1 is class 3, but Cross-entropy gets 3 outputs, for classes 0 to 2",
        ),
        (np.zeros((2, 2, 3)), np.array([[0, 1], [4, 0]]), "Target 1 is class 4, but Cross-entropy gets 3 outputs"),
        (np.zeros((2, 3)), 1.0, r"Cross-entropy: targets have shape \(\); wanted one for each sample"),
        (
            np.zeros((2, 3)),
            np.array([0.0, 1.0]),
            r"have shape \(2,\); wanted \(2, 3\), or class numbers of shape \(2,\)",
        ),
        (np.zeros((2, 5, 3)), np.zeros((2, 4), int), r"wanted \(2, 5, 3\), or class numbers of shape \(2, 5\)"),
        (np.zeros((2, 3)), np.array([[0, 0, 1], [0, 0, 0]]), "Cross-entropy: target 1 is not a row of probabilities"),
        (np.zeros((2, 2)), np.array([[0, 1], [-1, 2]]), "Cross-entropy: target 1 is not a row of probabilities"),
        (np.zeros((2, 3)), np.array([-1, 0]), "Target 0 is class -1"),
        (np.zeros((2, 3)), np.array([0, 1, 2]), "2 outputs but 3 targets"),
        (np.zeros((2, 3)), np.zeros((2, 4)), r"targets have shape \(2, 4\); wanted \(2, 3\)"),
        (np.zeros((2, 3)), np.array([[0, np.nan, 1], [0, 0, 1]]), "target 0 contains NaN"),
        (np.zeros((2, 3), np.float32), np.array([[0, 0, 1], [0, 0, 1e300]]), "target 1 contains NaN"),
        (np.zeros((2, 3)), np.array(["a", "b"]), "must be numbers"),
        (np.zeros((2, 3)), np.array([None, {}], object), "must be numbers, not object"),
        (np.zeros((0, 3)), np.array([], int), r"Cross-entropy: the batch is empty; its outputs have shape \(0, 3\)"),
        (np.zeros((2, 3), np.int64), np.array([0, 1]), "must be float32 or float64, not int64"),
        (np.float64(1.0), np.float64(1.0), "must have a batch axis"),
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


@pytest.mark.parametrize("kind", losses.registry.values(), ids=lambda kind: kind.key)
@pytest.mark.parametrize(
    ("outputs", "targets"),
    [
        (np.zeros((2, 3)), np.zeros((2, 2, 3))),
        (np.zeros((2, 3)), np.array(["a", "b"])),
        (np.zeros((2, 3)), np.full((2, 3), np.nan)),
        (np.zeros((2, 3), np.float32), np.full((2, 3), np.inf)),
        (np.zeros((2, 3)), np.eye(3)),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.zeros((2, 3), np.float16), np.zeros((2, 3))),
        (np.zeros(3), np.zeros(3)),
        (np.zeros((2, 3)), np.array([0, 5])),
    ],
    ids=["shape", "type", "nan", "inf", "more targets", "empty", "float16", "no batch axis", "class number"],
)
def test_every_loss_names_itself_when_it_refuses(kind: type[Loss], outputs: np.ndarray, targets: np.ndarray) -> None:
    with pytest.raises(ValueError, match=kind.label):
        kind().value_and_grad(outputs, targets)
