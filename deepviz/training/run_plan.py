"""A run plan: a project and its prepared data, frozen. The one place where a trainer is made from a project.

Window, command line and tests all start a run here, so the same project with the same seed gives the same curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepviz.datasets.prepared import PreparedData, prepare
from deepviz.document.compile import compile_project
from deepviz.document.graph import Graph, Node
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.document.repeats import unrolled
from deepviz.document.shapes import DataFacts
from deepviz.engine.metric import Metric
from deepviz.engine.trainer import Trainer, TrainerState
from deepviz.engine.weighted import Trained

PROBES = ("loss", "accuracy", "gradient_norm", "learning_rate")


@dataclass(frozen=True, eq=False)
class RunPlan:
    """What a run needs to know, as it was when the run started."""

    project: Project
    data: PreparedData

    @classmethod
    def of(cls, project: Project) -> RunPlan:
        """Load and prepare a project's data.

        Raises
        ------
        DatasetError
            If the data cannot be read or divided.
        """
        return cls(project, prepared(project.data))

    @property
    def facts(self) -> DataFacts:
        """What the shape check needs to know about the data."""
        return facts_of(self.data)

    def trainer(self, probes: Sequence[str] = PROBES, state: TrainerState | None = None) -> Trainer:
        """Build the network and what trains it, from the start or from a saved state.

        What differs from the settings that a state was left with is as if it was changed there, also the kind of the
        optimizer. Of fewer epochs than have begun, the one that is under way is made to its end.

        Raises
        ------
        ProjectError
            If the graph is wrong or does not fit the data.
        ValueError
            If the state belongs to another network.
        """
        run, train, validation = self.project.plan.run, self.data.train, self.data.validation
        optimizer = self.project.plan.optimizer
        left_by = optimizer if state is None or state.optimizer is None else state.optimizer
        network, loss = compile_project(self.project, self.facts)
        trainer = Trainer(
            network,
            loss,
            optimizer if optimizer.is_kind_of(left_by) else left_by,
            (train.x, train.y),
            validation=None if validation is None else (validation.x, validation.y),
            batch_size=run.batch_size,
            epochs=run.epochs,
            seed=run.seed,
            probes=probes,
            schedule=self.project.plan.schedule,
            stopping=self.project.plan.stopping,
            keep_best=run.keep_best,
            metrics=self._metrics,
        )
        if state is not None:
            trainer.restore(state)
            trainer.epochs = max(trainer.epochs, trainer.epochs_begun)
            if not optimizer.is_kind_of(left_by):
                trainer.optimizer = optimizer
        return trainer

    def steer(self, trainer: Trainer) -> None:
        """Let a trainer of the same run (see `same_run`) go on by this plan from its next step on.

        Of fewer epochs than have begun, the one that is under way is made to its end.

        Raises
        ------
        ValueError
            If a stopping rule looks at what is not measured, or a metric is for other data.
        """
        plan, nodes = self.project.plan, unrolled(self.project.graph).graph.nodes
        trainer.follow(plan.schedule, plan.stopping, plan.run.keep_best, self._metrics)
        trainer.epochs, trainer.batch_size = max(plan.run.epochs, trainer.epochs_begun), plan.run.batch_size
        trainer.frozen = {node.id for node in nodes if isinstance(node.layer, Trained) and node.layer.frozen}
        trainer.optimizer = plan.optimizer

    @property
    def _metrics(self) -> Sequence[Metric]:
        """What is measured besides the loss; without validation data there is nothing to measure it on."""
        return () if self.data.validation is None else self.project.plan.metrics


def prepared(choice: DataChoice) -> PreparedData:
    """Load, divide and preprocess the data of a choice.

    Raises
    ------
    DatasetError
        If the data cannot be read or divided.
    """
    return prepare(choice.source.load(), choice.split, choice.preprocessing)


def facts_of(data: PreparedData) -> DataFacts:
    """What the shape check needs to know about prepared data."""
    train, only_class = data.train, ""
    if data.task == "classification" and len(train) and (train.y == train.y[0]).all():
        only_class = data.class_names[int(train.y[0])]
    return DataFacts(data.sample_shape, data.task, data.outputs, len(train), data.validation is not None, only_class)


def same_run(one: Project, other: Project) -> bool:
    """Whether a run of one project can go on as one of the other, with its weights as they are.

    Looks and names may differ, which layers are frozen, and the plan but for its seed.
    """
    return _trained_part(one) == _trained_part(other)


def _trained_part(project: Project) -> Project:
    graph = unrolled(project.graph).graph
    bare = (replace(node, position=(0.0, 0.0), group="", attached=False) for node in map(_thawed, graph.nodes))
    nodes = tuple(sorted(bare, key=lambda node: node.id))
    plan = TrainingPlan(run=RunSettings(seed=project.plan.run.seed))
    return replace(project, name="", graph=Graph(nodes, tuple(sorted(graph.edges))), plan=plan)


def _thawed(node: Node) -> Node:
    if isinstance(node.layer, Trained) and node.layer.frozen:
        return replace(node, layer=node.layer.changed(trainable=True))
    return node
