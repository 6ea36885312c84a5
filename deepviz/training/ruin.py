"""That a run is ruined though all its numbers are finite: its training loss has come to lie far above its beginning.

Too large a learning rate does that without ever giving NaN, where weights saturate or decay; such a run would end
without a word. What is said of it is worded here, for whoever shows the end of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from deepviz.numerals import shortest, thousands
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.changes import Change
from deepviz.training.history import History
from deepviz.training.run_epochs import epoch_means

FEWEST_SAMPLES = 32
"""Of fewer samples a mean says little: with batches of one, losses of single samples differ by more than 100 times."""
GROWTH = 2.0
"""How many times its beginning the loss has to be; the examples, also with tiny batches, come to 0.93 at the most."""
LEAST_LOSS = 0.1
"""Below it nothing is ruined: a run may begin almost perfectly by chance, as a hinge loss of 0 does."""


@dataclass(frozen=True)
class Beginning:
    """How a run began.

    Attributes
    ----------
    loss
        The mean training loss of the samples of the first steps.
    steps
        How many steps that are.
    first
        The loss of the first step: that of its batch and the weights that the run began with.
    """

    loss: float
    steps: int
    first: float


@dataclass(frozen=True)
class Ruin:
    """What became of the loss of a run that is ruined.

    Attributes
    ----------
    step, epoch
        The last step that was made, and the last whole epoch.
    loss
        The mean training loss of that epoch.
    began
        What the loss was at the beginning.
    is_exact
        Whether every step of the epoch was still known.
    is_falling
        Whether no epoch before was better: left alone, the run may come back.
    """

    step: int
    epoch: int
    loss: float
    began: Beginning
    is_exact: bool = True
    is_falling: bool = False

    @property
    def words(self) -> str:
        """What has happened, in a sentence.

        The first step's loss is the only one before any update. With batches of a few samples it may be far from usual;
        only then it is the mean of several steps that is told, and of which.
        """
        about, began = "" if self.is_exact else "about ", self.began
        was = f"{began.first:.4g} in step 1"
        if began.first * GROWTH >= self.loss:
            was = f"{began.loss:.4g} on average in steps 1 to {thousands(began.steps)}"
        now = f"{about}{self.loss:.4g} on average in epoch {thousands(self.epoch)}"
        return f"The training loss has grown: {now}, from {was}."


def advice(learning_rate: float) -> str:
    """What mostly helps."""
    return f"Steps that are too large do that. Try a smaller learning rate than {shortest(learning_rate)}."


def inherited_advice(learning_rate: float) -> str:
    """What helps where a larger learning rate than the present one has ruined the weights before."""
    return (
        f"Steps with a learning rate of {shortest(learning_rate)} have spoilt the weights. Begin again from fresh ones."
    )


def beginning_of(history: History, sizes: BatchSizes) -> Beginning | None:
    """The mean loss of the first samples that a run has seen, `FEWEST_SAMPLES` of them or all that there are.

    Returns
    -------
    That of the first steps that have so many samples together; None if not all of them are known.
    """
    if "loss" not in history:
        return None
    steps, losses = history.column("loss")
    wanted = min(FEWEST_SAMPLES, sizes.count)
    steps, losses = steps[:wanted], losses[:wanted].astype(np.float64)
    samples = sizes.samples_of(steps)
    past = int(np.searchsorted(np.cumsum(samples), wanted)) + 1
    if past > len(steps) or int(steps[past - 1]) != past:
        return None
    mean = float(losses[:past] @ samples[:past] / samples[:past].sum())
    return Beginning(mean, past, float(losses[0]))


def spoilt_by(history: History, sizes: BatchSizes, began: Beginning, present: float) -> float | None:
    """The learning rate that had ruined the weights before it was made smaller; None if that did not happen.

    Parameters
    ----------
    history
        What was measured, with notes of what was changed.
    sizes
        Of the batches.
    began
        As `beginning_of` gave it.
    present
        The learning rate now.
    """
    if "loss" not in history or not began.loss > 0:
        return None
    steps, losses = history.column("loss")
    rates = _rates(history.changes)
    ends = [*(step for step, _ in rates[1:]), int(steps[-1])]
    for (_, rate), end in zip(rates, ends, strict=False):
        past = int(np.searchsorted(steps, end, "right"))
        if rate <= present or not past:
            continue
        samples = sizes.samples_of(steps[:past])
        for wanted in (min(FEWEST_SAMPLES, sizes.count), sizes.count):  # at its end, or in as much as an epoch before
            mean = _mean_of_last(losses[:past], samples, wanted)
            if mean is not None and mean > GROWTH * began.loss and mean >= LEAST_LOSS:
                return rate
    return None


def _rates(changes: Sequence[tuple[int, str]]) -> list[tuple[int, float]]:
    """After which steps the learning rate became which; notes that cannot be read are passed over."""
    found: list[tuple[int, float]] = []
    for step, text in changes:
        rate = _rate_in(text)
        if rate is not None and (not found or found[-1][1] != rate):
            found.append((step, rate))
    return found


@lru_cache(maxsize=4096)
def _rate_in(text: str) -> float | None:
    """The learning rate that a note names; None if it cannot be read, as in a file that was written by hand."""
    try:
        return Change.from_json(text, 0).plan.optimizer.learning_rate
    except ValueError:
        return None


def ruin_of(history: History, sizes: BatchSizes, began: Beginning | None = None) -> Ruin | None:
    """Whether a run is ruined where it stands now, going by its last whole epoch.

    Parameters
    ----------
    history
        What was measured.
    sizes
        Of the batches.
    began
        As `beginning_of` gave it; by default it is found in the history, as long as that keeps every step.

    Returns
    -------
    What became of the loss; None if the run is not ruined, or nobody can tell.
    """
    began = beginning_of(history, sizes) if began is None else began
    if began is None or not began.loss > 0:
        return None
    steps, losses = history.column("loss")
    last = int(steps[-1])
    place = sizes.place(last)
    of_step = history.epochs[np.searchsorted(history.steps, steps)]
    is_whole = of_step <= place.epoch
    steps, losses, of_step = steps[is_whole], losses[is_whole], of_step[is_whole]
    if not len(steps):
        return None
    samples = sizes.samples_of(steps)
    loss = _last_mean(of_step, losses, samples, min(FEWEST_SAMPLES, sizes.count))
    if loss is None or not (loss > GROWTH * began.loss and loss >= LEAST_LOSS):
        return None
    numbers, means, _ = epoch_means(steps, of_step, losses, samples)
    is_exact = int(samples[of_step == of_step[-1]].sum()) == sizes.count
    is_falling = len(means) > 1 and bool(means[-1] < means[:-1].min())
    return Ruin(last, int(numbers[-1]), loss, began, is_exact, is_falling)


def _last_mean(
    epochs: npt.NDArray[np.int64], losses: npt.NDArray[np.floating], samples: npt.NDArray[np.int64], wanted: int
) -> float | None:
    """The mean of the last epoch; where few of its steps are kept, of more steps before, so that it is of enough."""
    return _mean_of_last(losses, samples, wanted, int(np.searchsorted(epochs, epochs[-1])))


def _mean_of_last(
    losses: npt.NDArray[np.floating], samples: npt.NDArray[np.int64], wanted: int, first: int | None = None
) -> float | None:
    """The mean of the last steps with so many samples, from a first one at the latest; None if there are fewer."""
    enough = np.cumsum(samples[::-1])
    if enough[-1] < wanted:
        return None
    least = len(samples) - 1 - int(np.searchsorted(enough, wanted))
    first = least if first is None else min(first, least)
    return float(losses[first:].astype(np.float64) @ samples[first:] / samples[first:].sum())
