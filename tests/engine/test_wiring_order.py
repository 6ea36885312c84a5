"""The nodes of a network come in the order of waves: in each, as they were given, those that have all their inputs."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from deepviz.document.graph import Edge, Graph, Node
from deepviz.engine.layers.add import Add
from deepviz.engine.layers.input import Input
from deepviz.engine.layers.tanh import Tanh
from deepviz.engine.wiring import wired


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A graph without circles from one Input to one output, its nodes and edges given in any order."""
    count = draw(st.integers(2, 12))
    sources = [
        sorted(draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=3))) for number in range(1, count - 1)
    ]
    used = {each for some in sources for each in some}
    ends = [number for number in range(count - 1) if number not in used]
    sources.append(ends)  # whatever leads nowhere goes to the last one
    nodes, edges = [Node("0", Input(shape=(2,)))], []
    for number, some in enumerate(sources, start=1):
        nodes.append(Node(str(number), Add() if len(some) > 1 else Tanh()))
        edges += [Edge(str(source), str(number), port) for port, source in enumerate(some)]
    return Graph(tuple(draw(st.permutations(nodes))), tuple(draw(st.permutations(edges))))


@settings(deadline=None)
@given(graphs())
def test_each_wave_has_what_was_waiting_for_the_ones_before(graph: Graph) -> None:
    order, waiting = [], [node.id for node in graph.nodes]
    while waiting:
        ready = [each for each in waiting if all(edge.source in order for edge in graph.edges if edge.target == each)]
        order += ready
        waiting = [each for each in waiting if each not in ready]
    leaving = {edge.source for edge in graph.edges}
    (last,) = (node.id for node in graph.nodes if node.id not in leaving)
    middle = [each for each in order if each not in ("0", last)]
    assert [node.id for node in wired(graph)] == ["0", *middle, last]
