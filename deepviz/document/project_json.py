"""A project as JSON values and back. Whatever is missing, unknown or out of bounds is told in words.

Files, the clipboard and tests share it.
"""

from __future__ import annotations

import math
from typing import Any

from deepviz.datasets import registry as source_registry
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import layers, losses, optimizers
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.registry import DefinitionError

FORMAT = "deepviz project"
VERSION = 1


class FileError(ValueError):
    """A file that cannot be read as a project. The text names the file and says what is wrong with it."""


def to_json(project: Project) -> dict[str, Any]:
    """A project as JSON values."""
    graph, data, plan = project.graph, project.data, project.plan
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": project.name,
        "graph": {
            "nodes": [
                {"id": node.id, "layer": node.layer.to_json(), "position": list(node.position)} for node in graph.nodes
            ],
            "edges": [{"source": edge.source, "target": edge.target, "port": edge.port} for edge in graph.edges],
        },
        "data": {
            "source": data.source.to_json(),
            "split": data.split.model_dump(mode="json"),
            "preprocessing": data.preprocessing.model_dump(mode="json"),
        },
        "plan": {"optimizer": plan.optimizer.to_json(), "run": plan.run.model_dump(mode="json")},
    }


def from_json(values: Any) -> Project:
    """A project from JSON values.

    Raises
    ------
    FileError
        If something is missing, of the wrong type, unknown or out of bounds.
    """
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise FileError("this is not a DeepViz project.")
    version = values.get("version")
    if not isinstance(version, int) or version < 1:
        raise FileError("the version of the format is missing.")
    if version > VERSION:
        raise FileError(f"it was written by a newer DeepViz (format {version}; this one reads up to {VERSION}).")
    try:
        return Project(
            name=_text(values, "name"),
            graph=_graph(_object(values, "graph")),
            data=_data(_object(values, "data")),
            plan=_plan(_object(values, "plan")),
        )
    except DefinitionError as error:
        raise FileError(str(error)) from None


def _graph(values: dict[str, Any]) -> Graph:
    nodes = tuple(_node(item) for item in _list(values, "nodes"))
    ids = [node.id for node in nodes]
    for node_id in ids:
        if ids.count(node_id) > 1:
            raise FileError(f"two nodes are called {node_id}.")
    edges = []
    for item in _list(values, "edges"):
        edge = Edge(_text(item, "source"), _text(item, "target"), _port(item))
        for end in (edge.source, edge.target):
            if end not in ids:
                raise FileError(f"an edge names {end}, but there is no such node.")
        edges.append(edge)
    return Graph(nodes, tuple(edges))


def _node(values: Any) -> Node:
    node_id, position = _text(values, "id"), _list(values, "position")
    numbers = [value for value in position if isinstance(value, int | float) and math.isfinite(value)]
    if not node_id or "/" in node_id or len(numbers) != 2 or len(position) != 2:
        raise FileError(f"node {node_id or '?'} has no proper id or position.")
    try:
        return Node(node_id, _layer(_object(values, "layer")), (float(numbers[0]), float(numbers[1])))
    except DefinitionError as error:
        raise FileError(f"{node_id}: {error}") from None


def _layer(values: dict[str, Any]) -> Layer | Loss:
    is_loss = values.get("type") in losses.registry
    return losses.registry.from_json(values) if is_loss else layers.registry.from_json(values)


def _data(values: dict[str, Any]) -> DataChoice:
    return DataChoice(
        source_registry.from_json(_object(values, "source")),
        SplitChoice.checked(_object(values, "split")),
        Preprocessing.checked(_object(values, "preprocessing")),
    )


def _plan(values: dict[str, Any]) -> TrainingPlan:
    return TrainingPlan(
        optimizers.registry.from_json(_object(values, "optimizer")), RunSettings.checked(_object(values, "run"))
    )


def _object(values: Any, name: str) -> dict[str, Any]:
    found = values.get(name) if isinstance(values, dict) else None
    if not isinstance(found, dict):
        raise FileError(f"{name} is missing or not an object.")
    return found


def _list(values: Any, name: str) -> list[Any]:
    found = values.get(name) if isinstance(values, dict) else None
    if not isinstance(found, list):
        raise FileError(f"{name} is missing or not a list.")
    return found


def _text(values: Any, name: str) -> str:
    found = values.get(name) if isinstance(values, dict) else None
    if not isinstance(found, str):
        raise FileError(f"{name} is missing or not a text.")
    return found


def _port(values: dict[str, Any]) -> int:
    port = values.get("port", 0)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port < 10_000:
        raise FileError(f"{port!r} is no input port.")
    return port
