"""Moving nodes on to connections: the old place heals, nothing makes a cycle, what cannot stand there is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document import edits
from deepviz.document.edits import EditError
from deepviz.document.graph import Edge, Group
from deepviz.document.project import Project
from deepviz.document.rewiring import move_onto_edge, rewiring


def network(*edges: str, loose: str = "") -> Project:
    """A project of Dense layers, one a letter; `i` is an Input, `+` an Add, `!` a loss. Edges are pairs of letters."""
    kinds = {"i": "Input", "+": "Add", "!": "SoftmaxCrossEntropy"}
    project = Project()
    letters = dict.fromkeys("".join(edges) + loose)
    for number, letter in enumerate(letters):
        project = edits.add_node(project, edits.new_layer(kinds.get(letter, "Dense")), (number * 216.0, 0.0))
    names = dict(zip(letters, (node.id for node in project.graph.nodes), strict=True))
    for source, target in edges:
        project = edits.connect(project, names[source], names[target])
    for letter, node_id in names.items():
        project = _renamed(project, node_id, letter)
    return project


def _renamed(project: Project, old: str, new: str) -> Project:
    nodes = tuple(replace(node, id=new if node.id == old else node.id) for node in project.graph.nodes)
    edges = tuple(
        Edge(new if edge.source == old else edge.source, new if edge.target == old else edge.target, edge.port)
        for edge in project.graph.edges
    )
    return replace(project, graph=replace(project.graph, nodes=nodes, edges=edges))


def pairs(project: Project) -> set[str]:
    return {edge.source + edge.target for edge in project.graph.edges}


def test_a_loose_node_is_inserted_and_put_in_its_place() -> None:
    places = {"x": (300.0, 40.0), "b": (540.0, 0.0)}
    project = move_onto_edge(network("ia", "ab", loose="x"), "x", Edge("a", "b"), places)
    assert pairs(project) == {"ia", "ax", "xb"}
    assert project.graph.node("x").position == (300.0, 40.0)
    assert project.graph.node("b").position == (540.0, 0.0)
    assert project.graph.node("a").position == (216.0, 0.0)


def test_a_node_of_a_chain_leaves_no_gap() -> None:
    project = move_onto_edge(network("ia", "ab", "bc", "cd"), "a", Edge("c", "d"))
    assert pairs(project) == {"ib", "bc", "ca", "ad"}


def test_it_can_be_moved_up_the_chain_as_well() -> None:
    project = move_onto_edge(network("ia", "ab", "bc", "cd"), "c", Edge("i", "a"))
    assert pairs(project) == {"ic", "ca", "ab", "bd"}


def test_a_node_that_branches_heals_to_all_that_it_led_to() -> None:
    project = move_onto_edge(network("ia", "ax", "xb", "xc", "b+", "c+"), "x", Edge("i", "a"))
    assert pairs(project) == {"ix", "xa", "ab", "ac", "b+", "c+"}


def test_the_end_of_a_chain_is_taken_off() -> None:
    project = move_onto_edge(network("ia", "ab", "ax"), "x", Edge("a", "b"))
    assert pairs(project) == {"ia", "ax", "xb"}


def test_the_port_of_the_edge_is_kept() -> None:
    project = network("ia", "ib", "ic", "a+", "b+", "c+", loose="x")
    moved = move_onto_edge(project, "x", Edge("b", "+", 1))
    assert [edge.source for edge in moved.graph.inputs_of("+")] == ["a", "x", "c"]


def test_on_a_skip_past_itself_it_changes_sides() -> None:
    project = network("ia", "ax", "x+", "a+")
    moved = move_onto_edge(project, "x", Edge("a", "+", 1))
    assert moved.graph.inputs_of("+") == (Edge("a", "+", 0), Edge("x", "+", 1))
    assert moved.graph.inputs_of("x") == (Edge("a", "x"),)


def test_healing_doubles_no_connection() -> None:
    project = network("ia", "ax", "x+", "a+", "+b")
    moved = move_onto_edge(project, "x", Edge("+", "b"))
    assert moved.graph.inputs_of("+") == (Edge("a", "+", 0),)
    assert pairs(moved) == {"ia", "a+", "+x", "xb"}


def test_without_a_connection_before_it_it_keeps_what_it_leads_to() -> None:
    project = move_onto_edge(network("ia", "ab", "b+", "x+"), "x", Edge("a", "b"))
    assert pairs(project) == {"ia", "ax", "xb", "b+", "x+"}


def test_several_nodes_move_as_one() -> None:
    project = network("ia", "ax", "xy", "yb", "bc")
    assert pairs(move_onto_edge(project, ("x", "y"), Edge("b", "c"))) == {"ia", "ab", "bx", "xy", "yc"}
    assert pairs(move_onto_edge(project, ("y", "x"), Edge("i", "a"))) == {"ix", "xy", "ya", "ab", "bc"}


@pytest.mark.parametrize(
    ("edges", "moved", "edge", "said"),
    [
        (("ia", "ab"), "a", Edge("a", "b"), "its own"),
        (("ia", "ab", "b!"), "!", Edge("i", "a"), "loss"),
        (("ia", "ab"), "i", Edge("a", "b"), "no input"),
        (("ia", "ib", "a+", "b+", "+c", "cd"), "+", Edge("c", "d"), "Several"),
        (("xa", "ab", "bc"), "x", Edge("b", "c"), "cycle"),
        (("ia", "ab", "bc"), "c", Edge("i", "b", 1), "any more"),
    ],
)
def test_what_cannot_stand_there_is_refused_in_words(edges, moved, edge, said) -> None:
    project = network(*edges)
    with pytest.raises(EditError, match=said):
        move_onto_edge(project, moved, edge)
    with pytest.raises(EditError, match=said):
        rewiring(project.graph, (moved,), edge)


def test_a_group_moves_as_one_and_an_edge_into_a_group_stands_for_what_is_in_it() -> None:
    project = network("ia", "ax", "xy", "yb", "ag", "ah", "g+", "h+")
    members = {"x": "chain", "y": "chain", "g": "pair", "h": "pair"}
    nodes = tuple(replace(node, group=members.get(node.id, "")) for node in project.graph.nodes)
    groups = (Group("chain", "chain"), Group("pair", "pair"))
    project = replace(project, graph=replace(project.graph, nodes=nodes, groups=groups))
    moved = move_onto_edge(project, "chain", Edge("a", "pair"))
    assert pairs(moved) == {"ia", "ab", "ax", "xy", "yg", "yh", "g+", "h+"}


def test_an_attached_activation_goes_with_its_layer() -> None:
    project = network("ia", "ax", "xb", "bc")
    nodes = tuple(
        replace(node, layer=edits.new_layer("ReLU"), attached=True) if node.id == "x" else node
        for node in project.graph.nodes
    )
    project = replace(project, graph=replace(project.graph, nodes=nodes))
    assert pairs(move_onto_edge(project, "a", Edge("b", "c"))) == {"ib", "ba", "ax", "xc"}
    assert pairs(move_onto_edge(project, "b", Edge("i", "a"))) == {"ib", "ba", "ax", "xc"}


def test_what_it_would_do_can_be_asked_for_beforehand() -> None:
    change = rewiring(network("ia", "ab", "bc", "cd").graph, ("a",), Edge("c", "d"))
    assert (change.arriving, change.leaving) == (Edge("c", "a"), (Edge("a", "d"),))
    assert change.healed == (Edge("i", "b"),)
    assert set(change.removed) == {Edge("i", "a"), Edge("a", "b"), Edge("c", "d")}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_it_never_makes_a_cycle_nor_loses_a_node_nor_doubles_a_connection(data) -> None:
    names = "ibcdefgh"
    pairs_of = st.sampled_from([a + b for number, a in enumerate(names) for b in names[number + 1 :]])
    project = network(loose=names)
    for source, target in data.draw(st.lists(pairs_of, min_size=3, max_size=14, unique=True)):
        project = edits.connect(project, source, target)
    moved = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    if not project.graph.edges:
        return
    edge = data.draw(st.sampled_from(project.graph.edges))
    try:
        after = move_onto_edge(project, moved, edge).graph
    except EditError:
        return
    assert after.in_order()[1] == []
    assert set(after.by_id) == set(project.graph.by_id)
    assert len({(each.source, each.target) for each in after.edges}) == len(after.edges)
    for node in after.nodes:
        assert [each.port for each in after.inputs_of(node.id)] == list(range(len(after.inputs_of(node.id))))
    # Whatever could be reached without the moved nodes still can.
    for before in project.graph.edges:
        assert {before.source, before.target} & set(moved) or after.reaches(before.source, before.target)


def test_what_leads_to_the_end_of_the_connection_already_leads_there_once() -> None:
    project = network("ia", "a+", "x+")
    moved = move_onto_edge(project, "x", Edge("a", "+"))
    assert pairs(moved) == {"ia", "ax", "x+"}
    assert [edge.port for edge in moved.graph.inputs_of("+")] == [0]
