"""Of what the numbers of a step are: of its batch, before its update, or of the weights that its update has left.

Both carry the number of the step (see `deepviz.engine.probe`), so views that can show either say which it is.
"""

from __future__ import annotations

from typing import NamedTuple

from deepviz.gui.amounts import thousands
from deepviz.gui.plots.ticks import format_integer


class Origin(NamedTuple):
    """What some numbers of one step are of.

    Attributes
    ----------
    step
        The step; 0 for weights before the first one.
    is_of_batch
        Whether they were computed in that step, for its batch and with the weights before its update. Otherwise they
        are of the weights after it.
    samples
        For how many training samples they were worked out of these weights; 0 for the batch, and for the weights
        themselves.
    """

    step: int
    is_of_batch: bool
    samples: int = 0

    @property
    def moment(self) -> str:
        """`batch of step 12`, `after step 12` or `untrained`."""
        if self.is_of_batch:
            return f"batch of step {format_integer(self.step)}"
        return f"after step {format_integer(self.step)}" if self.step else "untrained"

    @property
    def samples_in_words(self) -> str:
        """`480 training samples`; empty where nothing was worked out for any."""
        return f"{thousands(self.samples)} training samples" if self.samples else ""

    @property
    def words(self) -> str:
        """Both, as `after step 12, 480 training samples`."""
        return ", ".join(filter(None, (self.moment, self.samples_in_words)))

    @property
    def cell(self) -> str:
        """The same for a table that has the step in another column: `batch, before the update`."""
        if self.is_of_batch:
            return "batch, before the update"
        samples = f"{self.samples} training samples" if self.samples else ""
        return ", ".join(filter(None, (samples, "after the update" if self.step else "untrained")))
