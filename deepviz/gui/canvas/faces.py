"""What cards say, worked out anew only for those of which something has changed: an edit concerns few of a thousand."""

from __future__ import annotations

from deepviz.document.graph import Edge, Flow, Graph, Node
from deepviz.document.shapes import Problem, Report
from deepviz.engine.shapes import Shape
from deepviz.gui.canvas.card_face import CardFace, face_of

_Basis = tuple[Node, tuple[Edge, ...], "Shape | None", "int | None", Node | None, Flow]


class Faces:
    """The faces of the cards of a canvas."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[_Basis, CardFace]] = {}

    def of(
        self, node: Node, graph: Graph, report: Report, problems: tuple[Problem, ...], attached: Node | None
    ) -> CardFace:
        """What the card of a node says; the same object as before if that is the same.

        Parameters
        ----------
        problems
            Those of this node and of edges that end at it.
        attached
            The activation that is drawn on the same card; None if there is none.
        """
        if problems:
            # How bad they are depends on what is around the node.
            self._known.pop(node.id, None)
            return face_of(node, graph, report, problems, attached)
        shape, parameters = report.shapes.get(node.id), report.parameters.get(node.id)
        basis = (node, graph.inputs_of(node.id), shape, parameters, attached, graph.flow)
        known = self._known.get(node.id)
        if known is not None and known[0] == basis:
            return known[1]
        face = face_of(node, graph, report, problems, attached)
        self._known[node.id] = (basis, face)
        return face

    def forget(self, node_id: str) -> None:
        """A card is no more."""
        self._known.pop(node_id, None)
