"""Which learning rates suit a network: it is trained for some steps with a rate that grows from tiny to huge.

The loss first stays, then falls, then explodes. A good rate lies between where it falls fastest and where it is
lowest: below, steps are needlessly small, above, it explodes before long.
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

WINDOW = 10
"""Over how many steps the loss is smoothed, or over a thirtieth of all steps if that is more."""
BEGINNING = 10
"""Steps with rates too small to change much: their losses say by how much batches differ. Fewer in all say nothing."""
EXPLODED = 4.0
"""The test ends where the smoothed loss is so many times its smallest value, and above all losses of the beginning."""
WIDTH = 10.0
"""The loss falls fastest where it falls most between two rates of which one is so many times the other."""
CLEAR = 4.0
"""A fall counts that is so many times what chance makes of it; of pure noise, less than one test in 100 has one."""
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
        Halfway between `steepest` and `lowest` on a logarithmic axis, so that one of them that noise has moved moves
        it by half as much. None as well if the loss falls nowhere.
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
    ``m_i = b m_(i-1) + (1 - b) loss_i``, divided by ``1 - b ** i``, where ``b`` is 0.9 up to 300 steps and
    ``1 - 30 / n`` for more, which have less noise then. The test begins with the weights of the subject
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
        kept = 1 - 1 / window(self.steps)
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
            mean = kept * mean + (1 - kept) * loss
            losses.append(loss)
            smoothed.append(mean / (1 - kept**number))
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
        done, over = rates[: len(losses)], window(self.steps)
        return summed_up(done, np.array(losses), np.array(smoothed), has_exploded, over)

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


def window(steps: int) -> float:
    """Over how many steps the losses of a test of so many are smoothed."""
    return max(WINDOW, steps / 30)


def ceiling(losses: list[float], smoothed: list[float]) -> float:
    """Above which smoothed loss a test ends, after some losses. A loss may be negative: four times is three more."""
    lowest = min(smoothed)
    return max(lowest + (EXPLODED - 1) * abs(lowest), *losses[:BEGINNING])


def summed_up(rates: Numbers, losses: Numbers, smoothed: Numbers, ended_early: bool, over: float = WINDOW) -> Rates:
    """What the losses of a range test, smoothed over so many steps, say.

    The loss falls if its smoothed value comes to lie lower than the mean of the first losses, as many as are smoothed
    over, by clearly more than chance would have it. Batches differ by ``s``, the root mean square of the differences
    of losses one after another, over the square root of 2; a mean of ``w`` losses then differs by
    ``s / sqrt(w)`` and a smoothed loss by ``s / sqrt(2 w - 1)``. Where it falls fastest, what comes after the smallest
    loss does not count, nor do the first steps, in which the smoothed loss still is that of few batches.
    """
    lowest, begun = int(np.argmin(smoothed)), round(over)
    at_lowest = float(rates[lowest])
    nothing = Rates(rates, losses, smoothed, at_lowest, None, None, ended_early)
    if lowest < begun:
        return nothing
    differ = math.sqrt(float(np.mean(np.diff(losses[: lowest + 1]) ** 2)) / 2)
    by_chance = differ * math.sqrt(1 / over + 1 / (2 * over - 1))
    if not losses[:begun].mean() - smoothed[lowest] > CLEAR * by_chance:
        return nothing
    half = max(1, round(math.log(WIDTH) / math.log(rates[1] / rates[0]) / 2))
    middles = np.arange(begun, lowest + 1)
    before, after = np.maximum(middles - half, begun), np.minimum(middles + half, lowest)
    steepest = float(rates[middles[int(np.argmax(smoothed[before] - smoothed[after]))]])
    return Rates(rates, losses, smoothed, at_lowest, steepest, math.sqrt(steepest * at_lowest), ended_early)


def _refuse_what_cannot_learn(network: Network, fresh: bool) -> None:
    if not network.trained_nodes:
        raise UnanswerableError("No layer has parameters, so there is nothing to learn. Add a Dense layer.")
    if {node.id for node in network.trained_nodes} <= network.frozen:
        raise UnanswerableError("All layers are frozen, so no learning rate makes a difference. Let one of them learn.")
    if not fresh and not np.isfinite(network.parameters.vector).all():
        raise UnanswerableError("Some weights are not finite, so training cannot go on from them. Reset the network.")
