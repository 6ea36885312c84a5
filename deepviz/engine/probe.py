"""What a probe is: one number, a row or a table of numbers, read from a training step, for every figure on screen.

Step t takes the weights p(t-1) to p(t) with its batch: p(t) = p(t-1) - update. What is named after step t is:

- of its batch and p(t-1), before the update: loss, accuracy, activations and all gradients, as in any training log;
- of p(t), after the update: weights, what is validated, each state that is kept, and so whatever is worked out of it;
- of both: how far the weights have moved, measured by p(t-1).

Where the same quantity can be of the batch and of a kept state, a view has to say which it shows.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

from deepviz.engine.reading import Reading
from deepviz.engine.step_recording import StepRecording
from deepviz.registry import Definition

Moment = Literal["computed", "clipped", "updated"]
Rows = Literal["", "layers", "nodes", "edges"]


class Probe(Definition):
    """One thing that can be read from a step.

    Attributes
    ----------
    key
        The name of its values in `StepRecord.values`.
    moment
        When it looks: once loss and gradients are computed, once the gradients are clipped, or once the update is made.
        Weights are read last.
    rows
        What a row has one number for: the layers that have parameters (`Network.trained_nodes`), all nodes
        (`Network.nodes`), or all edges; empty for a single number.
    statistics
        What it tells of each of them, if it reads a table: its rows are values of their own, such as ``gradients/l2``.
    rate
        How often in a second it may be read of a network that trains, by what it costs.
    """

    category: ClassVar[str] = "Probe"
    moment: ClassVar[Moment] = "computed"
    rows: ClassVar[Rows] = ""
    statistics: ClassVar[tuple[str, ...]] = ()
    rate: ClassVar[float] = 30.0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its values in `StepRecord.values`."""
        return tuple(f"{self.key}/{name}" for name in self.statistics) or (self.key,)

    def fits(self, recording: StepRecording) -> bool:
        """Whether it can be read for this network and data."""
        return True

    @abstractmethod
    def record(self, recording: StepRecording) -> Reading:
        """Write down what has to be computed, and return a function that reads the value after a replay.

        It must not raise whatever the numbers are: a step that diverges is measured before anybody knows that it does.
        """
