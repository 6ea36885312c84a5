"""Costs of a network: counts from the live check, stored bytes from the tape, sums over repeated groups."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from deepviz.document import costs as costs_module
from deepviz.document import edits, examples
from deepviz.document.costs import Costs, batch_size, can_be_written_down, costs, key_of, stored
from deepviz.document.graph import Edge, Graph, Group, Node
from deepviz.document.project import Project
from deepviz.document.shapes import DataFacts, check
from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.loss import Loss

FACTS = DataFacts((784,), "classification", 10, 60_000)
FLOAT = 4


def drawn(*members: Layer | Loss) -> Project:
    nodes = tuple(Node(f"n{number}", layer, (216.0 * number, 0.0)) for number, layer in enumerate(members))
    return Project(graph=Graph(nodes, tuple(Edge(a.id, b.id) for a, b in pairwise(nodes))))


MLP = drawn(
    layers.Input(shape=(784,)),
    layers.Dense(units=512),
    layers.ReLU(),
    layers.Dense(units=10),
    losses.SoftmaxCrossEntropy(),
)


def with_batch(project: Project, size: int) -> Project:
    return edits.set_plan(project, replace(project.plan, run=project.plan.run.changed(batch_size=size)))


def test_everything_is_counted_at_its_node() -> None:
    found = costs(with_batch(MLP, 100), FACTS)
    assert found.batch == 100
    assert found.of("parameters") == {"n0": 0, "n1": 401_920, "n2": 0, "n3": 5130, "n4": 0}
    assert found.of("macs") == {"n0": 0, "n1": 784 * 512, "n2": 0, "n3": 5120, "n4": 0}
    assert found.of("outputs") == {"n0": 784, "n1": 512, "n2": 512, "n3": 10, "n4": 1}
    kept = {"n0": 784, "n1": 0, "n2": 512, "n3": 0, "n4": 10}
    assert found.of("stored") == {node_id: 100 * numbers * FLOAT for node_id, numbers in kept.items()}
    assert found.total("stored") == 100 * 1306 * FLOAT
    assert found.total("macs") == 406_528


def test_where_the_network_is_not_finished_the_rest_is_still_counted() -> None:
    project = edits.add_node(MLP, layers.Tanh(), (0, 300))
    report = check(project, FACTS)
    found = costs(project, FACTS, report)
    assert found.of("macs")["n1"] == 784 * 512
    assert found.nodes["tanh_1"].macs is None
    assert found.nodes["tanh_1"].outputs is None
    assert found.of("stored") == {}
    assert found.total("stored") is None
    assert found.total("parameters") is None


def test_a_network_without_a_loss_stores_too() -> None:
    project = Project(graph=Graph(MLP.graph.nodes[:-1], MLP.graph.edges[:-1]))
    assert costs(with_batch(project, 100), FACTS).of("stored")["n2"] == 100 * 512 * FLOAT


def test_a_batch_is_no_larger_than_the_data() -> None:
    assert batch_size(with_batch(MLP, 100), DataFacts((784,), "classification", 10, 7)) == 7
    assert batch_size(with_batch(MLP, 100), None) == 100


def test_what_does_not_fit_the_machine_is_not_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepviz.document.memory.machine_memory", lambda: 2**20)
    monkeypatch.setattr(costs_module, "stored_bytes", lambda *_: pytest.fail("it was written down"))
    report = check(MLP, FACTS)
    assert report.is_too_large
    assert not can_be_written_down(report)
    assert stored(MLP.graph, 10, report) == {}
    assert costs(MLP, FACTS).of("macs")["n3"] == 5120


def test_positions_and_comments_do_not_matter_and_layers_do() -> None:
    moved = edits.move(MLP, {"n1": (5.0, 5.0)})
    assert key_of(MLP.graph, 8) == key_of(moved.graph, 8)
    assert key_of(MLP.graph, 8) != key_of(MLP.graph, 9)
    other = edits.set_layer(MLP, "n1", layers.Dense(units=511))
    assert key_of(MLP.graph, 8) != key_of(other.graph, 8)
    assert hash(key_of(MLP.graph, 8)) == hash(key_of(moved.graph, 8))


def test_a_repeated_group_costs_as_much_as_its_layers_written_out() -> None:
    one, two = layers.Dense(units=784), layers.Tanh()
    long = drawn(MLP.graph.nodes[0].layer, one, two, one, two, one, two, *(n.layer for n in MLP.graph.nodes[1:]))
    short = drawn(MLP.graph.nodes[0].layer, one, two, *(n.layer for n in MLP.graph.nodes[1:]))
    inside = tuple(replace(n, group="g") if n.id in ("n1", "n2") else n for n in short.graph.nodes)
    short = replace(short, graph=Graph(inside, short.graph.edges, (Group("g", "block", repeat=3),)))
    whole, folded = costs(long, FACTS), costs(short, FACTS)
    for quantity in ("parameters", "macs", "stored"):
        assert folded.total(quantity) == whole.total(quantity)  # type: ignore[arg-type]
    assert folded.of("macs")["n1"] == 3 * 784 * 784


def test_what_is_there_at_once_lacks_only_what_is_stored() -> None:
    report = check(MLP, FACTS)
    quick, whole = Costs.of_report(report, 32), costs(with_batch(MLP, 32), FACTS, report)
    assert quick.of("stored") == {}
    assert quick.with_stored(whole.of("stored")) == whole


@pytest.mark.parametrize("name", ["spirals", "mnist-lenet"])
def test_examples_have_all_their_costs(name: str) -> None:
    project = examples.open_example(name)
    found = costs(project, None)
    assert all(found.total(quantity) for quantity in ("parameters", "macs", "stored", "outputs"))  # type: ignore[arg-type]
