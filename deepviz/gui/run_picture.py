"""What the canvas shows of the gradients of a run at one of its steps, read from its history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from deepviz.document.graph import Edge, Graph
from deepviz.document.repeats import unrolled
from deepviz.gui.canvas.gradients import GradientPicture, together
from deepviz.training.history import GRADIENT_NORM, History

SPARKLINE_STEPS = 400
"""How many of the steps before it a card's sparkline shows."""
FLOW, BRANCHES = "gradient_flow", "branch_gradient"
CANVAS_PROBES = (FLOW, BRANCHES)
"""What the canvas shows of each step that is looked at closely: of connections, and of what leads to several others."""


class RunPictures:
    """Reads pictures of a graph from a history.

    A graph is written out once, not for each picture: that takes milliseconds where there are a thousand nodes.
    """

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._drawn: Mapping[Edge, Sequence[Edge]] = {}
        self._counts: Mapping[Edge, int] = {}
        self._written: tuple[Edge, ...] = ()
        self._losses: frozenset[str] = frozenset()

    def of(
        self,
        history: History,
        graph: Graph,
        span: tuple[float, float] | None,
        moment: int | None = None,
        is_left: bool = False,
    ) -> GradientPicture:
        """The gradients of a step.

        Parameters
        ----------
        history
            The run.
        graph
            As it is drawn, with groups.
        span
            Smallest and largest norm of the run, which the scale of colours is to hold.
        moment
            The step; None for the newest.
        is_left
            Whether the newest is what a run has left that broke off. Edges that were not measured then are not shown:
            no step comes any more that would bring them together with the rest.
        """
        last = int(history.steps[-1]) if len(history) else 0
        step = last if moment is None else moment
        norms, loss = history.at(GRADIENT_NORM, step), history.at("loss", step)
        if norms is None or loss is None:
            return GradientPicture(past_step=moment)
        self._follow(graph)
        steps, values = history.column(GRADIENT_NORM)
        past = int(np.searchsorted(steps, step, side="right"))
        recent = values[max(0, past - SPARKLINE_STEPS) : past].copy()
        course = {layer: recent[:, number] for number, layer in enumerate(history.layers)}
        steps, losses = history.column("loss")
        past = int(np.searchsorted(steps, step, side="right"))
        course |= dict.fromkeys(self._losses, losses[max(0, past - SPARKLINE_STEPS) : past].copy())
        nodes = {layer: float(norm) for layer, norm in zip(history.layers, norms, strict=True)}
        edges, flows = self._edges(history, step), self._flows(history, step)
        measured = _flow_step(history, step)
        if is_left and moment is None and measured != step:
            edges, measured = {}, None
        return GradientPicture(nodes, edges, loss, course, span or (), flows, moment, self._counts, measured)

    def _edges(self, history: History, step: int) -> dict[Edge, float | None]:
        """The norm at each drawn edge, of the last step up to this one that was looked at so closely.

        What is drawn once and repeated has that of all repetitions together.
        """
        flow = history.at(FLOW, step)
        if flow is None or not _names_edges(history):
            return {}
        # What comes from the loss is the last of them; the edge to it is drawn, but not a part of the network.
        edges = [*(Edge(*edge) for edge in history.edges), *(edge for edge in self._written if self._is_last(edge))]
        norms = dict(zip(edges, map(float, flow), strict=False))
        return {
            drawn: norms[written[0]] if len(written) == 1 else together(norms[edge] for edge in written)
            for drawn, written in self._drawn.items()
            if all(edge in norms for edge in written)
        }

    def _flows(self, history: History, step: int) -> dict[str, np.ndarray]:
        """What came back to nodes without parameters up to a step, all of the same steps.

        To a node that leads to one other it came over that edge; to one that leads to several, their sum did, whose
        norm is measured by itself. A run of an earlier version has the latter only since it went on.
        """
        if FLOW not in history or not _names_edges(history):
            return {}
        steps, values = history.column(FLOW)
        kept = slice(None) if BRANCHES not in history else np.flatnonzero(np.isin(steps, history.column(BRANCHES)[0]))
        steps, values = steps[kept], values[kept]
        past = int(np.searchsorted(steps, step, side="right"))
        recent = slice(max(0, past - SPARKLINE_STEPS), past)
        if not past:
            return {}
        sources = [source for source, _, _ in history.edges]
        # The last column is what came from the loss to the last node.
        sources += [edge.source for edge in self._written if self._is_last(edge)]
        counts = Counter(sources)
        flows = {
            source: values[recent, number].copy()
            for number, source in enumerate(sources[: values.shape[1]])
            if source not in history.layers and counts[source] == 1
        }
        if BRANCHES in history:
            all_steps, together_there = history.column(BRANCHES)
            places = np.searchsorted(all_steps, steps[recent])
            for number, node in enumerate(history.nodes):
                if counts[node] > 1 and node not in history.layers:
                    flows[node] = together_there[places, number]
        return flows

    def _is_last(self, edge: Edge) -> bool:
        return edge.target in self._losses

    def _follow(self, graph: Graph) -> None:
        if graph is not self._graph:
            written = unrolled(graph)
            self._graph, self._drawn, self._written = graph, written.repetitions(), written.graph.edges
            self._counts = {drawn: len(edges) for drawn, edges in self._drawn.items() if len(edges) > 1}
            self._losses = frozenset(node.id for node in graph.nodes if node.is_loss)


def _names_edges(history: History) -> bool:
    """Whether it is known which edge each norm belongs to; a file need not say so. The last is that of the loss."""
    return bool(len(history.edges) + 1 == history.column(FLOW)[1].shape[1])


def _flow_step(history: History, step: int) -> int | None:
    """The last step up to this one at which the gradients of edges were measured."""
    if FLOW not in history:
        return None
    steps, _ = history.column(FLOW)
    past = int(np.searchsorted(steps, step, side="right"))
    return int(steps[past - 1]) if past else None
