"""The order in which a run sees its samples: each once in an epoch, a batch at a time.

It follows from the seed and the number of the epoch alone, so a run can go on from any place. The size of the batches
may change anywhere: what is left of the epoch is then cut into batches of the new size.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from deepviz.engine.schedule import Progress
from deepviz.engine.trainer_state import Place
from deepviz.numerals import thousands


class Order:
    """The order of samples, and the place that a run has come to in it.

    Parameters
    ----------
    count
        How many samples there are.
    batch_size
        Samples in a batch; the last one of an epoch may be smaller.
    seed
        Start of the order.

    Attributes
    ----------
    count
        How many samples there are.
    epoch
        How many epochs are over.
    seen
        How many samples of the epoch under way have been seen.

    Raises
    ------
    ValueError
        If the size is no whole number of at least 1.
    """

    def __init__(self, count: int, batch_size: int, seed: int) -> None:
        self.count, self._seed = count, seed
        self.batch_size = batch_size
        self.epoch, self.seen = 0, 0
        self._shuffled, self._samples = -1, np.empty(0, np.intp)

    @property
    def batch_size(self) -> int:
        """Samples in a batch, at most all there are; may be set between any two."""
        return self._size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        self._size = min(whole_number("batch_size", value, 1), self.count)

    @property
    def place(self) -> Place:
        """How far the run has come; may be set to one that is `checked`."""
        return Place(self.epoch, self.seen)

    @place.setter
    def place(self, place: Place) -> None:
        self.epoch, self.seen = place

    def checked(self, place: Place) -> Place:
        """The place, if it is one among these samples.

        Raises
        ------
        ValueError
            If it is beyond the last of them: there were more when it was saved.
        """
        if place.epoch < 0 or not 0 <= place.seen < self.count:
            raise ValueError(
                f"The saved state has seen {thousands(place.seen)} samples of an epoch; "
                f"there are only {thousands(self.count)}."
            )
        return place

    @property
    def batches_per_epoch(self) -> int:
        """How many batches of the present size an epoch has."""
        return -(-self.count // self._size)

    @property
    def batches_left(self) -> int:
        """How many batches there are to the end of the epoch under way."""
        return -(-(self.count - self.seen) // self._size)

    def batches_to(self, epochs: int) -> int:
        """How many batches there are to the end of the last of so many epochs; 0 if that is behind."""
        whole_epochs = epochs - self.epoch - 1
        return self.batches_left + whole_epochs * self.batches_per_epoch if whole_epochs >= 0 else 0

    def epochs_with(self, batches: int) -> int:
        """How many epochs a run has in which so many more batches are seen, at least one."""
        beyond = max(0, batches - self.batches_left)
        return self.epoch + 1 - (-beyond // self.batches_per_epoch)

    def progress(self, step: int, epochs: int) -> Progress:
        """How far a run of so many epochs has come after `step` steps, for its schedule.

        Where all batches had one size, the whole run has as many steps as that makes. Otherwise it has as many as it
        would have at the pace so far: such that the share of them that are made is that of the samples that are seen.
        So a schedule over the whole run goes on where it is when the size changes, and still ends with the last step.
        """
        steps = self.batches_per_epoch
        if step * self._size == self.epoch * steps * self._size + self.seen:
            return Progress(step, steps, max(1, epochs * steps))
        seen = max(1, self.epoch * self.count + self.seen)
        return Progress(step, steps, max(1.0, step * (epochs * self.count / seen)))

    def batch(self) -> np.ndarray:
        """The numbers of the samples of the next batch."""
        if self._shuffled != self.epoch:
            self._samples = np.random.default_rng((self._seed, self.epoch)).permutation(self.count)
            self._shuffled = self.epoch
        return self._samples[self.seen : self.seen + self._size]

    def advance(self, samples: int) -> bool:
        """Take note that a batch of so many samples is done. Returns whether the epoch is over with it."""
        self.seen += samples
        if self.seen < self.count:
            return False
        self.epoch, self.seen = self.epoch + 1, 0
        return True


def whole_number(name: str, value: Any, least: int) -> int:
    """The value of a setting, if it is a whole number that is large enough.

    Raises
    ------
    ValueError
        If it is not.
    """
    if not isinstance(value, (int, np.integer)) or value < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}.")
    return int(value)
