"""What a user can change about layers, connections and settings, as pure functions from a project to the next one.

Undo keeps the project before and after an edit, so an edit need not know how to take itself back. Where an edit takes
the id of a node it also takes that of a card as it is drawn: a group stands for its members, a layer for the
activation attached to it as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from deepviz.document import ends
from deepviz.document.drawing import drawn, group_position
from deepviz.document.graph import Edge, Flow, Graph, Node, Position
from deepviz.document.layout import across, along, arranged, arranged_within, beyond
from deepviz.document.names import free_name, id_stem
from deepviz.document.project import DataChoice, Project, TrainingPlan
from deepviz.document.settling import settled, with_places
from deepviz.engine import layers, losses
from deepviz.engine.layer import Layer
from deepviz.engine.layers.input import Input
from deepviz.engine.loss import Loss
from deepviz.engine.optimizer import Optimizer
from deepviz.engine.shapes import Shape
from deepviz.registry import DefinitionError


class EditError(ValueError):
    """An edit that makes no sense for this project; the project stays as it is. The text says why."""


def new_layer(key: str) -> Layer | Loss:
    """A layer or loss of a kind, with its default hyperparameters.

    Raises
    ------
    EditError
        If there is no such kind.
    """
    try:
        return losses.registry[key]() if key in losses.registry else layers.registry[key]()
    except DefinitionError as error:
        raise EditError(str(error)) from None


def add_node(project: Project, layer: Layer | Loss, position: Position) -> Project:
    """Place a layer, connected to nothing."""
    return _with_graph(project, _added(project.graph, layer, position)[0])


def append_after(project: Project, layer: Layer | Loss, node_id: str) -> Project:
    """Place a layer to the right of a node and connect it; what the node was connected to moves behind the new one.

    Raises
    ------
    EditError
        If nothing can follow the node.
    """
    graph = project.graph
    if node_id not in graph.groups_by_id and graph.node(node_id).is_loss:
        raise EditError("Nothing can follow the loss; it is where the gradient begins.")
    source, inside = _output_of(graph, node_id), set(ends.members(graph, node_id))
    followers = [edge for edge in graph.outputs_of(source) if edge.target not in inside]
    if followers and isinstance(layer, Loss):
        raise EditError(f"{node_id} already leads on to {followers[0].target}; a loss goes at the end.")
    x, y = _place_of(graph, node_id, source)
    graph, new_id = _added(graph, layer, beyond(graph.flow, (x, y)), ends.group_around(graph, node_id))
    if layer.maximum_inputs == 0:
        return _with_graph(project, graph)
    moved = tuple(replace(edge, source=new_id) if edge in followers else edge for edge in graph.edges)
    graph = replace(graph, edges=(*moved, Edge(source, new_id)))
    return with_room(_with_graph(project, graph), new_id)


def append(project: Project, layer: Layer | Loss, after: str | None = None) -> Project:
    """Place a layer where the next one belongs, connected: what double-click and Enter in the palette do.

    It goes after the node `after`; without one, to the open end of the network; if the network ends in a loss, before
    that. The first layer of all goes to the top left.

    Raises
    ------
    EditError
        If nothing can follow the node.
    """
    graph, flow = project.graph, project.graph.flow
    if not graph.nodes:
        return add_node(project, layer, (0.0, 0.0))
    if layer.maximum_inputs == 0:
        first = min((node.position for node in graph.nodes), key=lambda place: along(graph.flow, place))
        return add_node(project, layer, beyond(graph.flow, first, -1.0))
    if after is not None and (after in graph.groups_by_id or not graph.node(after).is_loss):
        return append_after(project, layer, after)
    open_ends = _open_ends(graph)
    if open_ends and after is None:
        return append_after(project, layer, open_ends[-1])
    loss_node = after or next((node.id for node in graph.nodes if node.is_loss), None)
    into_loss = graph.inputs_of(loss_node) if loss_node else ()
    if into_loss and not isinstance(layer, Loss):
        return insert_on_edge(project, layer, into_loss[0])
    last = max((node.position for node in graph.nodes), key=lambda place: (across(flow, place), along(flow, place)))
    return add_node(project, layer, beyond(flow, last))


def add_input(project: Project, layer: Input) -> Project:
    """Place an Input left of everything, connected to the first layer that has nothing before it."""
    added = append(project, layer)
    new_id = added.graph.nodes[-1].id
    open_starts = (node.id for node in project.graph.nodes if node.takes_input and not project.graph.inputs_of(node.id))
    start = next(open_starts, None)
    return added if start is None else connect(added, new_id, start)


def with_inputs_fitted(project: Project, before: Project, shape: Shape | None) -> Project:
    """A project in which Inputs that were not there `before` take the shape of a sample of the data, if it is known."""
    if shape is None:
        return project
    for node in project.graph.nodes:
        if isinstance(node.layer, Input) and node.id not in before.graph.by_id:
            project = set_layer(project, node.id, node.layer.changed(shape=shape))
    return project


def insert_on_edge(project: Project, layer: Layer | Loss, edge: Edge, position: Position | None = None) -> Project:
    """Place a layer in the middle of a connection.

    Raises
    ------
    EditError
        If the layer has no input or no output to connect, or there is no such connection.
    """
    if isinstance(layer, Loss) or layer.maximum_inputs == 0:
        raise EditError(f"{layer.label} cannot stand between two layers.")
    cut = ends.real_edges(project.graph, edge)
    if not cut:
        raise EditError(f"{edge.source} is not connected to {edge.target} any more.")
    left, top = _place_of(project.graph, edge.source, cut[0].source)
    group = ends.common_group(project.graph, [end for each in cut for end in (each.source, each.target)])
    place = position or beyond(project.graph.flow, (left, top))
    graph, new_id = _added(project.graph, layer, place, group)
    kept = tuple(other for other in graph.edges if other not in cut)
    onward = (Edge(new_id, each.target, each.port) for each in cut)
    graph = replace(graph, edges=(*kept, *(Edge(each.source, new_id) for each in cut[:1]), *onward))
    inserted = _with_graph(project, graph)
    return inserted if position else with_room(inserted, new_id)


def connect(project: Project, source: str, target: str, port: int | None = None) -> Project:
    """Connect the output of one node to an input of another.

    An input port takes one connection: what was connected there before is replaced. Without a port, the first free one
    is taken.

    Raises
    ------
    EditError
        If the connection would make a cycle, start at a loss, end at an Input, or exists already.
    """
    graph = project.graph
    if target in graph.groups_by_id:
        return _connect_to_group(project, source, target, port)
    end = graph.node(target).layer
    if source not in graph.groups_by_id and graph.node(source).is_loss:
        raise EditError("A loss has no output to connect.")
    source = _output_of(graph, source)
    if end.maximum_inputs == 0:
        raise EditError(f"{end.label} has no input: it is where the data comes in.")
    if graph.reaches(target, source):
        raise EditError(f"Connecting {source} to {target} would make a cycle; data must flow one way.")
    if any(edge.source == source for edge in graph.inputs_of(target)):
        raise EditError(f"{source} is connected to {target} already.")
    limit = end.maximum_inputs
    taken = {edge.port for edge in graph.inputs_of(target)}
    free = next(number for number in range(len(taken) + 1) if number not in taken)
    if limit is not None:
        free = min(free, limit - 1)
    port = free if port is None or port not in taken else port
    kept = tuple(edge for edge in graph.edges if (edge.target, edge.port) != (target, port))
    return _with_graph(project, replace(graph, edges=(*kept, Edge(source, target, port))))


def disconnect(project: Project, edges: Collection[Edge]) -> Project:
    """Take connections away."""
    cut = set(ends.all_real_edges(project.graph, edges))
    graph = replace(project.graph, edges=tuple(edge for edge in project.graph.edges if edge not in cut))
    return _with_graph(project, graph)


def delete(project: Project, node_ids: Collection[str], edges: Collection[Edge] = (), heal: bool = True) -> Project:
    """Delete nodes and edges.

    With `heal`, what came before the deleted nodes is connected to what came after them, if that was a single node.
    """
    doomed = set(ends.all_members(project.graph, node_ids))
    graph = disconnect(project, edges).graph
    kept = [edge for edge in graph.edges if edge.source not in doomed and edge.target not in doomed]
    existing = {(edge.source, edge.target) for edge in kept}
    leaving = [edge for edge in graph.edges if edge.source in doomed and edge.target not in doomed] if heal else []
    for edge in leaving:
        before = _before(graph, edge.source, doomed)
        source = before.pop() if len(before) == 1 else edge.target
        if source != edge.target and (source, edge.target) not in existing:
            kept.append(Edge(source, edge.target, edge.port))
            existing.add((source, edge.target))
    nodes = tuple(node for node in graph.nodes if node.id not in doomed)
    return _with_graph(project, replace(graph, nodes=nodes, edges=tuple(kept)))


def move(project: Project, positions: Mapping[str, Position]) -> Project:
    """Put cards elsewhere on the canvas. What is in a group, comments too, keeps its place within it."""
    graph = project.graph
    places = dict(positions)
    comments = graph.comments
    for card, (x, y) in positions.items():
        if card in graph.groups_by_id:
            left, top = group_position(graph, card)
            inside = {node_id: graph.node(node_id).position for node_id in graph.members(card)}
            places |= {node_id: (at[0] + x - left, at[1] + y - top) for node_id, at in inside.items()}
            comments = tuple(
                replace(each, position=(each.position[0] + x - left, each.position[1] + y - top))
                if card in graph.way_up(each.group)
                else each
                for each in comments
            )
    return _with_graph(project, replace(graph, nodes=with_places(graph.nodes, places), comments=comments))


def arrange(
    project: Project,
    columns: int = 4,
    scope: str = "",
    flow: Flow | None = None,
    room: tuple[float, float] | None = None,
) -> Project:
    """Put every card of a scope in its place, along the flow; long chains wrap after `columns` cards.

    Parameters
    ----------
    flow
        Which way data is drawn to flow from now on; None for the way it does.
    room
        Width and height, in scene units, that all cards should find room in. If they do not, they wrap later than
        after `columns` cards, where that makes their picture fit in at a larger scale.
    """
    if flow is not None and flow != project.graph.flow:
        project = replace(project, graph=replace(project.graph, flow=flow))
    drawing = drawn(project.graph, scope)
    cards = tuple(node for node in drawing.graph.nodes if node.id not in drawing.outside)
    known = {node.id for node in cards}
    edges = tuple(edge for edge in drawing.graph.edges if edge.source in known and edge.target in known)
    seen = Graph(cards, edges, flow=project.graph.flow)
    return move(project, arranged(seen, columns) if room is None else arranged_within(seen, columns, room))


def set_layer(project: Project, node_id: str, layer: Layer | Loss) -> Project:
    """Give a node other hyperparameters, or another layer, keeping its connections."""
    nodes = tuple(replace(node, layer=layer) if node.id == node_id else node for node in project.graph.nodes)
    return _with_graph(project, replace(project.graph, nodes=nodes))


def set_data(project: Project, choice: DataChoice, sample_shape: Shape | None = None) -> Project:
    """Choose the data. With the shape of a sample, every Input takes that shape too."""
    project = replace(project, data=choice)
    if sample_shape:
        for node in project.graph.nodes:
            if isinstance(node.layer, Input):
                project = set_layer(project, node.id, node.layer.changed(shape=sample_shape))
    return project


def set_plan(project: Project, plan: TrainingPlan) -> Project:
    """Choose how to train."""
    return replace(project, plan=plan)


def set_optimizer(project: Project, optimizer: Optimizer) -> Project:
    """Choose the optimizer or its settings."""
    return set_plan(project, replace(project.plan, optimizer=optimizer))


def rename(project: Project, name: str) -> Project:
    """Give the project another name."""
    return replace(project, name=name)


def with_room(project: Project, card: str) -> Project:
    """Push what a card lies on, and what comes after it in its row, along the flow. The card keeps its place."""
    graph, flow = project.graph, project.graph.flow
    around = graph.way_up(ends.group_around(graph, card))
    seen = drawn(graph, next((group for group in around if graph.groups_by_id[group].collapsed), ""))
    place = seen.graph.node(card).position
    row = [
        other
        for other in seen.graph.nodes
        if other.id != card
        and other.id not in seen.outside
        and abs(across(flow, other.position) - across(flow, place)) < 0.5
    ]
    ahead = {other.id: along(flow, other.position) - along(flow, place) for other in row}
    if not any(abs(steps) < 1.0 for steps in ahead.values()):
        return project
    behind = seen.graph.reached_from(card)
    after = [other for other in row if other.id in behind and ahead[other.id] > -0.5]
    shift = max((1.0 - ahead[other.id] for other in after), default=0.0)
    places = {other.id: beyond(flow, other.position, shift) for other in after}
    return move(project, places) if shift > 0 else project


def _with_graph(project: Project, graph: Graph) -> Project:
    return replace(project, graph=settled(graph))


def _open_ends(graph: Graph) -> list[str]:
    """The cards, as the whole is drawn, from whose single output nothing leads on."""
    seen = drawn(graph).graph
    ending = [card for card in seen.nodes if not card.is_loss and not seen.outputs_of(card.id)]
    return [card.id for card in ending if len(ends.exits(graph, card.id)) == 1]


def _before(graph: Graph, node_id: str, doomed: Collection[str]) -> set[str]:
    """The nodes that stay and lead to one that is deleted, straight or through others that are."""
    found, seen, waiting = set(), {node_id}, [node_id]
    while waiting:
        for edge in graph.inputs_of(waiting.pop()):
            if edge.source not in doomed:
                found.add(edge.source)
            elif edge.source not in seen:
                seen.add(edge.source)
                waiting.append(edge.source)
    return found


def _output_of(graph: Graph, card: str) -> str:
    """The node whose output leaves a card."""
    found = ends.exits(graph, card)
    if len(found) == 1:
        return found[0]
    name = graph.groups_by_id[card].name if card in graph.groups_by_id else card
    if not found:
        raise EditError(f"{name} has no output to connect.")
    raise EditError(f"{name} has several outputs: {' and '.join(found)}. Look into it and connect one of them.")


def _connect_to_group(project: Project, source: str, target: str, port: int | None) -> Project:
    """Lead data into a group: in the place of what came in at a port, or to what lacks an input inside of it."""
    graph = project.graph
    ports = ends.entries(graph, target)
    if port is not None and port < len(ports):
        for edge in ports[port]:
            project = connect(project, source, edge.target, edge.port)
        return project
    lacking = ends.open_inputs(graph, target)
    if not lacking:
        name = graph.groups_by_id[target].name
        raise EditError(f"Nothing in {name} lacks an input. Look into it to connect a layer inside.")
    return connect(project, source, lacking[0])


def _place_of(graph: Graph, card: str, leaving: str) -> Position:
    """Where a card is; of a group that is drawn open, the node that data leaves it from."""
    group = graph.groups_by_id.get(card)
    if group is None:
        return graph.node(card).position
    return group_position(graph, card) if group.collapsed else graph.node(leaving).position


def _added(graph: Graph, layer: Layer | Loss, position: Position, group: str = "") -> tuple[Graph, str]:
    node_id = free_name(id_stem(layer), graph.by_id.keys() | graph.groups_by_id.keys())
    return replace(graph, nodes=(*graph.nodes, Node(node_id, layer, position, group))), node_id
