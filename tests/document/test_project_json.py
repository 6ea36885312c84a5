"""Projects as JSON text: nothing is lost on the way, and whatever is wrong is told in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.datasets import SplitChoice
from deepviz.datasets import registry as sources
from deepviz.document import edits, examples
from deepviz.document.archive import FileError
from deepviz.document.graph import Edge, Graph, Node
from deepviz.document.project import DataChoice, Project, RunSettings, TrainingPlan
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.document.shapes import check
from deepviz.engine import layers, losses, optimizers
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.dense import Dense
from deepviz.engine.layers.input import Input
from deepviz.engine.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from tests.document.stored import iris_project


def all_kinds() -> Project:
    """A project with a node of every layer and loss there is; it need not make sense."""
    project = Project('Zürich – 東京 \\ "x"')
    kinds = [*layers.registry.values(), *losses.registry.values()]
    for number, kind in enumerate(kinds):
        project = edits.add_node(project, kind(), (number * 216.0, -0.1 * number))
    return project


PROJECTS = [Project(), all_kinds(), *(examples.open_example(name) for name in examples.names())]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_round_trip_gives_an_equal_project_and_equal_text(project: Project) -> None:
    text = project_to_json(project)
    assert project_from_json(text) == project
    assert project_to_json(project_from_json(text)) == text
    assert project_from_json(text.encode()) == project


def test_every_source_and_optimizer_comes_back() -> None:
    for source in sources.values():
        project = Project(data=DataChoice(source()))
        assert project_from_json(project_to_json(project)) == project
    for kind in optimizers.registry.values():
        project = edits.set_optimizer(Project(), kind(learning_rate=0.1 + 0.2))
        assert project_from_json(project_to_json(project)).plan.optimizer.learning_rate == 0.1 + 0.2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_graph_comes_back(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    numbers = st.floats(-1e7, 1e7, allow_nan=False)
    names = st.text("abcxyzÄ_0123456789:. ", min_size=1, max_size=12)
    ids = data.draw(st.lists(names, min_size=count, max_size=count, unique=True))
    nodes = tuple(Node(node_id, Add(), data.draw(st.tuples(numbers, numbers))) for node_id in ids)
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids), st.integers(0, 5))
    found = data.draw(st.lists(ends, max_size=8, unique_by=lambda edge: edge[1:]))
    project = Project(graph=Graph(nodes, tuple(Edge(*each) for each in found)))
    assert project_from_json(project_to_json(project)) == project


@st.composite
def edited_projects(draw: st.DrawFn) -> Project:
    """A project as a person might have made it: any edits, any settings within their bounds."""
    project = Project(draw(st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)))
    where = st.floats(-1e6, 1e6)
    for _ in range(draw(st.integers(0, 12))):
        layer = edits.new_layer(draw(st.sampled_from([*layers.registry, *losses.registry])))
        if isinstance(layer, Dense):
            layer = layer.changed(units=draw(st.integers(1, 65_536)), use_bias=draw(st.booleans()))
        if isinstance(layer, Input):
            layer = layer.changed(shape=draw(st.lists(st.integers(1, 99), min_size=1, max_size=4)))
        ids = [node.id for node in project.graph.nodes]
        kind = draw(st.sampled_from(["add", "append", "connect", "delete", "move"] if ids else ["add"]))
        node_ids = [draw(st.sampled_from(ids)) for _ in range(2)] if ids else []
        try:
            if kind == "add":
                project = edits.add_node(project, layer, (draw(where), draw(where)))
            elif kind == "append":
                project = edits.append(project, layer)
            elif kind == "connect":
                project = edits.connect(project, *node_ids)
            elif kind == "delete":
                project = edits.delete(project, node_ids)
            else:
                project = edits.move(project, {node_ids[0]: (draw(where), draw(where))})
        except edits.EditError:
            continue
    train = draw(st.integers(1, 98))
    validation = draw(st.integers(0, 99 - train))
    split = SplitChoice(
        train=train, validation=validation, test=100 - train - validation, seed=draw(st.integers(0, 99))
    )
    source = sources[draw(st.sampled_from(list(sources)))]()
    project = edits.set_data(project, DataChoice(source, split))
    optimizer = optimizers.registry[draw(st.sampled_from(list(optimizers.registry)))]
    run = RunSettings(batch_size=draw(st.integers(1, 10**6)), seed=draw(st.integers(0, 2**31 - 1)))
    return edits.set_plan(project, TrainingPlan(optimizer(learning_rate=draw(st.floats(1e-12, 1e6))), run))


@settings(max_examples=60, deadline=None)
@given(edited_projects())
def test_whatever_edits_make_comes_back(project: Project) -> None:
    text = project_to_json(project)
    assert project_from_json(text) == project
    assert project_to_json(project_from_json(text)) == text


def test_equal_settings_stand_in_equal_lines() -> None:
    """Two versions of a project can be compared line by line."""
    one, other = (project_to_json(iris_project(units=units)).splitlines() for units in (5, 6))
    different = [(a.strip(), b.strip()) for a, b in zip(one, other, strict=True) if a != b]
    assert different == [('"units": 5,', '"units": 6,')]


def test_what_the_first_version_wrote_is_read_for_ever() -> None:
    """A file as people have it, written by hand: if this breaks, theirs do."""
    project = project_from_json("""{
      "format": "deepviz project", "version": 1, "name": "old",
      "graph": {
        "nodes": [
          {"id": "input_1", "layer": {"type": "Input", "shape": [2]}, "position": [0, -3.5]},
          {"id": "dense_1", "position": [260, 0],
           "layer": {"type": "Dense", "units": 2, "use_bias": false, "kernel_initializer": "he_normal"}},
          {"id": "loss_1", "layer": {"type": "SoftmaxCrossEntropy"}, "position": [520, 0]}
        ],
        "edges": [{"source": "input_1", "target": "dense_1", "port": 0}, {"source": "dense_1", "target": "loss_1"}]
      },
      "data": {
        "source": {"type": "circles"},
        "split": {"train": 60, "validation": 20, "test": 20, "seed": 4, "stratified": true},
        "preprocessing": {"method": "none"}
      },
      "plan": {
        "optimizer": {"type": "SGD", "learning_rate": 0.1, "momentum": 0.9, "nesterov": true},
        "run": {"batch_size": 8, "epochs": 7, "seed": 3}
      }
    }""")
    assert project.graph.node("input_1").position == (0.0, -3.5)
    assert project.graph.node("dense_1").layer == Dense(units=2, use_bias=False, kernel_initializer="he_normal")
    assert project.graph.inputs_of("loss_1") == (Edge("dense_1", "loss_1", 0),)
    assert (project.data.split.validation, project.data.split.stratified) == (20, True)
    assert project.plan.optimizer.to_json()["nesterov"] is True
    assert (project.plan.run.batch_size, project.plan.run.epochs, project.plan.run.seed) == (8, 7, 3)
    assert check(project).problems == ()


def spoilt(spoil: Callable[[dict[str, Any]], object]) -> str:
    values = json.loads(project_to_json(examples.open_example("spirals")))
    spoil(values)
    return json.dumps(values)


NODE, EDGE = ("graph", "nodes", 1), ("graph", "edges", 0)

# path, value to put there (or ... to take it away), what the message must say
WRONG: list[tuple[tuple[Any, ...], Any, str]] = [
    (("format",), "other", "not a DeepViz project"),
    (("version",), ..., "version of its format is missing"),
    (("version",), True, "version of its format is missing"),
    (("version",), 3, "saved by a newer DeepViz, in format 3; this one reads up to 2"),
    (("name",), 7, "name is missing or not a text"),
    (("name",), "a\nb", "letters that cannot be shown"),
    (("name",), "\ud800", "letters that cannot be shown"),
    (("name",), "n" * 201, "longer than 200 letters"),
    (("graph",), ..., "graph is missing"),
    (("graph", "nodes"), {}, "nodes is missing or not a list"),
    (("graph", "edges"), None, "edges is missing or not a list"),
    (NODE, "dense", "id is missing"),
    ((*NODE, "id"), "", "cannot be the name of a node"),
    ((*NODE, "id"), "a/b", "cannot be the name of a node"),
    ((*NODE, "id"), "input_1", "two nodes are called input_1"),
    ((*NODE, "layer"), ..., "layer is missing"),
    ((*NODE, "layer", "type"), "Fancy", "dense_1: There is no layer called 'Fancy'"),
    ((*NODE, "layer", "type"), ["Dense"], "dense_1: A layer must be an object with a type"),
    ((*NODE, "layer", "units"), 0, "dense_1: Dense: units: input should be greater than or equal to 1"),
    ((*NODE, "layer", "units"), 10**9, "dense_1: Dense: units: input should be less than or equal to 65536"),
    ((*NODE, "layer", "unitz"), 3, "Dense has no hyperparameter called unitz"),
    ((*NODE, "position"), [1], "dense_1 has no proper position"),
    ((*NODE, "position"), [1, 2, 3], "dense_1 has no proper position"),
    ((*NODE, "position"), [True, 2], "dense_1 has no proper position"),
    ((*NODE, "position"), [float("nan"), 2], "dense_1 has no proper position"),
    ((*NODE, "position"), [float("inf"), 2], "dense_1 has no proper position"),
    ((*NODE, "position"), [10**400, 2], "dense_1 has no proper position"),
    ((*EDGE, "source"), "nowhere", "an edge names 'nowhere', but there is no such node"),
    ((*EDGE, "target"), 3, "target is missing or not a text"),
    ((*EDGE, "port"), -1, "no input port"),
    ((*EDGE, "port"), 1e300, "no input port"),
    (("data", "source", "type"), "stars", "There is no data set called 'stars'"),
    (("data", "source", "noise"), float("nan"), "noise"),
    (("data", "split", "train"), 99, "add up to 100 %"),
    (("data", "preprocessing", "method"), "magic", "preprocessing: method"),
    (("plan", "optimizer", "learning_rate"), -1, "learning_rate: input should be greater than 0"),
    (("plan", "optimizer", "type"), "Newton", "There is no optimizer called 'Newton'"),
    (("plan", "run", "epochs"), "many", "run: epochs"),
    (("plan", "run"), ..., "run is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_what_is_wrong_is_told(path: tuple[Any, ...], value: Any, message: str) -> None:
    def spoil(values: Any) -> None:
        for step in path[:-1]:
            values = values[step]
        if value is ...:
            del values[path[-1]]
        else:
            values[path[-1]] = value

    with pytest.raises(FileError) as caught:
        project_from_json(spoilt(spoil))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "1", '"x"', "\x00", "[" * 100_000, "{" * 5, "1" * 5000, b"\xff\xfe\x00", b"\x80abc"]
)
def test_what_is_no_project_is_refused(text: str | bytes) -> None:
    with pytest.raises(FileError, match=r"not valid JSON|not a DeepViz project"):
        project_from_json(text)


def test_two_edges_into_one_port_are_refused() -> None:
    def double(values: dict[str, Any]) -> None:
        values["graph"]["edges"].append({"source": "input_1", "target": "dense_2", "port": 0})

    with pytest.raises(FileError, match="two edges end at input 0 of dense_2"):
        project_from_json(spoilt(double))


def reopened(nodes: list[Node], *edges: Edge) -> Project:
    return project_from_json(project_to_json(Project(graph=Graph(tuple(nodes), edges))))


def test_what_nobody_can_draw_is_opened_and_told_at_its_node() -> None:
    """A cycle, a second input of a layer with one, and a layer behind the loss come from files only."""
    nodes = [Node("in", Input()), Node("a", Dense()), Node("b", Dense()), Node("loss", SoftmaxCrossEntropy())]
    chain = (Edge("in", "a"), Edge("a", "b"), Edge("b", "loss"))
    cycle = reopened(nodes, Edge("in", "a"), Edge("a", "b"), Edge("b", "a", 1), Edge("b", "loss", 1))
    assert {problem.where for problem in check(cycle).problems} == {"a", "b"}
    for extra, node_id, words in (
        (Edge("in", "b", 1), "b", "takes 1 input, but 2 are connected"),
        (Edge("loss", "in"), None, ""),
        (Edge("a", "loss", 1), "loss", "takes 1 input, but 2 are connected"),
    ):
        problems = check(reopened(nodes, *chain, extra)).problems
        assert problems
        if node_id:
            problem = next(each for each in problems if each.where == node_id)
            assert words in problem.text
            assert not check(problem.repairs[0].edit(reopened(nodes, *chain, extra))).problems
    behind = reopened([*nodes, Node("c", Dense())], *chain, Edge("loss", "c"))
    assert any("leads nowhere, but it is connected on" in each.text for each in check(behind).problems_at("loss"))
