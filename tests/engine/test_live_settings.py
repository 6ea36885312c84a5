"""Settings that change while a run goes on: each step by hand, with what stays of the steps before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest

from deepviz.engine import Trainer, layers, losses, optimizers, schedules
from deepviz.engine.optimizer import Optimizer
from tests.engine.small_trainer import SAMPLES, made, network, numbers_of, samples, trainer
from tests.engine.timetables import (
    DESCENT,
    MOMENTS,
    OF_DESCENT,
    OF_MOMENTS,
    OF_SHRINKING,
    SHRINKING,
    STEPS,
    Settings,
    Timetable,
    steps_of,
)

Arrays = dict[str, np.ndarray]

# By hand


def batches(timetable: Timetable, size: int) -> Iterator[np.ndarray]:
    """Which samples each step sees: every epoch in an order of its own, cut anew wherever the size changes."""
    step = epoch = 0
    while True:
        left = np.random.default_rng((3, epoch)).permutation(SAMPLES)
        while len(left):
            size = timetable.get(step, {}).get("batch_size", size)
            yield left[:size]
            left, step = left[size:], step + 1
        epoch += 1


def loss_and_gradients(p: Arrays, chosen: np.ndarray) -> tuple[float, Arrays]:
    x, classes = (part[chosen] for part in samples())
    hidden = np.tanh(x @ p["dense_1/W"] + p["dense_1/b"])
    logits = hidden @ p["dense_2/W"] + p["dense_2/b"]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(shares[np.arange(len(chosen)), classes]))
    grad = (shares - np.eye(3)[classes]) / len(chosen)
    inner = grad @ p["dense_2/W"].T * (1 - hidden**2)
    found = {
        "dense_2/W": hidden.T @ grad,
        "dense_2/b": grad.sum(0),
        "dense_1/W": x.T @ inner,
        "dense_1/b": inner.sum(0),
    }
    return float(loss), found


def by_hand(update: Callable[[Arrays, Arrays, Settings], None], settings: Settings, timetable: Timetable) -> Any:
    """Losses of all steps, and the parameters after the last."""
    p = network(dtype="float64").parameters.copied()
    settings, losses_seen = {"frozen": (), "clipnorm": None, "clipvalue": None} | settings, []
    cut = batches(timetable, settings["batch_size"])
    for step in range(STEPS):
        settings |= timetable.get(step, {})
        loss, g = loss_and_gradients(p, next(cut))
        losses_seen.append(loss)
        g = {name: grad for name, grad in g.items() if name.split("/")[0] not in settings["frozen"]}
        if settings["clipnorm"] is not None:
            norm = np.sqrt(sum((grad**2).sum() for grad in g.values()))
            g = {name: grad * min(1.0, settings["clipnorm"] / norm) for name, grad in g.items()}
        if settings["clipvalue"] is not None:
            g = {name: np.clip(grad, -settings["clipvalue"], settings["clipvalue"]) for name, grad in g.items()}
        update(p, g, settings)
    return losses_seen, p


class Descent:
    """p <- p - learning_rate g, or with a velocity, which begins at zero whenever there is none."""

    def __init__(self) -> None:
        self.v: Arrays = {}

    def __call__(self, p: Arrays, g: Arrays, s: Settings) -> None:
        if not s["momentum"]:
            self.v = {}
        for name, grad in g.items():
            grad = grad + s.get("weight_decay", 0.0) * p[name]
            if s["momentum"]:
                self.v[name] = s["momentum"] * self.v.get(name, 0.0) - s["learning_rate"] * grad
            p[name] += self.v[name] if s["momentum"] else -s["learning_rate"] * grad


class Moments:
    """AdamW with the means of its formula and a count of steps for each array."""

    def __init__(self) -> None:
        self.m: Arrays = {}
        self.v: Arrays = {}
        self.t: dict[str, int] = {}

    def __call__(self, p: Arrays, g: Arrays, s: Settings) -> None:
        one, two = s["beta_1"], s["beta_2"]
        for name, grad in g.items():
            t = self.t[name] = self.t.get(name, 0) + 1
            self.m[name] = one * self.m.get(name, 0.0) + (1 - one) * grad
            self.v[name] = two * self.v.get(name, 0.0) + (1 - two) * grad**2
            p[name] *= 1 - s["learning_rate"] * s["weight_decay"]
            mean, square = self.m[name] / (1 - one**t), self.v[name] / (1 - two**t)
            p[name] -= s["learning_rate"] * mean / (np.sqrt(square) + s["epsilon"])


@pytest.mark.parametrize(
    ("optimizer", "update", "settings", "timetable"),
    [
        (optimizers.SGD(learning_rate=0.2), Descent, DESCENT, OF_DESCENT),
        (optimizers.SGD(learning_rate=0.2, momentum=0.5, weight_decay=0.1), Descent, SHRINKING, OF_SHRINKING),
        (optimizers.AdamW(learning_rate=0.02, beta_2=0.99, weight_decay=0.0), Moments, MOMENTS, OF_MOMENTS),
    ],
    ids=["SGD", "SGD with weight decay", "AdamW"],
)
def test_every_step_is_what_it_is_by_hand(
    optimizer: Optimizer, update: Any, settings: Settings, timetable: Timetable
) -> None:
    losses_seen, p = by_hand(update(), settings, timetable)
    run = trainer(optimizer, network(dtype="float64"), epochs=1000)
    run.frozen = settings.get("frozen", ())
    records = list(steps_of(run, timetable))
    assert [record.values["loss"] for record in records] == pytest.approx(losses_seen, rel=1e-11)
    for name, wanted in p.items():
        assert run.network.parameters[name] == pytest.approx(wanted, rel=1e-10, abs=1e-12), name


def test_torch_agrees_on_what_stays_of_a_layer_that_was_frozen() -> None:
    torch = pytest.importorskip("torch")
    net = network(dtype="float64")
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 6), torch.nn.Tanh(), torch.nn.Linear(6, 3)).double()
    with torch.no_grad():
        for number, name in ((0, "dense_1"), (2, "dense_2")):
            theirs[number].weight[:] = torch.from_numpy(net.parameters[f"{name}/W"].T.copy())
            theirs[number].bias[:] = torch.from_numpy(net.parameters[f"{name}/b"].copy())
    descent = torch.optim.AdamW(theirs.parameters(), lr=0.02, betas=(0.9, 0.99), eps=1e-7, weight_decay=0.0)
    x, classes = (torch.from_numpy(part) for part in samples())
    cut, losses_seen = batches(OF_MOMENTS, 5), []
    settings = dict(MOMENTS)
    for step in range(STEPS):
        settings |= OF_MOMENTS.get(step, {})
        group = descent.param_groups[0]
        group["betas"], group["eps"] = (settings["beta_1"], settings["beta_2"]), settings["epsilon"]
        group["weight_decay"] = settings["weight_decay"]
        for number, name in ((0, "dense_1"), (2, "dense_2")):
            theirs[number].requires_grad_(name not in settings["frozen"])
        chosen = next(cut)
        loss = torch.nn.functional.cross_entropy(theirs(x[chosen]), classes[chosen])
        losses_seen.append(loss.item())
        descent.zero_grad(set_to_none=True)
        if len(settings["frozen"]) < 2:
            loss.backward()
        if settings.get("clipnorm"):
            torch.nn.utils.clip_grad_norm_(theirs.parameters(), settings["clipnorm"])
        descent.step()
    run = trainer(optimizers.AdamW(learning_rate=0.02, beta_2=0.99, weight_decay=0.0), net, epochs=1000)
    run.frozen = ("dense_1",)
    found = [record.values["loss"] for record in steps_of(run, OF_MOMENTS)]
    assert found == pytest.approx(losses_seen, rel=1e-5)  # their clipping adds 1e-6 to the norm


# What stays, and what begins


@pytest.mark.parametrize("step", [1, 4, 5, 8])
def test_what_is_taken_back_before_the_next_step_leaves_no_trace(step: int) -> None:
    def run() -> Trainer:
        settings = {"schedule": schedules.ReduceOnPlateau(patience=1, min_delta=9.0), "keep_best": True}
        return made(trainer(optimizers.RMSProp(momentum=0.5, centered=True), **settings), step)

    plain, touched = run(), run()
    for kind in (optimizers.Adam(), optimizers.RMSProp(rho=0.1), optimizers.RMSProp(momentum=0.5, centered=True)):
        touched.optimizer = kind
        touched.frozen = {"dense_1"}
        touched.batch_size = 9
        touched.follow(schedules.CosineDecay())
        assert numbers_of(touched.state()) != numbers_of(plain.state()), "the schedule has no memory now"
    touched.frozen, touched.batch_size = (), 5
    touched.follow(plain.schedule, keep_best=True)
    assert numbers_of(touched.state()) == numbers_of(plain.state())
    assert list(touched.steps()) == list(plain.steps())
    assert numbers_of(touched.state()) == numbers_of(plain.state())


def test_another_kind_of_optimizer_begins_as_before_the_first_step() -> None:
    run = made(trainer(optimizers.SGD(learning_rate=0.1, momentum=0.9), network(dtype="float64")), 7)
    run.frozen = ("dense_2",)
    run.optimizer = optimizers.Adam(learning_rate=0.03)
    assert run.learning_rate == run.current_learning_rate == 0.03
    before = run.network.parameters.copied()
    next(run.steps())
    # By hand: the first step of Adam is the learning rate times the sign of the gradient.
    for name, array in run.network.parameters.items():
        gradient = run.network.gradients[name]
        wanted = 0.0 if name.startswith("dense_2") else -0.03 * gradient / (np.abs(gradient) + 1e-7)
        assert array - before[name] == pytest.approx(wanted, rel=1e-6, abs=1e-15)
    assert run.state().ages == {"dense_1": 1, "dense_2": 0}


def test_a_frozen_layer_is_left_alone_with_all_that_is_kept_of_it() -> None:
    probes = ("loss", "gradient_norm")
    run = made(trainer(optimizers.Adam(learning_rate=0.1, global_clipnorm=1.0), probes=probes), 6)
    left = run.state()
    run.frozen = {"dense_1"}
    assert not any(run.network.gradients[f"dense_1/{name}"].any() for name in "Wb"), "nobody computes them any more"
    norms = [record.values["gradient_norm"] for record in islice(run.steps(), 5)]
    assert all(np.isnan(first) and second > 0 for first, second in norms)
    now = run.state()
    assert now.ages == {"dense_1": 6, "dense_2": 11}
    for name in ("dense_1/W", "dense_1/b"):
        assert np.array_equal(now.parameters[name], left.parameters[name])
        assert all(np.array_equal(now.optimizer_vectors[key][name], left.optimizer_vectors[key][name]) for key in "mv")
    assert not np.array_equal(now.parameters["dense_2/W"], left.parameters["dense_2/W"])
    run.frozen = ()
    next(run.steps())
    assert run.state().ages == {"dense_1": 7, "dense_2": 12}
    assert not np.array_equal(run.network.parameters["dense_1/W"], left.parameters["dense_1/W"])


def test_the_networks_own_passes_follow_what_is_frozen() -> None:
    net, grad = network(), np.ones((2, 3))
    net.forward(samples()[0][:2], training=True)
    net.backward(grad)
    wanted = net.gradients.copied()
    net.freeze({"dense_1"})
    net.forward(samples()[0][:2], training=True)
    net.backward(grad)
    assert net.frozen == {"dense_1"}
    assert not net.gradients["dense_1/W"].any()
    net.freeze(())
    net.forward(samples()[0][:2], training=True)
    net.backward(grad)
    assert all(np.array_equal(net.gradients[name], array) for name, array in wanted.items())


@pytest.mark.parametrize("name", ["dense_9", "tanh_1", "input_1"])
def test_what_cannot_be_frozen_is_refused(name: str) -> None:
    run = trainer()
    with pytest.raises(ValueError, match=f"{name} cannot be frozen"):
        run.frozen = {"dense_1", name}
    assert run.frozen == frozenset()


@pytest.mark.parametrize("size", [0, -3, 2.5, "5"])
def test_an_impossible_batch_size_is_refused(size: Any) -> None:
    run = made(trainer(), 2)
    with pytest.raises(ValueError, match="batch_size must be a whole number of at least 1"):
        run.batch_size = size
    assert run.batch_size == 5
    run.batch_size = 1000
    assert run.batch_size == SAMPLES


# Layers of special kinds


def test_a_network_that_learns_nothing_any_more_can_go_on() -> None:
    run = made(trainer(optimizers.NAdam(global_clipnorm=1.0)), 3)
    run.frozen = {"dense_1", "dense_2"}
    before = run.network.parameters.vector.copy()
    made(run, 4)
    assert np.array_equal(run.network.parameters.vector, before)
    run.frozen = ()
    made(run, 3)
    assert np.isfinite(run.network.parameters.vector).all()
    assert run.state().ages == {"dense_1": 6, "dense_2": 6}


def test_a_frozen_normalisation_computes_with_its_moving_means() -> None:
    from deepviz.engine import Network

    net = Network.sequential([layers.Input(shape=(4,)), layers.BatchNorm(), layers.Dense(units=3)])
    run = Trainer(net, losses.SoftmaxCrossEntropy(), optimizers.SGD(), samples(), batch_size=5, epochs=3)
    made(run, 4)
    kept = net.state.copied()
    run.frozen = {"batchnorm_1"}
    made(run, 4)
    assert all(np.array_equal(net.state[name], array) for name, array in kept.items())
    run.frozen = ()
    made(run, 1)
    assert not any(np.array_equal(net.state[name], array) for name, array in kept.items())
