"""What goes with the curve of a range test: what it was made of, and what has to be known to read it."""

from __future__ import annotations

from deepviz.document.project import Project
from deepviz.engine.weighted import Trained
from deepviz.gui.amounts import counted, thousands
from deepviz.insight.rate_range import Rates


def made_of(project: Project) -> object:
    """All of a project that the curve depends on; its learning rate, its schedule and how it is drawn are not."""
    graph, plan = project.graph, project.plan
    layers = tuple((node.id, node.layer, node.group) for node in graph.nodes)
    repeats = tuple((group.id, group.parent, group.repeat) for group in graph.groups)
    optimizer = plan.optimizer.changed(learning_rate=1.0)
    return layers, graph.edges, repeats, optimizer, plan.run.batch_size, plan.run.seed


def whose(step: int, fresh: bool) -> list[str]:
    """For which weights the rate is, of a run that stands after `step`; nothing needs be said before the first step."""
    if not step:
        return []
    if fresh:
        return ["For a new run, which Reset begins."]
    return [f"For going on from step {thousands(step)}; a new run wants another rate."]


def notes(project: Project, found: Rates) -> list[str]:
    """Sentences about what was found, the most important first; often none."""
    said = []
    if found.suggested is None:
        said.append("Too noisy to say: the loss falls nowhere by clearly more than batches differ. Try more steps.")
    elif found.still_falls:
        said.append("The loss still fell at the largest rate: choose larger ones in the menu.")
    if not project.plan.schedule.is_constant:
        said.append(f"Without the schedule, {project.plan.schedule.label}, which starts from the rate you choose.")
    layers = [node.layer for node in project.graph.nodes if isinstance(node.layer, Trained)]
    frozen = sum(layer.frozen for layer in layers)
    if frozen:
        said.append(f"Frozen: {frozen} of {counted(len(layers), 'layer')} with parameters.")
    return said
