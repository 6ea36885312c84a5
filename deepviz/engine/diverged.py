"""Divergence: where the first number came up that is not finite, in words that lead to the layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from deepviz.engine.arena import Arena
from deepviz.engine.network import Network
from deepviz.engine.tape import Record
from deepviz.numerals import shortest, thousands


class Origin(NamedTuple):
    """Where the first number came up that is not finite.

    Attributes
    ----------
    tensor
        What holds it: ``dense_1/W``, "gradient of dense_1/W", "output of dense_1", "m of dense_1/W", "loss", ...
    node
        The layer, or "loss".
    phase
        "forward", "loss", "backward" or "update".
    """

    tensor: str
    node: str
    phase: str


class Diverged(ArithmeticError):  # noqa: N818 (it is what happened, not a mistake)
    """Training met NaN or Inf. The update was not applied: the network holds the last finite weights.

    Attributes
    ----------
    step
        The step that could not be made.
    tensor, node, phase
        Where the first such number came up, as `Origin` has them.
    advice
        What mostly helps: the last sentence of the text.
    """

    def __init__(self, step: int, origin: Origin, learning_rate: float) -> None:
        tensor, node, phase = origin
        where = f"in the {phase} pass of {node}" if phase in ("forward", "backward") and node else f"in the {phase}"
        what = "" if tensor == phase else f", in {_with_article(tensor)}"
        self.advice = f"Try a smaller learning rate than {shortest(learning_rate)}."
        super().__init__(
            f"Training diverged at step {thousands(step)}: the first number that is not finite came up {where}{what}. "
            f"The weights from before this step are kept. {self.advice}"
        )
        self.step, self.tensor, self.node, self.phase = step, tensor, node, phase


def origin_in_weights(network: Network) -> Origin | None:
    """Where the weights of a network are not finite, if anywhere."""
    name = _first_name(network.parameters, network.parameters.vector)
    if name is not None:
        return Origin(name, _node(name), "forward")
    name = _first_name(network.state, network.state.vector)
    return None if name is None else Origin(name, _node(name), "update")


def origin_in_update(network: Network, vectors: Mapping[str, np.ndarray]) -> Origin | None:
    """Where an update has left something that is not finite, if anywhere.

    What the optimizer keeps comes first, because parameters follow from it.
    """
    for key, vector in vectors.items():
        name = _first_name(network.parameters, vector)
        if name is not None:
            return Origin(f"{key} of {name}", _node(name), "update")
    origin = origin_in_weights(network)
    return None if origin is None else origin._replace(phase="update")


def origin_of_call(network: Network, record: Record | None) -> Origin:
    """The place of a call whose result is not finite. None: it was in no call, so gradients were not finite before."""
    if record is None or record.write is None:
        return Origin("gradients", "", "backward")
    result, node = record.write.array(), record.node
    if record.phase == "loss":
        return Origin("loss", "loss", "loss")
    if record.phase == "forward":
        return Origin(f"output of {node}", node, "forward")
    for name, gradient in network.gradients.items():
        if np.may_share_memory(result, gradient):
            return Origin(f"gradient of {name}", _node(name), "backward")
    return Origin(f"gradient that {node} passes back", node, "backward")


def _first_name(arena: Arena, vector: np.ndarray) -> str | None:
    """The name of the array in which a vector of an arena's layout first has a number that is not finite."""
    if np.isfinite(vector).all():
        return None
    place = int(np.flatnonzero(~np.isfinite(vector))[0])
    # What lies between two arrays belongs to nobody; it is told by the array before it.
    starts = {name: arena.slice_of([name]).start for name in arena}
    return max((name for name in starts if starts[name] <= place), key=starts.__getitem__)


def _node(name: str) -> str:
    return name.rpartition("/")[0]


def _with_article(tensor: str) -> str:
    """A tensor's name in a sentence: names of parameters have no article."""
    return tensor if "/" in tensor.partition(" ")[0] else f"the {tensor}"
