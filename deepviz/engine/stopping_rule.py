"""What a stopping rule is: when a run should end before its last epoch, and why, in words.

A rule itself never changes: what it has seen so far is a memory of plain numbers, which belongs to the trainer and is
saved with it. So a run that was stopped by hand and goes on ends where it would have ended anyway.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import Field

from deepviz.registry import Definition

Memory = dict[str, float]

LOSS, VALIDATION_LOSS = "loss", "validation_loss"

LOWER_IS_BETTER = ("loss", "error", "mae", "mse", "rmse")
"""Ends of the names of what should be small. All else, such as accuracy, should be large."""

MonitorName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100,
        title="Monitor",
        description="What is looked at after each epoch: loss, validation_loss, validation_accuracy, ...",
    ),
]
Direction = Annotated[
    Literal["auto", "min", "max"],
    Field(
        title="Better is",
        description="Whether smaller (min) or larger (max) values are better; auto goes by the name.",
        json_schema_extra={"advanced": True},
    ),
]


class Seen(NamedTuple):
    """How a run goes, as a rule sees it after each step.

    Attributes
    ----------
    step
        How many steps have been made.
    loss
        Mean loss of the batch of the last step.
    seconds
        For how long the run has been training, pauses left out.
    epoch
        What was measured at the end of an epoch, by name, its mean ``loss`` among it; None in the middle of one.
    """

    step: int
    loss: float
    seconds: float
    epoch: Mapping[str, float] | None


class StoppingRule(Definition):
    """One reason to end a run early."""

    category: ClassVar[str] = "Stopping rule"

    @property
    def monitored(self) -> str | None:
        """The name of what it looks at after each epoch, if that is chosen by name."""
        return None

    def start(self) -> Memory:
        """The memory before the first step."""
        return {}

    @abstractmethod
    def reason(self, seen: Seen, memory: Memory) -> str | None:
        """Look at the run after a step.

        Parameters
        ----------
        seen
            How the run goes.
        memory
            What `start` gave, as it is by now; changed in place.

        Returns
        -------
        Why the run should end here, in words that follow "Training ended after step 120: "; None to go on.
        """


class Monitoring(StoppingRule):
    """A rule that looks at one number after each epoch."""

    monitor: MonitorName = VALIDATION_LOSS
    mode: Direction = "auto"

    @property
    def monitored(self) -> str:
        return self.monitor

    @property
    def wants_less(self) -> bool:
        """Whether smaller values are better."""
        return self.mode == "min" or (self.mode == "auto" and self.monitor.lower().endswith(LOWER_IS_BETTER))

    def value(self, measured: Mapping[str, float]) -> float:
        """The number that it looks at; without validation data the training loss takes the place of theirs.

        Raises
        ------
        ValueError
            If nothing of that name is measured.
        """
        name = LOSS if self.monitor == VALIDATION_LOSS and VALIDATION_LOSS not in measured else self.monitor
        if name not in measured:
            known = ", ".join(measured)
            raise ValueError(f"{self.label}: there is no {name} to look at after an epoch; there is {known}.")
        return measured[name]

    @property
    def words(self) -> str:
        """The name of the number in a sentence."""
        return self.monitor.replace("_", " ")
