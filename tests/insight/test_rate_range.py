"""The range test makes the steps it says it makes, says of its curve what is defined, and touches nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from deepviz.datasets.sources.spirals import Spirals
from deepviz.document import edits
from deepviz.document.project import Project
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.optimizers.sgd import SGD
from deepviz.engine.schedules.exponential_decay import ExponentialDecay
from deepviz.insight.rate_range import BEGINNING, RateRange, Rates, ceiling, summed_up, window
from deepviz.insight.subject import CancelledError, Subject, UnanswerableError
from tests.insight.made_subjects import Layers, ignored, project_of, subject_of

DENSE: Layers = (("Input", {}), ("Dense", {"units": 5}), ("Tanh", {}), ("Dense", {"units": 2}))
TEN = [1.0] * 10


def asked(optimizer: Optimizer, steps: int = 0, layers: Layers = DENSE, loss: str = "SoftmaxCrossEntropy") -> Subject:
    return subject_of(edits.set_optimizer(project_of(Spirals(samples=200), layers, loss), optimizer), steps)


def by_hand(subject: Subject, rates: np.ndarray, size: int) -> list[float]:
    """Plain gradient descent on two dense layers with tanh between them, in double precision."""
    weights = {name: array.astype(np.float64) for name, array in subject.network.weights().items()}
    W1, b1, W2, b2 = (weights[name] for name in ("dense_1/W", "dense_1/b", "dense_2/W", "dense_2/b"))
    x, y = subject.data.train.x.astype(np.float64), subject.data.train.y
    batches = []
    for epoch in range(1 + len(rates) // -(-len(x) // size)):
        order = np.random.default_rng((subject.project.plan.run.seed, epoch)).permutation(len(x))
        batches += [order[start : start + size] for start in range(0, len(x), size)]
    losses = []
    for rate, batch in zip(rates, batches, strict=False):
        hidden = np.tanh(x[batch] @ W1 + b1)
        logits = hidden @ W2 + b2
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        rows = np.arange(len(batch))
        losses.append(float(-np.log(shares[rows, y[batch]]).mean()))
        shares[rows, y[batch]] -= 1
        out = shares / len(batch)
        back = (out @ W2.T) * (1 - hidden**2)
        W2, b2 = W2 - rate * hidden.T @ out, b2 - rate * out.sum(axis=0)
        W1, b1 = W1 - rate * x[batch].T @ back, b1 - rate * back.sum(axis=0)
    return losses


@pytest.mark.parametrize("steps_before", [0, 7])
def test_the_curve_is_that_of_gradient_descent_by_hand(steps_before: int) -> None:
    subject = asked(SGD(learning_rate=0.3), steps_before)
    found = RateRange(first=1e-4, last=1.0, steps=60).answer(subject, ignored)
    np.testing.assert_allclose(found.rates, np.logspace(-4, 0, 60), rtol=1e-12)
    wanted = by_hand(subject, found.rates, 32)
    np.testing.assert_allclose(found.losses, wanted, rtol=2e-5)
    moment, smoothed = 0.0, []
    for number, loss in enumerate(found.losses, start=1):
        moment = 0.9 * moment + 0.1 * loss
        smoothed.append(moment / (1 - 0.9**number))
    np.testing.assert_allclose(found.smoothed, smoothed, rtol=1e-12)
    assert not found.ended_early
    tiny = by_hand(subject, np.full(60, 1e-4), 32)
    assert not np.allclose(found.losses, tiny, rtol=0.01), "it is the rate that matters"


def test_neither_the_learning_rate_nor_the_schedule_of_the_plan_matters() -> None:
    subject = asked(Adam(learning_rate=0.5))
    plan = replace(subject.project.plan, optimizer=Adam(learning_rate=1e-5), schedule=ExponentialDecay(decay_rate=0.5))
    other = replace(subject, project=edits.set_plan(subject.project, plan))
    one, two = (RateRange(steps=40).answer(each, ignored) for each in (subject, other))
    np.testing.assert_array_equal(one.losses, two.losses)
    momentum = asked(SGD(momentum=0.9))
    assert not np.array_equal(RateRange(steps=40).answer(momentum, ignored).losses, one.losses)


def test_nothing_of_the_subject_is_touched() -> None:
    layers: Layers = (("Input", {}), ("Dense", {"units": 5}), ("BatchNorm", {}), ("Dense", {"units": 2}))
    subject = asked(SGD(), steps=3, layers=layers)
    before, project = subject.network.weights(), subject.project
    one = RateRange(steps=50).answer(subject, ignored)
    for name, array in subject.network.weights().items():
        np.testing.assert_array_equal(array, before[name], name)
    assert subject.project is project
    np.testing.assert_array_equal(one.losses, RateRange(steps=50).answer(subject, ignored).losses)


def test_what_is_frozen_stays_and_the_rest_learns() -> None:
    still: Layers = (("Input", {}), ("Dense", {"units": 5, "trainable": False}), ("Tanh", {}), ("Dense", {"units": 2}))
    wanted: Layers = (("Input", {}), ("Dense", {"units": 5}), ("Tanh", {}), ("Dense", {"units": 2}))
    part, whole = (RateRange(last=1.0, steps=40).answer(asked(SGD(), layers=each), ignored) for each in (still, wanted))
    assert part.losses[0] == whole.losses[0]
    assert part.losses[-1] != whole.losses[-1]


def test_an_explosion_ends_the_test() -> None:
    subject = subject_of(edits.set_optimizer(project_of(Spirals(samples=200), DENSE, "SoftmaxCrossEntropy"), SGD()))
    found = RateRange(first=1e-3, last=1e6, steps=200).answer(subject, ignored)
    assert found.ended_early
    assert len(found.rates) == len(found.losses) == len(found.smoothed) < 200
    assert np.isfinite(found.losses).all()
    assert found.smoothed[-1] > 4 * found.smoothed.min()
    assert found.smoothed[-1] > found.losses[:10].max()
    before = [ceiling(found.losses[:count].tolist(), found.smoothed[:count].tolist()) for count in range(11, 200)]
    assert all(value <= top for value, top in zip(found.smoothed[10:-1], before, strict=False))
    assert not found.still_falls


def test_a_network_that_diverges_at_once_is_told_to_begin_lower() -> None:
    linear: Layers = (("Input", {}), ("Dense", {"units": 40}), ("ReLU", {}), ("Dense", {"units": 2}))
    subject = asked(SGD(), layers=linear)
    with pytest.raises(UnanswerableError, match=r"exploded after \d steps, at a learning rate of .*begins lower"):
        RateRange(first=9e5, last=1e6, steps=20).answer(subject, ignored)


def test_who_cannot_learn_says_why() -> None:
    frozen: Layers = (
        ("Input", {}),
        ("Dense", {"units": 5, "trainable": False}),
        ("Dense", {"units": 2, "trainable": False}),
    )
    with pytest.raises(UnanswerableError, match="All layers are frozen"):
        RateRange().answer(asked(SGD(), layers=frozen), ignored)
    with pytest.raises(UnanswerableError, match="No layer has parameters"):
        RateRange().answer(asked(SGD(), layers=(("Input", {}), ("Tanh", {}))), ignored)
    subject = asked(SGD())
    subject.network.parameters["dense_1/W"][0, 0] = np.nan
    with pytest.raises(UnanswerableError, match="not finite"):
        RateRange().answer(subject, ignored)
    subject.network.parameters["dense_1/W"][0, 0] = 1.0
    subject.network.parameters["dense_2/W"][...] = 3e38
    with pytest.raises(UnanswerableError, match="no learning rate helps"):
        RateRange().answer(subject, ignored)


def test_progress_is_told_before_each_step_and_may_end_it() -> None:
    subject, told = asked(SGD()), list[float]()
    RateRange(last=1.0, steps=25).answer(subject, told.append)
    assert told == [number / 25 for number in range(25)]

    def leave(share: float) -> None:
        if share >= 0.5:
            raise CancelledError

    with pytest.raises(CancelledError):
        RateRange(last=1.0, steps=25).answer(subject, leave)


@pytest.mark.parametrize(
    "wrong", [{"first": 0.0}, {"first": 1.0, "last": 1.0}, {"last": 2e6}, {"steps": 2 * BEGINNING - 1}]
)
def test_questions_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"Rates must grow|at least 20 steps"):
        RateRange(**wrong)  # type: ignore[arg-type]


# What is said of a curve


def told(
    smoothed: list[float], losses: list[float] | None = None, *, per_decade: int = 10, early: bool = False
) -> Rates:
    """What is said of a made-up curve whose rates begin with 1e-6."""
    curve = np.array(smoothed)
    rates = 10.0 ** (np.arange(len(curve)) / 10 - 6)
    return summed_up(rates, curve if losses is None else np.array(losses), curve, early)


def test_lowest_steepest_and_suggested_of_a_known_curve() -> None:
    # 10 steps at 1, five that fall by 0.02, ten by 0.05, five by 0.02, then it rises: lowest at step 30, of 0.3.
    falls = [*[1.0] * 11, *np.cumsum([-0.02] * 5 + [-0.05] * 10 + [-0.02] * 5) + 1.0, 0.5, 2.0]
    found = told(falls, early=True)
    assert falls.index(min(falls)) == 30
    assert found.lowest == pytest.approx(1e-6 * 10 ** (30 / 10))
    # The decade with the largest fall, 0.5, is that of steps 15 to 25: its middle is step 20. Halfway is 25.
    assert found.steepest == pytest.approx(1e-6 * 10 ** (20 / 10))
    assert found.suggested == pytest.approx(1e-6 * 10 ** (25 / 10))
    assert found.ended_early


def test_what_comes_after_the_smallest_loss_does_not_count() -> None:
    falls = [*TEN, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 5.0, 4.0, 3.0, 2.0, 1.0, 0.6]
    found = told(falls)
    assert found.lowest == pytest.approx(1e-6 * 10**1.5)
    # Five steps on either side, none beyond 10 and 15: from the first whose decade has all of the fall.
    assert found.steepest == pytest.approx(1e-6 * 10**1.0)


def test_an_explosion_close_to_the_smallest_loss_does_not_count_either() -> None:
    assert told([*TEN, 1.0, 0.5, 0.3, 5.0, 6.0, 5.0, 4.0, 3.0]).steepest == pytest.approx(1e-6 * 10**1.0)


def test_a_loss_that_falls_by_no_more_than_batches_differ_gives_no_advice() -> None:
    beginning = [1.0, 1.4, 0.6, 1.4, 0.6, 1.4, 0.6, 1.4, 0.6, 1.0]
    beginning = beginning * 2
    # Seven jumps of 0.8 and two of 0.4 in each ten, and none between them and to what comes then, which is 1 too.
    differ = np.sqrt((14 * 0.8**2 + 4 * 0.4**2) / 20 / 2)
    clear = 4 * differ * np.sqrt(1 / 10 + 1 / 19)
    for low, falls in ((1 - 0.99 * clear, False), (1 - 1.01 * clear, True)):
        smoothed = [1.0] * 20 + [low] + [1.0] * 4
        found = told(smoothed, [*beginning, *[1.0] * 5])
        assert (found.suggested is not None) == (found.steepest is not None) == falls
        assert found.lowest == pytest.approx(1e-6 * 10**2)
    assert told([1.0 + 0.1 * number for number in range(30)]).suggested is None


@pytest.mark.parametrize("steps", [100, 300, 1000])
def test_one_dip_of_noise_on_a_flat_stretch_is_no_advice(steps: int) -> None:
    """Of a loss that is 1 but for noise, hardly a test in a hundred says anything."""
    kept = 1 - 1 / window(steps)
    rates = np.logspace(-6, 1, steps)
    weights = kept ** np.arange(steps)
    said = 0
    for seed in range(100):
        losses = 1 + 0.1 * np.random.default_rng(seed).standard_normal(steps)
        smoothed = np.convolve(losses, weights)[:steps] / np.cumsum(weights)
        said += summed_up(rates, losses, smoothed, False, window(steps)).suggested is not None
    assert said <= 2


def test_noise_moves_the_suggestion_little_where_the_loss_falls() -> None:
    """Flat at 1 to 1e-4, down to 0.2 at 1e-2, flat to 0.1, then up: with noise, whatever its seed, about 1e-2."""
    places = np.linspace(-6, 1, 300)
    course = np.interp(places, [-6, -4, -2, -1, 1], [1.0, 1.0, 0.2, 0.2, 9.0])
    weights = 0.9 ** np.arange(300)
    for seed in range(20):
        losses = course + 0.1 * np.random.default_rng(seed).standard_normal(300)
        smoothed = np.convolve(losses, weights)[:300] / np.cumsum(weights)
        suggested = summed_up(10**places, losses, smoothed, False).suggested
        assert suggested is not None
        assert 2e-3 < suggested < 4e-2


def test_more_steps_are_smoothed_more() -> None:
    assert [window(steps) for steps in (60, 100, 300, 1000, 3000)] == pytest.approx([10, 10, 10, 100 / 3, 100])
    found = RateRange(first=1e-4, last=1.0, steps=600).answer(asked(SGD(learning_rate=0.3)), ignored)
    moment, smoothed = 0.0, []
    for number, loss in enumerate(found.losses, start=1):
        moment = 0.95 * moment + 0.05 * loss
        smoothed.append(moment / (1 - 0.95**number))
    np.testing.assert_allclose(found.smoothed, smoothed, rtol=1e-12)


def test_a_loss_that_still_falls_at_the_end_says_so() -> None:
    falls = [1.0 - 0.01 * number for number in range(40)]
    assert told(falls).still_falls
    assert not told(falls, early=True).still_falls
    assert not told([*falls, 0.9]).still_falls


@pytest.mark.parametrize(
    ("losses", "smoothed", "wanted"),
    [
        ([*TEN, 0.5], [*TEN, 0.6], 2.4),
        ([*TEN[:9], 7.0, 0.5], [*TEN, 0.6], 7.0),
        ([*TEN, 20.0], [*TEN, 0.6], 2.4),
        ([-0.5] * 11, [-0.5] * 10 + [-0.75], -0.75 + 3 * 0.75),
    ],
)
def test_where_a_test_ends(losses: list[float], smoothed: list[float], wanted: float) -> None:
    assert ceiling(losses, smoothed) == pytest.approx(wanted)


def test_a_trained_network_with_batches_that_differ_is_tested_to_the_explosion() -> None:
    """Its smoothed loss may be ten times its smallest value without any explosion."""
    project: Project = project_of(Spirals(samples=60), DENSE, "SoftmaxCrossEntropy")
    project = edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(batch_size=1)))
    subject = subject_of(edits.set_optimizer(project, SGD()))
    subject.network.parameters["dense_2/W"][...] *= 12
    found = RateRange(first=1e-6, last=1e-4, steps=100).answer(subject, ignored)
    lowest = np.minimum.accumulate(found.smoothed)
    assert (found.smoothed > 4 * lowest).any(), "it would be taken for an explosion"
    assert len(found.rates) == 100
    assert not found.ended_early


def test_for_fresh_weights_it_is_what_a_network_that_was_never_trained_gives() -> None:
    """Of weights that have learnt for 40 steps: fresh ones on request, otherwise their own; neither is touched."""
    trained, never = asked(SGD(learning_rate=0.3), steps=40), asked(SGD(learning_rate=0.3))
    before = trained.network.parameters.vector.copy()
    question = RateRange(first=1e-4, last=1.0, steps=60, fresh=True)
    found, wanted = question.answer(trained, ignored), question.answer(never, ignored)
    assert found.losses.tolist() == wanted.losses.tolist()
    np.testing.assert_allclose(found.losses, by_hand(never, found.rates, 32), rtol=2e-5)
    assert replace(question, fresh=False).answer(trained, ignored).losses[0] < found.losses[0]
    assert np.array_equal(trained.network.parameters.vector, before)


def test_fresh_weights_help_where_the_present_ones_are_no_numbers() -> None:
    subject = asked(SGD(learning_rate=0.3))
    subject.network.parameters.vector[:] = np.nan
    with pytest.raises(UnanswerableError, match="not finite"):
        RateRange(steps=60).answer(subject, ignored)
    assert np.isfinite(RateRange(first=1e-4, last=0.1, steps=60, fresh=True).answer(subject, ignored).losses).all()
