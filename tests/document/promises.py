"""What holds of every project that edits have made, whichever they were."""

from __future__ import annotations

from deepviz.document import ends
from deepviz.document.drawing import Drawing, drawn
from deepviz.document.drawn_report import drawn_report
from deepviz.document.graph import FARTHEST, Edge, Graph
from deepviz.document.layout import arranged
from deepviz.document.project import Project
from deepviz.document.project_json import project_from_json, project_to_json
from deepviz.document.repeats import obstacle, unrolled
from deepviz.document.shapes import Report, check
from deepviz.engine.layer import Layer


def keeps_its_promises(project: Project) -> None:
    """A project can be saved, drawn at every depth, written out and checked, and nothing contradicts anything else."""
    text = project_to_json(project)
    reopened = project_from_json(text.encode())
    assert reopened == project
    assert project_to_json(reopened) == text
    is_whole(project.graph)
    has_all_in_place(project.graph)
    report = check(project)
    is_about(report, project.graph)
    for scope in ("", *project.graph.groups_by_id):
        drawing = drawn(project.graph, scope)
        is_drawn_right(drawing)
        assert drawn_report(report, drawing).shapes.keys() >= drawing.members.keys()
    is_written_out(project.graph)


def is_whole(graph: Graph) -> None:
    """Names are given once and name something; edges are what a person could have drawn."""
    ids = [*(node.id for node in graph.nodes), *(group.id for group in graph.groups)]
    assert len(set(ids)) == len(ids)
    assert len({comment.id for comment in graph.comments}) == len(graph.comments)
    assert all(edge.source in graph.by_id and edge.target in graph.by_id for edge in graph.edges)
    assert not graph.in_order()[1], "a cycle"
    for node in graph.nodes:
        into = graph.inputs_of(node.id)
        assert [edge.port for edge in into] == list(range(len(into)))
        assert len({edge.source for edge in into}) == len(into)
        most = node.layer.maximum_inputs if isinstance(node.layer, Layer) else 1
        assert most is None or len(into) <= most
        assert not (node.is_loss and graph.outputs_of(node.id))


def has_all_in_place(graph: Graph) -> None:
    """Groups hold something and do not hold themselves; everything is on the canvas."""
    for group in graph.groups:
        assert graph.members(group.id)
        assert graph.groups_by_id[graph.way_up(group.id)[-1]].parent == ""
    for around in (*(node.group for node in graph.nodes), *(comment.group for comment in graph.comments)):
        assert around == "" or around in graph.groups_by_id
    for place in (*(node.position for node in graph.nodes), *(comment.position for comment in graph.comments)):
        assert all(-FARTHEST <= number <= FARTHEST for number in place)
    for node in graph.nodes:
        host = graph.node(ends.host(graph, node.id))
        assert host.position == node.position
        assert host.group == node.group
        assert ends.host(graph, host.id) == host.id, "attached to what is attached itself"


def is_about(report: Report, graph: Graph) -> None:
    """A report knows every node, and what it complains about is there."""
    assert report.shapes.keys() == report.parameters.keys() == graph.by_id.keys()
    for problem in report.remarks:
        place = problem.where.target if isinstance(problem.where, Edge) else problem.where
        assert place is None or place in graph.by_id or place in graph.groups_by_id


def is_drawn_right(drawing: Drawing) -> None:
    """Each node of the scope is on one card, and each edge between two cards is drawn once."""
    graph, scope, cards = drawing.source, drawing.scope, drawing.graph.by_id
    inside = [card for card in cards if card not in drawing.outside]
    shown = [node_id for card in inside for node_id in drawing.members[card]]
    assert sorted(shown) == sorted(graph.members(scope) if scope else graph.by_id)
    assert list(drawing.members) == list(cards)
    card_of = {node_id: card for card, members in drawing.members.items() for node_id in members}
    for card, members in drawing.members.items():
        assert set(ends.members(graph, card)) == set(members)
        assert all(drawing.card_of(each) == card for each in (card, *members))
        if card in graph.by_id:
            assert members == ((card, drawing.attached[card].id) if card in drawing.attached else (card,))
    expected: dict[Edge, tuple[str, str]] = {}
    for edge in graph.edges:
        ways = card_of.get(edge.source), card_of.get(edge.target)
        if None not in ways and ways[0] != ways[1] and not drawing.outside.issuperset(ways):
            expected[edge] = ways  # type: ignore[assignment]
    assert {real: (edge.source, edge.target) for edge, reals in drawing.real.items() for real in reals} == expected
    assert list(drawing.real) == list(drawing.graph.edges)
    for edge, reals in drawing.real.items():
        assert set(ends.real_edges(graph, edge)) == set(reals)
        assert len({real.source for real in reals}) == 1
    for node_id in {*shown}:
        crossing = [edge for edge in (*graph.inputs_of(node_id), *graph.outputs_of(node_id)) if edge not in expected]
        assert all(card_of[edge.source] == card_of[edge.target] for edge in crossing), "an edge that is not drawn"
    for frame in drawing.frames:
        assert not frame.group.collapsed
        assert set(frame.cards) <= set(inside)
        assert {node_id for card in frame.cards for node_id in drawing.members[card]} == set(
            graph.members(frame.group.id)
        )
    assert arranged(drawing.graph, 4).keys() == cards.keys()


def is_written_out(graph: Graph) -> None:
    """With its repetitions written out a graph is whole, and each edge that was drawn is somewhere in it."""
    written = unrolled(graph)
    is_whole(written.graph)
    assert not written.graph.groups
    assert written.origin.keys() == written.passes.keys() == written.graph.by_id.keys()
    assert set(written.origin.values()) == graph.by_id.keys()
    assert written.edges.keys() == set(graph.edges)
    assert set(written.edges.values()) <= set(written.graph.edges)
    if not any(group.repeat > 1 and obstacle(graph, group.id) for group in graph.groups):
        assert len(written.graph.nodes) == graph.layers_written_out
