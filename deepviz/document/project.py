"""A project: everything that a user saves. It is a value; `edits` make the next one from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from pydantic import Field

from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.source import DatasetSource
from deepviz.datasets.sources.spirals import Spirals
from deepviz.datasets.split import SplitChoice
from deepviz.document.graph import Graph
from deepviz.engine.metric import Metric
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.optimizers.adam import Adam
from deepviz.engine.schedule import Schedule
from deepviz.engine.schedules.constant import Constant
from deepviz.engine.stopping_rule import StoppingRule
from deepviz.registry import Definition


@dataclass(frozen=True)
class DataChoice:
    """Which data, how it is split, and how numbers are scaled before they reach the network."""

    source: DatasetSource = field(default_factory=Spirals)
    split: SplitChoice = field(default_factory=SplitChoice)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)


class RunSettings(Definition):
    """How long and in what portions a run trains."""

    key: ClassVar[str] = "run"
    label: ClassVar[str] = "Run"

    batch_size: int = Field(32, ge=1, le=1_000_000, title="Batch size", description="Samples in one training step.")
    epochs: int = Field(50, ge=1, le=1_000_000, title="Epochs", description="How often all training samples are seen.")
    seed: int = Field(
        0, ge=0, le=2**31 - 1, title="Seed", description="Start of every random choice: weights and order of samples."
    )
    keep_best: bool = Field(
        False,
        title="Use the best weights",
        description="Whether to evaluate and export those of the epoch with the lowest validation loss, not the last.",
    )
    checkpoint_every: int = Field(
        0,
        ge=0,
        le=1_000_000,
        title="Copy every",
        description="After how many epochs a copy of the weights is written beside the project's file; 0 writes none.",
        json_schema_extra={"unit": "epochs"},
    )


@dataclass(frozen=True)
class TrainingPlan:
    """How to train.

    Attributes
    ----------
    optimizer
        How weights follow their gradients, with the learning rate.
    run
        How long and in what portions.
    schedule
        How the learning rate changes meanwhile.
    stopping
        What ends the run before its last epoch; at most one rule of a kind.
    metrics
        What is computed from the validation data after each epoch, besides the loss; at most one of a kind.
    """

    optimizer: Optimizer = field(default_factory=Adam)
    run: RunSettings = field(default_factory=RunSettings)
    schedule: Schedule = field(default_factory=Constant)
    stopping: tuple[StoppingRule, ...] = ()
    metrics: tuple[Metric, ...] = ()


@dataclass(frozen=True)
class Project:
    """A graph, its data and how to train it, under a name."""

    name: str = "untitled"
    graph: Graph = field(default_factory=Graph)
    data: DataChoice = field(default_factory=DataChoice)
    plan: TrainingPlan = field(default_factory=TrainingPlan)
