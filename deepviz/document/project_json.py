"""A project as JSON text and back. Whatever is missing, unknown or out of bounds is told in words.

Files, the clipboard and tests share it. Equal projects give equal text.
"""

from __future__ import annotations

import json
from typing import Any

from deepviz.datasets import registry as source_registry
from deepviz.datasets.preprocessing import Preprocessing
from deepviz.datasets.split import SplitChoice
from deepviz.document.archive import FileError as FileError
from deepviz.document.graph import Edge, Graph, Node, Position
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.engine import layers, losses, optimizers
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss
from deepviz.registry import DefinitionError

FORMAT = "deepviz project"
VERSION = 1

LONGEST_NAME = 200
LARGEST_PORT = 9_999
FARTHEST = 1e7
"""How far from the middle of the canvas a card may be, in scene units."""


def project_to_json(project: Project) -> str:
    """A project as JSON text."""
    graph, data, plan = project.graph, project.data, project.plan
    values = {
        "format": FORMAT,
        "version": VERSION,
        "name": project.name,
        "graph": {
            "nodes": [
                {"id": node.id, "layer": node.layer.to_json(), "position": [float(each) for each in node.position]}
                for node in graph.nodes
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
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def project_from_json(text: str | bytes) -> Project:
    """A project from JSON text.

    Raises
    ------
    FileError
        If it is no JSON, or something in it is missing, of the wrong type, unknown or out of bounds.
    """
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise FileError("the project is not valid JSON.") from None
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise FileError("this is not a DeepViz project.")
    version = values.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise FileError("the version of its format is missing.")
    if version > VERSION:
        raise FileError(
            f"it was saved by a newer DeepViz, in format {version}; this one reads up to {VERSION}. Update DeepViz."
        )
    name = _text(values, "name")
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise FileError(f"its name is longer than {LONGEST_NAME} letters, or has letters that cannot be shown.")
    try:
        return Project(name, _graph(_object(values, "graph")), _data(_object(values, "data")), _plan(values))
    except DefinitionError as error:
        raise FileError(str(error)) from None


def _graph(values: dict[str, Any]) -> Graph:
    nodes: dict[str, Node] = {}
    for item in _list(values, "nodes"):
        node = _node(item)
        if node.id in nodes:
            raise FileError(f"two nodes are called {node.id}.")
        nodes[node.id] = node
    edges: dict[tuple[str, int], Edge] = {}
    for item in _list(values, "edges"):
        edge = Edge(_text(item, "source"), _text(item, "target"), _port(item))
        for end in (edge.source, edge.target):
            if end not in nodes:
                raise FileError(f"an edge names {end[:LONGEST_NAME]!r}, but there is no such node.")
        if (edge.target, edge.port) in edges:
            raise FileError(f"two edges end at input {edge.port} of {edge.target}.")
        edges[edge.target, edge.port] = edge
    return Graph(tuple(nodes.values()), tuple(edges.values()))


def _node(values: Any) -> Node:
    node_id = _text(values, "id")
    if not node_id or not node_id.isprintable() or "/" in node_id or len(node_id) > LONGEST_NAME:
        raise FileError(f"{node_id[:LONGEST_NAME]!r} cannot be the name of a node.")
    try:
        return Node(node_id, _layer(_object(values, "layer")), _position(node_id, _list(values, "position")))
    except DefinitionError as error:
        raise FileError(f"{node_id}: {error}") from None


def _layer(values: dict[str, Any]) -> Layer | Loss:
    key = values.get("type")
    is_loss = isinstance(key, str) and key in losses.registry
    return losses.registry.from_json(values) if is_loss else layers.registry.from_json(values)


def _position(node_id: str, values: list[Any]) -> Position:
    """Two numbers within the canvas; a comparison with NaN is false, so it is refused as well."""
    numbers = [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != 2 or len(values) != 2 or not all(-FARTHEST <= each <= FARTHEST for each in numbers):
        raise FileError(f"{node_id} has no proper position; it must be two numbers.")
    return float(numbers[0]), float(numbers[1])


def _port(values: dict[str, Any]) -> int:
    port = values.get("port", 0)
    if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= LARGEST_PORT:
        raise FileError("an edge ends at something that is no input port.")
    return port


def _data(values: dict[str, Any]) -> DataChoice:
    return DataChoice(
        source_registry.from_json(_object(values, "source")),
        SplitChoice.checked(_object(values, "split")),
        Preprocessing.checked(_object(values, "preprocessing")),
    )


def _plan(project: dict[str, Any]) -> TrainingPlan:
    values = _object(project, "plan")
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
