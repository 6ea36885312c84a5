"""What a probe may look at: the tensors of a training step that is being written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from deepviz.engine.network import EdgeKey, Network
from deepviz.engine.optimizer_state import OptimizerState
from deepviz.engine.tape import Tape, Tensor


@dataclass(frozen=True)
class StepRecording:
    """A step that has been written down up to the end of its backward pass.

    Attributes
    ----------
    outputs, targets
        What the network gives and what it should give, of shape ``(batch, *output_shape)``.
    classes
        The right class of each sample, of shape ``(batch,)``, or of each step of it; None where the targets are no
        classes.
    value, output_grad
        The loss, which is there to the end of the step and whose array is known already, and its gradient with
        respect to the outputs.
    edge_grads
        Gradient with respect to what went over each edge.
    activations, activation_grads
        What each node gives, by its id, and the gradient with respect to it.
    gradients
        The vector in which the gradients of all parameters are once they are computed. Where a team shares the batch,
        that is the one in which all have summed them up.
    clips
        Whether the optimizer clips them.
    optimizer_state
        What changes while the optimizer runs, such as the learning rate.
    """

    tape: Tape
    network: Network
    outputs: Tensor
    targets: Tensor
    classes: Tensor | None
    value: Tensor
    output_grad: Tensor
    edge_grads: Mapping[EdgeKey, Tensor]
    activations: Mapping[str, Tensor]
    activation_grads: Mapping[str, Tensor]
    gradients: np.ndarray
    clips: bool
    optimizer_state: OptimizerState
