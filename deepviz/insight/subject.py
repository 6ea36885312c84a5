"""What is looked at, a network with its weights at one step, and what is asked about it.

Questions are values: two that are equal have the same answer for the same subject, so nothing is worked out twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from deepviz.datasets.prepared import Part, PreparedData
from deepviz.document.project import Project
from deepviz.engine.loss import Loss
from deepviz.engine.network import Network
from deepviz.engine.trainer_state import TrainerState

Progress = Callable[[float], None]
"""Told now and then which share of the work is done, from 0 to 1; raises `CancelledError` if nobody waits for it."""

PARTS = ("train", "validation", "test")


class CancelledError(Exception):
    """Nobody wants the answer any more."""


class UnanswerableError(ValueError):
    """A question that this network or these data have no answer to; the text says why, in words for the user."""


class Kept(Protocol):
    """States of the run that were kept, while a thread may add others and let some go."""

    @property
    def steps(self) -> tuple[int, ...]:
        """After which steps, increasing."""

    def at(self, step: int) -> TrainerState | None:
        """The state after a step; None if it is not there any more."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A network to look at. Whoever answers may run it, and change neither its weights nor anything else for good.

    Attributes
    ----------
    project
        What it was compiled from.
    data
        Its data, as they were prepared for training.
    network, loss
        The network with its weights, in a copy that nobody trains; and by what it is measured.
    step
        After which step of the run its weights were; 0 for fresh ones.
    kept
        States of the same run that were kept; None where nobody keeps any.
    """

    project: Project
    data: PreparedData
    network: Network
    loss: Loss
    step: int
    kept: Kept | None = None

    def part(self, name: str) -> Part:
        """The samples of a part of the data: "train", "validation" or "test".

        Raises
        ------
        UnanswerableError
            If there are none.
        """
        part = self._parts[name]
        if part is None:
            raise UnanswerableError(f"There are no {name} samples. Give the {name} part a share under Data.")
        return part

    def has(self, name: str) -> bool:
        """Whether a part of the data, as for `part`, has any samples."""
        return self._parts[name] is not None

    @property
    def _parts(self) -> dict[str, Part | None]:
        return {"train": self.data.train, "validation": self.data.validation, "test": self.data.test}


class Question(ABC):
    """Something to be worked out about a network. Subclasses are frozen dataclasses, so that equal ones are equal."""

    @abstractmethod
    def answer(self, subject: Subject, progress: Progress) -> Any:
        """Work it out.

        Raises
        ------
        UnanswerableError
            If there is no answer for this network or these data.
        CancelledError
            If `progress` says so.
        """
