"""Which connections make sense, in agreement with what the document's edits say."""

from __future__ import annotations

import pytest

from deepviz.document import edits
from deepviz.document.graph import Edge
from deepviz.document.project import Project
from deepviz.engine.layers.dense import Dense
from deepviz.gui.canvas.connecting import (
    add_connected,
    possible_sources,
    possible_targets,
    reconnect,
    refusal,
    without_edge,
)


@pytest.mark.parametrize("which", ["on_chain", "on_branches"])
def test_what_is_shown_as_possible_is_what_the_edits_allow(which, request):
    graph = request.getfixturevalue(which).project.graph
    for source in graph.by_id:
        for target in graph.by_id:
            allowed = refusal(graph, source, target, None) == ""
            assert (target in possible_targets(graph, source)) == allowed, (source, target)
            assert (source in possible_sources(graph, target)) == allowed, (source, target)


def test_reconnecting_keeps_ports_without_gaps(on_branches):
    project = reconnect(on_branches.project, Edge("dense_1", "add_1", 0), "add_1", 2)
    assert sorted(edge.port for edge in project.graph.inputs_of("add_1")) == [0, 1]
    assert len(project.graph.edges) == len(on_branches.project.graph.edges)


def test_reconnecting_to_what_makes_no_sense_is_refused(on_branches):
    project = edits.connect(on_branches.project, "add_1", "dense_3")
    with pytest.raises(edits.EditError, match="cycle"):
        reconnect(project, Edge("add_1", "dense_3"), "dense_1", 0)


def test_a_layer_is_placed_between_two_nodes_in_one_edit():
    project = edits.add_node(edits.add_node(Project(), Dense(), (0.0, 0.0)), Dense(), (500.0, 0.0))
    project = add_connected(project, Dense(units=2), (250.0, 0.0), before="dense_1", after="dense_2")
    assert set(project.graph.edges) == {Edge("dense_1", "dense_3"), Edge("dense_3", "dense_2")}
    assert project.graph.node("dense_3").position == (250.0, 0.0)


def test_without_edge_leaves_the_rest(on_branches):
    graph = on_branches.project.graph
    edge = graph.edges[0]
    assert set(without_edge(graph, edge).edges) == set(graph.edges) - {edge}
    assert without_edge(graph, None) is graph
