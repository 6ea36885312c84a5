"""What the live check has to say: a problem, where it is, how bad it is, and what mends it with one click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from deepviz.document.graph import Edge
from deepviz.document.repairs import Repair
from deepviz.engine.shapes import Shape

Severity = Literal["error", "warning"]
"""Whether training is impossible, or only unlikely to come to much."""


@dataclass(frozen=True)
class DataFacts:
    """What the checks need to know about the data.

    Attributes
    ----------
    sample_shape
        Shape of one sample.
    task
        "classification" or "regression".
    outputs
        How many classes, or how many target numbers.
    samples
        How many samples there are for training.
    has_validation
        Whether some are kept for validation.
    only_class
        The name of the class that all samples for training belong to; empty if they are of several, or have none.
    """

    sample_shape: Shape
    task: Literal["classification", "regression"]
    outputs: int
    samples: int
    has_validation: bool = True
    only_class: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that keeps the project from being trained, or from learning.

    Attributes
    ----------
    text
        What is wrong and what can be done, in plain words.
    where
        The node (its id) or edge it concerns, or None for the project as a whole.
    repairs
        What can be done with one click.
    severity
        Whether it keeps the project from being trained ("error"), or can be trained as it is ("warning").
    of_plan
        Whether it is the training plan that it concerns.
    """

    text: str
    where: str | Edge | None = None
    repairs: tuple[Repair, ...] = ()
    severity: Severity = "error"
    of_plan: bool = False

    @property
    def is_warning(self) -> bool:
        """Whether the project can be trained all the same."""
        return self.severity == "warning"

    @property
    def node_id(self) -> str:
        """The node that it is shown at, of an edge the one where it ends; empty for the project as a whole."""
        return self.where.target if isinstance(self.where, Edge) else self.where or ""
