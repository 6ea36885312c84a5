"""The training loss of the epoch that a run is in: the mean over the samples that it has seen of it so far.

A smaller last batch counts less. So at the end of an epoch it is what stopping rules and the best weights go by, and
what the runs list says (`deepviz.engine.course`, `deepviz.training.run_epochs`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from deepviz.engine.trainer import StepRecord, Trainer
from deepviz.training.batch_sizes import BatchSizes
from deepviz.training.history import History


class EpochLoss:
    """Adds up the losses of a run, step by step.

    Parameters
    ----------
    seen
        Gives how many samples the run has seen, from its beginning on.
    """

    def __init__(self, seen: Callable[[], int]) -> None:
        self._seen = seen
        self._before = seen()
        self._epoch, self._total, self._samples, self._is_known = 0, 0.0, 0, True

    @classmethod
    def of(cls, trainer: Trainer, history: History, samples: int) -> EpochLoss:
        """That of a run which goes on, perhaps in the middle of an epoch.

        Parameters
        ----------
        trainer
            It makes the steps.
        history
            What was measured in the run so far.
        samples
            How many there are to train with.
        """
        made = cls(lambda: trainer.samples_seen)
        if not trainer.begins_epoch:
            made._take_up(trainer, history, samples)
        return made

    def add(self, record: StepRecord) -> None:
        """Take note of the step that the run has just made."""
        seen, before = self._seen(), self._before
        self._before = seen
        if record.epoch != self._epoch:
            self._begin(record.epoch)
        self._add(record.values["loss"], seen - before)

    @property
    def value(self) -> float | None:
        """The mean; None if nothing of the epoch is known, or not all of it."""
        return self._total / self._samples if self._is_known and self._samples else None

    def _begin(self, epoch: int) -> None:
        self._epoch, self._total, self._samples, self._is_known = epoch, 0.0, 0, True

    def _add(self, loss: float, samples: int) -> None:
        self._total += loss * samples  # in the order of the steps, as the engine does it: the same to the last bit
        self._samples += samples

    def _take_up(self, trainer: Trainer, history: History, samples: int) -> None:
        """Begin with the steps of the epoch under way that are made already."""
        self._begin(trainer.epochs_begun)
        steps, losses = history.column("loss") if "loss" in history.columns else (np.empty(0, np.int64), np.empty(0))
        rows = np.isin(steps, history.steps[history.epochs == self._epoch])
        try:
            sizes = BatchSizes.of(history, samples, trainer.batch_size, trainer.step)
        except ValueError:  # a note that cannot be read
            self._is_known = False
            return
        for loss, size in zip(losses[rows].tolist(), sizes.samples_of(steps[rows]).tolist(), strict=True):
            self._add(loss, size)
        # Of a long run only some steps are kept.
        self._is_known = self._samples == trainer.samples_seen - trainer.epochs_done * samples
