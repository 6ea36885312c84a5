"""Pictures of gradients on the canvas from a history alone: each connection has its own number, or none."""

from __future__ import annotations

import pytest

from deepviz.document.graph import Edge, Graph
from deepviz.gui.run_picture import RunPictures
from deepviz.training.history import History
from deepviz.training.run_plan import PROBES, RunPlan
from deepviz.training.short_history import shortened
from tests.training.run_made import project

FLOW = "gradient_flow"


@pytest.fixture
def graph() -> Graph:
    return project().graph


@pytest.fixture
def whole() -> History:
    """A run of input_1 -> dense_1 -> tanh_1 -> dense_2 -> loss_1 of which all edges were measured at each step."""
    trainer = RunPlan.of(project()).trainer((*PROBES, FLOW))
    network = trainer.network
    layers, nodes = ([node.id for node in some] for some in (network.trained_nodes, network.nodes))
    history = History(layers, nodes, edges=network.edges)
    history.append(trainer.steps())
    return history


def by_hand(history: History) -> dict[Edge, float]:
    """The last norms, the edges written out from the input to the loss as the probe orders them."""
    ids = ["input_1", "dense_1", "tanh_1", "dense_2", "loss_1"]
    return dict(zip(map(Edge, ids[:-1], ids[1:]), history.latest(FLOW).tolist(), strict=True))


def test_each_edge_has_its_own_norm(whole: History, graph: Graph) -> None:
    picture = RunPictures().of(whole, graph, None)
    assert picture.edges == by_hand(whole)
    assert picture.flows["tanh_1"][-1] == picture.edges[Edge("tanh_1", "dense_2")]


def test_so_it_has_in_a_history_that_was_made_short(whole: History, graph: Graph) -> None:
    short = shortened(whole)
    picture = RunPictures().of(short, graph, None)
    assert picture.edges == by_hand(whole)
    assert picture.flows["tanh_1"][-1] == picture.edges[Edge("tanh_1", "dense_2")]


def test_of_a_history_that_does_not_know_its_edges_no_edge_has_the_norm_of_another(
    whole: History, graph: Graph
) -> None:
    whole.edges = ()
    picture = RunPictures().of(whole, graph, None)
    assert picture.edges == {}
    assert picture.flows == {}
    assert picture.nodes.keys() == {"dense_1", "dense_2"}
