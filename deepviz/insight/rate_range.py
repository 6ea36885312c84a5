"""Which learning rates suit a network: it is trained for some steps with a rate that grows from tiny to huge.

The loss first stays, then falls, then explodes. A good rate lies where it falls fastest, well before it explodes.
Nothing of the run is touched: a copy of the network is trained.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deepviz.document.compile import compile_project
from deepviz.document.shapes import DataFacts
from deepviz.engine.diverged import Diverged
from deepviz.engine.network import Network
from deepviz.engine.trainer import Trainer
from deepviz.insight.subject import Progress, Question, Subject, UnanswerableError

Numbers = npt.NDArray[np.float64]

SMOOTHING = 0.9
"""How much of the smoothed loss each step takes over from the one before."""
BEGINNING = 10
"""Steps with rates too small to change much: their losses say by how much batches differ. Fewer in all say nothing."""
EXPLODED = 4.0
"""The test ends where the smoothed loss is so many times its smallest value, and above all losses of the beginning."""
WIDTH = 10.0
"""The loss falls fastest where it falls most between two rates of which one is so many times the other."""
LARGEST_RATE = 1e6
"""No optimizer takes a larger one."""


@dataclass(frozen=True, eq=False)
class Rates:
    """What a range test has found.

    Attributes
    ----------
    rates, losses, smoothed
        The learning rate of each step, the loss of its batch before the step, and the loss smoothed over the steps;
        shape (n,).
    lowest
        The rate at which the smoothed loss is smallest.
    steepest
        The rate at which the smoothed loss falls fastest: in the middle of the decade of rates over which it falls
        most. None if it falls nowhere by more than batches differ.
    suggested
        A tenth of `lowest`: a rate that leaves room before the loss explodes. None as well if it falls nowhere.
    ended_early
        Whether the loss exploded, or was no number any more, before the largest rate.
    """

    rates: Numbers
    losses: Numbers
    smoothed: Numbers
    lowest: float
    steepest: float | None
    suggested: float | None
    ended_early: bool

    @property
    def still_falls(self) -> bool:
        """Whether the loss was smallest at the largest rate, so that a larger one may be better still."""
        return self.lowest == self.rates[-1] and not self.ended_early


@dataclass(frozen=True)
class RateRange(Question):
    """The learning rate range test of Smith (2017, Cyclical learning rates for training neural networks, section 3.3).

    The rate of step i of n is ``first * (last / first) ** (i / (n - 1))``. The loss is smoothed as in Adam's moments:
    ``m_i = 0.9 m_(i-1) + 0.1 loss_i``, divided by ``1 - 0.9 ** i``. The test begins with the weights of the subject
    and an optimizer that has made no step, without the schedule; batches come in the order of the run's seed. A rate
    for weights that have learnt already is another one than for fresh weights: these are what a new run begins with.

    Parameters
    ----------
    first, last
        The smallest and the largest learning rate.
    steps
        How many steps are made.
    attempt
        Makes a question different from an equal one, so that it is asked again.
    fresh
        Whether the test begins with the weights that a new run begins with, and not with those of the subject.

    Raises
    ------
    ValueError
        If the rates do not grow, or the steps are too few to say anything.
    """

    first: float = 1e-6
    last: float = 10.0
    steps: int = 300
    attempt: int = 0
    fresh: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.first < self.last <= LARGEST_RATE:
            raise ValueError(f"Rates must grow from above 0 to at most {LARGEST_RATE:g}.")
        if self.steps < 2 * BEGINNING:
            raise ValueError(f"A range test needs at least {2 * BEGINNING} steps.")

    def answer(self, subject: Subject, progress: Progress) -> Rates:
        """Train a copy.

        Raises
        ------
        UnanswerableError
            If nothing is trained, or the loss explodes at once.
        """
        trainer = self._trainer(subject)
        rates = self.first * (self.last / self.first) ** (np.arange(self.steps) / (self.steps - 1))
        losses: list[float] = []
        smoothed: list[float] = []
        mean, records, has_exploded = 0.0, trainer.steps(), False
        for number, rate in enumerate(rates.tolist(), start=1):
            progress((number - 1) / self.steps)
            trainer.learning_rate = rate
            try:
                loss = float(next(records).values["loss"])
            except Diverged:
                has_exploded = True
                break
            mean = SMOOTHING * mean + (1 - SMOOTHING) * loss
            losses.append(loss)
            smoothed.append(mean / (1 - SMOOTHING**number))
            if number > BEGINNING and smoothed[-1] > ceiling(losses, smoothed):
                has_exploded = True
                break
        if not losses:
            raise UnanswerableError(
                "The loss of these weights is no finite number, so no learning rate helps. Reset the network, "
                "and look at its data."
            )
        if len(losses) < BEGINNING:
            raise UnanswerableError(
                f"The loss exploded after {len(losses)} steps, at a learning rate of {rates[len(losses)]:.1e}. "
                "Choose a range that begins lower."
            )
        return summed_up(rates[: len(losses)], np.array(losses), np.array(smoothed), has_exploded)

    def _trainer(self, subject: Subject) -> Trainer:
        data, plan = subject.data, subject.project.plan
        has_validation = data.validation is not None
        facts = DataFacts(data.sample_shape, data.task, data.outputs, len(data.train), has_validation)
        _refuse_what_cannot_learn(subject.network, self.fresh)
        network, loss = compile_project(subject.project, facts)
        if not self.fresh:
            network.load_weights(subject.network.weights())
        size = min(plan.run.batch_size, len(data.train))
        steps_per_epoch = -(-len(data.train) // size)
        return Trainer(
            network,
            loss,
            plan.optimizer,
            (data.train.x, data.train.y),
            batch_size=size,
            epochs=-(-self.steps // steps_per_epoch),
            seed=plan.run.seed,
            probes=("loss",),
        )


def ceiling(losses: list[float], smoothed: list[float]) -> float:
    """Above which smoothed loss a test ends, after some losses. A loss may be negative: four times is three more."""
    lowest = min(smoothed)
    return max(lowest + (EXPLODED - 1) * abs(lowest), *losses[:BEGINNING])


def summed_up(rates: Numbers, losses: Numbers, smoothed: Numbers, ended_early: bool) -> Rates:
    """What the losses of a range test say.

    The loss falls if the smoothed one comes to lie lower than the mean of the first ten by more than their standard
    deviation. Where it falls fastest, what comes after the smallest loss does not count, nor do the first ten steps,
    in which the smoothed loss still is that of few batches.
    """
    lowest, beginning = int(np.argmin(smoothed)), losses[:BEGINNING]
    at_lowest = float(rates[lowest])
    if lowest < BEGINNING or not smoothed[lowest] < beginning.mean() - beginning.std():
        return Rates(rates, losses, smoothed, at_lowest, None, None, ended_early)
    half = max(1, round(math.log(WIDTH) / math.log(rates[1] / rates[0]) / 2))
    middles = np.arange(BEGINNING, lowest + 1)
    before, after = np.maximum(middles - half, BEGINNING), np.minimum(middles + half, lowest)
    steepest = float(rates[middles[int(np.argmax(smoothed[before] - smoothed[after]))]])
    return Rates(rates, losses, smoothed, at_lowest, steepest, at_lowest / 10, ended_early)


def _refuse_what_cannot_learn(network: Network, fresh: bool) -> None:
    if not network.trained_nodes:
        raise UnanswerableError("No layer has parameters, so there is nothing to learn. Add a Dense layer.")
    if {node.id for node in network.trained_nodes} <= network.frozen:
        raise UnanswerableError("All layers are frozen, so no learning rate makes a difference. Let one of them learn.")
    if not fresh and not np.isfinite(network.parameters.vector).all():
        raise UnanswerableError("Some weights are not finite, so training cannot go on from them. Reset the network.")
