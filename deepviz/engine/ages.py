"""How old what the optimizer keeps of each layer is: in how many steps the layer was updated.

Optimizers such as Adam count steps to tell how far their running means can be trusted. A layer that was frozen for a
while has seen fewer than the run has made, as in PyTorch, which counts for each parameter.
"""

from __future__ import annotations

from collections.abc import Mapping

from deepviz.engine.network import Network
from deepviz.engine.optimizer_state import Span


class Ages:
    """The ages of all layers with parameters, from a step on at which something changed.

    Parameters
    ----------
    network
        What is trained. Which of its layers are frozen now is noted, and holds until there are other ages.
    step
        How many steps have been made.
    known
        In how many of them each layer was updated, by its id; a layer that is missing was in all of them.
    """

    def __init__(self, network: Network, step: int = 0, known: Mapping[str, int] | None = None) -> None:
        self._step = step
        self._nodes = network.trained_nodes
        self._ages = {node.id: (known or {}).get(node.id, step) for node in self._nodes}
        self._arena = network.parameters
        self._slices = {node.id: network.parameter_slice(node) for node in self._nodes}

    def after(self, step: int) -> dict[str, int]:
        """The ages after so many steps of the run, if nothing was frozen or thawed since these were noted."""
        made = step - self._step
        return {node.id: self._ages[node.id] + (0 if node.layer.frozen else made) for node in self._nodes}

    @property
    def spans(self) -> tuple[Span, ...]:
        """Where in the vector of the parameters lie those that are not frozen; neighbours of one age in one span."""
        spans: list[Span] = []
        for node in self._nodes:
            if node.layer.frozen:
                continue
            place = self._slices[node.id]
            span = Span(place.start, place.stop, self._step - self._ages[node.id])
            last = spans[-1] if spans else None
            if last and last.behind == span.behind and self._arena.touch(slice(last.start, last.stop), place):
                span = Span(spans.pop().start, span.stop, span.behind)
            spans.append(span)
        return tuple(spans)
