"""The batch sizes of a run from its first step on, and so how many of its samples it has seen at any step.

It follows the rule of `deepviz.engine.order`: where the size changes, what is left of the epoch is cut anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from deepviz.engine.order import Order
from deepviz.engine.schedule import Progress
from deepviz.engine.trainer_state import Place
from deepviz.training.changes import Change
from deepviz.training.history import History


@dataclass(frozen=True)
class BatchSizes:
    """What was the size of the batches when.

    Attributes
    ----------
    count
        Training samples.
    sizes
        After how many steps which size was in use, in order; the first after step 0.
    """

    count: int
    sizes: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, history: History, count: int, present: int, steps: int) -> BatchSizes:
        """Those that a history notes.

        Parameters
        ----------
        count
            Training samples.
        present
            The size from now on.
        steps
            How many steps have been made.

        Raises
        ------
        ValueError
            If a note cannot be read.
        """
        sizes: list[tuple[int, int]] = []
        for step, text in history.changes:
            _add(sizes, step, _size_in(text))
        _add(sizes, steps if sizes else 0, present)
        return cls(count, tuple(sizes))

    @property
    def since(self) -> int:
        """After how many steps the present size came into use."""
        return self.sizes[-1][0]

    def place(self, step: int) -> Place:
        """How far the run has come after so many steps."""
        order = self._order(step)
        return order.place

    def epochs_after(self, step: int) -> float:
        """How often the samples have been seen after so many steps."""
        place = self.place(step)
        return (place.epoch * self.count + place.seen) / self.count

    def total_steps(self, epochs: int) -> int:
        """How many steps a run of so many epochs has, from the first to the last."""
        return self.since + self._order(self.since).batches_to(epochs)

    def progress(self, step: int, epochs: int) -> Progress:
        """What a schedule is told before a step, counted from 0, of a run of so many epochs."""
        return self._order(step).progress(step, epochs)

    def samples_of(self, steps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """How many samples were in the batches of some steps, counted from 1; of the same shape."""
        found = np.zeros(steps.shape, np.int64)
        order = Order(self.count, self.sizes[0][1], 0)
        ends = [begin for begin, _ in self.sizes[1:]] + [max(int(steps.max(initial=0)), self.since)]
        for (begin, size), end in zip(self.sizes, ends, strict=True):
            order.batch_size = size
            here = (steps > begin) & (steps <= end)
            # Of the epoch under way so many samples are left; every later one has them all.
            place, rest = steps[here] - begin - 1, self.count - order.seen
            is_first = place < order.batches_left
            place = np.where(is_first, place, (place - order.batches_left) % order.batches_per_epoch)
            found[here] = np.minimum(size, np.where(is_first, rest, self.count) - place * size)
            _go_on(order, end - begin)
        return found

    def _order(self, step: int) -> Order:
        """The order of samples at the place that is come to after so many steps."""
        order = Order(self.count, self.sizes[0][1], 0)
        ends = [begin for begin, _ in self.sizes[1:]] + [max(step, self.since)]
        for (begin, size), end in zip(self.sizes, ends, strict=True):
            if begin > step:
                break
            order.batch_size = size
            _go_on(order, min(step, end) - begin)
        return order


def _go_on(order: Order, batches: int) -> None:
    """Move on by so many batches of the present size."""
    if batches < order.batches_left:
        order.seen += batches * order.batch_size
    else:
        epochs, rest = divmod(batches - order.batches_left, order.batches_per_epoch)
        order.epoch, order.seen = order.epoch + 1 + epochs, rest * order.batch_size


def _add(sizes: list[tuple[int, int]], step: int, size: int) -> None:
    """Note a size; of several after one step the last counts."""
    if sizes and sizes[-1][0] == step:
        sizes.pop()
    if not sizes or sizes[-1][1] != size:
        sizes.append((step, size))


@lru_cache(maxsize=1024)
def _size_in(text: str) -> int:
    """The size of the batches in a change. The same changes are read again and again while a slider moves."""
    return Change.from_json(text, 0).plan.run.batch_size
