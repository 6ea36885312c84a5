"""What is counted from the predictions of a network, against counts and formulas written out here, and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest

from deepviz.datasets.sources.auto_mpg import AutoMpg
from deepviz.datasets.sources.breast_cancer import BreastCancer
from deepviz.datasets.sources.digits import Digits
from deepviz.datasets.sources.iris import Iris
from deepviz.engine.evaluation import evaluate
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.insight import outputs as outputs_module
from deepviz.insight.confusion import Confusion, ConfusionCounts
from deepviz.insight.outputs import MOST_SAMPLES, outputs_of
from deepviz.insight.prediction import Prediction
from deepviz.insight.probabilities import class_probabilities
from deepviz.insight.residuals import Residuals, ResidualsOf
from deepviz.insight.response import ResponseQuestion
from deepviz.insight.roc import ThresholdCurves, Thresholds, threshold_counts
from deepviz.insight.sample_losses import sample_losses
from deepviz.insight.subject import CancelledError, Subject, UnanswerableError
from deepviz.insight.worst_predictions import MOST_SHOWN, WorstPredictions
from tests.insight.looked_at import classes, subject
from tests.insight.made_subjects import CROSS_ENTROPY, ignored, project_of, subject_of, with_part

DENSE = (("Input", {}), ("Dense", {"units": 8}), ("Tanh", {}))


@pytest.fixture(scope="module")
def iris() -> Subject:
    return subject_of(project_of(Iris(), CROSS_ENTROPY, "SoftmaxCrossEntropy"), steps=3)


@pytest.fixture(scope="module")
def cancer() -> Subject:
    layers = (*DENSE, ("Dense", {"units": 1}))
    return subject_of(project_of(BreastCancer(), layers, "BinaryCrossEntropy"), steps=2)


@pytest.fixture(scope="module")
def cars() -> Subject:
    layers = (*DENSE, ("Dense", {"units": 1}))
    return subject_of(project_of(AutoMpg(), layers, "MeanSquaredError"), steps=8)


def softmax(z: np.ndarray) -> np.ndarray:
    return np.array([[np.exp(a) / sum(np.exp(b) for b in row) for a in row] for row in z.astype(np.float64)])


def test_cells_are_counted_one_sample_after_the_other(iris: Subject) -> None:
    found = Confusion("train").answer(iris, ignored)
    part = iris.data.train
    by_hand = np.zeros((3, 3), int)
    for sample, label in zip(part.x, part.y, strict=True):
        by_hand[label, int(np.argmax(iris.network.forward(sample[None])[0]))] += 1
    np.testing.assert_array_equal(found.counts, by_hand)
    assert found.counts.min() >= 0
    assert (by_hand - np.diag(by_hand.diagonal())).sum() > 0, "nothing wrong: this test tells nothing"
    assert found.samples == found.total == len(part)
    assert found.accuracy == by_hand.trace() / by_hand.sum()
    assert found.accuracy == pytest.approx(evaluate(iris.network, iris.loss, part.x, part.y).accuracy)
    for true in range(3):
        for predicted in range(3):
            members = found.members(true, predicted)
            assert len(members) == by_hand[true, predicted]
            assert all(part.y[number] == true for number in members)
            guesses = [int(np.argmax(iris.network.forward(part.x[number][None])[0])) for number in members]
            assert guesses == [predicted] * len(members)


def test_confusion_agrees_with_scikit_learn(iris: Subject) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = Confusion("train").answer(iris, ignored)
    np.testing.assert_array_equal(found.counts, metrics.confusion_matrix(found.true, found.predicted))
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        found.true, found.predicted, zero_division=np.nan
    )
    np.testing.assert_allclose(found.precision, precision)
    np.testing.assert_allclose(found.recall, recall)
    np.testing.assert_array_equal(found.counts.sum(axis=1), support)
    for scale, name in (("row", "true"), ("column", "pred")):
        wanted = metrics.confusion_matrix(found.true, found.predicted, normalize=name)
        np.testing.assert_allclose(np.nan_to_num(found.scaled(scale)), wanted)


def test_a_class_without_samples_has_no_recall_and_one_never_predicted_no_precision() -> None:
    counts = np.array([[2, 0, 1], [0, 0, 0], [3, 0, 4]])
    true = np.array([0, 0, 0, 2, 2, 2, 2, 2, 2, 2])
    predicted = np.array([0, 0, 2, 0, 0, 0, 2, 2, 2, 2])
    found = ConfusionCounts("test", 10, true, predicted, counts)
    np.testing.assert_array_equal(found.recall, [2 / 3, np.nan, 4 / 7])
    np.testing.assert_array_equal(found.precision, [2 / 5, np.nan, 4 / 5])
    assert np.isnan(found.scaled("row")[1]).all()
    assert np.isnan(found.scaled("column")[:, 1]).all()
    assert found.scaled("count")[2, 2] == 4 / 7
    assert found.accuracy == 0.6


def test_a_single_output_tells_two_classes_apart(cancer: Subject) -> None:
    found = Confusion("train").answer(cancer, ignored)
    z = cancer.network.predict(cancer.data.train.x)[:, 0]
    assert found.counts.shape == (2, 2)
    assert found.counts[1, 1] == int(((z > 0) & (cancer.data.train.y == 1)).sum())
    assert found.counts[0, 1] == int(((z > 0) & (cancer.data.train.y == 0)).sum())


LOSSES = (
    ("SoftmaxCrossEntropy", {}),
    ("SoftmaxCrossEntropy", {"class_weights": (0.5, 1, 3), "label_smoothing": 0.1}),
    ("BinaryCrossEntropy", {"positive_weight": 2.0}),
    ("Hinge", {}),
    ("KLDivergence", {}),
    ("CosineSimilarity", {}),
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
    ("Huber", {}),
    ("LogCosh", {}),
)


@pytest.mark.parametrize(("loss", "settings"), LOSSES)
def test_the_mean_of_the_losses_of_samples_is_the_loss_without_penalties(
    loss: str, settings: dict[str, object]
) -> None:
    layers = (("Input", {}), ("Dense", {"units": 5, "l2": 0.01}), ("Tanh", {}), ("Dense", {"units": 3}))
    subject = subject_of(project_of(Iris(), layers, loss, **settings))
    part = subject.data.train
    found = WorstPredictions("train").answer(subject, ignored)
    reported = evaluate(subject.network, subject.loss, part.x, part.y).loss
    assert subject.network.penalty > 0
    assert found.mean_loss == pytest.approx(reported - subject.network.penalty, rel=2e-6)


def test_every_loss_with_a_network_of_its_own_is_among_those_tried() -> None:
    from deepviz.engine import losses

    assert {name for name, _ in LOSSES} == set(losses.registry)


def test_the_worst_come_first_with_their_cross_entropies(iris: Subject) -> None:
    part = iris.data.train
    found = WorstPredictions("train").answer(iris, ignored)
    z = iris.network.predict(part.x).astype(np.float64)
    by_hand = -np.log(softmax(z)[np.arange(len(z)), part.y])
    assert len(found) == MOST_SHOWN
    np.testing.assert_allclose(found.losses, np.sort(by_hand)[::-1][:MOST_SHOWN], rtol=1e-9)
    np.testing.assert_allclose(by_hand[found.indices], found.losses, rtol=1e-9)
    np.testing.assert_array_equal(found.targets, part.y[found.indices])
    assert found.probabilities is not None
    assert found.predicted is not None
    np.testing.assert_allclose(found.probabilities, softmax(z)[found.indices], rtol=1e-9)
    np.testing.assert_array_equal(found.predicted, z[found.indices].argmax(axis=1))
    assert found.mean_loss == pytest.approx(by_hand.mean(), rel=1e-9)
    assert found.candidates == found.samples == len(part)


def test_only_wrong_ones_are_listed_on_request(iris: Subject) -> None:
    part = iris.data.train
    wrong = iris.network.predict(part.x).argmax(axis=1) != part.y
    found = WorstPredictions("train", wrong_only=True).answer(iris, ignored)
    assert 0 < wrong.sum() < len(part)
    assert found.candidates == wrong.sum()
    assert set(found.indices) <= set(np.flatnonzero(wrong))
    everything = WorstPredictions("train").answer(iris, ignored)
    assert found.mean_loss == everything.mean_loss


def test_numbers_to_fit_have_losses_too(cars: Subject) -> None:
    part = cars.data.train
    found = WorstPredictions("train", wrong_only=True).answer(cars, ignored)
    errors = cars.network.predict(part.x).astype(np.float64) - part.y
    np.testing.assert_allclose(found.losses, np.sort(np.square(errors[:, 0]))[::-1][:MOST_SHOWN], rtol=1e-9)
    assert found.predicted is None
    assert found.probabilities is None


def curves_by_brute_force(scores: np.ndarray, is_positive: np.ndarray) -> list[tuple[float, int, int]]:
    rows = [(np.inf, 0, 0)]
    for threshold in sorted(set(scores.tolist()), reverse=True):
        taken = [(score >= threshold, yes) for score, yes in zip(scores, is_positive, strict=True)]
        rows.append((threshold, sum(a and b for a, b in taken), sum(a and not b for a, b in taken)))
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_curves_agree_with_brute_force_and_scikit_learn_ties_and_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 12, 60) / 8.0 if seed % 2 else rng.normal(size=60)
    is_positive = rng.random(60) < (0.1 if seed < 3 else 0.6)
    is_positive[:2] = True, False
    thresholds, true_positives, false_positives = threshold_counts(scores, is_positive)
    assert list(zip(thresholds, true_positives, false_positives, strict=True)) == curves_by_brute_force(
        scores, is_positive
    )
    positives = int(is_positive.sum())
    curves = ThresholdCurves(
        "test", 60, 1, True, thresholds, true_positives, false_positives, positives, 60 - positives
    )
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[is_positive] for b in scores[~is_positive]]
    assert curves.area == pytest.approx(float(np.mean(pairs)), abs=1e-12)
    metrics = pytest.importorskip("sklearn.metrics")
    false_rate, true_rate, cuts = metrics.roc_curve(is_positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(curves.false_rate, false_rate)
    np.testing.assert_allclose(curves.true_rate, true_rate)
    np.testing.assert_array_equal(curves.thresholds, cuts)
    assert curves.area == pytest.approx(metrics.roc_auc_score(is_positive, scores), abs=1e-12)
    assert curves.average_precision == pytest.approx(metrics.average_precision_score(is_positive, scores), abs=1e-12)
    precision, recall, _ = metrics.precision_recall_curve(is_positive, scores)
    np.testing.assert_allclose(curves.precision[::-1], precision)
    np.testing.assert_allclose(curves.true_rate[::-1], recall)


def test_scores_are_the_probabilities_of_the_chosen_class(cancer: Subject, iris: Subject) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    z = cancer.network.predict(cancer.data.train.x)[:, 0].astype(np.float64)
    for positive in (0, 1):
        found = Thresholds("train", positive).answer(cancer, ignored)
        scores = 1 / (1 + np.exp(-z if positive else z))
        wanted = metrics.roc_auc_score(cancer.data.train.y == positive, scores)
        assert found.area == pytest.approx(wanted, abs=1e-12)
        assert found.is_probability
        np.testing.assert_allclose(found.thresholds[1], scores.max(), rtol=1e-12)
    for positive in range(3):
        found = Thresholds("train", positive).answer(iris, ignored)
        scores = softmax(iris.network.predict(iris.data.train.x))[:, positive]
        wanted = metrics.roc_auc_score(iris.data.train.y == positive, scores)
        assert found.area == pytest.approx(wanted, abs=1e-12)


def test_samples_that_a_network_is_too_sure_of_are_still_in_order() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    made = subject_of(project_of(Iris(), CROSS_ENTROPY, "SoftmaxCrossEntropy"), steps=3)
    weights = made.network.weights()
    last = next(name for name in reversed(weights) if name.endswith("/W"))
    made.network.load_weights({**weights, last: weights[last] * 4000})  # nearly all probabilities are 0 or 1
    z = made.network.predict(made.data.train.x).astype(np.float64)
    for positive in range(3):
        found = Thresholds("train", positive).answer(made, ignored)
        assert len(np.unique(softmax(z - z.max(axis=1, keepdims=True))[:, positive])) < 0.8 * len(z)
        others = np.delete(z, positive, axis=1)
        odds = z[:, positive] - np.logaddexp.reduce(others, axis=1)
        is_positive = made.data.train.y == positive
        assert found.area == pytest.approx(metrics.roc_auc_score(is_positive, odds), abs=1e-12)
        assert found.average_precision == pytest.approx(metrics.average_precision_score(is_positive, odds), abs=1e-12)
        assert len(found.thresholds) == len(np.unique(odds)) + 1
        # By hand: how often one of the class has the larger odds than one of another class; a tie is half of it.
        ahead = odds[is_positive][:, None] - odds[~is_positive][None, :]
        assert found.area == pytest.approx(float(((ahead > 0) + 0.5 * (ahead == 0)).mean()), abs=1e-12)
        assert (np.diff(found.thresholds) <= 0).all()
        assert found.thresholds[1:].max() <= 1


def test_a_class_that_nobody_is_of_cannot_be_told_apart(iris: Subject) -> None:
    only = with_part(iris, iris.data.train.x[:4], np.array([0, 0, 0, 0]))
    with pytest.raises(UnanswerableError, match="All 4 validation samples are of the class"):
        Thresholds("validation", 0).answer(only, ignored)
    with pytest.raises(UnanswerableError, match="None of the 4"):
        Thresholds("validation", 1).answer(only, ignored)


def test_residuals_are_in_the_units_of_the_target(cars: Subject) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    found = ResidualsOf("train").answer(cars, ignored)
    true, predicted = cars.data.train.y[:, 0].astype(float), cars.network.predict(cars.data.train.x)[:, 0].astype(float)
    assert true.max() > 40  # miles per gallon, not deviations
    np.testing.assert_allclose(found.errors, predicted - true)
    assert found.explained == pytest.approx(metrics.r2_score(true, predicted))
    assert found.mean_absolute == pytest.approx(
        sum(abs(a - b) for a, b in zip(true, predicted, strict=True)) / len(true)
    )
    assert found.root_mean_square == pytest.approx(np.sqrt(np.mean((true - predicted) ** 2)))
    assert found.bias == pytest.approx(np.mean(predicted) - np.mean(true))


@pytest.mark.parametrize("value", [2.0, 0.1, np.float32(0.1), -7.3e5])
def test_targets_that_are_all_the_same_have_no_r2(value: float) -> None:
    for count in range(1, 200):  # the mean of equal numbers need not be that number, rounded as it is
        same = Residuals("test", count, 0, 1, np.full(count, value, np.float64), np.linspace(0, 1, count))
        assert np.isnan(same.explained)


def test_questions_for_other_data_say_what_to_look_at_instead(cars: Subject, iris: Subject) -> None:
    for question in (Confusion("train"), Thresholds("train", 0)):
        with pytest.raises(UnanswerableError, match="Residuals show"):
            question.answer(cars, ignored)
    with pytest.raises(UnanswerableError, match="confusion matrix shows"):
        ResidualsOf("train").answer(iris, ignored)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_class_or_a_target_that_there_is_not_is_refused(iris: Subject, cars: Subject, number: int) -> None:
    with pytest.raises(UnanswerableError, match="have 3 classes"):
        Thresholds("train", number).answer(iris, ignored)
    with pytest.raises(UnanswerableError, match="have 1 target"):
        ResidualsOf("train", number).answer(cars, ignored)


@pytest.mark.parametrize("question", [Confusion(), ResponseQuestion()])
def test_of_a_single_class_it_is_said_that_nothing_can_be_told_apart(question: Confusion | ResponseQuestion) -> None:
    looked = subject([Input(shape=(2,)), Dense(units=1)], classes((2,), count=1))
    looked.network.parameters["dense_1/b"][...] = 5  # of a single output, that stands for a second class
    with pytest.raises(UnanswerableError, match="of one class"):
        question.answer(looked, ignored)


def test_a_sample_of_ones_own_is_classified_as_in_the_data(iris: Subject, cars: Subject) -> None:
    sample = iris.data.train.x[5]
    question = Prediction.of(sample)
    assert question == Prediction.of(sample.copy())
    assert hash(question) == hash(Prediction.of(sample.copy()))
    found = question.answer(iris, ignored)
    z = iris.network.forward(sample[None])
    np.testing.assert_allclose(found.outputs, z[0])
    assert found.winner == int(z[0].argmax())
    assert found.probabilities is not None
    np.testing.assert_allclose(found.probabilities, softmax(z)[0], rtol=1e-12)
    fitted = Prediction.of(cars.data.train.x[0]).answer(cars, ignored)
    assert (fitted.winner, fitted.probabilities) == (None, None)
    with pytest.raises(UnanswerableError, match="another shape"):
        question.answer(cars, ignored)


def test_large_parts_are_looked_at_in_part_and_that_is_said() -> None:
    project = project_of(Digits(), (("Input", {}), ("Flatten", {}), ("Dense", {"units": 10})), "SoftmaxCrossEntropy")
    subject = subject_of(project)
    x = np.concatenate([subject.data.train.x] * 2)
    y = np.tile(subject.data.train.y, 2)
    large = with_part(subject, x, y)
    found = Confusion("validation").answer(large, ignored)
    assert (found.samples, found.total) == (MOST_SAMPLES, len(y))
    assert len(y) > MOST_SAMPLES
    wanted = np.bincount(y[:MOST_SAMPLES], minlength=10)
    np.testing.assert_array_equal(found.counts.sum(axis=1), wanted)


def test_questions_about_one_subject_share_the_work(iris: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    computed = outputs_module._computed
    monkeypatch.setattr(outputs_module, "_computed", lambda *given: (runs.append(given[1]), computed(*given))[1])
    fresh = with_part(iris, iris.data.train.x, iris.data.train.y)
    Confusion("validation").answer(fresh, ignored)
    WorstPredictions("validation").answer(fresh, ignored)
    Thresholds("validation", 0).answer(fresh, ignored)
    assert runs == ["validation"]
    Confusion("train").answer(fresh, ignored)
    Confusion("validation").answer(with_part(iris, iris.data.train.x, iris.data.train.y), ignored)
    assert runs == ["validation", "train", "validation"]


def test_whoever_no_longer_waits_can_say_so(iris: Subject) -> None:
    def impatient(share: float) -> None:
        assert 0 <= share <= 1
        raise CancelledError

    fresh = with_part(iris, iris.data.train.x, iris.data.train.y)
    with pytest.raises(CancelledError):
        outputs_of(fresh, "validation", impatient)
    with pytest.raises(CancelledError):
        sample_losses(iris.loss, np.zeros((4, 3)), np.zeros(4, int), impatient)


def test_numbers_that_are_not_finite_are_said_to_be_so() -> None:
    subject = subject_of(project_of(Iris(), CROSS_ENTROPY, "SoftmaxCrossEntropy"))
    huge = {name: np.full_like(array, 3e38) for name, array in subject.network.weights().items()}
    subject.network.load_weights(huge)
    with pytest.raises(UnanswerableError, match="not finite"):
        Confusion("train").answer(subject, ignored)
    with pytest.raises(UnanswerableError, match="not finite"):
        Prediction.of(subject.data.train.x[0]).answer(subject, ignored)


def test_scores_of_a_loss_without_probabilities_are_what_the_network_gives() -> None:
    subject = subject_of(project_of(Iris(), CROSS_ENTROPY, "Hinge"))
    found = Thresholds("train", 2).answer(subject, ignored)
    assert not found.is_probability
    assert class_probabilities(subject.loss, np.zeros((1, 3))) is None
    assert found.thresholds[1] == subject.network.predict(subject.data.train.x)[:, 2].max()
