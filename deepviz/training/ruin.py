"""That a run is ruined though all its numbers are finite: its training loss has come to lie far above its beginning.

Too large a learning rate does that without ever giving NaN, where weights saturate or decay; such a run would end
without a word. What is said of it is worded here, for whoever shows the end of a run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from deepviz.numerals import shortest, thousands
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.history import History
from deepviz.training.run_figures import epoch_means

FEWEST_SAMPLES = 32
"""Of fewer samples a mean says little: with batches of one, losses of single samples differ by more than 100 times."""
GROWTH = 2.0
"""How many times its beginning the loss has to be; the examples, also with tiny batches, come to 0.93 at the most."""
LEAST_LOSS = 0.1
"""Below it nothing is ruined: a run may begin almost perfectly by chance, as a hinge loss of 0 does."""


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
        The mean training loss of the first steps.
    is_exact
        Whether every step of the epoch was still known.
    is_falling
        Whether no epoch before was better: left alone, the run may come back.
    """

    step: int
    epoch: int
    loss: float
    began: float
    is_exact: bool = True
    is_falling: bool = False

    @property
    def words(self) -> str:
        """What has happened, in a sentence."""
        about = "" if self.is_exact else "about "
        return (
            f"The training loss has grown: {about}{self.loss:.4g} in epoch {thousands(self.epoch)}, "
            f"and {self.began:.4g} at the beginning."
        )


def advice(learning_rate: float) -> str:
    """What mostly helps."""
    return f"Steps that are too large do that. Try a smaller learning rate than {shortest(learning_rate)}."


def beginning_of(history: History, sizes: BatchSizes) -> float | None:
    """The mean loss of the first samples that a run has seen, `FEWEST_SAMPLES` of them or all that there are.

    Returns
    -------
    The mean over the samples of the first steps that have so many together; None if not all of them are known.
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
    return float(losses[:past] @ samples[:past] / samples[:past].sum())


def ruin_of(history: History, sizes: BatchSizes, began: float | None = None) -> Ruin | None:
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
    if began is None or not began > 0:
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
    if loss is None or not (loss > GROWTH * began and loss >= LEAST_LOSS):
        return None
    numbers, means, _ = epoch_means(steps, of_step, losses, samples)
    is_exact = int(samples[of_step == of_step[-1]].sum()) == sizes.count
    is_falling = len(means) > 1 and bool(means[-1] < means[:-1].min())
    return Ruin(last, int(numbers[-1]), loss, began, is_exact, is_falling)


def _last_mean(
    epochs: npt.NDArray[np.int64], losses: npt.NDArray[np.floating], samples: npt.NDArray[np.int64], wanted: int
) -> float | None:
    """The mean of the last epoch; where few of its steps are kept, of more steps before, so that it is of enough."""
    first = int(np.searchsorted(epochs, epochs[-1]))
    enough = np.cumsum(samples[::-1])
    if enough[-1] < wanted:
        return None
    first = min(first, len(samples) - 1 - int(np.searchsorted(enough, wanted)))
    return float(losses[first:].astype(np.float64) @ samples[first:] / samples[first:].sum())
